"""The forms of the verbs and acts, one class each."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib import text
from procedures import spec
from submissions import workflow
from submissions.models import Officer, Submission
from submissions.notices import officers_with
from submissions.rules import came_on_paper
from submissions.staff_forms.base import ActForm, VerbForm, Words, day_field
from submissions.worklist import DESK_ROLES

COMMON_REASONS = (
    _("ảnh mờ, không đọc được"),
    _("thiếu trang"),
    _("hết hạn"),
    _("sai thông tin"),
    _("không đúng mẫu"),
    _("thiếu chữ ký, con dấu"),
)
REASON_MISSING = _("Bạn hãy ghi lý do.")


class RemarkForm(VerbForm):
    note = Words(label=_("Ghi chú (không bắt buộc)"), required=False)


class ReasonForm(VerbForm):
    reason = Words(
        label=_("Lý do"),
        help_text=_("Người nộp sẽ đọc lý do này. Nêu rõ căn cứ và cần làm gì tiếp."),
        error_messages={"required": REASON_MISSING},
    )


class SendBackForm(VerbForm):
    reason = Words(
        label=_("Ý kiến"),
        help_text=_("Chuyên môn cần sửa, bổ sung điều gì."),
        error_messages={"required": _("Bạn hãy ghi ý kiến để chuyên môn biết cần sửa gì.")},
    )


# --- supplement ----------------------------------------------------------------------------------

Tick = tuple[forms.BoundField, forms.BoundField]


class SupplementForm(VerbForm):
    """A tick and a reason for every paper and every answer that was asked for; a reason alone counts as a tick."""

    message = Words(
        label=_("Lời nhắn chung (không bắt buộc)"),
        required=False,
        help_text=_("Hướng dẫn thêm cho người nộp, bằng lời dễ hiểu."),
    )
    answer_by = day_field(label=_("Hạn bổ sung"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.papers = {f"paper-{d.key}": d.key for d in self._documents()}
        self.asked = {f"answer-{f.key}": f.key for _section, f in self._fields()}
        for document in self._documents():
            self._add(f"paper-{document.key}", document.name)
        for _section, field in self._fields():
            self._add(f"answer-{field.key}", field.label)
        self.fields["answer_by"].initial = timezone.localdate() + datetime.timedelta(days=settings.SUPPLEMENT_DAYS)

    def _documents(self) -> list[spec.Document]:
        """What was asked for: online what can be attached, on paper everything."""
        every = self.submission.revision.spec.documents
        return [d for d in every if d.may_attach() or came_on_paper(self.submission)]

    def _fields(self) -> Iterator[tuple[spec.Section, spec.Field]]:
        form = self.submission.revision.spec.form
        for section, shown in spec.visible_form(form, self.submission.answers) if form else ():
            yield from ((section, f) for f in shown)

    def _add(self, name: str, label: str) -> None:
        self.fields[name] = forms.BooleanField(label=label, required=False)
        named = _("Lý do: %s") % label
        reason = forms.TextInput(attrs={"list": "common-reasons", "placeholder": _("Lý do"), "aria-label": named})
        self.fields[f"why-{name}"] = forms.CharField(label=named, required=False, max_length=500, widget=reason)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in (*self.papers, *self.asked):
            why = text.tidy(cleaned.get(f"why-{name}") or "")
            if cleaned.get(name) and not why:
                self.add_error(f"why-{name}", _("Bạn hãy ghi lý do cho mục đã đánh dấu này."))
        return cleaned

    def clean_answer_by(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["answer_by"]
        if day is not None and day <= timezone.localdate():
            raise forms.ValidationError(_("Hạn bổ sung phải sau hôm nay."))
        return day

    def _items(self, names: dict[str, str]) -> list[workflow.Item]:
        reasons = {key: text.tidy(self.cleaned_data.get(f"why-{name}") or "") for name, key in names.items()}
        return [{"key": key, "reason": why} for key, why in reasons.items() if why]

    def arguments(self) -> dict[str, Any]:
        return {
            "documents": self._items(self.papers),
            "fields": self._items(self.asked),
            "message": self.cleaned_data["message"],
            "answer_by": self.cleaned_data["answer_by"],
        }

    def paper_ticks(self) -> list[Tick]:
        return [(self[name], self[f"why-{name}"]) for name in self.papers]

    def answer_ticks(self) -> list[tuple[str, list[Tick]]]:
        """Section title with its ticks."""
        found: dict[str, list[Tick]] = {}
        for section, f in self._fields():
            name = f"answer-{f.key}"
            found.setdefault(section.title, []).append((self[name], self[f"why-{name}"]))
        return list(found.items())

    @property
    def rest(self) -> list[forms.BoundField]:
        return [self["message"], self["answer_by"]]

    @property
    def common_reasons(self) -> tuple[Any, ...]:
        return COMMON_REASONS


# --- dates, hand-over -----------------------------------------------------------------------------


class ExtendForm(VerbForm):
    new_due_on = day_field(label=_("Ngày hẹn mới"), help_text=_("Phải là ngày làm việc và sau ngày hẹn cũ."))
    reason = Words(
        label=_("Lý do chậm"),
        help_text=_("Lý do được in trong thư xin lỗi gửi người nộp."),
        error_messages={"required": REASON_MISSING},
    )


class HandOverForm(VerbForm):
    how = forms.ChoiceField(
        label=_("Cách trả"),
        choices=Submission.DeliveryWay.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Bạn hãy chọn cách trả kết quả.")},
    )
    receiver = Words(
        label=_("Người nhận"), rows=1, max_length=120, required=False, help_text=_("Họ tên người ký nhận.")
    )
    note = Words(label=_("Ghi chú (không bắt buộc)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["how"].initial = self.submission.delivery
        self.fields["receiver"].initial = self.submission.delivery_name or self.submission.applicant_name


# --- acts that leave the state as it is ----------------------------------------------------------


class NoteForm(ActForm):
    note = Words(label=_("Ghi chú"), error_messages={"required": _("Bạn chưa viết ghi chú.")})


def colleagues(submission: Submission) -> list[Officer]:
    """Who may have the file: officers at work whose scope holds its agency, sorted by name."""
    return sorted(officers_with(submission.agency, *DESK_ROLES), key=lambda o: text.sort_key(str(o)))


class AssignForm(ActForm):
    to = forms.ChoiceField(
        label=_("Cán bộ phụ trách"),
        error_messages={
            "required": _("Bạn hãy chọn cán bộ."),
            "invalid_choice": _("Cán bộ này không làm việc ở cơ quan đang giữ hồ sơ. Bạn hãy chọn người khác."),
        },
    )
    note = Words(label=_("Lời nhắn (không bắt buộc)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(o.pk): o for o in colleagues(self.submission)}
        names = [(pk, f"{o} – {o.role_labels}" if o.roles else str(o)) for pk, o in self.people.items()]
        choices = [("", _("Chọn cán bộ")), *names]
        self.fields["to"].choices = choices  # type: ignore[attr-defined]

    def arguments(self) -> dict[str, Any]:
        return {"to": self.people[self.cleaned_data["to"]], "note": self.cleaned_data["note"]}

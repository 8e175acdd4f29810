"""The forms of what the desk does with feedback: what the act needs in words, and the call that does it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions import feedback
from submissions.models import Feedback, Officer
from submissions.staff_forms.base import Words


class FeedbackForm(forms.Form):
    """The base: how much of the history the officer saw. `run()` may raise any SubmissionError."""

    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, about: Feedback, **kwargs: Any) -> None:
        self.about = about
        kwargs["initial"] = {"seen": len(about.history), **(kwargs.get("initial") or {})}
        super().__init__(*args, **{**kwargs, "use_required_attribute": False, "label_suffix": ""})

    def words(self) -> list[str]:
        """What was written, in the order in which the act takes it."""
        return [self.cleaned_data[name] for name in self.fields if name != "seen"]

    def run(self, verb: str, by: Officer) -> Feedback:
        done: Feedback = getattr(feedback, verb)(
            self.about.pk, *self.words(), by=by, seen=self.cleaned_data.get("seen")
        )
        return done


def _words(label: Any, missing: Any, help_text: Any = "") -> Words:
    return Words(
        label=label,
        rows=6,
        max_length=feedback.LONGEST,
        help_text=help_text,
        error_messages={"required": missing},
    )


class AskForm(FeedbackForm):
    question = _words(_("Điều cần nói rõ"), _("Bạn hãy ghi điều người gửi cần nói rõ."), _("Người gửi đọc lời này."))


class RefuseForm(FeedbackForm):
    reason = _words(
        _("Lý do"), _("Bạn hãy ghi lý do để người gửi hiểu và biết nên gửi đến đâu."),
        _("Người gửi đọc lý do này. Nêu rõ căn cứ và nơi có trách nhiệm giải quyết."),
    )  # fmt: skip


class AnswerForm(FeedbackForm):
    reply = _words(_("Trả lời"), _("Bạn hãy ghi trả lời."), _("Người gửi nhận được lời này qua thư và trên cổng."))


class ForwardForm(FeedbackForm):
    to = forms.ChoiceField(
        label=_("Chuyển đến"), error_messages={"required": _("Bạn hãy chọn cơ quan."),
                                               "invalid_choice": _("Bạn hãy chọn một cơ quan trong danh sách.")},
    )  # fmt: skip
    note = Words(label=_("Ghi chú cho cơ quan nhận (không bắt buộc)"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = {a.slug: a for a in feedback.agencies() if a.pk != self.about.agency_id}
        to: Any = self.fields["to"]
        to.choices = [("", _("– chọn –")), *((slug, agency.name) for slug, agency in self.others.items())]

    def run(self, verb: str, by: Officer) -> Feedback:
        given = self.cleaned_data
        to = self.others[given["to"]]
        return feedback.forward(self.about.pk, to, by=by, note=given["note"], seen=given.get("seen"))


class PublishForm(FeedbackForm):
    question = _words(_("Nội dung công khai"), _("Bạn hãy ghi nội dung công khai."), _("Bỏ mọi thông tin cá nhân."))
    reply = _words(_("Trả lời công khai"), _("Bạn hãy ghi trả lời công khai."))

    def __init__(self, *args: Any, about: Feedback, **kwargs: Any) -> None:
        shown = (about.published_text or about.text, about.published_answer or about.answer)
        initial = {"question": shown[0], "reply": shown[1], **(kwargs.pop("initial", None) or {})}
        super().__init__(*args, about=about, initial=initial, **kwargs)


FORMS: dict[str, type[FeedbackForm]] = {
    "take": FeedbackForm,
    "ask": AskForm,
    "forward": ForwardForm,
    "refuse": RefuseForm,
    "answer": AnswerForm,
    "publish": PublishForm,
    "unpublish": FeedbackForm,
}

"""The result of a submission: in words, as files, or as a letter made from a template of the procedure."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from submissions import files, letters
from submissions.errors import FileRefused
from submissions.models import Attachment, LetterTemplate
from submissions.staff_forms.base import VerbForm, Words


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ResultFiles(forms.FileField):
    """Several result files; each is checked and stored by files.result_file()."""

    def clean(self, data: Any, initial: Any = None) -> list[Attachment]:
        uploads = [u for u in (data if isinstance(data, (list, tuple)) else [data]) if u]
        try:
            return [files.result_file(u) for u in uploads]
        except FileRefused as refused:
            raise forms.ValidationError(str(refused)) from None


class ResultForm(VerbForm):
    result_note = Words(
        label=_("Kết quả"),
        required=False,
        help_text=_("Số, ngày của giấy tờ đã cấp và điều người nộp cần biết khi đến nhận."),
    )
    letter = forms.ChoiceField(
        label=_("Lập văn bản từ mẫu (không bắt buộc)"),
        required=False,
        help_text=_("Văn bản lấy số và ngày hôm nay, lưu làm kết quả khi bạn bấm nút dưới cùng."),
        error_messages={"invalid_choice": _("Mẫu này không dùng được cho hồ sơ. Bạn hãy chọn mẫu khác.")},
    )
    result_files = ResultFiles(
        label=_("Tệp kết quả (không bắt buộc)"),
        required=False,
        widget=ManyFilesInput(attrs={"accept": files.ACCEPT}),
        help_text=_("PDF, DOCX, JPG hoặc PNG. Ghi kết quả bằng chữ, hoặc đính kèm tệp, hoặc cả hai."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = letters.offers(self.submission)
        usable = [(str(o.template.pk), str(o.template)) for o in self.offers if not o.trouble]
        self.fields["letter"].choices = [("", _("Không lập văn bản")), *usable]  # type: ignore[attr-defined]
        if not usable:
            del self.fields["letter"]

    @property
    def unusable(self) -> list[letters.Offer]:
        """Templates that the officer may miss, each with the reason."""
        return [o for o in self.offers if o.trouble]

    @property
    def template(self) -> LetterTemplate | None:
        """The template that was chosen, if any."""
        wanted = self.cleaned_data.get("letter")
        return next((o.template for o in self.offers if str(o.template.pk) == wanted), None)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = any(cleaned.get(name) or name in self.errors for name in ("result_note", "letter", "result_files"))
        if not given and not self._kept():
            self.add_error("result_note", self._missing())
        return cleaned

    def _missing(self) -> str:
        if "letter" in self.fields:
            return str(_("Bạn hãy ghi kết quả, chọn mẫu văn bản hoặc đính kèm tệp kết quả."))
        return str(_("Bạn hãy ghi kết quả hoặc đính kèm tệp kết quả."))

    def arguments(self) -> dict[str, Any]:
        chosen = self.template
        return {
            "result_note": self.cleaned_data["result_note"],
            "files": self.cleaned_data["result_files"],
            "letter": letters.maker(chosen, self.officer) if chosen else None,
        }

    def _kept(self) -> bool:
        results = self.submission.attachments.current().filter(purpose=Attachment.Purpose.RESULT)
        return bool(self.submission.result_note) or results.exists()

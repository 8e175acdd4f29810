"""What the pages of bank statements ask for; the rules are in payments/statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from payments import statements
from payments.models import StatementLine
from payments.statements import LAYOUTS
from submissions.models import Officer
from submissions.staff_forms.base import Words

MATCH, SET_ASIDE, BRING_BACK = "match", "set-aside", "bring-back"


class UploadForm(forms.Form):
    """Reading is what checks the file; its problems are told on the page of the result."""

    file = forms.FileField(
        label=_("Tệp sao kê (CSV)"),
        help_text=_("Tải từ ngân hàng điện tử, tối đa 5 MB và 20.000 dòng. Nhập lại một tệp không ghi tiền hai lần."),
        error_messages={
            "required": _("Bạn hãy chọn tệp sao kê."),
            "empty": _("Tệp không có gì bên trong. Bạn tải lại sao kê từ ngân hàng."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        max_length=255,
    )
    layout = forms.ChoiceField(
        label=_("Mẫu sao kê"),
        help_text=_("Tên cột trong các mẫu là dữ liệu mẫu, chưa đối chiếu với ngân hàng; ngân hàng có thể đổi."),
        choices=[("", _("Tự nhận theo dòng tiêu đề")), *((key, one.name) for key, one in LAYOUTS.items())],
        required=False,
    )


class LineForm(forms.Form):
    """One act on a line. `run()` may raise any SubmissionError."""

    act = ""
    button: Any = ""
    explain: Any = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "use_required_attribute": False, "label_suffix": "", "auto_id": "id_%s"})

    def run(self, line: StatementLine, officer: Officer) -> StatementLine:
        return RUN[self.act](line.pk, self.cleaned_data, officer)


class MatchForm(LineForm):
    act = MATCH
    button = _("Khớp với hồ sơ này")
    explain = _("Tiền được ghi nhận cho hồ sơ, người nộp được báo và có phiếu xác nhận.")
    code = forms.CharField(
        label=_("Mã tra cứu hoặc mã hồ sơ"),
        help_text=_("Ví dụ HL7K-QM9Q. Bạn hỏi người chuyển tiền khi không chắc."),
        max_length=60,
        error_messages={"required": _("Bạn hãy nhập mã của hồ sơ được nộp tiền.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class SetAsideForm(LineForm):
    act = SET_ASIDE
    button = _("Không phải tiền hồ sơ")
    explain = _("Dòng này ra khỏi danh sách chờ, tiền không ghi cho hồ sơ nào. Có thể đưa lại sau.")
    reason = Words(
        label=_("Lý do"),
        rows=2,
        max_length=300,
        error_messages={"required": _("Bạn hãy ghi lý do, ví dụ “Tiền thuê mặt bằng”.")},
    )


class BringBackForm(LineForm):
    act = BRING_BACK
    button = _("Đưa lại danh sách chờ")
    explain = _("Dòng này chờ khớp với hồ sơ như trước.")


RUN: dict[str, Callable[[int, dict[str, Any], Officer], StatementLine]] = {
    MATCH: lambda pk, typed, by: statements.match(pk, typed["code"], by=by),
    SET_ASIDE: lambda pk, typed, by: statements.set_aside(pk, typed["reason"], by=by),
    BRING_BACK: lambda pk, _typed, by: statements.bring_back(pk, by=by),
}
ACTS = {
    StatementLine.State.UNMATCHED: (MatchForm, SetAsideForm),
    StatementLine.State.SET_ASIDE: (BringBackForm,),
}

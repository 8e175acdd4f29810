"""What is not to be paid: an exempt line, and what a leader decides not to collect."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import billing, cashier
from payments.admin.fields import AmountField
from payments.admin.money_forms.base import REASON_LENGTH, MoneyForm, reason_field, standing
from payments.models import ChargeLine
from portal.templatetags.portal import vnd


class ExemptForm(MoneyForm):
    OTHER = "other"
    line = forms.ChoiceField(
        label=gettext_lazy("Khoản được miễn"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Bạn hãy chọn khoản được miễn.")},
    )
    group = forms.ChoiceField(
        label=gettext_lazy("Người nộp thuộc đối tượng nào"),
        help_text=gettext_lazy("Theo điều 10 Luật Phí và lệ phí; ai được miễn khoản nào do HĐND tỉnh quy định."),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Bạn hãy chọn đối tượng được miễn.")},
    )
    reason = reason_field(
        gettext_lazy("Ghi rõ thêm"), gettext_lazy("Bắt buộc khi chọn đối tượng khác."), required=False
    )
    paper = forms.CharField(
        label=gettext_lazy("Giấy tờ chứng minh"),
        help_text=gettext_lazy("Tên, số, ngày và nơi cấp. Ví dụ: Giấy chứng nhận hộ nghèo số 12, UBND phường cấp."),
        max_length=300,
        error_messages={"required": gettext_lazy("Bạn hãy ghi giấy tờ chứng minh đối tượng được miễn.")},
    )
    amount = AmountField(
        label=gettext_lazy("Số tiền miễn (đồng)"),
        help_text=gettext_lazy("Để trống: miễn cả khoản."),
        required=False,
    )

    def prepare(self) -> None:
        rows = [line for line in self.lines if line.amount is None or line.amount > line.waived]
        self.fields["line"].choices = [(str(line.pk), _line_words(line)) for line in rows]  # type: ignore[attr-defined]
        groups = [*cashier.EXEMPT_GROUPS, (self.OTHER, _("Đối tượng khác theo quy định"))]
        self.fields["group"].choices = groups  # type: ignore[attr-defined]
        if len(rows) == 1:
            self.fields["line"].initial = str(rows[0].pk)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("group") == self.OTHER and not data.get("reason"):
            self.add_error("reason", _("Bạn hãy ghi rõ đối tượng và quy định cho miễn."))
        return data

    def run(self) -> Any:
        data = self.cleaned_data
        group = str(dict(cashier.EXEMPT_GROUPS).get(data["group"], ""))
        reason = ". ".join(part for part in (group, data["reason"]) if part)[:REASON_LENGTH]
        paper, amount = data["paper"], data["amount"]
        return billing.exempt(
            self.charge.pk, int(data["line"]), by=self.money.actor, reason=reason, paper=paper, amount=amount
        )

    def done_words(self, done: Any) -> str:
        return _("Đã ghi miễn.") + " " + standing(done)


def _line_words(line: ChargeLine) -> str:
    amount = vnd(line.amount - line.waived) if line.amount is not None else _("chưa xác định mức thu")
    return f"{line.name}: {amount}" + (f" ({_('được miễn')}: {line.exemption})" if line.exemption else "")


class WaiveForm(MoneyForm):
    UNPAID, PART, WHOLE = "unpaid", "part", "whole"
    what = forms.ChoiceField(
        label=gettext_lazy("Không thu phần nào"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Bạn hãy chọn phần không thu.")},
    )
    amount = AmountField(
        label=gettext_lazy("Số tiền không thu (đồng)"),
        help_text=gettext_lazy("Chỉ ghi khi chọn “một phần”."),
        required=False,
    )
    reason = reason_field(gettext_lazy("Lý do không thu"), gettext_lazy("Người nộp đọc được lý do này."))

    def prepare(self) -> None:
        choices = []
        if billing.owed(self.charge) != 0:
            owed = vnd(billing.owed(self.charge)) or _("có khoản chưa xác định mức thu")
            choices.append((self.UNPAID, _("Toàn bộ phần chưa nộp (%s)") % owed))
        choices.append((self.PART, _("Một phần, ghi số tiền dưới đây")))
        if self.charge.paid > self.charge.refunded:
            paid = vnd(self.charge.paid - self.charge.refunded)
            choices.append((self.WHOLE, _("Toàn bộ khoản thu; tiền đã nộp (%s) sẽ hoàn lại cho người nộp") % paid))
        self.fields["what"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("what") == self.PART and data.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", _("Bạn hãy ghi số tiền không thu."))
        return data

    def run(self) -> Any:
        data, is_part = self.cleaned_data, self.cleaned_data["what"] == self.PART
        amount, whole = data["amount"] if is_part else None, data["what"] == self.WHOLE
        return billing.waive(self.charge.pk, by=self.money.actor, reason=data["reason"], amount=amount, whole=whole)

    def done_words(self, done: Any) -> str:
        return _("Đã ghi không thu.") + " " + standing(done)

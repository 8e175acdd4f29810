"""Money over the counter, and money that goes back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import billing, cashier, gateways
from payments.admin.fields import AmountField
from payments.admin.money_forms.base import MoneyForm, reason_field
from payments.models import PaymentAttempt, Refund
from portal.templatetags.portal import vnd


class CashForm(MoneyForm):
    body = "admin/payments/cash_form.html"
    check = gettext_lazy("Tính tiền thối")
    amount = AmountField(label=gettext_lazy("Số tiền thu (đồng)"))
    given = AmountField(
        label=gettext_lazy("Người nộp đưa (đồng)"),
        help_text=gettext_lazy("Không bắt buộc. Ghi để trang tính tiền thối lại."),
        required=False,
    )

    def prepare(self) -> None:
        self.fields["amount"].initial = self.charge.due

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        amount, given = data.get("amount"), data.get("given")
        if amount and amount != self.charge.due:
            words = _("Hồ sơ còn phải nộp %s. Bạn thu đúng số này; nếu mức thu sai, bạn xác định lại mức thu trước.")
            self.add_error("amount", words % vnd(self.charge.due))
        elif amount and given is not None and given < amount:
            words = _("Người nộp đưa ít hơn số tiền thu. Bạn sửa lại một trong hai số.")
            self.add_error("given", words)
        return data

    @property
    def change(self) -> int | None:
        """What goes back over the counter in đồng; None while it is not known."""
        data = getattr(self, "cleaned_data", {})
        amount, given = data.get("amount"), data.get("given")
        return given - amount if amount is not None and given is not None else None

    def run(self) -> Any:
        return billing.take_cash(self.charge.pk, self.cleaned_data["amount"], by=self.money.actor)

    def done_words(self, done: Any) -> str:
        words = _("Đã thu %s.") % vnd(self.cleaned_data["amount"])
        if not self.change:
            return words
        facts = {"given": vnd(self.cleaned_data["given"]), "change": vnd(self.change)}
        return words + " " + _("Người nộp đưa %(given)s, thối lại %(change)s.") % facts


class RefundForm(MoneyForm):
    body = "admin/payments/refund_form.html"
    attempt = forms.ChoiceField(
        label=gettext_lazy("Hoàn lại từ lượt nộp"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Bạn hãy chọn lượt nộp cần hoàn.")},
    )
    amount = AmountField(label=gettext_lazy("Số tiền hoàn (đồng)"))
    way = forms.ChoiceField(
        label=gettext_lazy("Cách hoàn"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Bạn hãy chọn cách hoàn tiền.")},
    )
    reason = reason_field(gettext_lazy("Lý do hoàn tiền"), gettext_lazy("Người nộp đọc được lý do này."))

    def prepare(self) -> None:
        rows = self.charge.attempts.filter(received__gt=0).order_by("number")
        self.attempts = {str(a.pk): a for a in rows if billing.refundable(a)}
        choices = [(pk, _attempt_words(a)) for pk, a in self.attempts.items()]
        self.fields["attempt"].choices = choices  # type: ignore[attr-defined]
        ways = [w for w in Refund.Way if w != Refund.Way.GATEWAY or any(map(_by_gateway, self.attempts.values()))]
        self.fields["way"].choices = [(w.value, w.label) for w in ways]  # type: ignore[attr-defined]
        self._preset()

    def _preset(self) -> None:
        """The last attempt that has a problem, else the last; as much of it as is too much."""
        troubled = [a for a in self.attempts.values() if a.problem] or list(self.attempts.values())
        if troubled:
            chosen = troubled[-1]
            too_much = -self.charge.due if self.charge.due < 0 else billing.refundable(chosen)
            way = Refund.Way.GATEWAY if _by_gateway(chosen) else Refund.Way.CASH
            preset = {"attempt": str(chosen.pk), "amount": min(too_much, billing.refundable(chosen)), "way": way.value}
            self.initial = {**preset, **self.initial}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        attempt = self.attempts.get(data.get("attempt", ""))
        if attempt is None:
            return data
        left = billing.refundable(attempt)
        if data.get("amount") and data["amount"] > left:
            self.add_error("amount", _("Lượt nộp này chỉ còn %s để hoàn.") % vnd(left))
        if data.get("way") == Refund.Way.GATEWAY and not _by_gateway(attempt):
            self.add_error("way", _("Lượt nộp này không qua cổng thanh toán. Bạn chọn tiền mặt hoặc chuyển khoản."))
        return data

    def run(self) -> Any:
        data = self.cleaned_data
        return billing.ask_refund(
            int(data["attempt"]), data["amount"], data["way"], by=self.money.actor, reason=data["reason"]
        )

    def done_words(self, done: Any) -> str:
        if done.way == Refund.Way.GATEWAY:
            return _("Đã yêu cầu hoàn %s. Cổng gửi yêu cầu sang ngân hàng trong ít phút.") % vnd(done.amount)
        return _("Đã ghi yêu cầu hoàn %s. Trả tiền xong, bạn bấm “Đã hoàn” ở dòng tương ứng.") % vnd(done.amount)


def _by_gateway(attempt: PaymentAttempt) -> bool:
    """Can the money go back the way it came?"""
    gateway = gateways.GATEWAYS.get(attempt.gateway)
    return gateway is not None and gateway.can_refund


def _attempt_words(attempt: PaymentAttempt) -> str:
    facts = {
        "number": attempt.number,
        "way": cashier.way_words(attempt.gateway),
        "came": vnd(attempt.received),
        "left": vnd(billing.refundable(attempt)),
    }
    words = _("Lượt %(number)d, %(way)s: đã nhận %(came)s, còn hoàn được %(left)s") % facts
    return f"{words} ({attempt.get_problem_display()})" if attempt.problem else words

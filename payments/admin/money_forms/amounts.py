"""What each line of a bill comes to: unit amount and count, reckoned before it is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import billing
from payments.admin.fields import AmountField, CountField
from payments.admin.money_forms.base import MoneyForm, reason_field
from payments.models import ChargeLine
from portal.templatetags.portal import vnd


@dataclass(frozen=True)
class LineInputs:
    line: ChargeLine
    unit_amount: forms.BoundField
    quantity: forms.BoundField
    sum: int | None


class AmountsForm(MoneyForm):
    body = "admin/payments/amounts.html"
    check = gettext_lazy("Tính thử")
    reason = reason_field(
        gettext_lazy("Lý do"), gettext_lazy("Bắt buộc khi đổi mức thu hoặc số lượng đã xác định."), required=False
    )

    def prepare(self) -> None:
        names = []
        for line in self.lines:
            unit, count = f"unit-{line.pk}", f"count-{line.pk}"
            self.fields[unit] = AmountField(
                label=_("Mức thu (đồng)"), least=0, required=False, initial=line.unit_amount
            )
            self.fields[count] = CountField(label=_("Số lượng"), required=False, initial=line.quantity)
            names += [unit, count]
        self.order_fields([*names, "reason"])

    def clean(self) -> dict[str, Any]:
        """What was known may be changed, with a reason, but not emptied."""
        data = super().clean() or {}
        for line in self.lines:
            for name, known in ((f"unit-{line.pk}", line.unit_amount), (f"count-{line.pk}", line.quantity)):
                if known is not None and name in data and data[name] is None:
                    self.add_error(name, _("Khoản này đã xác định. Bạn ghi 0 ở số lượng nếu không thu khoản này."))
        if self._corrects(data) and not data.get("reason"):
            self.add_error("reason", _("Bạn đổi mức thu đã xác định nên cần ghi lý do."))
        return data

    def _typed(self, data: dict[str, Any], line: ChargeLine) -> billing.LineChange:
        return billing.LineChange(data.get(f"unit-{line.pk}"), data.get(f"count-{line.pk}"))

    def _corrects(self, data: dict[str, Any]) -> bool:
        pairs = [(line.amount, _amount(self._typed(data, line))) for line in self.lines]
        return any(before is not None and after is not None and before != after for before, after in pairs)

    @property
    def rows(self) -> list[LineInputs]:
        data = getattr(self, "cleaned_data", {})
        return [
            LineInputs(
                line,
                self[f"unit-{line.pk}"],
                self[f"count-{line.pk}"],
                _amount(self._typed(data, line)) if data else line.amount,
            )
            for line in self.lines
        ]

    @property
    def total(self) -> int | None:
        """Of the lines as typed; None while one of them lacks something."""
        sums = [row.sum for row in self.rows]
        return None if None in sums else sum(s for s in sums if s is not None)

    def run(self) -> Any:
        changes = {line.pk: self._typed(self.cleaned_data, line) for line in self.lines}
        reason = self.cleaned_data["reason"]
        return billing.set_amounts(self.charge.pk, changes, by=self.money.actor, reason=reason)

    def done_words(self, done: Any) -> str:
        if billing.owed(done) is None:
            return _("Đã ghi. Vẫn còn khoản chưa có mức thu hoặc số lượng; bạn xác định nốt để thu được tiền.")
        return _("Đã xác định mức thu. Còn phải nộp: %s.") % vnd(max(done.due, 0))


def _amount(change: billing.LineChange) -> int | None:
    return ChargeLine(unit_amount=change.unit_amount, quantity=change.quantity).amount

"""Amounts of money as officers type them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.fields import grouped

# More is a slip of the finger, and beyond what a cell of the books can be added up with.
MOST = 9_999_999_999
UNIT = re.compile(r"(vnđ|vnd|đồng|đ|₫)\.?$")
PLAIN = re.compile(r"[0-9]{1,30}")
GROUPED = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,9}")


def amount_of(typed: str) -> int | None:
    """Whole đồng from "10000", "10.000", "10,000đ", "10 000 đồng"; None for what is no whole amount."""
    bare = UNIT.sub("", "".join(typed.casefold().split()))
    if not (PLAIN.fullmatch(bare) or GROUPED.fullmatch(bare)):
        return None
    return int(bare.replace(".", "").replace(",", ""))


class AmountField(forms.CharField):
    """Whole đồng, shown with dots between thousands."""

    def __init__(self, *, least: int = 1, **kwargs: Any) -> None:
        self.least = least
        kwargs.setdefault("error_messages", {"required": gettext_lazy("Bạn hãy ghi số tiền, ví dụ 10.000.")})
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "amount"})
        super().__init__(max_length=30, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return grouped(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        if not typed:
            return None
        amount = amount_of(typed)
        if amount is None:
            words = _("Số tiền là số đồng nguyên, ví dụ 10.000 hoặc 10000. Bạn đã ghi “%s”.")
            raise ValidationError(words % typed[:30])
        return amount

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is None:
            return
        if value < self.least:
            raise ValidationError(_("Số tiền ít nhất là %s đồng.") % grouped(self.least))
        if value > MOST:
            raise ValidationError(_("Số tiền quá lớn. Bạn hãy kiểm tra lại các chữ số."))

    def run_validators(self, value: Any) -> None:
        """CharField's are for text."""


class CountField(forms.IntegerField):
    """How many; nothing drops the line with 0."""

    def __init__(self, **kwargs: Any) -> None:
        wrong = gettext_lazy("Số lượng là số nguyên từ 0 đến 100.000.")
        errors = dict.fromkeys(("invalid", "min_value", "max_value"), wrong)
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "count"})
        super().__init__(min_value=0, max_value=100_000, error_messages=errors, widget=widget, **kwargs)

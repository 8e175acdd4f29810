"""What the forms of a submission's money share: how the money stood, reasons, the answer in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import billing
from payments.admin.desk import Money, seen
from payments.models import Charge
from portal.templatetags.portal import vnd
from submissions.staff_forms.base import Words

REASON_LENGTH = 300
PREVIEW = "preview"


def reason_field(label: Any, help_text: Any = "", *, required: bool = True) -> Words:
    needed = gettext_lazy("Bạn hãy ghi lý do để người nộp và người kiểm tra hiểu.")
    return Words(
        label=label,
        help_text=help_text,
        rows=2,
        max_length=REASON_LENGTH,
        required=required,
        error_messages={"required": needed},
    )


class MoneyForm(forms.Form):
    """The base: how the money stood when the page was opened. `run()` may raise any SubmissionError."""

    body = ""  # a template of its own, instead of one input under the other
    check: Any = ""  # words of the button that only reckons
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args: Any, money: Money, **kwargs: Any) -> None:
        self.money, self.charge = money, money.charge
        self.lines = list(money.charge.lines.all())
        kwargs["initial"] = {"seen": seen(money.charge), **(kwargs.get("initial") or {})}
        super().__init__(*args, **{**kwargs, "use_required_attribute": False, "label_suffix": ""})
        self.prepare()

    def prepare(self) -> None:
        """Choices and presets of this charge."""

    def renew(self) -> None:
        """What was typed is shown again after the money changed, ready to be sent anew."""
        fresh = Charge.objects.get(pk=self.charge.pk)
        fresh.submission = self.charge.submission
        self.money = replace(self.money, charge=fresh)
        typed = cast("QueryDict", self.data).copy()
        typed["seen"] = seen(fresh)
        self.data, self.charge, self.lines = typed, fresh, list(fresh.lines.all())

    def run(self) -> Any:
        """Calls billing with what was typed; each form says how."""

    def done_words(self, done: Any) -> str:
        """What was done, in a sentence; `done` is what run() returned."""
        return _("Đã ghi nhận.")


def standing(charge: Charge) -> str:
    """How the money stands after an act, in a sentence."""
    owed = billing.owed(charge)
    if owed is None:
        return _("Còn khoản chưa xác định mức thu.")
    if owed:
        return _("Còn phải nộp: %s.") % vnd(owed)
    if charge.due < 0:
        return _("Cần hoàn lại: %s.") % vnd(-charge.due)
    return _("Hồ sơ không còn phải nộp tiền.")

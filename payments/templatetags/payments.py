"""{% load payments %}: the price before filing, and the bill on the pages of a submission."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils import timezone

from payments import shown
from payments.models import PaymentAttempt
from procedures.models import Procedure
from submissions import forms
from submissions.models import Submission

register = template.Library()
POST = Submission.DeliveryWay.POST


@register.inclusion_tag("payments/_price.html")
def price_of(procedure: Procedure) -> dict[str, Any]:
    """What the procedure costs, before anything is answered."""
    by_post = POST in forms.ways_of(procedure.spec)
    price = shown.of_procedure(procedure.spec, procedure, by_post=by_post, on=timezone.localdate())
    return {"price": price, "hints": True, "if_post": True}


@register.inclusion_tag("payments/_price.html")
def price_before(procedure: Procedure, fees: Sequence[Mapping[str, Any]], *, by_post: bool) -> dict[str, Any]:
    """What this filing will cost, by its answers, with when and how it is paid."""
    return {"price": shown.at_filing(fees, procedure, by_post=by_post, on=timezone.localdate()), "hints": True}


@register.inclusion_tag("payments/_price.html")
def price_filed(s: Submission) -> dict[str, Any]:
    """The lines as they were filed; how the money stands now is said by money_box."""
    on = timezone.localdate(s.submitted_at) if s.submitted_at else timezone.localdate()
    return {"price": shown.at_filing(s.fees, s.procedure, by_post=s.delivery == POST, on=on), "hints": False}


@register.simple_tag
def bill(s: Submission) -> shown.Bill | None:
    """None where nothing was ever to be paid."""
    return shown.of(s)


@register.simple_tag
def todo_with_money(bill: shown.Bill | None, todo: str) -> str:
    return shown.to_do(bill, todo) if bill is not None else todo


@register.inclusion_tag("payments/_box.html")
def money_box(bill: shown.Bill | None, *, main: bool = False) -> dict[str, Any]:
    """How the money of a submission stands; nothing without a bill. `main`: paying is what the page leads to."""
    return {"bill": bill, "main": main}


@register.filter
def paid_by(attempt: PaymentAttempt) -> str:
    return shown.way_of(attempt)

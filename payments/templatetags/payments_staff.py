"""Money on the pages of the desk."""

from __future__ import annotations

from typing import Any

from django import template

from payments import billing, cashier
from payments.models import PaymentAttempt, Refund
from payments.states import Attempt, RefundState
from submissions.models import Officer, Submission

register = template.Library()
TONES = {
    Attempt.STARTED: "info",
    Attempt.PAID: "ok",
    Attempt.FAILED: "neutral",
    Attempt.CANCELLED: "neutral",
    Attempt.EXPIRED: "neutral",
    Attempt.CLOSED: "neutral",
}
REFUND_TONES = {
    RefundState.ASKED: "warning",
    RefundState.SENT: "info",
    RefundState.DONE: "ok",
    RefundState.FAILED: "error",
}
STATE_TONES = {"unset": "warning", "due": "info", "paid": "ok", "waived": "neutral", "refund": "error"}


@register.filter
def way_words(gateway: str) -> Any:
    """The key of a gateway as officers say it."""
    return cashier.way_words(gateway)


def _attempt(attempt: PaymentAttempt) -> dict[str, Any]:
    wrong = cashier.needs_care(attempt)
    return {
        "row": attempt,
        "tone": "warning" if wrong else TONES.get(Attempt(attempt.state), "neutral"),
        "advice": cashier.PROBLEMS[attempt.problem] if wrong else "",
        "refunds": [_refund(refund) for refund in attempt.refunds.all()],
    }


def _refund(refund: Refund) -> dict[str, Any]:
    by_hand = refund.way != Refund.Way.GATEWAY
    waits = refund.state in (RefundState.ASKED, RefundState.SENT)
    tone = REFUND_TONES.get(RefundState(refund.state), "neutral")
    return {"row": refund, "tone": tone, "to_do": by_hand and waits, "failed": refund.state == RefundState.FAILED}


@register.inclusion_tag("admin/payments/money_box.html", takes_context=True)
def staff_money_box(context: dict[str, Any], submission: Submission) -> dict[str, Any]:
    """The money of a submission on its record. One query where there is none, four more where there is."""
    officer: Officer | None = context.get("officer")
    charge = billing.of(submission) if officer is not None else None
    if charge is None or officer is None:
        return {"charge": None}
    charge.submission = submission
    attempts = list(charge.attempts.select_related("officer__user").prefetch_related("refunds").order_by("-number"))
    for attempt in attempts:
        attempt.charge = charge
    refund_act = cashier.BY_KEY[cashier.REFUND]
    return {
        "charge": charge,
        "submission": submission,
        "tone": STATE_TONES.get(charge.state, "neutral"),
        "lines": charge.lines.all(),
        "waivers": charge.entries.filter(kind="waive").exclude(reason="").order_by("pk"),
        "attempts": [_attempt(attempt) for attempt in attempts],
        "acts": cashier.acts_for(officer, charge),
        "refunds_by_hand": cashier.may(officer, refund_act, submission.agency),
        "csrf_token": context.get("csrf_token"),
        "refund_act": cashier.REFUND,
    }

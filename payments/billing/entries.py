"""The one place where money is booked: an entry, the charge's sums and its state change together."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from payments.models import Charge, Entry
from payments.states import Money
from submissions.rules import Actor

SUMS = {
    Entry.Kind.CHARGE: "charged",
    Entry.Kind.WAIVE: "waived",
    Entry.Kind.PAY: "paid",
    Entry.Kind.REFUND: "refunded",
}


def write(charge: Charge, kind: Entry.Kind, amount: int, *, by: Actor, **about: Any) -> Entry:
    """Books `amount` đồng. `about`: line, attempt, refund, reason, paper. Under the charge's lock."""
    now, column = timezone.now(), SUMS[kind]
    entry = Entry(charge=charge, agency_id=charge.agency_id, kind=kind, amount=amount, at=now, **about)
    entry.day, entry.officer = timezone.localdate(now), by.officer
    entry.save(force_insert=True)
    setattr(charge, column, getattr(charge, column) + amount)
    restate(charge)
    return entry


def restate(charge: Charge) -> None:
    """Writes the sums and the state that follows from them and from the lines."""
    charge.state = standing(charge)
    charge.save(update_fields=[*SUMS.values(), "state"])


def standing(charge: Charge) -> Money:
    if any(line.amount is None for line in charge.lines.all()):
        return Money.UNSET
    if charge.due:
        return Money.DUE if charge.due > 0 else Money.REFUND
    return Money.PAID if charge.paid > charge.refunded else Money.WAIVED


def owed(charge: Charge) -> int | None:
    """đồng still to be paid; None while an amount is not known."""
    return None if charge.state == Money.UNSET else max(charge.due, 0)

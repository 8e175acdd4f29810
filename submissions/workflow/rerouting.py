"""Another way to receive the result than the one chosen at filing; written for the app that keeps the parcels."""

from __future__ import annotations

from submissions.models import Event, Submission
from submissions.rules import Actor
from submissions.states import REROUTE
from submissions.workflow.money import record_line

WAYS = Submission.DeliveryWay


def reroute_to_counter(submission: Submission, *, by: Actor) -> Event | None:
    """The person comes for the result. Under the lock; nothing when it is so already."""
    if submission.delivery == WAYS.COUNTER:
        return None
    submission.delivery = WAYS.COUNTER
    return _write(submission, str(WAYS.COUNTER.label), by)


def reroute_to(submission: Submission, name: str, phone: str, address: str, *, by: Actor) -> Event:
    """The result goes by post to this receiver, checked by the caller. Under the lock."""
    submission.delivery = WAYS.POST
    submission.delivery_name, submission.delivery_phone, submission.delivery_address = name, phone, address
    return _write(submission, f"{WAYS.POST.label}: {name}, {phone}, {address}", by)


def _write(submission: Submission, note: str, by: Actor) -> Event:
    submission.save(update_fields=["delivery", "delivery_name", "delivery_phone", "delivery_address"])
    return record_line(submission, REROUTE, by=by, note=note)

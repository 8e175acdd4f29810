"""What becomes of parcels with the verbs of the workflow, in the verb's transaction."""

from __future__ import annotations

from payments.delivery.events import arrived
from payments.delivery.parcels import OUT, cancel, end_by_counter, open_out, ready, under_way
from submissions.models import Event, Submission
from submissions.rules import Actor
from submissions.states import State

POST = Submission.DeliveryWay.POST


def received(submission: Submission, _event: Event, by: Actor) -> None:
    if submission.delivery == POST:
        open_out(submission, by=by)


def finished(submission: Submission, _event: Event, by: Actor) -> None:
    if submission.delivery == POST:
        open_out(submission, by=by)
        ready(submission)


def imported(submission: Submission, event: Event, by: Actor) -> None:
    """Brought from another install, at whatever state: its parcel starts where the submission is."""
    if submission.state == State.RESULT_READY:
        finished(submission, event, by)
    elif submission.received_at is not None and not submission.is_final:
        received(submission, event, by)


def ended(submission: Submission, _event: Event, _by: Actor) -> None:
    cancel(submission)


def handed_over(submission: Submission, event: Event, by: Actor) -> None:
    """At the counter or online the parcel ends; by post, an officer says that it arrived."""
    if event.data.get("how") != POST:
        end_by_counter(submission)
        return
    parcel = under_way(submission, OUT)
    if parcel is not None:
        arrived(parcel, event.at)

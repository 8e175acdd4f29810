"""What becomes of money and parcels with each verb of the workflow: one table, one function a verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from payments import billing
from payments.delivery import follow as post
from submissions.models import Event, Submission
from submissions.rules import Actor
from submissions.states import IMPORT

Follow = Callable[[Submission, Event, Actor], None]


def open_charge(submission: Submission, _event: Event, by: Actor) -> None:
    billing.open_charge(submission, by=by)


def take_over_charge(submission: Submission, _event: Event, by: Actor) -> None:
    billing.take_over(submission, by=by)


def make_payable(submission: Submission, _event: Event, _by: Actor) -> None:
    billing.make_payable(submission)


def end_charge(submission: Submission, _event: Event, _by: Actor) -> None:
    billing.end(submission)


# The order counts: money first.
TABLE: Mapping[str, tuple[Follow, ...]] = {
    "submit": (open_charge,),
    IMPORT: (take_over_charge, post.imported),
    "receive": (make_payable, post.received),
    "refuse": (end_charge, post.ended),
    "withdraw": (end_charge, post.ended),
    "stop": (end_charge, post.ended),
    "decline": (end_charge, post.ended),
    "finish": (post.finished,),
    "approve": (post.finished,),
    "hand_over": (post.handed_over,),
}


def follow(submission: Submission, event: Event, by: Actor) -> None:
    """Inside the verb's transaction, under the submission's lock. A rehearsal has neither money nor parcels."""
    if submission.is_rehearsal:
        return
    for function in TABLE.get(event.verb, ()):
        function(submission, event, by)

"""What becomes of money and parcels with each verb of the workflow: one table, one function a verb."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from submissions.models import Event, Submission
from submissions.rules import Actor

Follow = Callable[[Submission, Event, Actor], None]
# The order counts: money first.
TABLE: Mapping[str, tuple[Follow, ...]] = {}


def follow(submission: Submission, event: Event, by: Actor) -> None:
    """Inside the verb's transaction, under the submission's lock. A rehearsal has neither money nor parcels."""
    if submission.is_rehearsal:
        return
    for function in TABLE.get(event.verb, ()):
        function(submission, event, by)

"""A submission that leaves as a pack, and one that arrives from another install: the log keeps both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from submissions.errors import NotAllowed
from submissions.models import Event, Submission
from submissions.rules import Actor, covers, has_a_role
from submissions.states import EXPORT, EXPORTERS, IMPORT
from submissions.workflow.core import FOLLOWERS, event_hash, last_event, locked, log


def log_export(pk: int, *, by: Actor) -> Event:
    """Notes that somebody took the whole file: the desk of its own agency, or the operator. Raises NotAllowed."""
    with transaction.atomic():
        submission = locked(pk)
        if not has_a_role(by, EXPORTERS) or (by.officer is not None and not covers(by.officer, submission)):
            raise NotAllowed
        now, last = timezone.now(), last_event(submission)
        return log(submission, EXPORT, by, now, before=submission.state, last=last, public=False)


def arrive(
    columns: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], *, by: Actor, note: str, data: Mapping[str, Any]
) -> tuple[Submission, list[Event]]:
    """Writes a submission as it was elsewhere, its log chained anew, and the line of its arrival.

    Only inside a transaction; the caller has checked columns and lines. The state is the one it had.
    """
    submission = Submission(**columns)
    submission.search_text = submission.make_search_text()
    submission.save(force_insert=True)
    events: list[Event] = []
    for line in lines:
        event = Event(submission=submission, **line)
        event.previous_hash = events[-1].hash if events else ""
        event.hash = event_hash(event)
        event.save(force_insert=True)
        events.append(event)
    last, now = (events[-1] if events else None), timezone.now()
    came = log(submission, IMPORT, by, now, before=submission.state, last=last, note=note, public=False, data=data)
    for follower in FOLLOWERS:
        follower(submission, came, by)
    return submission, events

"""The log of a submission across installs.

A line's hash covers the keys of its submission and of its actor, which are others where the pack arrives. So the
pack carries those keys; they are checked before anything is written, the lines are chained anew with their new keys,
and the line of the arrival keeps the old keys and hashes. With them the old chain can be made again at any time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from submissions.models import Event, Submission
from submissions.states import IMPORT
from submissions.workflow import event_hash

Lines = Sequence[tuple[Mapping[str, Any], int | None]]  # columns of each line, and the key of its actor


def is_whole(submission_key: int, lines: Lines) -> bool:
    """Are the lines numbered without a gap, each chained to the one before, and unchanged?"""
    previous = ""
    for number, (columns, actor) in enumerate(lines, start=1):
        event = Event(submission_id=submission_key, actor_id=actor, **columns)
        if event.number != number or event.previous_hash != previous or event_hash(event) != event.hash:
            return False
        previous = event.hash
    return bool(lines)


def origin(submission_key: int, lines: Lines) -> dict[str, Any]:
    """What the line of the arrival keeps of the chain before it."""
    return {
        "submission": submission_key,
        "actors": [actor for _columns, actor in lines],
        "hashes": [columns["hash"] for columns, _actor in lines],
    }


def origin_is_intact(submission: Submission) -> bool:
    """Do the lines before each arrival still say what they said where they were written? True without an arrival."""
    events = list(submission.events.order_by("number"))
    arrivals = [e for e in events if e.verb == IMPORT]
    return all(_says_the_same([e for e in events if e.number < a.number], a.data["origin"]) for a in arrivals)


def _says_the_same(events: Sequence[Event], kept: Mapping[str, Any]) -> bool:
    if not len(events) == len(kept["actors"]) == len(kept["hashes"]):
        return False
    previous = ""
    for event, actor, digest in zip(events, kept["actors"], kept["hashes"], strict=True):
        event.submission_id, event.actor_id, event.previous_hash = kept["submission"], actor, previous
        if event_hash(event) != digest:
            return False
        previous = digest
    return True

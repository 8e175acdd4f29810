"""What a paper is issued for: the submission as the verb has left it, who acted, when, and what the event says."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from submissions.models import Event, Officer, Submission
from submissions.rules import Actor


@dataclass(frozen=True)
class Occasion:
    """`before` is the state before the verb; `data` and `note` are those of its event."""

    submission: Submission
    verb: str
    at: datetime.datetime
    by: Actor
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    before: str = ""

    @property
    def officer(self) -> Officer | None:
        return self.by.officer


@dataclass(frozen=True)
class Moment:
    """One line of the log, written or just about to be."""

    verb: str
    at: datetime.datetime
    label: str
    note: str
    data: Mapping[str, Any]


def moments(submission: Submission, now: Occasion | None = None) -> list[Moment]:
    """The log from the first line on, with the act that is being logged at the end. One query."""
    found = [_of_event(e) for e in submission.events.order_by("number")]
    return [*found, Moment(now.verb, now.at, now.by.label, now.note, now.data)] if now else found


def _of_event(event: Event) -> Moment:
    return Moment(event.verb, event.at, event.actor_label, event.note, event.data)

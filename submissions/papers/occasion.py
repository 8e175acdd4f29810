"""What a paper is issued for: the submission as the verb has left it, who acted, when, and what the event says."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from portal.lib.worktime import WorkTime
from procedures import deadlines
from submissions.models import Event, Officer, Submission
from submissions.notices.wording import Desk, desk_of
from submissions.rules import Actor


@dataclass(frozen=True)
class Occasion:
    """`before` is the state before the verb; `data` and `note` are those of its event.

    What several papers of one occasion need is looked up once: desk, working time, what the copies of a receipt say.
    """

    submission: Submission
    verb: str
    at: datetime.datetime
    by: Actor
    note: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    before: str = ""

    @cached_property
    def worktime(self) -> WorkTime:
        """Of the submission's agency. Two queries."""
        return deadlines.worktime(self.submission.agency)

    @cached_property
    def desk(self) -> Desk:
        return desk_of(self.submission.agency)

    @cached_property
    def shared(self) -> dict[str, dict[str, Any]]:
        """What papers of this occasion have in common, by a name of theirs."""
        return {}

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

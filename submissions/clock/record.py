"""The clock of one submission, from its log."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from procedures import deadlines
from submissions.clock.replay import VERBS, Clock, Moment, replay
from submissions.models import Submission


def of(submission: Submission) -> Clock:
    """As the log and today's calendar give it. Three queries."""
    return replay(submission, _lines(submission), deadlines.worktime(submission.agency))


def promised(submission: Submission, verb: str, at: datetime.datetime, data: Mapping[str, Any]) -> datetime.date:
    """The day that is promised once this event, which is about to be written, stands in the log. Three queries."""
    lines = [*_lines(submission), Moment(verb, at, data)]
    found = replay(submission, lines, deadlines.worktime(submission.agency)).due_on
    assert found is not None  # the event is a receipt, or comes after one
    return found


def _lines(submission: Submission) -> list[Any]:
    events = submission.events.filter(verb__in=VERBS).order_by("number")
    return list(events.only("submission", "verb", "at", "data"))

"""What waits for the desk: the queues of feedback, and how near its day is."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.templatetags.portal import day
from submissions.feedback.table import LABELS
from submissions.models import Feedback
from submissions.models.conversation import FeedbackQuerySet
from submissions.worklist import Clock, Lateness

State = Feedback.State


@dataclass(frozen=True)
class Queue:
    key: str
    label: Any
    rows: Callable[[FeedbackQuerySet, datetime.date], FeedbackQuerySet]


QUEUES: tuple[Queue, ...] = (
    Queue("new", gettext_lazy("Chờ xem xét"), lambda rows, _today: rows.filter(state=State.NEW)),
    Queue("mine", gettext_lazy("Cần trả lời"), lambda rows, _today: rows.waiting()),
    Queue("late", gettext_lazy("Quá hạn"), lambda rows, today: rows.late(today)),
    Queue("asked", gettext_lazy("Chờ người gửi"), lambda rows, _today: rows.filter(state=State.ASKED)),
    Queue("publish", gettext_lazy("Chờ công khai"), lambda rows, _today: rows.to_publish()),
)


@dataclass(frozen=True)
class Entry:
    """A line of the history as the desk reads it: with the person."""

    label: Any
    at: datetime.datetime
    by: str
    office: str
    note: str


def history(feedback: Feedback) -> list[Entry]:
    """Newest first."""
    return [
        Entry(LABELS[e["verb"]], datetime.datetime.fromisoformat(e["at"]), e["by"], e["office"], e["note"])
        for e in reversed(feedback.history)
    ]


def narrowed(rows: FeedbackQuerySet, key: str, today: datetime.date) -> FeedbackQuerySet:
    found = next((q for q in QUEUES if q.key == key), None)
    return found.rows(rows, today) if found is not None else rows


def next_day(feedback: Feedback) -> datetime.date | None:
    """The day that the desk has to keep next; none while it waits for the sender or all is done."""
    if feedback.state == State.NEW:
        return min(feedback.decide_by, feedback.due_on)
    if feedback.state == State.TAKEN:
        return feedback.due_on
    return feedback.publish_by if feedback.state == State.ANSWERED and feedback.published_at is None else None


def lateness(feedback: Feedback, at: Clock) -> Lateness:
    """As on the work list: the bar's tone and the words beside it."""
    until = next_day(feedback)
    if until is None:
        return Lateness("neutral", _("chờ người gửi") if feedback.state == State.ASKED else "")
    what = {State.NEW: _("xem xét"), State.TAKEN: _("trả lời")}.get(State(feedback.state), _("công khai"))
    said = _("%(what)s: hết %(day)s") % {"what": what, "day": day(until)}
    if until < at.today:
        return Lateness(
            "error", _("%(said)s, quá hạn %(count)d ngày") % {"said": said, "count": (at.today - until).days}
        )
    if until == at.today:
        return Lateness("warning", _("%s, hôm nay") % said)
    return Lateness("warning" if until <= at.soon else "ok", said)

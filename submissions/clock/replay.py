"""The promised day out of the log: a pure function of events, time limit and working time.

What replay() needs and what may change later (the answers, the setting SUPPLEMENT_CLOCK) stands in the data of the
events: `periods` and `since` of a receipt; `rule` and `periods` of a supplement; `due_on` and `periods` of an
extension. Only the calendar is that of today, so that a day off which is announced late moves open dates.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from django.conf import settings
from django.utils import timezone

from portal.lib.worktime import WorkTime
from procedures import deadlines
from procedures.deadlines import CountedDay, Period
from submissions.clock import kept
from submissions.clock.spans import Periods, Span
from submissions.models import Submission
from submissions.states import RECOUNT, TRANSITIONS

RESTART, PAUSE = "restart", "pause"


class Line(Protocol):
    """A line of the log, written or just about to be."""

    @property
    def verb(self) -> str: ...
    @property
    def at(self) -> datetime.datetime: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Moment:
    """A line that is about to be written."""

    verb: str
    at: datetime.datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """One event of the clock, and the days that were counted from it on (until the next one that stopped them)."""

    verb: str
    at: datetime.datetime  # of a receipt: since when the clock has run
    due_on: datetime.date  # the promised day after it; of an extension and a recount the one that was told
    was: datetime.date | None = None  # the one before it
    rule: str = ""  # of a supplement
    left: Periods = ()  # what is to be counted from here on; of a request what is left
    days: tuple[CountedDay, ...] = ()


@dataclass(frozen=True)
class Clock:
    """`due_on` is what is promised; once processing has ended it stands as it was, and `counted` says what today's
    calendar would make of it. Nothing is promised before receipt."""

    due_on: datetime.date | None = None
    original_due_on: datetime.date | None = None
    counted: datetime.date | None = None
    running: bool = False
    ended: bool = False
    steps: tuple[Step, ...] = ()


def replay(submission: Submission, events: Iterable[Line], time: WorkTime) -> Clock:
    """The clock after these events, oldest first. No queries: `submission` comes with its revision."""
    hand = _Hand(submission, time)
    for event in events:
        turn = TURNS.get(event.verb)
        if turn is not None and isinstance(event.data, Mapping):
            turn(hand, event)
    return hand.clock()


class _Hand:
    """The state of the replay."""

    def __init__(self, submission: Submission, time: WorkTime) -> None:
        self.submission, self.time = submission, time
        self.limit = submission.revision.spec.time_limit
        self.span: Span | None = None
        self.due: datetime.date = datetime.date.min
        self.original: datetime.date | None = None
        self.told: datetime.date | None = None  # as the log says
        self.left: Periods | None = None  # while the clock stands still
        self.overran = False  # already late when it was stopped
        self.ended = False
        self.steps: list[Step] = []

    def clock(self) -> Clock:
        if self.span is None:
            return Clock()
        due = self.told if self.ended and self.told else self.due
        running = self.left is None and not self.ended
        return Clock(due, self.original, self.due, running, self.ended, tuple(self.steps))

    def periods(self, data: Mapping[str, Any]) -> Periods:
        """Those of the event; of one written before they were kept, by the answers of now."""
        known = kept.periods(data)
        return chosen(self.submission) if known is None else known

    def receive(self, event: Line) -> None:
        at = kept.moment(event.data, "since") or event.at
        self.span = Span(at, self.periods(event.data), self.limit, self.time)
        self.due = self.span.due_on
        self.original = kept.date(event.data, "due_on") or self.due
        self._step(event, at=at, left=self.span.periods, days=tuple(self.span.count.lines))

    def ask(self, event: Line) -> None:
        """Stops the clock. Before receipt there is nothing to stop."""
        if self.span is None:
            return
        self.left = self.span.left(event.at)
        self.overran = timezone.localdate(event.at) > self.due
        self._stop_counting(timezone.localdate(event.at))
        self._step(event, left=self.left)

    def answer(self, event: Line) -> None:
        """Restart or pause, as it was in force; a promised day never comes nearer by it."""
        if self.span is None or self.left is None:
            return
        left, was, self.left = self.left, self.due, None
        rule = event.data.get("rule", settings.SUPPLEMENT_CLOCK)
        if rule == RESTART:
            self.span = Span(event.at, self.periods(event.data), self.limit, self.time)
        elif not self.overran:
            self.span = self.span.resumed(event.at, left)
        else:
            self._step(event, was=was, rule=rule)
            return
        self.due = max(self.due, self.span.due_on)
        self._step(event, was=was, rule=rule, left=self.span.periods, days=tuple(self.span.count.lines))

    def extend(self, event: Line) -> None:
        """The new date stands; when it has become a day off, the next working day."""
        was, new = self.due, kept.date(event.data, "due_on")
        if self.span is None or new is None:
            return
        self.due = self.time.days.on_or_after(new)
        today = timezone.localdate(event.at)
        self.span = Span(event.at, self._until(event, today, new), self.limit, self.time, today)
        self._step(event, was=kept.date(event.data, "old_due_on") or was, due_on=new)

    def _until(self, event: Line, today: datetime.date, new: datetime.date) -> Periods:
        known = kept.periods(event.data)
        return until(self.limit.unit, today, new, self.time) if known is None else known

    def recount(self, event: Line) -> None:
        old, new = kept.date(event.data, "old_due_on"), kept.date(event.data, "due_on")
        if self.span is not None and new is not None:
            self._step(event, was=old, due_on=new)

    def end(self, _event: Line) -> None:
        self.ended = self.span is not None

    def _stop_counting(self, last: datetime.date) -> None:
        self.steps[-1] = replace(self.steps[-1], days=tuple(_until_day(self.steps[-1].days, last)))

    def _step(self, event: Line, **more: Any) -> None:
        self.told = kept.date(event.data, "due_on") or self.told
        self.steps.append(Step(**{"verb": event.verb, "at": event.at, "due_on": self.due, **more}))


def _until_day(days: Iterable[CountedDay], last: datetime.date) -> Iterator[CountedDay]:
    for day in days:
        if day.date <= last:
            yield replace(day, until=min(day.until, last)) if day.until else day


def chosen(submission: Submission) -> Periods:
    """What is to be counted for these answers: empty when the result is due on day zero."""
    return tuple(deadlines.chosen(submission.revision.spec.time_limit, submission.answers))


def until(unit: str, today: datetime.date, new: datetime.date, time: WorkTime) -> Periods:
    """An announced date as a count from today on, for what is left of it when the clock is stopped later."""
    if unit == "calendar_day":
        return (Period((new - today).days, unit),)
    return (Period(time.days.between(today, new), "working_day"),)


Turn = Callable[[_Hand, Line], None]
ENDS = {row.verb for row in TRANSITIONS if row.clock == "stop"}
TURNS: dict[str, Turn] = {
    "receive": _Hand.receive,
    "request_supplement": _Hand.ask,
    "supplement": _Hand.answer,
    "extend": _Hand.extend,
    RECOUNT: _Hand.recount,
    **dict.fromkeys(ENDS, _Hand.end),
}
VERBS = frozenset(TURNS)

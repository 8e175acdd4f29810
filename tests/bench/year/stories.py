"""The event log read into plain facts, one story a submission; nothing of the portal's own columns about time."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from submissions.models import Event, Submission
from tests.bench.year.almanac import ZONE, Almanac, Sheet
from tests.bench.year.dates import due_on

Moment = datetime.datetime
ENDS = {"RESULT_READY", "DECLINED", "STOPPED", "WITHDRAWN"}
COUNTING = ("receive", "supplement", "extend")
REPLY_HOURS = 8


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    verb: str
    at: Moment
    before: str
    after: str
    data: dict[str, Any]


@dataclass
class Request:
    at: Moment
    examined: bool
    answered: Moment | None = None


@dataclass
class Story:
    """What the log says of one submission, and what was filed (agency, procedure, answers, fees)."""

    pk: int
    agency: int
    procedure: int
    answers: dict[str, Any]
    fees: list[dict[str, Any]]
    limit: dict[str, Any]
    lines: list[Line]
    channel: str = "online"
    filed: Moment | None = None
    entered: Moment | None = None  # when the receipt was written
    received: Moment | None = None  # since when it counts
    ended: Moment | None = None
    refused: Moment | None = None
    left: Moment | None = None  # withdrawn or refused before receipt
    requests: list[Request] = field(default_factory=list)
    promised: list[tuple[Moment, datetime.date]] = field(default_factory=list)
    grades: list[tuple[Moment, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for line in self.lines:
            self._read(line)

    def _read(self, line: Line) -> None:
        if line.verb == "submit":
            self.filed, self.channel = line.at, line.data.get("channel", "online")
        elif line.verb == "receive":
            since = line.data.get("since")
            self.entered, self.received = line.at, Moment.fromisoformat(since) if since else line.at
        elif line.verb == "request_supplement":
            self.requests.append(Request(line.at, line.before != "SUBMITTED"))
        elif line.verb in ("supplement", "withdraw", "refuse") and self.requests and not self.requests[-1].answered:
            self.requests[-1].answered = line.at
        elif line.verb == "rate":
            self.grades.append((line.at, line.data["grade"]))
        if "due_on" in line.data:
            self.promised.append((line.at, datetime.date.fromisoformat(line.data["due_on"])))
        self._end(line)

    def _end(self, line: Line) -> None:
        if line.after not in {*ENDS, "REFUSED"} or line.before == line.after:
            return
        if self.received is None:
            self.left = line.at
            self.refused = line.at if line.after == "REFUSED" else None
        elif line.after in ENDS:
            self.ended = line.at

    # --- the first answer, counted again ---------------------------------------------------------

    def missed(self, almanac: Almanac) -> bool | None:
        """Did what came online ever wait more than eight hours of work? None while it waits for an answer."""
        since: Moment | None = None
        late = False
        for line in self.lines:
            if line.verb == "submit" or (line.verb == "supplement" and self._is_before_receipt(line)):
                since = line.at
            elif line.before == "SUBMITTED" and line.after != "SUBMITTED" and since is not None:
                late |= line.at > almanac.at(line.at).add_hours(self.agency, since, REPLY_HOURS)
                since = None
        return None if since is not None else late

    def _is_before_receipt(self, line: Line) -> bool:
        return self.entered is None or line.at < self.entered

    # --- the promised day, counted again ---------------------------------------------------------

    def counted(self, almanac: Almanac) -> tuple[datetime.date, datetime.date]:
        """Original and present due day by the second computation.

        Whenever the log moved the clock, and whenever the calendar changed while the submission was open, the log up
        to there is counted with the calendar of that moment.
        """
        assert self.entered is not None
        original = self._replayed(self.entered, almanac.at(self.entered))
        ticks = [line.at for line in self.lines if line.verb in COUNTING]
        ticks += [at for at in almanac.since if self.entered < at and (self.ended is None or at < self.ended)]
        last = max(ticks)
        return original, self._replayed(last, almanac.at(last))

    def _replayed(self, until: Moment, sheet: Sheet) -> datetime.date:
        due = datetime.date.min
        for line in self.lines:
            if line.at > until or self.received is None or line.at < self.entered:  # type: ignore[operator]
                continue
            if line.verb == "receive":
                due = due_on(self.received, self.limit, self.answers, sheet, self.agency)
            elif line.verb == "supplement":  # the whole limit anew, and never a nearer day
                due = max(due, due_on(line.at, self.limit, self.answers, sheet, self.agency))
            elif line.verb == "extend":
                due = sheet.on_or_after(self.agency, datetime.date.fromisoformat(line.data["due_on"]))
        return due


def local(at: Moment) -> datetime.date:
    return at.astimezone(ZONE).date()


def read() -> Iterator[Story]:
    """Every submission that was filed and meant, with its log."""
    columns = ("pk", "agency_id", "procedure_id", "answers", "fees", "revision_id")
    rows = Submission.objects.exclude(state="DRAFT").filter(is_rehearsal=False).order_by("pk").values_list(*columns)
    events = Event.objects.filter(submission__is_rehearsal=False).order_by("submission_id", "number")
    lines = events.values_list("submission_id", "verb", "at", "from_state", "to_state", "data")
    log = {pk: [Line(*row[1:]) for row in some] for pk, some in groupby(lines.iterator(5000), key=lambda row: row[0])}
    limits = _limits()
    for pk, agency, procedure, answers, fees, revision in rows.iterator(2000):
        yield Story(pk, agency, procedure, answers, fees, limits[revision], log.get(pk, []))


def _limits() -> dict[int, dict[str, Any]]:
    """Time limits by revision, as the documents say them."""
    rows = Submission.objects.order_by().values_list("revision_id", "revision__content__time_limit").distinct()
    return dict(rows)

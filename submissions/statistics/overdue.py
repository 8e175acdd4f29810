"""The public list of overdue submissions: what the bucket OPEN_OVERDUE holds today, without anything personal.

Look-up by code reveals no more than this list does (TT 01/2018/TT-VPCP art. 16).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import TruncDate

from portal.lib.workdays import Calendar
from procedures import deadlines
from procedures.models import Agency, Procedure, Sector
from submissions.models import Submission, SupplementRequest
from submissions.states import Stage
from submissions.statistics.counting import narrowing

PAGE_SIZE = 50
COLUMNS = ("dossier_code", "procedure__short_name", "procedure__code", "agency__short_name", "agency__name", "due_on")


@dataclass(frozen=True)
class OverdueLine:
    """`days` are working days past the promised one: none for what only waits for a second supplement."""

    code: str
    procedure: str
    procedure_code: str
    agency: str
    due_on: datetime.date
    days: int


def overdue(
    today: datetime.date,
    *,
    agency: Agency | None = None,
    sector: Sector | None = None,
    procedure: Procedure | None = None,
) -> QuerySet[Submission]:
    """Longest overdue first. Equal to definitions.bucket() on the day (tested)."""
    rows = Submission.objects.filed().filter(received_at__isnull=False, ended_on=None)
    rows = rows.filter(**narrowing(agency, sector, procedure)).annotate(asked_day=TruncDate("asked_at"))
    # A count of one submission: EXISTS would be hashed over all requests there ever were.
    asked = SupplementRequest.objects.filter(submission=OuterRef("pk"), stage=Stage.EXAMINATION).order_by()
    times = Subquery(asked.values("submission").annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    asked_wrongly = Q(asked_day__gt=F("due_on")) | Q(times__gt=1)
    rows = rows.annotate(times=times)
    late = Q(asked_at=None, due_on__lt=today) | Q(asked_at__isnull=False) & asked_wrongly
    return rows.filter(late).order_by("due_on", "pk")


def _after(rows: QuerySet[Submission], code: str) -> QuerySet[Submission]:
    """What follows the submission with this code; everything when there is none."""
    last = Submission.objects.filed().filter(dossier_code=code).values_list("due_on", "pk").first() if code else None
    if last is None or last[0] is None:
        return rows
    due, pk = last
    return rows.filter(due_on__gte=due).filter(Q(due_on__gt=due) | Q(pk__gt=pk))


@dataclass
class _Days:
    """Working days from a promised day to today; each looked up once."""

    today: datetime.date
    calendar: Calendar
    known: dict[datetime.date, int] = field(default_factory=dict)

    def late(self, due: datetime.date) -> int:
        if due not in self.known:
            self.known[due] = max(self.calendar.between(due, self.today), 0)
        return self.known[due]


def lines(rows: QuerySet[Submission], today: datetime.date) -> Iterator[OverdueLine]:
    """The rows as they are shown, one query for the calendar and one for the rows."""
    days = _Days(today, deadlines.calendar())
    for code, name, number, short, agency, due in rows.values_list(*COLUMNS).iterator(chunk_size=500):
        yield OverdueLine(code or "", name, number, short or agency, due, days.late(due))


@dataclass(frozen=True)
class OverduePage:
    """`after` is the code that the next page begins behind; empty on the last page."""

    lines: list[OverdueLine]
    after: str = ""


def page(rows: QuerySet[Submission], today: datetime.date, after: str = "") -> OverduePage:
    """One page of the list, found by key: the last page costs what the first does."""
    found = list(lines(_after(rows, after)[: PAGE_SIZE + 1], today))
    more = len(found) > PAGE_SIZE
    return OverduePage(found[:PAGE_SIZE], found[PAGE_SIZE - 1].code if more else "")

"""Figures month by month, stored: the running month every few minutes, a month that is over once and for all.

Stored counts outlive the submissions they came from. A submission brought in later with an old date (a pack from
another portal, post signed for on the last day of the month) changes no closed month: it is carried over.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from procedures.models import Agency, Procedure, Sector
from submissions.models import CountedMonth, MonthFigure
from submissions.statistics.counting import figures, first_receipt, narrowing
from submissions.statistics.rows import COLUMNS, FLOW_COUNT, Figures, Row

SETTLED = ("early", "on_time", "late")


def first_of(day: datetime.date) -> datetime.date:
    return day.replace(day=1)


def last_of(day: datetime.date) -> datetime.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def next_month(day: datetime.date) -> datetime.date:
    return last_of(day) + datetime.timedelta(days=1)


# --- counting ------------------------------------------------------------------------------------


def rebuild(month: datetime.date) -> bool:
    """Counts the month anew, all or nothing; closes it when it is over. False, and nothing done, once it is closed.

    Raises ValueError for a month that has not begun.
    """
    first, now = first_of(month), timezone.now()
    today = timezone.localdate(now)
    if first > today:
        raise ValueError(f"{first:%Y-%m} has not begun")
    with transaction.atomic():
        CountedMonth.objects.get_or_create(month=first, defaults={"counted_at": now})
        counted = CountedMonth.objects.select_for_update().get(month=first)
        if counted.is_closed:
            return False
        _store(first, figures(first, last_of(first)))
        counted.counted_at, counted.is_closed = now, last_of(first) < today
        counted.save()
    return True


def _month_figure(month: datetime.date, row: Row) -> MonthFigure:
    counts = row.figures._asdict()
    return MonthFigure(month=month, agency_id=row.agency_id, procedure_id=row.procedure_id, **counts)


def _store(month: datetime.date, rows: list[Row]) -> None:
    made = [_month_figure(month, row) for row in rows]
    key = ["month", "agency", "procedure"]
    MonthFigure.objects.bulk_create(made, update_conflicts=True, unique_fields=key, update_fields=list(COLUMNS))
    kept = {(r.agency_id, r.procedure_id) for r in rows}
    stored = MonthFigure.objects.filter(month=month).values_list("pk", "agency_id", "procedure_id")
    MonthFigure.objects.filter(pk__in=[pk for pk, *group in stored if tuple(group) not in kept]).delete()


def refresh() -> list[datetime.date]:
    """Closes every month that is over and not closed yet, then counts the running one; returns the months counted."""
    running = first_of(timezone.localdate())
    month, done = _first_open(running), []
    while month <= running:
        if rebuild(month):
            done.append(month)
        month = next_month(month)
    return done


def _first_open(running: datetime.date) -> datetime.date:
    """The month after the last closed one; on a portal that never counted, the month of the first receipt."""
    closed = CountedMonth.objects.filter(is_closed=True).order_by("-month").first()
    if closed is not None:
        return next_month(closed.month)
    return min(first_of(first_receipt() or running), running)


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MonthRow(Row):
    month: datetime.date


def stored(
    first: datetime.date,
    last: datetime.date,
    *,
    agency: Agency | None = None,
    sector: Sector | None = None,
    procedure: Procedure | None = None,
) -> list[MonthRow]:
    """The stored figures of every month that begins in [first, last], by agency and procedure. One query, two when
    an agency is given.
    """
    rows = MonthFigure.objects.filter(month__gte=first, month__lte=last, **narrowing(agency, sector, procedure))
    keys = ("month", "agency_id", "procedure_id")
    found = rows.order_by(*keys).values_list(*keys, *COLUMNS)
    return [MonthRow(agency, procedure, Figures(*counts), month) for month, agency, procedure, *counts in found]


def month(month: datetime.date, *, agency: Agency | None = None) -> list[MonthRow]:
    """The stored figures of one month."""
    return stored(first_of(month), first_of(month), agency=agency)


def over(rows: list[MonthRow], last: datetime.date) -> list[MonthRow]:
    """Rows ready to be added up over a period: stocks only of its last month."""
    return [r if r.month == last else MonthRow(r.agency_id, r.procedure_id, r.figures.flows(), r.month) for r in rows]


@dataclass(frozen=True)
class Headline:
    """The town's latest month in one figure; None while nothing was settled in it."""

    month: datetime.date
    on_time_share: Decimal | None


def headline() -> Headline | None:
    """One query."""
    sums = {name: Sum(name) for name in SETTLED}
    rows = MonthFigure.objects.order_by("-month").values("month").annotate(**sums)
    row = rows.values_list("month", *SETTLED).first()
    if row is None:
        return None
    month, *counts = row
    return Headline(month, Figures(**dict(zip(SETTLED, counts, strict=True))).on_time_share)


def service(procedure_id: int, year: int) -> Figures:
    """The flows of one procedure since 1 January (TT 32/2017/TT-BTTTT art. 8). One query."""
    names = COLUMNS[:FLOW_COUNT]
    sums = MonthFigure.objects.filter(procedure=procedure_id, month__year=year).aggregate(**{n: Sum(n) for n in names})
    return Figures(**{name: sums[name] or 0 for name in names})

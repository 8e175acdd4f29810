"""Days off of a year as a proposal: what the calendar package knows, for an operator to confirm."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import holidays
from django.db import transaction

from procedures.models import Holiday

FIRST, LAST = 2013, 2099  # the public holidays of the Labour Code in force since 2013; lunar dates are known to 2100
SOURCE = "Đề xuất từ lịch tính sẵn (holidays {version})"
_PREFIX = SOURCE.partition(" (")[0]
MADE_UP = "Làm bù"


@dataclass
class YearSummary:
    created: list[datetime.date] = field(default_factory=list)
    changed: list[datetime.date] = field(default_factory=list)
    removed: list[datetime.date] = field(default_factory=list)
    unchanged: int = 0
    confirmed: int = 0  # days of the year that an operator has confirmed; they are never touched


def proposal(year: int) -> dict[datetime.date, tuple[str, str]]:
    """Kind and name by day: days off with their substitutes, and weekend days worked in exchange."""
    calendar = holidays.country_holidays("VN", years=[year], language="vi")
    days = {day: (Holiday.Kind.OFF.value, name) for day, name in calendar.items()}
    worked = dict.fromkeys(calendar.weekend_workdays, (Holiday.Kind.WORKING.value, MADE_UP))
    return {day: entry for day, entry in sorted((days | worked).items()) if day.year == year}


@transaction.atomic
def load_year(year: int) -> YearSummary:
    """Adds the year's proposal; confirmed rows, and rows entered by hand, stay as they are."""
    summary = YearSummary()
    rows = {h.date: h for h in Holiday.objects.select_for_update().filter(date__year=year)}
    summary.confirmed = sum(h.confirmed for h in rows.values())
    proposed = proposal(year)
    for day, (kind, name) in proposed.items():
        _propose(rows.get(day), day, kind, name, summary)
    for day, row in rows.items():
        if day not in proposed and _is_ours(row):
            row.delete()
            summary.removed.append(day)
    return summary


def _is_ours(row: Holiday) -> bool:
    return not row.confirmed and row.source.startswith(_PREFIX)


def _propose(row: Holiday | None, day: datetime.date, kind: str, name: str, summary: YearSummary) -> None:
    source = SOURCE.format(version=holidays.__version__)
    if row is None:
        Holiday.objects.create(date=day, kind=kind, name=name[:120], source=source)
        summary.created.append(day)
    elif not _is_ours(row) or (row.kind, row.name) == (kind, name[:120]):
        summary.unchanged += not row.confirmed
    else:
        row.kind, row.name, row.source = kind, name[:120], source
        row.save()
        summary.changed.append(day)

"""Days off of a year as a proposal: what the calendar package knows, for an operator to confirm."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.db import transaction

from portal.lib import publicdays
from procedures.models import CatalogueVersion, Holiday

SOURCE = "Đề xuất từ lịch tính sẵn (bản {version})"
_PREFIX = SOURCE.partition(" (")[0]


@dataclass
class YearSummary:
    created: list[datetime.date] = field(default_factory=list)
    changed: list[datetime.date] = field(default_factory=list)
    removed: list[datetime.date] = field(default_factory=list)
    unchanged: int = 0
    confirmed: int = 0  # days of the year that an operator has confirmed; they are never touched


@transaction.atomic
def load_year(year: int) -> YearSummary:
    """Adds the year's proposal to the days of all units; confirmed rows and rows entered by hand stay as they are."""
    CatalogueVersion.lock()  # two who load or enter days wait for each other
    summary = YearSummary()
    rows = {h.date: h for h in Holiday.objects.select_for_update().filter(agency=None, date__year=year)}
    summary.confirmed = sum(h.confirmed for h in rows.values())
    proposed = publicdays.of_year(year)
    for day, known in proposed.items():
        _propose(rows.get(day), day, known, summary)
    for day, row in rows.items():
        if day not in proposed and is_proposal(row):
            row.delete()
            summary.removed.append(day)
    return summary


def is_proposal(row: Holiday) -> bool:
    """Nobody has confirmed it or given it a source of his own."""
    return not row.confirmed and row.source.startswith(_PREFIX)


def _propose(row: Holiday | None, day: datetime.date, known: publicdays.PublicDay, summary: YearSummary) -> None:
    source = SOURCE.format(version=publicdays.version())
    kind, name = Holiday.Kind.OFF if known.off else Holiday.Kind.WORKING, known.name[:120]
    if row is None:
        Holiday.objects.create(date=day, kind=kind, name=name, source=source)
        summary.created.append(day)
    elif not is_proposal(row) or (row.kind, row.name) == (kind, name):
        summary.unchanged += not row.confirmed
    else:
        row.kind, row.name, row.source = kind, name, source
        row.save()
        summary.changed.append(day)

"""When the desks are open, in words: from the table of working blocks, else from the catalogue, else the usual ones."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from procedures import deadlines, wording
from procedures.models import Agency, WorkingBlock


@dataclass(frozen=True)
class Hours:
    """`is_own`: the desk's own, not those that all share; `is_sample`: nobody has entered any."""

    words: str
    is_own: bool
    is_sample: bool = False


def of_desks(desks: Iterable[Agency], day: datetime.date) -> dict[int, Hours]:
    """The hours of each desk at that time of the year, by its key. One query."""
    rows = list(WorkingBlock.objects.all())
    return {desk.pk: _of(desk, rows, day) for desk in desks}


def of_desk(desk: Agency, day: datetime.date) -> Hours:
    """One query."""
    return of_desks([desk], day)[desk.pk]


def _of(desk: Agency, rows: list[WorkingBlock], day: datetime.date) -> Hours:
    """What the table says of the desk itself, then what the catalogue says of it, then what the table says of all."""
    near = {desk.pk, desk.parent_id} if desk.kind == Agency.Kind.ONE_STOP_CENTRE else {desk.pk}
    own = [row for row in rows if row.agency_id in near]
    if desk.hours and not own:
        return Hours(desk.hours, is_own=True)
    shared = [row for row in rows if row.agency_id is None]
    words = wording.office_hours(deadlines.arranged([*own, *shared], desk).week(day))
    return Hours(words, is_own=bool(own), is_sample=not own and not shared)

"""Working days and hours of the town and of its agencies, from their tables."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from portal.lib import publicdays
from portal.lib.workdays import SATURDAY, Calendar
from portal.lib.worktime import Block, Blocks, WorkTime
from procedures.models import Agency, Holiday, WorkingBlock


@dataclass(frozen=True)
class TownCalendar(Calendar):
    """The rows of the table; in a year that has none for all units, what the law is computed to give.

    So the Tết of a year that nobody has loaded is never counted as working days.
    """

    kept: frozenset[int] = frozenset()  # the years that have rows

    def _computed(self, day: datetime.date) -> publicdays.PublicDay | None:
        return None if day.year in self.kept else publicdays.of_year(day.year).get(day)

    def is_off(self, day: datetime.date) -> bool | None:
        row = super().is_off(day)
        computed = self._computed(day) if row is None else None
        return computed.off if computed else row

    def name(self, day: datetime.date) -> str:
        computed = None if day in self.names else self._computed(day)
        return computed.name if computed else super().name(day)


def _desk_mates(agency: Agency) -> Q:
    """The agencies that share a desk with it (Agency.scope), asked in the same query."""
    if agency.kind == Agency.Kind.TOWN:
        return Q(agency__parent=agency, agency__kind=Agency.Kind.ONE_STOP_CENTRE)
    shares = agency.kind in (Agency.Kind.ONE_STOP_CENTRE, Agency.Kind.DEPARTMENT) and agency.parent_id
    return Q(agency=agency.parent_id) if shares else Q(agency=agency)


def _concerns(agency: Agency | None) -> Q:
    """Rows for all units; and for an agency its own and those of its shared desk."""
    everybody = Q(agency=None)
    return everybody if agency is None else everybody | Q(agency=agency) | _desk_mates(agency)


def _nearness(of: int | None, agency: Agency | None) -> int:
    """2 for the agency's own row, 1 for one of its shared desk, 0 for one of all units."""
    if of is None or agency is None:
        return 0
    return 2 if of == agency.pk else 1


def calendar(first: datetime.date | None = None, *, agency: Agency | None = None) -> Calendar:
    """The working days of all units or of one, at least from `first` on (all years by default). One query.

    An agency's own row of a day beats the one for all.
    """
    rows = Holiday.objects.filter(_concerns(agency))
    if first is not None:
        # The whole year: one that has no row is computed.
        rows = rows.filter(date__gte=datetime.date(first.year, 1, 1))
    found: list[tuple[datetime.date, str, str, int | None]] = list(
        rows.values_list("date", "kind", "name", "agency_id")
    )
    best = {day: (kind, name) for day, kind, name, _of in sorted(found, key=lambda row: _nearness(row[3], agency))}
    return TownCalendar(
        off=frozenset(day for day, (kind, _name) in best.items() if kind == Holiday.Kind.OFF),
        working=frozenset(day for day, (kind, _name) in best.items() if kind == Holiday.Kind.WORKING),
        names={day: name for day, (_kind, name) in best.items()},
        kept=frozenset(day.year for day, _kind, _name, of in found if of is None),
    )


def office_blocks() -> tuple[Block, ...]:
    """settings.OFFICE_HOURS, Monday to Friday: the hours while the table has none."""
    hours = [tuple(map(datetime.time.fromisoformat, pair)) for pair in settings.OFFICE_HOURS]
    return tuple(Block(weekday, opens, closes) for weekday in range(SATURDAY) for opens, closes in hours)


def as_block(row: WorkingBlock) -> Block:
    season = (row.season_from, row.season_to) if row.season_from and row.season_to else None
    return Block(row.weekday, row.opens, row.closes, season)


def arranged(rows: Iterable[WorkingBlock], agency: Agency | None = None) -> Blocks:
    """Rows that concern the agency in the order in which they count: its own, its shared desk's, those of all units,
    office_blocks()."""
    layers: tuple[list[Block], ...] = ([], [], [])
    for row in rows:
        layers[2 - _nearness(row.agency_id, agency)].append(as_block(row))
    return Blocks((*(tuple(layer) for layer in layers if layer), office_blocks()))


def blocks(agency: Agency | None = None) -> Blocks:
    """The working hours of all units or of one. One query."""
    return arranged(WorkingBlock.objects.filter(_concerns(agency)), agency)


def worktime(agency: Agency | None = None) -> WorkTime:
    """Working days and hours of an agency, of all units by default. Two queries."""
    return WorkTime(calendar(agency=agency), blocks(agency))


def calendar_digest() -> str:
    """Changes when anything changes that a promised day may depend on: days, hours, or what computes a missing year."""
    days = list(Holiday.objects.order_by("date", "pk").values_list("date", "kind", "agency_id"))
    fields = ("agency_id", "weekday", "opens", "closes", "season_from", "season_to")
    hours = list(WorkingBlock.objects.order_by(*fields).values_list(*fields))
    state = [days, hours, settings.OFFICE_HOURS, publicdays.version()]
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()

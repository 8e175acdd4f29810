"""The year's working time as the second computation sees it: every version that was ever in force, plain loops only."""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import holidays

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = datetime.timedelta(days=1)
OFF, WORKING = "off", "working"
SATURDAY = 5

Span = tuple[datetime.datetime, datetime.datetime]


def moment(day: datetime.date, clock: str) -> datetime.datetime:
    """That time on the wall of that day in Việt Nam."""
    return datetime.datetime.combine(day, datetime.time.fromisoformat(clock), tzinfo=ZONE)


@dataclass(frozen=True)
class Hours:
    """A block of hours on one weekday; `first` and `last` ("MM-DD") bound its season, empty for the whole year."""

    weekday: int
    opens: str
    closes: str
    first: str = ""
    last: str = ""

    def is_season(self, day: datetime.date) -> bool:
        here = f"{day:%m-%d}"
        if not self.first:
            return True
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


USUAL = [Hours(weekday, *pair) for weekday in range(SATURDAY) for pair in (("07:30", "11:30"), ("13:30", "17:00"))]


@cache
def law(year: int) -> dict[datetime.date, str]:
    """The days off and the weekend days worked in exchange that the calendar package computes for the year."""
    found = holidays.country_holidays("VN", years=[year])
    days = dict.fromkeys((day for day in found if day.year == year), OFF)
    return {**days, **dict.fromkeys((day for day in found.weekend_workdays if day.year == year), WORKING)}


@dataclass
class Sheet:
    """The calendar at one moment. The key of what holds for every agency is None."""

    days: dict[tuple[int | None, datetime.date], str] = field(default_factory=dict)
    hours: dict[int | None, list[Hours]] = field(default_factory=dict)

    def copy(self) -> Sheet:
        return Sheet(dict(self.days), {agency: list(rows) for agency, rows in self.hours.items()})

    def kind(self, agency: int | None, day: datetime.date) -> str:
        """What the day was said to be, "" for an ordinary one; a year that nobody has entered is what the law gives."""
        said = self.days.get((agency, day)) or self.days.get((None, day))
        if said is not None:
            return said
        return "" if day.year in self.entered else law(day.year).get(day, "")

    @cached_property
    def entered(self) -> set[int]:
        """Years with a day of all agencies; a sheet does not change once it is in force."""
        return {day.year for agency, day in self.days if agency is None}

    def works(self, agency: int | None, day: datetime.date) -> bool:
        kind = self.kind(agency, day)
        return kind == WORKING if kind else day.weekday() < SATURDAY

    def after(self, agency: int | None, day: datetime.date) -> datetime.date:
        """The first working day after `day`."""
        day += DAY
        while not self.works(agency, day):
            day += DAY
        return day

    def on_or_after(self, agency: int | None, day: datetime.date) -> datetime.date:
        return day if self.works(agency, day) else self.after(agency, day)

    def later(self, agency: int | None, day: datetime.date, count: int) -> datetime.date:
        for _ in range(count):
            day = self.after(agency, day)
        return day

    def spans(self, agency: int | None, day: datetime.date) -> list[Span]:
        """The hours worked on that day: none on a day off, Monday's on a weekend day worked in exchange."""
        kind, weekday = self.kind(agency, day), day.weekday()
        if kind == OFF:
            return []
        pairs = self._pairs(agency, day, weekday)
        if not pairs and kind == WORKING and weekday >= SATURDAY:
            pairs = self._pairs(agency, day, 0)
        return [(moment(day, opens), moment(day, closes)) for opens, closes in pairs]

    def _pairs(self, agency: int | None, day: datetime.date, weekday: int) -> list[tuple[str, str]]:
        """The hours of that weekday at that time of the year: the agency's, else everybody's, else the usual ones."""
        for rows in (self.hours.get(agency, []), self.hours.get(None, []), USUAL):
            here = [h for h in rows if h.is_season(day)]
            if here:
                own = [h for h in here if h.weekday == weekday]
                return sorted((h.opens, h.closes) for h in [h for h in own if h.first] or own)
        return []

    def add_hours(self, agency: int | None, start: datetime.datetime, hours: int) -> datetime.datetime:
        """`hours` of work after `start`, counted minute-exact inside working blocks."""
        left = datetime.timedelta(hours=hours)
        day = start.astimezone(ZONE).date()
        while True:
            for opens, closes in self.spans(agency, day):
                begin = max(opens, start)
                if begin >= closes:
                    continue
                if closes - begin >= left:
                    return begin + left
                left -= closes - begin
            day += DAY


@dataclass
class Almanac:
    """All versions of the calendar with the moment from which each held."""

    sheets: list[Sheet] = field(default_factory=lambda: [Sheet()])
    since: list[datetime.datetime] = field(default_factory=lambda: [datetime.datetime.min.replace(tzinfo=datetime.UTC)])

    @property
    def now(self) -> Sheet:
        return self.sheets[-1]

    def at(self, when: datetime.datetime) -> Sheet:
        return self.sheets[bisect.bisect_right(self.since, when) - 1]

    def change(
        self,
        when: datetime.datetime,
        *,
        days: Iterable[tuple[int | None, datetime.date, str]] = (),
        hours: Iterable[tuple[int | None, Hours]] = (),
    ) -> None:
        """A new version from `when` on; a kind of "" takes a day out again."""
        sheet = self.now.copy()
        for agency, day, kind in days:
            if kind:
                sheet.days[agency, day] = kind
            else:
                sheet.days.pop((agency, day), None)
        for agency, row in hours:
            sheet.hours.setdefault(agency, []).append(row)
        self.sheets.append(sheet)
        self.since.append(when)

"""What the authorities announce in the year, and when: days off late, taken back, of one ward; summer hours; next year.

Each is written to the portal's tables as an operator would, and noted in the almanac of the second computation.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from procedures.loading.year import load_year
from procedures.models import Holiday, WorkingBlock
from tests.bench.year.almanac import OFF, WORKING, ZONE, Almanac, Hours
from tests.bench.year.town import Town

YEAR = 2026
SUMMER, WINTER = ("04-16", "10-15"), ("10-16", "04-15")


@dataclass(frozen=True)
class Announcement:
    """`at`: when the operator enters it. `tell` writes it to both calendars."""

    at: datetime.datetime
    words: str
    tell: Callable[[Town, Almanac, datetime.datetime], None]


def _at(month: int, day: int, hour: int = 10) -> datetime.datetime:
    """Half a minute past the hour: no verb ever happens at that second."""
    return datetime.datetime(YEAR, month, day, hour, 0, 30, tzinfo=ZONE)


def _day(month: int, day: int, year: int = YEAR) -> datetime.date:
    return datetime.date(year, month, day)


def _days(*days: tuple[datetime.date, str], ward: str = "") -> Callable[[Town, Almanac, datetime.datetime], None]:
    """Days off or worked in exchange, of all agencies or of one ward; "" takes an announced day back."""

    def tell(town: Town, almanac: Almanac, now: datetime.datetime) -> None:
        agency = town.desk(ward).agency if ward else None
        for day, kind in days:
            rows = Holiday.objects.filter(date=day, agency=agency)
            if kind:
                rows.update_or_create(
                    defaults={"kind": kind, "name": "Theo thông báo", "confirmed": True}, date=day, agency=agency
                )
            else:
                rows.delete()
        key = agency.pk if agency else None
        almanac.change(now, days=[(key, day, kind) for day, kind in days])

    return tell


def _year(year: int) -> Callable[[Town, Almanac, datetime.datetime], None]:
    def tell(_town: Town, almanac: Almanac, now: datetime.datetime) -> None:
        load_year(year)
        Holiday.objects.filter(date__year=year, agency=None).update(confirmed=True)
        rows = Holiday.objects.filter(date__year=year, agency=None).values_list("date", "kind")
        almanac.change(now, days=[(None, day, kind) for day, kind in rows])

    return tell


def _hours(rows: list[Hours], ward: str = "") -> Callable[[Town, Almanac, datetime.datetime], None]:
    def tell(town: Town, almanac: Almanac, now: datetime.datetime) -> None:
        agency = town.desk(ward).agency if ward else None
        for row in rows:
            opens, closes = (datetime.time.fromisoformat(t) for t in (row.opens, row.closes))
            season = {"season_from": row.first, "season_to": row.last}
            WorkingBlock.objects.create(agency=agency, weekday=row.weekday, opens=opens, closes=closes, **season)
        key = agency.pk if agency else None
        almanac.change(now, hours=[(key, row) for row in rows])

    return tell


def _week(*blocks: tuple[str, str], season: tuple[str, str] = ("", "")) -> Iterator[Hours]:
    for weekday in range(5):
        for opens, closes in blocks:
            yield Hours(weekday, opens, closes, *season)


SEASONS = [
    *_week(("07:00", "11:30"), ("14:00", "17:00"), season=SUMMER),
    *_week(("07:30", "11:30"), ("13:30", "17:00"), season=WINTER),
]
SATURDAY_DESK = [*_week(("07:30", "11:30"), ("13:30", "17:00")), Hours(5, "08:00", "11:00")]

FIRST_DAY, LAST_DAY = _day(1, 1), _day(1, 1, YEAR + 1)  # 366 days, both ends included
START = datetime.datetime(YEAR - 1, 12, 30, 8, 0, 30, tzinfo=ZONE)
ANNOUNCED: tuple[Announcement, ...] = (
    Announcement(START, "calendar of the year", _year(YEAR)),
    Announcement(_at(1, 1, 0), "2 January off, 10 January worked", _days((_day(1, 2), OFF), (_day(1, 10), WORKING))),
    Announcement(_at(2, 9), "Tết a day longer", _days((_day(2, 13), OFF), (_day(2, 28), WORKING))),
    Announcement(_at(4, 13), "summer hours", _hours(SEASONS)),
    Announcement(_at(5, 12), "a ward's festival", _days((_day(5, 15), OFF), ward="bac-hong")),
    Announcement(_at(6, 29), "a ward opens on Saturdays", _hours(SATURDAY_DESK, ward="nam-hong")),
    Announcement(_at(9, 14, 9), "flood, from today", _days((_day(9, 14), OFF), (_day(9, 15), OFF), ward="duc-thuan")),
    Announcement(_at(9, 17), "a day off that is past", _days((_day(9, 16), OFF))),
    Announcement(_at(10, 20), "a day off", _days((_day(10, 30), OFF))),
    Announcement(_at(10, 26), "and taken back", _days((_day(10, 30), ""))),
    Announcement(_at(11, 9), "calendar of next year", _year(YEAR + 1)),
    Announcement(_at(12, 28), "the year's last day off", _days((_day(12, 31), OFF))),
)

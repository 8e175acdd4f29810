"""Hours of work: counting inside the working blocks of working days. Knows no office hours of its own.

All moments are aware; all days and clock times are those of the portal's time zone (Asia/Ho_Chi_Minh).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.utils import timezone

from portal.lib.workdays import ONE_DAY, SATURDAY, Calendar

Hours = tuple[datetime.time, datetime.time]
Span = tuple[datetime.datetime, datetime.datetime]
NOTHING = datetime.timedelta()
LEAP_YEAR = tuple(datetime.date(2024, 1, 1) + n * ONE_DAY for n in range(366))


@dataclass(frozen=True)
class Block:
    """Worked from `opens` to `closes` on one weekday (Monday is 0): all year, or in a season of every year.

    A season is its first and last day as "MM-DD" and may run over New Year.
    """

    weekday: int
    opens: datetime.time
    closes: datetime.time
    season: tuple[str, str] | None = None

    def in_force(self, day: datetime.date) -> bool:
        if self.season is None:
            return True
        first, last = self.season
        mark = f"{day:%m-%d}"
        return first <= mark <= last if first <= last else mark >= first or mark <= last

    def clashes(self, other: Block) -> bool:
        """Both would be worked at one time of one day. A season's block beside one of the whole year is none: it
        replaces it."""
        if self.weekday != other.weekday or (self.season is None) != (other.season is None):
            return False
        if self.opens >= other.closes or other.opens >= self.closes:
            return False
        return any(self.in_force(day) and other.in_force(day) for day in LEAP_YEAR)


@dataclass(frozen=True)
class Blocks:
    """Working blocks in layers; on each day the first layer that has anything in force on that day of the year counts.

    So the hours of one agency replace those of all, and an agency that has entered only its summer hours works those
    of all in winter. Within a layer the season's blocks of a weekday replace the weekday's blocks of the whole year.
    The last layer must work all the year round (ValueError).
    """

    layers: tuple[tuple[Block, ...], ...]
    _weeks: dict[str, dict[int, tuple[Hours, ...]]] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def __post_init__(self) -> None:
        if not self.layers or all(block.season for block in self.layers[-1]):
            raise ValueError("the last layer of working blocks needs hours for the whole year")

    def week(self, day: datetime.date) -> dict[int, tuple[Hours, ...]]:
        """The hours of each weekday that has any, as they are at that time of the year; in order, none overlapping."""
        mark = f"{day:%m-%d}"
        if mark not in self._weeks:
            in_force = ([block for block in layer if block.in_force(day)] for layer in self.layers)
            blocks = next(filter(None, in_force))
            self._weeks[mark] = {n: _hours(blocks, n) for n in sorted({block.weekday for block in blocks})}
        return self._weeks[mark]

    def of(self, day: datetime.date) -> tuple[Hours, ...]:
        """The hours of the day's weekday."""
        return self.week(day).get(day.weekday(), ())

    def usual(self, day: datetime.date) -> tuple[Hours, ...]:
        """The hours of a day without hours of its own: Monday's, else those of the first day that has any."""
        week = self.week(day)
        return week[min(week)]


def _hours(blocks: Iterable[Block], weekday: int) -> tuple[Hours, ...]:
    own = [block for block in blocks if block.weekday == weekday]
    found = sorted((b.opens, b.closes) for b in [b for b in own if b.season] or own)
    merged: list[Hours] = []
    for opens, closes in found:
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return tuple(merged)


@dataclass(frozen=True)
class WorkTime:
    """Working days and the hours that are worked on them.

    A weekend day with blocks counts for hours although it never counts as a day; a weekend day worked in exchange has
    its weekday's blocks, else Monday's. A day off has no hours, whatever its weekday.
    """

    days: Calendar
    blocks: Blocks
    # A list counts back to the same days row after row.
    _known: dict[datetime.date, tuple[tuple[Span, ...], datetime.timedelta]] = field(
        default_factory=dict, init=False, repr=False, compare=False, hash=False
    )

    def hours(self, day: datetime.date) -> tuple[Hours, ...]:
        """What is worked on that day."""
        own = self.blocks.of(day)
        if self.days.is_working_day(day):
            made_up = day.weekday() >= SATURDAY
            return own or (self.blocks.usual(day) if made_up else ())
        return () if self.days.is_off(day) else own

    def spans(self, day: datetime.date) -> tuple[Span, ...]:
        """What is worked on that day, as moments."""
        return self._day(day)[0]

    def _day(self, day: datetime.date) -> tuple[tuple[Span, ...], datetime.timedelta]:
        """The spans of the day and how long they are together."""
        if day not in self._known:
            spans = tuple((_moment(day, opens), _moment(day, closes)) for opens, closes in self.hours(day))
            self._known[day] = spans, sum((end - start for start, end in spans), NOTHING)
        return self._known[day]

    def opening(self, day: datetime.date) -> datetime.datetime:
        """When work begins on that day; on a day without hours when it would on a usual one (see Blocks.usual)."""
        return _moment(day, (self.hours(day) or self.blocks.usual(day))[0][0])

    def closing(self, day: datetime.date) -> datetime.datetime:
        """When the day's last block ends; on a day without hours when it would on a usual one (see Blocks.usual)."""
        return _moment(day, (self.hours(day) or self.blocks.usual(day))[-1][1])

    def spent(self, moment: datetime.datetime, hours: datetime.timedelta) -> Iterator[Span]:
        """Where the hours after `moment` are worked off, in order. ValueError when they are negative."""
        if hours < NOTHING:
            raise ValueError(f"negative working hours: {hours}")
        day = timezone.localtime(moment).date()
        while hours:
            for start, end in self.spans(day):
                start = max(start, moment)
                used = min(end - start, hours)
                if used > NOTHING:
                    hours -= used
                    yield start, start + used
            day += ONE_DAY

    def add(self, moment: datetime.datetime, hours: datetime.timedelta) -> datetime.datetime:
        """When that many working hours after `moment` have passed; `moment` itself for none. In local time.

        Four hours that end with a block end then, not when the next begins. ValueError when they are negative.
        """
        end = timezone.localtime(moment)
        for span in self.spent(moment, hours):
            end = span[1]
        return end

    def between(self, first: datetime.datetime, last: datetime.datetime) -> datetime.timedelta:
        """Working hours from `first` to `last`; negative when `last` is earlier."""
        if last < first:
            return -self.between(last, first)
        day, final = timezone.localtime(first).date(), timezone.localtime(last).date()
        total = self._within(day, first, last)
        while (day := day + ONE_DAY) < final:
            total += self._day(day)[1]
        return total + self._within(final, first, last) if day == final else total

    def _within(self, day: datetime.date, first: datetime.datetime, last: datetime.datetime) -> datetime.timedelta:
        """What is worked of that day between the two moments."""
        cut = (min(end, last) - max(start, first) for start, end in self.spans(day))
        return sum((max(part, NOTHING) for part in cut), NOTHING)


def _moment(day: datetime.date, at: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, at, timezone.get_current_timezone())

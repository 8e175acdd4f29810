"""Working-day arithmetic over an explicit calendar; knows no holidays of its own."""

from __future__ import annotations

import datetime
from collections.abc import Container, Mapping
from dataclasses import dataclass, field

ONE_DAY = datetime.timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Calendar:
    """Days off (beside weekends) and weekend days that are worked in exchange; `names` says what some of them are."""

    off: Container[datetime.date] = field(default_factory=frozenset)
    working: Container[datetime.date] = field(default_factory=frozenset)
    names: Mapping[datetime.date, str] = field(default_factory=dict)

    def is_off(self, day: datetime.date) -> bool | None:
        """True for a day off, False for one that is worked in exchange, None for an ordinary one."""
        if day in self.working:
            return False
        return True if day in self.off else None

    def name(self, day: datetime.date) -> str:
        """What the day is, "" for an ordinary one."""
        return self.names.get(day, "")

    def is_working_day(self, day: datetime.date) -> bool:
        off = self.is_off(day)
        return day.weekday() < SATURDAY if off is None else not off

    def next_working_day(self, day: datetime.date) -> datetime.date:
        """The first working day after `day`."""
        day += ONE_DAY
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def on_or_after(self, day: datetime.date) -> datetime.date:
        return day if self.is_working_day(day) else self.next_working_day(day)

    def add(self, day: datetime.date, days: int) -> datetime.date:
        """`days` working days after `day`; `day` itself does not count (Civil Code 2015 art. 147)."""
        for _ in range(days):
            day = self.next_working_day(day)
        return day

    def between(self, first: datetime.date, last: datetime.date) -> int:
        """Working days after `first` up to and including `last`; negative when `last` is earlier."""
        if last < first:
            return -self.between(last, first)
        count = 0
        while first < last:
            first = self.next_working_day(first)
            count += first <= last
        return count

"""A stretch of counting: from which moment, which periods; and what of it is left at a later moment."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from portal.lib.worktime import WorkTime
from procedures import deadlines
from procedures.deadlines import Period
from procedures.spec import TimeLimit

HOUR = datetime.timedelta(hours=1)
Periods = tuple[Period, ...]


@dataclass(frozen=True)
class Span:
    """The periods follow one another from `since`; without any the span ends on its day zero.

    Day zero, which does not count, is found by the rules of the limit when it is not given.
    """

    since: datetime.datetime
    periods: Periods
    limit: TimeLimit
    time: WorkTime
    zero: datetime.date | None = None

    @cached_property
    def count(self) -> deadlines.Count:
        return deadlines.count(self.since, self.limit, self.periods, self.time, day_zero=self.zero)

    @property
    def due_on(self) -> datetime.date:
        return self.count.day

    def left(self, at: datetime.datetime) -> Periods:
        """What has not been counted by the end of the day of `at`, in the units of the limit.

        Of hours what has not been worked off at `at`; a begun hour is left as a whole one.
        """
        for place, period in enumerate(self.periods):
            rest = period.value - self._passed(place, at)
            if rest > 0:
                return (Period(rest, period.unit), *self.periods[place + 1 :])
        return ()

    def _passed(self, place: int, at: datetime.datetime) -> int:
        """How many units of the period have passed."""
        day, moment = self.count.stages[place]
        unit, today = self.periods[place].unit, timezone.localdate(at)
        if unit == "hour":
            return max(self.time.between(moment or self.time.closing(day), at) // HOUR, 0)
        return max((today - day).days if unit == "calendar_day" else self.time.days.between(day, today), 0)

    def resumed(self, at: datetime.datetime, left: Periods) -> Span:
        """What was left goes on: the day of the answer does not count, the next one does.

        With nothing left it ends on the day of the answer, or on the next when that came after the cut-off.
        """
        zero = timezone.localdate(at) if left else deadlines.first_day(at, self.limit, self.time.days)
        return Span(at, left, self.limit, self.time, max(zero, self.count.stages[0][0]))

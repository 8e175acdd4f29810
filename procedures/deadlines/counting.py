"""The count: one loop gives the promised day, its moment and the explanation day by day. No queries."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.workdays import ONE_DAY, SATURDAY, Calendar
from portal.lib.worktime import Blocks, WorkTime
from procedures.deadlines.tables import office_blocks
from procedures.models import WorkingBlock
from procedures.spec import Answers, TimeLimit


@dataclass(frozen=True)
class Period:
    """A number of days or hours of one unit; `why` is the case for which the law adds or sets it."""

    value: int
    unit: str
    why: str = field(default="", compare=False)


def periods(limit: TimeLimit, answers: Answers) -> list[Period]:
    """The periods to count one after another, given the answers.

    A variant whose `when` holds replaces the base, or adds to it; variants without `when` are for people to judge.
    """
    base = Period(limit.value, limit.unit)
    added = []
    for variant in limit.variants:
        if variant.when is None or not variant.when.holds(answers):
            continue
        period = Period(variant.value, variant.unit, variant.condition)
        if variant.adds:
            added.append(period)
        else:
            base = period
    return [base, *added]


def chosen(limit: TimeLimit, answers: Answers) -> list[Period]:
    """The periods that are really counted: the base of a same-day procedure is day zero itself."""
    steps = periods(limit, answers)
    return steps[1:] if limit.same_day and steps[0] == Period(limit.value, limit.unit) else steps


def _clock_time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text if len(text) >= 5 else f"0{text}")


def _missed_cutoff(local: datetime.datetime, limit: TimeLimit) -> bool:
    """Later than the procedure's cut-off; at 15:00:00 sharp it is not yet "after 15:00"."""
    return bool(limit.cutoff) and local.time() > _clock_time(limit.cutoff)


def first_day(received: datetime.datetime, limit: TimeLimit, days: Calendar) -> datetime.date:
    """Day zero: the day of receipt, or the next working day when received after the procedure's cut-off.

    Receipt on a day off counts as receipt on the next working day.
    """
    local = timezone.localtime(received)
    day = days.on_or_after(local.date())
    if day == local.date() and _missed_cutoff(local, limit):
        return days.next_working_day(day)
    return day


@dataclass(frozen=True)
class CountedDay:
    """A line of the explanation, in the order of the days; the last one is the promised day.

    `kind`: "received" (on a day that is not day zero, and why), "zero" (from here on it is counted), "counted" (day
    `number`, which runs on over added periods), "skipped" (`date` to `until`, and why), "hours" (worked off on this
    day), "moved" (the last day of a period was a day off).
    """

    date: datetime.date
    number: int | None
    why: str
    kind: str = "counted"
    until: datetime.date | None = None


def due_at(
    received: datetime.datetime,
    limit: TimeLimit,
    answers: Answers,
    days: Calendar | WorkTime,
    *,
    day_zero: datetime.date | None = None,
) -> datetime.datetime:
    """The promised moment, in local time: the hour for hours, otherwise the end of work on the promised day.

    Same-day procedures are due on day zero itself; otherwise day zero is not counted (Civil Code 2015 art. 147) and a
    last day that is not worked moves to the next working day (art. 148). Hours are counted in working blocks, from
    the moment of receipt. `day_zero` is given when the count begins on another day than that of receipt. With a
    calendar alone the hours are office_blocks().
    """
    return count(received, limit, chosen(limit, answers), days, day_zero=day_zero).due


def due_on(
    received: datetime.datetime,
    limit: TimeLimit,
    answers: Answers,
    days: Calendar | WorkTime,
    *,
    day_zero: datetime.date | None = None,
) -> datetime.date:
    """The promised day in Asia/Ho_Chi_Minh: see due_at."""
    return due_at(received, limit, answers, days, day_zero=day_zero).date()


def counted(
    received: datetime.datetime,
    limit: TimeLimit,
    answers: Answers,
    days: Calendar | WorkTime,
    *,
    day_zero: datetime.date | None = None,
) -> tuple[CountedDay, ...]:
    """How due_on came about, day by day."""
    return tuple(count(received, limit, chosen(limit, answers), days, day_zero=day_zero).lines)


def count(
    received: datetime.datetime,
    limit: TimeLimit,
    steps: Sequence[Period],
    days: Calendar | WorkTime,
    *,
    day_zero: datetime.date | None = None,
) -> Count:
    """Counts `steps` one after another; of the limit only the rules of the first day are asked."""
    count = Count(days if isinstance(days, WorkTime) else WorkTime(days, Blocks((office_blocks(),))))
    local = timezone.localtime(received)
    if steps and steps[0].unit == "hour":
        count.start_hours(local, limit, day_zero)
    else:
        count.start_days(local, limit, day_zero, due_now=not steps)
    count.mark()
    for step in steps:
        count.go(step)
        count.mark()
    return count


class Count:
    """Counts one period after another and writes a line for every day that it passes.

    `stages` says on which day, and after hours at which moment, it stood before the first period and after each.
    """

    def __init__(self, time: WorkTime) -> None:
        self.time = time
        self.days = time.days
        self.day = datetime.date.min  # where it stands
        self.moment: datetime.datetime | None = None  # the exact moment, while hours are counted
        self.number = 0
        self.lines: list[CountedDay] = []
        self.stages: list[tuple[datetime.date, datetime.datetime | None]] = []

    def mark(self) -> None:
        self.stages.append((self.day, self.moment))

    @property
    def due(self) -> datetime.datetime:
        return self.moment or self.time.closing(self.day)

    def start_days(
        self, received: datetime.datetime, limit: TimeLimit, day_zero: datetime.date | None, *, due_now: bool
    ) -> None:
        self.day = day_zero or first_day(received, limit, self.days)
        if day_zero:
            why = _("bắt đầu tính thời hạn, ngày này chưa tính")
        elif self.day == received.date():
            why = _("ngày tiếp nhận, chưa tính")
        else:
            self._not_yet(received, limit)
            why = _("tính như tiếp nhận ngày này, ngày này chưa tính")
        self._line(self.day, _("trả trong ngày làm việc này") if due_now else why, "zero")

    def _not_yet(self, received: datetime.datetime, limit: TimeLimit) -> None:
        """Why the day of receipt is not day zero."""
        day = received.date()
        if self.days.is_working_day(day):
            self._line(day, _late_words(limit), "received")
            day += ONE_DAY
        self._skip(day, self.day)

    def start_hours(self, received: datetime.datetime, limit: TimeLimit, day_zero: datetime.date | None) -> None:
        """From the moment of receipt, from the midnight after it when that was after the cut-off, or from day zero."""
        self.day = day_zero or received.date()
        self.moment, why = received, _("tính giờ từ lúc tiếp nhận, %s") % f"{received:%H:%M}"
        if self.day != received.date():
            self.moment, why = _midnight(self.day), _("bắt đầu tính giờ")
        elif not day_zero and _missed_cutoff(received, limit):
            self.moment, why = _midnight(self.day + ONE_DAY), _late_words(limit)
        self._line(self.day, why, "zero")

    def go(self, step: Period) -> None:
        if step.unit == "hour":
            self._hours(step)
            return
        if step.unit == "calendar_day":
            self._calendar_days(step)
        else:
            self._working_days(step)
        self.moment = None

    def _working_days(self, step: Period) -> None:
        for _n in range(step.value):
            day = self.days.next_working_day(self.day)
            self._skip(self.day + ONE_DAY, day)
            self._counted(day, step.why or self.days.name(day))

    def _calendar_days(self, step: Period) -> None:
        for _n in range(step.value):
            day = self.day + ONE_DAY
            self._counted(day, step.why or self.days.name(day))
        last, self.day = self.day, self.days.on_or_after(self.day)
        if self.day != last:
            self._skip(last + ONE_DAY, self.day)
            words = _("ngày cuối là ngày nghỉ (%s) nên chuyển sang ngày làm việc tiếp theo")
            self._line(self.day, words % self._why([last]), "moved")

    def _hours(self, step: Period) -> None:
        begin = self.moment or self.time.closing(self.day)
        spent = self.time.spent(begin, datetime.timedelta(hours=step.value))
        for day, group in itertools.groupby(spent, key=lambda span: span[0].date()):
            spans = list(group)
            self._skip(self.day + ONE_DAY, day)
            self.day, self.moment = day, spans[-1][1]
            said = [f"{start:%H:%M}–{end:%H:%M}" for start, end in spans]
            self._line(day, ", ".join([*said, step.why] if step.why else said), "hours")

    def _counted(self, day: datetime.date, why: str) -> None:
        self.day = day
        self.number += 1
        self.lines.append(CountedDay(day, self.number, why))

    def _line(self, day: datetime.date, why: str, kind: str) -> None:
        self.lines.append(CountedDay(day, None, why, kind))

    def _skip(self, first: datetime.date, end: datetime.date) -> None:
        """A line for each stretch before `end` that has one kind of reason."""
        for _reason, group in itertools.groupby(_each(first, end), key=self._reason):
            days = list(group)
            self.lines.append(CountedDay(days[0], None, self._why(days), "skipped", days[-1]))

    def _reason(self, day: datetime.date) -> str:
        """ "off" for a named day off or one in the week, "weekend", or "closed": a working day without hours."""
        if self.days.is_working_day(day):
            return "closed"
        return "weekend" if day.weekday() >= SATURDAY and not self.days.name(day) else "off"

    def _why(self, days: list[datetime.date]) -> str:
        """In words, for days of one reason: "thứ Bảy, Chủ nhật", "29 Tết, Tết Nguyên Đán"."""
        reason = self._reason(days[0])
        if reason == "closed":
            return _("không có giờ làm việc")
        if reason == "weekend":
            return ", ".join(str(WorkingBlock.Weekday(day.weekday()).label) for day in days)
        return ", ".join(_shortest(self.days.name(day) or _("ngày nghỉ") for day in days))


def _shortest(names: Iterable[str]) -> list[str]:
    """Each name once, without those that only lengthen another: "Mùng hai Tết Nguyên Đán" beside "Tết Nguyên Đán"."""
    once = list(dict.fromkeys(names))
    return [name for name in once if not any(other != name and other in name for other in once)]


def _late_words(limit: TimeLimit) -> str:
    return _("tiếp nhận sau %s nên tính từ ngày làm việc tiếp theo") % limit.cutoff


def _each(first: datetime.date, end: datetime.date) -> Iterator[datetime.date]:
    while first < end:
        yield first
        first += ONE_DAY


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))

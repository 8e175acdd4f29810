"""When a result is due: a pure function of receipt, time limit and calendar, and the calendar from its table."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.utils import timezone

from portal.lib.workdays import Calendar
from procedures.models import Holiday
from procedures.spec import Answers, TimeLimit

HOURS_A_DAY = 8


def calendar(first: datetime.date | None = None) -> Calendar:
    """The town's calendar from the holiday table, from `first` on (all of it by default). One query."""
    rows = Holiday.objects.all() if first is None else Holiday.objects.filter(date__gte=first)
    kinds = list(rows.values_list("date", "kind"))
    return Calendar(
        off=frozenset(d for d, kind in kinds if kind == Holiday.Kind.OFF),
        working=frozenset(d for d, kind in kinds if kind == Holiday.Kind.WORKING),
    )


@dataclass(frozen=True)
class Period:
    """A number of days of one unit."""

    value: int
    unit: str


def periods(limit: TimeLimit, answers: Answers) -> list[Period]:
    """The periods to count one after another, given the answers.

    A variant whose `when` holds replaces the base, or adds to it; variants without `when` are for people to judge.
    """
    base = Period(limit.value, limit.unit)
    added = []
    for variant in limit.variants:
        if variant.when is None or not variant.when.holds(answers):
            continue
        if variant.adds:
            added.append(Period(variant.value, variant.unit))
        else:
            base = Period(variant.value, variant.unit)
    return [base, *added]


def _clock_time(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text if len(text) >= 5 else f"0{text}")


def first_day(received: datetime.datetime, limit: TimeLimit, days: Calendar) -> datetime.date:
    """Day zero: the day of receipt, or the next working day when received after the procedure's cut-off.

    Receipt on a day off counts as receipt on the next working day.
    """
    local = timezone.localtime(received)
    day = days.on_or_after(local.date())
    if day == local.date() and limit.cutoff and local.time() > _clock_time(limit.cutoff):
        return days.next_working_day(day)
    return day


def due_on(
    received: datetime.datetime,
    limit: TimeLimit,
    answers: Answers,
    days: Calendar,
    *,
    day_zero: datetime.date | None = None,
) -> datetime.date:
    """The promised day in Asia/Ho_Chi_Minh.

    Same-day procedures are due on day zero itself; otherwise day zero is not counted (Civil Code art. 147) and a
    last day that is not worked moves to the next working day (art. 148). Hours are counted as working hours of
    eight a day, rounded up to days.
    """
    day = day_zero or first_day(received, limit, days)
    steps = periods(limit, answers)
    if limit.same_day and steps[0] == Period(limit.value, limit.unit):
        steps = steps[1:]
    for step in steps:
        if step.unit == "calendar_day":
            day = days.on_or_after(day + datetime.timedelta(days=step.value))
        elif step.unit == "hour":
            day = days.add(day, -(-step.value // HOURS_A_DAY) if step.value > HOURS_A_DAY else 0)
        else:
            day = days.add(day, step.value)
    return day

"""The promised day, counted a second time: from a procedure's document as it was loaded, and the almanac."""

from __future__ import annotations

import datetime
from typing import Any

from tests.bench.year.almanac import DAY, ZONE, Sheet, moment


def _holds(when: dict[str, Any], answers: dict[str, Any]) -> bool:
    wanted = when["in"] if "in" in when else [when["equals"]]
    return answers.get(when["field"]) in wanted


def periods(limit: dict[str, Any], answers: dict[str, Any]) -> tuple[list[tuple[int, str]], bool]:
    """The periods one after another, and whether the first is still the plain one of the procedure."""
    first, more, plain = (limit["value"], limit["unit"]), [], True
    for variant in limit.get("variants") or []:
        if not variant.get("when") or not _holds(variant["when"], answers):
            continue
        one = (variant["value"], variant["unit"])
        if variant.get("adds"):
            more.append(one)
        else:
            first, plain = one, False
    return [first, *more], plain


def due_on(
    start: datetime.datetime, limit: dict[str, Any], answers: dict[str, Any], sheet: Sheet, agency: int
) -> datetime.date:
    """The day promised to what began at `start`, with the calendar of `sheet` at that agency."""
    local = start.astimezone(ZONE)
    steps, plain = periods(limit, answers)
    if steps[0][1] == "hour":
        return _hours(local, limit, steps[0][0], sheet, agency)
    day = sheet.on_or_after(agency, local.date())
    if day == local.date() and _is_late(local, limit):
        day = sheet.after(agency, day)
    for value, unit in steps[1:] if limit.get("same_day") and plain else steps:
        plainly = sheet.on_or_after(agency, day + value * DAY)
        day = sheet.later(agency, day, value) if unit == "working_day" else plainly
    return day


def _is_late(local: datetime.datetime, limit: dict[str, Any]) -> bool:
    cutoff = limit.get("cutoff")
    return bool(cutoff) and local > moment(local.date(), cutoff)


def _hours(local: datetime.datetime, limit: dict[str, Any], hours: int, sheet: Sheet, agency: int) -> datetime.date:
    start = moment(local.date() + DAY, "00:00") if _is_late(local, limit) else local
    return sheet.add_hours(agency, start, hours).date()

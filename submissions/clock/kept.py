"""What the log keeps for the clock, written and read. A line from another install may hold anything: then nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from procedures.deadlines import Period

UNITS = ("hour", "working_day", "calendar_day")
MOST = 2000  # units; no time limit comes near


def written(periods: Iterable[Period]) -> list[list[Any]]:
    """Periods as JSON: [[5, "working_day"]]."""
    return [[period.value, period.unit] for period in periods]


def periods(data: Mapping[str, Any]) -> tuple[Period, ...] | None:
    """None when the line does not say."""
    rows = data.get("periods")
    if not isinstance(rows, list) or not all(_is_period(row) for row in rows):
        return None
    return tuple(Period(value, unit) for value, unit in rows)


def _is_period(row: Any) -> bool:
    if not isinstance(row, list) or len(row) != 2:
        return False
    value, unit = row
    return unit in UNITS and type(value) is int and 0 <= value <= MOST


def date(data: Mapping[str, Any], name: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(data[name])
    except (KeyError, TypeError, ValueError):
        return None


def moment(data: Mapping[str, Any], name: str) -> datetime.datetime | None:
    try:
        found = datetime.datetime.fromisoformat(data[name])
    except (KeyError, TypeError, ValueError):
        return None
    return found if timezone.is_aware(found) else None

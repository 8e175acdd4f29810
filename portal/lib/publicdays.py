"""The public days off of Việt Nam as a package computes them: a proposal for the town's own table."""

from __future__ import annotations

import datetime
import functools
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FIRST, LAST = 2013, 2099  # the public holidays of the Labour Code in force since 2013; lunar dates are known to 2100
MADE_UP = "Làm bù"


@dataclass(frozen=True)
class PublicDay:
    """A day off, or a weekend day that is worked in exchange for one."""

    off: bool
    name: str


@functools.lru_cache(maxsize=16)
def of_year(year: int) -> Mapping[datetime.date, PublicDay]:
    """Days off with their substitutes (Labour Code 2019 art. 111 and 112) and days worked in exchange, in order.

    Nothing for years outside FIRST to LAST.
    """
    if not FIRST <= year <= LAST:
        return MappingProxyType({})
    # A tenth of a second and twenty megabytes: a web worker pays for it only when a year has no rows of its own.
    import holidays  # noqa: PLC0415

    known = holidays.country_holidays("VN", years=[year], language="vi")
    days = {day: PublicDay(True, name) for day, name in known.items()}
    days |= dict.fromkeys(known.weekend_workdays, PublicDay(False, MADE_UP))
    return MappingProxyType({day: days[day] for day in sorted(days) if day.year == year})


@functools.lru_cache(maxsize=1)
def version() -> str:
    """Of the package that knows the days; asked without loading it."""
    return importlib.metadata.version("holidays")

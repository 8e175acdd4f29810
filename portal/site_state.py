"""What every public page depends on beside its own rows: catalogue number, notices, today, the town's own entry.

Looked up at most once every settings.SITE_STATE_SECONDS in a process, so that a kept page costs no query.
"""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from portal.models import SiteNotice
from procedures.models import Agency, CatalogueVersion


@dataclass(frozen=True)
class SiteState:
    """`today` is the day in Asia/Ho_Chi_Minh: agencies begin and end at midnight there."""

    catalogue: int
    notices: tuple[str, ...]
    today: datetime.date
    agency: Agency | None

    @property
    def mark(self) -> tuple[int, tuple[str, ...], datetime.date]:
        """Pages made under the same mark are the same."""
        return self.catalogue, self.notices, self.today


def current_notices() -> tuple[str, ...]:
    now = timezone.now()
    rows = SiteNotice.objects.filter(show_from__lte=now, show_until__gt=now)
    return tuple(rows.values_list("text", flat=True))


def town_agency(today: datetime.date) -> Agency | None:
    """The town that the portal belongs to; without one the first unit that exists, then the first of all."""
    units = list(Agency.objects.exclude(kind__in=[Agency.Kind.PROVINCE, Agency.Kind.DEPARTMENT]))
    return min(units, key=lambda a: (not a.is_active(today), a.kind != Agency.Kind.TOWN, a.order, a.pk), default=None)


class _Memo:
    """The last state that was looked up, and when (monotonic seconds)."""

    state: SiteState | None = None
    looked_up: float = 0.0


def look_up() -> SiteState:
    """The state as the database has it now; the agency is only read on a new day or catalogue."""
    catalogue, today, known = CatalogueVersion.current(), timezone.localdate(), _Memo.state
    is_same = known is not None and (known.catalogue, known.today) == (catalogue, today)
    agency = known.agency if known and is_same else town_agency(today)
    return SiteState(catalogue, current_notices(), today, agency)


def current() -> SiteState:
    """The state, at most settings.SITE_STATE_SECONDS old."""
    now = time.monotonic()
    if _Memo.state is None or now - _Memo.looked_up >= settings.SITE_STATE_SECONDS:
        _Memo.state = look_up()
        _Memo.looked_up = now
    return _Memo.state


def forget() -> None:
    """Makes the next current() ask the database, whatever is remembered."""
    _Memo.state = None

"""What the public lists show: procedures by level, tier, sector and agency, and the offices that take them.

The whole index is one light query (no documents); lists, counts and filters are made from it in memory.
"""

from __future__ import annotations

import dataclasses
import datetime
import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from procedures import search
from procedures.models import Agency, Procedure, ProcedureRevision, Tier

CODE = re.compile(r"[0-9A-Za-z.-]{1,20}")
LEVELS = (1, 2, 3, 4)
# Large columns: the document is kept by digest (ProcedureRevision.spec), the rest is not shown.
HEAVY = ("search_text", "sector__content", *(f"published__{name}" for name in ProcedureRevision.DOCUMENT))


@dataclass(frozen=True)
class SectorLine:
    key: str
    name: str
    order: int
    count: int = 0


@functools.cache
def _address() -> str:
    """The address of a procedure with a gap for its code: lists are long and each reverse() costs."""
    return reverse("procedure", args=["CODE"]).replace("CODE", "{code}")


@functools.lru_cache(maxsize=1000)
def _facts(level: int, tier: str, sector: str) -> str:
    words = _("mức độ %(level)d · %(tier)s · %(sector)s")
    return words % {"level": level, "tier": Tier(tier).label, "sector": sector}


@dataclass(frozen=True)
class Entry:
    """A published procedure as a list shows it."""

    code: str
    name: str
    short_name: str
    level: int
    tier: str
    status: str
    sector_key: str
    sector_name: str
    sector_order: int
    why: str = ""  # the everyday words that a search found it by

    @property
    def url(self) -> str:
        return _address().format(code=self.code)

    @property
    def is_offered(self) -> bool:
        """Abolished procedures keep their page but are no service any more."""
        return self.status != Procedure.Status.CLOSED

    @property
    def has_longer_name(self) -> bool:
        """Does the legal name say more than the short one?"""
        return self.name.removeprefix("Thủ tục ").lower() != self.short_name.removeprefix("Thủ tục ").lower()

    @property
    def facts(self) -> str:
        """ "mức độ 3 · cấp phường, xã · Hộ tịch"."""
        return _facts(self.level, self.tier, self.sector_name)


_COLUMNS = ("code", "name", "short_name", "level", "tier", "status", "sector__key", "sector__name", "sector__order")


def index() -> list[Entry]:
    """All published procedures in the order of the lists. One query."""
    rows = Procedure.objects.filter(published__isnull=False).order_by("sector__order", "sector__key", "code")
    return [Entry(*row) for row in rows.values_list(*_COLUMNS)]


@dataclass(frozen=True)
class Choice:
    """What a visitor has narrowed a list to; None and "" mean everything."""

    level: int | None = None
    sector: str = ""
    tier: str | None = None

    def holds(self, entry: Entry) -> bool:
        return (
            (self.level is None or entry.level == self.level)
            and (not self.sector or entry.sector_key == self.sector)
            and (self.tier is None or entry.tier == self.tier)
        )


def level_counts(entries: Iterable[Entry]) -> dict[int, dict[str, int]]:
    """Services AT each level (not at least), by tier: {3: {"town": 31, "ward": 5}}."""
    counted = Counter((e.level, e.tier) for e in entries if e.is_offered)
    return {level: {tier: counted[level, tier] for tier in Tier.values} for level in LEVELS}


def sector_lines(entries: Iterable[Entry]) -> list[SectorLine]:
    """The sectors that occur, in their order, with how many procedures each has."""
    counted = Counter((e.sector_order, e.sector_key, e.sector_name) for e in entries)
    return [SectorLine(key, name, order, n) for (order, key, name), n in sorted(counted.items())]


def by_sector(entries: Iterable[Entry]) -> list[tuple[SectorLine, list[Entry]]]:
    entries = list(entries)
    return [(line, [e for e in entries if e.sector_key == line.key]) for line in sector_lines(entries)]


def places(today: datetime.date) -> list[Agency]:
    """Towns, wards and communes that exist on that day, towns first. One query."""
    kinds = [*Agency.KINDS_OF_TIER[Tier.TOWN], *Agency.KINDS_OF_TIER[Tier.WARD]]
    found = Agency.objects.active(today).filter(kind__in=kinds).defer("content")
    return sorted(found, key=lambda a: (a.tier != Tier.TOWN, a.order, a.pk))


# --- one procedure -------------------------------------------------------------------------------


def published(code: str) -> Procedure | None:
    """The procedure with its document and sector. One query, none for what cannot be a code."""
    if not CODE.fullmatch(code):
        return None
    rows = Procedure.objects.select_related("published", "sector").filter(published__isnull=False)
    return rows.filter(code=code).defer(*HEAVY).first()


def _with_other_code(code: str, has: Callable[[Procedure], bool]) -> Procedure | None:
    rows = Procedure.objects.select_related("published").filter(published__isnull=False)
    return next((p for p in rows.filter(search_text__contains=code.lower()) if has(p)), None)


def former(code: str) -> Procedure | None:
    """The procedure that had this code before."""
    if not CODE.fullmatch(code):
        return None
    return _with_other_code(code, lambda p: code in p.spec.former_codes)


def later(code: str) -> Procedure | None:
    """The procedure that has, or will have, this code elsewhere (the same content at the province, say)."""
    if not CODE.fullmatch(code):
        return None
    return _with_other_code(code, lambda p: code in p.spec.later_codes)


def related(procedure: Procedure) -> list[Procedure]:
    """The related procedures that this portal has, in the document's order. One query when any are named."""
    codes = [c for c in procedure.spec.related if c != procedure.code]
    if not codes:
        return []
    rows = Procedure.objects.filter(code__in=codes, published__isnull=False).exclude(status=Procedure.Status.CLOSED)
    return sorted(rows.only("code", "name", "level"), key=lambda p: codes.index(p.code))


@dataclass(frozen=True)
class Office:
    """Where a procedure is filed: the agency and its desk. A desk without an address of its own shows the agency's."""

    agency: Agency
    desk: Agency
    is_active: bool

    @property
    def name(self) -> str:
        return self.desk.desk_name

    @property
    def contact(self) -> Agency:
        return self.desk if self.desk.address or self.desk.phone else self.agency

    @property
    def is_borrowed(self) -> bool:
        """The address is the agency's, not the desk's own."""
        return self.contact.pk != self.desk.pk

    @property
    def is_checked(self) -> bool:
        return self.contact.contact_checked and not self.is_borrowed

    @property
    def has_contact(self) -> bool:
        return bool(self.contact.address or self.contact.phone)


def offices(tier: str, today: datetime.date) -> list[Office]:
    """The units of a tier with their desks, those that exist today first. One query."""
    kinds = [*Agency.KINDS_OF_TIER[Tier(tier)], Agency.Kind.ONE_STOP_CENTRE]
    heavy = ("content", "successor__content")
    rows = list(Agency.objects.filter(kind__in=kinds).select_related("successor").defer(*heavy))
    centres = {a.parent_id: a for a in rows if a.kind == Agency.Kind.ONE_STOP_CENTRE and a.is_active(today)}
    units = [a for a in rows if a.tier == tier]
    found = [Office(a, centres.get(a.pk, a), a.is_active(today)) for a in units if _has_begun(a, today)]
    return sorted(found, key=lambda o: not o.is_active)


def _has_begun(agency: Agency, today: datetime.date) -> bool:
    """A unit of the future is not shown yet."""
    return agency.active_from is None or agency.active_from <= today


def matching(entries: Iterable[Entry], words: str) -> list[Entry]:
    """The entries that answer the words, best first; all of them when there are no words."""
    if not words:
        return list(entries)
    known = {e.code: e for e in entries}
    hits = search.matches(words, limit=len(known))
    return [dataclasses.replace(known[hit.code], why=hit.why) for hit in hits if hit.code in known]

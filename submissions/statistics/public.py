"""What the public page shows: the choice of a visitor, and the tables that answer it, from stored months only."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.models import Procedure, Sector
from submissions.models import CountedMonth
from submissions.statistics.counting import Narrow
from submissions.statistics.months import MonthRow, last_of, over, stored
from submissions.statistics.rows import Figures, total
from submissions.statistics.units import Unit, units


@dataclass(frozen=True)
class Ground:
    """What there is to choose from. Four queries."""

    months: dict[datetime.date, CountedMonth]
    units: list[Unit]
    sectors: list[Sector]
    procedures: list[Procedure]

    @property
    def years(self) -> list[int]:
        """Newest first; the running year while nothing is counted."""
        found = {month.year for month in self.months} or {timezone.localdate().year}
        return sorted(found, reverse=True)

    def offered(self) -> list[Unit]:
        """Units that take submissions."""
        return [u for u in self.units if u.agency.tier is not None]


def ground() -> Ground:
    return Ground(
        {counted.month: counted for counted in CountedMonth.objects.all()},
        units(),
        list(Sector.objects.defer("content")),
        list(Procedure.objects.only("code", "short_name", "sector_id").order_by("sector__order", "code")),
    )


@dataclass(frozen=True)
class Choice:
    """A year, perhaps one month of it, perhaps one unit, sector, procedure; and what was not understood."""

    year: int
    month: int | None = None
    unit: Unit | None = None
    sector: Sector | None = None
    procedure: Procedure | None = None
    problems: list[str] = field(default_factory=list)

    def query(self, **changes: str | int | None) -> str:
        """The address part for this choice with some of it changed; None drops one."""
        values: dict[str, str | int | None] = {
            "nam": self.year,
            "thang": self.month,
            "co-quan": self.unit.agency.slug if self.unit else None,
            "linh-vuc": self.sector.key if self.sector else None,
            "thu-tuc": self.procedure.code if self.procedure else None,
        }
        values.update({name.replace("_", "-"): value for name, value in changes.items()})
        return "?" + urlencode({name: value for name, value in values.items() if value is not None})

    @property
    def is_narrowed(self) -> bool:
        return any((self.unit, self.sector, self.procedure))

    @property
    def narrow(self) -> Narrow:
        return {"agency": self.unit.agency if self.unit else None, "sector": self.sector, "procedure": self.procedure}


Known = TypeVar("Known")


def _one(
    given: Mapping[str, str], name: str, known: Mapping[str, Known], words: str, problems: list[str]
) -> Known | None:
    value = given.get(name, "").strip()[:60]
    if value and value not in known:
        problems.append(words % value)
    return known.get(value)


def read(given: Mapping[str, str], there: Ground) -> Choice:
    """The choice from GET values; an unknown one is left out with a sentence that says so."""
    problems: list[str] = []
    years = {str(year): year for year in there.years}
    words = _("Chưa có số liệu của năm “%s”. Trang này hiện năm gần nhất.")
    year = _one(given, "nam", years, words, problems) or there.years[0]
    months = {str(m.month): m.month for m in there.months if m.year == year}
    agencies = {u.agency.slug: u for u in there.offered()}
    sectors = {s.key: s for s in there.sectors}
    procedures = {p.code: p for p in there.procedures}
    return Choice(
        year,
        _one(given, "thang", months, _("Chưa có số liệu của tháng “%s”. Trang này hiện cả năm."), problems),
        _one(given, "co-quan", agencies, _("Không có cơ quan “%s”. Bạn chọn trong danh sách."), problems),
        _one(given, "linh-vuc", sectors, _("Không có lĩnh vực “%s”. Bạn chọn trong danh sách."), problems),
        _one(given, "thu-tuc", procedures, _("Không có thủ tục mã “%s”. Bạn chọn trong danh sách."), problems),
        problems,
    )


LONG = 15  # lines


# --- tables --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """`query` narrows the page to what the line is about; empty when it is that already."""

    code: str
    name: str
    figures: Figures
    query: str = ""


@dataclass(frozen=True)
class Table:
    """`key` is its address part."""

    key: str
    title: str
    head: str
    lines: list[Line]
    whole: Figures

    @property
    def is_long(self) -> bool:
        """So many lines that the page shows them only when asked."""
        return len(self.lines) > LONG


@dataclass(frozen=True)
class Report:
    """The answer to a choice. `counted` is the last month counted in it, nothing when none is."""

    choice: Choice
    counted: CountedMonth | None
    rows: list[MonthRow]
    months: list[tuple[datetime.date, Figures]]
    there: Ground

    @property
    def whole(self) -> Figures:
        return total(r.figures for r in self.rows)

    @property
    def runs(self) -> bool:
        return self.counted is not None and not self.counted.is_closed

    @property
    def period(self) -> str:
        """ "Tháng 11/2026", "Từ 01/01 đến 22/11/2026", "Năm 2025"."""
        year, month = self.choice.year, self.choice.month
        if month is not None:
            return _("Tháng %(month)d/%(year)d") % {"month": month, "year": year}
        if self.counted is None or (self.counted.month.month == 12 and self.counted.is_closed):
            return _("Năm %d") % year
        last = timezone.localdate(self.counted.counted_at) if self.runs else last_of(self.counted.month)
        return _("Từ 01/01 đến %s") % f"{last:%d/%m/%Y}"

    def table(self, key: str) -> Table:
        return TABLES[key](self)

    @property
    def tables(self) -> list[Table]:
        return [build(self) for build in TABLES.values()]


def report(choice: Choice, there: Ground) -> Report:
    """One query, two when an agency is chosen."""
    months = [m for m in there.months if m.year == choice.year]
    last = max((m for m in months if choice.month in (None, m.month)), default=None)
    if last is None:
        return Report(choice, None, [], [], there)
    rows = stored(datetime.date(choice.year, 1, 1), datetime.date(choice.year, 12, 1), **choice.narrow)
    by_month = _grouped(rows, lambda row: row.month)
    each = [(m, by_month.get(m, Figures())) for m in sorted(months)]
    chosen = [r for r in rows if choice.month in (None, r.month.month)]
    return Report(choice, there.months[last], over(chosen, last), each, there)


def _grouped(rows: Iterable[MonthRow], key: Callable[[MonthRow], Hashable]) -> dict[Any, Figures]:
    groups: dict[Hashable, list[Figures]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row.figures)
    return {name: total(figures) for name, figures in groups.items()}


def _by_unit(r: Report) -> Table:
    """Every unit that takes submissions, and a former one that has figures."""
    unit_of = {key: unit.agency.pk for unit in r.there.units for key in unit.keys}
    found = _grouped(r.rows, lambda row: unit_of[row.agency_id])
    shown = [r.choice.unit] if r.choice.unit else [u for u in r.there.units if u.agency.tier or u.agency.pk in found]
    narrowed = r.choice.unit is not None
    lines = [
        Line(
            u.agency.slug, str(u.agency), found.get(u.agency.pk, Figures()),
            "" if narrowed or u.agency.tier is None else r.choice.query(co_quan=u.agency.slug),
        )
        for u in shown
    ]  # fmt: skip
    return Table("co-quan", _("Theo cơ quan"), _("Cơ quan"), lines, r.whole)


def _by_sector(r: Report) -> Table:
    sector_of = {p.pk: p.sector_id for p in r.there.procedures}
    found = _grouped(r.rows, lambda row: sector_of[row.procedure_id])
    lines = [
        Line(s.key, s.name, found[s.pk], "" if r.choice.sector else r.choice.query(linh_vuc=s.key))
        for s in r.there.sectors
        if s.pk in found
    ]
    return Table("linh-vuc", _("Theo lĩnh vực"), _("Lĩnh vực"), lines, r.whole)


def _by_procedure(r: Report) -> Table:
    found = _grouped(r.rows, lambda row: row.procedure_id)
    lines = [
        Line(p.code, p.short_name, found[p.pk], "" if r.choice.procedure else r.choice.query(thu_tuc=p.code))
        for p in r.there.procedures
        if p.pk in found
    ]
    return Table("thu-tuc", _("Theo thủ tục"), _("Thủ tục"), lines, r.whole)


def _by_month(r: Report) -> Table:
    """The whole year, whichever month is chosen. Its sum: flows of all months, stocks of the last."""
    lines = [
        Line(
            f"{m:%Y-%m}", _("Tháng %d") % m.month, figures,
            "" if r.choice.month == m.month else r.choice.query(thang=m.month),
        )
        for m, figures in r.months
    ]  # fmt: skip
    parts = [figures.flows() for _month, figures in r.months[:-1]] + [figures for _month, figures in r.months[-1:]]
    return Table("thang", _("Theo tháng, năm %d") % r.choice.year, _("Tháng"), lines, total(parts))


TABLES: dict[str, Callable[[Report], Table]] = {
    "co-quan": _by_unit,
    "linh-vuc": _by_sector,
    "thu-tuc": _by_procedure,
    "thang": _by_month,
}

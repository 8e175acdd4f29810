"""Reading the filters of an address: what is wrong is dropped and told, never an error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from portal.lib.text import tidy
from procedures.listing import LEVELS, Choice, SectorLine
from procedures.models import Agency

LONGEST_SEARCH = 200


@dataclass(frozen=True)
class Filters:
    """The filters in force and what was not understood, as sentences."""

    q: str = ""
    level: int | None = None
    sector: SectorLine | None = None
    agency: Agency | None = None
    page: int = 1
    problems: list[str] = field(default_factory=list)

    @property
    def choice(self) -> Choice:
        return Choice(self.level, self.sector.key if self.sector else "", self.agency.tier if self.agency else None)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.level or self.sector or self.agency)

    def query(self, **changes: str | int | None) -> str:
        """The address part for these filters with some changed; None or "" drops one."""
        values: dict[str, str | int | None] = {
            "q": self.q,
            "muc-do": self.level,
            "linh-vuc": self.sector.key if self.sector else "",
            "co-quan": self.agency.slug if self.agency else "",
        }
        values.update({name.replace("_", "-"): value for name, value in changes.items()})
        kept = {name: value for name, value in values.items() if value not in ("", None)}
        return "?" + urlencode(kept) if kept else "?"


def read(given: Mapping[str, str], sectors: Iterable[SectorLine], places: Iterable[Agency]) -> Filters:
    """Filters from GET values; an unknown value is left out with a sentence that says so."""
    problems: list[str] = []
    return Filters(
        q=_search_words(given.get("q", "")),
        level=_level(given.get("muc-do", ""), problems),
        sector=_sector(given.get("linh-vuc", ""), sectors, problems),
        agency=_agency(given.get("co-quan", ""), places, problems),
        page=_page(given.get("trang", ""), problems),
        problems=problems,
    )


def _search_words(text: str) -> str:
    return tidy(text.replace("\x00", "")).replace("\n", " ")[:LONGEST_SEARCH]


def _number(text: str) -> int | None:
    """A small whole number in plain digits; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _level(text: str, problems: list[str]) -> int | None:
    if not text:
        return None
    number = _number(text)
    if number in LEVELS:
        return number
    problems.append(_("Mức độ chỉ có từ 1 đến 4; đang hiện mọi mức độ."))
    return None


def _sector(key: str, sectors: Iterable[SectorLine], problems: list[str]) -> SectorLine | None:
    found = next((s for s in sectors if s.key == key), None) if key else None
    if key and found is None:
        problems.append(_("Không có lĩnh vực bạn chọn; đang hiện mọi lĩnh vực."))
    return found


def _agency(slug: str, places: Iterable[Agency], problems: list[str]) -> Agency | None:
    found = next((a for a in places if a.slug == slug), None) if slug else None
    if slug and found is None:
        problems.append(_gone(slug))
    return found


def _gone(slug: str) -> str:
    """Why a place cannot be chosen; one query, for links from before a reorganisation."""
    known = Agency.objects.select_related("successor").filter(slug=slug[:60].replace("\0", "")).first()
    if known is None:
        return _("Không có nơi nộp bạn chọn, hoặc đơn vị đó đã ngừng hoạt động; đang hiện mọi nơi nộp.")
    words = {"name": known.name, "successor": known.successor.name if known.successor else ""}
    if known.successor is None:
        return _("%(name)s không nhận hồ sơ mới; đang hiện mọi nơi nộp.") % words
    return _("%(name)s không nhận hồ sơ mới, nay là %(successor)s. Bạn chọn lại nơi nộp.") % words


def _page(text: str, problems: list[str]) -> int:
    if not text:
        return 1
    number = _number(text)
    if number:
        return number
    problems.append(_("Số trang không đúng; đang hiện trang 1."))
    return 1

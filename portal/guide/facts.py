"""What the guide says in figures, counted from the published catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from procedures import listing, wording
from procedures.models import Procedure, Tier


@dataclass(frozen=True)
class LevelFacts:
    level: wording.Level
    town: int
    ward: int


@dataclass(frozen=True)
class Ability:
    """Something that can be done from home, from this level up."""

    words: Any
    from_level: int

    @cached_property
    def by_level(self) -> tuple[bool, ...]:
        return tuple(n >= self.from_level for n in listing.LEVELS)


ABILITIES = (
    Ability(_("Đọc đầy đủ hướng dẫn: nộp ở đâu, giấy tờ gì, bao lâu, bao nhiêu tiền"), 1),
    Ability(_("Điền và in tờ khai, hoặc tải mẫu trống về"), 2),
    Ability(_("Điền và gửi hồ sơ qua mạng, lúc nào cũng được"), 3),
    Ability(_("Theo dõi hồ sơ và bổ sung giấy tờ qua mạng"), 3),
    Ability(_("Trả phí, lệ phí (nếu có) qua mạng"), 4),
    Ability(_("Nhận kết quả tại nhà"), 4),
)


def levels() -> list[LevelFacts]:
    """The four levels with how many services each has now. One query."""
    counts = listing.level_counts(listing.index())
    return [LevelFacts(wording.LEVELS[n], counts[n][Tier.TOWN], counts[n][Tier.WARD]) for n in listing.LEVELS]


def at_level_4() -> list[Procedure]:
    """The services that need no way to the office at all. One query."""
    rows = Procedure.objects.select_related("published").filter(published__isnull=False, level=4)
    return list(rows.exclude(status=Procedure.Status.CLOSED).order_by("code"))


def all_free(procedures: list[Procedure]) -> bool:
    """True when none of them costs anything, as far as the amounts are known."""
    return bool(procedures) and all(p.spec.is_free or all(f.amount == 0 for f in p.spec.fees) for p in procedures)


def address() -> str:
    """What people type into the browser."""
    return settings.SITE_URL.split("://", 1)[-1]

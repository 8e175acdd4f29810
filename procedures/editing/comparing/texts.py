"""Everything else: names, texts, short lists, the time limit, the legal basis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from procedures import wording
from procedures.editing.comparing import phrases
from procedures.editing.words import PARTS
from procedures.models import Sector, Tier
from procedures.spec import Field, LegalBasis, ProcedureSpec, TimeLimit, Variant, match

# attribute of ProcedureSpec: key of its name in PARTS
NAMES = {"code": "code", "slug": "slug", "name": "name", "short_name": "short_name"}
SHORT = {
    "deciding_authority": "deciding_authority",
    "handling_office": "handling_office",
    "receiving_office": "receiving_office",
    "number_of_sets": "number_of_sets",
    "as_of": "as_of",
}
LONG = {
    "summary": "summary",
    "steps": "steps",
    "requirements": "requirements",
    "result_items": "result",
    "result_validity": "result",
    "note": "note",
    "today": "today",
}
LISTS: dict[str, tuple[str, dict[str, Any]]] = {
    "subjects": ("subjects", wording.SUBJECTS),
    "filing_methods": ("filing_methods", wording.METHODS),
    "result_delivery": ("result", wording.DELIVERIES),
    "everyday_terms": ("everyday_terms", {}),
    "related": ("related", {}),
    "former_codes": ("former_codes", {}),
    "later_codes": ("later_codes", {}),
}
# Said by functions of their own, here or in another module of this package.
SPOKEN = ("sector", "tier", "level", "checked", "result_name", "time_limit", "legal_basis", "form", "documents", "fees")
SPOKEN_TOO = ("free_of_charge",)


def identity(old: ProcedureSpec, new: ProcedureSpec) -> Iterator[str]:
    yield from phrases.changed("", {name: PARTS[key] for name, key in NAMES.items()}, old, new)
    if old.sector != new.sector:
        names = dict(Sector.objects.filter(key__in=[old.sector, new.sector]).values_list("key", "name"))
        yield phrases.arrow(PARTS["sector"], *(f"“{names.get(key, key)}”" for key in (old.sector, new.sector)))
    if old.tier != new.tier:
        yield phrases.arrow(PARTS["tier"], _tier(old.tier), _tier(new.tier))
    if old.level != new.level:
        yield phrases.arrow(PARTS["level"], old.level, f"{new.level} ({wording.LEVELS[new.level].offer})")


def _tier(tier: str) -> str:
    return str(Tier(tier).label) if tier in Tier.values else tier


def rest(old: ProcedureSpec, new: ProcedureSpec) -> Iterator[str]:
    yield from phrases.changed("", {name: PARTS[key] for name, key in SHORT.items()}, old, new)
    yield from phrases.changed("", {"result_name": _("Tên kết quả")}, old, new)
    for name, (key, words) in LISTS.items():
        yield from _list(PARTS[key], getattr(old, name), getattr(new, name), words)
    changed = dict.fromkeys(key for name, key in LONG.items() if getattr(old, name) != getattr(new, name))
    yield from (_("Sửa phần “%s”.") % PARTS[key] for key in changed)
    yield from phrases.flag(
        old.checked,
        new.checked,
        _("Nội dung nay ghi là đã đối chiếu với văn bản."),
        _("Nội dung nay ghi là chưa đối chiếu."),
    )


def _list(name: Any, old: Sequence[str], new: Sequence[str], words: dict[str, Any]) -> Iterator[str]:
    if tuple(old) == tuple(new):
        return
    added = wording.named((x for x in new if x not in old), words)
    removed = wording.named((x for x in old if x not in new), words)
    parts = [_("thêm %s") % phrases.quoted(added)] if added else []
    parts += [_("bỏ %s") % phrases.quoted(removed)] if removed else []
    yield f"{name}: {'; '.join(parts) or _('xếp lại thứ tự')}."


# --- time limit ----------------------------------------------------------------------------------


def time_limit(old: ProcedureSpec, new: ProcedureSpec) -> Iterator[str]:
    before, after, name = old.time_limit, new.time_limit, PARTS["time_limit"]
    if _usual(before) != _usual(after):
        first, second = wording.time_limit(before), wording.time_limit(after)
        yield phrases.arrow(name, phrases.lower(first), phrases.lower(second))
    yield from phrases.changed(str(name), {"note": _("ghi chú")}, before, after)
    yield from phrases.flag(
        before.checked, after.checked, _("Thời hạn nay ghi là đã đối chiếu."), _("Thời hạn nay ghi là chưa đối chiếu.")
    )
    known = phrases.known_fields(old.form), phrases.known_fields(new.form)
    yield from _variants(before, after, *known)


def _usual(limit: TimeLimit) -> tuple[object, ...]:
    return limit.value, limit.unit, limit.same_day, limit.cutoff


def _variants(old: TimeLimit, new: TimeLimit, before: Mapping[str, Field], after: Mapping[str, Field]) -> Iterator[str]:
    found = match(_counted(old.variants), _counted(new.variants), lambda c: (c[0].condition, c[1]))
    for v, _n in found.added:
        yield _("Thêm trường hợp thời hạn “%(when)s”: %(period)s.") % {"when": v.condition, "period": _period(v)}
    yield from (_("Bỏ trường hợp thời hạn “%s”.") % v.condition for v, _n in found.removed)
    if found.moved:
        yield _("Xếp lại thứ tự các trường hợp thời hạn.")
    for (was, _n), (now, _m) in found.kept:
        name = _("Thời hạn khi “%s”") % now.condition
        if _period(was) != _period(now):
            yield phrases.arrow(name, _period(was), _period(now))
        yield from phrases.condition_changed(name, was.when, now.when, before, after)


def _counted(variants: Sequence[Variant]) -> list[tuple[Variant, int]]:
    """Variants have no key: conditions may be said in the same words twice."""
    return [(v, sum(w.condition == v.condition for w in variants[:n])) for n, v in enumerate(variants)]


def _period(v: Variant) -> str:
    period = wording.period(v.value, v.unit)
    return _("thêm %s") % period if v.adds else period


# --- legal basis ---------------------------------------------------------------------------------


def legal_basis(old: ProcedureSpec, new: ProcedureSpec) -> Iterator[str]:
    found = match(_numbered(old.legal_basis), _numbered(new.legal_basis), lambda c: (c[0].number, c[1]))
    yield from (_("Thêm căn cứ pháp lý %s.") % _basis(b) for b, _n in found.added)
    yield from (_("Bỏ căn cứ pháp lý %s.") % _basis(b) for b, _n in found.removed)
    for (before, _n), (after, _m) in found.kept:
        if before != after:
            yield phrases.arrow(_("Căn cứ pháp lý %s") % after.number, _title(before), _title(after))
    if found.moved:
        yield _("Xếp lại thứ tự các căn cứ pháp lý.")


def _numbered(basis: Sequence[LegalBasis]) -> list[tuple[LegalBasis, int]]:
    return [(b, sum(c.number == b.number for c in basis[:n])) for n, b in enumerate(basis)]


def _basis(b: LegalBasis) -> str:
    return f"{b.number} {_title(b)}" if b.title or b.date else b.number


def _title(b: LegalBasis) -> str:
    title = f"“{phrases.short(b.title)}”" if b.title else ""
    day = _("ngày %s") % wording.plain_date(b.date) if b.date else ""
    return " ".join(p for p in (title, day) if p) or str(_("không ghi tên"))

"""Fees and exemptions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from procedures import wording
from procedures.editing.comparing import phrases
from procedures.editing.comparing.phrases import lower
from procedures.spec import Fee, Field, ProcedureSpec, match

DETAILS: dict[str, Any] = {
    "unit": _l("đơn vị tính"),
    "condition": _l("trường hợp áp dụng"),
    "exemption": _l("miễn, giảm"),
    "basis": _l("văn bản quy định mức thu"),
    "note": _l("ghi chú"),
}
SPOKEN = ("kind", "name", "amount", "when", "amount_checked")
Counted = tuple[Fee, int]


def fees(old: ProcedureSpec, new: ProcedureSpec) -> Iterator[str]:
    yield from phrases.flag(
        old.free_of_charge, new.free_of_charge, _("Thủ tục nay không thu phí, lệ phí."),
        _("Thủ tục không còn ghi là không thu phí, lệ phí."),
    )  # fmt: skip
    found = match(_counted(old.fees), _counted(new.fees), lambda c: (c[0].name, c[1]))
    for fee, _n in found.added:
        yield _("Thêm khoản thu %(name)s: %(amount)s.") % {
            "name": lower(_name(fee)),
            "amount": lower(wording.amount(fee)),
        }
    yield from (_("Bỏ khoản thu %s.") % lower(_name(fee)) for fee, _n in found.removed)
    if found.moved:
        yield _("Xếp lại thứ tự các khoản phí, lệ phí.")
    known = phrases.known_fields(old.form), phrases.known_fields(new.form)
    for (before, _n), (after, _m) in found.kept:
        yield from _fee(before, after, *known)


def _counted(fees: Iterable[Fee]) -> list[Counted]:
    """Fees have no key: the same name may stand twice (in time, late)."""
    seen: Counter[str] = Counter()
    found = []
    for fee in fees:
        seen[fee.name] += 1
        found.append((fee, seen[fee.name]))
    return found


def _name(fee: Fee) -> str:
    """ "Lệ phí “Cấp lần đầu”", and “Lệ phí đăng ký” without saying it twice."""
    kind = str(wording.FEE_KINDS[fee.kind])
    return f"“{fee.name}”" if fee.name.lower().startswith(kind.lower()) else f"{kind} “{fee.name}”"


def _fee(old: Fee, new: Fee, before: Mapping[str, Field], after: Mapping[str, Field]) -> Iterator[str]:
    name = _name(new)
    if old.kind != new.kind:
        yield phrases.arrow(
            f"{name}, {_('loại')}", lower(str(wording.FEE_KINDS[old.kind])), lower(str(wording.FEE_KINDS[new.kind]))
        )
    if old.amount != new.amount:
        yield phrases.arrow(name, _amount(old.amount, with_unit=not new.amount), _amount(new.amount))
    yield from phrases.flag(
        old.amount_checked, new.amount_checked, _("%s: mức thu đã được đối chiếu.") % name,
        _("%s: mức thu chưa được đối chiếu.") % name,
    )  # fmt: skip
    yield from phrases.condition_changed(name, old.when, new.when, before, after)
    yield from phrases.changed(name, DETAILS, old, new)


def _amount(amount: int | None, *, with_unit: bool = True) -> str:
    """In whole đồng; the word stands once in "10.000 → 15.000 đồng"."""
    if amount is None:
        return str(_("cán bộ báo mức thu"))
    if amount == 0:
        return str(_("miễn phí"))
    digits = f"{amount:,}".replace(",", ".")
    return f"{digits} {_('đồng')}" if with_unit else digits

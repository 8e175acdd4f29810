"""Amounts that an officer sets, counts or corrects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from payments.billing import attempts, entries, frame, opening
from payments.errors import PaymentError
from payments.models import Charge, ChargeLine, Entry
from portal.templatetags.portal import vnd
from submissions.rules import Actor
from submissions.states import CHARGE

# đồng a line; more is a slip of the hand.
MOST = 1_000_000_000


@dataclass(frozen=True)
class LineChange:
    """New values of a line; None leaves what stands there. Quantity 0 drops the line."""

    unit_amount: int | None = None
    quantity: int | None = None


def set_amounts(charge_pk: int, changes: Mapping[int, LineChange], *, by: Actor, reason: str = "") -> Charge:
    """Sets lines by their keys. Changing an amount that was known already is a correction and needs a reason.

    Raises PaymentError, naming what is wrong, for an ended submission, an unknown line or an amount without sense.
    """
    with transaction.atomic():
        bill = frame.locked_for(charge_pk, by)
        if bill.submission.is_final:
            raise PaymentError(_("Hồ sơ đã kết thúc nên không đổi mức thu được. Nếu cần, bạn ghi miễn kèm lý do."))
        lines = {line.pk: line for line in bill.charge.lines.all()}
        changed = [_set(lines, pk, change, reason) for pk, change in changes.items()]
        if any(changed):
            _book(bill.charge, lines, by, reason.strip())
            attempts.close_stale(bill.charge)
            frame.tell(bill, CHARGE, by=by, note=reason.strip(), data=opening.amounts(bill.charge))
    return bill.charge


def _set(lines: Mapping[int, ChargeLine], pk: int, change: LineChange, reason: str) -> bool:
    """Saves one line; did it change?"""
    line = lines.get(pk)
    if line is None:
        raise PaymentError(_("Dòng thu này không thuộc hồ sơ. Bạn tải lại trang rồi làm lại."))
    before = (line.unit_amount, line.quantity)
    was = line.amount
    line.unit_amount = line.unit_amount if change.unit_amount is None else change.unit_amount
    line.quantity = line.quantity if change.quantity is None else change.quantity
    if (line.unit_amount, line.quantity) == before:
        return False
    _check(line)
    if was is not None and line.amount != was:
        frame.required(reason)
    line.save(update_fields=["unit_amount", "quantity"])
    return True


def _check(line: ChargeLine) -> None:
    if (line.unit_amount or 0) < 0 or (line.quantity or 0) < 0:
        raise PaymentError(_("“%s”: mức thu và số lượng không được nhỏ hơn 0.") % line.name)
    if max(line.unit_amount or 0, line.quantity or 0, line.amount or 0) > MOST:
        words = _("“%(name)s”: số tiền vượt quá %(most)s. Bạn xem lại có gõ thừa số không.")
        raise PaymentError(words % {"name": line.name, "most": vnd(MOST)})


def _book(charge: Charge, lines: Mapping[int, ChargeLine], by: Actor, reason: str) -> None:
    """An entry for every difference; what was waived of money that is not charged any more is taken back."""
    booked = _booked(charge)
    for line in lines.values():
        more = (line.amount or 0) - booked.get(line.pk, 0)
        if more:
            entries.write(charge, Entry.Kind.CHARGE, more, by=by, line=line, reason=reason)
        if line.amount is not None and line.waived > line.amount:
            _take_back(charge, line.waived - line.amount, by, reason, line)
    if charge.waived > charge.charged:
        _take_back(charge, charge.waived - charge.charged, by, reason)
    entries.restate(charge)


def _booked(charge: Charge) -> dict[int, int]:
    found: dict[int, int] = {}
    for line, amount in charge.entries.filter(kind=Entry.Kind.CHARGE).values_list("line_id", "amount"):
        found[line] = found.get(line, 0) + amount
    return found


def _take_back(charge: Charge, amount: int, by: Actor, reason: str, line: ChargeLine | None = None) -> None:
    entries.write(charge, Entry.Kind.WAIVE, -amount, by=by, line=line, reason=reason)
    if line is not None:
        line.waived -= amount
        line.save(update_fields=["waived"])

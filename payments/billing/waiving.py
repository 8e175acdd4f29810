"""What is not to be paid: an exempt line, a waived rest, a waived whole."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from payments.billing import attempts, entries, frame
from payments.billing.frame import Bill
from payments.errors import PaymentError
from payments.models import Charge, ChargeLine, Entry
from payments.states import Money
from portal.templatetags.portal import vnd
from submissions.rules import Actor
from submissions.states import WAIVE


def exempt(
    charge_pk: int, line_pk: int, *, by: Actor, reason: str, paper: str = "", amount: int | None = None
) -> Charge:
    """Exempts a line, or `amount` đồng of it, on the paper that shows the right to it (Fee Law art. 10).

    A line whose amount is not known is exempt as a whole. What was paid of it is then to be refunded.
    """
    with transaction.atomic():
        bill = frame.locked_for(charge_pk, by)
        line = bill.charge.lines.select_for_update().filter(pk=line_pk).first()
        if line is None:
            raise PaymentError(_("Dòng thu này không thuộc hồ sơ. Bạn tải lại trang rồi làm lại."))
        before = bill.charge.state, bill.charge.due
        _exempt_line(bill.charge, line, amount, by, frame.required(reason), paper.strip()[:300])
        _tell(bill, before, by, reason, {"line": line.name, "paper": paper.strip()})
    return bill.charge


def _exempt_line(charge: Charge, line: ChargeLine, amount: int | None, by: Actor, reason: str, paper: str) -> None:
    """Books it; the reason of a line that has no amount yet stands in an entry of nothing."""
    if line.amount is None:
        _drop(line, amount)
        entries.write(charge, Entry.Kind.WAIVE, 0, by=by, line=line, reason=reason[:300], paper=paper)
        return
    most = min(line.amount - line.waived, charge.charged - charge.waived)
    taken = _within(most if amount is None else amount, most)
    line.waived += taken
    line.save(update_fields=["waived"])
    entries.write(charge, Entry.Kind.WAIVE, taken, by=by, line=line, reason=reason[:300], paper=paper)


def _drop(line: ChargeLine, amount: int | None) -> None:
    if amount is not None:
        raise PaymentError(_("Bạn xác định mức thu của “%s” trước khi miễn một phần.") % line.name)
    line.quantity = 0
    line.save(update_fields=["quantity"])


def _within(amount: int, most: int) -> int:
    if most <= 0:
        raise PaymentError(_("Khoản này đã được miễn hết, không còn gì để miễn."))
    if not 0 < amount <= most:
        words = _("Số tiền miễn phải từ 1 đồng đến %s.")
        raise PaymentError(words % vnd(most))
    return amount


def waive(charge_pk: int, *, by: Actor, reason: str, amount: int | None = None, whole: bool = False) -> Charge:
    """Waives what is unpaid; or `amount` đồng; or, `whole`, all of it, so that what was paid is to be refunded.

    Lines whose amount is not known are dropped, unless an amount is given. Raises PaymentError when there is nothing
    to be waived.
    """
    with transaction.atomic():
        bill = frame.locked_for(charge_pk, by)
        if not release(bill, by=by, reason=frame.required(reason), amount=amount, whole=whole):
            raise PaymentError(_("Không còn khoản nào chưa nộp để miễn."))
    return bill.charge


def release(bill: Bill, *, by: Actor, reason: str, amount: int | None = None, whole: bool = False) -> bool:
    """The inside of waive(), under the locks; False, and nothing is written, when there is nothing to be waived."""
    charge, before = bill.charge, (bill.charge.state, bill.charge.due)
    dropped = _drop_unknown(charge) if amount is None else False
    taken = _to_waive(charge, amount, whole)
    if not taken and not dropped:
        return False
    entries.write(charge, Entry.Kind.WAIVE, taken, by=by, reason=reason[:300])
    _tell(bill, before, by, reason, {"whole": whole})
    return True


def _drop_unknown(charge: Charge) -> bool:
    unknown = [line for line in charge.lines.all() if line.amount is None]
    for line in unknown:
        _drop(line, None)
    return bool(unknown)


def _to_waive(charge: Charge, amount: int | None, whole: bool) -> int:
    rest = charge.charged - charge.waived
    if amount is not None:
        return _within(amount, rest)
    return rest if whole else max(charge.due, 0)


def _tell(bill: Bill, before: tuple[str, int], by: Actor, reason: str, data: dict[str, object]) -> None:
    """Whoever still owed something is told; the message of a refusal or a withdrawal says it anyway."""
    state, due = before
    attempts.close_stale(bill.charge)
    was_owed = by.officer is not None and (state == Money.UNSET or due > 0)
    amount = bill.charge.entries.order_by("-pk").values_list("amount", flat=True)[0]
    frame.tell(bill, WAIVE, by=by, note=reason.strip(), data={"amount": amount, "was_owed": was_owed, **data})

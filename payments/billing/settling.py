"""The only way money comes in. Idempotent: an attempt that is paid stays paid, whatever is said of it again."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.billing import attempts, entries, frame, receipts
from payments.billing.frame import Bill
from payments.errors import PaymentError
from payments.models import Charge, Entry, PaymentAttempt, Receipt
from payments.states import Attempt, Money, Problem
from portal.templatetags.portal import vnd
from submissions.errors import NotAllowed
from submissions.models import Paper, Submission
from submissions.rules import SYSTEM_ACTOR, Actor
from submissions.states import PAY


@dataclass(frozen=True)
class Outcome:
    """What is known of an attempt: the words of the other side, or of the cashier.

    `amount` is what came, in đồng; `at` when it was paid, by the other side's clock.
    """

    paid: bool
    amount: int
    provider_number: str = ""
    code: str = ""
    said: Mapping[str, Any] = field(default_factory=dict)
    cancelled: bool = False
    at: datetime.datetime | None = None


@dataclass(frozen=True)
class Settled:
    """`changed`: the attempt was not settled before. `problem`: a Problem, or empty."""

    attempt: PaymentAttempt
    changed: bool
    problem: str


def settle(attempt_pk: int, outcome: Outcome, *, by: Actor = SYSTEM_ACTOR) -> Settled:
    """Writes the outcome of an attempt once, however often and by however many it is told.

    Money that has come is always booked, also late, twice, short, over or for nothing; what is wrong with it stands in
    the attempt. A failure never un-pays. Raises PaymentError only for an amount that is no money.
    """
    with transaction.atomic():
        bill, attempt = frame.locked_attempt(attempt_pk)
        return _settled(bill, attempt, outcome, by)


def _settled(bill: Bill, attempt: PaymentAttempt, outcome: Outcome, by: Actor) -> Settled:
    if attempt.state == Attempt.PAID or (not outcome.paid and attempt.state != Attempt.STARTED):
        return Settled(attempt, False, attempt.problem)
    _note(attempt, outcome)
    if not outcome.paid:
        attempt.state = Attempt.CANCELLED if outcome.cancelled else Attempt.FAILED
        attempt.save()
        return Settled(attempt, True, "")
    if outcome.amount <= 0:
        raise PaymentError(_("Số tiền đã nhận phải lớn hơn 0."))
    _book(bill, attempt, outcome.amount, by)
    return Settled(attempt, True, attempt.problem)


def _note(attempt: PaymentAttempt, outcome: Outcome) -> None:
    """What the other side said, kept with the attempt."""
    at = {"paid_at": outcome.at.isoformat()} if outcome.at else {}
    code = {"code": outcome.code} if outcome.code else {}
    attempt.said = {**attempt.said, **outcome.said, **code, **at}
    attempt.provider_number = outcome.provider_number[:60] or attempt.provider_number
    attempt.settled_at = timezone.now()


def _book(bill: Bill, attempt: PaymentAttempt, amount: int, by: Actor) -> None:
    charge = bill.charge
    attempt.problem = _problem(charge, attempt, amount)
    attempt.state, attempt.received, attempt.officer = Attempt.PAID, amount, by.officer
    attempt.save()
    entry = entries.write(charge, Entry.Kind.PAY, amount, by=by, attempt=attempt)
    attempts.close_stale(charge, Attempt.CLOSED)
    data = confirmed(charge, attempt, receipts.issue(entry))
    how = frame.how(attempt.gateway)
    frame.tell(bill, PAY, by=by, data=data, issues=[Paper.Kind.PAYMENT], paid_how=how)


def _problem(charge: Charge, attempt: PaymentAttempt, amount: int) -> str:
    """What is wrong with money that comes now. Of two things the one that costs somebody money is said."""
    if charge.state == Money.UNSET:
        return ""
    if charge.due <= 0:
        return Problem.DOUBLE if charge.charged > charge.waived else Problem.NOT_DUE
    if amount != charge.due:
        return Problem.OVER if amount > charge.due else Problem.SHORT
    return "" if attempt.state == Attempt.STARTED else Problem.LATE


def confirmed(charge: Charge, attempt: PaymentAttempt, receipt: Receipt) -> dict[str, Any]:
    """What the log, the confirmation of payment and the messages say of one payment."""
    how = Submission.PaidHow(frame.how(attempt.gateway))
    is_gateway = how == Submission.PaidHow.GATEWAY
    return {
        "amount": attempt.received,
        "problem": str(attempt.problem),
        "gateway": attempt.gateway,
        "how": f"{how.label} ({attempt.gateway.upper()})" if is_gateway else str(how.label),
        "attempt": attempt.reference,
        "transaction": attempt.provider_number,
        "paid_at": attempt.said.get("paid_at") or receipt.issued_at.isoformat(),
        "number": receipt.number,
        "year": receipt.year,
        "series": _series(receipt),
        "collector": str(attempt.officer.user) if attempt.officer and how == Submission.PaidHow.CASH else "",
        "lines": _lines(charge),
        "charged": charge.charged,
        "waived": charge.waived,
        "received": charge.paid - charge.refunded,
        "test": attempt.is_test,
        "samples": any(not line.amount_checked for line in charge.lines.all() if line.amount),
    }


def _series(receipt: Receipt) -> dict[str, str] | None:
    """The fee receipt of an approved series; its number has seven digits."""
    if receipt.series is None:
        return None
    series = receipt.series
    return {
        "form": series.form_sign,
        "series": series.series,
        "number": f"{receipt.series_number:07d}",
        "collector": series.collector,
        "tax_code": series.tax_code,
    }


def _lines(charge: Charge) -> list[dict[str, Any]]:
    rows = [line for line in charge.lines.all() if line.amount != 0]
    return [
        {
            "name": line.name,
            "unit": line.unit,
            "unit_amount": line.unit_amount,
            "quantity": line.quantity,
            "amount": line.amount,
            "waived": line.waived,
        }
        for line in rows
    ]


def note(attempt_pk: int, outcome: Outcome) -> bool:
    """Keeps what is said of an open attempt that decides nothing (held, not finished); False when it was known."""
    with transaction.atomic():
        _bill, attempt = frame.locked_attempt(attempt_pk)
        known = dict(attempt.said)
        if attempt.state not in (Attempt.STARTED, Attempt.EXPIRED):
            return False
        attempt.said = {**known, **outcome.said, **({"code": outcome.code} if outcome.code else {})}
        if attempt.said == known:
            return False
        attempt.save(update_fields=["said"])
    return True


# --- who brings money in without a gateway -------------------------------------------------------


def take_cash(charge_pk: int, amount: int, *, by: Actor) -> PaymentAttempt:
    """A cashier took exactly what is due. Raises PaymentError when nothing is, or something else was taken."""
    if by.officer is None:
        raise NotAllowed
    with transaction.atomic():
        bill = frame.locked_for(charge_pk, by)
        attempts.check_payable(bill.charge)
        if amount != bill.charge.due:
            words = _("Hồ sơ còn phải nộp %s. Bạn thu đúng số tiền này rồi ghi lại.")
            raise PaymentError(words % vnd(bill.charge.due))
        attempt = attempts.make(bill.charge, "cash", amount)
        return _settled(bill, attempt, Outcome(paid=True, amount=amount), by).attempt


def take_transfer(
    charge_pk: int, amount: int, *, said: Mapping[str, Any], provider_number: str = "", by: Actor = SYSTEM_ACTOR
) -> PaymentAttempt:
    """Money came by bank transfer, whatever the charge's state: it is booked. The caller books each line once."""
    with transaction.atomic():
        bill = frame.locked_for(charge_pk, by)
        rows = bill.charge.attempts.select_for_update().filter(state=Attempt.STARTED, gateway="vietqr")
        is_test = settings.VIETQR_IS_TEST
        attempt = rows.order_by("number").first() or attempts.make(bill.charge, "vietqr", amount, is_test=is_test)
        outcome = Outcome(paid=True, amount=amount, provider_number=provider_number, said=said)
        return _settled(bill, attempt, outcome, by).attempt

"""The frame of every act on a charge: the locks in their order, and the line in the submission's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from payments.billing import entries
from payments.errors import PaymentError
from payments.models import Charge, PaymentAttempt
from submissions import rules, workflow
from submissions.errors import NotAllowed
from submissions.models import Event, Submission
from submissions.rules import Actor

PaidHow = Submission.PaidHow


@dataclass(frozen=True)
class Bill:
    """A charge with its submission, both locked."""

    submission: Submission
    charge: Charge


def locked(charge_pk: int) -> Bill:
    """Submission first, then its charge. Only inside a transaction; never during a call to the outside."""
    submission = workflow.locked(Charge.objects.values_list("submission_id", flat=True).get(pk=charge_pk))
    charge = Charge.objects.select_for_update().get(pk=charge_pk)
    charge.submission = submission
    return Bill(submission, charge)


def locked_for(charge_pk: int, by: Actor) -> Bill:
    """The same for an act of an officer. Raises NotAllowed for a submission of another agency."""
    bill = locked(charge_pk)
    check_covers(bill, by)
    return bill


def check_covers(bill: Bill, by: Actor) -> None:
    if by.officer is not None and not rules.covers(by.officer, bill.submission):
        raise NotAllowed


def locked_attempt(attempt_pk: int) -> tuple[Bill, PaymentAttempt]:
    bill = locked(PaymentAttempt.objects.values_list("charge_id", flat=True).get(pk=attempt_pk))
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_pk)
    attempt.charge = bill.charge
    return bill, attempt


def how(gateway: str) -> Submission.PaidHow:
    """How the submission says that its money came, by the key of the gateway."""
    return {"cash": PaidHow.CASH, "vietqr": PaidHow.TRANSFER}.get(gateway, PaidHow.GATEWAY)


def required(reason: str) -> str:
    """Raises PaymentError for an empty one."""
    if not reason.strip():
        raise PaymentError(_("Bạn cần ghi lý do để người nộp và người kiểm tra hiểu."))
    return reason.strip()


def tell(
    bill: Bill,
    verb: str,
    *,
    by: Actor,
    note: str = "",
    public: bool = True,
    data: Mapping[str, Any] | None = None,
    issues: Sequence[str] = (),
    paid_how: str = "",
) -> Event:
    """Writes how the money stands into the submission, with a line of its log, papers and notices.

    The event always says what is due now and whether it can be paid now.
    """
    charge = bill.charge
    now = workflow.MoneyNow(charge.state, entries.owed(charge), paid_how)
    facts = {"due": entries.owed(charge), "payable": charge.is_payable, **(data or {})}
    return workflow.record_money(bill.submission, verb, now, by=by, note=note, public=public, data=facts, issues=issues)

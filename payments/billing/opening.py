"""The bill of a submission: lines copied from what was filed, and from when it can be paid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.billing import entries, frame
from payments.billing.frame import Bill
from payments.models import Charge, ChargeLine, Entry, PostageRate
from payments.states import Money
from procedures.models import Procedure
from submissions.models import Submission
from submissions.papers.content import given
from submissions.rules import Actor
from submissions.states import CHARGE


def of(submission: Submission) -> Charge | None:
    """The bill of the submission; None where nothing was ever to be paid."""
    return Charge.objects.filter(submission=submission).first()


def open_charge(submission: Submission, *, by: Actor) -> Charge | None:
    """Makes the bill once, under the submission's lock; None when there is nothing to be paid, and for a rehearsal."""
    found = of(submission)
    lines = [] if found or submission.is_rehearsal else [*_fee_lines(submission), *_postage_lines(submission)]
    if not lines:
        return found
    charge = Charge.objects.create(
        submission=submission, agency=submission.agency, state=Money.UNSET, payable_from=_payable_at_once(submission)
    )
    book_lines(charge, lines, by=by)
    frame.tell(Bill(submission, charge), CHARGE, by=by, data=amounts(charge))
    return charge


def take_over(submission: Submission, *, by: Actor) -> Charge | None:
    """The bill of a submission that arrived from another install with something still to be paid, in one line.

    What was paid, waived or is to be refunded there stays with that install; its columns say what became of it.
    """
    if submission.owed == 0:
        return None
    charge = Charge.objects.create(
        submission=submission, agency=submission.agency, state=Money.UNSET, payable_from=submission.received_at
    )
    name = _("Số tiền còn phải nộp khi hồ sơ được chuyển đến")
    book_lines(
        charge, [ChargeLine(kind=ChargeLine.Kind.LE_PHI, name=name, unit_amount=submission.owed, quantity=1)], by=by
    )
    return charge


def book_lines(charge: Charge, lines: list[ChargeLine], *, by: Actor) -> None:
    """Saves the lines of a new charge and books what is known of them."""
    for order, line in enumerate(lines):
        line.charge, line.order = charge, order
        line.save(force_insert=True)
    for line in lines:
        if line.amount:
            entries.write(charge, Entry.Kind.CHARGE, line.amount, by=by, line=line)
    entries.restate(charge)


def amounts(charge: Charge) -> dict[str, Any]:
    """What the log keeps of the lines."""
    lines = [{"name": line.name, "amount": line.amount} for line in charge.lines.all()]
    return {"charged": charge.charged, "lines": lines}


def _fee_lines(submission: Submission) -> Iterator[ChargeLine]:
    for fee in submission.fees:
        if fee.get("amount") != 0:
            yield fee_line(fee)


def fee_line(fee: Mapping[str, Any]) -> ChargeLine:
    """A line as it was at filing. What has to be counted or judged has no quantity yet."""
    return ChargeLine(
        kind=fee.get("kind") or ChargeLine.Kind.LE_PHI,
        name=(fee.get("name") or _("Phí, lệ phí"))[:300],
        unit=(fee.get("unit") or "")[:120],
        unit_amount=fee.get("amount"),
        quantity=None if given.is_counted(fee) else 1,
        condition=(fee.get("condition") or "")[:500],
        exemption=(fee.get("exemption") or "")[:500],
        amount_checked=fee.get("amount_checked") is not False,
    )


def _postage_lines(submission: Submission) -> Iterator[ChargeLine]:
    """Postage in advance, where the town has it so (POSTAGE_PAYER); an officer sets it while no rate is known."""
    if settings.POSTAGE_PAYER != "charge" or submission.delivery != Submission.DeliveryWay.POST:
        return
    rate = PostageRate.objects.filter(valid_from__lte=timezone.localdate()).order_by("-valid_from").first()
    if rate is not None and rate.amount == 0:
        return
    yield ChargeLine(
        kind=ChargeLine.Kind.POSTAGE,
        name=rate.name if rate else _("Cước gửi kết quả qua bưu điện"),
        unit_amount=rate.amount if rate else None,
        quantity=1,
        amount_checked=rate.is_checked if rate else True,
    )


def _payable_at_once(submission: Submission) -> Any:
    before = submission.procedure.pay_when == Procedure.PayWhen.BEFORE_RECEIPT
    return timezone.now() if before else None


def pay_at_once(procedure: Procedure) -> None:
    """The procedure is paid before receipt from now on: so are the files that wait for receipt."""
    if procedure.pay_when == Procedure.PayWhen.BEFORE_RECEIPT:
        waiting = Charge.objects.filter(submission__procedure=procedure, submission__received_at=None)
        waiting.filter(payable_from=None).update(payable_from=timezone.now())


def make_payable(submission: Submission) -> None:
    """Received: from now on it can be paid. Under the submission's lock; the message of receipt says so."""
    Charge.objects.filter(submission=submission, payable_from=None).update(payable_from=timezone.now())

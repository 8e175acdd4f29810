"""Money that goes back: asked by an officer, done by the gateway, the bank or the cashier, never above what came."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.billing import attempts, entries, frame
from payments.billing.frame import Bill
from payments.errors import PaymentError
from payments.models import Entry, PaymentAttempt, Refund
from payments.states import Attempt, RefundState
from portal.templatetags.portal import vnd
from submissions.errors import NotAllowed
from submissions.models import Submission
from submissions.rules import SYSTEM_ACTOR, Actor
from submissions.states import REFUND

UNDER_WAY = (RefundState.ASKED, RefundState.SENT)
CLAIM = datetime.timedelta(minutes=10)
WAITS = tuple(datetime.timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
ERROR_LENGTH = 500


def refundable(attempt: PaymentAttempt) -> int:
    """đồng of the attempt that can still be sent back: neither sent back nor on the way."""
    asked = attempt.refunds.filter(state__in=UNDER_WAY).aggregate(sum=Sum("amount"))["sum"] or 0
    return attempt.received - attempt.refunded - asked


def ask_refund(attempt_pk: int, amount: int, way: str, *, by: Actor, reason: str) -> Refund:
    """Asks for a refund of part or all of what an attempt brought in. Raises PaymentError for anything above it."""
    if by.officer is None:
        raise NotAllowed
    with transaction.atomic():
        bill, attempt = frame.locked_attempt(attempt_pk)
        frame.check_covers(bill, by)
        _check(attempt, amount, way)
        refund = Refund.objects.create(
            attempt=attempt,
            way=way,
            amount=amount,
            reason=frame.required(reason)[:300],
            request_id=uuid.uuid4().hex,
            asked_by=by.officer,
        )
        _tell(bill, refund, "asked", by, note=refund.reason)
    return refund


def _check(attempt: PaymentAttempt, amount: int, way: str) -> None:
    if attempt.state != Attempt.PAID:
        raise PaymentError(_("Lượt nộp này chưa nhận được tiền nên không có gì để hoàn."))
    if way not in Refund.Way.values or (way == Refund.Way.GATEWAY and not _is_by_gateway(attempt)):
        raise PaymentError(_("Không hoàn theo cách này được. Bạn chọn tiền mặt hoặc chuyển khoản."))
    most = refundable(attempt)
    if not 0 < amount <= most:
        words = _("Số tiền hoàn phải lớn hơn 0 và không quá %s, là số đã nhận trừ số đã hoàn và đang hoàn.")
        raise PaymentError(words % vnd(most))


def _is_by_gateway(attempt: PaymentAttempt) -> bool:
    return frame.how(attempt.gateway) == Submission.PaidHow.GATEWAY


def refund_done(refund_pk: int, provider_number: str = "", *, by: Actor = SYSTEM_ACTOR) -> Refund:
    """The money has gone back; said twice it is booked once."""
    with transaction.atomic():
        bill, refund = _locked(refund_pk, by)
        if refund.state == RefundState.DONE:
            return refund
        attempt = refund.attempt
        if refund.amount > attempt.received - attempt.refunded:
            raise PaymentError(_("Số tiền hoàn nhiều hơn số đã nhận. Bạn đối chiếu lại với ngân hàng."))
        refund.state, refund.done_at = RefundState.DONE, timezone.now()
        refund.provider_number, refund.error, refund.claimed_at = provider_number[:60], "", None
        refund.save()
        attempt.refunded += refund.amount
        attempt.save(update_fields=["refunded"])
        entries.write(bill.charge, Entry.Kind.REFUND, refund.amount, by=by, refund=refund, attempt=attempt)
        attempts.close_stale(bill.charge)
        _tell(bill, refund, "done", by)
    return refund


def refund_failed(refund_pk: int, error: str, permanent: bool) -> Refund:
    """The gateway did not take it: tried again later, or, `permanent`, left for an officer to see to."""
    with transaction.atomic():
        bill, refund = _locked(refund_pk, SYSTEM_ACTOR)
        if refund.state not in UNDER_WAY:
            return refund
        refund.error, refund.claimed_at = error[:ERROR_LENGTH], None
        refund.next_try_at = timezone.now() + WAITS[min(refund.tries, len(WAITS) - 1)]
        if permanent:
            refund.state = RefundState.FAILED
            _tell(bill, refund, "failed", SYSTEM_ACTOR, note=refund.error, public=False)
        refund.save()
    return refund


def claim_refund(pk: int) -> bool:
    """Takes one refund by a gateway for ten minutes; False when it is over, not yet due or somebody else's."""
    now = timezone.now()
    free = Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM)
    rows = Refund.objects.filter(free, pk=pk, way=Refund.Way.GATEWAY, state__in=UNDER_WAY, next_try_at__lte=now)
    return rows.update(claimed_at=now, state=RefundState.SENT, tries=F("tries") + 1) == 1


def _locked(refund_pk: int, by: Actor) -> tuple[Bill, Refund]:
    bill, attempt = frame.locked_attempt(Refund.objects.values_list("attempt_id", flat=True).get(pk=refund_pk))
    frame.check_covers(bill, by)
    refund = Refund.objects.select_for_update().get(pk=refund_pk)
    refund.attempt = attempt
    return bill, refund


def _tell(bill: Bill, refund: Refund, step: str, by: Actor, *, note: str = "", public: bool = True) -> None:
    data: dict[str, Any] = {
        "step": step,
        "amount": refund.amount,
        "way": refund.way,
        "how": str(Refund.Way(refund.way).label),
        "attempt": refund.attempt.reference,
        "transaction": refund.provider_number,
    }
    frame.tell(bill, REFUND, by=by, note=note, public=public, data=data)

"""Tries to pay: started, expired, closed. What brings money in is in settling.py."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.billing import frame
from payments.errors import PaymentError
from payments.models import Charge, PaymentAttempt
from payments.states import Attempt, Money
from submissions.rules import Actor

_t = gettext_lazy
WHY_NOT: dict[str, object] = {
    Money.UNSET: _t("Cán bộ chưa xác định mức phải nộp. Bạn sẽ được báo khi nộp được."),
    Money.PAID: _t("Hồ sơ này đã nộp đủ tiền, bạn không phải nộp nữa."),
    Money.WAIVED: _t("Hồ sơ này không phải nộp tiền."),
    Money.REFUND: _t("Hồ sơ này không phải nộp thêm; cơ quan sẽ hoàn lại số tiền đã nhận thừa."),
}


def start(
    charge_pk: int, gateway: str, *, by: Actor, expires_at: datetime.datetime | None = None, is_test: bool = False
) -> PaymentAttempt:
    """The open attempt of that gateway for what is due now, made when there is none.

    Raises PaymentError when nothing can be paid now.
    """
    with transaction.atomic():
        charge = frame.locked_for(charge_pk, by).charge
        check_payable(charge)
        rows = charge.attempts.filter(state=Attempt.STARTED, gateway=gateway, amount=charge.due, is_test=is_test)
        found = [a for a in rows.order_by("-number") if a.expires_at is None or a.expires_at > timezone.now()]
        return found[0] if found else make(charge, gateway, charge.due, expires_at=expires_at, is_test=is_test)


def check_payable(charge: Charge) -> None:
    """Raises PaymentError when nothing can be paid now."""
    if charge.state != Money.DUE:
        raise PaymentError(WHY_NOT[charge.state])
    if charge.payable_from is None:
        raise PaymentError(_("Hồ sơ chưa được tiếp nhận nên chưa nộp tiền được. Bạn nộp sau khi hồ sơ được tiếp nhận."))


def make(
    charge: Charge,
    gateway: str,
    amount: int,
    *,
    expires_at: datetime.datetime | None = None,
    is_test: bool = False,
) -> PaymentAttempt:
    """A new attempt with the next number of the charge. Under the charge's lock."""
    number = charge.attempts.count() + 1
    code = (charge.submission.reference or "").replace("-", "")
    return PaymentAttempt.objects.create(
        charge=charge,
        number=number,
        gateway=gateway,
        reference=f"{code}-{number}",
        amount=amount,
        expires_at=expires_at,
        is_test=is_test,
    )


def close_stale(charge: Charge, state: str = Attempt.EXPIRED) -> None:
    """Ends the open attempts for another amount than what is due now. Money that still comes is booked as late."""
    rows = charge.attempts.filter(state=Attempt.STARTED)
    if charge.state == Money.DUE:
        rows = rows.exclude(amount=charge.due)
    rows.update(state=state, settled_at=timezone.now())


def expire(now: datetime.datetime | None = None) -> int:
    """Ends the attempts whose time is up; returns how many. Rows that are being settled are left to whoever settles."""
    now = now or timezone.now()
    with transaction.atomic():
        rows = PaymentAttempt.objects.filter(state=Attempt.STARTED, expires_at__lte=now).order_by("pk")
        over = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:1000])
        return PaymentAttempt.objects.filter(pk__in=over).update(state=Attempt.EXPIRED, settled_at=now)


def claim_question(attempt_pk: int, asked_at: datetime.datetime | None) -> bool:
    """Takes one attempt to ask the gateway about; `asked_at` as it was read. False when somebody else asks already."""
    rows = PaymentAttempt.objects.filter(pk=attempt_pk, asked_at=asked_at)
    return rows.update(asked_at=timezone.now()) == 1

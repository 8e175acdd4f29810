"""What an officer does with a parcel: order its transport, type its number, give it to the post."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from payments import carriers
from payments.delivery.events import tell_posted
from payments.delivery.parcels import OUT, check_officer, locked, ordered
from payments.models import Delivery, HandoverList
from payments.states import ALIVE, AT_THE_POST, Booking, Step
from portal.lib import s10
from submissions import workflow
from submissions.errors import Incomplete, NotPossible
from submissions.rules import Actor

LONGEST_NUMBER = 40
_NUMBER = re.compile(r"[A-Z0-9]{4,40}")


# --- the number ----------------------------------------------------------------------------------


def set_tracking(pk: int, number: str, *, by: Actor, postage: int | None = None) -> list[str]:
    """Keeps the number that the post gave; returns doubts, in sentences, that refuse nothing.

    A number typed by hand takes the place of a booking. `postage` in đồng, when the post's slip says it.
    """
    typed = s10.normal(number)
    if not _NUMBER.fullmatch(typed):
        raise Incomplete(_("Mã bưu gửi gồm 4 đến 40 chữ cái và chữ số, như in trên biên nhận của bưu điện."))
    with transaction.atomic():
        parcel = locked(pk)
        check_officer(by, parcel.submission)
        if parcel.direction != OUT or parcel.step not in (Step.READY, *AT_THE_POST):
            raise NotPossible(_("Bưu gửi này chưa hoặc không còn chờ mã bưu gửi."))
        if parcel.tracking_number != typed:
            parcel.tracking_number, parcel.asked_at = typed, None
            parcel.booking, parcel.claimed_at, parcel.error = "", None, ""
        if postage is not None:
            parcel.postage = postage
            parcel.collect = postage if settings.POSTAGE_PAYER == "recipient" else 0
        parcel.save()
    return doubts(parcel)


def doubts(parcel: Delivery) -> list[str]:
    """What may be wrong with its number."""
    number, found = parcel.tracking_number, []
    if not number:
        return []
    if s10.has_form(number) and not s10.is_right(number):
        found.append(_("Số kiểm tra của mã %s không khớp, có thể gõ nhầm một chữ số. Bạn so với biên nhận.") % number)
    elif not s10.has_form(number):
        found.append(_("Mã %s không theo mẫu 2 chữ, 9 số, 2 chữ của bưu chính. Bạn so lại với biên nhận.") % number)
    others = Delivery.objects.filter(tracking_number=number, step__in=ALIVE).exclude(pk=parcel.pk)
    if others.exists():
        found.append(_("Mã %s đang dùng cho một bưu gửi khác. Bạn so lại với biên nhận.") % number)
    return found


# --- the order at the carrier --------------------------------------------------------------------


def want_booking(pks: Sequence[int], *, by: Actor) -> int:
    """Puts the parcels into the outbox of bookings, also those that were given up; returns how many."""
    with transaction.atomic():
        parcels = [locked(pk) for pk in ordered(pks)]
        for parcel in parcels:
            check_officer(by, parcel.submission)
            _check_bookable(parcel)
        return sum(_want(parcel) for parcel in parcels)


def _check_bookable(parcel: Delivery) -> None:
    if parcel.direction != OUT or parcel.step not in (Step.READY, Step.HANDED):
        raise NotPossible(_("%s chưa sẵn sàng hoặc không còn chờ gửi nên không đặt được.") % parcel.code)
    if not carriers.of(parcel).is_automatic:
        raise NotPossible(_("Bưu điện này không đặt qua mạng. Bạn nhập mã bưu gửi in trên biên nhận của bưu điện."))
    _check_address(parcel)


def _want(parcel: Delivery) -> bool:
    if parcel.tracking_number or parcel.booking == Booking.WANTED:
        return False
    parcel.booking, parcel.next_try_at = Booking.WANTED, timezone.now()
    parcel.claimed_at, parcel.error = None, ""
    # One more than none where a try may have reached the carrier: it is asked before it is told again.
    parcel.attempts = min(parcel.attempts, 1)
    parcel.save()
    return True


def _check_address(parcel: Delivery) -> None:
    if not (parcel.name and parcel.phone and parcel.address):
        raise Incomplete(_("%s chưa đủ họ tên, điện thoại, địa chỉ người nhận. Bạn bổ sung trước.") % parcel.code)


# --- giving it to the post -----------------------------------------------------------------------


def hand_to_post(pks: Sequence[int], *, by: Actor, list: HandoverList | None = None) -> list[Delivery]:
    """All of them or none; those that the post has already stay as they are. Raises NotPossible naming the first that
    is not ready or for which money is due."""
    now = timezone.now()
    with transaction.atomic():
        parcels = [locked(pk) for pk in ordered(pks)]
        for parcel in parcels:
            check_officer(by, parcel.submission)
            _check_sendable(parcel)
        for parcel in parcels:
            if parcel.step == Step.READY:
                _hand(parcel, list, by, now)
    return parcels


def _check_sendable(parcel: Delivery) -> None:
    if parcel.step in AT_THE_POST:
        return
    if parcel.direction != OUT or parcel.step != Step.READY:
        raise NotPossible(_("%s chưa sẵn sàng để giao bưu điện. Bạn bỏ khỏi bảng kê.") % parcel.code)
    _check_address(parcel)
    try:
        workflow.check_paid(parcel.submission)
    except NotPossible as error:
        raise NotPossible(_("Hồ sơ %(s)s: %(why)s") % {"s": parcel.submission, "why": error}) from None


def _hand(parcel: Delivery, on: HandoverList | None, by: Actor, now: datetime.datetime) -> None:
    parcel.step, parcel.handed_at, parcel.handover = Step.HANDED, now, on or parcel.handover
    parcel.save()
    if carriers.of(parcel).is_automatic:
        _want(parcel)
    tell_posted(parcel, by)

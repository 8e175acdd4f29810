"""The outbox of bookings and the round of questions: who has which row, for how long, and what came of it.

A row is taken by a conditional UPDATE before the carrier is called, and no lock is held during the call. Whoever has
taken a booking has CLAIM for it; after that the process counts as dead.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.carriers import CARRIERS, Booked, CarrierError
from payments.models import Delivery
from payments.states import AT_THE_POST, Booking, Step

CLAIM = datetime.timedelta(minutes=5)
ATTEMPTS = 8
BATCH = 20
# A parcel under way is asked about so often; sooner after a question that got no answer.
ASK_EVERY = datetime.timedelta(minutes=30)
ASK_AGAIN = datetime.timedelta(minutes=3)


def backoff(attempts: int) -> datetime.timedelta:
    """1, 4, 16, 64 … minutes after the first, second … attempt: nearly four days until the last."""
    return datetime.timedelta(minutes=4 ** (attempts - 1))


def automatic() -> list[str]:
    return [carrier.key for carrier in CARRIERS.values() if carrier.is_automatic]


# --- bookings ------------------------------------------------------------------------------------


def _free(now: datetime.datetime) -> Q:
    held = Q(claimed_at__gt=now - CLAIM)
    return Q(booking=Booking.WANTED, next_try_at__lte=now, step__in=(Step.READY, *AT_THE_POST)) & ~held


def due_bookings(down: Collection[str] = ()) -> list[int]:
    """The next ones of carriers that are not down."""
    rows = Delivery.objects.filter(_free(timezone.now()), attempts__lt=ATTEMPTS).exclude(carrier__in=down)
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:BATCH])


def claim_booking(pk: int, down: Collection[str] = ()) -> Delivery | None:
    """Takes the row; None when it is somebody else's, done, not due, or its carrier is down."""
    now = timezone.now()
    taken = Delivery.objects.filter(_free(now), pk=pk, attempts__lt=ATTEMPTS).exclude(carrier__in=down)
    if taken.update(claimed_at=now, attempts=F("attempts") + 1) != 1:
        return None
    return Delivery.objects.get(pk=pk)


def booked(parcel: Delivery, order: Booked) -> None:
    """Booked is booked, even when the claim has run out meanwhile. Meanwhile a number may have been typed, too."""
    rows = Delivery.objects.filter(pk=parcel.pk)
    done = rows.filter(booking=Booking.WANTED).update(
        booking=Booking.BOOKED,
        booked_at=timezone.now(),
        tracking_number=order.tracking_number,
        postage=order.postage,
        collect=order.collect,
        claimed_at=None,
        error="",
    )
    if not done:
        words = _("Bưu điện cũng đã nhận đơn %s cho bưu gửi này. Bạn báo bưu điện hủy nếu không dùng.")
        other = rows.exclude(tracking_number=order.tracking_number)
        other.update(error=words % order.tracking_number)


def not_booked(parcel: Delivery, error: CarrierError) -> None:
    """Puts the row back for a later try, or gives it up for an officer to see."""
    own = Delivery.objects.filter(pk=parcel.pk, claimed_at=parcel.claimed_at, booking=Booking.WANTED)
    if error.permanent or parcel.attempts >= ATTEMPTS:
        own.update(booking=Booking.FAILED, claimed_at=None, error=str(error))
    else:
        own.update(next_try_at=timezone.now() + backoff(parcel.attempts), claimed_at=None, error=str(error))


def give_up_abandoned() -> None:
    """Rows on which the worker died every time: seen as failed instead of a loop without end."""
    stale = Delivery.objects.filter(_free(timezone.now()), attempts__gte=ATTEMPTS)
    stale.update(booking=Booking.FAILED, claimed_at=None, error=_("Tiến trình đặt bưu gửi bị dừng nhiều lần."))


# --- questions -----------------------------------------------------------------------------------


def _unasked(now: datetime.datetime) -> QuerySet[Delivery]:
    moving = Delivery.objects.filter(step__in=AT_THE_POST, carrier__in=automatic()).exclude(tracking_number="")
    return moving.filter(Q(asked_at=None) | Q(asked_at__lte=now - ASK_EVERY))


def due_questions(down: Collection[str] = ()) -> list[int]:
    rows = _unasked(timezone.now()).exclude(carrier__in=down)
    return list(rows.order_by(F("asked_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)[:BATCH])


def claim_question(pk: int, down: Collection[str] = ()) -> Delivery | None:
    """Takes the parcel's turn to be asked about; None when somebody else has it, or its carrier is down."""
    now = timezone.now()
    taken = _unasked(now).filter(pk=pk).exclude(carrier__in=down).update(asked_at=now)
    return Delivery.objects.get(pk=pk) if taken else None


def ask_soon(pk: int) -> None:
    Delivery.objects.filter(pk=pk).update(asked_at=timezone.now() - ASK_EVERY + ASK_AGAIN)


def not_answered(parcel: Delivery, error: CarrierError) -> None:
    """A number that the carrier does not know is an officer's matter, and asked about as seldom as any."""
    if error.permanent:
        Delivery.objects.filter(pk=parcel.pk).update(error=str(error))
    else:
        ask_soon(parcel.pk)


def ask_soon_if_unsure(parcel: Delivery) -> None:
    """A message said that it arrived and the answer did not yet."""
    if parcel.step in AT_THE_POST and parcel.events.filter(step=Step.DELIVERED).exists():
        ask_soon(parcel.pk)

"""What people want done with a parcel that did not reach them: come for it, or have it sent once more."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from payments.delivery.parcels import OUT, Receiver, check_officer, checked_receiver, create, end, locked, under_way
from payments.models import Delivery
from payments.states import Booking, Step
from submissions import workflow
from submissions.errors import NotPossible
from submissions.rules import Actor
from submissions.states import State

AT_THE_DESK = (Step.PREPARING, Step.READY, Step.RETURNED)


def pick_up(pk: int, *, by: Actor) -> Delivery:
    """The person comes for the result. While a failed parcel is still with the post: as soon as it is back."""
    with transaction.atomic():
        parcel = _wishable(pk, by)
        if parcel.step == Step.FAILED:
            return _remember(parcel, {"pickup": True})
        if parcel.step in AT_THE_DESK:
            end(parcel, Step.PICKUP)
            workflow.reroute_to_counter(parcel.submission, by=by)
        elif parcel.step != Step.PICKUP:
            raise _too_late(parcel)
    return parcel


def send_again(pk: int, name: str, phone: str, address: str, *, by: Actor) -> Delivery:
    """To this receiver: a parcel not yet ordered is changed, one that came back gets a successor, which is returned.

    While a failed parcel is still with the post: as soon as it is back. Raises Incomplete for a bad address.
    """
    to = checked_receiver(name, phone, address)
    with transaction.atomic():
        parcel = _wishable(pk, by)
        if parcel.step == Step.FAILED:
            return _remember(parcel, {"name": to.name, "phone": to.phone, "address": to.address})
        if _goes_there(parcel, to):
            return parcel
        if parcel.step not in (*AT_THE_DESK, Step.PICKUP):
            return _successor(parcel, to)
        workflow.reroute_to(parcel.submission, to.name, to.phone, to.address, by=by)
        return _send(parcel, to)


def carry_out(parcel: Delivery, *, by: Actor) -> None:
    """Does what was wished while the parcel was still away. Under the locks."""
    wish = parcel.wish
    if wish.get("pickup"):
        pick_up(parcel.pk, by=by)
    elif wish:
        send_again(parcel.pk, wish["name"], wish["phone"], wish["address"], by=by)
    parcel.refresh_from_db(fields=["step", "ended_at", "note", "wish", "error", "booking"])


def _wishable(pk: int, by: Actor) -> Delivery:
    parcel = locked(pk)
    check_officer(by, parcel.submission)
    if parcel.direction != OUT:
        raise NotPossible(_("Chỉ chọn lại cách nhận cho kết quả gửi bưu điện."))
    return parcel


def _goes_there(parcel: Delivery, to: Receiver) -> bool:
    """The page was sent twice."""
    same = (parcel.name, parcel.phone, parcel.address) == (to.name, to.phone, to.address)
    return same and parcel.step in (Step.PREPARING, Step.READY)


def _too_late(parcel: Delivery) -> NotPossible:
    if parcel.step in (Step.HANDED, Step.MOVING):
        words = _("Bưu điện đang chuyển bưu gửi nên chưa đổi được. Bạn chờ bưu điện phát, hoặc gọi bộ phận một cửa.")
        return NotPossible(words)
    return NotPossible(_("Bưu gửi này đã kết thúc nên không đổi được nữa."))


def _remember(parcel: Delivery, wish: dict[str, object]) -> Delivery:
    parcel.wish = wish
    parcel.save(update_fields=["wish"])
    return parcel


def _successor(parcel: Delivery, to: Receiver) -> Delivery:
    """The one that a first click has made already; raises NotPossible when there is none to this receiver."""
    later = under_way(parcel.submission, OUT)
    if parcel.step == Step.CANCELLED and later is not None and _goes_there(later, to):
        return later
    raise _too_late(parcel)


def _send(parcel: Delivery, to: Receiver) -> Delivery:
    ordered = parcel.booking in (Booking.WANTED, Booking.BOOKED)
    if parcel.step in (Step.PREPARING, Step.READY) and not ordered:
        parcel.name, parcel.phone, parcel.address = to.name, to.phone, to.address
        parcel.save(update_fields=["name", "phone", "address"])
        return parcel
    if parcel.submission.state != State.RESULT_READY:
        raise NotPossible(_("Hồ sơ không còn kết quả chờ trả nên không gửi lại được."))
    if parcel.step != Step.PICKUP:
        end(parcel, Step.CANCELLED, _("Gửi lại trong bưu gửi sau."))
    return create(parcel.submission, OUT, Step.READY, to)

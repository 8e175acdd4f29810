"""Rows of parcels: how one begins, is locked, and ends without the post."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from payments import carriers
from payments.models import Delivery
from payments.states import ALIVE, AT_THE_POST, Booking, Step
from portal.lib import codes
from procedures import validators
from submissions import rules, workflow
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.models import Submission
from submissions.rules import Actor
from submissions.states import Role, State

PREFIX = "HL"
OUT, IN = Delivery.Direction.OUT, Delivery.Direction.IN


@dataclass(frozen=True)
class Receiver:
    """To whom a parcel goes."""

    name: str
    phone: str
    address: str

    @classmethod
    def of(cls, submission: Submission) -> Receiver:
        return cls(submission.delivery_name, submission.delivery_phone, submission.delivery_address)


def checked_receiver(name: str, phone: str, address: str) -> Receiver:
    """As the filing reads them; old three-tier and new two-tier addresses are both just text. Raises Incomplete."""
    if not (name.strip() and phone.strip() and address.strip()):
        raise Incomplete(_("Bạn cần ghi đủ họ tên, số điện thoại và địa chỉ người nhận."))
    try:
        found = Receiver(
            validators.clean_person_name(name), validators.clean_phone(phone), validators.clean_text(address)
        )
    except ValidationError as error:
        raise Incomplete(" ".join(error.messages)) from None
    for words, most in ((found.name, 120), (found.address, 300)):
        if len(words) > most:
            raise Incomplete(_("Nội dung dài quá %d ký tự. Bạn viết ngắn lại.") % most)
    return found


def locked(pk: int) -> Delivery:
    """The parcel under its lock, after that of its submission; only inside a transaction."""
    submission = workflow.locked(Delivery.objects.values_list("submission_id", flat=True).get(pk=pk))
    parcel = Delivery.objects.select_for_update().get(pk=pk)
    parcel.submission = submission
    return parcel


def check_officer(by: Actor, submission: Submission) -> None:
    """Parcels are reception's work, at the submission's own agency. Raises NotAllowed."""
    officer = by.officer
    if officer is not None and not (rules.covers(officer, submission) and officer.has_role(Role.RECEPTION)):
        raise NotAllowed


def new_code() -> str:
    """What label and barcode say: HL and eight signs that are easily read out."""
    while True:
        code = PREFIX + codes.reference().replace("-", "")
        if not Delivery.objects.filter(code=code).exists():
            return code


def create(submission: Submission, direction: str, step: str, receiver: Receiver) -> Delivery:
    """The next parcel in this direction. Under the submission's lock."""
    last = submission.deliveries.filter(direction=direction).order_by("-number").first()
    return Delivery.objects.create(
        submission=submission,
        agency=submission.agency,
        direction=direction,
        number=last.number + 1 if last else 1,
        code=new_code(),
        step=step,
        carrier=carriers.current().key,
        name=receiver.name,
        phone=receiver.phone,
        address=receiver.address,
        ready_at=timezone.now() if step == Step.READY else None,
    )


def under_way(submission: Submission, direction: str) -> Delivery | None:
    """The one parcel in this direction that has not ended, locked; there is never a second."""
    return submission.deliveries.select_for_update().filter(direction=direction, step__in=ALIVE).first()


def open_out(submission: Submission, *, by: Actor) -> Delivery:
    """The parcel of the result, from receipt on; the one there is when there is one. Under the submission's lock."""
    there = submission.deliveries.filter(direction=OUT).order_by("-number").first()
    return there or create(submission, OUT, Step.PREPARING, Receiver.of(submission))


def ready(submission: Submission) -> Delivery | None:
    """The result is there: its parcel may be labelled and sent. Under the submission's lock."""
    if submission.state != State.RESULT_READY:
        raise NotPossible(_("Hồ sơ chưa có kết quả nên chưa gửi bưu điện được."))
    parcel = under_way(submission, OUT)
    if parcel is not None and parcel.step == Step.PREPARING:
        parcel.step, parcel.ready_at, parcel.carrier = Step.READY, timezone.now(), carriers.current().key
        parcel.save(update_fields=["step", "ready_at", "carrier"])
    return parcel


def end(parcel: Delivery, step: str, note: str = "") -> None:
    """Ends a parcel that is not with the post. What was ordered of a carrier has to be called off by somebody."""
    parcel.step, parcel.ended_at, parcel.note = step, timezone.now(), note or parcel.note
    parcel.wish = {}
    if parcel.booking == Booking.BOOKED and parcel.handed_at is None:
        words = _("Bưu gửi %s đã đặt nhưng không gửi nữa. Bạn báo bưu điện hủy.")
        parcel.error = words % parcel.tracking_number
    elif parcel.booking != Booking.BOOKED:
        parcel.booking, parcel.error, parcel.claimed_at = "", "", None
    parcel.save()


def end_by_counter(submission: Submission) -> None:
    """The result is handed over at the desk or online. Raises NotPossible while the post has it."""
    parcel = under_way(submission, OUT)
    if parcel is None:
        return
    if parcel.step in AT_THE_POST:
        words = _(
            "Kết quả đang ở bưu điện (bưu gửi %s). Nếu phong bì đã về cơ quan, bạn ghi “chuyển hoàn” ở mục Bưu chính "
            "rồi trả kết quả."
        )
        raise NotPossible(words % parcel)
    end(parcel, Step.PICKUP)


def cancel(submission: Submission) -> None:
    """The submission ended without a result to send. Originals that are on their way may still arrive."""
    for direction in (OUT, IN):
        parcel = under_way(submission, direction)
        if parcel is not None and parcel.step not in AT_THE_POST:
            end(parcel, Step.CANCELLED)


def ordered(pks: Sequence[int]) -> list[int]:
    """The parcels in the order in which everybody takes their locks."""
    rows = Delivery.objects.filter(pk__in=pks).order_by("submission_id", "pk")
    return list(rows.values_list("pk", flat=True))

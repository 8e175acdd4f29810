"""What carriers say of their own accord: every message is kept once, and used when it can be."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.carriers import Carrier, WebhookMessage
from payments.delivery.events import Source, apply
from payments.delivery.parcels import OUT, locked
from payments.models import CarrierMessage, Delivery
from payments.states import ALIVE, Booking


def hear(carrier: Carrier, headers: Mapping[str, str], body: bytes) -> WebhookMessage:
    """Keeps the message and moves its parcel, in one transaction; a repeat does nothing. Raises Unreadable."""
    message = carrier.read_webhook(headers, body)
    with transaction.atomic():
        row, is_new = CarrierMessage.objects.get_or_create(
            carrier=carrier.key,
            transaction=message.transaction,
            defaults={"tracking_number": message.tracking_number, "raw": _raw(body)},
        )
        if is_new:
            row.problem = _use(carrier, message)[:200]
            row.used = not row.problem
            row.save(update_fields=["used", "problem"])
    return message


def _raw(body: bytes) -> str:
    """As it came, without the one sign that PostgreSQL cannot keep."""
    return body.decode(errors="replace").replace("\0", "\ufffd")


def _use(carrier: Carrier, message: WebhookMessage) -> str:
    """Applies it; returns why not, in a sentence, or nothing."""
    if message.happened is None:
        return message.problem
    found = _find(carrier.key, message)
    if found is None:
        return _("Không có bưu gửi nào của cổng mang mã này.")
    parcel = locked(found.pk)
    if parcel.tracking_number and message.tracking_number not in ("", parcel.tracking_number):
        return _("Mã bưu gửi trong tin báo khác mã đang dùng (%s).") % parcel.tracking_number
    _learn_number(parcel, message)
    apply(parcel.pk, [message.happened], source=Source.WEBHOOK)
    return ""


def _find(carrier: str, message: WebhookMessage) -> Delivery | None:
    rows = Delivery.objects.filter(carrier=carrier, direction=OUT)
    by_order = rows.filter(code=message.order_code).first() if message.order_code else None
    if by_order is not None or not message.tracking_number:
        return by_order
    same = sorted(rows.filter(tracking_number=message.tracking_number), key=lambda d: (d.step in ALIVE, d.pk))
    return same[-1] if same else None


def _learn_number(parcel: Delivery, message: WebhookMessage) -> None:
    """The message overtook the answer to the booking, or the worker died before writing it."""
    if parcel.booking == Booking.WANTED and not parcel.tracking_number and message.tracking_number:
        parcel.tracking_number, parcel.booking, parcel.booked_at = (
            message.tracking_number,
            Booking.BOOKED,
            timezone.now(),
        )
        parcel.save(update_fields=["tracking_number", "booking", "booked_at"])

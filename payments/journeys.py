"""The way of a parcel in plain words, for the person who waits for it and for the desk."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.models import Delivery, DeliveryEvent
from payments.states import Step

TONES: Mapping[str, str] = {
    Step.READY: "info",
    Step.HANDED: "info",
    Step.MOVING: "info",
    Step.FAILED: "warning",
    Step.RETURNED: "error",
    Step.DELIVERED: "ok",
    Step.ARRIVED: "ok",
    Step.ANNOUNCED: "info",
}
_t = gettext_lazy
# What a step means to the person; the carrier's own words stand for steps that are not here.
SAID: Mapping[str, Any] = {
    Step.DELIVERED: _t("Bưu tá đã phát."),
    Step.FAILED: _t("Bưu tá phát không thành công."),
    Step.RETURNED: _t("Bưu điện đã chuyển bưu gửi về nơi gửi."),
    Step.HANDED: _t("Bưu điện đã nhận."),
}
UNSURE = _t("Bưu điện báo đã phát; cổng đang hỏi lại bưu điện cho chắc.")


@dataclass(frozen=True)
class Line:
    """One thing that happened, oldest first in a journey."""

    at: datetime.datetime
    words: str
    more: str = ""
    tone: str = "info"


def tone(delivery: Delivery) -> str:
    return TONES.get(delivery.step, "neutral")


def _event(event: DeliveryEvent, delivery: Delivery) -> Line:
    unsure = event.step == Step.DELIVERED and delivery.step != Step.DELIVERED
    words = UNSURE if unsure else SAID.get(event.step, event.name)
    # The carrier's name of the event says something of its own only where the words are ours.
    parts = [event.name if event.step in SAID and event.name.lower() != event.get_step_display().lower() else ""]
    more = "; ".join(part for part in (*parts, event.place, event.note) if part)
    return Line(event.at, str(words), more, "info" if unsure else TONES.get(event.step, "info"))


def journey(delivery: Delivery, events: Iterable[DeliveryEvent]) -> list[Line]:
    """Everything in the order of its own time; carriers tell out of order."""
    found = [_event(e, delivery) for e in events]
    is_in = delivery.direction == Delivery.Direction.IN
    if is_in:
        found.append(Line(delivery.created_at, _("Đã lập nhãn để gửi bản chính.")))
    if delivery.ready_at:
        found.append(Line(delivery.ready_at, _("Kết quả đã xong, chờ giao bưu điện.")))
    if delivery.handed_at:
        found.append(Line(delivery.handed_at, _("Cơ quan đã giao cho bưu điện.")))
    ended = {
        Step.PICKUP: _("Không gửi bưu điện nữa; bạn đến nhận tại quầy."),
        Step.CANCELLED: delivery.note or _("Không gửi bưu gửi này nữa."),
        Step.ARRIVED: _("Bản chính đã đến nơi nhận hồ sơ."),
    }.get(Step(delivery.step))
    if ended and delivery.ended_at:
        found.append(Line(delivery.ended_at, ended, "", TONES.get(delivery.step, "neutral")))
    return sorted(found, key=lambda line: line.at)

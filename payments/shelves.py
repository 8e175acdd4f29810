"""The shelves of the post page: what waits for the post, what is under way, what came back, what is to come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from payments.models import Delivery
from payments.states import Booking, Step
from submissions.models import Officer

OUT, IN = Delivery.Direction.OUT, Delivery.Direction.IN


@dataclass(frozen=True)
class Section:
    key: str
    label: Any
    rule: Q
    order: str
    empty: Any
    tone: str = ""  # how its count looks on the desk when there is something


SECTIONS: Mapping[str, Section] = {
    s.key: s
    for s in (
        Section(
            "cho-gui", _("Kết quả chờ gửi"), Q(direction=OUT, step=Step.READY), "ready_at",
            _("Không có kết quả nào chờ gửi bưu điện."), "warning",
        ),
        Section(
            "dang-gui", _("Đang gửi"), Q(direction=OUT, step__in=(Step.HANDED, Step.MOVING)), "handed_at",
            _("Không có bưu gửi nào đang ở bưu điện."),
        ),
        Section(
            "khong-phat", _("Phát không thành công, chuyển hoàn"),
            Q(direction=OUT, step__in=(Step.FAILED, Step.RETURNED)), "handed_at",
            _("Không có bưu gửi nào phát không thành công hoặc chuyển hoàn."), "error",
        ),
        Section(
            "ban-chinh", _("Bản chính sẽ đến"), Q(direction=IN, step=Step.ANNOUNCED), "created_at",
            _("Chưa có ai báo gửi bản chính qua bưu điện."),
        ),
        Section(
            "chua-dat", _("Chưa đặt được"),
            Q(direction=OUT, booking=Booking.FAILED, step__in=(Step.READY, Step.HANDED, Step.MOVING)), "created_at",
            _("Không có bưu gửi nào đặt không được."), "error",
        ),
    )
}  # fmt: skip
FIRST = "cho-gui"


@dataclass(frozen=True)
class Shelf:
    """A section with how many parcels of the officer's agency are on it."""

    section: Section
    count: int


def counts(officer: Officer) -> list[Shelf]:
    """All shelves of the agency, in one query."""
    alive = Q()
    for s in SECTIONS.values():
        alive |= s.rule
    found = Delivery.objects.filter(alive, agency__in=officer.scope).aggregate(
        **{key.replace("-", "_"): Count("pk", filter=s.rule) for key, s in SECTIONS.items()}
    )
    return [Shelf(s, found[key.replace("-", "_")]) for key, s in SECTIONS.items()]


def rows(base: QuerySet[Delivery], section: Section) -> QuerySet[Delivery]:
    return base.filter(section.rule).order_by(section.order, "pk")

"""Parcels for tests: submissions whose result goes by post, at any step, reached through the real functions."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from payments import delivery
from payments.delivery import Happened, Source
from payments.models import Delivery
from submissions import rules
from submissions.models import Submission
from submissions.rules import Actor
from submissions.states import State
from tests.factories import SubmissionFactory, clerk

TO = {
    "delivery_name": "Trần Thị Hoa",
    "delivery_phone": "0912345679",
    "delivery_address": "Số 12, tổ dân phố 3, phường Bắc Hồng, thị xã Hồng Lĩnh, tỉnh Hà Tĩnh",
}
_BEGIN = timezone.now().replace(microsecond=0) - datetime.timedelta(hours=1)


def by_post(at: str = State.RESULT_READY, **more: Any) -> Submission:
    return SubmissionFactory(at=at, delivery="post", **{**TO, **more})


def officer(submission: Submission) -> Actor:
    return rules.officer_actor(clerk(submission.agency))


def parcel_of(submission: Submission) -> Delivery:
    return submission.deliveries.filter(direction="out").latest("number")


def ready(**more: Any) -> Delivery:
    return parcel_of(by_post(**more))


def handed(**more: Any) -> Delivery:
    parcel = ready(**more)
    delivery.hand_to_post([parcel.pk], by=officer(parcel.submission))
    return fresh(parcel)


def fresh(parcel: Delivery) -> Delivery:
    return Delivery.objects.select_related("submission").get(pk=parcel.pk)


def on(minutes: float) -> datetime.datetime:
    """So many minutes after an hour before the tests began, on the second."""
    return _BEGIN + datetime.timedelta(minutes=minutes)


def hear(parcel: Delivery, step: str, at: datetime.datetime, source: str = Source.QUERY, **more: Any) -> Delivery:
    return delivery.apply(parcel.pk, [Happened(at, step, **{"code": step, "name": step, **more})], source=source)


def verbs(submission: Submission) -> list[str]:
    return list(submission.events.order_by("number").values_list("verb", flat=True))


def kinds(submission: Submission) -> list[str]:
    """The kinds of the notices to the citizen by e-mail, in their order."""
    rows = submission.notices.filter(audience="citizen", channel="email").order_by("pk")
    return list(rows.values_list("kind", flat=True))

"""Messages of gateways and carriers that nobody needs any more: they name people and payments, and go after a time."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from payments import cashier, noticing
from payments.models import CarrierMessage, Charge, Delivery, GatewayMessage, Refund
from payments.states import ALIVE, RefundState


def forget(now: datetime.datetime, dry_run: bool = False) -> int:
    """Deletes what is older than MONEY_MESSAGE_DAYS; returns how many.

    What is about money that still needs somebody's care stays, and so does what is about a parcel under way.
    """
    before = now - datetime.timedelta(days=settings.MONEY_MESSAGE_DAYS)
    old: tuple[QuerySet[GatewayMessage] | QuerySet[CarrierMessage], ...] = (_of_gateways(before), _of_carriers(before))
    return sum(rows.count() if dry_run else rows.delete()[0] for rows in old)


def _of_gateways(before: datetime.datetime) -> QuerySet[GatewayMessage]:
    everything = Charge.objects.all()
    open_ones = Q()
    for attempts in (cashier.troubled(everything), noticing.unclear(everything)):
        open_ones |= Q(attempt__in=attempts.select_related(None).order_by().values("pk"))
    waiting = Refund.objects.filter(state__in=(RefundState.ASKED, RefundState.SENT)).values("attempt")
    failed = cashier.failed_refunds(everything).select_related(None).order_by().values("attempt")
    open_ones |= Q(attempt__in=waiting) | Q(attempt__in=failed)
    rows = GatewayMessage.objects.filter(at__lt=before).order_by()
    # A message without an attempt is about nothing that is open; "not in" would lose it.
    return rows.filter(Q(attempt=None) | ~open_ones)


def _of_carriers(before: datetime.datetime) -> QuerySet[CarrierMessage]:
    alive = Delivery.objects.filter(carrier=OuterRef("carrier"), tracking_number=OuterRef("tracking_number"))
    under_way = Exists(alive.exclude(tracking_number="").filter(step__in=ALIVE))
    return CarrierMessage.objects.filter(~under_way, at__lt=before).order_by()

"""Who carries parcels, one file a carrier. Carriers talk to the outside and change no row."""

from __future__ import annotations

from django.conf import settings

from payments.carriers.base import Booked, Carrier, CarrierError, Happened, Unreadable, WebhookMessage
from payments.carriers.ems import Ems
from payments.carriers.manual import Manual
from payments.models import Delivery

CARRIERS: dict[str, Carrier] = {carrier.key: carrier for carrier in (Manual(), Ems())}


def current() -> Carrier:
    """The carrier that this portal gives new parcels to."""
    return CARRIERS[settings.CARRIER]


def of(delivery: Delivery) -> Carrier:
    """The carrier of a parcel; one that the portal no longer knows is asked nothing."""
    return CARRIERS.get(delivery.carrier, CARRIERS[Manual.key])


__all__ = [
    "CARRIERS",
    "Booked",
    "Carrier",
    "CarrierError",
    "Happened",
    "Unreadable",
    "WebhookMessage",
    "current",
    "of",
]

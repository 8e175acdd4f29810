"""What every carrier has in common: what it is asked, what it answers, and the one kind of error."""

from __future__ import annotations

import abc
import datetime
from collections.abc import Mapping
from dataclasses import dataclass

from payments.models import CarrierStatus, Delivery


class CarrierError(Exception):
    """The carrier did not do it; `str(error)` is a Vietnamese sentence for staff. Permanent: do not try again."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class Unreadable(CarrierError):
    """A webhook call that is no message of this carrier at all."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


@dataclass(frozen=True)
class Happened:
    """One thing that happened to a parcel. `step`: a states.Step value, empty when nobody knows the carrier's code."""

    at: datetime.datetime
    step: str
    code: str = ""
    name: str = ""
    place: str = ""
    note: str = ""


@dataclass(frozen=True)
class Booked:
    """An order that the carrier has taken. `postage` and `collect` (what the postman collects) in đồng."""

    tracking_number: str
    postage: int | None = None
    collect: int | None = None


@dataclass(frozen=True)
class WebhookMessage:
    """What a carrier says of its own accord. `problem`: why nothing can be made of it, in a sentence for staff."""

    transaction: str
    order_code: str = ""
    tracking_number: str = ""
    happened: Happened | None = None
    problem: str = ""


class Carrier(abc.ABC):
    """One way parcels travel. Knows rows, changes none."""

    key: str
    label: object  # its name, translated when it is shown
    is_automatic = False  # books and answers over an interface

    @property
    def is_test(self) -> bool:
        """Make-believe: said on every page and label."""
        return False

    @abc.abstractmethod
    def book(self, delivery: Delivery) -> Booked:
        """Orders the transport of a parcel, once however often it is called. Raises CarrierError."""

    @abc.abstractmethod
    def track(self, delivery: Delivery) -> list[Happened]:
        """Everything the carrier knows to have happened, in any order. Raises CarrierError."""

    @abc.abstractmethod
    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookMessage:
        """Reads one call of the carrier. Raises Unreadable for what is none."""


def meanings(*carriers: str) -> dict[str, CarrierStatus]:
    """What the codes mean, as the operator keeps them (CarrierStatus.carrier)."""
    return {row.code: row for row in CarrierStatus.objects.filter(carrier__in=carriers)}

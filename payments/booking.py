"""Talks to carriers in the background: orders transport, and asks about what is under way.

At least once and never twice: a carrier's order is known by our code, so that a worker killed between the order and
our writing finds it again. A carrier that is down is left alone for the rest of the run.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from django.utils.translation import gettext as _

from payments import carriers, delivery
from payments.carriers import CarrierError
from payments.delivery import outbox
from payments.models import Delivery

logger = logging.getLogger(__name__)

Due = Callable[[Collection[str]], list[int]]
Claim = Callable[[int, Collection[str]], Delivery | None]
# Seconds that the carriers may keep a worker.
TURN = 15.0


@dataclass
class Tally:
    """What one run did."""

    booked: int = 0
    asked: int = 0
    failed: int = 0


def move(seconds: float = TURN) -> Tally:
    """Books what waits, then asks about what is due; no new call after `seconds`."""
    outbox.give_up_abandoned()
    run = _Run(time.monotonic() + seconds)
    run.each(outbox.due_bookings, outbox.claim_booking, run.book)
    run.each(outbox.due_questions, outbox.claim_question, run.ask)
    return run.tally


class _Run:
    """One turn: what it has done, which carriers are down, and when it has to end."""

    def __init__(self, stop_at: float) -> None:
        self.stop_at = stop_at
        self.tally = Tally()
        self.down: set[str] = set()

    def each(self, due: Due, claim: Claim, act: Callable[[Delivery], None]) -> None:
        """Row by row until none is due; a row is tried once in a run."""
        tried: set[int] = set()
        while fresh := [pk for pk in due(self.down) if pk not in tried]:
            for pk in fresh:
                if time.monotonic() > self.stop_at:
                    return
                tried.add(pk)
                parcel = claim(pk, self.down)
                if parcel is not None:
                    act(parcel)

    def book(self, parcel: Delivery) -> None:
        try:
            outbox.booked(parcel, carriers.of(parcel).book(parcel))
        except Exception as error:
            outbox.not_booked(parcel, self._failed(parcel, error))
        else:
            self.tally.booked += 1

    def ask(self, parcel: Delivery) -> None:
        try:
            found = carriers.of(parcel).track(parcel)
            now = delivery.apply(parcel.pk, found, source=delivery.Source.QUERY)
        except Exception as error:
            outbox.not_answered(parcel, self._failed(parcel, error))
        else:
            self.tally.asked += 1
            outbox.ask_soon_if_unsure(now)

    def _failed(self, parcel: Delivery, error: Exception) -> CarrierError:
        """The sentence for staff. The carrier's own may quote an address: the log has the kind of error alone."""
        self.tally.failed += 1
        if not isinstance(error, CarrierError):
            logger.exception("Parcel %s: broke at %s", parcel.pk, parcel.carrier)
            return CarrierError(_("Lỗi của cổng khi gọi bưu điện (%s).") % type(error).__name__)
        logger.warning("Parcel %s at %s: no success (permanent: %s)", parcel.pk, parcel.carrier, error.permanent)
        if not error.permanent:
            self.down.add(parcel.carrier)
        return error

"""What beat calls; each task calls one function."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from payments import booking, old_messages, reconciling

# Seconds that money may keep a worker when there is much of it: the others get their turn.
TURN = 30.0


@shared_task(name="payments.settle")
def settle() -> None:
    reconciling.settle_pending(TURN)


@shared_task(name="payments.move_parcels")
def move_parcels() -> None:
    booking.move()


@shared_task(name="payments.purge_messages")
def purge_messages() -> None:
    """By itself, too: purge_expired ends early when the store of files does not answer."""
    old_messages.forget(timezone.now())

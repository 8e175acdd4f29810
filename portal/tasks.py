"""Tasks of the shell: the sign of life of worker and beat."""

import datetime

from celery import shared_task
from django.utils import timezone

from portal.models import Heartbeat


@shared_task(name="portal.heartbeat")
def heartbeat(queued_at: float) -> None:
    """That it runs is the worker's sign of life; `queued_at` (Unix time) is when beat sent it."""
    beat(queued_at)
    Heartbeat.objects.update_or_create(name="worker", defaults={"at": timezone.now()})


def beat(queued_at: float) -> None:
    at = datetime.datetime.fromtimestamp(queued_at, datetime.UTC)
    if not Heartbeat.objects.filter(name="beat", at__gt=at).exists():
        Heartbeat.objects.update_or_create(name="beat", defaults={"at": at})

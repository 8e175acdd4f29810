"""What beat calls; each task calls one function."""

from celery import shared_task
from django.utils import timezone

from procedures.loading import days


@shared_task(name="procedures.keep_calendar")
def keep_calendar() -> None:
    days.keep_calendar(timezone.localdate())

"""The Celery app and the beat table; the tasks themselves live in the apps."""

import os
import time
from typing import Any

from celery import Celery
from celery.beat import BeatLazyFunc
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


def _every(seconds: int, task: str, **kwargs: Any) -> dict[str, Any]:
    """A message nobody takes before the next one is due is thrown away: a worker that stood still has no backlog."""
    return {"task": task, "schedule": float(seconds), "kwargs": kwargs, "options": {"expires": seconds}}


def _at(hour: str, task: str, minute: int = 0) -> dict[str, Any]:
    """At that hour in Việt Nam; dropped when no worker takes it within six hours."""
    return {"task": task, "schedule": crontab(minute=minute, hour=hour), "options": {"expires": 6 * 3600}}


app.conf.beat_schedule = {
    "deliver-notices": _every(15, "submissions.deliver_notices"),
    "draw-papers": _every(5, "submissions.draw_papers"),
    "check-signatures": _every(15, "submissions.check_signatures"),
    "combine-photos": _every(30, "submissions.combine_photos"),
    # The time goes along, so that the age of beat is not the age of the worker.
    "heartbeat": _every(30, "portal.heartbeat", queued_at=BeatLazyFunc(time.time)),
    "flag-overdue": _at("7,13", "submissions.flag_overdue"),
    "wipe-rehearsals": _at("2", "submissions.wipe_rehearsals", minute=10),
    "purge-expired": _at("2", "submissions.purge_expired", minute=20),
}

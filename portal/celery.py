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


def _every(seconds: int, task: str, *, waits: int = 0, **kwargs: Any) -> dict[str, Any]:
    """A message nobody takes before the next one is due is thrown away: a worker that stood still has no backlog.

    With `waits` it is good for that many seconds instead: somebody waits for it, and a single worker may be busy.
    """
    return {"task": task, "schedule": float(seconds), "kwargs": kwargs, "options": {"expires": waits or seconds}}


def _at(hour: str, task: str, minute: int = 0) -> dict[str, Any]:
    """At that hour in Việt Nam; dropped when no worker takes it within six hours."""
    return {"task": task, "schedule": crontab(minute=minute, hour=hour), "options": {"expires": 6 * 3600}}


app.conf.beat_schedule = {
    "deliver-notices": _every(15, "submissions.deliver_notices"),
    "draw-papers": _every(5, "submissions.draw_papers"),
    "run-batches": _every(5, "submissions.run_batches", waits=60),
    "check-signatures": _every(15, "submissions.check_signatures"),
    "combine-photos": _every(30, "submissions.combine_photos"),
    "count-figures": _every(300, "submissions.count_figures"),
    "recount-open": _every(60, "submissions.recount_open"),
    # The time goes along, so that the age of beat is not the age of the worker.
    "settle-payments": _every(60, "payments.settle"),
    "move-parcels": _every(30, "payments.move_parcels"),
    "heartbeat": _every(30, "portal.heartbeat", queued_at=BeatLazyFunc(time.time)),
    "flag-overdue": _at("7,13", "submissions.flag_overdue"),
    "flag-unanswered": _at("7-18", "submissions.flag_unanswered", minute=5),
    "send-digest": _at("7", "submissions.send_digest", minute=15),
    "wipe-rehearsals": _at("2", "submissions.wipe_rehearsals", minute=10),
    "purge-expired": _at("2", "submissions.purge_expired", minute=20),
    "purge-messages": _at("2", "payments.purge_messages", minute=25),
    "keep-calendar": _at("2", "procedures.keep_calendar", minute=30),
    # Does something once a year, on 2 January or the first night after it that a worker is there.
    "close-registers": _at("3", "submissions.close_registers"),
}

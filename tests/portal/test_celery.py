"""The beat table and the signs of life."""

from __future__ import annotations

import datetime
import pickle
import time

import pytest
from celery.beat import BeatLazyFunc

from portal.celery import app
from portal.models import Heartbeat
from portal.tasks import heartbeat

SCHEDULE = app.conf.beat_schedule


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in SCHEDULE.values()} <= set(app.tasks)


def test_periodic_messages_expire_when_the_next_is_due():
    every = {name: entry for name, entry in SCHEDULE.items() if isinstance(entry["schedule"], float)}
    assert {name: (e["schedule"], e["options"]["expires"]) for name, e in every.items()} == {
        "deliver-notices": (15.0, 15),
        "combine-photos": (30.0, 30),
        "count-figures": (300.0, 300),
        "run-batches": (5.0, 60),
        "recount-open": (60.0, 60),
        "draw-papers": (5.0, 5),
        "check-signatures": (15.0, 15),
        "heartbeat": (30.0, 30),
        "move-parcels": (30.0, 30),
        "settle-payments": (60.0, 60),
    }
    assert all(entry["options"]["expires"] > 0 for entry in SCHEDULE.values())


def test_daily_work_is_at_vietnamese_hours():
    assert str(app.conf.timezone) == "Asia/Ho_Chi_Minh"
    flag = SCHEDULE["flag-overdue"]["schedule"]
    assert (flag.hour, flag.minute) == ({7, 13}, {0})
    purge = SCHEDULE["purge-expired"]["schedule"]
    assert (purge.hour, purge.minute) == ({2}, {20})
    messages = SCHEDULE["purge-messages"]["schedule"]
    assert (messages.hour, messages.minute) == ({2}, {25})


def test_beat_sends_the_time_along_and_can_keep_its_table():
    queued_at = SCHEDULE["heartbeat"]["kwargs"]["queued_at"]
    assert isinstance(queued_at, BeatLazyFunc)
    assert abs(pickle.loads(pickle.dumps(queued_at))() - time.time()) < 5


@pytest.mark.django_db
def test_a_heartbeat_tells_of_both_and_never_goes_back():
    heartbeat.delay(queued_at=2_000_000_000.0)
    heartbeat.delay(queued_at=1_000_000_000.0)
    assert Heartbeat.objects.get(name="beat").at == datetime.datetime.fromtimestamp(2_000_000_000, datetime.UTC)
    worker = Heartbeat.objects.get(name="worker").at
    assert abs((datetime.datetime.now(datetime.UTC) - worker).total_seconds()) < 10

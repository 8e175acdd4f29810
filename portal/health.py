"""/healthz: is everything there that the portal needs? For monitors and load balancers; tells no secrets."""

from __future__ import annotations

import datetime
import logging
import os
import threading
import time
import uuid
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages
from django.db import connections
from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.celery import app
from portal.models import Heartbeat
from submissions.channels import Unreachable
from submissions.models import Notice

logger = logging.getLogger(__name__)

PROBE_SECONDS = 2.0
OLDEST_NOTICE = datetime.timedelta(minutes=15)
OLDEST_HEARTBEAT = datetime.timedelta(minutes=5)
OK, FAIL = "ok", "fail"
AGES = ("oldest_unsent_notice_seconds", "beat_age_seconds", "worker_age_seconds")


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when all is well, 503 when not; the body says what."""
    found = check()
    return JsonResponse(found, status=200 if found["status"] == OK else 503)


def check() -> dict[str, Any]:
    """Runs all probes side by side, so that the answer takes no longer than the slowest may."""
    running = {name: _Probe(name, probe) for name, probe in PROBES.items()}
    results = {name: probe.result() for name, probe in running.items()}
    ages: dict[str, int | None] = {**dict.fromkeys(AGES), **(results["database"] or {})}
    answer: dict[str, Any] = {name: FAIL if result is None else OK for name, result in results.items()}
    well = all(state == OK for state in answer.values()) and not _too_old(ages)
    return {**answer, **ages, "status": OK if well else FAIL}


def _too_old(ages: dict[str, int | None]) -> bool:
    """What is unknown (no heartbeat was ever seen, nothing waits) is not too old."""
    beats = max(ages["beat_age_seconds"] or 0, ages["worker_age_seconds"] or 0)
    waiting = ages["oldest_unsent_notice_seconds"] or 0
    return waiting > OLDEST_NOTICE.total_seconds() or beats > OLDEST_HEARTBEAT.total_seconds()


# --- running a probe -----------------------------------------------------------------------------


class _Probe:
    """Runs in a thread of its own: whatever hangs, the answer does not wait for it."""

    def __init__(self, name: str, probe: Callable[[], dict[str, Any]]) -> None:
        self.name, self.probe = name, probe
        self.stop_at = time.monotonic() + PROBE_SECONDS
        self.found: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        threading.Thread(target=self._run, name=f"health-{name}", daemon=True).start()

    def _run(self) -> None:
        try:
            self.found.put(self.probe())
        except Exception as error:  # any failure at all means "fail"; its text may hold addresses or passwords
            logger.warning("Health: %s failed (%s)", self.name, type(error).__name__)
            self.found.put(None)
        finally:
            connections.close_all()

    def result(self) -> dict[str, Any] | None:
        """What the probe found, or None when it failed or took too long."""
        try:
            return self.found.get(timeout=max(0.0, self.stop_at - time.monotonic()))
        except Empty:
            logger.warning("Health: %s took longer than %s s", self.name, PROBE_SECONDS)
            return None


# --- the probes ----------------------------------------------------------------------------------


def _database() -> dict[str, Any]:
    now = timezone.now()
    beats = dict(Heartbeat.objects.filter(name__in=("beat", "worker")).values_list("name", "at"))
    return {
        "oldest_unsent_notice_seconds": _seconds(_oldest_waiting(), now),
        "beat_age_seconds": _seconds(beats.get("beat"), now),
        "worker_age_seconds": _seconds(beats.get("worker"), now),
    }


def _oldest_waiting() -> datetime.datetime | None:
    """Since when the oldest row waits for us or for a service that is down.

    A row that the recipient's own side has put off (a full mailbox) waits for that side: nothing here is broken.
    """
    ours = Q(error="") | Q(error__startswith=Unreachable.MARK)
    waiting = Notice.objects.filter(ours, sent_at=None, failed_at=None)
    return waiting.order_by("created_at").values_list("created_at", flat=True).first()


def _seconds(since: datetime.datetime | None, now: datetime.datetime) -> int | None:
    return None if since is None else max(0, int((now - since).total_seconds()))


def _broker() -> dict[str, Any]:
    """Connects as the worker does; the filesystem transport is looked at as what it is, a folder."""
    if settings.CELERY_BROKER_URL.startswith("filesystem"):
        _need_writable(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"])
        return {}
    with app.connection_for_write(settings.CELERY_BROKER_URL, connect_timeout=PROBE_SECONDS) as connection:
        connection.ensure_connection(max_retries=1, timeout=PROBE_SECONDS)
        connection.default_channel.close()
    return {}


def _need_writable(folder: str) -> None:
    if not (os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK)):
        raise NotADirectoryError


def _storage() -> dict[str, Any]:
    """A file is written on a local disk (a full one still reads); a bucket is only asked, each write there costs."""
    name = f"health/{uuid.uuid4().hex}"
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        storage.delete(storage.save(name, ContentFile(b"ok")))
    else:
        storage.listdir("health")
    return {}


PROBES: dict[str, Callable[[], dict[str, Any]]] = {"database": _database, "broker": _broker, "storage": _storage}

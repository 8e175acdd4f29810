"""/healthz: green when all is there, red for each thing that is not, quick and silent about secrets."""

from __future__ import annotations

import datetime
import logging
import socket
import time

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from portal import health
from portal.models import Heartbeat
from submissions.channels import Unreachable
from submissions.models import Notice
from tests.services import free_port

# The probes have connections of their own and see only what is committed.
pytestmark = pytest.mark.django_db(transaction=True)
KEYS = [
    "database",
    "broker",
    "storage",
    "oldest_unsent_notice_seconds",
    "beat_age_seconds",
    "worker_age_seconds",
    "status",
]


def answer(client: Client) -> tuple[int, dict]:
    response = client.get("/healthz")
    return response.status_code, response.json()


def ago(**time_: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**time_)


def notice(**columns: object) -> Notice:
    given = {"kind": "received", "audience": "citizen", "channel": "email", "recipient": "a@example.vn", "body": "x"}
    return Notice.objects.create(**{**given, "once_key": "m1", **columns})


def test_green_with_nothing_waiting(client):
    status, found = answer(client)
    assert status == 200
    assert found == {
        "database": "ok",
        "broker": "ok",
        "storage": "ok",
        "oldest_unsent_notice_seconds": None,
        "beat_age_seconds": None,
        "worker_age_seconds": None,
        "status": "ok",
    }
    assert list(found) == KEYS


def test_the_answer_is_never_kept(client):
    response = client.get("/healthz")
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Type"] == "application/json"
    assert client.head("/healthz").status_code == 200
    assert client.post("/healthz").status_code == 405


# --- notices -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 503)])
def test_a_notice_that_waits_longer_than_a_quarter_of_an_hour(client, minutes, status):
    notice(created_at=ago(minutes=minutes))
    code, found = answer(client)
    assert code == status
    assert abs(found["oldest_unsent_notice_seconds"] - minutes * 60) < 10


@pytest.mark.parametrize("column", ["sent_at", "failed_at"])
def test_what_is_sent_or_given_up_does_not_wait(client, column):
    notice(created_at=ago(hours=1), **{column: timezone.now()})
    assert answer(client)[0] == 200


def test_a_full_mailbox_of_one_person_is_not_our_fault(client):
    notice(created_at=ago(days=1), error="Máy chủ thư không nhận thư này (452 full).", attempts=3)
    code, found = answer(client)
    assert (code, found["oldest_unsent_notice_seconds"]) == (200, None)


def test_a_mail_service_that_is_down_is(client):
    notice(created_at=ago(minutes=20), error=str(Unreachable("không nối được máy chủ thư")), attempts=3)
    assert answer(client)[0] == 503


# --- heartbeats ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["beat", "worker"])
@pytest.mark.parametrize(("minutes", "status"), [(4, 200), (6, 503)])
def test_a_heartbeat_that_stopped(client, name, minutes, status):
    Heartbeat.objects.create(name=name, at=ago(minutes=minutes))
    code, found = answer(client)
    assert code == status
    assert abs(found[f"{name}_age_seconds"] - minutes * 60) < 10


def test_a_clock_that_runs_ahead_is_no_age(client):
    Heartbeat.objects.create(name="beat", at=ago(minutes=-2))
    assert answer(client)[1]["beat_age_seconds"] == 0


# --- what may be missing -------------------------------------------------------------------------


def must_be_red(client: Client, part: str) -> dict:
    """The answer while `part` alone is broken."""
    began = time.monotonic()
    code, found = answer(client)
    assert time.monotonic() - began < health.PROBE_SECONDS + 1
    assert code == 503
    assert found["status"] == "fail"
    assert [name for name in ("database", "broker", "storage") if found[name] == "fail"] == [part]
    return found


@pytest.fixture
def silent_port():
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_red_without_a_broker(client, settings):
    settings.CELERY_BROKER_URL = f"redis://:geheim@127.0.0.1:{free_port()}/0"
    assert "geheim" not in str(must_be_red(client, "broker"))


def test_red_when_the_broker_hangs(client, settings, silent_port):
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent_port}/0"
    must_be_red(client, "broker")


def test_the_folders_of_the_filesystem_transport(client, settings, tmp_path):
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "queue")}
    must_be_red(client, "broker")
    (tmp_path / "queue").mkdir()
    assert answer(client)[0] == 200


def test_red_without_storage(client, settings, tmp_path):
    (tmp_path / "media").write_text("a file where the folder should be")
    must_be_red(client, "storage")


def test_a_probe_of_the_storage_leaves_nothing_behind(client, tmp_path):
    assert answer(client)[0] == 200
    assert [p for p in (tmp_path / "media").rglob("*") if p.is_file()] == []


def test_red_when_a_bucket_does_not_answer(client, settings, silent_port):
    options = {
        "bucket_name": "b",
        "endpoint_url": f"http://127.0.0.1:{silent_port}",
        "access_key": "a",
        "secret_key": "bi-mat-cua-kho",
    }
    default = {"BACKEND": "portal.lib.bucket.Bucket", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": default}
    assert "bi-mat-cua-kho" not in str(must_be_red(client, "storage"))


@pytest.mark.parametrize("way", ["refused", "hangs"])
def test_red_without_a_database(client, monkeypatch, silent_port, way, caplog):
    """The probe's own connection fails; nothing else of the answer needs the database."""
    port = free_port() if way == "refused" else silent_port
    changed = {**connections.databases["default"], "HOST": "127.0.0.1", "PORT": str(port), "PASSWORD": "bi-mat"}
    monkeypatch.setitem(connections.databases, "default", changed)
    with caplog.at_level(logging.DEBUG):
        found = must_be_red(client, "database")
    assert found["oldest_unsent_notice_seconds"] is None
    assert "bi-mat" not in f"{found} {caplog.text}"


def test_two_probes_that_hang_cost_no_more_than_one(client, monkeypatch, settings, silent_port):
    changed = {**connections.databases["default"], "HOST": "127.0.0.1", "PORT": str(silent_port)}
    monkeypatch.setitem(connections.databases, "default", changed)
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{silent_port}/0"
    began = time.monotonic()
    code, found = answer(client)
    assert time.monotonic() - began < health.PROBE_SECONDS + 1
    assert (code, found["database"], found["broker"]) == (503, "fail", "fail")

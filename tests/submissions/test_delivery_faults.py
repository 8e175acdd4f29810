"""Whatever dies: nothing is lost, and nothing goes out twice within one claim. Real workers, servers and databases."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator

import pytest
from django.db import connections
from django.utils import timezone
from kombu.exceptions import OperationalError

from portal.models import Heartbeat
from submissions import notices, rules, workflow
from submissions.models import Notice
from submissions.states import State
from tests.factories import SubmissionFactory, clerk
from tests.servers import MailServer, OwnRedis, mail_server, own_redis, wait_for, worker

pytestmark = pytest.mark.django_db(transaction=True)
CLAIM_OVER = datetime.timedelta(minutes=11)
DELIVER = "submissions.deliver_notices"


@pytest.fixture
def smtp(settings) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 20
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        yield server


@pytest.fixture
def redis(tmp_path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


def rows(count: int) -> None:
    Notice.objects.bulk_create(
        Notice(
            kind="received",
            audience="citizen",
            channel="email",
            recipient=f"n{i}@example.vn",
            body="x",
            once_key=f"m{i}",
        )
        for i in range(count)
    )


def unsent() -> int:
    return Notice.objects.filter(sent_at=None).count()


def in_thread(work: object) -> threading.Thread:
    """Runs with a database connection of its own."""

    def run() -> None:
        try:
            work()  # type: ignore[operator]
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


# --- several deliverers --------------------------------------------------------------------------


def test_deliverers_side_by_side_never_send_a_row_twice(smtp):
    rows(60)
    tallies: list[notices.Tally] = []
    threads = [in_thread(lambda: tallies.append(notices.deliver_pending())) for _deliverer in range(4)]
    for thread in threads:
        thread.join(60)
    assert sum(t.sent for t in tallies) == 60
    assert len(smtp.mails) == len(set(smtp.ids)) == 60
    assert set(Notice.objects.values_list("attempts", flat=True)) == {1}


def test_a_slow_message_keeps_its_claim_while_others_work(smtp):
    rows(1)
    smtp.go.clear()
    slow = in_thread(notices.deliver_pending)
    assert smtp.arrived.acquire(timeout=20)
    assert notices.deliver_pending() == notices.Tally()
    smtp.go.set()
    slow.join(20)
    assert (len(smtp.mails), unsent()) == (1, 0)


def test_no_transaction_is_open_while_a_message_is_on_its_way(smtp):
    """A slow mail server must not hold a lock: the row can be read and changed meanwhile."""
    rows(1)
    smtp.go.clear()
    slow = in_thread(notices.deliver_pending)
    assert smtp.arrived.acquire(timeout=20)
    assert Notice.objects.update(subject="đổi trong lúc gửi") == 1
    smtp.go.set()
    slow.join(20)
    assert Notice.objects.get().subject == "đổi trong lúc gửi"


# --- a worker that dies --------------------------------------------------------------------------


@pytest.mark.worker
@pytest.mark.slow
def test_a_worker_killed_before_the_server_took_the_mail(smtp, redis, tmp_path):
    rows(3)
    smtp.go.clear()
    with worker(tmp_path / "var", redis.url, smtp.port) as celery:
        celery.send(DELIVER)
        assert smtp.arrived.acquire(timeout=30)
        celery.kill()
    smtp.answers["DATA"] = [""]  # what was on its way is lost
    smtp.go.set()
    assert (len(smtp.mails), unsent()) == (0, 3)

    with worker(tmp_path / "var", redis.url, smtp.port) as celery:
        celery.send(DELIVER)
        wait_for(lambda: unsent() == 1)
        dead = Notice.objects.get(sent_at=None)
        celery.send(DELIVER)
        celery.send("portal.heartbeat", queued_at=0.0)  # behind it in the queue: the run before has ended
        wait_for(Heartbeat.objects.filter(name="worker").exists)
        assert unsent() == 1  # its claim still runs
        Notice.objects.filter(pk=dead.pk).update(claimed_at=timezone.now() - CLAIM_OVER)
        celery.send(DELIVER)
        wait_for(lambda: unsent() == 0)
    assert len(smtp.mails) == len(set(smtp.ids)) == 3
    assert sorted(Notice.objects.values_list("attempts", flat=True)) == [1, 1, 2]


@pytest.mark.worker
@pytest.mark.slow
def test_a_worker_killed_after_the_server_took_the_mail(smtp, redis, tmp_path):
    """The one case in which a second copy goes out; it can be recognised by its Message-ID."""
    rows(1)
    smtp.go.clear()
    with worker(tmp_path / "var", redis.url, smtp.port) as celery:
        celery.send(DELIVER)
        assert smtp.arrived.acquire(timeout=30)
        celery.kill()
    smtp.go.set()
    wait_for(lambda: len(smtp.mails) == 1)
    assert notices.deliver_pending() == notices.Tally()
    Notice.objects.update(claimed_at=timezone.now() - CLAIM_OVER)
    assert notices.deliver_pending() == notices.Tally(sent=1)
    assert len(smtp.mails) == 2
    assert len(set(smtp.ids)) == 1


# --- a broker that is down -----------------------------------------------------------------------


@pytest.mark.worker
@pytest.mark.slow
def test_filing_goes_on_without_a_broker_and_notices_leave_when_it_is_back(smtp, redis, tmp_path):
    with worker(tmp_path / "var", redis.url, smtp.port) as celery:
        redis.stop()
        submission = SubmissionFactory(via="submit")
        workflow.receive(submission.pk, by=rules.officer_actor(clerk(submission.agency)))
        submission.refresh_from_db()
        assert (submission.state, unsent(), smtp.mails) == (State.RECEIVED, 5, [])
        with pytest.raises(OperationalError):
            celery.send(DELIVER)
        redis.start()
        celery.send(DELIVER)
        wait_for(lambda: unsent() == 0, 60)
    assert sorted(m["To"] for m in smtp.mails) == [
        "binh@example.vn",
        "binh@example.vn",
        f"can-bo-{submission.agency.slug}@example.vn",
    ]
    assert len(list((tmp_path / "var" / "sms").iterdir())) == 2


# --- both transports, with beat ------------------------------------------------------------------


@pytest.mark.worker
@pytest.mark.slow
@pytest.mark.parametrize("transport", ["redis", "filesystem"])
def test_beat_and_worker_drain_the_outbox_by_themselves(transport, smtp, redis, tmp_path):
    rows(2)
    url = redis.url if transport == "redis" else ""
    with worker(tmp_path / "var", url, smtp.port, beat=True) as celery:
        wait_for(lambda: unsent() == 0, 40)
        wait_for(lambda: Heartbeat.objects.count() == 2, 40)
        log = celery.log.read_text()
    assert len(smtp.mails) == 2
    at = dict(Heartbeat.objects.values_list("name", "at"))
    assert datetime.timedelta(0) <= at["worker"] - at["beat"] < datetime.timedelta(seconds=20)
    assert [line for line in log.splitlines() if "ERROR" in line or "Traceback" in line] == []


@pytest.mark.worker
@pytest.mark.slow
def test_a_message_that_is_too_old_is_thrown_away(smtp, redis, tmp_path):
    """A worker that stood still for a weekend does not run thousands of old messages."""
    with worker(tmp_path / "var", redis.url, smtp.port) as celery:
        for _message in range(50):
            celery.send("portal.heartbeat", expires=datetime.datetime.now(datetime.UTC) - CLAIM_OVER, queued_at=1.0)
        celery.send("portal.heartbeat", queued_at=2.0)
        wait_for(lambda: Heartbeat.objects.filter(name="worker").exists())
        assert celery.log.read_text().count("revoked") == 50
    assert Heartbeat.objects.get(name="beat").at.timestamp() == 2.0

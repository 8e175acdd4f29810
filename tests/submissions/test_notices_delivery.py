"""Draining the outbox: claims, back-off, giving up, fairness, and the command."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone

from submissions import notices
from submissions.models import Notice
from submissions.notices import delivery
from tests.factories import SubmissionFactory
from tests.servers import MailServer, mail_server

pytestmark = pytest.mark.django_db
MINUTE = datetime.timedelta(minutes=1)


def row(number: int = 1, **changes: object) -> Notice:
    """A row of the outbox that is due."""
    columns = {
        "kind": "received",
        "audience": "citizen",
        "channel": "email",
        "recipient": f"nguoi{number}@example.vn",
        "subject": "Đã tiếp nhận hồ sơ",
        "body": "Chào bạn.\n",
        "once_key": f"thu-{number}",
    }
    return Notice.objects.create(**{**columns, **changes})


@pytest.fixture
def smtp(settings) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 1
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        yield server


def tally(sent: int = 0, later: int = 0, failed: int = 0) -> notices.Tally:
    return notices.Tally(sent, later, failed)


# --- sending -------------------------------------------------------------------------------------


def test_what_is_due_is_sent_and_marked(settings, tmp_path):
    settings.VAR = tmp_path
    submission = SubmissionFactory(via="submit", applicant_email="binh@example.vn")
    assert notices.deliver_pending() == tally(sent=3)  # citizen by mail and SMS, the clerk by mail
    assert notices.deliver_pending() == tally()
    assert [n.attempts for n in Notice.objects.all()] == [1, 1, 1]
    assert Notice.objects.filter(sent_at=None).count() == 0
    to_citizen = next(m for m in mail.outbox if m.to == ["binh@example.vn"])
    assert f"Mã bí mật: {submission.tracking_secret}\n" in to_citizen.body
    others = [m.body for m in mail.outbox if m is not to_citizen] + [
        f.read_text() for f in (tmp_path / "sms").iterdir()
    ]
    assert [text for text in others if submission.tracking_secret in text] == []


def test_only_the_citizens_own_mail_gets_the_secret():
    submission = SubmissionFactory(via="submit")
    Notice.objects.all().delete()
    row(1, submission=submission, audience="staff", body=delivery.SECRET_MARK)
    row(2, submission=None, body=delivery.SECRET_MARK)
    notices.deliver_pending()
    assert {m.body for m in mail.outbox} == {delivery.SECRET_MARK}


@pytest.mark.parametrize(
    ("column", "minutes"), [("sent_at", 0), ("failed_at", 0), ("next_try_at", 60), ("claimed_at", -9)]
)
def test_rows_that_are_not_free_stay(column, minutes):
    notice = row(**{column: timezone.now() + minutes * MINUTE})
    assert delivery.claim(notice.pk) is False
    assert notices.deliver_pending() == tally()
    assert mail.outbox == []


def test_a_claim_older_than_ten_minutes_is_taken_again():
    notice = row(claimed_at=timezone.now() - 11 * MINUTE, attempts=1)
    assert notices.deliver_pending() == tally(sent=1)
    notice.refresh_from_db()
    assert (notice.attempts, notice.claimed_at) == (2, None)


def test_a_row_is_claimed_by_one_only():
    notice = row()
    assert [delivery.claim(notice.pk) for _time in range(3)] == [True, False, False]


# --- failing -------------------------------------------------------------------------------------


def test_the_back_off_grows_by_four():
    minutes = [delivery.backoff(n) / MINUTE for n in range(1, delivery.ATTEMPTS)]
    assert minutes == [1, 4, 16, 64, 256, 1024, 4096]


def test_a_passing_failure_is_tried_again_later(smtp):
    notice = row()
    smtp.answers = {"RCPT": ["450 greylisted"]}
    before = timezone.now()
    assert notices.deliver_pending() == tally(later=1)
    notice.refresh_from_db()
    assert notice.error == "Máy chủ thư không nhận thư này (450 greylisted)."
    assert (notice.attempts, notice.claimed_at, notice.sent_at, notice.failed_at) == (1, None, None, None)
    assert MINUTE <= notice.next_try_at - before < MINUTE + datetime.timedelta(seconds=20)
    assert notices.deliver_pending() == tally()
    Notice.objects.update(next_try_at=timezone.now())
    assert notices.deliver_pending() == tally(sent=1)
    notice.refresh_from_db()
    assert (notice.error, notice.attempts) == ("", 2)


def test_a_final_refusal_is_given_up_at_once(smtp):
    notice = row()
    smtp.answers = {"RCPT": ["550 no such user"]}
    assert notices.deliver_pending() == tally(failed=1)
    notice.refresh_from_db()
    assert notice.failed_at is not None
    assert notice.error == "Máy chủ thư không nhận thư này (550 no such user)."


def test_the_eighth_failure_is_the_last(smtp):
    notice = row(attempts=7)
    smtp.answers = {"RCPT": ["450 still full"]}
    assert notices.deliver_pending() == tally(failed=1)
    notice.refresh_from_db()
    assert (notice.attempts, notice.failed_at is None) == (8, False)


def test_a_row_whose_sender_died_eight_times_is_shown_as_failed():
    notice = row(attempts=8, claimed_at=timezone.now() - 11 * MINUTE)
    assert notices.deliver_pending() == tally()
    notice.refresh_from_db()
    assert notice.error == "Tiến trình gửi bị dừng giữa chừng nhiều lần."
    assert notice.failed_at is not None
    assert mail.outbox == []


def test_a_fault_of_our_own_does_not_stop_the_others(settings, caplog):
    settings.EMAIL_BACKEND = "tests.submissions.test_notices_delivery.Fragile"
    row(1, recipient="vo@example.vn")
    row(2)
    assert notices.deliver_pending() == tally(sent=1, later=1)
    assert Notice.objects.get(pk__in=Notice.objects.exclude(error="")).error == "Lỗi của cổng khi gửi (KeyError)."
    assert "the channel email broke" in caplog.text


def test_staff_may_give_failed_rows_a_fresh_start(smtp):
    notice = row()
    smtp.answers = {"RCPT": ["550 no such user"]}
    notices.deliver_pending()
    sent = row(2, sent_at=timezone.now())
    assert notices.retry(Notice.objects.all()) == 1
    assert notices.deliver_pending() == tally(sent=1)
    notice.refresh_from_db()
    assert (notice.failed_at, notice.error, notice.attempts) == (None, "", 1)
    sent.refresh_from_db()
    assert sent.attempts == 0


def test_a_late_failure_does_not_undo_what_another_process_did(smtp):
    """Our claim ran out while the server kept us waiting; the row was taken again and sent."""
    notice = row(claimed_at=timezone.now() - 11 * MINUTE, attempts=1)
    ours = Notice.objects.get(pk=notice.pk)
    assert notices.deliver_pending() == tally(sent=1)
    smtp.answers = {"RCPT": ["550 no such user"]}
    delivery._deliver(ours, tally())
    notice.refresh_from_db()
    assert notice.failed_at is None
    assert notice.sent_at is not None


# --- fairness ------------------------------------------------------------------------------------


def test_a_dead_service_is_left_alone_for_the_run_and_does_not_hold_up_the_other(smtp, settings, tmp_path):
    settings.VAR = tmp_path
    for number in range(1, 6):
        row(number)
        row(number + 100, channel="sms", recipient=f"091234567{number}")
    smtp.answers = {"CONNECT": ["421 closed"] * 10}
    assert notices.deliver_pending() == tally(sent=5, later=1)
    assert Notice.objects.filter(channel="email", attempts=0).count() == 4
    assert len(smtp.answers["CONNECT"]) == 9


def test_a_refused_recipient_does_not_hold_up_the_others(smtp):
    for number in range(1, 4):
        row(number)
    smtp.answers = {"RCPT": ["450 full"]}
    assert notices.deliver_pending() == tally(sent=2, later=1)


def test_citizens_come_before_staff_and_older_before_newer():
    now = timezone.now()
    row(1, audience="staff", next_try_at=now - 3 * MINUTE)
    row(2, next_try_at=now - MINUTE)
    row(3, next_try_at=now - 2 * MINUTE)
    notices.deliver_pending()
    assert [m.to[0] for m in mail.outbox] == ["nguoi3@example.vn", "nguoi2@example.vn", "nguoi1@example.vn"]


def test_a_flood_is_drained_in_batches_and_channels_take_turns(settings, tmp_path):
    settings.VAR = tmp_path
    Notice.objects.bulk_create(
        Notice(
            kind="received",
            audience="citizen",
            channel="email",
            recipient=f"n{i}@example.vn",
            body="x",
            once_key=f"m{i}",
        )
        for i in range(300)
    )
    row(2000, channel="sms", recipient="0912345678")
    assert notices.deliver_pending(limit=30) == tally(sent=30)
    assert Notice.objects.filter(channel="sms", sent_at=None).count() == 0
    assert notices.deliver_pending(limit=5000) == tally(sent=271)
    assert len({m.to[0] for m in mail.outbox}) == len(mail.outbox) == 300


def test_the_time_budget_ends_a_run():
    for number in range(3):
        row(number)
    assert notices.deliver_pending(seconds=-1) == tally()
    assert Notice.objects.filter(attempts=0).count() == 3


class Fragile:
    """A mail backend with a fault that is no SMTP error, for one address."""

    def __init__(self, **_options: object) -> None:
        self.sent: list[str] = []

    def send_messages(self, messages: list[mail.EmailMessage]) -> int:
        if messages[0].to == ["vo@example.vn"]:
            raise KeyError("vo")
        return len(messages)


# --- the command ---------------------------------------------------------------------------------


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("deliver_notices", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_the_command_sends_everything_and_says_so():
    for number in range(120):
        row(number)
    assert run() == "Đã gửi 120, hẹn gửi lại 0, không gửi được 0.\n"
    assert run() == "Đã gửi 0, hẹn gửi lại 0, không gửi được 0.\n"


def test_the_command_stops_at_the_limit():
    for number in range(5):
        row(number)
    assert run("--limit", "2") == "Đã gửi 2, hẹn gửi lại 0, không gửi được 0.\n"
    assert Notice.objects.filter(sent_at=None).count() == 3


def test_the_command_fails_when_something_did_not_go_out(smtp):
    row()
    smtp.answers = {"RCPT": ["550 no such user"]}
    with pytest.raises(CommandError) as caught:
        run()
    assert str(caught.value) == "Đã gửi 0, hẹn gửi lại 0, không gửi được 1."


@pytest.mark.parametrize("limit", ["0", "-3"])
def test_the_command_refuses_a_senseless_limit(limit):
    with pytest.raises(CommandError) as caught:
        run("--limit", limit)
    assert str(caught.value) == "--limit: cần số từ 1 trở lên."


def test_the_command_shows_an_example(capsys):
    with pytest.raises(SystemExit) as left:
        call_command("deliver_notices", "--help")
    assert left.value.code == 0
    assert "manage.py deliver_notices --limit 200" in " ".join(capsys.readouterr().out.split())

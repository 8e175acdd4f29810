"""Notices that could not be sent: seen, sent again by whoever may, and gone after a year."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from submissions import notices
from submissions.models import Notice
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory, UserFactory
from tests.submissions.desk import text

pytestmark = pytest.mark.django_db
LIST = "/admin/submissions/notice/"
YEAR = datetime.timedelta(days=365)


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def failed() -> list[Notice]:
    """Two that failed, and one that was sent, of one submission."""
    submission = SubmissionFactory(at=State.RECEIVED)
    rows = list(submission.notices.filter(audience="citizen").order_by("pk")[:3])
    Notice.objects.exclude(pk__in=[n.pk for n in rows]).delete()
    now = timezone.now()
    Notice.objects.filter(pk__in=[n.pk for n in rows[:2]]).update(failed_at=now, attempts=8, error="Hộp thư không có.")
    Notice.objects.filter(pk=rows[2].pk).update(sent_at=now)
    return rows


def send_again(client: Client, rows: list[Notice], **more: str) -> Any:
    return client.post(LIST, {"action": "send_again", "_selected_action": [n.pk for n in rows], **more}, follow=True)


@pytest.mark.parametrize("role", [Role.RECEPTION, Role.LEADER])
def test_the_desk_is_asked_and_sends_again_what_failed(failed, role):
    officer = OfficerFactory(agency=failed[0].submission.agency, roles=[role.value])
    client = client_of(officer.user)
    asked = text(send_again(client, failed))
    assert "Gửi lại 2 thông báo" in asked
    assert "1 dòng bạn đã chọn không phải thông báo gửi lỗi nên được giữ nguyên." in asked
    assert "Hộp thư không có." in asked
    assert "binh@example.vn" not in asked
    assert Notice.objects.filter(failed_at__isnull=False).count() == 2
    done = send_again(client, failed, confirm="1")
    assert "2 thông báo được xếp vào hàng gửi lại." in text(done)
    again = Notice.objects.filter(pk__in=[n.pk for n in failed[:2]])
    assert {(n.failed_at, n.attempts, n.error) for n in again} == {(None, 0, "")}
    assert Notice.objects.get(pk=failed[2].pk).sent_at is not None
    assert "không có thông báo nào không gửi được" in text(send_again(client, failed))


def test_the_operator_may_and_reads_no_submission(failed):
    client = client_of(UserFactory(is_staff=True, is_superuser=True))
    assert str(failed[0].submission) not in text(send_again(client, failed))
    assert "2 thông báo được xếp" in text(send_again(client, failed, confirm="1"))


@pytest.mark.parametrize("roles", [[Role.SPECIALIST.value], [Role.CASHIER.value]])
def test_others_have_no_such_action(failed, roles):
    client = client_of(OfficerFactory(agency=failed[0].submission.agency, roles=roles).user)
    send_again(client, failed, confirm="1")
    assert Notice.objects.filter(failed_at__isnull=False).count() == 2
    assert "Gửi lại" not in text(client.get(LIST))


def test_another_agency_sends_nothing_again(failed):
    client = client_of(OfficerFactory(agency=AgencyFactory(), roles=[Role.LEADER.value]).user)
    send_again(client, failed, confirm="1")
    assert Notice.objects.filter(failed_at__isnull=False).count() == 2


def test_the_filter_shows_what_failed(failed):
    client = client_of(OfficerFactory(agency=failed[0].submission.agency, roles=[Role.LEADER.value]).user)
    page = client.get(f"{LIST}?sent=failed").content.decode()
    assert [f'name="_selected_action" value="{n.pk}"' in page for n in failed] == [True, True, False]


def test_what_was_sent_or_given_up_goes_after_a_year(failed, settings, capsys):
    now, minutes = timezone.now(), datetime.timedelta(minutes=5)
    given = {"kind": "received", "audience": "citizen", "channel": "email", "recipient": "a@b.vn"}
    waiting = Notice.objects.create(**given, once_key="w", created_at=now - 2 * YEAR)
    assert notices.forget(now + YEAR - minutes) == 0
    assert notices.forget(now + YEAR + minutes, dry_run=True) == 3
    settings.NOTICE_DAYS = 366
    assert notices.forget(now + YEAR + minutes) == 0
    settings.NOTICE_DAYS = 365
    assert notices.forget(now + YEAR + minutes) == 3
    assert list(Notice.objects.all()) == [waiting]
    call_command("purge_expired", "--dry-run")
    assert "0 thông báo cũ, 0 tệp in nhiều hồ sơ" in capsys.readouterr().out

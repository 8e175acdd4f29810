"""The tasks that beat calls do what the commands of their name do."""

from __future__ import annotations

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from submissions.models import Notice, Submission
from submissions.states import State
from submissions.tasks import deliver_notices, flag_overdue, purge_expired
from tests.factories import AttachmentFactory, HolidayFactory, SubmissionFactory

pytestmark = pytest.mark.django_db


def test_deliver_notices_sends_what_waits():
    Notice.objects.create(
        kind="received", audience="citizen", channel="email", recipient="a@example.vn", body="x", once_key="m1"
    )
    deliver_notices.delay()
    assert [m.to for m in mail.outbox] == [["a@example.vn"]]


def test_flag_overdue_writes_the_reminders_of_today():
    submission = SubmissionFactory(at=State.IN_PROGRESS)
    Submission.objects.filter(pk=submission.pk).update(due_on=datetime.date(2020, 1, 2))
    Notice.objects.all().delete()
    HolidayFactory(date=timezone.localdate(), kind="working")  # whatever day the test runs on
    flag_overdue.delay()
    assert list(Notice.objects.values_list("kind", flat=True)) == ["staff_overdue"]


def test_purge_expired_deletes_old_drafts_with_their_files_and_nothing_else(settings):
    long_ago = timezone.now() - datetime.timedelta(days=settings.DRAFT_DAYS + 1)
    old, fresh, filed = SubmissionFactory(), SubmissionFactory(), SubmissionFactory(via="submit")
    AttachmentFactory(submission=old)
    Submission.objects.exclude(pk=fresh.pk).update(saved_at=long_ago)
    purge_expired.delay()
    assert set(Submission.objects.values_list("pk", flat=True)) == {fresh.pk, filed.pk}
    assert old.attachments.count() == 0

"""The answer to an online filing within so many working hours (NĐ 45/2020; settings.REPLY_WORKING_HOURS)."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.utils import timezone

from portal.lib.worktime import WorkTime
from submissions.models import Submission
from submissions.states import State


def reply_by(since: datetime.datetime, time: WorkTime) -> datetime.datetime:
    """Until when the desk, which works these hours, has to receive, refuse or ask for more."""
    return time.add(since, datetime.timedelta(hours=settings.REPLY_WORKING_HOURS))


def mark_missed(now: datetime.datetime | None = None) -> int:
    """Marks online filings whose answer is late and has not come; returns how many are new. One statement."""
    waiting = Submission.objects.filed().filter(state=State.SUBMITTED, replied_at=None, reply_missed=False)
    return waiting.filter(reply_by__lt=now or timezone.now()).update(reply_missed=True)

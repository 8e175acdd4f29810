"""The clock of one page, and the words for lateness."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.workdays import Calendar
from procedures import deadlines
from submissions.models import Submission
from submissions.states import CLOCK_STATES, State


@dataclass(frozen=True)
class Clock:
    """Today in Việt Nam, the last day that counts as "soon", and the working days."""

    today: datetime.date
    soon: datetime.date
    days: Calendar


def clock(today: datetime.date | None = None) -> Clock:
    """One query, for all rows of a page."""
    day = today or timezone.localdate()
    days = deadlines.calendar()
    return Clock(day, days.add(day, settings.DUE_SOON_WORKING_DAYS), days)


@dataclass(frozen=True)
class Lateness:
    """`tone` is neutral, ok, warning or error: the bar beside the words."""

    tone: str
    words: str


def lateness(submission: Submission, at: Clock) -> Lateness:
    """How far the promised day is, in the words of the work list."""
    if submission.state in CLOCK_STATES and submission.due_on:
        return _running(submission.due_on, at)
    if submission.state == State.SUBMITTED and submission.submitted_at:
        return _unanswered(timezone.localdate(submission.submitted_at), at)
    if submission.state == State.AWAITING_SUPPLEMENT:
        return Lateness("neutral", _("chờ người nộp bổ sung"))
    if submission.finished_at and submission.due_on:
        return _done(timezone.localdate(submission.finished_at), submission.due_on)
    return Lateness("neutral", "")


def _running(due: datetime.date, at: Clock) -> Lateness:
    if due < at.today:
        return Lateness("error", _("quá hạn %d ngày") % (at.today - due).days)
    if due == at.today:
        return Lateness("warning", _("hôm nay"))
    # A day off that was announced later may leave no working day before the promised one.
    left = max(at.days.between(at.today, due), 1)
    return Lateness("warning" if due <= at.soon else "ok", _("còn %d ngày làm việc") % left)


def _unanswered(since: datetime.date, at: Clock) -> Lateness:
    """An online filing is to be answered within REPLY_WORKING_HOURS (8 hours: one working day)."""
    waited = at.days.between(since, at.today)
    if waited < 1:
        return Lateness("ok", _("mới nộp"))
    allowed = -(-settings.REPLY_WORKING_HOURS // deadlines.HOURS_A_DAY)
    return Lateness("error" if waited > allowed else "warning", _("chờ %d ngày làm việc") % waited)


def _done(finished: datetime.date, due: datetime.date) -> Lateness:
    if finished <= due:
        return Lateness("neutral", _("xong đúng hạn"))
    return Lateness("neutral", _("xong trễ %d ngày") % (finished - due).days)

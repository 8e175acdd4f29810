"""The clock of one page, and the words for lateness."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.workdays import ONE_DAY, Calendar
from portal.lib.worktime import WorkTime
from procedures import deadlines
from procedures.models import Agency
from submissions.models import Submission
from submissions.states import CLOCK_STATES, State

MINUTE, HOUR = datetime.timedelta(minutes=1), datetime.timedelta(hours=1)
# Less than this is left of the hours in which a filing is answered: the words warn.
SHORT = 2 * HOUR


@dataclass(frozen=True)
class Clock:
    """Now and today in Việt Nam, the last day that counts as "soon", working days, and hours where they are needed."""

    today: datetime.date
    soon: datetime.date
    days: Calendar
    now: datetime.datetime = field(default_factory=timezone.now)
    time: WorkTime | None = None


def clock(today: datetime.date | None = None, *, agency: Agency | None = None) -> Clock:
    """For all rows of a page; the hours are those of the agency. Two queries."""
    day = today or timezone.localdate()
    time = deadlines.worktime(agency)
    return Clock(day, time.days.add(day, settings.DUE_SOON_WORKING_DAYS), time.days, timezone.now(), time)


def ends_today(at: Clock) -> datetime.datetime:
    """The midnight after this day."""
    return timezone.make_aware(datetime.datetime.combine(at.today + ONE_DAY, datetime.time()))


@dataclass(frozen=True)
class Lateness:
    """`tone` is neutral, ok, warning or error: the bar beside the words."""

    tone: str
    words: str


def lateness(submission: Submission, at: Clock) -> Lateness:
    """How far the promised day is, in the words of the work list."""
    if submission.state in CLOCK_STATES and submission.due_on:
        return _running(submission.due_on, at)
    if submission.state == State.SUBMITTED:
        return _unanswered(submission, at)
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


def _unanswered(submission: Submission, at: Clock) -> Lateness:
    """An online filing has a moment until which it is answered; what came on paper waits by days."""
    if submission.reply_by is not None and at.time is not None:
        return _countdown(submission.reply_by, at, at.time)
    if submission.submitted_at is None:
        return Lateness("neutral", "")
    waited = at.days.between(timezone.localdate(submission.submitted_at), at.today)
    if waited < 1:
        return Lateness("ok", _("mới nộp"))
    return Lateness("warning", _("chờ %d ngày làm việc") % waited)


def _countdown(reply_by: datetime.datetime, at: Clock, time: WorkTime) -> Lateness:
    if reply_by < at.now:
        late = time.between(reply_by, at.now)
        words = _("quá hạn trả lời %s") % _span(late) if late >= MINUTE else _("vừa quá giờ trả lời")
        return Lateness("error", words)
    left = time.between(at.now, reply_by)
    return Lateness("warning" if left < SHORT else "ok", _("còn %s để trả lời") % _span(left))


def _span(hours: datetime.timedelta) -> str:
    """Working hours as people say them: "3 giờ 20 phút làm việc"."""
    whole, minutes = divmod(hours // MINUTE, 60)
    if not whole:
        return _("%d phút làm việc") % minutes
    if not minutes:
        return _("%d giờ làm việc") % whole
    return _("%(hours)d giờ %(minutes)d phút làm việc") % {"hours": whole, "minutes": minutes}


def _done(finished: datetime.date, due: datetime.date) -> Lateness:
    if finished <= due:
        return Lateness("neutral", _("xong đúng hạn"))
    return Lateness("neutral", _("xong trễ %d ngày") % (finished - due).days)

"""Reminds officers of what is due soon, late, or waits too long for an answer. Nobody is reminded on a day off.

Lateness itself is never written down: it follows from the promised day. What is late can always be finished and
handed over.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.conf import settings
from django.utils import timezone

from portal.lib.workdays import Calendar
from procedures import deadlines
from procedures.models import Agency
from submissions import clock, notices
from submissions.models import Officer, Submission, SubmissionQuerySet
from submissions.notices import Reminder
from submissions.states import CLOCK_STATES, Role, State

CHUNK = 500
NOT_SAID = ("typed", "answers", "fees", "papers_in", "search_text", "procedure__search_text")
# An answer that became late so long ago was told of then, or stands in every digest since.
RECENT = datetime.timedelta(days=3)


@dataclass(frozen=True)
class Flagged:
    """How many are due soon, overdue, or unanswered too long, and how many new reminders were written."""

    due_soon: int = 0
    overdue: int = 0
    reminders: int = 0
    unanswered: int = 0

    def __add__(self, other: Flagged) -> Flagged:
        return Flagged(
            self.due_soon + other.due_soon,
            self.overdue + other.overdue,
            self.reminders + other.reminders,
            self.unanswered + other.unanswered,
        )


# --- the promised day ----------------------------------------------------------------------------


def flag(today: datetime.date | None = None) -> Flagged:
    """Writes the day's reminders; a second run on the same day writes none. A few queries for every CHUNK of rows."""
    today = today or timezone.localdate()
    running = Submission.objects.filed().filter(state__in=CLOCK_STATES, due_on__isnull=False)
    total = Flagged()
    for agency in _agencies(running):
        days = deadlines.calendar(agency=agency)
        if days.is_working_day(today):
            day = _Day(today, days)
            desk = _Desk(agency)
            for rows in _chunks(agency, running.filter(due_on__lte=day.last)):
                total += _reminded(rows, day, desk)
    return total


def _agencies(rows: SubmissionQuerySet) -> list[Agency]:
    found = Agency.objects.filter(pk__in=rows.order_by().values("agency").distinct())
    return list(found.select_related("parent").defer("content"))


def _chunks(agency: Agency, rows: SubmissionQuerySet) -> Iterator[list[Submission]]:
    """What a reminder says and to whom, without what was declared."""
    slim = (
        rows.filter(agency=agency)
        .select_related("procedure", "assignee__user")
        .defer(*NOT_SAID)
        .order_by("due_on", "pk")
    )
    several = slim.iterator(chunk_size=CHUNK)
    while chunk := list(islice(several, CHUNK)):
        for submission in chunk:
            submission.agency = agency
        yield chunk


class _Day:
    """Today at one agency: how far "soon" reaches, and whose last chance to get a new date is tomorrow.

    The last chance is the last working day before the promised one (NĐ 61/2018 art. 19.9: at the latest a day before);
    leaders are told on the working day before that.
    """

    def __init__(self, today: datetime.date, days: Calendar) -> None:
        self.today = today
        self.soon = days.add(today, settings.DUE_SOON_WORKING_DAYS)
        self.next, self.after = days.add(today, 1), days.add(today, 2)
        self.last = max(self.soon, self.after)

    def chance(self, submission: Submission) -> dict[str, Any]:
        due = submission.due_on
        if due is None or submission.extended_at is not None or not self.next < due <= self.after:
            return {}
        return {"last_chance": self.next, "is_tomorrow": (self.next - self.today).days == 1}


class _Desk:
    """The officers of one agency, looked up when they are needed, once."""

    def __init__(self, agency: Agency) -> None:
        self.agency = agency
        self.known: dict[str, list[Officer]] = {}

    def holding(self, role: str) -> list[Officer]:
        if role not in self.known:
            self.known[role] = notices.officers_with(self.agency, role)
        return self.known[role]

    def responsible(self, submission: Submission) -> list[Officer]:
        """Who has the file, else the desk."""
        assignee = notices.working_assignee(submission)
        return [assignee] if assignee else self.holding(Role.RECEPTION)


def _reminded(rows: list[Submission], day: _Day, desk: _Desk) -> Flagged:
    late = [s for s in rows if s.due_on is not None and s.due_on < day.today]
    soon = [s for s in rows if s.due_on is not None and day.today <= s.due_on <= day.soon]
    reminders = [_reminder(s, day, desk) for s in rows]
    return Flagged(len(soon), len(late), notices.remind([r for r in reminders if r.officers]))


def _reminder(submission: Submission, day: _Day, desk: _Desk) -> Reminder:
    """Of a late one, and of one whose last chance comes, the leaders hear too."""
    assert submission.due_on is not None  # the query
    late, extra = submission.due_on < day.today, day.chance(submission)
    officers = desk.responsible(submission) if submission.due_on <= day.soon else []
    officers = officers + (desk.holding(Role.LEADER) if late or extra else [])
    kind = "staff_overdue" if late else "staff_due_soon"
    return Reminder(submission, kind, officers, f"day-{day.today:%Y%m%d}-{submission.pk}", extra)


# --- the answer to an online filing --------------------------------------------------------------


def flag_unanswered(now: datetime.datetime | None = None) -> Flagged:
    """Marks online filings whose answer is late, and tells reception and leaders once of each round."""
    now = now or timezone.now()
    clock.mark_missed(now)
    waiting = Submission.objects.filed().filter(state=State.SUBMITTED, replied_at=None)
    late = waiting.filter(reply_by__lt=now, reply_by__gte=now - RECENT)
    total = Flagged()
    for agency in _agencies(late):
        told = notices.officers_with(agency, Role.RECEPTION, Role.LEADER)
        for rows in _chunks(agency, late):
            count = notices.remind([_unanswered(s, told) for s in rows])
            total += Flagged(reminders=count, unanswered=len(rows))
    return total


def _unanswered(submission: Submission, officers: list[Officer]) -> Reminder:
    assert submission.reply_by is not None  # the query
    once = f"reply-{submission.reply_by:%Y%m%d%H%M}-{submission.pk}"
    return Reminder(submission, "staff_reply_missed", officers, once)

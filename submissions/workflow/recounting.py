"""The calendar has changed: open submissions get the day that their log and the new calendar give."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.worktime import WorkTime
from procedures import deadlines
from procedures.models import Agency
from submissions import clock, notices
from submissions.models import Event, RecountedFor, Submission, SubmissionQuerySet
from submissions.rules import SYSTEM_ACTOR, Actor
from submissions.states import CLOCK_STATES, RECOUNT, State
from submissions.workflow.core import last_event, locked, log

CHUNK = 500
# A worker that has not said for so long that it is still at it has died.
CLAIM = datetime.timedelta(minutes=10)


def recount(pk: int, *, why: str, by: Actor = SYSTEM_ACTOR) -> bool:
    """Gives one open submission the day that the calendar of now gives; False when that is the day it has.

    Logged and told to the citizen and to who has the file. The first date stays as it was; a submission whose
    processing has ended is never touched.
    """
    with transaction.atomic():
        submission = locked(pk)
        found, old = clock.of(submission), submission.due_on
        if old is None or found.due_on is None or found.ended or found.due_on == old:
            return False
        submission.due_on = found.due_on
        submission.save(update_fields=["due_on"])
        data = {"old_due_on": old.isoformat(), "due_on": found.due_on.isoformat(), "why": why}
        now, last = timezone.now(), last_event(submission)
        event = log(submission, RECOUNT, by, now, before=submission.state, last=last, note=why, data=data)
        notices.queue_for(submission, event)
    return True


def recount_open(why: str = "") -> int:
    """Recounts every open submission, one short transaction for each whose day changes; returns how many did.

    Most stay as they are: those are replayed without a lock. Stopped halfway it is simply run again, and two at once
    do each row once.
    """
    return sum(_recount_each(why))


def _recount_each(why: str) -> Iterator[bool]:
    why = why or _("Lịch ngày nghỉ, ngày làm bù vừa thay đổi.")
    hours = _Hours()
    _recount_replies(hours)
    for pk in _moved(hours):
        yield recount(pk, why=why)


def keep_counted() -> int:
    """recount_open() when the calendar is another one than last time, and once a day: a receipt that was being
    written while the calendar changed is found then. Otherwise, and while another worker is at it, three short
    look-ups."""
    digest = deadlines.calendar_digest()
    last, _new = RecountedFor.objects.get_or_create(pk=1)
    if last.digest == digest and timezone.localdate(last.at) == timezone.localdate():
        return 0
    own = RecountedFor.objects.filter(pk=last.pk)
    if not own.filter(Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - CLAIM)).update(claimed_at=timezone.now()):
        return 0
    changed = 0
    try:
        for moved in _recount_each(""):
            changed += moved
            own.filter(claimed_at__lt=timezone.now() - CLAIM / 10).update(claimed_at=timezone.now())
        own.update(digest=digest, at=timezone.now())
    finally:
        own.update(claimed_at=None)
    return changed


class _Hours:
    """The working time of each agency, looked up once a run."""

    def __init__(self) -> None:
        self.known: dict[int, WorkTime] = {}

    def of(self, agency: Agency) -> WorkTime:
        if agency.pk not in self.known:
            self.known[agency.pk] = deadlines.worktime(agency)
        return self.known[agency.pk]


def _chunks(rows: SubmissionQuerySet) -> Iterator[list[Submission]]:
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _moved(hours: _Hours) -> Iterator[int]:
    """Keys of the open submissions whose day is no longer the one that is stored."""
    running = Submission.objects.filter(state__in=(*CLOCK_STATES, State.AWAITING_SUPPLEMENT), due_on__isnull=False)
    for chunk in _chunks(running.with_context().defer("typed", "search_text")):
        lines = _lines(chunk)
        for submission in chunk:
            found = clock.replay(submission, lines[submission.pk], hours.of(submission.agency))
            if found.due_on != submission.due_on:
                yield submission.pk


def _lines(chunk: list[Submission]) -> dict[int, list[Event]]:
    found: dict[int, list[Event]] = defaultdict(list)
    events = Event.objects.filter(submission__in=[s.pk for s in chunk], verb__in=clock.VERBS)
    for event in events.only("submission_id", "verb", "at", "data").order_by("submission_id", "number"):
        found[event.submission_id].append(event)
    return found


def _recount_replies(hours: _Hours) -> None:
    """Until when waiting online filings are to be answered; also of those that were filed before that was kept."""
    waiting = Submission.objects.filter(state=State.SUBMITTED, channel=Submission.Channel.ONLINE, replied_at=None)
    since = Coalesce(Max("supplement_requests__answered_at"), "submitted_at")
    for chunk in _chunks(waiting.select_related("agency").defer("agency__content").annotate(since=since)):
        for submission in chunk:
            began: datetime.datetime = submission.since  # type: ignore[attr-defined]  # annotated above
            new = clock.reply_by(began, hours.of(submission.agency))
            if new != submission.reply_by:
                same = Submission.objects.filter(pk=submission.pk, version=submission.version)
                same.update(reply_by=new)

"""The officers' work list: who sees what, queues with counts, search, and the words for lateness.

Only queries and pure functions: nothing here changes a submission.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import CharField, Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Replace
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib import text
from portal.lib.workdays import Calendar
from procedures import deadlines
from submissions.models import Event, Officer, Submission, SubmissionQuerySet
from submissions.states import CLOCK_STATES, FINAL_STATES, VERBS, Role, State

# Roles that work on submissions. Who only edits the catalogue has no business in people's files.
DESK_ROLES = (Role.RECEPTION, Role.SPECIALIST, Role.LEADER, Role.CASHIER)
WORKED_ON = (State.SUBMITTED, State.RECEIVED, State.IN_PROGRESS)


def visible_to(officer: Officer | None) -> SubmissionQuerySet:
    """The one gate of the staff side: filed submissions of the officer's own agency."""
    if officer is None or not officer.has_role(*DESK_ROLES):
        return Submission.objects.none()
    return Submission.objects.visible_to(officer)


# --- the clock of one page -----------------------------------------------------------------------


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


# --- queues --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Queue:
    key: str
    label: Any
    empty: Any
    rule: Callable[[Officer, Clock], Q]
    oldest_first: bool = False


def _state(*states: State) -> Callable[[Officer, Clock], Q]:
    return lambda _officer, _at: Q(state__in=states)


def _due_soon(_officer: Officer, at: Clock) -> Q:
    return Q(state__in=CLOCK_STATES, due_on__gte=at.today, due_on__lte=at.soon)


def _overdue(_officer: Officer, at: Clock) -> Q:
    return Q(state__in=CLOCK_STATES, due_on__lt=at.today)


def _supplemented(_officer: Officer, _at: Clock) -> Q:
    return Q(state__in=WORKED_ON, last_verb="supplement")


def _mine(officer: Officer, _at: Clock) -> Q:
    return Q(assignee=officer) & ~Q(state__in=FINAL_STATES)


_l = gettext_lazy
QUEUES: tuple[Queue, ...] = (
    Queue("waiting", _l("Chờ tiếp nhận"), _l("Chưa có hồ sơ nào chờ tiếp nhận."), _state(State.SUBMITTED), True),
    Queue("due-soon", _l("Sắp đến hạn"), _l("Không có hồ sơ nào sắp đến hạn."), _due_soon),
    Queue("overdue", _l("Quá hạn"), _l("Không có hồ sơ nào quá hạn."), _overdue),
    Queue("supplemented", _l("Đã bổ sung"), _l("Chưa có hồ sơ nào vừa được bổ sung."), _supplemented),
    Queue("approval", _l("Chờ ký duyệt"), _l("Không có hồ sơ nào chờ ký duyệt."), _state(State.AWAITING_APPROVAL)),
    Queue("ready", _l("Chờ trả kết quả"), _l("Không có kết quả nào chờ trả."), _state(State.RESULT_READY)),
    Queue("mine", _l("Của tôi"), _l("Bạn chưa phụ trách hồ sơ nào."), _mine),
)
BY_KEY = {q.key: q for q in QUEUES}
HOME_QUEUE = {Role.RECEPTION: "waiting", Role.LEADER: "approval", Role.SPECIALIST: "mine"}


def with_last_verb(queryset: SubmissionQuerySet) -> SubmissionQuerySet:
    """Adds `last_verb`: the last transition of each, notes and assignments left out."""
    last = Event.objects.filter(submission=OuterRef("pk"), verb__in=VERBS).order_by("-number").values("verb")[:1]
    return queryset.annotate(last_verb=Subquery(last))


def in_queue(queryset: SubmissionQuerySet, key: str, officer: Officer, at: Clock) -> SubmissionQuerySet:
    """The rows of one queue; an unknown key changes nothing."""
    queue = BY_KEY.get(key)
    return queryset if queue is None else with_last_verb(queryset).filter(queue.rule(officer, at))


def order_of(key: str) -> list[Any]:
    """Most urgent first in a queue, newest first in the whole list."""
    queue = BY_KEY.get(key)
    if queue is None:
        return ["-submitted_at", "-pk"]
    if queue.oldest_first:
        return ["submitted_at", "pk"]
    return [F("due_on").asc(nulls_last=True), "submitted_at", "pk"]


def counts(officer: Officer, at: Clock) -> dict[str, int]:
    """How many are in every queue. One query over the open submissions of the agency."""
    open_ones = with_last_verb(visible_to(officer).exclude(state__in=FINAL_STATES).order_by())
    found: dict[str, int] = open_ones.aggregate(
        **{q.key.replace("-", "_"): Count("pk", filter=q.rule(officer, at)) for q in QUEUES}
    )
    return {q.key: found[q.key.replace("-", "_")] for q in QUEUES}


def home_queue(officer: Officer) -> str:
    """Where this officer's day begins, by the first role held."""
    return next((key for role, key in HOME_QUEUE.items() if officer.has_role(role)), "")


@dataclass(frozen=True)
class QueueLink:
    key: str
    label: Any
    count: int | None
    address: str
    current: bool


def links(officer: Officer, at: Clock, current: str = "") -> list[QueueLink]:
    """The queues as links with their counts, the whole list last."""
    address = reverse("admin:submissions_submission_changelist")
    found = counts(officer, at)
    queues = [QueueLink(q.key, q.label, found[q.key], f"{address}?queue={q.key}", q.key == current) for q in QUEUES]
    return [*queues, QueueLink("", _("Tất cả"), None, address, current not in BY_KEY)]


# How far a queue is looked through for the one after the present record.
REACH = 500


def next_in(key: str, officer: Officer, at: Clock, after: Submission) -> Submission | None:
    """The submission that follows `after` in the queue, else the queue's first other one."""
    queue = in_queue(visible_to(officer), key, officer, at).order_by(*order_of(key))
    keys = list(queue.values_list("pk", flat=True)[:REACH])
    place = keys.index(after.pk) + 1 if after.pk in keys else 0
    following = [k for k in (*keys[place:], *keys[:place]) if k != after.pk]
    return visible_to(officer).select_related("procedure").filter(pk__in=following[:1]).first()


# --- search --------------------------------------------------------------------------------------

SIGNS = re.compile(r"[\s.\-/]+")
ENOUGH_SIGNS = 4


def _squeezed_text() -> Any:
    found: Any = F("search_text")
    for sign in (" ", "-", "."):
        found = Replace(found, Value(sign), Value(""), output_field=CharField())
    return found


def search(queryset: SubmissionQuerySet, term: str) -> SubmissionQuerySet:
    """By code (dashes and dots or not), name without tone marks, number, phone however it is grouped."""
    words = text.fold(term).split()
    spoken = Q()
    for word in words:
        spoken &= Q(search_text__contains=word)
    signs = SIGNS.sub("", text.fold(term))
    if signs.startswith("+84"):
        signs = "0" + signs.removeprefix("+84")
    if len(signs) < ENOUGH_SIGNS:
        return queryset.filter(spoken)
    return queryset.annotate(signs=_squeezed_text()).filter(spoken | Q(signs__contains=signs))


def masked(number: str) -> str:
    """An identity number in a list: 042***123."""
    if len(number) < 8:
        return "***" + number[-2:] if number else ""
    return f"{number[:3]}***{number[-3:]}"

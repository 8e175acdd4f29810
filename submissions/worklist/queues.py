"""The officers' queues: which submissions are in each, in which order, how many, and which comes next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions.models import Officer, Submission, SubmissionQuerySet
from submissions.states import CLOCK_STATES, FINAL_STATES, Role, State
from submissions.worklist.gate import visible_to
from submissions.worklist.lateness import Clock

WORKED_ON = (State.SUBMITTED, State.RECEIVED, State.IN_PROGRESS)


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
    return Q(state__in=WORKED_ON, is_back=True)


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


def in_queue(queryset: SubmissionQuerySet, key: str, officer: Officer, at: Clock) -> SubmissionQuerySet:
    """The rows of one queue; an unknown key changes nothing."""
    queue = BY_KEY.get(key)
    return queryset if queue is None else queryset.filter(queue.rule(officer, at))


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
    open_ones = visible_to(officer).exclude(state__in=FINAL_STATES).order_by()
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

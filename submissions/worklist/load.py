"""How much each officer of a desk has: for its leaders."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from procedures.models import Agency
from submissions.models import Officer, SubmissionQuerySet
from submissions.states import CLOCK_STATES, OPEN_STATES, Role, State
from submissions.worklist.gate import visible_to
from submissions.worklist.lateness import Clock
from submissions.worklist.people import team

# A result or a reasoned no: stopped and withdrawn ones were not finished by anybody.
FINISHED = (State.RESULT_READY, State.HANDED_OVER, State.DECLINED)


@dataclass
class Load:
    """One officer's files; `officer` None: nobody has them. Days are working days from receipt to the end."""

    officer: Officer | None
    open: int = 0
    due_today: int = 0
    overdue: int = 0
    approval: int = 0
    week: int = 0
    month: int = 0
    days: int = 0
    at_work: bool = True

    @property
    def average(self) -> float | None:
        """Working days for what was finished this month; None when nothing was."""
        return self.days / self.month if self.month else None


def loads(leader: Officer, at: Clock) -> list[Load]:
    """Of every officer of the leader's team, and of nobody; most overdue first. Nothing for who does not lead.

    Two grouped queries, and one for officers who left files behind.
    """
    if not leader.has_role(Role.LEADER):
        return []
    found: dict[int | None, Load] = {o.pk: Load(o) for o in team(leader)}
    rows = _of_team(leader)
    for assignee, *counted in _open(rows, at):
        load = found.setdefault(assignee, Load(None, at_work=False))
        load.open, load.due_today, load.overdue, load.approval = counted
    _add_finished(rows, found, at)
    _name_former(found)
    free = found.pop(None, Load(None))
    free.at_work = True
    people = sorted(found.values(), key=lambda load: (-load.overdue, -load.open, not load.at_work))
    return [*people, free]


def _of_team(leader: Officer) -> SubmissionQuerySet:
    rows = visible_to(leader).order_by()
    if leader.agency.kind == Agency.Kind.DEPARTMENT:
        rows = rows.filter(Q(assignee=None) | Q(assignee__agency=leader.agency_id))
    return rows


def _open(rows: SubmissionQuerySet, at: Clock) -> Iterable[tuple[Any, ...]]:
    """Assignee, open, due today, overdue, waiting for approval."""
    running = Q(state__in=CLOCK_STATES)
    groups = rows.filter(state__in=OPEN_STATES).values_list("assignee")
    return groups.annotate(
        all=Count("pk"),
        due_today=Count("pk", filter=running & Q(due_on=at.today)),
        late=Count("pk", filter=running & Q(due_on__lt=at.today)),
        to_sign=Count("pk", filter=Q(state=State.AWAITING_APPROVAL)),
    )


def _add_finished(rows: SubmissionQuerySet, found: dict[int | None, Load], at: Clock) -> None:
    """Grouped by the days they came and ended on: the working days between are counted once a group."""
    monday = at.today - datetime.timedelta(days=at.today.weekday())
    first = at.today.replace(day=1)
    came = TruncDate("received_at", tzinfo=timezone.get_current_timezone())
    ended = rows.filter(ended_on__gte=min(monday, first), ended_on__lte=at.today, state__in=FINISHED)
    groups = ended.annotate(came=came).values_list("assignee", "came", "ended_on").annotate(n=Count("pk"))
    for assignee, received, end, n in groups:
        load = found.setdefault(assignee, Load(None, at_work=False))
        load.week += n if end >= monday else 0
        if end >= first:
            load.month += n
            load.days += n * at.days.between(received, end)


def _name_former(found: dict[int | None, Load]) -> None:
    """Who left, or has no desk role any more, but still stands on files."""
    gone = [pk for pk, load in found.items() if pk is not None and load.officer is None]
    if gone:
        for officer in Officer.objects.filter(pk__in=gone).select_related("user", "agency"):
            found[officer.pk].officer = officer

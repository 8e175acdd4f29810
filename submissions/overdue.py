"""Reminds officers of submissions that are due soon or late. Run twice on every working day."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from procedures import deadlines
from submissions import notices
from submissions.models import Officer, Submission
from submissions.states import CLOCK_STATES, Role


@dataclass(frozen=True)
class Flagged:
    """How many submissions are due soon or overdue, and how many new reminders were written."""

    due_soon: int = 0
    overdue: int = 0
    reminders: int = 0


def flag(today: datetime.date | None = None) -> Flagged:
    """Writes the day's reminders; a second run on the same day writes none. Nobody is reminded on a day off."""
    today = today or timezone.localdate()
    days = deadlines.calendar()
    if not days.is_working_day(today):
        return Flagged()
    last = days.add(today, settings.DUE_SOON_WORKING_DAYS)
    running = Submission.objects.filed().filter(state__in=CLOCK_STATES, due_on__lte=last)
    rows = running.with_context("agency__parent", "assignee__user", "assignee__agency")
    desks = _Desks()
    counts = {"staff_due_soon": 0, "staff_overdue": 0}
    reminders = 0
    for submission in rows.order_by("due_on", "pk").iterator(chunk_size=200):
        late = submission.due_on is not None and submission.due_on < today
        kind = "staff_overdue" if late else "staff_due_soon"
        counts[kind] += 1
        reminders += notices.queue_due(submission, kind, desks.responsible(submission, late), day=today)
    return Flagged(counts["staff_due_soon"], counts["staff_overdue"], reminders)


class _Desks:
    """Officers by agency and role, looked up once a run."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], list[Officer]] = {}

    def _with(self, submission: Submission, role: str) -> list[Officer]:
        key = (submission.agency_id, role)
        if key not in self.known:
            self.known[key] = notices.officers_with(submission.agency, role)
        return self.known[key]

    def responsible(self, submission: Submission, late: bool) -> list[Officer]:
        """Who has the file, else the desk; of a late one the leaders hear too."""
        assignee = notices.working_assignee(submission)
        first = [assignee] if assignee else self._with(submission, Role.RECEPTION)
        return first + (self._with(submission, Role.LEADER) if late else [])

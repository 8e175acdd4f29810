"""Who may do what. Views, admin and templates ask here; the workflow asks again under the lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from submissions.models import Officer, Submission
from submissions.states import ACTS, CITIZEN, SYSTEM, TRANSITIONS, Act, State, Transition, row_for


@dataclass(frozen=True)
class Actor:
    """Who acts: the citizen who holds the submission, an officer, or the portal itself."""

    kind: str  # "citizen" | "officer" | "system"
    officer: Officer | None = None
    user: Any = None
    name: str = ""

    @property
    def label(self) -> str:
        """How the log names the actor."""
        if self.officer is not None:
            return f"{self.officer} ({self.officer.agency})"
        return self.name or (_("Người nộp") if self.kind == CITIZEN else _("Cổng dịch vụ công"))


def citizen(name: str = "", user: Any = None) -> Actor:
    """The holder of the submission; callers have checked that (session grant, secret, or account)."""
    return Actor(CITIZEN, user=user if getattr(user, "is_authenticated", False) else None, name=name)


def officer_actor(officer: Officer) -> Actor:
    return Actor("officer", officer=officer, user=officer.user)


SYSTEM_ACTOR = Actor(SYSTEM)


def officer_of(user: Any) -> Officer | None:
    """The active officer behind a user, or None. Remembered on the user object."""
    if not getattr(user, "is_authenticated", False):
        return None
    if not hasattr(user, "_officer"):
        user._officer = Officer.objects.select_related("agency", "user").filter(user=user, is_active=True).first()
    found: Officer | None = user._officer
    return found


def covers(officer: Officer, submission: Submission) -> bool:
    """Does the submission belong to the officer's own agency?"""
    return submission.state != State.DRAFT and submission.agency_id in officer.scope


def has_a_role(actor: Actor, roles: tuple[str, ...]) -> bool:
    if actor.officer is not None:
        return actor.officer.has_role(*roles)
    return actor.kind in roles


def may(actor: Actor, row: Transition | Act, submission: Submission) -> bool:
    """May this actor use this row of the table on this submission? The state is not looked at."""
    if actor.officer is not None and not covers(actor.officer, submission):
        return False
    return has_a_role(actor, row.roles)


def _stage(submission: Submission) -> str:
    request = submission.open_request
    return request.stage if request else ""


def is_ready(row: Transition, submission: Submission) -> bool:
    """Conditions beyond the state: an expired request to refuse for it, one extension only."""
    if "expired" in row.needs:
        request = submission.open_request
        return request is not None and request.is_expired
    if row.verb == "extend":
        return submission.extended_at is None and submission.due_on is not None
    return True


def row_now(verb: str, submission: Submission) -> Transition | None:
    """The row of the table for this verb in the submission's present state, or None."""
    row = row_for(verb, submission.state, _stage(submission))
    return row if row is not None and is_ready(row, submission) else None


def transitions_for(actor: Actor, submission: Submission) -> list[Transition]:
    """The buttons: every row that this actor could use now, in the order of the table."""
    verbs = dict.fromkeys(t.verb for t in TRANSITIONS)
    rows = (row_now(verb, submission) for verb in verbs)
    return [row for row in rows if row is not None and may(actor, row, submission)]


def acts_for(actor: Actor, submission: Submission) -> list[Act]:
    """Assign, take, note: what this officer may do beside the transitions."""
    rows = [a for a in ACTS if may(actor, a, submission)]
    if submission.is_final:
        rows = [a for a in rows if a.verb == "note"]
    if submission.assignee_id is not None:
        rows = [a for a in rows if a.verb != "take"]
    return rows


def is_due_soon(submission: Submission, limit: Any) -> bool:
    """Open, with the clock running, due on or before `limit` (a date) and not yet overdue."""
    today = timezone.localdate()
    return submission.due_on is not None and not submission.is_final and today <= submission.due_on <= limit

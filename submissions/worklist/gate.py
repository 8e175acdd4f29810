"""Who sees what on the staff side."""

from __future__ import annotations

from submissions.models import Officer, Submission, SubmissionQuerySet
from submissions.states import Role

# Roles that work on submissions. Who only edits the catalogue has no business in people's files.
DESK_ROLES = (Role.RECEPTION, Role.SPECIALIST, Role.LEADER, Role.CASHIER)


def visible_to(officer: Officer | None) -> SubmissionQuerySet:
    """The one gate of the staff side: filed submissions of the officer's own agency."""
    if officer is None or not officer.has_role(*DESK_ROLES):
        return Submission.objects.none()
    return Submission.objects.visible_to(officer)

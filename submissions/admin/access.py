"""Who is at the desk, and the one getter through which a record is reached."""

from __future__ import annotations

from django.http import Http404, HttpRequest

from submissions import rules, worklist
from submissions.models import Officer, Submission


def desk_officer(request: HttpRequest) -> Officer | None:
    """The officer behind the request when he or she works on submissions, else None.

    A superuser without an officer row runs the portal and reads nobody's file.
    """
    officer = rules.officer_of(request.user)
    return officer if officer is not None and officer.has_role(*worklist.DESK_ROLES) else None


def record(request: HttpRequest, pk: int | str) -> tuple[Officer, Submission]:
    """The filed submission of the officer's own agency; Http404 for any other, as if it did not exist."""
    officer = desk_officer(request)
    found = worklist.visible_to(officer).filter(pk=pk) if str(pk).isdecimal() else Submission.objects.none()
    submission = found.with_context("assignee__user", "entered_by__user").first()
    if officer is None or submission is None:
        raise Http404
    return officer, submission


def page_clock(request: HttpRequest) -> worklist.Clock:
    """The clock of this request, read once."""
    known: worklist.Clock | None = getattr(request, "_desk_clock", None)
    if known is None:
        officer = desk_officer(request)
        known = worklist.clock(agency=officer.agency if officer is not None else None)
        request._desk_clock = known  # type: ignore[attr-defined]
    return known

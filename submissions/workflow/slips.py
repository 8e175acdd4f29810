"""The control slip on demand: what the log says now, as a further issue when there is something new."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from submissions import papers, rules
from submissions.errors import NotAllowed, NotPossible
from submissions.models import Paper, Submission
from submissions.rules import Actor
from submissions.states import SLIP, Role
from submissions.workflow.core import last_event, locked, log

ROLES = (Role.RECEPTION, Role.SPECIALIST, Role.LEADER)
KIND = Paper.Kind.CONTROL_SLIP


def print_slip(pk: int, *, by: Actor) -> Paper:
    """The present slip: the last one while nobody has handed the dossier on since, else a new one, logged.

    Raises NotAllowed to others than the desk's officers, NotPossible before receipt.
    """
    with transaction.atomic():
        submission = locked(pk)
        _check(submission, by)
        last = submission.papers.filter(kind=KIND).order_by("-number").first()
        occasion = papers.Occasion(submission, SLIP, timezone.now(), by)
        (fresh,) = papers.compose([KIND], occasion)
        if last is not None and last.content["rows"] == fresh.content["rows"]:
            return last
        event = log(
            submission,
            SLIP,
            by,
            occasion.at,
            before=submission.state,
            last=last_event(submission),
            public=False,
            data=papers.named([fresh]),
        )
        papers.record([fresh], event)
    return fresh


def _check(submission: Submission, by: Actor) -> None:
    if by.officer is None or not rules.covers(by.officer, submission) or not by.officer.has_role(*ROLES):
        raise NotAllowed
    if submission.received_at is None:
        raise NotPossible(_("Hồ sơ chưa được tiếp nhận nên chưa có phiếu kiểm soát."))

"""Who has the file, and notes: acts that never change the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from submissions import notices, rules
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.models import Officer, Submission
from submissions.rules import Actor
from submissions.states import ACTS, ASSIGN, NOTE, TAKE
from submissions.workflow.core import check_free, last_event, locked, log


def side_act(
    pk: int,
    verb: str,
    by: Actor,
    change: Callable[[Submission], str],
    note: str,
    data: Mapping[str, Any] | None = None,
) -> Submission:
    """The frame of an act; `change` returns words for the log, `data` is what the event remembers."""
    row = next(a for a in ACTS if a.verb == verb)
    with transaction.atomic():
        submission = locked(pk)
        if not rules.may(by, row, submission):
            raise NotAllowed
        if submission.is_final and verb != NOTE:
            raise NotPossible(rules.why_not(verb, submission))
        if verb != NOTE:
            check_free(submission, by)
        change_note = change(submission)
        submission.save()
        words = "; ".join(p for p in (change_note, note.strip()) if p)
        now, last = timezone.now(), last_event(submission)
        event = log(submission, verb, by, now, before=submission.state, last=last, note=words, public=False, data=data)
        notices.queue_for(submission, event)
    return submission


def take(pk: int, *, by: Actor) -> Submission:
    """The officer takes a file that nobody has; a second officer is refused."""

    def change(s: Submission) -> str:
        if s.assignee_id is not None and s.assignee != by.officer:
            raise NotPossible(_("Hồ sơ đã có %s phụ trách.") % s.assignee)
        s.assignee = by.officer
        return str(by.officer)

    return side_act(pk, TAKE, by, change, "")


def assign(pk: int, *, by: Actor, to: Officer, note: str = "") -> Submission:
    """Gives the file to an officer of the same agency; logged, and the officer is told."""

    def change(s: Submission) -> str:
        if not to.is_active or s.agency_id not in to.scope:
            raise NotPossible(_("%s không làm việc ở cơ quan đang giữ hồ sơ.") % to)
        s.assignee = to
        return str(to)

    return side_act(pk, ASSIGN, by, change, note)


def add_note(pk: int, *, by: Actor, note: str) -> Submission:
    """A note for colleagues; the citizen never sees it."""

    def change(_s: Submission) -> str:
        if not note.strip():
            raise Incomplete(_("Bạn chưa viết ghi chú."))
        return ""

    return side_act(pk, NOTE, by, change, note)

"""Columns that lists and figures ask, kept in step with the log: written with every transition, never by hand."""

from __future__ import annotations

import datetime

from django.utils import timezone

from submissions.models import Submission
from submissions.states import State

# Processing has ended, by what the citizen was told (QĐ 766/QĐ-TTg: result, else refusal, stop or withdrawal).
ENDED = (State.RESULT_READY, State.DECLINED, State.STOPPED, State.WITHDRAWN)


def mark(submission: Submission, verb: str, before: str, now: datetime.datetime) -> None:
    """`before` is the state that the verb found; the new state stands on the submission already."""
    submission.is_back = verb == "supplement"
    waits = submission.state == State.AWAITING_SUPPLEMENT
    submission.asked_at = now if waits else None
    submission.rounds += verb == "request_supplement"
    if submission.state in ENDED and submission.received_at is not None:
        submission.ended_on = timezone.localdate(now)
    _mark_reply(submission, verb, before, now)


def _mark_reply(submission: Submission, verb: str, before: str, now: datetime.datetime) -> None:
    """The first answer of the desk to what came online: received, refused, or asked to supplement.

    Who withdraws has not been answered, and has waited all the same.
    """
    if before != State.SUBMITTED or submission.reply_by is None or submission.replied_at is not None:
        return
    submission.reply_missed = submission.reply_missed or now > submission.reply_by
    if verb != "withdraw":
        submission.replied_at = now

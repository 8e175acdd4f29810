"""The frame of every verb: lock, check the table and the person, change, log, issue papers, queue the notices."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from submissions import notices, papers, rules
from submissions.errors import ChangedMeanwhile, Incomplete, NotAllowed, NotPossible
from submissions.models import Event, Submission
from submissions.rules import Actor
from submissions.states import LOGGED, Transition
from submissions.workflow.marks import mark

Item = dict[str, str]
# What other apps do about a verb, in its transaction and under its lock: follower(submission, event, by). Entered by
# their AppConfig.ready(); a follower that raises a SubmissionError refuses the verb.
Follower = Callable[[Submission, Event, Actor], None]
FOLLOWERS: list[Follower] = []


@dataclass(frozen=True)
class Filing:
    """A draft that passed every check: what workflow.submit() writes. Made by filing.compile_draft()."""

    version: int
    answers: Mapping[str, Any]
    columns: Mapping[str, Any]  # applicant and delivery columns of Submission
    fees: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def locked(pk: int) -> Submission:
    """The row under its lock; only inside a transaction."""
    return Submission.objects.select_for_update(of=("self",)).with_context().get(pk=pk)


def last_event(submission: Submission) -> Event | None:
    return submission.events.order_by("-number").first()


def _is_repeat(last: Event | None, verb: str, by: Actor, version: int | None) -> bool:
    """The same person sends the same act once more (double click, page sent again)."""
    if last is not None and last.verb in LOGGED:
        # Money and parcels follow a verb in its own transaction.
        last = last.submission.events.exclude(verb__in=LOGGED).order_by("-number").first()
    return (
        last is not None
        and last.verb == verb
        and last.actor_id == getattr(by.user, "pk", None)
        and version is not None
        and last.data.get("version") == version
    )


def _check(submission: Submission, verb: str, by: Actor, version: int | None) -> Transition:
    row = rules.row_now(verb, submission)
    if by.officer is not None and not rules.covers(by.officer, submission):
        raise NotAllowed
    if row is None:
        raise NotPossible(rules.why_not(verb, submission))
    if not rules.may(by, row, submission):
        raise NotAllowed
    check_free(submission, by)
    if version is not None and version != submission.version:
        raise ChangedMeanwhile
    return row


def check_free(submission: Submission, by: Actor) -> None:
    """An officer waits for the batch that has the submission; the citizen never does. Raises NotPossible."""
    if by.officer is not None and rules.is_held(submission):
        words = _("Hồ sơ đang chờ trong một lượt xử lý nhiều hồ sơ. Bạn làm lại khi lượt đó xong, thường sau ít phút.")
        raise NotPossible(words)


def event_hash(event: Event) -> str:
    """What makes an edited, removed or reordered log line visible."""
    fields = [
        event.previous_hash,
        event.submission_id,
        event.number,
        event.verb,
        event.from_state,
        event.to_state,
        event.actor_id,
        event.actor_label,
        event.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        event.note,
        event.is_public,
        event.data,
    ]
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def log(
    submission: Submission,
    verb: str,
    by: Actor,
    now: datetime.datetime,
    *,
    before: str,
    last: Event | None,
    note: str = "",
    public: bool = True,
    data: Mapping[str, Any] | None = None,
) -> Event:
    event = Event(
        submission=submission,
        number=last.number + 1 if last else 1,
        verb=verb,
        from_state=before,
        to_state=submission.state,
        actor=by.user,
        actor_label=by.label[:200],
        at=now,
        note=note,
        is_public=public,
        data=dict(data or {}),
        previous_hash=last.hash if last else "",
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    return event


Change = Callable[[Submission, Transition, datetime.datetime], Mapping[str, Any] | None]


def act(
    pk: int, verb: str, *, by: Actor, version: int | None, note: str = "", change: Change | None = None
) -> Submission:
    """Lock, check, change, log, issue papers, queue notices: the frame of every transition.

    `change` sets the columns that belong to the verb and returns what the event should remember.
    """
    with transaction.atomic():
        submission = locked(pk)
        last = last_event(submission)
        if _is_repeat(last, verb, by, version):
            return submission
        apply(submission, verb, by=by, version=version, note=note, change=change, last=last)
    return submission


def apply(
    submission: Submission,
    verb: str,
    *,
    by: Actor,
    version: int | None,
    note: str = "",
    change: Change | None = None,
    last: Event | None,
) -> None:
    """The inside of act(), on a row that is locked already; `last` is its last event."""
    row = _check(submission, verb, by, version)
    now, before, seen = timezone.now(), submission.state, submission.version
    data = dict((change(submission, row, now) if change else None) or {})
    if row.target is not None:
        submission.state = row.target
    if submission.is_final:
        submission.closed_at = now
    mark(submission, verb, before, now)
    submission.version = seen + 1
    submission.search_text = submission.make_search_text()
    submission.save()
    occasion = papers.Occasion(submission, verb, now, by, note, data, before)
    issued = papers.compose(row.papers, occasion)
    facts = {**data, **papers.named(issued), "version": seen}
    event = log(submission, verb, by, now, before=before, last=last, note=note, data=facts)
    papers.record(issued, event)
    for follower in FOLLOWERS:
        follower(submission, event, by)
    notices.queue_for(submission, event)
    submission.__dict__.pop("open_request", None)


def required(reason: str) -> str:
    if not reason.strip():
        raise Incomplete(_("Bạn cần ghi lý do để người nộp hiểu."))
    return reason.strip()

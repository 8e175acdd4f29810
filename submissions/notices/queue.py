"""Writes outbox rows. Always called inside the transaction of the change: both are there, or neither."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from submissions.models import Event, Feedback, Notice, Officer, Submission
from submissions.notices import recipients, wording
from submissions.notices.recipients import Address
from submissions.notices.table import TABLE
from submissions.states import Role


def queue_for(submission: Submission, event: Event) -> None:
    """One row for every person and channel that the table names for the event's verb."""
    rows: list[Notice] = []
    for rule in TABLE.get(event.verb, ()):
        addresses = rule.to(submission, event)
        rows += _rows(rule.kind, rule.audience, addresses, submission, f"event-{event.pk}", event)
    _add(rows)


def tell_citizen(submission: Submission, kind: str, *, once: str, event: Event | None = None, **extra: Any) -> int:
    """A message to the citizen that no event of the workflow gives rise to; returns how many rows are new.

    `once` names the occasion: the same one is never told twice. `extra` goes to the templates
    notices/<kind>.txt and notices/<kind>.sms.txt.
    """
    addresses = recipients.citizen(submission)
    return _write(_rows(kind, Notice.Audience.CITIZEN, addresses, submission, once, event, **extra))


def tell_desk(submission: Submission, kind: str, *, once: str, **extra: Any) -> int:
    """A message to whoever has the file, else to reception, that no event gives rise to; returns the new rows."""
    assignee = recipients.working_assignee(submission)
    officers = [assignee] if assignee else recipients.officers_with(submission.agency, Role.RECEPTION)
    addresses = recipients.by_email(officers)
    return _write(_rows(kind, Notice.Audience.STAFF, addresses, submission, once, None, **extra))


def tell_of_feedback(
    feedback: Feedback, kind: str, audience: str, addresses: Iterable[Address], *, once: str, **extra: Any
) -> int:
    """A message about a piece of feedback, to its sender or to the desk; returns how many rows are new."""
    context = {**wording.context_for_feedback(feedback), **extra}
    return _write(_drawn(kind, audience, list(addresses), context, once, feedback=feedback))


def tell_officers(kind: str, officers: Iterable[Officer], *, once: str, **context: Any) -> int:
    """A message about no single submission (the digest); returns how many rows are new."""
    words = {"town_name": settings.TOWN_NAME, "site": settings.SITE_URL, **context}
    return _write(_drawn(kind, Notice.Audience.STAFF, recipients.by_email(officers), words, once))


@dataclass(frozen=True)
class Reminder:
    """What officers are reminded of, by the calendar and not by an event; `once` names the occasion."""

    submission: Submission
    kind: str
    officers: Sequence[Officer]
    once: str
    extra: Mapping[str, Any] = field(default_factory=dict)

    def unknown(self, known: Container[str]) -> list[Address]:
        """Who has not been told yet."""
        return [a for a in recipients.by_email(self.officers) if once_key(self.once, self.kind, a) not in known]


def remind(reminders: Sequence[Reminder]) -> int:
    """Writes what is new; returns how many rows. Two queries, and words only for whoever has not been told."""
    keys = [once_key(r.once, r.kind, a) for r in reminders for a in recipients.by_email(r.officers)]
    known = _known(keys)
    rows: list[Notice] = []
    for r in reminders:
        rows += _rows(r.kind, Notice.Audience.STAFF, r.unknown(known), r.submission, r.once, None, **r.extra)
    _add(rows)
    return len(rows)


def _rows(
    kind: str,
    audience: str,
    addresses: Iterable[Address],
    submission: Submission,
    once: str,
    event: Event | None,
    **extra: Any,
) -> list[Notice]:
    addresses = list(addresses)
    if not addresses or submission.is_rehearsal:
        return []
    context = {**wording.context_for(submission, event), **extra}
    return _drawn(kind, audience, addresses, context, once, submission=submission, event=event)


def _drawn(
    kind: str, audience: str, addresses: list[Address], context: dict[str, Any], once: str, **about: Any
) -> list[Notice]:
    """The rows with their words; `about` are the columns that say what they belong to."""
    said = {channel: wording.words(kind, channel, context) for channel in dict.fromkeys(a.channel for a in addresses)}
    return [
        Notice(
            kind=kind,
            audience=audience,
            channel=a.channel,
            recipient=a.recipient,
            subject=said[a.channel][0],
            body=said[a.channel][1],
            once_key=once_key(once, kind, a),
            **about,
        )
        for a in addresses
    ]


def once_key(once: str, kind: str, address: Address) -> str:
    """One occasion, kind, channel and person; the address itself stays out of the key."""
    who = hashlib.sha256(address.recipient.lower().encode()).hexdigest()[:16]
    return f"{once}:{kind}:{address.channel}:{who}"


def _write(rows: list[Notice]) -> int:
    if not rows:
        return 0
    known = _known([row.once_key for row in rows])
    _add([row for row in rows if row.once_key not in known])
    return len(rows) - len(known)


def _known(keys: list[str]) -> set[str]:
    return set(Notice.objects.filter(once_key__in=keys).values_list("once_key", flat=True))


def _add(rows: list[Notice]) -> None:
    """Two processes at once, or the same event twice: the unique key decides, and neither fails."""
    Notice.objects.bulk_create(rows, ignore_conflicts=True)

"""Writes outbox rows. Always called inside the transaction of the change: both are there, or neither."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from submissions.models import Event, Notice, Officer, Submission
from submissions.notices import recipients, wording
from submissions.notices.recipients import Address
from submissions.notices.table import TABLE


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


def queue_due(
    submission: Submission, kind: str, officers: Iterable[Officer], *, day: datetime.date | None = None
) -> int:
    """Reminds officers ("staff_due_soon", "staff_overdue"); once a submission, kind and day. Returns the new rows."""
    day = day or timezone.localdate()
    once = f"day-{day:%Y%m%d}-{submission.pk}"
    addresses = recipients.by_email(officers)
    return _write(_rows(kind, Notice.Audience.STAFF, addresses, submission, once, None))


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
    said = {channel: wording.words(kind, channel, context) for channel in dict.fromkeys(a.channel for a in addresses)}
    return [
        Notice(
            submission=submission,
            event=event,
            kind=kind,
            audience=audience,
            channel=a.channel,
            recipient=a.recipient,
            subject=said[a.channel][0],
            body=said[a.channel][1],
            once_key=once_key(once, kind, a),
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
    keys = [row.once_key for row in rows]
    known = set(Notice.objects.filter(once_key__in=keys).values_list("once_key", flat=True))
    _add([row for row in rows if row.once_key not in known])
    return len(rows) - len(known)


def _add(rows: list[Notice]) -> None:
    """Two processes at once, or the same event twice: the unique key decides, and neither fails."""
    Notice.objects.bulk_create(rows, ignore_conflicts=True)

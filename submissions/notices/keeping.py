"""How long the outbox keeps what it has done: notices hold addresses."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.db.models import Q

from submissions.models import Notice

SLICE = 5000


def forget(now: datetime.datetime, *, dry_run: bool = False) -> int:
    """Deletes what was sent, or given up, more than NOTICE_DAYS ago; returns how many (would) go."""
    limit = now - datetime.timedelta(days=settings.NOTICE_DAYS)
    old = Notice.objects.filter(Q(sent_at__lt=limit) | Q(failed_at__lt=limit)).order_by()
    if dry_run:
        return old.count()
    gone = 0
    while keys := list(old.values_list("pk", flat=True)[:SLICE]):
        gone += Notice.objects.filter(pk__in=keys).delete()[0]
    return gone

"""What is left of a batch goes: the file of papers after a day, the rows after a month. The log keeps what was done."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from submissions.files import delete_stored
from submissions.models import Batch

FILE_AGE, ROW_AGE = datetime.timedelta(days=1), datetime.timedelta(days=30)


def forget(
    now: datetime.datetime, *, dry_run: bool = False, step: Callable[[], None] = lambda: None
) -> tuple[int, int]:
    """How many files and how many batches (would) go."""
    ended = Batch.objects.filter(finished_at__isnull=False)
    files = list(ended.filter(finished_at__lte=now - FILE_AGE).exclude(file=""))
    old = ended.filter(finished_at__lte=now - ROW_AGE)
    counts = len(files), old.count()
    if dry_run:
        return counts
    for batch in files:
        delete_stored(batch.file.storage, str(batch.file.name))
        Batch.objects.filter(pk=batch.pk).update(file="", size=0)
        step()
    old.delete()
    return counts

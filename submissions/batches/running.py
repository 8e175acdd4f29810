"""Does the rows of a batch, one transaction each, in whatever process has time.

A batch is taken by a conditional UPDATE and worked on for a limited time; then it is put back. Whoever dies with it
loses nothing: a row's act and its outcome are one transaction, and after CLAIM the batch may be taken again.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import time

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from submissions import rules
from submissions.batches import printing
from submissions.batches.table import Job, job_of
from submissions.errors import SubmissionError
from submissions.models import Batch, BatchRow

logger = logging.getLogger(__name__)
CLAIM = datetime.timedelta(minutes=10)
SECONDS = 45.0
Outcome = BatchRow.Outcome


def run_waiting(seconds: float = SECONDS) -> int:
    """Works on what is unfinished, the oldest first, and takes no new row after `seconds`; how many were finished."""
    stop_at, finished = time.monotonic() + seconds, 0
    for batch in Batch.objects.filter(_free(timezone.now())).order_by("created_at", "pk"):
        if time.monotonic() > stop_at:
            break
        try:
            finished += run(batch, stop_at - time.monotonic())
        except Exception:  # whatever is wrong with this batch, the next one is done
            logger.exception("Batch %s was put back", batch.pk)
    return finished


def run(batch: Batch, seconds: float = SECONDS) -> bool:
    """True when the batch is finished by this call; False when another process has it, or time is up."""
    claimed = claim(batch)
    if claimed is None:
        return False
    try:
        if not _work(batch, time.monotonic() + seconds):
            return False
        mine = Batch.objects.filter(pk=batch.pk, claimed_at=claimed)
        return mine.update(finished_at=timezone.now(), claimed_at=None) == 1
    finally:
        # After an error too; a database that is away gives the batch back by itself, when the claim is stale.
        with contextlib.suppress(DatabaseError):
            Batch.objects.filter(pk=batch.pk, claimed_at=claimed).update(claimed_at=None)


def _free(now: datetime.datetime) -> Q:
    return Q(finished_at=None) & (Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM))


def claim(batch: Batch) -> datetime.datetime | None:
    """Takes the batch for ten minutes; None when it is finished or somebody else's."""
    now = timezone.now()
    return now if Batch.objects.filter(_free(now), pk=batch.pk).update(claimed_at=now) == 1 else None


def _work(batch: Batch, stop_at: float) -> bool:
    """Every row, and the file of a batch that prints; False when time is up before."""
    job = job_of(batch.verb)
    waiting = batch.rows.filter(outcome=Outcome.WAITING).order_by("pk").values_list("pk", flat=True)
    for pk in list(waiting):
        if time.monotonic() > stop_at:
            return False
        _do(batch, job, pk)
    return printing.finish(batch, stop_at) if job.prints else True


def _do(batch: Batch, job: Job, pk: int) -> None:
    """One row. Raises OperationalError and InterfaceError: a database that is away is no fault of the row."""
    with transaction.atomic():
        rows = BatchRow.objects.select_for_update(of=("self",)).select_related("submission__assignee__user")
        row = rows.filter(pk=pk, outcome=Outcome.WAITING).first()
        if row is None:
            return
        # Marked before the act: a waiting row holds its submission against every officer, its own included.
        row.outcome, row.words, row.at = Outcome.DONE, "", timezone.now()
        row.save(update_fields=["outcome", "words", "at"])
        row.words = _acted(batch, job, row)
        row.outcome = Outcome.SKIPPED if row.words else Outcome.DONE
        if row.words or row.paper is not None:
            row.save(update_fields=["outcome", "words", "paper"])


def _acted(batch: Batch, job: Job, row: BatchRow) -> str:
    """Does it and returns why it could not be done, or nothing."""
    try:
        with transaction.atomic():
            row.paper = job.act(batch, row, rules.officer_actor(batch.officer))
    except SubmissionError as problem:
        return str(problem)[:500]
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # nothing of the row was changed; the others are done
        logger.exception("Row %s of batch %s", row.pk, batch.pk)
        return _("Cổng gặp lỗi khi làm hồ sơ này, hồ sơ chưa thay đổi. Bạn mở hồ sơ và làm lại.")
    return ""


def cancel(batch: Batch) -> int:
    """The rows that nobody has begun stay undone; returns how many."""
    waiting = batch.rows.filter(outcome=Outcome.WAITING)
    return waiting.update(
        outcome=Outcome.SKIPPED, words=_("Bạn đã dừng lượt trước khi đến hồ sơ này."), at=timezone.now()
    )

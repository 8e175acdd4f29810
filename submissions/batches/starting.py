"""Writes a batch: which rows, as the officer saw them, once however often it is pressed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib import codes
from submissions import rules, worklist
from submissions.batches.table import ASSIGN, RECEIVE, Job, job_of
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.models import Batch, BatchRow, Officer, Submission
from submissions.rules import officer_actor

Outcome = BatchRow.Outcome
ELSEWHERE = gettext_lazy("Hồ sơ đang chờ trong một lượt khác.")


@dataclass(frozen=True)
class Seen:
    """A submission as a page showed it."""

    pk: int
    version: int


# --- before --------------------------------------------------------------------------------------


def checked(officer: Officer, verb: str, submissions: Sequence[Submission]) -> list[tuple[Submission, str]]:
    """Every submission with what stands in the way now, empty when nothing does. At most two queries."""
    job = job_of(verb)
    held = set() if job.prints else _held([s.pk for s in submissions])
    on_paper = [s for s in submissions if verb == RECEIVE and rules.came_on_paper(s)]
    facts = {"scanned": rules.scanned_keys(on_paper) if on_paper else {}}
    return [(s, str(ELSEWHERE) if s.pk in held else job.trouble(officer, s, facts)) for s in submissions]


def _held(keys: Iterable[int]) -> set[int]:
    waiting = BatchRow.objects.filter(submission__in=keys, holds=True, outcome=Outcome.WAITING)
    return set(waiting.values_list("submission_id", flat=True))


# --- the batch -----------------------------------------------------------------------------------


def start(
    officer: Officer,
    verb: str,
    submissions: Iterable[Submission | Seen],
    data: Mapping[str, Any] | None = None,
    *,
    key: str = "",
) -> Batch:
    """The batch with its rows, in the order given; nothing is done yet.

    The same `key` gives the same batch. Rows of other agencies are left out; a row that waits in another batch is
    skipped at once. Raises NotAllowed, NotPossible (nothing left, unknown verb), Incomplete (no officer to assign to).
    """
    job = job_of(verb)
    if not rules.has_a_role(officer_actor(officer), job.roles):
        raise NotAllowed
    kept = _data(officer, job, data or {})
    with transaction.atomic():
        # Made with its rows in one transaction: whoever finds it, finds it whole.
        batch, is_new = Batch.objects.get_or_create(
            key=key or codes.token(), defaults={"officer": officer, "verb": verb, "data": kept}
        )
        if batch.officer_id != officer.pk:
            raise NotAllowed
        if is_new:
            _write(batch, job, submissions)
    return batch


def _data(officer: Officer, job: Job, data: Mapping[str, Any]) -> dict[str, Any]:
    seen = str(data.get("seen") or timezone.now().isoformat())[:40]
    if job.verb != ASSIGN:
        return {"seen": seen}
    to = next((o for o in worklist.colleagues(officer) if str(o.pk) == str(data.get("to", ""))), None)
    if to is None:
        raise Incomplete(_("Bạn hãy chọn cán bộ phụ trách."))
    return {"seen": seen, "to": to.pk, "note": str(data.get("note", ""))[:500]}


def _write(batch: Batch, job: Job, submissions: Iterable[Submission | Seen]) -> None:
    versions = {s.pk: s.version for s in submissions}
    if len(versions) > settings.BATCH_ROWS:
        raise NotPossible(_("Một lượt có nhiều nhất %d hồ sơ. Bạn hãy chia thành nhiều lượt.") % settings.BATCH_ROWS)
    # Locked in one order, so that two batches of the same rows follow each other.
    own = worklist.visible_to(batch.officer).filter(pk__in=versions).select_for_update(of=("self",)).order_by("pk")
    keys = set(own.values_list("pk", flat=True))
    if not keys:
        raise NotPossible(_("Bạn chưa chọn hồ sơ nào."))
    held = set() if job.prints else _held(keys)
    BatchRow.objects.bulk_create(
        [_row(batch, job, pk, version, pk in held) for pk, version in versions.items() if pk in keys], batch_size=500
    )


def _row(batch: Batch, job: Job, pk: int, version: int, held: bool) -> BatchRow:
    row = BatchRow(batch=batch, submission_id=pk, version=version, holds=not job.prints)
    if held:
        row.outcome, row.words, row.at = Outcome.SKIPPED, str(ELSEWHERE), timezone.now()
    return row

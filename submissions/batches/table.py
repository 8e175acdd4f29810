"""What can be done with many submissions at once, who may, and what stands in the way. One screen, mostly data."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions import rules, workflow
from submissions.errors import ChangedMeanwhile, NotPossible
from submissions.models import Batch, BatchRow, Officer, Paper, Submission
from submissions.papers import for_officer
from submissions.rules import Actor
from submissions.states import ACTS, ASSIGN, TAKE, Role, State, rows_for
from submissions.workflow.slips import ROLES as SLIP_ROLES

RECEIVE, RECEIPTS, SLIPS = "receive", "print_receipts", "print_slips"
Kind = Paper.Kind


@dataclass(frozen=True)
class Job:
    """`act` does one row and returns the paper it printed, if any; `trouble` says in advance why it could not."""

    verb: str
    button: Any
    explain: Any
    done: Any  # what a row says when it went well
    roles: tuple[str, ...]
    act: Callable[[Batch, BatchRow, Actor], Paper | None]
    trouble: Callable[[Officer, Submission, Mapping[str, Any]], str]
    prints: bool = False


# --- doing one row -------------------------------------------------------------------------------


def _receive(_batch: Batch, row: BatchRow, by: Actor) -> None:
    workflow.receive(row.submission_id, by=by, version=row.version)


def _take(batch: Batch, row: BatchRow, by: Actor) -> None:
    _check(row, _not_takable(batch.officer, row.submission, {}))
    workflow.take(row.submission_id, by=by)


def _assign(batch: Batch, row: BatchRow, by: Actor) -> None:
    _check(row, _not_assignable(batch.officer, row.submission, {}))
    _check_nobody_else(batch, row)
    to = Officer.objects.select_related("user", "agency").get(pk=batch.data["to"])
    workflow.assign(row.submission_id, by=by, to=to, note=batch.data.get("note", ""))


def _check(row: BatchRow, trouble: str) -> None:
    """Acts beside the table ask no version; a batch does, for its officer saw the row in a list."""
    if trouble:
        raise NotPossible(trouble)
    if row.submission.version != row.version:
        raise ChangedMeanwhile


def _check_nobody_else(batch: Batch, row: BatchRow) -> None:
    given = row.submission.events.filter(verb__in=(ASSIGN, TAKE), at__gt=seen_at(batch))
    if given.exclude(actor=batch.officer.user_id).exists():
        raise ChangedMeanwhile(_("Người khác vừa nhận hoặc giao hồ sơ này."))


def seen_at(batch: Batch) -> datetime.datetime:
    """When the officer saw the rows, at the latest when the batch was made."""
    seen = parse_datetime(str(batch.data.get("seen", "")))
    return min(seen, batch.created_at) if seen is not None and seen.tzinfo is not None else batch.created_at


def _receipt(_batch: Batch, row: BatchRow, _by: Actor) -> Paper:
    """What the desk prints: the applicant's receipt where the desk hands it over, else the copy that stays."""
    kinds = for_officer(row.submission).filter(kind__in=(Kind.RECEIPT, Kind.RECEIPT_COPY))
    found = kinds.order_by("kind", "-number").first()
    if found is None:
        raise NotPossible(NO_RECEIPT)
    return found


def _slip(_batch: Batch, row: BatchRow, by: Actor) -> Paper:
    return workflow.print_slip(row.submission_id, by=by)


# --- what stands in the way ----------------------------------------------------------------------

YOURS = gettext_lazy("Bạn đang phụ trách hồ sơ này rồi.")
NO_RECEIPT = gettext_lazy("Hồ sơ chưa được tiếp nhận nên chưa có giấy tiếp nhận.")
NO_SLIP = gettext_lazy("Hồ sơ chưa được tiếp nhận nên chưa có phiếu kiểm soát.")


def _not_receivable(_officer: Officer, s: Submission, facts: Mapping[str, Any]) -> str:
    if s.state != State.SUBMITTED:
        return rules.why_not(RECEIVE, s)
    return rules.lacking_words(s, facts["scanned"].get(s.pk, ()))


def _not_takable(officer: Officer, s: Submission, _facts: Mapping[str, Any]) -> str:
    if s.is_final:
        return rules.why_not(TAKE, s)
    if s.assignee_id == officer.pk:
        return str(YOURS)
    return _("Hồ sơ đã có %s phụ trách.") % s.assignee if s.assignee_id else ""


def _not_assignable(_officer: Officer, s: Submission, _facts: Mapping[str, Any]) -> str:
    return rules.why_not(ASSIGN, s) if s.is_final else ""


def _not_received(words: Any) -> Callable[[Officer, Submission, Mapping[str, Any]], str]:
    return lambda _officer, s, _facts: "" if s.received_at is not None else str(words)


# --- the table -----------------------------------------------------------------------------------

_l = gettext_lazy
DESK = (Role.RECEPTION, Role.SPECIALIST, Role.LEADER)
ROLES = {act.verb: act.roles for act in ACTS}
JOBS: tuple[Job, ...] = (
    Job(RECEIVE, _l("Tiếp nhận"), _l("Cấp mã hồ sơ, tính ngày hẹn trả và báo cho từng người nộp."),
        _l("đã tiếp nhận"), rows_for(RECEIVE)[0].roles, _receive, _not_receivable),
    Job(TAKE, _l("Nhận việc"), _l("Hồ sơ chưa ai phụ trách chuyển cho bạn."),
        _l("bạn đã nhận"), ROLES[TAKE], _take, _not_takable),
    Job(ASSIGN, _l("Giao việc"), _l("Chọn một cán bộ phụ trách những hồ sơ này; người đó được báo."),
        _l("đã giao"), ROLES[ASSIGN], _assign, _not_assignable),
    Job(RECEIPTS, _l("In giấy tiếp nhận"), _l("Giấy tiếp nhận của từng hồ sơ, nối thành một tệp PDF để in một lần."),
        _l("có trong tệp in"), DESK, _receipt, _not_received(NO_RECEIPT), prints=True),
    Job(SLIPS, _l("In phiếu kiểm soát"), _l("Phiếu kiểm soát hiện nay của từng hồ sơ, nối thành một tệp PDF để in."),
        _l("có trong tệp in"), SLIP_ROLES, _slip, _not_received(NO_SLIP), prints=True),
)  # fmt: skip
BY_VERB = {job.verb: job for job in JOBS}


def job_of(verb: str) -> Job:
    """Raises NotPossible for what cannot be done with many at once."""
    if verb not in BY_VERB:
        raise NotPossible(_("Bạn hãy chọn một việc trong danh sách."))
    return BY_VERB[verb]


def jobs_for(officer: Officer | None) -> list[Job]:
    """What this officer may do with many at once; the buttons of the work list."""
    return [job for job in JOBS if officer is not None and officer.has_role(*job.roles)]

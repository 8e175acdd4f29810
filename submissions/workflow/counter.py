"""The counter: reception files for a citizen who came in person or whose papers came by post."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from procedures.models import Procedure
from submissions.errors import ChangedMeanwhile, NotAllowed, NotPossible
from submissions.models import Attachment, Officer, Submission
from submissions.rules import Actor, came_on_paper, covers, desk_tier
from submissions.states import PAPERS, State, Transition
from submissions.workflow.citizen import check_current, locked_procedure, writing
from submissions.workflow.core import Change, Filing, apply, last_event, locked
from submissions.workflow.desk import receiving
from submissions.workflow.sides import side_act

Channel = Submission.Channel
Papers = Sequence[Mapping[str, Any]]


def enter(
    pk: int, filing: Filing, *, by: Actor, receive: bool = False, since: datetime.datetime | None = None
) -> Submission:
    """Files what an officer has entered, once, however often it is sent; with `receive` it is received at once.

    Filing and receipt are one transaction: then the dossier code is given and the legal clock starts (NĐ 309/2026
    art. 8.3), by post at `since`, when the hand-over record was signed (QĐ 45/2016 art. 7.4).
    Raises NotAllowed for an entry that is not the officer's own or not taken in at this desk, NotPossible when the
    procedure is closed or the agency dissolved, ChangedMeanwhile when entry or form changed after the check, and
    Incomplete, naming each, when a required paper is lacking for receipt.
    """
    with transaction.atomic():
        entry = locked(pk)
        if by.officer is None or not covers(by.officer, entry):
            raise NotAllowed
        if entry.state != State.DRAFT:
            return entry
        _check_may_enter(entry, by.officer)
        if entry.version != filing.version:
            raise ChangedMeanwhile
        apply(entry, "submit", by=by, version=filing.version, note=_words(entry), change=_entering(filing), last=None)
        if receive:
            change = receiving(by, since)
            apply(entry, "receive", by=by, version=entry.version, change=change, last=last_event(entry))
    return entry


def _words(entry: Submission) -> str:
    if entry.channel == Channel.POST:
        return _("Cán bộ một cửa nhập hồ sơ gửi đến qua bưu chính.")
    return _("Cán bộ một cửa nhập hồ sơ người dân nộp trực tiếp tại quầy.")


def _entering(filing: Filing) -> Change:
    def change(entry: Submission, row: Transition, now: datetime.datetime) -> dict[str, Any]:
        facts = writing(filing)(entry, row, now) or {}
        return {**facts, "channel": entry.channel, "sets": entry.sets, "papers_in": entry.papers_in}

    return change


def _check_may_enter(entry: Submission, officer: Officer) -> None:
    procedure = locked_procedure(entry)
    if not came_on_paper(entry) or desk_tier(officer) != procedure.tier or entry.agency.tier != procedure.tier:
        raise NotAllowed(_("Bộ phận một cửa của bạn không tiếp nhận thủ tục này."))
    if procedure.status == Procedure.Status.CLOSED:
        raise NotPossible(procedure.status_reason or _("Thủ tục này đã bãi bỏ, không nhận hồ sơ mới."))
    check_current(entry, procedure)


def record_papers(
    pk: int, *, by: Actor, papers: Papers, scans: Sequence[Attachment] = (), note: str = ""
) -> Submission:
    """Writes anew which papers of a filed submission are in hand, and how many of each; unsaved rows of scans join."""

    def change(s: Submission) -> str:
        s.papers_in = [dict(p) for p in papers]
        for scan in scans:
            scan.submission = s
            scan.save()
        return ""

    data = {"papers_in": list(papers), "files": [scan.sha256 for scan in scans]}
    return side_act(pk, PAPERS, by, change, note, data=data)

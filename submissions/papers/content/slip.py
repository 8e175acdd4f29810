"""The control slip: one line for every time that the dossier went from hand to hand, read from the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.models import Agency
from submissions.models import Paper, Submission
from submissions.papers import words
from submissions.papers.content.head import head
from submissions.papers.occasion import Moment, Occasion, moments
from submissions.papers.sets import PaperSet

NOTE_LENGTH = 300


@dataclass(frozen=True)
class Hands:
    """Who can hold a dossier, in words; `holder` is whoever has it before the line."""

    actor: str
    applicant: str
    desk: str
    leader: str
    holder: str
    named: str  # whom the log line names: the new officer of an assignment


@dataclass(frozen=True)
class HandOver:
    """From whom to whom a verb moves the dossier, as names of Hands.

    `ends`: the work is done, and is compared with the promised day.
    """

    giver: str
    taker: str
    ends: bool = False


HAND_OVERS: Mapping[str, HandOver] = {
    "receive": HandOver("applicant", "actor"),
    "take": HandOver("holder", "actor"),
    "assign": HandOver("holder", "named"),
    "start": HandOver("holder", "actor"),
    "request_supplement": HandOver("actor", "applicant"),
    "supplement": HandOver("applicant", "holder"),
    "propose": HandOver("actor", "leader"),
    "send_back": HandOver("actor", "holder"),
    "approve": HandOver("actor", "desk", ends=True),
    "finish": HandOver("actor", "desk", ends=True),
    "decline": HandOver("actor", "desk", ends=True),
    "stop": HandOver("actor", "desk", ends=True),
    "withdraw": HandOver("holder", "applicant"),
    "hand_over": HandOver("desk", "applicant"),
}
# The dossier stays with the officer although it waits for somebody else.
KEEPS_HOLDER = frozenset({"request_supplement", "supplement", "propose", "send_back"})


def compose(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    s = occasion.submission
    return {
        **head(occasion, paper_set, Paper.Kind.CONTROL_SLIP),
        "handled_by": s.revision.spec.handling_office or s.agency.name,
        "received_at": words.moment(s.received_at) if s.received_at else "",
        "due_at": words.due(occasion.worktime, s.due_on) if s.due_on else "",
        "rows": rows(s, moments(s, occasion if occasion.verb in HAND_OVERS else None)),
    }


def rows(s: Submission, log: list[Moment]) -> list[dict[str, str]]:
    """The hand-overs since receipt; a dossier does not exist before."""
    found, desk, holder, begun = [], _name_of_desk(s.agency), "", False
    for line in log:
        begun = begun or line.verb == "receive"
        step = HAND_OVERS.get(line.verb)
        if step is None or not begun:
            continue
        hands = _hands(s, line, desk, holder or desk)
        found.append(_row(s, line, step, hands))
        if line.verb not in KEEPS_HOLDER:
            holder = getattr(hands, step.taker)
    return found


def _hands(s: Submission, line: Moment, desk: str, holder: str) -> Hands:
    return Hands(
        actor=line.label,
        applicant=_("Người nộp: %s") % s.applicant_name,
        desk=desk,
        leader=_("Lãnh đạo %s") % s.agency,
        holder=holder,
        named=line.note.split(";")[0].strip(),
    )


def _row(s: Submission, line: Moment, step: HandOver, hands: Hands) -> dict[str, str]:
    return {
        "from": getattr(hands, step.giver),
        "to": getattr(hands, step.taker),
        "at": words.moment(line.at),
        "result": _result(s, line) if step.ends else "",
        "note": "" if line.verb in ("assign", "take") else line.note[:NOTE_LENGTH],
    }


def _result(s: Submission, line: Moment) -> str:
    """Before, on or after the promised day (TT 01/2018/TT-VPCP, form 05)."""
    if s.due_on is None:
        return ""
    day = timezone.localdate(line.at)
    if day == s.due_on:
        return _("Đúng hạn")
    return _("Trước hạn") if day < s.due_on else _("Quá hạn")


def _name_of_desk(agency: Agency) -> str:
    return agency.desk().desk_name

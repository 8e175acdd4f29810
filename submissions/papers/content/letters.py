"""Forms 02 to 05 and the notice of a declined submission: what the desk writes to the person."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils.translation import gettext as _

from procedures import wording
from submissions import shown
from submissions.models import Paper, Submission, SupplementRequest
from submissions.papers import words
from submissions.papers.content.head import head, head_of_office, officer_name
from submissions.papers.occasion import Occasion
from submissions.papers.sets import DECLINED, PaperSet
from submissions.states import CITIZEN, State

Kind = Paper.Kind


def supplement(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    """Form 02: everything that is missing, with how many and why, and whom to ask."""
    s = occasion.submission
    request = s.supplement_requests.get(round=occasion.data["round"])
    return {
        **head(occasion, paper_set, Kind.SUPPLEMENT),
        "round": request.round,
        "items": _items(s, request),
        "reason": request.message,
        "answer_by": words.long_date(request.answer_by),
        "contact": officer_name(occasion),
    }


def _items(s: Submission, request: SupplementRequest) -> list[dict[str, Any]]:
    documents = {d.key: d for d in s.revision.spec.documents}
    return [
        {
            "name": item.name,
            "count": wording.copies(documents[item.key]) if item.key in documents and item.is_document else "",
            "reason": item.reason,
            "is_document": item.is_document,
        }
        for item in shown.asked(s, request)
    ]


def refusal(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    """Form 03 before receipt; after it the notice that the submission is not granted, which has no form."""
    declined = occasion.submission.state == State.DECLINED
    return {
        **head(occasion, paper_set, DECLINED if declined else Kind.REFUSAL),
        "declined": declined,
        **_received(occasion),
        "reason": occasion.note.strip(),
        "officer": head_of_office(occasion) if declined else officer_name(occasion),
    }


def _received(occasion: Occasion) -> dict[str, str]:
    s = occasion.submission
    return {
        "received_at": words.moment(s.received_at) if s.received_at else "",
        "due_at": words.due(occasion.worktime, s.due_on) if s.due_on else "",
    }


def extension(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    """Form 04: apology and the one new date."""
    s = occasion.submission
    assert s.received_at is not None
    old, new = (datetime.date.fromisoformat(occasion.data[key]) for key in ("old_due_on", "due_on"))
    return {
        **head(occasion, paper_set, Kind.EXTENSION),
        "received_at": words.moment(s.received_at),
        "old_due_at": words.due(occasion.worktime, old),
        "new_due_at": words.due(occasion.worktime, new),
        "old_due_on": old.isoformat(),
        "due_on": new.isoformat(),
        "reason": occasion.note.strip(),
        "signer": head_of_office(occasion),
    }


def stop(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    """Form 05 of 2025: who asked, at which stage, what is decided, what becomes of the fees."""
    s = occasion.submission
    withdrawn = occasion.by.kind == CITIZEN
    asked = _("Người nộp hồ sơ đề nghị rút hồ sơ") if withdrawn else _("Cơ quan giải quyết hồ sơ")
    stage = State(occasion.before).label if occasion.before else ""
    return {
        **head(occasion, paper_set, Kind.STOP),
        **_received(occasion),
        "asked_by": asked,
        "stage": str(stage),
        "stopped_at": words.moment(occasion.at),
        "reason": occasion.note.strip() or (asked if withdrawn else ""),
        "fees": _fees_after_stop(s),
        "signer": head_of_office(occasion),
    }


def _fees_after_stop(s: Submission) -> str:
    if not any(fee.get("amount") is None or fee["amount"] for fee in s.fees):
        return _("Thủ tục này không thu phí, lệ phí.")
    return _("Khoản đã nộp (nếu có) được xử lý theo quy định về phí, lệ phí; khoản chưa nộp thì không phải nộp.")

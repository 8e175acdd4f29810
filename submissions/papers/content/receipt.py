"""Form 01: receipt of the dossier and appointment for the result, in two copies."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from submissions import clock
from submissions.models import Paper, Submission
from submissions.notices.wording import SECRET_MARK
from submissions.papers import words
from submissions.papers.content import given
from submissions.papers.content.head import head, officer_name
from submissions.papers.numbers import book_entry
from submissions.papers.occasion import Occasion
from submissions.papers.sets import PaperSet

DeliveryWay = Submission.DeliveryWay


def for_applicant(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    """With the secret that opens the submission (filled in when the paper is drawn)."""
    return {**_body(occasion, paper_set), "copy": _("Liên giao người nộp hồ sơ"), "secret": SECRET_MARK}


def for_desk(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    """Goes with the control slip; officers never read the secret."""
    return {**_body(occasion, paper_set), "copy": _("Liên lưu"), "secret": ""}


def _body(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    """What both copies say, composed once."""
    if Paper.Kind.RECEIPT not in occasion.shared:
        occasion.shared[Paper.Kind.RECEIPT] = _compose(occasion, paper_set)
    return occasion.shared[Paper.Kind.RECEIPT]


def _compose(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    s = occasion.submission
    assert s.received_at is not None
    assert s.due_on is not None
    book = book_entry(s.dossier_code)
    return {
        **head(occasion, paper_set, Paper.Kind.RECEIPT, samples=given.fee_samples(s)),
        "components": given.components(s, given.attachments(s)),
        "sets": s.sets or s.revision.spec.number_of_sets,
        "limit": words.limit(s),
        "received_at": words.moment(s.received_at),
        "due_at": words.due(occasion.worktime, s.due_on),
        "due_on": s.due_on.isoformat(),
        "counted": clock.sentence(s, occasion.at, occasion.data, occasion.worktime),
        "result_at": _where(s),
        "fees": given.fees(s),
        "book": {"book": book[0], "number": book[1]} if book else None,
        "receiver": officer_name(occasion),
    }


def _where(s: Submission) -> str:
    """Where the result is to be received, by the way that was chosen."""
    if s.delivery == DeliveryWay.POST:
        to = ", ".join(part for part in (s.delivery_name, s.delivery_phone, s.delivery_address) if part)
        return _("Qua bưu điện, gửi đến: %s") % to
    if s.delivery == DeliveryWay.ONLINE:
        return _("Bản điện tử trên cổng dịch vụ công")
    desk = s.agency.desk()
    return ", ".join(part for part in (desk.desk_name, desk.address or s.agency.address) if part)

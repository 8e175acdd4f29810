"""The receipt of filing: proof of everything that was sent, before anybody has looked at it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from procedures.display import ShownRow, ShownSection
from submissions import shown
from submissions.models import Paper, Submission
from submissions.notices.wording import SECRET_MARK
from submissions.papers import words
from submissions.papers.content import given
from submissions.papers.content.head import head
from submissions.papers.occasion import Occasion
from submissions.papers.sets import PaperSet

Channel = Submission.Channel
HOW = {
    Channel.ONLINE: _("nộp trên cổng dịch vụ công"),
    Channel.COUNTER: _("nộp trực tiếp tại quầy"),
    Channel.POST: _("gửi qua bưu chính"),
}


def compose(occasion: Occasion, paper_set: PaperSet) -> dict[str, Any]:
    s = occasion.submission
    known = given.attachments(s)
    return {
        **head(occasion, paper_set, Paper.Kind.FILING_RECEIPT, samples=given.fee_samples(s)),
        "secret": SECRET_MARK,
        "submitted_at": words.moment(occasion.at),
        "how": str(HOW[Channel(s.channel)]),
        "revision": s.revision.number,
        "reply_hours": settings.REPLY_WORKING_HOURS if s.channel == Channel.ONLINE else None,
        "sections": [_section(section) for section in shown.filed(s, known)],
        "files": given.files(s, known),
        "fees": given.fees(s),
    }


def _section(section: ShownSection) -> dict[str, Any]:
    return {"title": section.title, "rows": [_row(row) for row in section.rows]}


def _row(row: ShownRow) -> dict[str, Any]:
    table = row.table
    return {
        "label": row.label,
        "text": row.text,
        "headers": list(table.headers) if table else [],
        "lines": [list(line) for line in table.rows] if table else [],
    }

"""Is this paper ours? Answers by number, day and mark, or by the file itself; says nothing about anybody."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from submissions import letters
from submissions.access import RESULT_STATES
from submissions.models import Attachment, Letter, Paper

LEAST_MARK = 12  # letters of a mark that are needed: nobody guesses so many
NUMBER = re.compile(r"^\s*0*(?P<number>\d{1,9})\s*/\s*(?P<symbol>.{1,40}?)\s*$")
MARK = re.compile(rf"^[0-9a-f]{{{LEAST_MARK},64}}$")


@dataclass(frozen=True)
class Genuine:
    """What may be said of a paper that the portal issued."""

    title: str
    issuer: str
    day: datetime.date
    number: str = ""
    is_current: bool = True  # False: another one has taken its place since


def letter(number: str, day: datetime.date, mark: str) -> Genuine | None:
    """The letter with this number ("12/GXN-UBND") of this day whose digest begins with the mark; else None."""
    found, mark = NUMBER.match(number), re.sub(r"[\s-]", "", mark).lower()
    if found is None or not MARK.match(mark):
        return None
    rows = Letter.objects.select_related("agency", "attachment__submission").filter(
        number=int(found["number"]), symbol__iexact=found["symbol"], sha256__startswith=mark
    )
    return next((_of_letter(row) for row in rows if _is_ours(row, day)), None)


def _is_ours(row: Letter, day: datetime.date) -> bool:
    """Of that day, and still saying what its digest was taken of."""
    return timezone.localdate(row.issued_at) == day and letters.digest(row.content) == row.sha256


def _of_letter(row: Letter) -> Genuine:
    name: str = row.content["name"]
    return Genuine(name, row.agency.name, timezone.localdate(row.issued_at), str(row), _is_valid(row.attachment))


def _is_valid(attachment: Attachment | None) -> bool:
    """Not replaced, and of a submission that was settled."""
    return attachment is not None and attachment.removed_at is None and attachment.submission.state in RESULT_STATES


def file(sha256: str) -> Genuine | None:
    """The result or official paper whose file has this digest, else None."""
    rows = Attachment.objects.filter(
        sha256=sha256, purpose=Attachment.Purpose.RESULT, pending=False, submission__is_rehearsal=False
    )
    results = list(rows.select_related("submission__agency", "submission__procedure").order_by("-uploaded_at"))
    best: Iterable[Attachment] = sorted(results, key=_is_valid, reverse=True)
    for attachment in best:
        return _of_result(attachment)
    paper = Paper.objects.filter(file_sha256=sha256, submission__is_rehearsal=False)
    return next((_of_paper(p) for p in paper.select_related("submission__agency")), None)


def _of_result(attachment: Attachment) -> Genuine:
    submission: Any = attachment.submission
    title = submission.revision.spec.result_name or submission.procedure.short_name
    day = timezone.localdate(attachment.uploaded_at)
    return Genuine(title, submission.agency.name, day, is_current=_is_valid(attachment))


def _of_paper(paper: Paper) -> Genuine:
    title = str(paper.get_kind_display())
    return Genuine(title[:1].upper() + title[1:], paper.submission.agency.name, timezone.localdate(paper.issued_at))

"""Issuing: number, frozen words, PDF and file in the one transaction of the verb that gives the result.

The PDF is drawn inside the transaction (docs/decisions/014): when anything fails, the number goes back with the rest,
the event carries the hash of the file, and a citizen never sees a result without its file.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import pdf
from submissions import files, signatures
from submissions.errors import FileNotStored, LetterNotMade, NotPossible
from submissions.letters import layout, templates
from submissions.models import Attachment, Letter, LetterTemplate, Officer, Submission
from submissions.papers import next_number

TYPE = "application/pdf"
Made = tuple[Attachment, Mapping[str, Any]]

logger = logging.getLogger(__name__)


def maker(template: LetterTemplate, officer: Officer) -> Callable[[Submission, datetime.datetime], Made]:
    """For workflow.finish() and approve(): makes the letter under the lock of the verb."""
    return lambda submission, now: issue(submission, template, officer, now)


def issue(submission: Submission, template: LetterTemplate, officer: Officer, now: datetime.datetime) -> Made:
    """The stored result file, and what the event should remember of the letter. Only inside a transaction.

    Raises NotPossible when the template cannot be used, LetterNotMade when no PDF can be drawn or stored now.
    """
    assert connection.in_atomic_block
    trouble = templates.trouble(template, submission)
    if trouble:
        raise NotPossible(trouble)
    year = timezone.localdate(now).year
    number = 0 if submission.is_rehearsal else next_number(submission.agency, template.symbol, year)
    setting = layout.setting_of(submission, template.symbol, officer, now, layout.number_words(number))
    content = layout.compose(template, setting)
    attachment = _stored(submission, content, now)
    try:
        attachment.save()
        if number:
            _recorded(submission, template, officer, now, number, content, attachment)
    except BaseException:
        files.delete_stored(attachment.file.storage, str(attachment.file.name))
        raise
    return attachment, {"letter": f"{content['number']}/{content['symbol']}", "letter_sha256": layout.digest(content)}


def _recorded(
    submission: Submission,
    template: LetterTemplate,
    officer: Officer,
    now: datetime.datetime,
    number: int,
    content: layout.Content,
    attachment: Attachment,
) -> Letter:
    return Letter.objects.create(
        submission=submission,
        template=template,
        agency=submission.agency,
        number=number,
        symbol=template.symbol,
        year=timezone.localdate(now).year,
        content=content,
        sha256=layout.digest(content),
        issued_by=officer,
        issued_at=now,
        attachment=attachment,
    )


# --- the file ------------------------------------------------------------------------------------


def _stored(submission: Submission, content: layout.Content, now: datetime.datetime) -> Attachment:
    """The drawn PDF in the storage, its row not saved yet."""
    drawn = _drawn(content)
    name = files.clean_name(f"{content['name']} {content['number']}-{content['symbol']}.pdf".replace("/", "-"))
    row = Attachment(
        submission=submission,
        purpose=Attachment.Purpose.RESULT,
        name=name,
        content_type=TYPE,
        size=len(drawn.content),
        sha256=hashlib.sha256(drawn.content).hexdigest(),
        pages=drawn.pages,
        signature=signatures.unsigned(now),
        uploaded_at=now,
    )
    try:
        row.file.save(name, ContentFile(drawn.content), save=False)
    except OSError as problem:
        logger.error("Storage: could not store a letter (%s)", type(problem).__name__)
        raise FileNotStored(_("Cổng chưa lưu được văn bản. Số văn bản chưa bị dùng; bạn hãy thử lại.")) from problem
    return row


def _drawn(content: layout.Content) -> pdf.Drawn:
    try:
        return pdf.draw(pdf.Page((layout.page(content),), variant=pdf.ARCHIVE))
    except pdf.PdfError as problem:
        logger.error("A letter was not drawn: %s", problem)
        raise LetterNotMade from problem

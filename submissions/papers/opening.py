"""A paper for its reader: the stored PDF, drawn on the spot when nobody has drawn it yet."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import IO

from django.utils.translation import gettext as _

from portal.lib import pdf
from submissions.errors import FileNotOpened
from submissions.models import Paper
from submissions.papers import drawing

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/pdf"


class NotDrawn(Exception):
    """No PDF can be made now; printable() gives the same paper as a page."""


@dataclass(frozen=True)
class Opened:
    """The file as a stream, with what its reader is told."""

    stream: IO[bytes]
    name: str
    size: int
    content_type: str = CONTENT_TYPE


def file_of(paper: Paper) -> Opened:
    """The drawn file. Raises NotDrawn, and FileNotOpened while the storage does not give or take it."""
    if not paper.file:
        try:
            drawing.draw(paper)
        except pdf.PdfError as problem:
            logger.warning("Paper %s: no PDF now (%s)", paper.pk, problem)
            raise NotDrawn from problem
    try:
        stream: IO[bytes] = paper.file.open("rb")
    except OSError as problem:
        logger.error("Storage: could not open a paper (%s: %s)", type(problem).__name__, problem)
        raise FileNotOpened from problem
    return Opened(stream, name_of(paper), paper.size)


def name_of(paper: Paper) -> str:
    """ "Giấy tiếp nhận hồ sơ và hẹn trả kết quả HL7K-QM9Q.pdf", with the issue when there are several."""
    content = paper.content
    again = _(" (lần %d)") % paper.number if paper.number > 1 else ""
    return f"{content['title']} {content['reference']}{again}.pdf"


def printable(paper: Paper, stylesheet: str) -> str:
    """The paper as a page of its own for the browser; `stylesheet` is the address of drawing.STYLESHEET."""
    return drawing.html(paper, paper.content["sizes"][0], stylesheet)

"""From content to PDF: once, outside the request of the verb, and never again.

A beat task draws what waits; a reader who comes before it draws on the spot. Whoever records first wins: the row's
file is written by a conditional UPDATE, and the other one throws its copy away.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import time
from collections.abc import Callable, Iterator

from django.core.files.base import ContentFile
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe

from portal.lib import pdf, qr
from submissions.errors import FileNotOpened
from submissions.files import delete_stored
from submissions.models import Paper
from submissions.notices.wording import SECRET_MARK
from submissions.papers.words import balanced

logger = logging.getLogger(__name__)

STYLESHEET = "css/official.css"
CLAIM = datetime.timedelta(minutes=10)
IDLE_SECONDS = 300.0
BATCH = 20  # candidates looked up at once
ERROR_LENGTH = 500
ISSUER_LINE, TITLE_LINE = 30, 36  # letters
Draw = Callable[[pdf.Page], pdf.Drawn]
Kind = Paper.Kind


TEMPLATES = {
    Kind.FILING_RECEIPT: "papers/official/filing.html",
    Kind.RECEIPT: "papers/official/receipt.html",
    Kind.RECEIPT_COPY: "papers/official/receipt.html",
    Kind.SUPPLEMENT: "papers/official/supplement.html",
    Kind.REFUSAL: "papers/official/refusal.html",
    Kind.EXTENSION: "papers/official/extension.html",
    Kind.STOP: "papers/official/stop.html",
    Kind.CONTROL_SLIP: "papers/official/slip.html",
    Kind.PAYMENT: "papers/official/payment.html",
}


# --- content as a page ---------------------------------------------------------------------------


def html(paper: Paper, size: str, stylesheet: str = "") -> str:
    """The paper as a page. `stylesheet` is its address for a browser; the renderer brings its own."""
    content = paper.content
    context = {
        "p": content,
        "paper": paper,
        "size": size,
        "issuer": balanced(content["agency"].upper(), ISSUER_LINE),
        "desk": balanced(content["desk"].upper(), ISSUER_LINE),
        "title": balanced(content["title"].upper(), TITLE_LINE),
        "secret": _secret(paper),
        # Ours from the first letter to the last: made of a web address by segno.
        "qr": mark_safe(qr.svg(content["lookup"])),  # noqa: S308
        "stylesheet": stylesheet,
        "author": content["agency"],
    }
    return render_to_string(TEMPLATES[Kind(paper.kind)], context)


def _secret(paper: Paper) -> str:
    """Stands in for the mark of the content, which holds no secret itself."""
    return paper.submission.tracking_secret if paper.content.get("secret") == SECRET_MARK else ""


def page(paper: Paper) -> pdf.Page:
    """The sizes of its form, to be tried in their order."""
    return pdf.Page(tuple(html(paper, size) for size in paper.content["sizes"]), (STYLESHEET,), pdf.ARCHIVE)


# --- one paper -----------------------------------------------------------------------------------


def draw(paper: Paper, press: Draw = pdf.draw) -> None:
    """Draws, stores and records; when somebody else was faster, theirs is the file and ours goes.

    Raises pdf.PdfError, and FileNotOpened when the storage does not take the file.
    """
    drawn = press(page(paper))
    name = _stored(paper, drawn.content)
    facts = {
        "file": name,
        "file_sha256": hashlib.sha256(drawn.content).hexdigest(),
        "size": len(drawn.content),
        "pages": drawn.pages,
        "drawn_at": timezone.now(),
        "claimed_at": None,
        "error": "",
    }
    if not Paper.objects.filter(pk=paper.pk, file="").update(**facts):
        delete_stored(FILE.storage, name)
    paper.refresh_from_db(fields=("file", "file_sha256", "size", "pages", "drawn_at", "claimed_at", "error"))


FILE = Paper._meta.get_field("file")


def _stored(paper: Paper, content: bytes) -> str:
    try:
        name: str = FILE.storage.save(FILE.generate_filename(paper, ""), ContentFile(content))
    except OSError as problem:
        logger.error("Storage: could not store a paper (%s: %s)", type(problem).__name__, problem)
        raise FileNotOpened from problem
    return name


# --- what waits ----------------------------------------------------------------------------------


def draw_waiting(limit: int = 500, seconds: float = 45.0) -> int:
    """Draws what was issued, at most `limit` papers and no new one after `seconds`; returns how many.

    A paper that cannot be drawn now is tried again after CLAIM, behind the others. Where no PDF can be made at all,
    nothing is tried: the pages are served instead.
    """
    if not pdf.is_available():
        return 0
    renderer, stop_at, drawn = pdf.warm(), time.monotonic() + seconds, 0
    for paper in _claims():
        drawn += _tried(paper, renderer.draw)
        if drawn >= limit or time.monotonic() > stop_at:
            break
    renderer.rest(IDLE_SECONDS)
    return drawn


def _free(now: datetime.datetime) -> Q:
    return Q(file="") & (Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM))


def next_keys() -> list[int]:
    """What is to be drawn next: the least tried first, then by age."""
    waiting = Paper.objects.filter(_free(timezone.now())).order_by("attempts", "issued_at", "pk")
    return list(waiting.values_list("pk", flat=True)[:BATCH])


def _claims() -> Iterator[Paper]:
    """Waiting rows, each taken just before it is handed out."""
    while True:
        keys = next_keys()
        if not keys:
            return
        for pk in keys:
            if claim(pk):
                yield Paper.objects.select_related("submission").get(pk=pk)


def claim(pk: int) -> bool:
    """Takes one row for ten minutes; False when it is drawn or somebody else's."""
    now = timezone.now()
    return Paper.objects.filter(_free(now), pk=pk).update(claimed_at=now, attempts=F("attempts") + 1) == 1


def _tried(paper: Paper, press: Draw) -> int:
    try:
        draw(paper, press)
    except Exception as problem:  # whatever is wrong with this paper, the next one is drawn
        logger.exception("Paper %s could not be drawn", paper.pk)
        error = f"{type(problem).__name__}: {problem}"[:ERROR_LENGTH]
        Paper.objects.filter(pk=paper.pk, claimed_at=paper.claimed_at, file="").update(error=error)
        return 0
    return 1

"""The files of a form: PDF and Word, blank ones kept, filled ones made anew and stored nowhere."""

from __future__ import annotations

import datetime
import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string

from portal.lib import docx, pdf
from portal.lib.text import ascii_slug
from procedures import spec as documents
from procedures.blank_forms import keys as blank_keys
from procedures.printing import layout, word
from procedures.printing.blocks import Mark, PaperForm

KINDS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
KEPT_SECONDS = 30 * 24 * 3600
STYLESHEET = "css/paper.css"


class NoSuchForm(LookupError):
    """The procedure offers no form under this key (level 1, no form, another paper)."""


@dataclass(frozen=True)
class File:
    """A finished file with the name that people see and the name for old software."""

    content: bytes
    title: str
    extension: str

    @property
    def content_type(self) -> str:
        return KINDS[self.extension]

    @property
    def name(self) -> str:
        return f"{self.title}.{self.extension}"

    @property
    def ascii_name(self) -> str:
        return f"{ascii_slug(self.title)}.{self.extension}"

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:32]}"'


def blank_form(
    procedure: documents.ProcedureSpec, key: str, kind: str = "pdf", revised_on: datetime.date | None = None
) -> File:
    """The blank form, from the cache when it was made before. Raises NoSuchForm, pdf.PdfError."""
    if key not in blank_keys(procedure):
        raise NoSuchForm(f"{procedure.code} {key}")
    form = layout.laid_out(procedure, revised_on=revised_on)
    kept_as = _cache_key(form, kind)
    content: bytes | None = cache.get(kept_as)
    if content is None:
        content = _drawn(form, kind)
        cache.set(kept_as, content, KEPT_SECONDS)
    return File(content, form.title, kind)


def filled_form(
    procedure: documents.ProcedureSpec,
    answers: Mapping[str, Any],
    kind: str = "pdf",
    *,
    agency: str = "",
    revised_on: datetime.date | None = None,
    mark: Mark | None = None,
    blanks: bool = False,
) -> File:
    """The form with answers in their stored shape; hidden questions are left out, nothing is signed.

    `blanks`: questions were left to the pen. `mark`: the reference under which the answers are kept; it stands in the
    file's name too.
    Raises NoSuchForm, pdf.PdfError.
    """
    if not blank_keys(procedure):
        raise NoSuchForm(procedure.code)
    form = layout.laid_out(procedure, answers, agency=agency, revised_on=revised_on, mark=mark, blanks=blanks)
    title = f"{form.title} {mark.reference}" if mark else form.title
    return File(_drawn(form, kind), title, kind)


def printable_page(
    procedure: documents.ProcedureSpec,
    stylesheet: str,
    answers: Mapping[str, Any] | None = None,
    *,
    agency: str = "",
    revised_on: datetime.date | None = None,
    mark: Mark | None = None,
    blanks: bool = False,
) -> str:
    """The same paper as a page for the browser, for when no PDF can be made; `stylesheet` is its address."""
    form = layout.laid_out(procedure, answers, agency=agency, revised_on=revised_on, mark=mark, blanks=blanks)
    return page(form, stylesheet)


def page(form: PaperForm, stylesheet: str = STYLESHEET, compact: bool = False) -> str:
    context = {"form": form, "stylesheet": stylesheet, "author": settings.TOWN_NAME, "compact": compact}
    return render_to_string("papers/form.html", context)


def _drawn(form: PaperForm, kind: str) -> bytes:
    if kind == "pdf":
        return pdf.from_pages([_settings(form)])[0]
    content = word.drawn(form)
    docx.give_back_memory()
    return content


def _settings(form: PaperForm) -> tuple[str, str]:
    """The usual setting and the tighter one, which is taken when it saves a page."""
    return page(form), page(form, compact=True)


# --- what was made before ------------------------------------------------------------------------


def _cache_key(form: PaperForm, kind: str) -> str:
    """Everything that the file depends on: its words, and the code and style that draw it."""
    words = repr((form, settings.TOWN_NAME, drawing_version()))
    return f"blank-form:{kind}:{hashlib.sha256(words.encode()).hexdigest()}"


@functools.cache
def drawing_version() -> str:
    """Changes with the templates, the style sheet and the code that draw the papers."""
    base = Path(settings.BASE_DIR)
    parts = [base / "static" / STYLESHEET, *(base / "portal" / "lib" / f"{n}.py" for n in ("docx", "pdf_worker"))]
    parts += sorted((base / "templates" / "papers").glob("*.html"))
    parts += sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(p.read_bytes() for p in parts)).hexdigest()

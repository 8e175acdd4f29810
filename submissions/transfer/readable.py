"""The part of a pack for readers without the portal: answers beside their questions, and the same on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.template.loader import render_to_string

from portal.lib import pdf
from procedures import blank_forms, printing
from procedures.display import ShownRow, ShownSection
from submissions import shown
from submissions.models import Attachment, Submission
from submissions.states import VERB_LABELS
from submissions.transfer.gathering import Gathered

STYLESHEET = "css/pack.css"
Press = Callable[[pdf.Page], pdf.Drawn]
SHORT = 12  # signs of a hash that people compare


def answers(submission: Submission, attachments: list[Attachment]) -> dict[str, Any]:
    """What was filed, question by question, in words."""
    sections = shown.filed(submission, attachments)
    return {
        "reference": submission.reference,
        "dossier_code": submission.dossier_code,
        "procedure": {"code": submission.procedure.code, "name": submission.procedure.name},
        "sections": [_section(section) for section in sections],
    }


def _section(section: ShownSection) -> dict[str, Any]:
    return {"title": section.title, "rows": [_row(row) for row in section.rows]}


def _row(row: ShownRow) -> dict[str, Any]:
    said = {"key": row.key, "label": row.label}
    if row.table is None:
        return {**said, "text": row.text}
    headers, lines = row.table.headers, row.table.rows
    return {**said, "rows": [[{"label": h, "text": c} for h, c in zip(headers, line, strict=True)] for line in lines]}


def _page(found: Gathered, style: str = "") -> str:
    s = found.submission
    context = {
        "s": s,
        "sections": shown.filed(s, found.attachments),
        "attachments": [(a, a.sha256[:SHORT]) for a in found.attachments],
        "papers": found.papers,
        "events": [(e, VERB_LABELS.get(e.verb, e.verb)) for e in found.events],
        "style": style,
        "author": s.agency.name,
    }
    return render_to_string("papers/pack.html", context)


def _style() -> str:
    return (pdf.assets() / STYLESHEET).read_text(encoding="utf-8")


def printables(found: Gathered, press: Press) -> Iterator[tuple[str, bytes]]:
    """The summary as PDF, or as a page where no PDF can be made now; the filled form as people know it."""
    try:
        yield "printable.pdf", press(pdf.Page((_page(found),), (STYLESHEET,))).content
        yield from _form(found.submission, press)
    except pdf.PdfError:
        yield "printable.html", _page(found, _style()).encode()


def _form(s: Submission, press: Press) -> Iterator[tuple[str, bytes]]:
    if blank_forms.keys(s.revision.spec):
        page = printing.printable_page(s.revision.spec, printing.STYLESHEET, s.answers, agency=s.agency.name)
        yield "form.pdf", press(pdf.Page((page,))).content

"""What was declared in the dossiers of one procedure, beside their lines in the register: one row a dossier.

Dossiers of a year may stand on several revisions: a column for every question of any of them. Repeats have a sheet of
their own besides, a line for each of their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from portal.lib import xlsx
from procedures import faces
from procedures.spec import ProcedureSpec
from submissions.models import Attachment, Submission
from submissions.register.book import Book, Entry
from submissions.register.words import heading

WIDTH = 26


def _merged(columns: Iterable[faces.Column]) -> dict[str, str]:
    """Labels by key; of a question that was reworded the newest words."""
    return {c.key: c.label for c in columns}


def sheets(book: Book, step: Callable[[], None] = lambda: None) -> list[xlsx.Sheet]:
    """The workbook of a book of one procedure."""
    specs = [revision.spec for revision in book.revisions]
    columns = _merged(c for spec in specs for c in faces.export_columns(spec))
    repeats = {s.key: s.title for spec in specs for s in faces.export_sheets(spec)}
    main = xlsx.Sheet(_("Nội dung khai"), [*_first(), *_titled(columns)], _rows(book, columns, step), heading(book))
    return [main, *(_repeat(book, specs, key, title) for key, title in repeats.items())]


def _first() -> list[xlsx.Column]:
    return [xlsx.Column(_("STT"), 6, "number"), xlsx.Column(_("Mã hồ sơ"), 22), xlsx.Column(_("Người nộp"), 24)]


def _titled(columns: dict[str, str]) -> list[xlsx.Column]:
    return [xlsx.Column(label, WIDTH) for label in columns.values()]


def _lead(entry: Entry) -> list[Any]:
    return [entry.number, entry.submission.dossier_code or "", entry.submission.applicant_name]


def _rows(book: Book, columns: dict[str, str], step: Callable[[], None]) -> Iterator[list[Any]]:
    for entry in book.entries("answers"):
        spec, answers = entry.submission.revision.spec, entry.submission.answers
        keys = (c.key for c in faces.export_columns(spec))
        cells = dict(zip(keys, faces.export_row(spec, answers, _files(entry.submission, spec)), strict=True))
        yield [*_lead(entry), *(cells.get(key, "") for key in columns)]
        step()


def _files(s: Submission, spec: ProcedureSpec) -> dict[str, list[str]]:
    """Names of the files that answer questions; no query for forms without such."""
    if spec.form is None or not any(f.kind == "file" for f in spec.form.fields()):
        return {}
    found: dict[str, list[str]] = {}
    for a in s.attachments.current().filter(purpose=Attachment.Purpose.FIELD, pending=False):
        found.setdefault(a.key, []).append(a.name)
    return found


def _repeat(book: Book, specs: list[ProcedureSpec], key: str, title: str) -> xlsx.Sheet:
    columns = _merged(c for spec in specs for s in faces.export_sheets(spec) if s.key == key for c in s.columns)
    return xlsx.Sheet(title, [*_first(), *_titled(columns)], _repeat_rows(book, key, columns))


def _repeat_rows(book: Book, key: str, columns: dict[str, str]) -> Iterator[list[Any]]:
    for entry in book.entries("answers"):
        spec, answers = entry.submission.revision.spec, entry.submission.answers
        for sheet in faces.export_sheets(spec):
            if sheet.key == key:
                keys = [c.key for c in sheet.columns]
                for row in faces.export_sheet_rows(spec, answers)[key]:
                    cells = dict(zip(keys, row, strict=True))
                    yield [*_lead(entry), *(cells.get(k, "") for k in columns)]

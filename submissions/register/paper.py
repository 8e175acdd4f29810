"""The register as the official form, A4 landscape: form 06 of the set of 2018, form 07 of that of 2025."""

from __future__ import annotations

import datetime
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from portal.lib import pdf
from submissions.papers.sets import REGISTER
from submissions.register.book import Book
from submissions.register.words import COLUMNS, closing_words, heading, line, paper_set

STYLESHEET = "css/register.css"
LINES = 250  # drawn at once: about twenty sheets, 150 MB


def _words(cell: Any) -> str:
    if isinstance(cell, datetime.datetime):
        return f"{cell:%d/%m/%Y %H:%M}"
    if isinstance(cell, datetime.date):
        return f"{cell:%d/%m/%Y}"
    return "" if cell is None else str(cell)


def _lines(book: Book, step: Callable[[], None]) -> Iterator[list[str]]:
    for entry in book.entries():
        number, *rest = line(entry)
        yield ["" if number is None else f"{number:02d}", *map(_words, rest)]
        step()


def _desk_name(book: Book) -> str:
    """The second line on the left; a unit whose desk has no name of its own has the usual one."""
    name = book.agency.desk().desk_name
    return name if name != book.agency.name else _("Bộ phận Tiếp nhận và Trả kết quả")


def _page(book: Book, lines: Sequence[Sequence[str]], first_page: int, *, is_last: bool) -> str:
    context = {
        "book": book,
        "heading": heading(book),
        "desk": _desk_name(book),
        "titles": [title for title, _width, _kind in COLUMNS],
        "lines": lines,
        "first_page": first_page,
        "is_last": is_last,
        "count": len(book),
        "closed": closing_words(book) if is_last else "",
        "footnote": paper_set(book.year).footnote(REGISTER),
    }
    return render_to_string("papers/register.html", context)


def drawn(book: Book, to: BinaryIO, step: Callable[[], None] = lambda: None) -> int:
    """Writes the PDF, part after part, and returns its pages. Raises pdf.PdfError."""
    rows, total = _lines(book, step), len(book)
    if total <= LINES:
        found = _part(book, list(rows), 1, is_last=True)
        to.write(found.content)
        return found.pages
    import pikepdf  # noqa: PLC0415 - a web worker need not carry it

    with pikepdf.new() as whole:
        for start in range(0, total, LINES):
            lines = list(itertools.islice(rows, LINES))
            found = _part(book, lines, len(whole.pages) + 1, is_last=start + LINES >= total)
            with pikepdf.open(io.BytesIO(found.content)) as piece:
                whole.pages.extend(piece.pages)
        whole.docinfo["/Title"] = _("Sổ theo dõi hồ sơ năm %d") % book.year
        whole.save(to)
        return len(whole.pages)


def _part(book: Book, lines: Sequence[Sequence[str]], first_page: int, *, is_last: bool) -> pdf.Drawn:
    html = _page(book, lines, first_page, is_last=is_last)
    return pdf.draw(pdf.Page((html,), (STYLESHEET,)), timeout=120)

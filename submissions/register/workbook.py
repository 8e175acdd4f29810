"""The register as a workbook, a sheet for every book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from portal.lib import xlsx
from submissions.register import answers
from submissions.register.book import Book
from submissions.register.words import columns, heading, line


def file_name(book: Book, ending: str) -> str:
    return f"so-theo-doi-ho-so-{book.agency.slug}-{book.year}.{ending}"


def _lines(book: Book, step: Callable[[], None]) -> Iterator[list[Any]]:
    for entry in book.entries():
        yield line(entry)
        step()


def write_answers(book: Book, to: Path, step: Callable[[], None] = lambda: None) -> int:
    """What was declared, for a book of one procedure. Returns the number of rows. Raises as write() does."""
    return xlsx.write(answers.sheets(book, step), to)


def write(some: Sequence[Book], to: Path, step: Callable[[], None] = lambda: None) -> int:
    """Returns the number of lines; `step` is called after each. Raises xlsx.WorkbookError, OSError."""
    sheets = [xlsx.Sheet(str(b.agency), columns(), _lines(b, step), heading(b)) for b in some]
    return xlsx.write(sheets, to)

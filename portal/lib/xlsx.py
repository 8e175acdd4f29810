"""Workbooks, written by a process of their own: rows go to a file line by line, nothing is held whole.

Every cell has the kind of its column. Text is always text: a name that begins with "=" is no formula.
"""

from __future__ import annotations

import datetime
import json
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from portal.lib import child

WORKER = Path(__file__).with_name("xlsx_worker.py")
TIMEOUT = 120.0  # seconds
TITLE_LENGTH, NOT_IN_TITLES = 31, str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
Cell = str | int | datetime.date | datetime.datetime | None


class WorkbookError(Exception):
    """No workbook could be written now; the text is for the log."""


@dataclass(frozen=True)
class Column:
    """`kind`: text, number, day (a date) or moment (a date and time without zone, as read on the wall)."""

    title: str
    width: float = 16
    kind: str = "text"


@dataclass(frozen=True)
class Sheet:
    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    heading: Sequence[str] = ()


def write(sheets: Sequence[Sheet], to: Path, timeout: float = TIMEOUT) -> int:
    """Writes the workbook and returns how many rows it has. Raises WorkbookError, OSError."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".rows") as rows:
        counts = [_spooled(sheet.rows, rows) for sheet in sheets]
        rows.flush()
        orders = [_order(s, n, title) for s, n, title in zip(sheets, counts, _titles(sheets), strict=True)]
        order = {"out": str(to), "rows": rows.name, "sheets": orders}
        try:
            child.run(WORKER, json.dumps(order).encode(), timeout=timeout)
        except child.ChildError as problem:
            raise WorkbookError(str(problem)) from problem
    return sum(counts)


def _spooled(rows: Iterable[Sequence[Cell]], file: IO[str]) -> int:
    count = 0
    for row in rows:
        file.write(json.dumps([_plain(cell) for cell in row], ensure_ascii=False) + "\n")
        count += 1
    return count


def _plain(cell: Cell) -> str | int | None:
    return cell.isoformat() if isinstance(cell, datetime.date) else cell


def _order(sheet: Sheet, count: int, title: str) -> dict[str, Any]:
    columns = [{"title": c.title, "width": c.width, "kind": c.kind} for c in sheet.columns]
    return {"title": title, "heading": list(sheet.heading), "columns": columns, "count": count}


def _titles(sheets: Sequence[Sheet]) -> list[str]:
    """Names that a workbook may have: short, without its forbidden signs, each once."""
    found: list[str] = []
    for number, sheet in enumerate(sheets, start=1):
        title = " ".join(sheet.title.translate(NOT_IN_TITLES).split())[:TITLE_LENGTH].strip() or str(number)
        taken = {t.casefold() for t in found}
        found.append(title if title.casefold() not in taken else f"{title[: TITLE_LENGTH - 5]} ({number})")
    return found

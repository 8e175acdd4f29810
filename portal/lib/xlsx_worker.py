"""The short-lived process that writes a workbook, so that web workers never carry a big one.

Run as a script by portal/lib/xlsx.py: it reads one JSON document from standard input, which names the file of rows
(one JSON list a line) and the file to write. It imports nothing of the portal and sees no settings.
"""

from __future__ import annotations

import datetime
import json
import resource
import sys
from collections.abc import Callable, Iterator
from typing import IO, Any

MEMORY_BYTES = 512 * 1024 * 1024
LONGEST = 32_000  # letters in a cell; the format ends at 32,767
# What a spreadsheet would take for the start of a formula: marked as text for good, as if typed behind an apostrophe.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
FONT = {"font_name": "Times New Roman", "font_size": 11, "valign": "top"}
CELL = {**FONT, "border": 1, "text_wrap": True}


class Book:
    def __init__(self, out: str) -> None:
        import xlsxwriter  # noqa: PLC0415 - only this process may load it

        # Everything is written by its own kind below; nothing is guessed from the letters of a cell.
        self.book = xlsxwriter.Workbook(out, {"constant_memory": True, "default_date_format": "dd/mm/yyyy"})
        add = self.book.add_format
        self.text, self.quoted = add(CELL), add({**CELL, "quote_prefix": True})
        self.number = add({**CELL, "num_format": "0"})
        self.day = add({**CELL, "num_format": "dd/mm/yyyy"})
        self.moment = add({**CELL, "num_format": "dd/mm/yyyy hh:mm"})
        self.head = add({**CELL, "bold": True, "align": "center", "valign": "vcenter"})
        self.heading = add({**FONT, "bold": True, "align": "center"})
        self.writers: dict[str, Callable[[Any, int, int, Any], Any]] = {
            "text": self._text,
            "number": lambda sheet, r, c, v: sheet.write_number(r, c, v, self.number),
            "day": lambda sheet, r, c, v: sheet.write_datetime(r, c, _date(v), self.day),
            "moment": lambda sheet, r, c, v: sheet.write_datetime(r, c, _date(v), self.moment),
        }

    def _text(self, sheet: Any, row: int, column: int, value: str) -> None:
        text = value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
        sheet.write_string(row, column, text, self.quoted if text.startswith(FORMULA_STARTS) else self.text)

    def sheet(self, order: dict[str, Any], rows: Iterator[list[Any]]) -> None:
        sheet, columns = self.book.add_worksheet(order["title"]), order["columns"]
        at = self._top(sheet, order["heading"], columns)
        kinds = [c["kind"] for c in columns]
        for cells in rows:
            at += 1
            for column, (kind, value) in enumerate(zip(kinds, cells, strict=True)):
                if value is None or value == "":
                    sheet.write_blank(at, column, None, self.text)
                else:
                    self.writers[kind](sheet, at, column, value)

    def _top(self, sheet: Any, heading: list[str], columns: list[dict[str, Any]]) -> int:
        """Heading lines and column titles; returns the row of the titles, which stays in sight and on every page."""
        for i, column in enumerate(columns):
            sheet.set_column(i, i, column["width"])
        for row, line in enumerate(heading):
            sheet.merge_range(row, 0, row, len(columns) - 1, line, self.heading)
        at = len(heading)
        for i, column in enumerate(columns):
            sheet.write_string(at, i, column["title"], self.head)
        sheet.freeze_panes(at + 1, 0)
        sheet.repeat_rows(at)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return at


def _date(value: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(value)


def _rows(file: IO[str], count: int) -> Iterator[list[Any]]:
    for _row in range(count):
        yield json.loads(file.readline())


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    order = json.load(sys.stdin)
    book = Book(order["out"])
    with open(order["rows"], encoding="utf-8") as rows:
        for sheet in order["sheets"]:
            book.sheet(sheet, _rows(rows, sheet["count"]))
    book.book.close()


if __name__ == "__main__":
    main()

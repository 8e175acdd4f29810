"""The table inside a statement: rows with their line numbers, and which column says what.

Banks put title lines above the table, merge cells (which a CSV shows as empty or repeated ones) and write two-line
headings; the heading is looked for within the first lines, under each delimiter.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from payments.statements.layouts import CREDIT, DEBIT, Layout
from portal.lib import text

DELIMITERS = (",", ";", "\t")
HEAD_ROWS = 30
_PARTS = re.compile(r"[/()\[\]|:]+")
Columns = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Row:
    """`number` is the line of the file where it begins; no cells: the line cannot be taken apart."""

    number: int
    cells: tuple[str, ...] | None


@dataclass(frozen=True)
class Table:
    layout: Layout
    delimiter: str
    columns: Columns
    head: tuple[Row, ...]  # what stands above
    skip: int  # rows up to and with the heading


def rows(content: str, delimiter: str) -> Iterator[Row]:
    """Strict about quotes: a forgotten one would swallow the lines behind it without a word."""
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)
    while True:
        number = reader.line_num + 1
        try:
            yield Row(number, tuple(next(reader)))
        except StopIteration:
            return
        except csv.Error:
            yield Row(number, None)


def found(content: str, layouts: Iterable[Layout]) -> Table | None:
    """The layout and delimiter under which most columns are known."""
    known = list(layouts)
    tables = [table for delimiter in DELIMITERS if (table := _under(content, delimiter, known))]
    return max(tables, key=lambda table: len(table.columns), default=None)


def _under(content: str, delimiter: str, layouts: Sequence[Layout]) -> Table | None:
    head = list(itertools.islice(rows(content, delimiter), HEAD_ROWS))
    best: Table | None = None
    for layout, (end, names) in itertools.product(layouts, _headings(head)):
        columns = columns_of(layout, names)
        if columns and (best is None or len(columns) > len(best.columns)):
            best = Table(layout, delimiter, columns, tuple(head[: end - 1]), end)
    return best


def _headings(head: Sequence[Row]) -> list[tuple[int, list[set[str]]]]:
    """What may be the heading: each row, then each two rows as one; with the number of rows up to its end."""
    cells = [row.cells or () for row in head]
    single = [(at + 1, [names_of(cell) for cell in row]) for at, row in enumerate(cells)]
    double = [(at + 2, _stacked(*pair)) for at, pair in enumerate(itertools.pairwise(cells))]
    return single + double


def _stacked(upper: Sequence[str], lower: Sequence[str]) -> list[set[str]]:
    """Two lines of heading as one; a title merged over several columns counts for each that has a title below."""
    names: list[set[str]] = []
    over = ""
    for above, below in itertools.zip_longest(upper, lower, fillvalue=""):
        over = above.strip() or over
        names.append(names_of(below) | names_of(f"{over} {below}") if below.strip() else names_of(above))
    return names


def names_of(title: str) -> set[str]:
    """What a title may be known by: whole, and each part between slashes, brackets and line breaks."""
    whole = text.fold(title.replace("\n", "/").replace("\r", "/"))
    return {name for part in (whole, *_PARTS.split(whole)) if (name := part.strip(" .*'\""))}


def columns_of(layout: Layout, names: Sequence[set[str]]) -> Columns:
    """The columns under each title, in order of preference; empty when one is missing that is needed."""
    columns: dict[str, tuple[int, ...]] = {}
    for key, known in layout.columns.items():
        first = next((name for name in known if any(name in one for one in names)), None)
        if first is not None:
            own = (_with_merged(names, at) for at, one in enumerate(names) if first in one)
            columns[key] = tuple(itertools.chain.from_iterable(own))
    # "Nợ/Có" is a column of signs, not one of two amounts.
    is_twice = bool(columns.get(CREDIT)) and columns.get(CREDIT) == columns.get(DEBIT)
    return columns if not is_twice and all(key in columns for key in layout.needed) else {}


def _with_merged(names: Sequence[set[str]], at: int) -> Iterator[int]:
    """The column and those without a title behind it: a merged title leaves its value in any of them."""
    yield at
    yield from itertools.takewhile(lambda behind: not names[behind], range(at + 1, len(names)))


def cell(row: Sequence[str], columns: Columns, key: str) -> str:
    """The first cell that holds something, of all that stand under the title."""
    places = (row[at] for at in columns.get(key, ()) if at < len(row))
    return next((value for value in places if value.strip()), "")


def is_heading(row: Sequence[str], table: Table) -> bool:
    """Is it the heading once more, as on every page of a printed statement?"""
    return bool(columns_of(table.layout, [names_of(one) for one in row]))

"""Tables as CSV: UTF-8 with a byte order mark, so that Excel reads Vietnamese; no cell is taken for a formula."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from portal.lib.xlsx_worker import FORMULA_STARTS

BOM = "\ufeff"
CONTENT_TYPE = "text/csv; charset=utf-8"
Cell = str | int | Decimal | datetime.date | None


def _plain(cell: Cell) -> str | int:
    """Numbers and shares with a point and no grouping, days as YYYY-MM-DD, nothing for None."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    return cell if isinstance(cell, int) else str(cell)


def lines(titles: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The file line by line."""
    out = io.StringIO()
    writer = csv.writer(out)
    out.write(BOM)
    writer.writerow([_plain(title) for title in titles])
    for row in rows:
        yield out.getvalue()
        out.seek(0)
        out.truncate()
        writer.writerow([_plain(cell) for cell in row])
    yield out.getvalue()

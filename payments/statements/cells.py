"""Single cells of a statement: amounts and days as banks and Excel write them."""

from __future__ import annotations

import datetime
import re
import unicodedata

from portal.lib import text

LONGEST_NUMBER = 15  # figures
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "’": "'"})
_AMOUNT = re.compile(
    r"(?P<open>\()?\s*(?P<before>[+-])?\s*(?:vnd|₫)?\s*(?P<sign>[+-])?\s*"
    r"(?P<whole>[0-9]{1,3}(?:(?P<group>[., '])[0-9]{3})(?:(?P=group)[0-9]{3})*|[0-9]+)"
    r"(?:(?P<point>[.,])0{1,2})?"
    r"\s*(?:vnd|dong|d|₫)?\.?\s*(?P<after>[+-]|cr|dr)?\s*(?P<close>\))?"
)
_TIME = r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?"
_DAY = re.compile(
    rf"(?:{_TIME}\s+)?"
    r"(?:(?P<year>[0-9]{4})(?P<a>[-/.])(?P<month>[0-9]{1,2})(?P=a)(?P<day>[0-9]{1,2})"
    r"|(?P<day_>[0-9]{1,2})(?P<b>[-/.])(?P<month_>[0-9]{1,2})(?P=b)(?P<year_>[0-9]{4}|[0-9]{2}))"
    rf"(?:[T\s]\s*{_TIME}(?:\.[0-9]+)?)?(?=\s|$)"
)
_AS_TEXT = re.compile(r'=\s*"(?P<inside>[^"]*)"')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class NotThat(ValueError):
    """The cell is neither empty nor what it should be."""


def plain(cell: str) -> str:
    """What a person sees: ="0012" and '0012 are Excel's ways to keep the noughts; no formula is ever worked out."""
    cell = cell.strip()
    quoted = _AS_TEXT.fullmatch(cell)
    return (quoted["inside"] if quoted else cell.removeprefix("'")).strip()


def words(cell: str) -> str:
    """The text of a cell in one line, without signs that cannot be seen."""
    seen = plain(cell) if cell.isprintable() else "".join(_seen(sign) for sign in plain(cell))
    return " ".join(seen.split())


def _seen(sign: str) -> str:
    if sign.isspace():
        return " "
    return "" if unicodedata.category(sign) in _UNSEEN else sign


def dong(cell: str) -> int | None:
    """Whole đồng, below nothing for money that went out; None for an empty cell. Raises NotThat.

    "1.234.567", "1,234,567.00", "+50000", "50 000 VND", "(50.000)"; a part of a đồng is refused, not dropped.
    """
    written = text.fold(plain(cell).translate(_MINUS))
    if written in ("", "-"):
        return None
    found = _AMOUNT.fullmatch(written)
    if found is None or (found["point"] and found["point"] == found["group"]) or not _closed(found):
        raise NotThat(cell)
    figures = re.sub(r"[^0-9]", "", found["whole"])
    if len(figures.lstrip("0")) > LONGEST_NUMBER:
        raise NotThat(cell)
    return -int(figures) if _is_negative(found) else int(figures)


def _closed(found: re.Match[str]) -> bool:
    """Both brackets or none, and one sign at most."""
    signs = [sign for sign in (found["open"], found["before"], found["sign"], found["after"]) if sign]
    return bool(found["open"]) == bool(found["close"]) and len(signs) <= 1


def _is_negative(found: re.Match[str]) -> bool:
    return bool(found["open"]) or "-" in (found["before"], found["sign"], found["after"]) or found["after"] == "dr"


def day(cell: str) -> tuple[datetime.date | None, str]:
    """The day, written day first or year first, with or without a time; and what else stands in the cell.

    None for an empty cell. Raises NotThat.
    """
    written = plain(cell)
    if not written:
        return None, ""
    found = _DAY.match(written)
    if found is None:
        raise NotThat(cell)
    year = int(found["year"] or found["year_"])
    month, number = int(found["month"] or found["month_"]), int(found["day"] or found["day_"])
    try:
        return datetime.date(year if year > 99 else 2000 + year, month, number), words(written[found.end() :])
    except ValueError:
        raise NotThat(cell) from None

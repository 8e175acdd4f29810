"""Numbers that papers carry: series without gaps, and the place in the year's register."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django.db.models import Sum

from procedures.models import Agency
from submissions.models import ClosedRegister, DossierCounter, LetterCounter

Parsed = tuple[str, datetime.date, int]
CODE = re.compile(r"^(?P<identifier>.+)-(?P<day>\d{6})-(?P<serial>\d{4,7})$")


def next_number(agency: Agency, symbol: str, year: int) -> int:
    """The next of the series. The row stays locked until the transaction ends, so that a failure leaves no gap."""
    series: dict[str, Any] = {"agency": agency, "symbol": symbol, "year": year}
    LetterCounter.objects.get_or_create(**series)
    counter = LetterCounter.objects.select_for_update().get(**series)
    counter.last += 1
    counter.save(update_fields=["last"])
    return counter.last


def parsed_code(dossier_code: str | None) -> Parsed | None:
    """Identifier, day and serial of a code of this portal's kind; None for any other."""
    found = CODE.match(dossier_code or "")
    if found is None:
        return None
    try:
        day = datetime.datetime.strptime(found["day"], "%y%m%d").date()  # noqa: DTZ007 - a date, no moment
    except ValueError:
        return None
    return found["identifier"], day, int(found["serial"])


def book_entry(dossier_code: str | None) -> tuple[int, int] | None:
    """Book (the year) and number in the register, counted from the first dossier of the identifier in that year.

    None for a code of another system. The number follows from the codes alone, so that register and receipt agree.
    """
    found = parsed_code(dossier_code)
    if found is None:
        return None
    identifier, day, serial = found
    earlier = DossierCounter.objects.filter(identifier=identifier, day__year=day.year, day__lt=day)
    before: int = earlier.aggregate(sum=Sum("last"))["sum"] or 0
    return day.year, before + serial


def book_holder(agency: Agency) -> Agency:
    """Whose register it is: the town's for its one-stop centre."""
    above = agency.parent if agency.kind == Agency.Kind.ONE_STOP_CENTRE else None
    return above or agency


def is_book_closed(agency: Agency, year: int) -> bool:
    """Has the register of that year been closed? Then no further number is given in it."""
    return ClosedRegister.objects.filter(agency=book_holder(agency), year=year).exists()

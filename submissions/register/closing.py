"""Closing a register book when its year is over (TT 01/2018/TT-VPCP art. 10.2): afterwards its lines stand still.

What a line is does not change any more: its number, its code, when it was received. How the dossier goes on (its end,
its hand-over) is still written into it, as into the paper book.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.models import Agency
from submissions.errors import NotPossible
from submissions.models import ClosedRegister, Submission
from submissions.papers.numbers import book_holder, is_book_closed, parsed_code
from submissions.register.book import Book, holders


def closes_on(year: int) -> datetime.date:
    """The day from which the book may be closed: on 1 January a receipt of the last minute may still be written."""
    return datetime.date(year + 1, 1, 2)


def may_close(year: int) -> bool:
    return timezone.localdate() >= closes_on(year)


def closed(book: Book) -> ClosedRegister | None:
    """What was noted when the book was closed; None while it is open."""
    return ClosedRegister.objects.filter(agency=book.agency, year=book.year).first()


def close(book: Book, *, by: Any = None) -> ClosedRegister:
    """Closes the book once; `by` is the user who did, nobody when the portal did. Two at once close it once.

    Raises NotPossible before the year is over.
    """
    if not may_close(book.year):
        words = _("Sổ năm %(year)d khóa được từ ngày %(day)s. Bạn quay lại khi đó; nếu không, cổng tự khóa.")
        raise NotPossible(words % {"year": book.year, "day": f"{closes_on(book.year):%d/%m/%Y}"})
    found = closed(book)
    if found is not None:
        return found
    last, sha256 = _identity(book)
    try:
        with transaction.atomic():
            return ClosedRegister.objects.create(
                agency=book.agency, year=book.year, last=last, sha256=sha256, closed_by=by
            )
    except IntegrityError:
        return ClosedRegister.objects.get(agency=book.agency, year=book.year)


def _identity(book: Book) -> tuple[int, str]:
    """The last number, and a digest of every line."""
    digest, last = hashlib.sha256(), 0
    for number, code, received in book.identities():
        moment = received.astimezone(datetime.UTC).isoformat(timespec="microseconds")
        digest.update((json.dumps([number, code, moment], ensure_ascii=False) + "\n").encode())
        last = max(last, number or 0)
    return last, digest.hexdigest()


def is_intact(noted: ClosedRegister) -> bool:
    """Does the closed book still hold the very lines that it held when it was closed?"""
    return _identity(Book(noted.agency, noted.year)) == (noted.last, noted.sha256)


def close_past() -> int:
    """Closes every book of a year that is over; what beat calls. Returns how many were closed."""
    first = Submission.objects.filed().aggregate(first=Min("received_at"))["first"]
    if first is None:
        return 0
    years = [year for year in range(timezone.localdate(first).year, timezone.localdate().year) if may_close(year)]
    known = set(ClosedRegister.objects.values_list("agency", "year"))
    open_ = [Book(desk, year) for desk in holders() for year in years if (desk.pk, year) not in known]
    return len([close(book) for book in open_ if len(book)])


def check_open(agency: Agency, code: str | None, received: datetime.datetime | None) -> None:
    """For a dossier that comes from elsewhere with its code: raises NotPossible when its book is closed here.

    A number that goes into a closed book would move the numbers behind it.
    """
    parsed = parsed_code(code)
    year = parsed[1].year if parsed else timezone.localdate(received).year if code and received else 0
    same = Agency.objects.filter(identifier=parsed[0]) if parsed else Agency.objects.none()
    if year and any(is_book_closed(book_holder(one), year) for one in (agency, *same)):
        raise NotPossible(_("Sổ theo dõi hồ sơ năm %d ở đây đã khóa nên không nhập thêm hồ sơ của năm đó được.") % year)

"""The dossiers of one desk in one year, in the order of their numbers (TT 01/2018/TT-VPCP art. 10.2).

A dossier's number follows from its code, so that the register says what its receipt says (papers.book_entry).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import CharField, Func, Q, QuerySet, Sum
from django.utils import timezone

from procedures.models import Agency, ProcedureRevision
from submissions import indexes
from submissions.models import DossierCounter, Officer, Submission
from submissions.papers.numbers import book_holder, parsed_code
from submissions.states import Role

CHUNK = 500
DIGIT = "[0-9]"
KEEPERS = (Role.RECEPTION, Role.LEADER)
READ = (
    "reference dossier_code state channel sets applicant_name applicant_phone applicant_address filed_for_other "
    "owner_name delivery received_at due_on original_due_on extended_at finished_at handed_over_at handed_over_how "
    "closed_at procedure__short_name procedure__name revision__digest agency__name"
).split()


class BookYear(Func):
    """The two digits of the year in a code of this portal's kind; null for any other. PostgreSQL has an index on it."""

    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        return self.as_sql(compiler, connection, template=indexes.BOOK_YEAR.replace("dossier_code", "%(expressions)s"))

    def as_sqlite(self, compiler: Any, connection: Any, **_context: Any) -> Any:
        """A code ends in six digits and four to seven; the first two of the six are the year."""
        code = "%(expressions)s"
        cases = " ".join(
            f"WHEN {code} GLOB '*-{DIGIT * 6}-{DIGIT * n}' THEN substr({code}, -{n + 7}, 2)" for n in range(4, 8)
        )
        return self.as_sql(compiler, connection, template=f"CASE {cases} END")


@dataclass(frozen=True)
class Entry:
    """One line: `number` is None for a dossier whose code another system gave."""

    number: int | None
    submission: Submission


@dataclass
class Book:
    """`procedure`: a code, for the lines of that procedure alone; numbers stay those of the whole book."""

    agency: Agency
    year: int
    procedure: str = ""

    def _received(self) -> QuerySet[Submission]:
        """By the year in the code, which the receipt names as the book; by the clock for codes of other systems."""
        zone = timezone.get_current_timezone()
        start, end = (datetime.datetime(y, 1, 1, tzinfo=zone) for y in (self.year, self.year + 1))
        ours = Q(book=f"{self.year % 100:02d}")
        theirs = Q(book=None, received_at__gte=start, received_at__lt=end)
        rows = Submission.objects.filed().filter(agency__in=self.agency.scope(), dossier_code__isnull=False)
        only = {"procedure__code": self.procedure} if self.procedure else {}
        return rows.alias(book=BookYear("dossier_code")).filter(ours | theirs, **only).order_by()

    @cached_property
    def _keys(self) -> list[tuple[int | None, int]]:
        """Register number and key of every dossier, in order; a few bytes each."""
        return [(number, pk) for number, pk, _code, _received in self._sorted()]

    def identities(self) -> Iterator[tuple[int | None, str, datetime.datetime]]:
        """Number, code and receipt of every line, in order: what may never change once the book is closed."""
        return ((number, code, received) for number, _pk, code, received in self._sorted())

    def _sorted(self) -> list[tuple[int | None, int, str, datetime.datetime]]:
        before = self._before
        found = []
        rows: Any = self._received().values_list("pk", "dossier_code", "received_at")  # neither is null in a book
        for pk, code, received in rows:
            parsed = parsed_code(code)
            number = before.get(parsed[:2], 0) + parsed[2] if parsed else None
            found.append(((number is None, number or 0, parsed[0] if parsed else "", received, pk), code, number))
        return [(number, key[-1], code, key[-2]) for key, code, number in sorted(found, key=lambda row: row[0])]

    @cached_property
    def _before(self) -> dict[tuple[str, datetime.date], int]:
        """How many codes each identifier had given in the year before each day."""
        counters = DossierCounter.objects.filter(day__year=self.year).order_by("identifier", "day")
        found: dict[tuple[str, datetime.date], int] = {}
        total: dict[str, int] = {}
        for counter in counters:
            found[counter.identifier, counter.day] = total.get(counter.identifier, 0)
            total[counter.identifier] = total.get(counter.identifier, 0) + counter.last
        return found

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def given(self) -> int:
        """How many numbers the portal has given in it, from the counters: at once, however long the book."""
        own = Agency.objects.filter(pk__in=self.agency.scope()).values("identifier")
        counters = DossierCounter.objects.filter(identifier__in=own, day__year=self.year)
        return counters.aggregate(sum=Sum("last"))["sum"] or 0

    @property
    def revisions(self) -> QuerySet[ProcedureRevision]:
        """Those that its dossiers stand on, oldest first."""
        return ProcedureRevision.objects.filter(pk__in=self._received().values("revision")).order_by("number")

    def entries(self, *more: str) -> Iterator[Entry]:
        """Line by line, a few hundred rows in memory at a time. `more`: columns that are read besides."""
        rows = Submission.objects.select_related("procedure", "revision", "agency").only(*READ, *more)
        for start in range(0, len(self._keys), CHUNK):
            part = self._keys[start : start + CHUNK]
            found = rows.in_bulk([pk for _number, pk in part])
            yield from (Entry(number, found[pk]) for number, pk in part if pk in found)


def may_keep(officer: Officer | None) -> bool:
    """Who takes the register of the own agency away."""
    return officer is not None and officer.has_role(*KEEPERS)


def book_of(agency: Agency, year: int, procedure: str = "") -> Book:
    return Book(book_holder(agency), year, procedure)


def holders() -> list[Agency]:
    """Every desk that has ever received something, in the order of the catalogue."""
    agencies = Agency.objects.filter(submissions__dossier_code__isnull=False).select_related("parent").distinct()
    return list({desk.pk: desk for desk in map(book_holder, agencies.order_by("order", "pk"))}.values())


def books(year: int) -> list[Book]:
    """Of every desk that received something in that year; of all towns, empty, when nobody did."""
    found = [book for desk in holders() if len(book := Book(desk, year))]
    return found or [Book(town, year) for town in Agency.objects.filter(kind=Agency.Kind.TOWN)]


def years(agency: Agency) -> list[int]:
    """For which there may be a register: from the first dossier received to this year, newest first."""
    received = Submission.objects.filed().filter(agency__in=agency.scope(), received_at__isnull=False)
    first = received.order_by("received_at").values_list("received_at", flat=True).first()
    this = timezone.localdate().year
    return list(range(this, (timezone.localdate(first).year if first else this) - 1, -1))

"""The figures of the books: sums per day, agency, kind and officer, the day's cash, and the check that all agrees.

All amounts are whole đồng; a day is a day in Việt Nam. For any days and agencies:
charged = paid + due + waived - refunded.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Case, Count, F, Q, QuerySet, Sum, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from payments.models import Charge, ChargeLine, Entry, PaymentAttempt, Refund
from payments.states import Attempt, RefundState
from procedures.models import Agency
from submissions.models import Officer

Kind = Entry.Kind
CASH = "cash"  # key of the gateway of the counter
MOST_CHARGES = 500  # charges that one query names


@dataclass(frozen=True)
class Sums:
    charged: int = 0
    waived: int = 0
    paid: int = 0
    refunded: int = 0

    @property
    def due(self) -> int:
        """Still to be paid; below nothing: to be refunded."""
        return self.charged - self.waived - self.paid + self.refunded

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.charged + other.charged,
            self.waived + other.waived,
            self.paid + other.paid,
            self.refunded + other.refunded,
        )


NOTHING = Sums()
COLUMNS = {Kind.CHARGE: "charged", Kind.WAIVE: "waived", Kind.PAY: "paid", Kind.REFUND: "refunded"}
TOTALS = {name: Coalesce(Sum("amount", filter=Q(kind=kind)), 0) for kind, name in COLUMNS.items()}


def _sums(row: Mapping[str, Any]) -> Sums:
    return Sums(**{name: row[name] for name in COLUMNS.values()})


def entries(agencies: Collection[int], start: datetime.date, end: datetime.date) -> QuerySet[Entry]:
    """What was written for these agencies from `start` to `end`, both days included, in the order of writing."""
    rows = Entry.objects.filter(agency__in=agencies, day__gte=start, day__lte=end)
    return rows.order_by("day", "at", "pk")


# --- sums ----------------------------------------------------------------------------------------


def total(agencies: Collection[int], until: datetime.date) -> Sums:
    """Everything up to and with that day."""
    return _sums(Entry.objects.filter(agency__in=agencies, day__lte=until).aggregate(**TOTALS))


def standing(agencies: Collection[int]) -> Sums:
    """What the charges of these agencies say of themselves now; the books say the same."""
    found = Charge.objects.filter(agency__in=agencies).aggregate(
        **{name: Coalesce(Sum(name), 0) for name in COLUMNS.values()}
    )
    return _sums(found)


def per_agency(agencies: Collection[int], until: datetime.date) -> dict[int, Sums]:
    """Everything up to and with that day, by agency."""
    rows = Entry.objects.filter(agency__in=agencies, day__lte=until)
    return {row["agency"]: _sums(row) for row in _grouped(rows, "agency")}


def per_day(
    agencies: Collection[int], start: datetime.date, end: datetime.date
) -> dict[tuple[datetime.date, int], Sums]:
    """What changed, by day and agency; days without entries are not there."""
    rows = _grouped(entries(agencies, start, end), "day", "agency")
    return {(row["day"], row["agency"]): _sums(row) for row in rows}


def _grouped(rows: QuerySet[Entry], *names: str, **beside: Any) -> Iterable[dict[str, Any]]:
    """The four sums, and whatever else is asked for, by these columns."""
    found: Any = rows.order_by().values(*names).annotate(**TOTALS, **beside).order_by(*names)
    return cast("Iterable[dict[str, Any]]", found)


@dataclass(frozen=True)
class DayLine:
    """One agency on one day: what changed, and what was still to be paid when the day ended."""

    day: datetime.date
    agency: Agency
    sums: Sums
    due_after: int


@dataclass(frozen=True)
class Book:
    """The days of a period, newest first, with what was due before and after. Two queries."""

    start: datetime.date
    end: datetime.date
    lines: list[DayLine]
    before: Sums
    change: Sums

    @property
    def after(self) -> Sums:
        return self.before + self.change


def book(agencies: Collection[Agency], start: datetime.date, end: datetime.date) -> Book:
    names = {agency.pk: agency for agency in agencies}
    opening = per_agency(names, start - datetime.timedelta(days=1))
    standing, lines, change = dict(opening), [], NOTHING
    for (day, agency), sums in sorted(per_day(names, start, end).items()):
        standing[agency] = standing.get(agency, NOTHING) + sums
        change += sums
        lines.append(DayLine(day, names[agency], sums, standing[agency].due))
    before = NOTHING
    for sums in opening.values():
        before += sums
    return Book(start, end, lines[::-1], before, change)


# --- the cash of a day ---------------------------------------------------------------------------


@dataclass(frozen=True)
class CashDay:
    """What one officer took and gave back in cash on a day."""

    officer: Officer | None
    day: datetime.date
    rows: list[Entry] = field(default_factory=list)

    @property
    def taken(self) -> int:
        return sum(row.amount for row in self.rows if row.kind == Kind.PAY)

    @property
    def returned(self) -> int:
        return sum(row.amount for row in self.rows if row.kind == Kind.REFUND)

    @property
    def kept(self) -> int:
        """To be handed to the treasurer; below nothing when more was given back than taken."""
        return self.taken - self.returned


def _cash(agencies: Collection[int], day: datetime.date) -> QuerySet[Entry]:
    in_cash = Q(kind=Kind.PAY, attempt__gateway=CASH) | Q(kind=Kind.REFUND, refund__way=Refund.Way.CASH)
    return Entry.objects.filter(in_cash, agency__in=agencies, day=day)


def cash(agencies: Collection[int], day: datetime.date, officer: Officer) -> CashDay:
    """The cash of one officer. One query."""
    rows = _cash(agencies, day).filter(officer=officer).order_by("at", "pk")
    shown = rows.select_related("charge__submission__procedure", "attempt", "refund", "receipt")
    return CashDay(officer, day, list(shown))


@dataclass(frozen=True)
class CashSum:
    officer: Officer
    count: int
    taken: int
    returned: int

    @property
    def kept(self) -> int:
        return self.taken - self.returned


def cash_sums(agencies: Collection[int], day: datetime.date) -> list[CashSum]:
    """Who had cash in hands on that day, with sums. Two queries."""
    rows = list(_grouped(_cash(agencies, day).exclude(officer=None), "officer", n=Count("pk")))
    people = Officer.objects.select_related("user", "agency").in_bulk([row["officer"] for row in rows])
    found = [CashSum(people[row["officer"]], row["n"], row["paid"], row["refunded"]) for row in rows]
    return sorted(found, key=lambda one: str(one.officer))


# --- does everything agree? ----------------------------------------------------------------------


@dataclass(frozen=True)
class Imbalance:
    """Two figures that should be the same. `agency` and `charge` are keys; `charge` None: sums of a whole day."""

    day: datetime.date
    agency: int
    what: str
    in_books: int
    elsewhere: int
    charge: int | None = None


def imbalances(start: datetime.date, end: datetime.date) -> list[Imbalance]:
    """Every disagreement between the books of these days and what they were written for; empty when all is exact.

    By day and agency: money paid is money that attempts brought in, money refunded is what refunds gave back, and
    charged = paid + due + waived - refunded with the due of the charges themselves. By charge: the four sums are
    those of its entries, the lines make up what was charged, and the submission says the same.
    """
    return [*_flows(start, end), *_unbooked(start, end), *_charges(start, end)]


def _flows(start: datetime.date, end: datetime.date) -> Iterator[Imbalance]:
    """Entries beside the attempts and refunds that they stand for, summed by day and agency."""
    rows = Entry.objects.filter(day__gte=start, day__lte=end)
    received = Sum("attempt__received", filter=Q(kind=Kind.PAY))
    given = Sum("refund__amount", filter=Q(kind=Kind.REFUND, refund__state=RefundState.DONE))
    beside = {"received": Coalesce(received, 0), "given": Coalesce(given, 0)}
    for row in _grouped(rows, "day", "agency", **beside):
        for what, booked, other in (("paid", row["paid"], "received"), ("refunded", row["refunded"], "given")):
            if booked != row[other]:
                yield Imbalance(row["day"], row["agency"], what, booked, row[other])


def _unbooked(start: datetime.date, end: datetime.date) -> Iterator[Imbalance]:
    """Money that came or went without an entry."""
    came = PaymentAttempt.objects.filter(
        Q(state=Attempt.PAID) | Q(received__gt=0), settled_at__date__gte=start, settled_at__date__lte=end
    ).exclude(entries__kind=Kind.PAY)
    for attempt in came.select_related("charge"):
        day = timezone.localdate(attempt.settled_at) if attempt.settled_at else start
        yield Imbalance(day, attempt.charge.agency_id, "paid", 0, attempt.received, attempt.charge_id)
    gone = Refund.objects.filter(
        state=RefundState.DONE, entry=None, done_at__date__gte=start, done_at__date__lte=end
    ).select_related("attempt__charge")
    for refund in gone:
        charge = refund.attempt.charge
        day = timezone.localdate(refund.done_at) if refund.done_at else start
        yield Imbalance(day, charge.agency_id, "refunded", 0, refund.amount, charge.pk)


def _charges(start: datetime.date, end: datetime.date) -> Iterator[Imbalance]:
    """The charges that have entries in these days, beside the sums of all their entries."""
    touched = Entry.objects.filter(day__gte=start, day__lte=end).order_by().values_list("charge", flat=True)
    for keys in _portions(sorted(set(touched))):
        sums = {row["charge"]: _sums(row) for row in _grouped(Entry.objects.filter(charge__in=keys), "charge")}
        lines = _line_sums(keys)
        for charge in Charge.objects.filter(pk__in=keys).select_related("submission").order_by("pk"):
            yield from _charge(charge, sums[charge.pk], lines.get(charge.pk), end)


def _line_sums(charges: Collection[int]) -> dict[int, int | None]:
    """What the lines come to; None while one of them has to be set."""
    amount = Case(When(quantity=0, then=0), default=F("unit_amount") * F("quantity"))
    rows = ChargeLine.objects.filter(charge__in=charges).order_by().values("charge")
    unset = Q(quantity__isnull=True) | (Q(unit_amount__isnull=True) & ~Q(quantity=0))
    found = rows.annotate(sum=Coalesce(Sum(amount), 0), unset=Count("pk", filter=unset))
    return {row["charge"]: None if row["unset"] else row["sum"] for row in found}


def _charge(charge: Charge, booked: Sums, of_lines: int | None, day: datetime.date) -> Iterator[Imbalance]:
    pairs = [(name, getattr(booked, name), getattr(charge, name)) for name in COLUMNS.values()]
    pairs.append(("due", booked.due, charge.due))
    if of_lines is not None:
        pairs += [("lines", charge.charged, of_lines)]
        pairs += [("owed", max(charge.due, 0), charge.submission.owed or 0)]
    for what, one, other in pairs:
        if one != other:
            yield Imbalance(day, charge.agency_id, what, one, other, charge.pk)


def _portions(keys: list[int]) -> Iterable[list[int]]:
    return (keys[i : i + MOST_CHARGES] for i in range(0, len(keys), MOST_CHARGES))

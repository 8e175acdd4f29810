"""figures(): the definitions as grouped queries over a period. Equal to definitions.bucket() row by row (tested).

A period that is over is judged as everything stood at midnight after its last day: what ended or was answered since
was open then, and a promised day that was moved since is read from the log.
"""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypedDict

from django.db.models import BooleanField, Count, Exists, F, Func, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from procedures.models import Agency, Procedure, Sector
from submissions.models import Event, Feedback, Rating, Submission, SupplementRequest
from submissions.states import PAY, Stage, State
from submissions.statistics import definitions
from submissions.statistics.rows import Figures, Row
from submissions.statistics.units import unit_of

ONE_DAY = datetime.timedelta(days=1)
GROUPS = ("agency_id", "procedure_id")
GRADES = {
    Rating.Grade.VERY_CONTENT: "very_content",
    Rating.Grade.CONTENT: "content",
    Rating.Grade.NOT_CONTENT: "not_content",
}
Channel = Submission.Channel
PAID_ONLINE = (Submission.PaidHow.GATEWAY.value, Submission.PaidHow.TRANSFER.value)


class HasFee(Func):
    """Is any fee line above nothing? Lines whose amount the officer sets (null) are not known to be."""

    output_field = BooleanField()
    template = "jsonb_path_exists(%(expressions)s, '$[*].amount ? (@ > 0)')"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "EXISTS (SELECT 1 FROM json_each(%(expressions)s) AS fee WHERE fee.value ->> 'amount' > 0)"
        return self.as_sql(compiler, connection, template=template, **context)


def midnight(day: datetime.date) -> datetime.datetime:
    """The first moment of that day in Asia/Ho_Chi_Minh."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time.min))


@dataclass
class _Counting:
    """One period: its last day is today at the latest. `narrowed` are conditions on the submission."""

    start: datetime.date
    end: datetime.date
    narrowed: dict[str, Any]
    found: dict[tuple[int, int], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def __post_init__(self) -> None:
        self.began, self.over = midnight(self.start), midnight(self.end + ONE_DAY)
        self.is_past = self.end < timezone.localdate()

    # --- small tools -----------------------------------------------------------------------------

    def filed(self) -> QuerySet[Submission]:
        return Submission.objects.filed().filter(**self.narrowed).order_by()

    def _prefixed(self) -> dict[str, Any]:
        return {f"submission__{name}": value for name, value in self.narrowed.items()}

    def within(self, column: str) -> dict[str, Any]:
        return {f"{column}__gte": self.began, f"{column}__lt": self.over}

    def add(self, rows: QuerySet[Any], prefix: str = "", **counted: Q | Any) -> None:
        """Counts the rows by agency and procedure into the columns named."""
        aggregates = {f"n_{name}": Count("pk", filter=rule or None) for name, rule in counted.items()}
        groups = [prefix + name for name in GROUPS]
        for agency, procedure, *numbers in rows.values_list(*groups).annotate(**aggregates):
            self.found[agency, procedure].update(dict(zip(counted, numbers, strict=True)))

    # --- flows -----------------------------------------------------------------------------------

    def received(self) -> None:
        asked = Q(rounds__gte=1)
        if self.is_past:
            asked &= Q(Exists(SupplementRequest.objects.filter(submission=OuterRef("pk"), requested_at__lt=self.over)))
        self.add(
            self.filed().filter(**self.within("received_at")),
            received_online=Q(channel=Channel.ONLINE),
            received_counter=Q(channel=Channel.COUNTER),
            received_post=Q(channel=Channel.POST),
            supplemented=asked,
            with_fee=Q(HasFee("fees")),
            paid_online=Q(HasFee("fees")) & self._paid_online(),
        )

    def _paid_online(self) -> Q:
        """Some of the money came without a counter, before the end of the period."""
        if not self.is_past:
            return Q(paid_how__in=PAID_ONLINE)
        lines = Event.objects.filter(submission=OuterRef("pk"), verb=PAY, at__lt=self.over)
        return ~Q(paid_how="") & Q(Exists(lines.filter(data__paid_how__in=PAID_ONLINE)))

    def settled(self) -> None:
        self.add(
            self.filed().filter(ended_on__gte=self.start, ended_on__lte=self.end, received_at__lt=self.over),
            early=Q(ended_on__lt=F("due_on")),
            on_time=Q(ended_on=F("due_on")) | Q(due_on=None),
            late=Q(ended_on__gt=F("due_on")),
            settled_online=Q(channel=Channel.ONLINE),
        )

    def refused(self) -> None:
        rows = self.filed().filter(received_at=None, **self.within("closed_at"))
        self.add(rows, refused=Q(state=State.REFUSED))

    def graded(self) -> None:
        rows = Rating.objects.filter(submission__is_rehearsal=False, **self._prefixed(), **self.within("at"))
        columns = {name: Q(grade=grade) for grade, name in GRADES.items()}
        self.add(rows.order_by(), "submission__", **columns)

    def displeased(self) -> None:
        """Submissions whose first sign of displeasure falls in the period: a complaint, or the lowest grade."""
        kept = {"submission__is_rehearsal": False, **self._prefixed(), **self.within("at")}
        dislikes = Rating.objects.filter(grade=Rating.Grade.NOT_CONTENT)
        complaints = Feedback.objects.filter(kind=Feedback.Kind.COMPLAINT, submission__isnull=False)
        found = {*dislikes.filter(**kept).values_list("submission_id", flat=True)}
        found |= {*complaints.filter(**kept).values_list("submission_id", flat=True)}
        before = {"submission_id__in": found, "at__lt": self.began}
        known = {*dislikes.filter(**before).values_list("submission_id", flat=True)}
        known |= {*complaints.filter(**before).values_list("submission_id", flat=True)}
        self.add(self.filed().filter(pk__in=found - known), displeased=Q())

    # --- stocks ----------------------------------------------------------------------------------

    def not_received(self) -> None:
        """Online filings without an answer yet; when the period is over also those that have one since."""
        sent = self.filed().filter(channel=Channel.ONLINE, submitted_at__lt=self.over)
        waiting = (State.SUBMITTED, State.AWAITING_SUPPLEMENT)
        parts = [sent.filter(state__in=waiting, received_at=None)]
        if self.is_past:
            parts += [sent.filter(received_at__gte=self.over), sent.filter(received_at=None, closed_at__gte=self.over)]
        for part in parts:
            self.add(part, not_received=Q())

    def open(self) -> None:
        """In time or overdue by the promised day alone; waiting() moves the exceptions."""
        overdue = Q(due_on__isnull=False, due_on__lt=self.end)
        if self.is_past:
            as_logged = Q(due_then__isnull=False, due_then__lt=self.end.isoformat())
            overdue = as_logged | Q(due_then=None) & overdue
        for rows in self._open_parts():
            if self.is_past:
                rows = rows.annotate(due_then=_due_then("pk", self.over))
            self.add(rows, open_overdue=overdue, open_in_time=~overdue)

    def _open_parts(self) -> list[QuerySet[Submission]]:
        """Two index ranges instead of one OR."""
        rows = self.filed().filter(received_at__lt=self.over)
        still = rows.filter(ended_on=None)
        return [still, rows.filter(ended_on__gt=self.end)] if self.is_past else [still]

    def waiting(self) -> None:
        """Those with an unanswered request are judged one by one, by the definition itself."""
        for agency, procedure, facts in self._waiting_facts():
            plain = definitions.bucket(definitions.Facts(facts.received_on, facts.due_on), self.end)
            self.found[agency, procedure].subtract([plain.value])
            self.found[agency, procedure].update([definitions.bucket(facts, self.end).value])

    def _waiting_facts(self) -> Iterator[tuple[int, int, definitions.Facts]]:
        columns = [f"submission__{name}" for name in (*GROUPS, "received_at", "due_on")]
        rows = self._unanswered().annotate(asked=_asked(self.over), due_then=_due_then("submission", self.over))
        found = rows.values_list(*columns, "due_then", "requested_at", "asked")
        for agency, procedure, received, due, due_then, requested, asked in found:
            if self.is_past and due_then:
                due = datetime.date.fromisoformat(due_then)
            days = timezone.localdate(received), due, None, timezone.localdate(requested)
            yield agency, procedure, definitions.Facts(*days, asked)

    def _unanswered(self) -> QuerySet[SupplementRequest]:
        """Requests made while the submission was examined, that waited for the citizen at the end of the period."""
        unanswered = Q(answered_at=None) | (Q(answered_at__gte=self.over) if self.is_past else Q())
        still_open = Q(submission__ended_on=None) | Q(submission__ended_on__gt=self.end)
        rows = SupplementRequest.objects.filter(unanswered, still_open, submission__is_rehearsal=False)
        rows = rows.filter(stage=Stage.EXAMINATION, requested_at__lt=self.over, submission__received_at__lt=self.over)
        return rows.filter(**self._prefixed()).order_by()


def _asked(over: datetime.datetime) -> Subquery:
    """How many requests the submission of a request has had while examined, until that moment."""
    rows = SupplementRequest.objects.filter(submission=OuterRef("submission"), stage=Stage.EXAMINATION)
    counted = rows.filter(requested_at__lt=over).order_by().values("submission").annotate(n=Count("pk"))
    return Subquery(counted.values("n"), output_field=IntegerField())


def _due_then(key: str, over: datetime.datetime) -> Subquery:
    """The promised day by the last line of the log that set one before that moment, as "YYYY-MM-DD"."""
    lines = Event.objects.filter(submission=OuterRef(key), at__lt=over, data__has_key="due_on")
    return Subquery(lines.order_by("-number").annotate(due=KeyTextTransform("due_on", "data")).values("due")[:1])


class Narrow(TypedDict, total=False):
    """What a period may be narrowed to."""

    agency: Agency | None
    sector: Sector | None
    procedure: Procedure | None


def narrowing(
    agency: Agency | None = None, sector: Sector | None = None, procedure: Procedure | None = None
) -> dict[str, Any]:
    """Conditions on a row with agency and procedure."""
    found: dict[str, Any] = {}
    if agency is not None:
        found["agency__in"] = sorted(unit_of(agency).keys)
    if sector is not None:
        found["procedure__sector"] = sector
    if procedure is not None:
        found["procedure"] = procedure
    return found


def figures(
    start: datetime.date,
    end: datetime.date,
    *,
    agency: Agency | None = None,
    sector: Sector | None = None,
    procedure: Procedure | None = None,
) -> list[Row]:
    """Counts the closed period [start, end] anew, by agency and procedure; a period that runs is counted until today.

    `agency` means its whole unit (units.py). Raises ValueError when the period ends before it begins.
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    today = timezone.localdate()
    if start > today:
        return []
    counting = _Counting(start, min(end, today), narrowing(agency, sector, procedure))
    counting.received()
    counting.settled()
    counting.refused()
    counting.graded()
    counting.displeased()
    counting.not_received()
    counting.open()
    counting.waiting()
    rows = sorted(counting.found.items())
    return [Row(*key, Figures(**numbers)) for key, numbers in rows if any(numbers.values())]


def first_receipt() -> datetime.date | None:
    """The day of the oldest receipt. One look into the index."""
    first = Submission.objects.filed().aggregate(first=Min("received_at"))["first"]
    return timezone.localdate(first) if first else None

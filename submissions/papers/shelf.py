"""Which papers of a submission who may read."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.fields.json import KT

from submissions.models import Paper, Submission

Kind = Paper.Kind
# What the person reads: everything but what goes round inside.
PUBLIC = (
    Kind.FILING_RECEIPT,
    Kind.RECEIPT,
    Kind.SUPPLEMENT,
    Kind.REFUSAL,
    Kind.EXTENSION,
    Kind.STOP,
    Kind.PAYMENT,
)
WITH_SECRET = (Kind.FILING_RECEIPT, Kind.RECEIPT)


@dataclass(frozen=True)
class Shelved:
    """One paper as a line of a list."""

    pk: int
    kind: str
    title: str
    form: str
    number: int
    issued_at: datetime.datetime
    is_copy: bool


def public_papers(submission: Submission) -> QuerySet[Paper]:
    return submission.papers.filter(kind__in=PUBLIC)


def for_officer(submission: Submission) -> QuerySet[Paper]:
    """What the desk may print. The secret is the applicant's: the desk hands it over only where it filed for them."""
    if submission.channel == Submission.Channel.ONLINE:
        return submission.papers.exclude(kind__in=WITH_SECRET)
    return submission.papers.all()


def shelf(papers: QuerySet[Paper]) -> list[Shelved]:
    """The papers as lines, oldest first, without their content. One query."""
    columns = ("pk", "kind", "title", "form", "number", "issued_at")
    rows = papers.annotate(title=KT("content__title"), form=KT("content__form")).order_by("issued_at", "pk")
    return [Shelved(**row, is_copy=row["kind"] == Kind.RECEIPT_COPY) for row in rows.values(*columns)]

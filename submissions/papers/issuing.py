"""Paper rows: composed and hashed before the event is logged, saved right after it, in the same transaction."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils import timezone

from submissions.models import Event, Paper, Submission
from submissions.papers.content import COMPOSERS
from submissions.papers.occasion import Occasion
from submissions.papers.sets import PaperSet, current
from submissions.rules import SYSTEM_ACTOR, Actor


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON: the same words give the same digest, in whatever order a database keeps them."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_intact(paper: Paper) -> bool:
    """Does the row still say what its hash, which the event carries too, was taken of?"""
    return digest(paper.content) == paper.sha256


def compose(kinds: Iterable[str], occasion: Occasion) -> list[Paper]:
    """The papers of a verb, unsaved. Only inside its transaction."""
    kinds = list(kinds)
    if not kinds:
        return []
    paper_set, last = current(), _last_numbers(occasion.submission)
    return [_composed(kind, occasion, paper_set, last.get(kind, 0) + 1) for kind in kinds]


def _last_numbers(submission: Submission) -> dict[str, int]:
    rows = submission.papers.order_by().values_list("kind").annotate(last=Max("number"))
    return dict(rows)


def _composed(kind: str, occasion: Occasion, paper_set: PaperSet, number: int) -> Paper:
    content = {"kind": str(kind), "set": paper_set.name, "issue": number, **COMPOSERS[kind](occasion, paper_set)}
    return Paper(
        submission=occasion.submission,
        kind=kind,
        number=number,
        paper_set=paper_set.name,
        content=content,
        sha256=digest(content),
        issued_at=occasion.at,
    )


def named(papers: Sequence[Paper]) -> dict[str, Any]:
    """What the event remembers of them."""
    if not papers:
        return {}
    return {"papers": [{"kind": str(p.kind), "number": p.number, "sha256": p.sha256} for p in papers]}


def record(papers: Sequence[Paper], event: Event | None) -> None:
    for paper in papers:
        paper.event = event
    Paper.objects.bulk_create(papers)


def issue(
    submission: Submission,
    kind: str,
    event: Event | None = None,
    *,
    by: Actor = SYSTEM_ACTOR,
    at: datetime.datetime | None = None,
    note: str = "",
    data: Mapping[str, Any] | None = None,
) -> Paper:
    """One paper outside the table of verbs. Inside a transaction, under the submission's lock."""
    verb = event.verb if event else ""
    facts = data if data is not None else (event.data if event else {})
    occasion = Occasion(submission, verb, at or timezone.now(), by, note or (event.note if event else ""), facts)
    (paper,) = compose([kind], occasion)
    record([paper], event)
    return paper

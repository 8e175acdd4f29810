"""Whole lives of submissions, written as rows: only columns that figures read, and the log lines that set a date."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from procedures.models import Agency, Procedure
from submissions.models import Event, Officer, Submission, SupplementRequest
from submissions.states import State
from submissions.statistics import definitions
from submissions.statistics.definitions import Facts

FIRST = datetime.date(2026, 10, 20)


def at(day: int, hour: int = 9, minute: int = 0) -> datetime.datetime:
    """That many days after FIRST, at that hour in Asia/Ho_Chi_Minh."""
    when = datetime.datetime.combine(FIRST + datetime.timedelta(days=day), datetime.time(hour, minute))
    return timezone.make_aware(when)


def on(day: int) -> datetime.date:
    return FIRST + datetime.timedelta(days=day)


@dataclass(frozen=True)
class Asked:
    """A supplement request during examination: the days it was made and answered."""

    asked: int
    answered: int | None = None


@dataclass(frozen=True)
class Life:
    """Days after FIRST. `moved` is the day and the new promise of one change of the promised day."""

    received: int
    due: int
    ended: int | None = None
    asked: tuple[Asked, ...] = ()
    moved: tuple[int, int] | None = None
    channel: str = "online"
    place: int = 0
    procedure: int = 0
    rehearsal: bool = False
    hour: int = 9

    def facts(self, end: datetime.date) -> Facts:
        """How it stood at the end of that day, read off the life itself."""
        due = self.moved[1] if self.moved and on(self.moved[0]) <= end else self.due
        made = [a for a in self.asked if on(a.asked) <= end]
        waits = [a for a in made if a.answered is None or on(a.answered) > end]
        ended = on(self.ended) if self.ended is not None else None
        return Facts(on(self.received), on(due), ended, on(waits[0].asked) if waits else None, len(made))


def write(
    lives: Iterable[Life], places: list[Agency], procedures: list[Procedure], officer: Officer
) -> list[Submission]:
    lives = list(lives)
    made = Submission.objects.bulk_create([_row(n, life, places, procedures) for n, life in enumerate(lives)])
    Event.objects.bulk_create(event for s, life in zip(made, lives, strict=True) for event in _events(s, life))
    SupplementRequest.objects.bulk_create(
        SupplementRequest(
            submission=s, round=n, stage="examination", from_state=State.IN_PROGRESS, requested_by=officer,
            requested_at=at(a.asked), answer_by=on(a.asked + 30),
            answered_at=at(a.answered) if a.answered is not None else None,
        )
        for s, life in zip(made, lives, strict=True) for n, a in enumerate(life.asked, 1)
    )  # fmt: skip
    return made


def _row(number: int, life: Life, places: list[Agency], procedures: list[Procedure]) -> Submission:
    procedure = procedures[life.procedure]
    waits = [a for a in life.asked if a.answered is None]
    state = State.RESULT_READY if life.ended is not None else State.AWAITING_SUPPLEMENT if waits else State.IN_PROGRESS
    return Submission(
        reference=f"HLTEST{number:05d}", dossier_code=f"H1-{number:05d}", state=state, procedure=procedure,
        revision=procedure.published, agency=places[life.place], channel=life.channel, is_rehearsal=life.rehearsal,
        submitted_at=at(life.received, 0), received_at=at(life.received, life.hour), original_due_on=on(life.due),
        due_on=on(life.moved[1] if life.moved else life.due), ended_on=None if life.ended is None else on(life.ended),
        rounds=len(life.asked), asked_at=at(waits[0].asked) if waits and life.ended is None else None,
    )  # fmt: skip


def _events(s: Submission, life: Life) -> list[Event]:
    promises = [("receive", at(life.received, life.hour), life.due)]
    if life.moved:
        promises.append(("extend", at(life.moved[0], 16), life.moved[1]))
    return [
        Event(submission=s, number=n, verb=verb, at=when, data={"due_on": on(due).isoformat()}, hash="0" * 64)
        for n, (verb, when, due) in enumerate(promises, 1)
    ]


def expected(lives: Iterable[Life], start: datetime.date, end: datetime.date) -> dict[tuple[int, int], Counter[str]]:
    """The plain loop: every counted life into its bucket, by place and procedure."""
    found: dict[tuple[int, int], Counter[str]] = {}
    for life in lives:
        facts = life.facts(end)
        if life.rehearsal or not definitions.counts(facts, start, end):
            continue
        row = found.setdefault((life.place, life.procedure), Counter())
        row[definitions.bucket(facts, end).value] += 1
        if start <= facts.received_on <= end:
            row[f"received_{life.channel}"] += 1
            row["supplemented"] += facts.asked > 0
        if definitions.is_carried_over(facts, start):
            row["carried_over"] += 1
        if facts.ended_on and facts.ended_on <= end and life.channel == "online":
            row["settled_online"] += 1
    return found

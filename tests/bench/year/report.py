"""Lives the year, then checks it; what was counted and what disagrees."""

from __future__ import annotations

import datetime
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import time_machine

from submissions import statistics
from submissions.models import Notice, Paper, Submission
from tests.bench.year import checks, counts, stories
from tests.bench.year.almanac import Almanac
from tests.bench.year.announcements import FIRST_DAY, LAST_DAY
from tests.bench.year.living import END, Year, live


@dataclass
class Report:
    lines: list[str]
    mismatches: list[tuple[str, str]]
    digest: str
    told: list[stories.Story]
    almanac: Almanac


def at_the_end() -> time_machine.travel:
    """The last minute of the year's last day: that day still runs."""
    return time_machine.travel((END - datetime.timedelta(minutes=1)).astimezone(datetime.UTC), tick=False)


def make(
    submissions: int,
    seed: str,
    *,
    step: Callable[[int], None] = lambda _done: None,
    between: Callable[[], object] = lambda: None,
) -> Report:
    """Everything, in the present database."""
    began, spent = time.perf_counter(), time.process_time()
    year = live(submissions, seed, monthly=lambda _day: statistics.refresh(), step=step)
    lived, spent = time.perf_counter() - began, time.process_time() - spent
    between()
    with at_the_end():
        told = list(stories.read())
        found = {
            "dates": checks.dates(told, year.world.almanac),
            "replies": checks.replies(told, year.world.almanac),
            "months": checks.months(told),
            "figures": checks.figures(told),
            "codes": checks.codes(),
            "books": checks.books(),
            "log": checks.logs(told),
        }
        mismatches = [(what, words) for what, some in found.items() for words in some]
        digest = checks.digest(told)
        lines = [*_lived(year, lived, spent), *_counted(told), f"digest: {digest}"]
    return Report(lines, mismatches, digest, told, year.world.almanac)


def _lived(year: Year, seconds: float, spent: float) -> list[str]:
    ledger = year.world.ledger
    acts = ", ".join(f"{verb} {n}" for verb, n in sorted(ledger.done.items()))
    refused = [f"  refused as it should be: {n} × {words}" for words, n in sorted(ledger.refused.items())]
    moved = [f"  {words}: {n} dates moved" for words, n in year.moved.items()]
    total = sum(ledger.done.values())
    each = 1000 * spent / max(total, 1)
    return [f"{total} acts in {seconds:.0f} s, {spent:.0f} s of this process ({each:.1f} ms each): {acts}",
            *refused, *moved]  # fmt: skip


def _counted(told: list[stories.Story]) -> list[str]:
    verbs = Counter(line.verb for story in told for line in story.lines)
    asked = Counter(sum(r.examined for r in story.requests) for story in told)
    channels = Counter(story.channel for story in told)
    late = Submission.objects.filter(reply_missed=True, is_rehearsal=False).count()
    ended = sum(story.ended is not None for story in told)
    table = counts.count(told, FIRST_DAY, LAST_DAY)
    sums: Counter[str] = sum(table.values(), Counter())
    rows = {"papers": Paper.objects.count(), "notices": Notice.objects.count()}
    open_ = Submission.objects.filter(received_at__isnull=False, ended_on=None, is_rehearsal=False).count()
    return [
        f"{len(told)} filed ({_words(channels)}), {ended} ended, {open_} open at the end; {_words(rows)}",
        f"online filings answered too late: {late}",
        f"log: {_words(verbs)}",
        f"examination supplements a submission: {_words(asked)}",
        f"whole period: {_words(sums)}",
    ]


def _words(found: Counter[str] | Counter[int] | dict[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(found.items(), key=lambda item: str(item[0])))

"""Lives the year: every life and every announcement on one time line, the clock frozen at each of them in turn."""

from __future__ import annotations

import datetime
import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import time_machine

from submissions import rehearsal, workflow
from tests.bench.year import town as towns
from tests.bench.year.almanac import DAY, ZONE, Almanac, moment
from tests.bench.year.announcements import ANNOUNCED, FIRST_DAY, LAST_DAY, START
from tests.bench.year.lives import EDGES, Ledger, Life, World

END = moment(LAST_DAY + DAY, "00:00")
MONTHS = [FIRST_DAY.replace(month=n) for n in range(1, 13)]
Entry = tuple[datetime.datetime, int, Callable[[], Iterator[datetime.datetime]] | Iterator[datetime.datetime]]


@dataclass
class Year:
    """What was lived: the world, and how many dates each announcement moved."""

    world: World
    moved: dict[str, int] = field(default_factory=dict)
    acts: int = 0


def filing_moments(count: int, rng: random.Random) -> list[datetime.datetime]:
    """Spread over all days of the year, fewer on weekends, hardly any at Tết; some at awkward minutes."""
    days = [FIRST_DAY + n * DAY for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    weights = [0.1 if datetime.date(2026, 2, 14) <= d <= datetime.date(2026, 2, 21) else 1 for d in days]
    weights = [w * (0.3 if d.weekday() >= 5 else 1) for w, d in zip(weights, days, strict=True)]
    found = [_minute(day, rng) for day in rng.choices(days, weights, k=count)]
    # No day goes without: 366 days are 366 days.
    return [*found[len(days) :], *(_minute(day, rng) for day in days)] if count > len(days) else found


def _minute(day: datetime.date, rng: random.Random) -> datetime.datetime:
    if rng.random() < 0.06:
        return moment(day, rng.choice(EDGES))
    return moment(day, f"{rng.choice((*range(7, 18), 12, 19, 21, 23)):02d}:{rng.randrange(60):02d}")


class TimeLine:
    """Resumes whoever asked for the earliest moment; equal moments in the order in which they were asked for."""

    def __init__(self) -> None:
        self.heap: list[tuple[datetime.datetime, int, Iterator[datetime.datetime]]] = []
        self.turn = itertools.count()

    def add(self, life: Iterator[datetime.datetime]) -> None:
        self._wait(life)

    def _wait(self, life: Iterator[datetime.datetime]) -> None:
        at = next(life, None)
        if at is not None and at < END:
            heapq.heappush(self.heap, (at, next(self.turn), life))

    def run(self, clock: time_machine.Traveller, step: Callable[[int], None]) -> int:
        done = 0
        while self.heap:
            at, _turn, life = heapq.heappop(self.heap)
            clock.move_to(at, tick=False)
            self._wait(life)
            done += 1
            step(done)
        return done


def _announced(world: World, year: Year) -> Iterator[datetime.datetime]:
    for said in ANNOUNCED[1:]:
        yield said.at
        said.tell(world.town, world.almanac, said.at)
        year.moved[f"{said.at:%d/%m} {said.words}"] = workflow.recount_open(said.words)


def _nights(monthly: Callable[[datetime.date], None]) -> Iterator[datetime.datetime]:
    """What beat does at night, as often as it matters here: rehearsals go on Mondays, figures are kept on the first."""
    for day in (FIRST_DAY + n * DAY for n in range((LAST_DAY - FIRST_DAY).days + 1)):
        if day.weekday() == 0 or day.day == 1:
            yield moment(day, "02:10")
            rehearsal.wipe()
            if day.day == 1:
                monthly(day)


def live(
    submissions: int,
    seed: str,
    *,
    monthly: Callable[[datetime.date], None] = lambda _day: None,
    step: Callable[[int], None] = lambda _done: None,
) -> Year:
    """The whole year in the present database, which should hold no submissions yet.

    So many are filed and meant; drafts that are thrown away and rehearsals come besides.
    """
    with time_machine.travel(START.astimezone(datetime.UTC), tick=False) as clock:
        world = World(towns.build(), Almanac(), Ledger())
        ANNOUNCED[0].tell(world.town, world.almanac, START)
        workflow.recount_open(ANNOUNCED[0].words)
        year, line = Year(world), TimeLine()
        line.add(_announced(world, year))
        line.add(_nights(monthly))
        asides = submissions // 40
        for number, filed_at in enumerate(filing_moments(submissions + asides, random.Random(seed))):
            life = Life(world, number, seed, filed_at)
            line.add(life.aside() if number < asides else life.run())
        year.acts = line.run(clock, step)
    return year


assert START.tzinfo is ZONE

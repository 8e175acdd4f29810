"""What must agree at the end of the year; each check yields a line for everything that does not."""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from procedures import deadlines
from procedures.models import Agency
from submissions import clock, register, statistics
from submissions.models import DossierCounter, Event, Submission
from submissions.workflow import event_hash
from tests.bench.year import counts
from tests.bench.year.almanac import DAY, Almanac, moment
from tests.bench.year.announcements import FIRST_DAY, LAST_DAY, YEAR
from tests.bench.year.counts import Table
from tests.bench.year.living import MONTHS
from tests.bench.year.stories import Story

BATCH = 500


def dates(stories: Iterable[Story], almanac: Almanac) -> Iterator[str]:
    """Stored days, the portal's replay of the log, and the second computation."""
    told = {s.pk: s.counted(almanac) for s in stories if s.received is not None}
    times = {agency.pk: deadlines.worktime(agency) for agency in Agency.objects.all()}
    columns = ("pk", "reference", "dossier_code", "agency_id", "due_on", "original_due_on", "answers", "revision")
    rows = Submission.objects.filter(pk__in=told).select_related("revision").only(*columns).order_by("pk")
    for part in _parts(rows.defer("revision__content", "revision__lists").iterator(BATCH)):
        logs = _logs(part)
        for s in part:
            stored = (s.original_due_on, s.due_on)
            replayed = clock.replay(s, logs.get(s.pk, []), times[s.agency_id])
            if stored != (replayed.original_due_on, replayed.due_on):
                yield f"{s}: stored {_days(stored)}, replayed {_days((replayed.original_due_on, replayed.due_on))}"
            if stored != told[s.pk]:
                yield f"{s}: stored {_days(stored)}, counted {_days(told[s.pk])}"


def _parts(rows: Iterable[Submission]) -> Iterator[list[Submission]]:
    part: list[Submission] = []
    for row in rows:
        part.append(row)
        if len(part) == BATCH:
            yield part
            part = []
    yield part


def _logs(part: Sequence[Submission]) -> dict[int, list[Event]]:
    rows = Event.objects.filter(submission__in=[s.pk for s in part]).order_by("submission_id", "number")
    return {pk: list(events) for pk, events in groupby(rows, key=lambda e: e.submission_id)}


def _days(days: Iterable[datetime.date | None]) -> str:
    return "/".join(f"{day:%d/%m/%Y}" if day else "–" for day in days)


def replies(stories: Iterable[Story], almanac: Almanac) -> Iterator[str]:
    """Which online filings were answered too late."""
    told = {s.pk: s.missed(almanac) for s in stories if s.channel == "online"}
    rows = Submission.objects.filter(pk__in=[pk for pk, late in told.items() if late is not None])
    for pk, reference, missed in rows.values_list("pk", "reference", "reply_missed"):
        if missed != told[pk]:
            yield f"{reference}: stored {missed}, counted {told[pk]}"


# --- figures -------------------------------------------------------------------------------------


def months(stories: Sequence[Story]) -> Iterator[str]:
    """Months as they were closed in the year, against the log as it was then."""
    for month in MONTHS:
        last = statistics.months.last_of(month)
        closed = {(r.agency_id, r.procedure_id): r.figures for r in statistics.month(month)}
        known = moment(last + DAY, "02:10")
        yield from _unequal(f"{month:%m/%Y} as closed", closed, counts.count(stories, month, last, known=known))


def figures(stories: Sequence[Story]) -> Iterator[str]:
    """Months and years as they are counted now, against the whole log."""
    periods = [(m, statistics.months.last_of(m)) for m in MONTHS]
    periods += [(FIRST_DAY, datetime.date(YEAR, 12, 31)), (FIRST_DAY, LAST_DAY), (datetime.date(YEAR, 3, 9),) * 2]
    for start, end in periods:
        now = {(r.agency_id, r.procedure_id): r.figures for r in statistics.figures(start, end)}
        yield from _unequal(f"{_days((start, end))}", now, counts.count(stories, start, end))


def _unequal(what: str, theirs: Mapping[tuple[int, int], statistics.Figures], ours: Table) -> Iterator[str]:
    for key in sorted({*theirs, *ours}):
        said = +Counter(theirs[key]._asdict()) if key in theirs else Counter()
        if said != ours.get(key, Counter()):
            differing = {n for n in {*said, *ours.get(key, {})} if said[n] != ours.get(key, Counter())[n]}
            pairs = ", ".join(f"{n} {said[n]} ≠ {ours.get(key, Counter())[n]}" for n in sorted(differing))
            yield f"{what}, agency {key[0]}, procedure {key[1]}: {pairs}"
    total = statistics.total(theirs.values()) if theirs else statistics.Figures()
    mine = sum((sum(c[b] for b in counts.BUCKETS) for c in ours.values()), 0)
    if total.total != mine:
        yield f"{what}: {total.total} submissions in buckets, {mine} in the log"


# --- invariants ----------------------------------------------------------------------------------


def codes() -> Iterator[str]:
    """Serials of each identifier and day: 1 to n, each once, and n is what the counter says."""
    found: dict[str, list[int]] = defaultdict(list)
    for code in Submission.objects.filter(dossier_code__isnull=False).values_list("dossier_code", flat=True):
        if not code.startswith("THU-"):
            found[code[:-5]].append(int(code[-4:]))
    for stem, serials in sorted(found.items()):
        if sorted(serials) != list(range(1, len(serials) + 1)):
            yield f"{stem}: serials {sorted(serials)}"
    given = {f"{c.identifier}-{c.day:%y%m%d}": c.last for c in DossierCounter.objects.all() if c.last}
    yield from (f"{stem}: counter {n}, {len(found[stem])} codes" for stem, n in given.items() if n != len(found[stem]))


def books() -> Iterator[str]:
    """Register numbers run on without gap, in every book of both years."""
    for year in (YEAR, YEAR + 1):
        for book in register.books(year):
            numbers = [entry.number for entry in book.entries()]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"register {book.agency} {year}: numbers not consecutive"


def logs(stories: Iterable[Story]) -> Iterator[str]:
    """Chains unbroken; the first promise never touched; nothing counted again once it had ended."""
    last: tuple[int, str] = (0, "")
    for event in Event.objects.order_by("submission_id", "number").iterator(2000):
        before = last[1] if last[0] == event.submission_id else ""
        if event.previous_hash != before or event.hash != event_hash(event):
            yield f"submission {event.submission_id}: line {event.number} of the log does not fit"
        last = (event.submission_id, event.hash)
    for story in stories:
        late = [line for line in story.lines if line.verb == "recount" and story.ended and line.at >= story.ended]
        if late:
            yield f"submission {story.pk}: counted again on {late[0].at:%d/%m/%Y} after its end"


def digest(stories: Iterable[Story]) -> str:
    """The same for every run of the same seed: what was done when, and what was promised."""
    found = hashlib.sha256()
    for story in stories:
        for line in story.lines:
            found.update(f"{story.channel} {line.verb} {line.at:%Y%m%d%H%M} {line.data.get('due_on', '')}\n".encode())
    return found.hexdigest()

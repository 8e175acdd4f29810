"""What somebody has chosen to see: queue, filters and search words from an address, checked, and the rows they give.

The list, its chips, saved views, the next submission and acts on all rows that match read an address here alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from submissions.models import Officer, Submission, SubmissionQuerySet
from submissions.worklist.filters import FILTERS, Desk, Option
from submissions.worklist.gate import visible_to
from submissions.worklist.lateness import Clock, Lateness, lateness
from submissions.worklist.queues import BY_KEY, order_of
from submissions.worklist.search import search

QUEUE, SEARCH = "queue", "q"
KNOWN = (QUEUE, SEARCH, *(f.key for f in FILTERS))
# Of the list's pages, not of what is chosen: order, place, and Django's own.
PLACE = ("o", "p", "e", "all", "after", "before", "_changelist_filters")
LONGEST_VALUE = 200


@dataclass(frozen=True)
class Chip:
    """One filter in words, and the address part without it."""

    label: str
    value: str
    without: str


@dataclass
class Chosen:
    """`values` hold what is known by name, valid or not; a filter whose value is gone gives no rows and says so."""

    desk: Desk
    values: dict[str, str]
    dropped: list[str] = field(default_factory=list)  # names of parameters that nothing knows
    options: dict[str, Option | None] = field(default_factory=dict)

    @property
    def queue(self) -> str:
        return self.values.get(QUEUE, "")

    @property
    def queue_label(self) -> Any:
        return BY_KEY[self.queue].label if self.queue else ""

    @property
    def words(self) -> str:
        """What is searched for."""
        return self.values.get(SEARCH, "")

    @property
    def query(self) -> str:
        """The address part, in one order whatever the order it came in."""
        return urlencode(self.values)

    def without(self, *keys: str) -> str:
        return urlencode({k: v for k, v in self.values.items() if k not in keys})

    @property
    def without_search(self) -> str:
        return self.without(SEARCH)

    @property
    def chips(self) -> list[Chip]:
        found = []
        for f in FILTERS:
            if f.key in self.values:
                option = self.options[f.key]
                label = option.group if option and f.key == "answer" else str(f.label)
                # An answer is one of a procedure's questions: it goes with it.
                gone = (f.key, "answer") if f.key == "procedure" else (f.key,)
                found.append(Chip(label, option.label if option else self.values[f.key], self.without(*gone)))
        return found

    @property
    def notes(self) -> list[str]:
        """Sentences about what is not as it was when the address was made."""
        found = [_("Bộ lọc “%s” không còn dùng nên đã được bỏ qua.") % name for name in self.dropped]
        for f in FILTERS:
            if f.key in self.values:
                option, gone = self.options[f.key], str(f.gone)
                value = self.values[f.key]
                note = option.note if option else gone % value if "%s" in gone else gone
                found += [note] if note else []
        return found

    def narrow(self, rows: SubmissionQuerySet) -> SubmissionQuerySet:
        """Queue and filters; searching is narrowed() only, because a list has its own way to search."""
        if self.queue:
            rows = rows.filter(BY_KEY[self.queue].rule(self.desk.officer, self.desk.at))
        for f in FILTERS:
            if f.key in self.values:
                rows = f.narrow(rows, self.values[f.key], self.desk) if self.options[f.key] else rows.none()
        return rows

    def rows(self) -> SubmissionQuerySet:
        """Everything that the officer may see of it, most urgent first."""
        rows = self.narrow(visible_to(self.desk.officer))
        return (search(rows, self.words) if self.words else rows).order_by(*order_of(self.queue))


def choose(officer: Officer, given: Mapping[str, str] | Iterable[tuple[str, str]], at: Clock) -> Chosen:
    """Reads an address; of a name given twice the last counts. Nothing that is typed into it can fail."""
    pairs = dict(given)
    values = {key: str(pairs[key])[:LONGEST_VALUE].replace("\0", "") for key in KNOWN if pairs.get(key)}
    dropped = [key[:40] for key in pairs if key not in KNOWN and key not in PLACE]
    if values.get(QUEUE) and values[QUEUE] not in BY_KEY:
        dropped.append(values.pop(QUEUE)[:40])
    desk = Desk(officer, at, values)
    options = {f.key: f.option(values[f.key], desk) for f in FILTERS if f.key in values}
    return Chosen(desk, values, dropped, options)


def matching(officer: Officer, query: str, at: Clock) -> SubmissionQuerySet:
    """The rows of the list behind an address part ("queue=waiting&procedure=…"), for acts on all of them."""
    return choose(officer, parse_qsl(query), at).rows()


# What lists do not show of a submission, and what is large.
UNSHOWN = ("typed", "answers", "fees", "papers_in", "reason", "result_note", "search_text", "procedure__search_text")


def first_in(chosen: Chosen, count: int) -> list[tuple[Submission, Lateness]]:
    """The first rows with the words for lateness. One query."""
    rows = chosen.rows().select_related("procedure").defer(*UNSHOWN)[:count]
    return [(row, lateness(row, chosen.desk.at)) for row in rows]


# --- the next one --------------------------------------------------------------------------------

# How far a list is looked through for the one after the present record.
REACH = 500


def next_in(chosen: Chosen, after: Submission) -> Submission | None:
    """The submission that follows `after` in the list, else the list's first other one.

    `after` may have left the list since: what was done with it is often what took it off.
    """
    rows = chosen.rows().values_list("pk", "due_on", "reply_by", "submitted_at")[:REACH]
    order = BY_KEY[chosen.queue].order if chosen.queue else "newest"
    places = [(_place(order, *row), row[0]) for row in rows if row[0] != after.pk]
    here = _place(order, after.pk, after.due_on, after.reply_by, after.submitted_at)
    keys = [pk for place, pk in places if place > here] or [pk for _place_of, pk in places]
    return visible_to(chosen.desk.officer).select_related("procedure").filter(pk__in=keys[:1]).first()


def _place(order: str, pk: int, due: datetime.date | None, reply_by: Any, submitted: Any) -> tuple[Any, ...]:
    """Where a row stands, as order_of() sorts it."""
    since = submitted.timestamp() if submitted else 0.0
    if order == "newest":
        return (-since, -pk)
    if order == "waited":
        return (since, pk)
    if order == "due":
        return (due or datetime.date.max, since, pk)
    asked = reply_by or submitted
    return (due or (timezone.localdate(asked) if asked else datetime.date.max), since, pk)

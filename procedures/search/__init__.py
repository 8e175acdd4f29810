"""Finding procedures by what people type: codes, official names, everyday words, without marks, with slips.

All in Python over a small index in the process, so that the answers are the same on every database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procedures.models import Procedure
from procedures.search import index as _index
from procedures.search.index import Entry, Index
from procedures.search.query import Question, meanings, read
from procedures.search.rank import Fit, ranked

LIMIT = 30
LONGEST = 200
KEPT = 1000
OTHER_WORDS = 0.92  # a meaning counts a little less than what was said
AGREED = 0.3
CODE = re.compile(r"\d\.\d{1,6}|\d{3,7}")
EXACT, PART = 90.0, 40.0  # points for codes
WEAKEST = 0.3  # of the best hit's points; below that a hit only distracts


@dataclass(frozen=True)
class Match:
    """A hit before its row is fetched. `why` says, in Vietnamese, what led to it when the name does not."""

    pk: int
    code: str
    score: float
    why: str = ""


@dataclass(frozen=True)
class Hit:
    procedure: Procedure
    score: float
    why: str = ""


def matches(query: str, limit: int = LIMIT) -> list[Match]:
    """The procedures that answer, best first. One query for the catalogue's version, more only when it changed."""
    text = query[:LONGEST].strip()
    if not text:
        return []
    index = _index.current()
    return _answer(text, index)[:limit]


def _answer(text: str, index: Index) -> list[Match]:
    """The answer, kept with the index it was made from: popular questions come again and again."""
    found = index.answers.get(text)
    if found is None:
        if len(index.answers) >= KEPT:
            index.answers.clear()
        found = index.answers[text] = _by_code(text, index) or _by_words(text, index)
    return found


def find(query: str, procedures: QuerySet[Procedure] | None = None, limit: int = LIMIT) -> list[Hit]:
    """The same with rows of the given set (all published ones by default); one query more."""
    found = matches(query, limit if procedures is None else 10_000)
    if not found:
        return []
    rows = Procedure.objects.all() if procedures is None else procedures
    known = rows.in_bulk([m.pk for m in found])
    return [Hit(known[m.pk], m.score, m.why) for m in found if m.pk in known][:limit]


# --- codes ---------------------------------------------------------------------------------------


def _by_code(text: str, index: Index) -> list[Match]:
    """When the text holds a code: that procedure, then former and later codes, then codes that contain it."""
    typed = next((c for c in text.split() if CODE.fullmatch(c)), None)
    if typed is None or len(text.split()) > 4:
        return []
    points = {place: _code_points(typed, entry) for place, entry in enumerate(index.entries)}
    least = EXACT if max(points.values(), default=0.0) >= EXACT else PART
    chosen = sorted((p for p in points if points[p] >= least), key=lambda p: (-points[p], index.entries[p].code))
    entries = [(place, index.entries[place]) for place in chosen]
    return [Match(e.pk, e.code, points[place], _code_why(typed, e)) for place, e in entries]


def _digits(code: str) -> str:
    return code.replace(".", "")


def _code_points(typed: str, entry: Entry) -> float:
    if _digits(typed) == _digits(entry.code):
        return EXACT + 1
    if any(_digits(typed) == _digits(other) for other in entry.other_codes):
        return EXACT
    codes = (entry.code, *entry.other_codes)
    if any(code.startswith(typed) or _digits(code).startswith(_digits(typed)) for code in codes):
        return PART + 1
    return PART if any(_digits(typed) in _digits(code)[1:] for code in codes) else 0.0


def _code_why(typed: str, entry: Entry) -> str:
    other = next((c for c in entry.other_codes if _digits(typed) in _digits(c)), "")
    return _("Mã khác: %(code)s") % {"code": other} if other and _digits(typed) not in _digits(entry.code) else ""


# --- words ---------------------------------------------------------------------------------------


def _by_words(text: str, index: Index) -> list[Match]:
    question = read(text, index)
    points = _points(question, index)
    if not points:
        return []
    least = WEAKEST * max(points.values())
    places = sorted((p for p in points if points[p] >= least), key=lambda p: (-points[p], p))
    typed = {t.plain for t in question}
    entries = index.entries
    return [Match(entries[p].pk, entries[p].code, points[p], _term_said(entries[p], typed)) for p in places]


def _points(question: Question, index: Index) -> dict[int, float]:
    """By entry: the best of what was said and of its meanings, and a share of the second best."""
    kept: dict[object, Fit] = {}
    best: dict[int, float] = {}
    second: dict[int, float] = {}
    for n, meaning in enumerate([question, *meanings(question)]):
        for place, value in ranked(meaning, index, kept).items():
            worth = value if n == 0 else OTHER_WORDS * value
            low, high = sorted((worth, best.get(place, 0.0)))
            best[place], second[place] = high, max(low, second.get(place, 0.0))
    return {place: best[place] + AGREED * second[place] for place in best}


def _term_said(entry: Entry, typed: set[str]) -> str:
    """The everyday term that was said, when the name does not hold the words."""
    if any(typed <= set(title) for title in entry.titles):
        return ""
    said = [written for written, term in entry.everyday if {w.plain for w in term} <= typed]
    return max(said, key=len, default="")


def suggest(query: str, limit: int = 5) -> list[str]:
    """Other ways to ask: the same words spelt as the catalogue has them, then names that come close."""
    text = query[:LONGEST].strip()
    if not text:
        return []
    index = _index.current()
    question = read(text, index)
    if not any(t.options for t in question):
        return []
    spelt = " ".join(index.spelling.get(t.plain, t.typed.plain) if t.options else "" for t in question).split()
    corrected = any(t.options and t.options[0][1] < 1.0 for t in question)
    names = [index.entries[index.by_pk[m.pk]].short_name for m in _answer(text, index)]
    first = [" ".join(spelt)] if corrected and spelt else []
    return list(dict.fromkeys([*first, *names]))[:limit]

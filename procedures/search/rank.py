"""How well each procedure answers a question."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass, field

from procedures.search.index import Entry, Index
from procedures.search.query import UNIMPORTANT, Question, Term
from procedures.search.words import is_loan

PAIR = 1.1  # two words side by side tell more than two words apart
WHOLE_TERM = 1.0  # an everyday term that the question contains
TITLE = 0.8  # a title that the question covers
CANDIDATES = 60
ENOUGH = 0.72  # of what was asked must be there
LEAST = 0.36  # points per point asked: a word found only in long texts is no answer
ENOUGH_WITH_PAIR = 0.5  # when two of its words stand side by side
ENOUGH_WITH_NAME = 0.25  # when they do so in a name or an everyday term, and in few of those
STRONG = 0.9
STRONG_LOAN = 0.7
SURE = 0.9
UNKNOWN = 0.9
TELLING = 0.3


@dataclass
class _Sheet:
    """Points of one question, by entry."""

    points: dict[int, float] = field(default_factory=dict)
    matched: dict[int, float] = field(default_factory=dict)
    enough: dict[int, float] = field(default_factory=dict)
    total: float = 0.0

    def lower(self, place: int, enough: float) -> None:
        """A share that is enough for this entry."""
        self.enough[place] = min(self.enough.get(place, ENOUGH), enough)


Fit = dict[int, tuple[float, float]]


def _fit(term: Term, index: Index) -> Fit:
    """By entry: how surely the word is there, and that times the weight of the best place."""
    best: Fit = {}
    for plain, sure in term.options:
        for marked, places in index.postings.get(plain, {}).items():
            alike = sure * (term.alike(marked) if sure == 1.0 else 1.0)
            for place, weight in places.items():
                if place not in best or alike * weight > best[place][1]:
                    best[place] = (alike, alike * weight)
    return best


def _fits(question: Question, index: Index, kept: dict[object, Fit]) -> list[Fit]:
    """The fits of all words; `kept` shares them between the meanings of one question."""
    result = []
    for term in question:
        key = (term.typed.marked, term.options, term.has_marks)
        if key not in kept:
            kept[key] = _fit(term, index)
        result.append(kept[key])
    return result


def _value(term: Term, index: Index) -> float:
    """How much a word tells; one that the catalogue does not have tells as much as a rare one."""
    is_sure = bool(term.options) and term.options[0][1] >= SURE
    return index.rarity[term.plain] if is_sure else UNKNOWN


def _score(question: Question, index: Index, kept: dict[object, Fit]) -> _Sheet:
    sheet = _Sheet()
    fits = _fits(question, index, kept)
    points, matched = sheet.points, sheet.matched
    for term, fit in zip(question, fits, strict=True):
        value = term.importance * _value(term, index)
        sheet.total += value
        for place, (alike, worth) in fit.items():
            points[place] = points.get(place, 0.0) + value * worth
            matched[place] = matched.get(place, 0.0) + value * alike
        if is_loan(term.plain):
            for place, (_alike, worth) in fit.items():
                if worth >= STRONG_LOAN:
                    sheet.lower(place, ENOUGH_WITH_NAME)
    _add_pairs(question, fits, index, sheet)
    return sheet


def _add_pairs(question: Question, fits: list[Fit], index: Index, sheet: _Sheet) -> None:
    important = [i for i, t in enumerate(question) if t.importance > UNIMPORTANT]
    neighbours = {(i, i + 1) for i in range(len(question) - 1)} | set(itertools.pairwise(important))
    for i, j in neighbours:
        first, second = question[i], question[j]
        importance = (first.importance + second.importance) / 2
        value = PAIR * importance * (_value(first, index) + _value(second, index)) / 2
        for one, _sure in first.options:
            for other, _also in second.options:
                telling = index.pair_rarity((one, other)) >= TELLING
                for place, weight in index.pairs.get((one, other), {}).items():
                    alike = min(fits[i].get(place, (0, 0))[0], fits[j].get(place, (0, 0))[0])
                    sheet.points[place] = sheet.points.get(place, 0.0) + value * weight * alike
                    if importance >= 0.5 and alike > 0.6:
                        sheet.lower(place, ENOUGH_WITH_NAME if telling and weight >= STRONG else ENOUGH_WITH_PAIR)


def _whole(entry: Entry, question: Question, index: Index) -> float:
    """Points for everyday terms said in full and for titles that the question covers."""
    asked: dict[str, Term] = {plain: term for term in question for plain, _sure in term.options}
    best = 0.0
    for _written, term in entry.everyday:
        if all(w.plain in asked for w in term):
            value = sum(index.rarity[w.plain] * asked[w.plain].alike(w.marked) for w in term)
            best = max(best, WHOLE_TERM * value)
    title = max((_covered(words, asked, index) for words in entry.titles), default=0.0)
    return best + TITLE * title


def _covered(words: tuple[str, ...], asked: dict[str, Term], index: Index) -> float:
    """The share of a title's words that were asked for, each as rare as it is."""
    total = sum(index.rarity[w] for w in words)
    return sum(index.rarity[w] for w in words if w in asked) / total if total else 0.0


def ranked(question: Question, index: Index, kept: dict[object, Fit]) -> dict[int, float]:
    """Points by entry, only of entries that have enough of what was asked."""
    important = [t for t in question if t.importance > UNIMPORTANT]
    if not important:
        return {}
    sheet = _score(question, index, kept)
    result: dict[int, float] = {}
    best = heapq.nsmallest(CANDIDATES, sheet.points, key=lambda place: (-sheet.points[place], place))
    for place in best:
        covered = sheet.matched[place] / sheet.total
        if covered >= sheet.enough.get(place, ENOUGH):
            whole = _whole(index.entries[place], question, index)
            if sheet.points[place] >= LEAST * sheet.total:
                result[place] = (sheet.points[place] + whole) / sheet.total * (0.4 + 0.6 * covered)
    return result

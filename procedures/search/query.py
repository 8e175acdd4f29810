"""What a visitor may have meant: words with their corrections, and the same question in the catalogue's words."""

from __future__ import annotations

import bisect
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from procedures.search.index import Index
from procedures.search.words import Word, is_loan, likeness, near, untyped, word, words

SYNONYMS = Path(__file__).resolve().parent.parent / "synonyms.yaml"
LONGEST = 24  # words of a question that are looked at
UNIMPORTANT = 0.12
PERSONAL = 0.4  # mother, grandfather, child: who it is about tells little of what is wanted
REMAINDER = 0.4  # what stands beside a phrase whose meaning is known
BEGINNING = 0.75
LONG_WORD = 6
CLEAR = 0.8  # marks at least this alike name the same word


@dataclass(frozen=True)
class Term:
    """A word of the question: what it may be in the catalogue, each with how sure that is, and how much it tells."""

    typed: Word
    options: tuple[tuple[str, float], ...]
    importance: float = 1.0
    has_marks: bool = False  # the question does: then a word without any is meant so

    @property
    def plain(self) -> str:
        return self.options[0][0] if self.options else self.typed.plain

    def alike(self, marked: str) -> float:
        """How well the marks fit, when the question has any."""
        return likeness(self.typed.marked, marked) if self.has_marks else 1.0


Question = tuple[Term, ...]


@dataclass(frozen=True)
class Rule:
    say: tuple[Word, ...]
    mean: tuple[Word, ...]


@dataclass(frozen=True)
class Synonyms:
    ignored: dict[str, frozenset[str]]
    groups: dict[str, dict[str, frozenset[str]]]
    rules: dict[str, tuple[Rule, ...]]  # by the first plain word; rules that begin with a group under its name


def _by_plain(text: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for w in words(text):
        found.setdefault(w.plain, set()).add(w.marked)
    return {plain: frozenset(forms) for plain, forms in found.items()}


def _said(phrase: str) -> tuple[Word, ...]:
    return tuple(Word(part, part) if part.startswith("<") else word(part) for part in str(phrase).split())


@functools.cache
def synonyms() -> Synonyms:
    raw: dict[str, Any] = yaml.safe_load(SYNONYMS.read_text(encoding="utf-8"))
    rules: dict[str, list[Rule]] = {}
    for entry in raw["phrases"]:
        for phrase in entry["say"]:
            said = _said(phrase)
            rules.setdefault(said[0].plain, []).append(Rule(said, tuple(words(entry["mean"]))))
    return Synonyms(
        ignored=_by_plain(raw["ignored"]),
        groups={f"<{name}>": _by_plain(members) for name, members in raw["groups"].items()},
        rules={first: tuple(found) for first, found in rules.items()},
    )


def _is_one_of(typed: Word, forms: frozenset[str] | None, *, has_marks: bool) -> bool:
    return forms is not None and (not has_marks or any(likeness(typed.marked, f) >= CLEAR for f in forms))


# --- words ---------------------------------------------------------------------------------------


def _options(w: Word, index: Index, *, is_last: bool) -> tuple[tuple[str, float], ...]:
    """The catalogue's words this one may be; when it is one of them, only itself."""
    plain, known = w.plain, index.postings
    if plain in known:
        return ((plain, 1.0),)
    found = {c: 0.95 for c in untyped(plain) if c in known}
    if not found and len(plain) >= 4 and not plain.isdigit():
        close = sorted({c for c in near(plain) if c in known}, key=lambda c: (-len(known[c]), c))
        found = dict.fromkeys(close[:4], _surely_a_slip(w))
    if is_last and len(plain) >= 3 and not found:
        found = dict.fromkeys(itertools.islice(_beginning(plain, index), 6), BEGINNING)
    return tuple(found.items())


def _surely_a_slip(w: Word) -> float:
    """A long word is hardly another one; who types marks seldom misses a letter."""
    if len(w.plain) >= LONG_WORD:
        return 0.85
    return 0.4 if w.has_marks else 0.7


def _beginning(plain: str, index: Index) -> Iterator[str]:
    at = bisect.bisect_left(index.sorted_words, plain)
    while at < len(index.sorted_words) and index.sorted_words[at].startswith(plain):
        yield index.sorted_words[at]
        at += 1


def _resplit(typed: Sequence[Word], index: Index) -> list[Word]:
    """Words written together or apart by mistake: khaisinh, pho to."""
    result: list[Word] = []
    for w in typed:
        joined = word(result[-1].plain + w.plain) if result else w
        if result and is_loan(joined.plain) and joined.plain in index.postings:
            result[-1] = joined
        elif w.plain not in index.postings and len(w.plain) >= 5:
            result += _halves(w, index)
        else:
            result.append(w)
    return result


def _halves(w: Word, index: Index) -> list[Word]:
    for at in range(2, len(w.plain) - 1):
        if (w.plain[:at], w.plain[at:]) in index.pairs:
            return [word(w.plain[:at]), word(w.plain[at:])]
    return [w]


def read(text: str, index: Index) -> Question:
    """The question as typed."""
    typed = _resplit(words(text)[:LONGEST], index)
    has_marks = any(w.has_marks for w in typed)
    terms = []
    for i, w in enumerate(typed):
        options = _options(w, index, is_last=i == len(typed) - 1)
        terms.append(Term(w, options, _importance(w, has_marks=has_marks), has_marks))
    return tuple(terms)


def _importance(w: Word, *, has_marks: bool) -> float:
    table = synonyms()
    if _is_one_of(w, table.ignored.get(w.plain), has_marks=has_marks):
        return UNIMPORTANT
    return PERSONAL if _is_one_of(w, table.groups["<kin>"].get(w.plain), has_marks=has_marks) else 1.0


# --- meanings ------------------------------------------------------------------------------------


def _said_at(rule: Rule, question: Question, at: int) -> Question | None:
    """What is left beside the phrase when it begins here; one word may stand inside it."""
    inside: list[Term] = []
    place = at
    for n, said in enumerate(rule.say):
        if 0 < n < len(rule.say) and not inside and place < len(question) and not _says(question[place], said):
            inside.append(question[place])
            place += 1
        if place >= len(question) or not _says(question[place], said):
            return None
        place += 1
    return (*question[:at], *inside, *question[place:])


def _says(term: Term, said: Word) -> bool:
    """Is the word this one of a phrase, as typed or as corrected? A corrected word's marks tell nothing."""
    group = synonyms().groups.get(said.plain)
    forms = {said.plain: frozenset([said.marked])} if group is None else group
    if term.typed.plain in forms:
        return _is_one_of(term.typed, forms[term.typed.plain], has_marks=term.has_marks)
    return term.plain != term.typed.plain and term.plain in forms


def _rules_at(question: Question, at: int) -> Iterator[tuple[Rule, Question]]:
    """The rules that apply from this word on, each with the words beside its phrase."""
    table = synonyms().rules
    for first in {question[at].typed.plain, question[at].plain, *synonyms().groups}:
        for rule in table.get(first, ()):
            beside = _said_at(rule, question, at)
            if beside is not None:
                yield rule, beside


def _term_of(w: Word) -> Term:
    return Term(w, ((w.plain, 1.0),))


def _beside(terms: Question) -> Question:
    return tuple(replace(t, importance=t.importance * REMAINDER) for t in terms)


def meanings(question: Question) -> list[Question]:
    """The question in other words: each known phrase replaced by what it means, longest phrases first."""
    short = tuple(t for t in question if t.importance > UNIMPORTANT)
    found: list[Question] = []
    for version in dict.fromkeys((question, short)):
        for at in range(len(version)):
            for rule, beside in _rules_at(version, at):
                middle = tuple(_term_of(w) for w in rule.mean)
                found.append((*_beside(beside[:at]), *middle, *_beside(beside[at:])))
    return list(dict.fromkeys(found))[:24]

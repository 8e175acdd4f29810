"""What differs between two documents: entries matched by their keys, for citizens and for editors alike."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from procedures.spec.model import Field, ProcedureSpec

T = TypeVar("T")

# Kinds whose typed text may be carried over to another kind; it is checked anew in any case.
_TEXTS = {"text", "multiline", "person_name", "address"}
_NUMBERS = {"integer", "decimal", "money"}
_CHOICES = {"choice", "multichoice"}


def fits(old: Field, new: Field) -> bool:
    """May what was typed for the old question stand for the new one?"""
    if old.kind == new.kind:
        return True
    return any({old.kind, new.kind} <= kinds for kinds in (_TEXTS, _NUMBERS, _CHOICES))


@dataclass(frozen=True)
class Matched(Generic[T]):
    """Entries by key: only in the new list, only in the old one, and in both (old, new) in the new order.

    `moved` are those of both that stand elsewhere among their fellows: the fewest that explain the new order.
    """

    added: tuple[T, ...]
    removed: tuple[T, ...]
    kept: tuple[tuple[T, T], ...]
    moved: tuple[T, ...]


def match(old: Iterable[T], new: Iterable[T], key: Callable[[T], Hashable]) -> Matched[T]:
    before = {key(entry): (place, entry) for place, entry in enumerate(old)}
    after = {key(entry): entry for entry in new}
    both = [(before[k][1], entry) for k, entry in after.items() if k in before]
    still = _longest_rising([before[key(entry)][0] for _old, entry in both])
    return Matched(
        added=tuple(entry for k, entry in after.items() if k not in before),
        removed=tuple(entry for k, (_place, entry) in before.items() if k not in after),
        kept=tuple(both),
        moved=tuple(entry for n, (_old, entry) in enumerate(both) if n not in still),
    )


def _longest_rising(places: Sequence[int]) -> set[int]:
    """Positions of a longest rising subsequence: what may be said to have stayed where it was."""
    ends: list[int] = []  # the smallest end of a rising run of each length
    at: list[int] = []  # the position of that end
    before: list[int] = []  # for each position, the one before it in its run; -1 for none
    for n, place in enumerate(places):
        length = bisect.bisect_left(ends, place)
        before.append(at[length - 1] if length else -1)
        ends[length:] = [place, *ends[length + 1 :]]
        at[length:] = [n, *at[length + 1 :]]
    kept, n = set(), at[-1] if at else -1
    while n >= 0:
        kept.add(n)
        n = before[n]
    return kept


def match_questions(old: ProcedureSpec, new: ProcedureSpec) -> Matched[Field]:
    """The questions of two declaration forms; those inside a repeat belong to it."""
    return match_fields(_questions(old), _questions(new))


def match_fields(old: Iterable[Field], new: Iterable[Field]) -> Matched[Field]:
    return match(old, new, lambda f: f.key)


def _questions(spec: ProcedureSpec) -> list[Field]:
    return list(spec.form.fields()) if spec.form else []


def newly_required(matched: Matched[Field]) -> list[Field]:
    return [new for old, new in matched.kept if new.required and not old.required]

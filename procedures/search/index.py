"""What can be found: the words of every published procedure, weighed by where they stand. Kept in the process."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from procedures.models import CatalogueVersion, Procedure
from procedures.search.words import Word, as_written, words

# Where a word stands, and what that is worth.
WEIGHTS = {
    "short_name": 1.0,
    "everyday": 0.95,
    "name": 0.75,
    "result": 0.55,
    "sector": 0.45,
    "summary": 0.35,
    "documents": 0.2,
}


@dataclass(frozen=True)
class Entry:
    """One procedure: its codes, and the two kinds of text that are compared as wholes."""

    pk: int
    code: str
    other_codes: tuple[str, ...]
    is_closed: bool
    short_name: str
    titles: tuple[tuple[str, ...], ...]  # plain words of the names
    everyday: tuple[tuple[str, tuple[Word, ...]], ...]  # as written, and its words


@dataclass
class Index:
    entries: list[Entry] = field(default_factory=list)
    # plain word: marked form: entry: weight
    postings: dict[str, dict[str, dict[int, float]]] = field(default_factory=dict)
    # two plain words side by side: entry: weight
    pairs: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    spelling: dict[str, str] = field(default_factory=dict)  # plain word: how it is mostly written
    by_pk: dict[int, int] = field(default_factory=dict)
    sorted_words: list[str] = field(default_factory=list)

    rarity: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)  # kept by the search: the index never changes

    def rarity_of(self, count: int) -> float:
        """From 0.1 for what every procedure has to about 1 for what hardly any has."""
        total = max(len(self.entries), 10)
        return max(0.1, math.log((total + 1) / (count + 0.5)) / math.log((total + 1) / 0.5))

    def pair_rarity(self, pair: tuple[str, str]) -> float:
        return self.rarity_of(len(self.pairs.get(pair, ())))


def _texts(content: Mapping[str, Any], sector: str) -> Iterable[tuple[str, str]]:
    yield "short_name", str(content.get("short_name") or content.get("name") or "")
    yield "name", str(content.get("name") or "")
    yield from (("everyday", str(term)) for term in content.get("everyday_terms") or ())
    yield "result", str((content.get("result") or {}).get("name") or "")
    yield "sector", sector
    yield "summary", str(content.get("summary") or "")
    yield from (("documents", str(d.get("name") or "")) for d in content.get("documents") or ())


def _entry(row: Mapping[str, Any]) -> Entry:
    content = row["published__content"]
    names = {content.get("short_name") or content["name"], content["name"]}
    return Entry(
        pk=row["pk"],
        code=row["code"],
        other_codes=tuple(str(c) for key in ("former_codes", "later_codes") for c in content.get(key) or ()),
        is_closed=row["status"] == Procedure.Status.CLOSED,
        short_name=row["short_name"],
        titles=tuple(tuple(w.plain for w in words(str(name))) for name in names),
        everyday=tuple((str(term), tuple(words(str(term)))) for term in content.get("everyday_terms") or ()),
    )


def _add(index: Index, place: int, where: str, text: str, counts: dict[str, dict[str, int]]) -> None:
    weight = WEIGHTS[where]
    found = words(text)
    for w in found:
        places = index.postings.setdefault(w.plain, {}).setdefault(w.marked, {})
        places[place] = max(places.get(place, 0.0), weight)
    for first, second in itertools.pairwise(found):
        pair = index.pairs.setdefault((first.plain, second.plain), {})
        pair[place] = max(pair.get(place, 0.0), weight)
    for w, written in zip(found, as_written(text), strict=True):
        spellings = counts.setdefault(w.plain, {})
        spellings[written] = spellings.get(written, 0) + 1


def build() -> Index:
    """Reads every published document; one query."""
    index = Index()
    counts: dict[str, dict[str, int]] = {}
    rows = Procedure.objects.filter(published__isnull=False).order_by("sector__order", "code")
    for row in rows.values("pk", "code", "status", "short_name", "sector__name", "published__content"):
        place = len(index.entries)
        index.by_pk[row["pk"]] = place
        index.entries.append(_entry(row))
        if not index.entries[place].is_closed:
            for where, text in _texts(row["published__content"], row["sector__name"]):
                _add(index, place, where, text, counts)
    index.spelling = {plain: max(forms, key=lambda f: (forms[f], f)) for plain, forms in counts.items()}
    index.sorted_words = sorted(index.postings)
    for plain, forms in index.postings.items():
        index.rarity[plain] = index.rarity_of(len(set().union(*forms.values())))
    return index


_lock = threading.Lock()
_kept: tuple[object, Index] | None = None


def current() -> Index:
    """The index of the catalogue as it is now; built again when the catalogue's version has moved on."""
    global _kept
    version = CatalogueVersion.objects.filter(pk=1).values_list("number", "changed_at").first()
    kept = _kept
    if kept is not None and kept[0] == version and version is not None:
        return kept[1]
    with _lock:
        if _kept is None or _kept[0] != version or version is None:
            _kept = (version, build())
        return _kept[1]

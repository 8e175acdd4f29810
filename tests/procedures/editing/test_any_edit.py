"""Whatever is done to a document: checking never crashes, comparing says something exactly when something differs."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures import editing, spec
from procedures.loading.columns import used_lists
from procedures.loading.folder import read_folder
from procedures.models import ChoiceList, ProcedureRevision, Sector
from tests import factories
from tests.procedures.catalogues import SHIPPED

FOLDER = read_folder(SHIPPED)
DOCUMENTS = sorted(FOLDER.procedures.values(), key=lambda c: c["code"])
JUNK: list[Any] = [None, "", "x", "Họ tên", 0, -1, 3, 10**20, 1.5, True, [], {}, ["a"], {"key": "x"}, [None], "today"]
slow = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def built(content: dict[str, Any]) -> spec.ProcedureSpec:
    return spec.build(content, used_lists(content, FOLDER.lists))


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with every key or position in it."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = []
    for key, item in list(inner):
        found.append((value, key))
        found += places(item)
    return found


def scribble(content: dict[str, Any], chance: random.Random) -> None:
    """A few random edits: replaced, removed, doubled, swapped."""
    for _edit in range(chance.randint(1, 4)):
        holder, key = chance.choice(places(content))
        what = chance.choice(["junk", "remove", "double", "swap"])
        if what == "junk":
            holder[key] = copy.deepcopy(chance.choice(JUNK))
        elif what == "remove":
            del holder[key]
        elif isinstance(holder, list) and what == "double":
            holder.insert(key, copy.deepcopy(holder[key]))
        elif isinstance(holder, list):
            other = chance.randrange(len(holder))
            holder[key], holder[other] = holder[other], holder[key]


@pytest.fixture
def draft(db: None) -> ProcedureRevision:
    Sector.objects.bulk_create(Sector(key=s["key"], name=s["name"]) for s in FOLDER.sectors)
    ChoiceList.objects.bulk_create(ChoiceList(key=key, items=items) for key, items in FOLDER.lists.items())
    return editing.start(factories.ProcedureFactory(), None)


@slow
@given(document=st.sampled_from(DOCUMENTS), seed=st.integers(0, 2**32))
def test_a_scribbled_document_is_checked_without_a_crash(
    draft: ProcedureRevision, document: dict[str, Any], seed: int
) -> None:
    content = copy.deepcopy(document)
    scribble(content, random.Random(seed))
    draft.refresh_from_db()
    saved = editing.save(draft, content, version=draft.version, by=None)
    found = editing.problems(saved)
    assert all(p.place and p.message for p in found)
    assert editing.from_yaml(editing.to_yaml(saved.content)) == saved.content
    assert isinstance(editing.warnings(saved), list)
    if not [p for p in found if p.path != ("code",)]:
        after, before = saved.spec, built(document)
        assert (editing.differences(before, after) == []) == (before == after)


@given(st.sampled_from(DOCUMENTS), st.sampled_from(DOCUMENTS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_documents_differ_in_words_exactly_when_they_differ(
    db: None, one: dict[str, Any], other: dict[str, Any]
) -> None:
    a, b = built(one), built(other)
    assert editing.differences(a, a) == []
    assert (editing.differences(a, b) == []) == (a == b)
    assert all(s.endswith(".") and (s[0].isupper() or s[0] == "“") for s in editing.differences(a, b))


@given(st.permutations(range(7)), st.sets(st.integers(0, 6)))
def test_the_fewest_moves(order: list[int], gone: set[int]) -> None:
    new = [n for n in order if n not in gone]
    found = spec.match(range(7), new, lambda n: n)
    stayed = [n for n in new if n not in found.moved]
    assert stayed == sorted(stayed)
    assert set(found.removed) == gone
    assert (found.moved == ()) == (new == sorted(new))


@pytest.mark.parametrize("level", [["a"], {"a": 1}, "2", None, 9])
def test_a_level_that_is_none_warns_of_nothing(draft: ProcedureRevision, level: Any) -> None:
    saved = editing.save(draft, {**draft.content, "level": level}, version=draft.version, by=None)
    assert editing.warnings(saved) == []

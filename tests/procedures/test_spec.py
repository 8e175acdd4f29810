"""The catalogue document as dataclasses: conditions, papers needed, lists, digests."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procedures import spec
from procedures.spec import Condition, Document
from tests.factories import LISTS, document


@pytest.mark.parametrize(
    ("values", "answer", "holds"),
    [
        (("a",), "a", True),
        (("a", "b"), "b", True),
        (("a",), "b", False),
        (("a",), None, False),
        (("a",), ["b", "a"], True),
        (("a",), [], False),
        (("true",), True, True),
        (("true",), False, False),
        (("false",), False, True),
        (("false",), None, True),
        (("2",), 2, True),
        (("1",), True, False),
    ],
)
def test_conditions(values: tuple[str, ...], answer: Any, holds: bool) -> None:
    assert Condition("f", values).holds({"f": answer}) is holds


def test_a_condition_reads_equals_and_in() -> None:
    built = spec.build(document(), LISTS)
    assert [d.when for d in built.documents] == [None, None, Condition("parents_married", ("true",)), None]
    more = document(fees=[{"kind": "phi", "name": "P", "amount": 1, "when": {"field": "x", "in": ["a", False, 3]}}])
    assert spec.build(more, LISTS).fees[0].when == Condition("x", ("a", "false", "3"), absent="")


@pytest.mark.parametrize(("kind", "unanswered"), [("checkbox", True), ("choice", False), ("multichoice", False)])
def test_only_a_box_is_answered_by_leaving_it_alone(kind: str, unanswered: bool) -> None:
    choices = [] if kind == "checkbox" else [{"value": "false", "label": "Sai"}, {"value": "true", "label": "Đúng"}]
    asked = {"key": "a", "label": "A", "kind": kind, "choices": choices}
    after = {"key": "b", "label": "B", "kind": "text", "show_when": {"field": "a", "equals": "false"}}
    row = {"key": "r", "label": "R", "kind": "repeat", "fields": [asked, after]}
    form = {"sections": [{"key": "s", "title": "S", "fields": [asked, after, row]}]}
    fields = spec.build(document(form=form, documents=[], fees=[], time_limit={"value": 1, "unit": "hour"}), LISTS).form
    assert fields is not None
    _a, b, r = fields.fields()
    for condition in (b.show_when, r.fields[1].show_when):
        assert condition is not None
        assert [condition.holds(x) for x in ({}, {"a": "false"}, {"a": "true"})] == [unanswered, True, False]


@pytest.mark.parametrize(
    ("paper", "answers", "needed"),
    [
        (Document("a", "A", required=True, upload=True), {}, True),
        (Document("a", "A", required=True, upload=False), {}, False),
        (Document("a", "A", required=True, upload=True, how="show"), {}, False),
        (Document("a", "A", required=True, upload=True, produced_by_form=True), {}, False),
        (Document("a", "A", upload=True), {}, False),
        (Document("a", "A", upload=True, when=Condition("x", ("true",))), {"x": True}, True),
        (Document("a", "A", upload=True, when=Condition("x", ("true",))), {"x": False}, False),
    ],
)
def test_papers_that_must_be_attached(paper: Document, answers: dict[str, Any], needed: bool) -> None:
    assert paper.is_needed(answers) is needed


def test_papers_to_show_may_be_attached() -> None:
    assert [d.may_attach() for d in spec.build(document(), LISTS).documents] == [False, True, True, True]


def test_what_a_document_leaves_out_has_a_default() -> None:
    least = {"code": "9.000009", "slug": "x", "name": "Tên", "sector": "s", "tier": "town", "level": 1}
    built = spec.build(least | {"time_limit": {"value": 3, "unit": "working_day"}}, {})
    assert (built.short_name, built.documents, built.fees, built.form) == ("Tên", (), (), None)
    assert (built.is_free, built.number_of_sets, built.form_documents) == (True, 1, ())


def test_unknown_amounts_stay_unknown() -> None:
    fees = [
        {"kind": "phi", "name": "A", "amount": None},
        {"kind": "phi", "name": "B"},
        {"kind": "phi", "name": "C", "amount": 0},
    ]
    assert [f.amount for f in spec.build(document(fees=fees), LISTS).fees] == [None, None, 0]


def test_shared_lists_speak_of_values_or_codes() -> None:
    items = [{"value": "nam", "label": "Nam"}, {"code": "01", "name": "Kinh"}, {"code": 7, "name": "Bảy"}]
    assert [(c.value, c.label) for c in spec.list_choices(items)] == [("nam", "Nam"), ("01", "Kinh"), ("7", "Bảy")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), json_values, max_size=5))
def test_the_digest_looks_at_content_not_at_order(content: dict[str, Any]) -> None:
    assert spec.digest(dict(reversed(content.items())), {}) == spec.digest(content, {})
    assert spec.digest({**content, "khác": 1}, {}) != spec.digest(content, {})
    assert spec.digest(content, {"l": []}) != spec.digest(content, {})


def test_parsed_documents_are_remembered_by_digest() -> None:
    content = document()
    key = spec.digest(content, LISTS)
    assert spec.parsed(key, lambda: (content, LISTS)) is spec.parsed(key, lambda: ({}, {}))
    assert spec.parsed("khác", lambda: (content, LISTS)) is not spec.parsed(key, lambda: (content, LISTS))

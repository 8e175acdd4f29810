"""What is hidden is neither required nor stored nor shown, however the conditions hang together."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from procedures import display
from procedures.formbuilder import SectionForm, typed_of, whole_form
from procedures.spec import Choice, Condition, Field, FormSpec, Section, visible_answers, visible_fields, visible_form

TODAY = datetime.date(2026, 11, 22)
FEWER = settings(max_examples=40, deadline=None)  # each example is a whole form
CHOICES = (Choice("a", "Một"), Choice("b", "Hai"))
KINDS = st.sampled_from(["choice", "checkbox", "multichoice", "text", "integer"])


def condition(earlier: list[str]) -> st.SearchStrategy[Condition | None]:
    if not earlier:
        return st.none()
    values = st.lists(st.sampled_from(["a", "b", "true", "false", "1"]), min_size=1, max_size=2, unique=True)
    return st.none() | st.builds(Condition, st.sampled_from(earlier), values.map(tuple))


@st.composite
def questions(draw: st.DrawFn, prefix: str, earlier: list[str], count: int) -> tuple[Field, ...]:
    """Questions whose conditions look at any question before them."""
    made: list[Field] = []
    for i in range(count):
        when = draw(condition([*earlier, *(f.key for f in made)]))
        required = draw(st.booleans())
        made.append(Field(f"{prefix}{i}", f"Câu {prefix}{i}", draw(KINDS), required, choices=CHOICES, show_when=when))
    return tuple(made)


@st.composite
def form_specs(draw: st.DrawFn) -> FormSpec:
    first = draw(questions("x", [], 4))
    keys = [f.key for f in first]
    row = draw(questions("r", keys, 3))
    second = draw(questions("y", keys, 3))
    rows = Field("rows", "Các dòng", "repeat", fields=row, show_when=draw(condition(keys)), max_items=3)
    return FormSpec("Tờ khai", (Section("mot", "Một", first), Section("hai", "Hai", (*second, rows))))


TYPED = st.sampled_from([[], [""], ["a"], ["b"], ["on"], ["1"], ["chữ"], ["a", "b"]])


@st.composite
def filled(draw: st.DrawFn) -> tuple[FormSpec, dict[str, list[str]]]:
    spec = draw(form_specs())
    typed = {f.key: draw(TYPED) for f in spec.fields() if f.kind != "repeat"}
    count = draw(st.integers(0, 3))
    rows = spec.field("rows")
    assert rows
    typed |= {f"rows-{i}-{g.key}": draw(TYPED) for i in range(count) for g in rows.fields}
    return spec, {**typed, "rows-TOTAL_FORMS": [str(count)]}


@FEWER
@given(filled())
def test_hidden_answers_are_never_stored(case: tuple[FormSpec, dict[str, list[str]]]) -> None:
    spec, typed = case
    answers, _errors = whole_form(spec, typed, today=TODAY)
    assert visible_answers(spec, answers) == answers
    shown = {f.key for _section, fields in visible_form(spec, answers) for f in fields}
    assert set(answers) <= shown


@FEWER
@given(filled())
def test_hidden_questions_are_never_asked_for(case: tuple[FormSpec, dict[str, list[str]]]) -> None:
    spec, typed = case
    answers, errors = whole_form(spec, typed, today=TODAY)
    shown = {f"id_{f.key}" for _section, fields in visible_form(spec, answers) for f in fields}
    asked = {e.input_id for found in errors.values() for e in found}
    assert {i for i in asked if "-" not in i} <= shown


@FEWER
@given(filled())
def test_checked_answers_pass_again_unchanged(case: tuple[FormSpec, dict[str, list[str]]]) -> None:
    """What was accepted once is accepted again: at filing, when a draft is opened, in a supplement."""
    spec, typed = case
    answers, errors = whole_form(spec, typed, today=TODAY)
    if errors:
        return
    again, errors = whole_form(spec, typed_of(spec.fields(), answers, TODAY), today=TODAY)
    assert (again, errors) == (answers, {})


@FEWER
@given(filled())
def test_each_shown_answer_appears_once_and_no_other(case: tuple[FormSpec, dict[str, list[str]]]) -> None:
    spec, typed = case
    answers, _errors = whole_form(spec, typed, today=TODAY)
    listed = [row.key for section in display.rows(spec, answers) for row in section.rows]
    assert listed == [f.key for _section, fields in visible_form(spec, answers) for f in fields]


@FEWER
@given(filled())
def test_any_section_is_drawn(case: tuple[FormSpec, dict[str, list[str]]]) -> None:
    spec, typed = case
    for section in spec.sections:
        form = SectionForm(section, typed=typed, today=TODAY)
        form.is_valid()
        page = form.render()
        assert all(f'id="{e.input_id}"' in page for e in form.errors)


def answered(*fields: Field, **answers: Any) -> list[str]:
    return [f.key for f in visible_fields(fields, answers)]


def test_a_condition_on_a_hidden_question_sees_it_unanswered() -> None:
    a = Field("a", "A", "choice", choices=CHOICES)
    b = Field("b", "B", "choice", choices=CHOICES, show_when=Condition("a", ("a",)))
    c = Field("c", "C", "text", show_when=Condition("b", ("b",)))
    assert answered(a, b, c, a="a", b="b") == ["a", "b", "c"]
    assert answered(a, b, c, a="b", b="b") == ["a"]


def test_a_condition_on_several_choices_holds_when_one_is_chosen() -> None:
    ways = Field("ways", "Kênh", "multichoice", choices=CHOICES)
    more = Field("more", "Thêm", "text", show_when=Condition("ways", ("b",)))
    assert answered(ways, more, ways=["a", "b"]) == ["ways", "more"]
    assert answered(ways, more, ways=["a"]) == ["ways"]
    assert answered(ways, more) == ["ways"]

"""Repeats: rows named like a Django formset, added and removed with and without a script."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from procedures.formbuilder import SectionForm, press_row_button, typed_from
from procedures.spec import Choice, Condition, Field, Section

TODAY = datetime.date(2026, 11, 22)
KINDS = (Choice("dat_o", "Đất ở"), Choice("khac", "Khác"))
PLOT = Field("plot", "Số thửa", "text", required=True)
KIND = Field("kind", "Loại đất", "choice", choices=KINDS, default="dat_o")
WORDS = Field("words", "Ghi rõ loại", "text", required=True, show_when=Condition("kind", ("khac",)))
TOWN = Field("town", "Ở đô thị", "checkbox")
STREET = Field("street", "Đường", "text", required=True, show_when=Condition("town", ("true",)))
PLOTS = Field(
    "plots", "Thửa đất", "repeat", required=True, min_items=1, max_items=3, item_label="Thửa",
    fields=(PLOT, KIND, WORDS, STREET),
)  # fmt: skip
LAND = Section("dat", "Đất", (TOWN, PLOTS))


def optional(**more: Any) -> Section:
    return Section(
        "dat", "Đất", (Field("plots", "Thửa đất", "repeat", max_items=3, item_label="Thửa", fields=(PLOT,), **more),)
    )


def checked(section: Section, typed: dict[str, list[str]]) -> SectionForm:
    form = SectionForm(section, typed=typed, today=TODAY)
    form.is_valid()
    return form


def rows(*plots: str, total: int | str | None = None) -> dict[str, list[str]]:
    typed = {f"plots-{i}-plot": [plot] for i, plot in enumerate(plots)}
    return {**typed, "plots-TOTAL_FORMS": [str(len(plots) if total is None else total)]}


def names(form: SectionForm) -> list[str]:
    page = re.sub(r"<template.*?</template>", "", form.render(), flags=re.DOTALL)
    return re.findall(r'name="(plots-\d+-plot)"', page)


def test_rows_become_a_list_of_answers() -> None:
    form = checked(LAND, {**rows("12", "13"), "plots-0-kind": ["dat_o"]})
    assert form.errors == []
    assert form.answers == {"town": False, "plots": [{"plot": "12", "kind": "dat_o"}, {"plot": "13"}]}
    assert [row.answers["plot"] for row in form.rows_of("plots")] == ["12", "13"]


def test_conditions_look_at_the_row_first_and_then_around_it() -> None:
    typed = {
        **rows("12", "13"),
        "plots-0-kind": ["khac"],
        "plots-1-words": ["bỏ"],
        "town": ["on"],
        "plots-1-street": ["A"],
    }
    form = checked(LAND, typed)
    assert [(e.input_id, e.message) for e in form.errors] == [
        ("id_plots-0-words", "Thửa 1: Bạn chọn “Khác” nên cần trả lời thêm: Ghi rõ loại."),
        ("id_plots-0-street", "Thửa 1: Bạn chưa nhập “Đường”."),
    ]
    assert form.answers["plots"][1] == {"plot": "13", "street": "A"}


def test_a_required_list_asks_the_questions_of_its_first_row() -> None:
    for typed in ({}, rows(total=0), rows(""), rows(" ", "")):
        form = checked(LAND, typed)
        assert [e.input_id for e in form.errors] == ["id_plots-0-plot"]
        assert 'id="id_plots-0-plot"' in form.render()


def test_blank_rows_between_filled_ones_are_skipped() -> None:
    form = checked(LAND, rows("12", "", "13"))
    assert form.errors == []
    assert form.answers["plots"] == [{"plot": "12"}, {"plot": "13"}]
    assert len(names(form)) == 3


def test_a_row_with_only_its_defaults_is_blank() -> None:
    form = checked(optional(), {})
    assert form.answers == {}
    form = checked(LAND, {**rows("12", ""), "plots-1-kind": ["dat_o"]})
    assert form.errors == []
    assert form.answers["plots"] == [{"plot": "12"}]


def test_an_optional_list_may_stay_empty_and_starts_without_rows() -> None:
    form = checked(optional(min_items=0), rows(total=0))
    assert form.errors == []
    assert form.answers == {}
    assert names(SectionForm(optional(), today=TODAY)) == []


def test_an_optional_list_with_a_minimum_wants_none_or_enough() -> None:
    assert checked(optional(min_items=2), rows()).errors == []
    form = checked(optional(min_items=2), rows("12"))
    assert [(e.input_id, e.message) for e in form.errors] == [
        ("id_plots", "“Thửa đất” cần ít nhất 2 dòng. Bạn đã khai 1, hãy khai thêm.")
    ]
    assert 'id="id_plots"' in form.render()
    assert checked(optional(min_items=2), rows("12", "13")).errors == []


def test_a_required_list_of_optional_questions_wants_something() -> None:
    loose = Field("plots", "Thửa đất", "repeat", required=True, min_items=1, fields=(Field("plot", "Số thửa", "text"),))
    form = checked(Section("dat", "Đất", (loose,)), rows(""))
    assert [e.input_id for e in form.errors] == ["id_plots"]


def test_a_page_starts_with_the_rows_that_are_needed() -> None:
    two = Field("plots", "Thửa", "repeat", required=True, min_items=2, fields=(PLOT, KIND))
    form = SectionForm(Section("dat", "Đất", (two,)), today=TODAY)
    assert names(form) == ["plots-0-plot", "plots-1-plot"]
    assert 'name="plots-TOTAL_FORMS" value="2"' in form.render()
    assert form.render().count('value="dat_o" checked') == 3  # two rows and the model for more


def test_a_hidden_list_is_neither_asked_nor_kept() -> None:
    hidden = Field("plots", "Thửa", "repeat", required=True, fields=(PLOT,), show_when=Condition("town", ("true",)))
    section = Section("dat", "Đất", (TOWN, hidden))
    form = checked(section, rows("12"))
    assert form.errors == []
    assert form.answers == {"town": False}
    assert re.search(r'data-repeat="plots"[^>]* hidden', form.render())


# --- counts that were tampered with --------------------------------------------------------------


@pytest.mark.parametrize("total", ["999999999999999999999", "4", "1000"])
def test_more_rows_than_allowed_are_refused_and_not_drawn(total: str) -> None:
    form = checked(LAND, rows("1", "2", "3", "4", total=total))
    assert [(e.input_id, e.message) for e in form.errors] == [
        (
            "id_plots",
            "“Thửa đất” có tối đa 3 dòng. Bạn bỏ bớt, phần còn lại ghi vào giấy tờ đính kèm.",
        )
    ]
    assert len(names(form)) == 3


@pytest.mark.parametrize("total", ["-1", "", "abc", "1e9", "²", "0x2", "\x00"])
def test_a_broken_count_falls_back_on_the_inputs(total: str) -> None:
    form = checked(LAND, rows("1", "2", total=total))
    assert form.errors == []
    assert [r["plot"] for r in form.answers["plots"]] == ["1", "2"]


def test_a_missing_count_falls_back_on_the_inputs() -> None:
    typed = rows("1", "2")
    del typed["plots-TOTAL_FORMS"]
    assert [r["plot"] for r in checked(LAND, typed).answers["plots"]] == ["1", "2"]


@settings(deadline=None)
@given(total=st.text(max_size=12), key=st.text(max_size=12))
def test_no_count_or_name_breaks_the_page(total: str, key: str) -> None:
    post = QueryDict(mutable=True)
    post.setlist("plots-TOTAL_FORMS", [total])
    post.setlist(f"plots-{key}-plot", ["x"])
    post.setlist("plots-0-plot", ["x"])
    typed = typed_from(LAND, post)
    assert len(checked(LAND, typed).rows_of("plots")) <= 3
    for button in ("add-plots", "remove-plots"):
        assert press_row_button(LAND, {button: key}, typed) is not None


def test_only_rows_that_count_are_kept() -> None:
    post = QueryDict("plots-TOTAL_FORMS=2&plots-0-plot=a&plots-1-plot=b&plots-2-plot=c&plots-00-plot=d&plots-0-x=e")
    assert typed_from(LAND, post) == {"plots-TOTAL_FORMS": ["2"], "plots-0-plot": ["a"], "plots-1-plot": ["b"]}


def test_a_page_without_the_list_keeps_nothing_of_it() -> None:
    assert typed_from(LAND, QueryDict("town=on")) == {"town": ["on"]}


def test_doubts_in_rows_name_the_row() -> None:
    people = Field("people", "Người", "repeat", item_label="Người", fields=(Field("no", "Số giấy tờ", "id_number"),))
    typed = {"people-TOTAL_FORMS": ["2"], "people-0-no": ["042085012345"], "people-1-no": ["183456789"]}
    form = checked(Section("s", "S", (people,)), typed)
    assert form.errors == []
    assert [(w.input_id, w.message[:9]) for w in form.warnings] == [("id_people-1-no", "Người 2: ")]


def test_the_management_inputs_of_a_django_formset_do_no_harm() -> None:
    post = QueryDict(
        "plots-TOTAL_FORMS=1&plots-INITIAL_FORMS=0&plots-MIN_NUM_FORMS=0&plots-MAX_NUM_FORMS=1000&plots-0-plot=a"
    )
    assert typed_from(LAND, post) == {"plots-TOTAL_FORMS": ["1"], "plots-0-plot": ["a"]}


# --- buttons without a script --------------------------------------------------------------------


def test_a_row_is_added_and_nothing_complains() -> None:
    typed = press_row_button(LAND, {"add-plots": "1"}, rows("12"))
    assert typed == rows("12", total=2)
    form = SectionForm(LAND, typed=typed, today=TODAY)
    assert names(form) == ["plots-0-plot", "plots-1-plot"]
    assert "field-error" not in form.render()


def test_rows_are_not_added_above_the_limit_and_the_button_goes() -> None:
    typed = press_row_button(LAND, {"add-plots": "1"}, rows("1", "2", "3"))
    assert typed == rows("1", "2", "3")
    assert re.search(r'name="add-plots"[^>]* hidden', SectionForm(LAND, typed=typed, today=TODAY).render())
    assert not re.search(r'name="add-plots"[^>]* hidden', SectionForm(LAND, typed=rows("1"), today=TODAY).render())


def test_adding_to_a_page_that_sent_no_count_adds_to_the_rows_it_showed() -> None:
    assert press_row_button(LAND, {"add-plots": "1"}, {}) == {"plots-TOTAL_FORMS": ["2"]}


def test_a_row_is_removed_and_the_later_ones_move_up() -> None:
    typed = {**rows("1", "2", "3"), "plots-2-kind": ["khac"], "town": ["on"]}
    assert press_row_button(LAND, {"remove-plots": "1"}, typed) == {
        **rows("1", "3"),
        "plots-1-kind": ["khac"],
        "town": ["on"],
    }
    assert press_row_button(LAND, {"remove-plots": "0"}, rows("1", "2")) == rows("2")


@pytest.mark.parametrize("index", ["7", "-1", "x", "", "99999999999999999999", "²"])
def test_removing_a_row_that_is_not_there_changes_nothing(index: str) -> None:
    assert press_row_button(LAND, {"remove-plots": index}, rows("1", "2")) == rows("1", "2")


def test_no_row_button_was_pressed() -> None:
    assert press_row_button(LAND, {"action": "next", "add-other": "1"}, rows("1")) is None
    assert press_row_button(LAND, {"add-town": "1"}, rows("1")) is None


def test_the_model_for_new_rows_has_names_to_fill_in() -> None:
    page = SectionForm(LAND, today=TODAY).render()
    model = re.search(r"<template data-model>(.*?)</template>", page, re.DOTALL)
    assert model
    assert 'name="plots-__prefix__-plot"' in model[1]
    assert 'id="id_plots-__prefix__-plot"' in model[1]
    assert "Thửa __number__" in model[1]

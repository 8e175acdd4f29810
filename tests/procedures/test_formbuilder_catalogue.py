"""Every form that is shipped is drawn, accepts careful answers on every branch, and names what is missing."""

from __future__ import annotations

import re
from typing import Any

import pytest

from procedures import display, spec
from procedures.formbuilder import SectionForm, typed_of, whole_form
from procedures.provinces import PERSONAL_NUMBER_PROVINCES
from tests import shipped, values

FORMS = {code: s.form for code, s in shipped.procedures().items() if s.form}


def branches(form: spec.FormSpec) -> range:
    """Enough picks for every option of the questions that conditions look at."""
    asked = {f.show_when.field for f in form.fields() if f.show_when}
    return range(max([2, *(len(f.choices) for f in form.fields() if f.key in asked)]))


def filled(form: spec.FormSpec, pick: int) -> dict[str, list[str]]:
    typed: dict[str, list[str]] = {}
    known: dict[str, Any] = {}
    for section in form.sections:
        typed |= values.section(section, known, pick)[0]
    return typed


@pytest.mark.parametrize("code", FORMS)
def test_careful_answers_are_accepted_on_every_branch(code: str) -> None:
    form = FORMS[code]
    for pick in branches(form):
        typed = filled(form, pick)
        answers, errors = whole_form(form, typed)
        assert errors == {}, pick
        assert {name.split("-")[0] for name in typed} - set(answers) == set()
        assert whole_form(form, typed_of(form.fields(), answers, values.TODAY())) == (answers, {})
        listed = [row.key for section in display.rows(form, answers) for row in section.rows]
        assert len(listed) == len(set(listed))
        assert set(answers) <= set(listed)


@pytest.mark.parametrize("code", FORMS)
def test_every_section_is_drawn_and_names_what_is_missing(code: str) -> None:
    for section in FORMS[code].sections:
        first = SectionForm(section).render()
        assert "field-error" not in first
        form = SectionForm(section, typed={})
        form.is_valid()
        page = re.sub(r"<template.*?</template>", "", form.render(), flags=re.DOTALL)
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert {e.input_id for e in form.errors} <= set(ids)
        wanted = {f.key for f in section.fields if f.required and f.show_when is None}
        assert {re.match(r"id_([^-]+)", e.input_id)[1] for e in form.errors} >= wanted  # type: ignore[index]


def test_the_province_codes_are_those_of_the_catalogue() -> None:
    listed = {str(p["cccd_code"]).zfill(3) for p in shipped.lists()["provinces_before_2025_07"]}
    assert listed == PERSONAL_NUMBER_PROVINCES

"""Every problem of a catalogue folder is named with its file and place; nothing a folder holds makes checking fail."""

from __future__ import annotations

import copy
import functools
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures import spec
from procedures.loading.check import check, check_procedure
from procedures.loading.columns import used_lists
from procedures.loading.folder import Folder, read_folder
from procedures.loading.problems import Problems
from tests.factories import LISTS, document
from tests.procedures.catalogues import SHIPPED, files

FILE = "procedures/9.000001-mau.yaml"


def folder_of(content: dict[str, Any]) -> Folder:
    shared = {name: value for name, value in content.items() if "/" not in name}
    procedures = {name: value for name, value in content.items() if "/" in name}
    return Folder(Path("x"), shared=shared, procedures=procedures, has_procedures=bool(procedures))


def places(content: dict[str, Any]) -> list[tuple[str, str]]:
    return [(p.file, p.path) for p in check(folder_of(content))]


def put(root: Any, path: str, value: Any) -> None:
    """Sets root[a][0][b] for "a.0.b"; None takes the key away."""
    *outer, last = [int(s) if s.isdigit() else s for s in path.split(".")]
    for step in outer:
        root = root[step]
    if value is None:
        del root[last]
    elif last == "+":
        root.append(value)
    else:
        root[last] = value


FIELD = {"key": "them", "label": "Thêm", "kind": "text"}
BOX = {"key": "o", "label": "Ô", "kind": "checkbox", "required": True}


def test_the_shipped_catalogue_is_clean() -> None:
    folder = read_folder(SHIPPED)
    assert folder.problems == []
    assert check(folder) == []


def test_the_small_folder_is_clean() -> None:
    assert places(files()) == []


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        # the head
        ("code", None, "code"),
        ("code", "1.23", "code"),
        ("code", 9.000001, "code"),
        ("slug", "Dang Ky", "slug"),
        ("name", None, "name"),
        ("name", "x" * 501, "name"),
        ("name", ["a"], "name"),
        ("sector", "khong_co", "sector"),
        ("tier", "province", "tier"),
        ("level", 5, "level"),
        ("level", "3", "level"),
        ("level", True, "level"),
        ("checked", "yes", "checked"),
        ("as_of", "30/06/2025", "as_of"),
        ("steps", "Nộp hồ sơ", "steps"),
        ("steps", [1], "steps[0]"),
        ("lable", "x", None),
        ("former_code", [], "former_code"),
        ("Later_Codes", [], "Later_Codes"),
        ("number_of_sets", 0, "number_of_sets"),
        ("today", "x", "today"),
        ("related", ["9.999999"], None),
        ("form", None, "form"),
        # papers, fees, time
        ("documents.0.key", "To Khai", "documents[0].key"),
        ("documents.1.key", "declaration", "documents[1].key"),
        ("documents.0.name", None, "documents[0].name"),
        ("documents.0.how", "email", "documents[0].how"),
        ("documents.0.originals", -1, "documents[0].originals"),
        ("documents.0.requird", True, None),
        ("documents.2.requred", True, None),
        ("documents.2.when.field", "khong_co", "documents[2].when.field"),
        ("documents.2.when.field", "child_name", "documents[2].when.field"),
        ("documents.2.when.field", "sibling_name", "documents[2].when.field"),
        ("documents.2.when.equals", "co", "documents[2].when.equals"),
        ("documents.2.when.equals", None, "documents[2].when"),
        ("documents.2.when.in", ["true"], "documents[2].when"),
        ("documents.2.when", "parents_married", "documents[2].when"),
        ("fees.0.kind", "thue", "fees[0].kind"),
        ("fees.0.amount", 10.5, "fees[0].amount"),
        ("fees.0.amount", "10000", "fees[0].amount"),
        ("fees.0.amount", None, None),
        ("fees.1.when.field", "nothing", "fees[1].when.field"),
        ("time_limit", None, "time_limit"),
        ("time_limit", 5, "time_limit"),
        ("time_limit.value", -1, "time_limit.value"),
        ("time_limit.unit", "week", "time_limit.unit"),
        ("time_limit.cutoff", "25:00", "time_limit.cutoff"),
        ("time_limit.variants.0.unit", "day", "time_limit.variants[0].unit"),
        ("time_limit.variants.0.when.equals", "mars", "time_limit.variants[0].when.equals"),
        ("legal_basis.0.number", None, "legal_basis[0].number"),
        ("legal_basis.0.date", "2014", "legal_basis[0].date"),
        ("result.delivery", "truc_tiep", "result.delivery"),
        # the form
        ("form", [], "form"),
        ("form.sections", [], "form.sections"),
        ("form.sections", {}, "form.sections"),
        ("form.sections.0.key", "kiem-tra", "form.sections[0].key"),
        ("form.sections.0.key", "Phần 1", "form.sections[0].key"),
        ("form.sections.0.key", "phan-1", None),
        ("form.sections.0.title", None, "form.sections[0].title"),
        ("form.sections.0.fields", [], "form.sections[0].fields"),
        ("form.sections.0.fields.+", {**FIELD, "kind": "number"}, "form.sections[0].fields[{n}].kind"),
        ("form.sections.0.fields.+", {**FIELD, "key": "child_name"}, "form.sections[0].fields[{n}].key"),
        ("form.sections.0.fields.+", {**FIELD, "key": "Họ tên"}, "form.sections[0].fields[{n}].key"),
        ("form.sections.0.fields.+", {"key": "x", "kind": "text"}, "form.sections[0].fields[{n}].label"),
        ("form.sections.0.fields.+", {**FIELD, "kind": "choice"}, "form.sections[0].fields[{n}].choices"),
        ("form.sections.0.fields.+", {**FIELD, "requierd": True}, "form.sections[0].fields[{n}].requierd"),
        ("form.sections.0.fields.+", {**FIELD, "min": 5, "max": 1}, "form.sections[0].fields[{n}].min"),
        (
            "form.sections.0.fields.+",
            {**FIELD, "min_length": 5, "max_length": 1},
            "form.sections[0].fields[{n}].min_length",
        ),
        ("form.sections.0.fields.+", {**FIELD, "min": "1"}, "form.sections[0].fields[{n}].min"),
        ("form.sections.0.fields.+", {**FIELD, "max_length": 1.5}, "form.sections[0].fields[{n}].max_length"),
        ("form.sections.0.fields.+", {**FIELD, "min_date": "hôm nay"}, "form.sections[0].fields[{n}].min_date"),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "date", "min_date": "2026-01-02", "max_date": "2026-01-01"},
            "form.sections[0].fields[{n}].min_date",
        ),
        ("form.sections.0.fields.+", {**FIELD, "kind": "date", "max_date": "today"}, None),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "date", "after_field": "child_name"},
            "form.sections[0].fields[{n}].after_field",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "date", "after_field": "them"},
            "form.sections[0].fields[{n}].after_field",
        ),
        ("form.sections.0.fields.+", {**FIELD, "kind": "date", "after_field": "child_birth_date"}, None),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "choice", "choices_from": "lists.khong_co"},
            "form.sections[0].fields[{n}].choices_from",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "choice", "choices_from": "lists.sexes", "default": "nam"},
            None,
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "choice", "choices_from": "lists.sexes", "default": "x"},
            "form.sections[0].fields[{n}].default",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "choice", "choices": [{"value": False, "label": "Không"}]},
            "form.sections[0].fields[{n}].choices[0].value",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "choice", "choices": [{"value": "a", "label": "A"}, {"value": "a", "label": "B"}]},
            "form.sections[0].fields[{n}].choices[1].value",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "checkbox", "default": "yes"},
            "form.sections[0].fields[{n}].default",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "integer", "default": "1"},
            "form.sections[0].fields[{n}].default",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "date", "default": "1/1/2026"},
            "form.sections[0].fields[{n}].default",
        ),
        ("form.sections.0.fields.+", {**FIELD, "kind": "file", "default": "x"}, "form.sections[0].fields[{n}].default"),
        ("form.sections.0.fields.+", {**FIELD, "kind": "repeat"}, "form.sections[0].fields[{n}].fields"),
        ("form.sections.0.fields.+", {**FIELD, "kind": "repeat", "fields": []}, "form.sections[0].fields[{n}].fields"),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "repeat", "fields": [{**FIELD, "kind": "file"}]},
            "form.sections[0].fields[{n}].fields[0].kind",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "repeat", "fields": [{**FIELD, "key": "a"}, {**FIELD, "key": "a"}]},
            "form.sections[0].fields[{n}].fields[1].key",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "kind": "repeat", "min_items": 3, "max_items": 2, "fields": [{**FIELD, "key": "a"}]},
            "form.sections[0].fields[{n}].min_items",
        ),
        # conditions
        (
            "form.sections.0.fields.+",
            {**FIELD, "show_when": {"field": "khong_co", "equals": "x"}},
            "form.sections[0].fields[{n}].show_when.field",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "show_when": {"field": "them", "equals": "x"}},
            "form.sections[0].fields[{n}].show_when.field",
        ),
        (
            "form.sections.0.fields.0.show_when",
            {"field": "wants_copy", "equals": True},
            "form.sections[0].fields[0].show_when.field",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "show_when": {"field": "child_sex", "in": ["nam", "khac"]}},
            "form.sections[0].fields[{n}].show_when.in[1]",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "show_when": {"field": "child_sex", "in": []}},
            "form.sections[0].fields[{n}].show_when.in",
        ),
        (
            "form.sections.0.fields.+",
            {**FIELD, "show_when": {"field": "child_sex"}},
            "form.sections[0].fields[{n}].show_when",
        ),
    ],
)
def test_a_problem_is_named_with_its_place(path: str, value: Any, place: str | None) -> None:
    content = files()
    count = len(content[FILE]["form"]["sections"][0]["fields"])
    put(content[FILE], path, value)
    expected = [] if place is None else [(FILE, place.replace("{n}", str(count)))]
    found = places(content)
    assert found[:1] == expected[:1]
    assert len(found) <= 1 or path in ("form", "form.sections", "form.sections.0.fields", "documents.2.when.field")


def test_a_required_field_that_can_never_be_seen() -> None:
    content = files()
    fields = content[FILE]["form"]["sections"][0]["fields"]
    fields += [BOX, {**FIELD, "required": True, "show_when": {"field": "o", "equals": False}}]
    assert places(content) == [(FILE, f"form.sections[0].fields[{len(fields) - 1}].show_when")]


def test_a_row_may_ask_about_earlier_fields_outside_it() -> None:
    content = files()
    rows = [{**FIELD, "show_when": {"field": "child_sex", "equals": "nam"}}]
    put(content[FILE], "form.sections.0.fields.+", {"key": "r", "label": "R", "kind": "repeat", "fields": rows})
    assert places(content) == []


def test_levels_one_and_two_do_without_a_form_but_then_nothing_leans_on_it() -> None:
    content = files()
    content[FILE] |= {"level": 2}
    del content[FILE]["form"]
    assert places(content) == [
        (FILE, "documents[0].produced_by_form"),
        (FILE, "documents[2].when.field"),
        (FILE, "fees[1].when.field"),
        (FILE, "time_limit.variants[0].when.field"),
    ]


def test_file_names_and_codes() -> None:
    content = files()
    content["procedures/9.000001.yaml"] = document()
    content["procedures/9.000002-khac.yaml"] = document(code="9.000003")
    content["procedures/9.0000011-gan.yaml"] = document(code="9.000004")
    assert places(content) == [
        ("procedures/9.000001.yaml", "code"),
        ("procedures/9.000002-khac.yaml", "code"),
        ("procedures/9.0000011-gan.yaml", "code"),
    ]


@pytest.mark.parametrize(
    ("file", "path", "value", "place"),
    [
        ("agencies.yaml", "agencies.1.parent", "khong-co", "agencies[1].parent"),
        ("agencies.yaml", "agencies.1.successor", "khong-co", "agencies[1].successor"),
        ("agencies.yaml", "agencies.1.kind", "village", "agencies[1].kind"),
        ("agencies.yaml", "agencies.1.kind", "department", "agencies[1].kind"),
        ("agencies.yaml", "agencies.1.slug", "thi-xa", "agencies[1].slug"),
        ("agencies.yaml", "agencies.1.slug", "Phường", "agencies[1].slug"),
        ("agencies.yaml", "agencies.1.name", None, "agencies[1].name"),
        ("agencies.yaml", "agencies.1.active_to", "hôm qua", "agencies[1].active_to"),
        ("agencies.yaml", "agencies.1.email", "a b", "agencies[1].email"),
        ("agencies.yaml", "agencies.1.phone", 239, "agencies[1].phone"),
        ("agencies.yaml", "agencies.1.adress", "x", "agencies[1].adress"),
        ("agencies.yaml", "agencies.1.population", 5, None),
        ("agencies.yaml", "agencies.0.parent", "thi-xa", "agencies[0].parent"),
        ("agencies.yaml", "departments.0.slug", "phuong", "departments[0].slug"),
        ("agencies.yaml", "departments.0.parent", None, "departments[0].parent"),
        ("agencies.yaml", "agencies", "x", "agencies"),
        ("sectors.yaml", "sectors.0.name", None, "sectors[0].name"),
        ("sectors.yaml", "sectors.0.tiers", ["xa"], "sectors[0].tiers[0]"),
        ("sectors.yaml", "sectors.+", {"key": "ho_tich", "name": "Hai"}, "sectors[1].key"),
        ("lists.yaml", "lists.sexes", "nam", "lists.sexes"),
        ("lists.yaml", "lists.sexes.1.value", "nam", "lists.sexes[1].value"),
        ("lists.yaml", "lists.sexes.1.value", True, "lists.sexes[1].value"),
        ("lists.yaml", "lists.Giới", [], "lists.Giới"),
        ("lists.yaml", "lists", [], "lists"),
    ],
)
def test_problems_of_the_shared_files(file: str, path: str, value: Any, place: str | None) -> None:
    content = files()
    put(content[file], path, value)
    assert [p for f, p in places(content) if f == file][:1] == ([] if place is None else [place])


def test_chains_of_agencies_may_not_return() -> None:
    content = files()
    town, ward = content["agencies.yaml"]["agencies"]
    town["parent"] = "phuong"
    town |= {"active_from": "2025-07-01", "active_to": "2025-06-30"}
    ward["successor"] = "phuong"
    assert places(content) == [
        ("agencies.yaml", "agencies[0].parent"),
        ("agencies.yaml", "agencies[0].active_to"),
        ("agencies.yaml", "agencies[1].parent"),
        ("agencies.yaml", "agencies[1].successor"),
    ]


def test_a_list_in_use_needs_values_and_labels() -> None:
    for items in ([], [{"value": "nam"}], [{"label": "Nam"}]):
        content = files()
        content["lists.yaml"]["lists"]["sexes"] = items
        assert [p for _f, p in places(content) if p.endswith("choices_from")]


def test_the_sentence_says_what_to_do() -> None:
    content = files()
    content[FILE]["form"]["sections"][0]["fields"].append(
        {**FIELD, "show_when": {"field": "child_sexx", "equals": "nam"}}
    )
    count = len(content[FILE]["form"]["sections"][0]["fields"]) - 1
    assert [str(p) for p in check(folder_of(content))] == [
        f"{FILE}: form.sections[0].fields[{count}].show_when.field: "
        "Không có trường “child_sexx” trong biểu mẫu. Hãy kiểm tra tên."
    ]


# --- anything at all -----------------------------------------------------------------------------

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=25,
)
KEYS = "code slug name sector tier level time_limit form documents fees sections fields key label kind choices".split()
KEYS += "choices_from show_when when field equals in default min max fields variants value unit agencies lists".split()
shaped = st.recursive(
    plain | st.sampled_from([*spec.KINDS, "ho_tich", "town", "today", "a", "b", "lists.sexes"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=40,
)


@settings(max_examples=40, deadline=None)
@given(content=st.dictionaries(st.sampled_from([*files(), "about.yaml"]), st.dictionaries(st.text(max_size=8), shaped)))
def test_no_content_makes_checking_fail(content: dict[str, Any]) -> None:
    check(folder_of(content))


@settings(max_examples=80, deadline=None)
@given(content=shaped)
def test_no_document_makes_checking_fail(content: Any) -> None:
    problems = Problems("x")
    check_procedure(content, {"ho_tich"}, LISTS, problems)
    assert problems.found or spec.build(content, LISTS)


@functools.cache
def _shipped() -> Folder:
    return read_folder(SHIPPED)


def _spots(value: Any) -> list[tuple[Any, Any]]:
    """Every place of a document that can hold something else."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [spot for step, inner in steps for spot in [(value, step), *_spots(inner)]]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), value=shaped)
def test_a_shipped_document_with_one_wrong_place_is_refused_or_still_builds(seed: int, value: Any) -> None:
    folder = _shipped()
    chance = random.Random(seed)
    content = copy.deepcopy(chance.choice(list(folder.procedures.values())))
    holder, step = chance.choice(_spots(content))
    holder[step] = value
    problems = Problems("x")
    check_procedure(content, {s["key"] for s in folder.sectors}, folder.lists, problems)
    if not problems:
        built = spec.build(content, used_lists(content, folder.lists))
        assert built.code == content["code"]

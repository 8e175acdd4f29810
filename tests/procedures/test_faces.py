"""Merge fields and export columns: the faces of a definition for letters and tables."""

from __future__ import annotations

import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from procedures import faces, spec
from procedures.faces import Column, MergeField, Sheet
from tests.factories import ANSWERS, LISTS, document

HAS_HOUSE = {"field": "has_house", "equals": "true"}
FIELDS: list[dict[str, Any]] = [
    {"key": "name", "label": "Họ và tên", "kind": "person_name"},
    {"key": "paid", "label": "Số tiền", "kind": "money"},
    {"key": "has_house", "label": "Có nhà", "kind": "checkbox"},
    {"key": "house", "label": "Địa chỉ nhà", "kind": "address", "show_when": HAS_HOUSE},
    {
        "key": "plots",
        "label": "Thửa đất",
        "kind": "repeat",
        "fields": [
            {"key": "number", "label": "Số thửa", "kind": "text"},
            {"key": "bought", "label": "Mua lại", "kind": "checkbox"},
            {
                "key": "since",
                "label": "Từ ngày",
                "kind": "date",
                "show_when": {"field": "bought", "equals": "true"},
            },
        ],
    },
    {"key": "photo", "label": "Ảnh thửa đất", "kind": "file"},
]
FORM = {"title": "Đơn", "sections": [{"key": "s", "title": "Nội dung", "fields": FIELDS}]}
LAND = spec.build(document(form=FORM), LISTS)
NO_FORM = spec.build({**document(), "form": None}, LISTS)
GIVEN: dict[str, Any] = {
    "name": "Lò Thị Ơn",
    "paid": 1_500_000,
    "has_house": False,
    "house": "Số 1 phố Kín",
    "plots": [
        {"number": "12", "bought": True, "since": "2020-03-05"},
        {"number": "13", "bought": False, "since": "1999-09-09"},
    ],
}
FILES = {"photo": ["trước.jpg", "sau.jpg"]}


def test_merge_fields_are_the_questions_in_order_and_a_repeat_has_columns() -> None:
    columns = (MergeField("number", "Số thửa"), MergeField("bought", "Mua lại"), MergeField("since", "Từ ngày"))
    assert faces.merge_fields(LAND) == (
        MergeField("name", "Họ và tên"),
        MergeField("paid", "Số tiền"),
        MergeField("has_house", "Có nhà"),
        MergeField("house", "Địa chỉ nhà"),
        MergeField("plots", "Thửa đất", columns),
        MergeField("photo", "Ảnh thửa đất"),
    )


def test_merge_values_are_words_and_hidden_questions_are_empty() -> None:
    assert faces.merge_values(LAND, GIVEN, FILES) == {
        "name": "Lò Thị Ơn",
        "paid": "1.500.000 đồng",
        "has_house": "Không",
        "house": "",
        "plots": [
            {"number": "12", "bought": "Có", "since": "05/03/2020"},
            {"number": "13", "bought": "Không", "since": ""},
        ],
        "photo": "trước.jpg; sau.jpg",
    }


def test_merge_values_of_an_empty_form_name_every_field() -> None:
    assert faces.merge_values(LAND, {}) == {
        "name": "", "paid": "", "has_house": "", "house": "", "plots": [], "photo": "",
    }  # fmt: skip


def test_export_has_one_column_a_question_and_readable_rows() -> None:
    assert faces.export_columns(LAND) == tuple(Column(f["key"], f["label"]) for f in FIELDS)
    assert faces.export_row(LAND, GIVEN, FILES) == [
        "Lò Thị Ơn",
        "1.500.000 đồng",
        "Không",
        "",
        "Số thửa: 12; Mua lại: Có; Từ ngày: 05/03/2020\nSố thửa: 13; Mua lại: Không",
        "trước.jpg; sau.jpg",
    ]


def test_repeats_are_sheets_of_their_own_for_a_workbook() -> None:
    columns = (Column("number", "Số thửa"), Column("bought", "Mua lại"), Column("since", "Từ ngày"))
    assert faces.export_sheets(LAND) == (Sheet("plots", "Thửa đất", columns),)
    assert faces.export_sheet_rows(LAND, GIVEN) == {"plots": (("12", "Có", "05/03/2020"), ("13", "Không", ""))}
    assert faces.export_sheet_rows(LAND, {}) == {"plots": ()}


def test_a_procedure_without_a_form_has_no_faces() -> None:
    assert faces.merge_fields(NO_FORM) == ()
    assert faces.merge_values(NO_FORM, ANSWERS) == {}
    assert faces.export_columns(NO_FORM) == ()
    assert faces.export_row(NO_FORM, ANSWERS) == []
    assert faces.export_sheets(NO_FORM) == ()


ANY = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.dates().map(datetime.date.isoformat),
    st.lists(st.one_of(st.text(max_size=5), st.dictionaries(st.sampled_from(["number", "bought", "since"]), st.text())),
             max_size=3),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([f["key"] for f in FIELDS]), ANY))
def test_any_stored_answers_make_a_full_row(answers: dict[str, Any]) -> None:
    """Old answers may not fit their kinds any more: every column is there all the same, and nothing raises."""
    rows = answers.get("plots")
    if isinstance(rows, list) and all(isinstance(row, dict) for row in rows):
        row = faces.export_row(LAND, answers)
        assert len(row) == len(FIELDS)
        assert all(isinstance(cell, str) for cell in row)
        assert set(faces.merge_values(LAND, answers)) == {f["key"] for f in FIELDS}

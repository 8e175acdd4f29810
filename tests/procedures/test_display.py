"""Answers in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string

from procedures.display import ShownRow, ShownSection, ShownTable, rows, show
from procedures.spec import Choice, Condition, Field, FormSpec, Section

CHOICES = (Choice("nam", "Nam"), Choice("nu", "Nữ"))


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("text", "Tổ 5", "Tổ 5"),
        ("multiline", "một\nhai", "một\nhai"),
        ("date", "2026-03-05", "05/03/2026"),
        ("integer", 1200, "1.200"),
        ("integer", 0, "0"),
        ("year", 1985, "1985"),
        ("money", 1_500_000, "1.500.000 đồng"),
        ("decimal", "12.5", "12,5"),
        ("decimal", "1234567.25", "1.234.567,25"),
        ("decimal", "-0.5", "-0,5"),
        ("choice", "nu", "Nữ"),
        ("choice", "khac", "khac"),
        ("multichoice", ["nu", "nam"], "Nữ; Nam"),
        ("checkbox", True, "Có"),
        ("checkbox", False, "Không"),
        ("text", None, ""),
        ("text", "", ""),
        ("multichoice", [], ""),
        ("date", "không rõ", "không rõ"),
        ("integer", "ba", "ba"),
        ("decimal", "ba", "ba"),
    ],
)
def test_each_kind_in_words(kind: str, value: Any, words: str) -> None:
    assert show(Field("q", "Câu", kind, choices=CHOICES), value) == words


NAME = Field("name", "Họ tên", "person_name")
SEX = Field("sex", "Giới tính", "choice", choices=CHOICES)
ONLY_HER = Field("hers", "Của nữ", "text", show_when=Condition("sex", ("nu",)))
PHOTO = Field("photo", "Ảnh", "file")
PLOTS = Field(
    "plots", "Thửa đất", "repeat",
    fields=(Field("no", "Số thửa", "text"), Field("area", "Diện tích", "decimal"),
            Field("why", "Lý do", "text", show_when=Condition("no", ("2",)))),
)  # fmt: skip
FORM = FormSpec("Đơn", (Section("nguoi", "Người", (NAME, SEX, ONLY_HER)), Section("dat", "Đất", (PLOTS, PHOTO))))


def test_answers_stand_in_the_order_of_the_form_and_hidden_ones_do_not() -> None:
    answers = {
        "name": "Lò Thị Ơn",
        "sex": "nam",
        "hers": "ẩn",
        "plots": [{"no": "1", "area": "12.5", "why": "ẩn"}, {"no": "2", "why": "tách"}],
    }
    assert rows(FORM, answers, {"photo": ["a.jpg", "b.jpg"]}) == [
        ShownSection("nguoi", "Người", (ShownRow("name", "Họ tên", "Lò Thị Ơn"), ShownRow("sex", "Giới tính", "Nam"))),
        ShownSection(
            "dat",
            "Đất",
            (
                ShownRow(
                    "plots",
                    "Thửa đất",
                    table=ShownTable(("Số thửa", "Diện tích", "Lý do"), (("1", "12,5", ""), ("2", "", "tách"))),
                ),
                ShownRow("photo", "Ảnh", "a.jpg; b.jpg"),
            ),
        ),
    ]


def test_a_section_without_a_visible_question_is_left_out() -> None:
    form = FormSpec("Đơn", (Section("nguoi", "Người", (SEX,)), Section("nu", "Của nữ", (ONLY_HER,))))
    assert [s.key for s in rows(form, {"sex": "nam"})] == ["nguoi"]
    assert [s.key for s in rows(form, {"sex": "nu"})] == ["nguoi", "nu"]


def test_what_was_not_answered_is_said() -> None:
    assert rows(FormSpec("Đơn", (Section("dat", "Đất", (NAME, PLOTS, PHOTO)),)), {})[0].rows == (
        ShownRow("name", "Họ tên"),
        ShownRow("plots", "Thửa đất"),
        ShownRow("photo", "Ảnh"),
    )


def test_the_include_shows_every_answer_once_and_escapes_it() -> None:
    answers = {"name": "<b>Ơn</b>", "sex": "nam", "plots": [{"no": "7 <i>", "area": "1.5"}]}
    page = render_to_string("includes/answers.html", {"sections": rows(FORM, answers)})
    assert page.count("&lt;b&gt;Ơn&lt;/b&gt;") == 1
    assert page.count("7 &lt;i&gt;") == 1
    assert page.count("1,5") == 1
    assert page.count("Không khai") == 1
    assert page.count('<th scope="col">') == 3
    assert "<b>" not in page

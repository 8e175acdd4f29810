"""All sections on one page: conditions across sections, rows, files, errors in order, the buttons without a script."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.http import QueryDict
from django.template.loader import render_to_string

from procedures.formbuilder import LongForm, SectionForm, press_row_button_of_form, pressed_button, typed_of_form
from procedures.spec import KINDS, Choice, Condition, Field, FormSpec, Section

TODAY = datetime.date(2026, 11, 22)
WAYS = (Choice("co", "Có"), Choice("khong", "Không"))
NAME = Field("name", "Họ tên", "person_name", required=True, prefill="applicant.full_name")
MARRIED = Field("married", "Cha mẹ đã kết hôn?", "choice", required=True, choices=WAYS)
AGREED = Field("agreed", "Đã thống nhất", "checkbox")
FATHER = Field("father", "Họ tên cha", "person_name", required=True, show_when=Condition("married", ("co",)))
NOTE = Field("note", "Ghi chú thêm", "text", show_when=Condition("married", ("khong",)))
SIGNED = Field("signed", "Ngày thống nhất", "date", required=True, show_when=Condition("agreed", ("true",)))
CITY = Field("city", "Nơi ở", "text", required=True)
WARD = Field("ward", "Phường", "text", required=True, show_when=Condition("married", ("co",)))
CHILDREN = Field("children", "Con", "repeat", max_items=3, item_label="Người con", fields=(CITY, WARD))
PROOF = Field("proof", "Giấy chứng sinh", "file", required=True)
FORM = FormSpec(
    "Tờ khai thử",
    (
        Section("nguoi-khai", "Người khai", (NAME, MARRIED, AGREED)),
        Section("cha-me", "Cha mẹ", (FATHER, NOTE, SIGNED)),
        Section("con", "Con cái", (CHILDREN, PROOF)),
    ),
)
GOOD = {"name": ["Nguyễn Văn An"], "married": ["khong"]}


def long(typed: dict[str, list[str]], form: FormSpec = FORM, **more: Any) -> LongForm:
    return LongForm(form, typed=typed, today=TODAY, **more)


def checked(typed: dict[str, list[str]], **more: Any) -> LongForm:
    made = long(typed, **more)
    made.is_valid()
    return made


def drawn(form: LongForm) -> str:
    return render_to_string("procedures/_long_form.html", {"form": form})


def around(page: str, input_id: str) -> str:
    """The opening tag of the element around an input."""
    before = page[: page.index(f'id="{input_id}"')]
    return re.findall(r'<(?:div|fieldset) class="field[^>]*>', before)[-1]


def test_sections_stand_in_order_with_links_to_them() -> None:
    page = drawn(long({}))
    assert re.findall(r'href="#(phan-[^"]+)"', page) == ["phan-nguoi-khai", "phan-cha-me", "phan-con"]
    assert re.findall(r'<section class="form-part" id="([^"]+)"', page) == [
        "phan-nguoi-khai",
        "phan-cha-me",
        "phan-con",
    ]
    assert re.findall(r'<h2 id="phan-[^"]+">([^<]+)', page) == ["1. Người khai", "2. Cha mẹ", "3. Con cái"]


def test_a_single_section_needs_no_list() -> None:
    assert "<nav" not in drawn(long({}, FormSpec("Đơn", FORM.sections[:1])))


def test_nothing_is_wrong_before_it_was_checked() -> None:
    made = long({"name": ["@"]})
    assert (made.errors, "error" in drawn(made)) == ([], False)


def test_an_answer_reveals_questions_of_later_sections() -> None:
    page = drawn(long({**GOOD, "married": ["co"]}))
    assert "hidden" not in around(page, "id_father")
    assert "hidden" in around(page, "id_note")
    assert "hidden" in around(page, "id_signed")


def test_an_answer_in_one_section_counts_in_the_rows_of_another() -> None:
    typed = {**GOOD, "married": ["co"], "father": ["Trần Văn Bình"], "children-TOTAL_FORMS": ["1"]}
    made = checked({**typed, "children-0-city": ["Huế"]})
    assert [e.input_id for e in made.errors] == ["id_children-0-ward"]
    made = checked({**typed, "married": ["khong"], "children-0-city": ["Huế"], "children-0-ward": ["Bắc Hồng"]})
    assert made.answers["children"] == [{"city": "Huế"}]


def test_a_wrong_answer_reveals_nothing() -> None:
    made = checked({**GOOD, "married": ["có thể"]})
    assert [e.input_id for e in made.errors] == ["id_married"]


def test_a_revealed_question_names_the_answer_of_the_other_section() -> None:
    made = checked({"name": ["Nguyễn Văn An"], "married": ["co"], "agreed": ["on"]})
    assert [(e.input_id, e.message) for e in made.errors] == [
        ("id_father", "Cha mẹ: Bạn chọn “Có” nên cần trả lời thêm: Họ tên cha."),
        ("id_signed", "Cha mẹ: Bạn đánh dấu “Đã thống nhất” nên cần trả lời thêm: Ngày thống nhất."),
    ]
    assert {e.is_missing for e in made.errors} == {True}


def test_errors_of_all_sections_in_the_order_of_the_page() -> None:
    typed = {"married": ["co"], "agreed": ["on"], "signed": ["31/02/2026"], "children-TOTAL_FORMS": ["1"]}
    made = checked({**typed, "children-0-ward": ["Nam Hồng"]})
    found = [(e.input_id, e.is_missing) for e in made.errors]
    assert found == [("id_name", True), ("id_father", True), ("id_signed", False), ("id_children-0-city", True)]
    page = drawn(made)
    assert all(f'id="{input_id}"' in page for input_id, _missing in found)


def test_hidden_answers_are_not_answers() -> None:
    made = checked({**GOOD, "father": ["Trần Văn Bình"], "note": ["Mẹ đơn thân"], "signed": ["01/02/2026"]})
    assert made.errors == []
    assert made.answers == {"name": "Nguyễn Văn An", "married": "khong", "agreed": False, "note": "Mẹ đơn thân"}


def test_facts_and_stored_answers_stand_there_from_the_start() -> None:
    page = drawn(long({}, prefill={"full_name": "Lê Thị Bưởi"}))
    assert 'value="Lê Thị Bưởi"' in page
    page = drawn(long({}, stored={"name": "Lê Văn Cam", "married": "co", "father": "Lê Văn Dừa"}))
    assert all(f'value="{name}"' in page for name in ("Lê Văn Cam", "Lê Văn Dừa"))
    assert "hidden" not in around(page, "id_father")


def test_files_are_brought_along_unless_they_can_be_sent() -> None:
    made = checked(GOOD)
    assert (made.errors, made.has_files) == ([], False)
    assert "Nộp kèm tại nơi nhận" in drawn(made)
    assert 'type="file"' not in drawn(made)
    made = checked(GOOD, uploads=True)
    assert ([e.input_id for e in made.errors], made.has_files) == (["id_proof"], True)
    assert re.search(r'<input class="input" type="file" multiple name="proof"', drawn(made))


def test_a_refused_file_is_an_error_and_not_missing() -> None:
    made = checked(GOOD, uploads=True, refused={"proof": "Tệp trống."})
    assert [(e.message, e.is_missing) for e in made.errors] == [("Con cái: Tệp trống.", False)]


def test_the_button_to_look_again_stands_where_answers_decide() -> None:
    page = drawn(long({}))
    assert re.findall(r'name="action" value="refresh" formaction="#([^"]+)"', page) == ["phan-nguoi-khai"]
    own = Field("own", "Riêng", "text", show_when=Condition("city", ("Huế",)))
    rows = FormSpec("Đơn", (Section("a", "A", (Field("r", "R", "repeat", fields=(CITY, own)),)),))
    assert 'formaction="#phan-a"' in drawn(long({}, rows))


def test_what_was_typed_is_taken_section_by_section() -> None:
    post = QueryDict(mutable=True)
    post.setlist("name", ["Nguyễn Văn An"])
    post.update({"children-TOTAL_FORMS": "2", "children-1-city": "Huế", "children-9-city": "x", "other": "x"})
    assert typed_of_form(FORM, post) == {
        "name": ["Nguyễn Văn An"],
        "agreed": [],
        "children-TOTAL_FORMS": ["2"],
        "children-1-city": ["Huế"],
    }


def test_rows_are_added_and_removed_in_any_section() -> None:
    typed = {**GOOD, "children-TOTAL_FORMS": ["2"], "children-0-city": ["Huế"], "children-1-city": ["Vinh"]}
    added = press_row_button_of_form(FORM, {"add-children": "1"}, typed)
    assert added == {**typed, "children-TOTAL_FORMS": ["3"]}
    removed = press_row_button_of_form(FORM, {"remove-children": "0"}, typed)
    assert removed == {**GOOD, "children-TOTAL_FORMS": ["1"], "children-0-city": ["Vinh"]}
    assert press_row_button_of_form(FORM, {"action": "pdf"}, typed) is None


def test_a_row_button_leads_back_to_its_list() -> None:
    page = drawn(long({**GOOD, "children-TOTAL_FORMS": ["1"]}))
    assert set(re.findall(r'name="(?:add|remove)-children"[^>]*formaction="#([^"]+)"', page)) == {"id_children"}
    assert 'id="id_children"' in page


def test_a_question_called_like_the_button_keeps_its_answer() -> None:
    form = FormSpec("Đơn", (Section("a", "A", (Field("action", "Nội dung đề nghị", "text"),)),))
    post = QueryDict("action=pdf&action=refresh")
    typed = typed_of_form(form, post)
    assert (typed, pressed_button(form.fields(), post, "pdf")) == ({"action": ["pdf"]}, "refresh")
    assert typed_of_form(form, QueryDict("action=T%C3%A1ch+th%E1%BB%ADa&action=docx")) == {"action": ["Tách thửa"]}


EXAMPLES = {
    "text": ("Đường Nguyễn Du", "Đường Nguyễn Du"),
    "multiline": ("Dòng một\nDòng hai", "Dòng một\nDòng hai"),
    "integer": ("12", 12),
    "decimal": ("12,5", "12.5"),
    "money": ("1.500.000", 1500000),
    "date": ("05/03/2026", "2026-03-05"),
    "year": ("1990", 1990),
    "email": ("an@example.vn", "an@example.vn"),
    "phone": ("0912 345 678", "0912345678"),
    "id_number": ("042085012345", "042085012345"),
    "tax_code": ("0100109106", "0100109106"),
    "person_name": ("Nguyễn Văn An", "Nguyễn Văn An"),
    "address": ("Số 1, phường Bắc Hồng", "Số 1, phường Bắc Hồng"),
    "choice": ("co", "co"),
    "multichoice": ("khong", ["khong"]),
    "checkbox": ("on", True),
}


def test_the_examples_leave_no_kind_out() -> None:
    assert {*EXAMPLES, "file", "repeat"} == set(KINDS)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_every_kind_on_the_long_page_and_in_a_row(kind: str) -> None:
    given, answer = EXAMPLES[kind]
    asked = Field("x", "Câu hỏi", kind, required=True, choices=WAYS if "choice" in kind else ())
    inside = Field("r", "Danh sách", "repeat", fields=(asked,))
    form = FormSpec("Đơn", (Section("a", "A", (asked,)), Section("b", "B", (inside,))))
    typed = {"x": [given], "r-TOTAL_FORMS": ["1"], "r-0-x": [given]}
    made = long(typed, form)
    assert made.is_valid()
    assert made.answers == {"x": answer, "r": [{"x": answer}]}
    empty = long({"r-TOTAL_FORMS": ["0"]}, form)
    assert not empty.is_valid()
    assert [(e.input_id, e.is_missing) for e in empty.errors] == [("id_x", True)]
    page = drawn(made)
    assert [f'name="{name}"' in page for name in ("x", "r-0-x")] == [True, True]


def test_sections_are_the_forms_that_filing_uses() -> None:
    made = long(GOOD)
    assert [type(filled) for filled in made.sections] == [SectionForm] * 3
    assert [filled.before for filled in made.sections] == [
        {},
        {"name": "Nguyễn Văn An", "married": "khong", "agreed": False},
        {"name": "Nguyễn Văn An", "married": "khong", "agreed": False},
    ]

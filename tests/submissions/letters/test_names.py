"""Names of a template: what may be used where, what is refused, what is suggested, what a new revision breaks."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from procedures import spec
from procedures.models import Procedure
from submissions import letters
from submissions.letters import facts, names
from submissions.letters.body import read
from submissions.models import LetterTemplate
from tests.factories import LISTS, ProcedureFactory, document, publish
from tests.submissions.letters.made import in_progress, template

BIRTH = spec.build(document(code="1.1", slug="a", name="A", short_name="A", tier="ward", level=3, sector="s"), LISTS)
KNOWN = names.names_of(BIRTH)


def test_questions_lists_and_facts_are_names() -> None:
    assert {"child_name", "so", "ngay_ban_hanh", "nguoi_nop.ten", "ho_so.ma"} <= set(KNOWN.plain)
    assert KNOWN.lists == {"siblings": {"sibling_name": "Họ và tên", "sibling_year": "Năm sinh"}}
    assert len({fact.name for fact in facts.FACTS}) == len(facts.FACTS)


def test_a_question_that_has_the_name_of_a_fact_hides_it() -> None:
    content = document(code="1.1", slug="a", name="A", short_name="A", tier="ward", level=3, sector="s")
    content["form"]["sections"][0]["fields"][0]["key"] = "so"
    known = names.names_of(spec.build(content, LISTS))
    assert known.plain["so"] == "Họ, chữ đệm, tên của trẻ"


@pytest.mark.parametrize(
    "wording",
    [
        "{{child_name}}",
        "{{ho_so.ma}} **{{so}}**",
        "{{#siblings}}\n{{stt}} {{sibling_name}} {{child_name}}\n{{/siblings}}",
    ],
)
def test_right_names_are_no_problem(wording: str) -> None:
    assert names.problems(read(wording), KNOWN) == []


@pytest.mark.parametrize(
    ("wording", "problem"),
    [
        ("a\n{{child_nam}}", "Dòng 2: Không có mục “child_nam”. Có phải bạn muốn viết {{child_name}}?"),
        ("{{Họ, chữ đệm, tên của trẻ}}",
         "Dòng 1: Không có mục “Họ, chữ đệm, tên của trẻ”. Có phải bạn muốn viết {{child_name}}?"),
        ("{{zzzz}}", "Dòng 1: Không có mục “zzzz”."),
        ("{{siblings}}", "Dòng 1: “siblings” là danh sách. Hãy viết {{#siblings}} … {{/siblings}}, "
         "mỗi dấu trên một dòng riêng."),
        ("{{sibling_name}}", "Dòng 1: “sibling_name” chỉ dùng được giữa {{#siblings}} và {{/siblings}}."),
        ("{{stt}}", "Dòng 1: “stt” chỉ dùng được giữa {{#siblings}} và {{/siblings}}."),
        ("{{#child_name}}\na\n{{/child_name}}",
         "Dòng 1: “child_name” chỉ có một giá trị, không phải danh sách. Hãy viết {{child_name}}."),
        ("{{#sibling}}\na\n{{/sibling}}", "Dòng 1: Không có mục “sibling”. Có phải bạn muốn viết {{siblings}}?"),
    ],
)  # fmt: skip
def test_wrong_names_are_told_with_line_and_nearest_name(wording: str, problem: str) -> None:
    assert [str(p) for p in names.problems(read(wording), KNOWN)] == [problem]


def test_problems_of_marks_and_names_come_in_the_order_of_the_lines() -> None:
    found = names.problems(read("{{x1}}\n**a\n{{x2}}"), KNOWN)
    assert [p.line for p in found] == [1, 2, 3]


# --- revisions -----------------------------------------------------------------------------------


def without(procedure: Procedure, key: str) -> dict[str, Any]:
    content: dict[str, Any] = copy.deepcopy(procedure.spec and procedure.published.content)  # type: ignore[union-attr]
    for section in content["form"]["sections"]:
        section["fields"] = [f for f in section["fields"] if f["key"] != key]
    return content


@pytest.fixture
def moved_on(db: None) -> LetterTemplate:
    """A template that was right under revision 1; revision 2 no longer asks for the child's sex."""
    made = template(body="{{child_sex}}")
    assert letters.errors(made) == {}
    publish(made.procedure, without(made.procedure, "child_sex"))
    return LetterTemplate.objects.get(pk=made.pk)


GONE = "Dòng 1: Mục “child_sex” chỉ có trong biểu mẫu bản 1, bản đang công bố không còn."


def test_a_name_of_an_old_revision_is_refused_at_save(moved_on: LetterTemplate) -> None:
    (sentence,) = letters.errors(moved_on)["body"]
    assert sentence.startswith(GONE)


def test_a_template_that_a_new_revision_broke_cannot_be_used(moved_on: LetterTemplate) -> None:
    s = in_progress(moved_on)
    (offer,) = letters.offers(s)
    assert offer.trouble.startswith(f"Mẫu cần sửa, bạn hãy báo người biên tập. {GONE}")


def test_a_template_for_the_new_form_does_not_fit_a_filing_on_the_old_one(db: None) -> None:
    procedure = ProcedureFactory()
    content = copy.deepcopy(procedure.published.content)
    old = in_progress(template(procedure, body="{{child_name}}"))
    content["form"]["sections"][0]["fields"].append({"key": "weight", "label": "Cân nặng", "kind": "integer"})
    publish(procedure, content)
    made = template(procedure, name="Mới", body="{{weight}}")
    assert letters.errors(made) == {}
    assert [(o.template.name, bool(o.trouble)) for o in letters.offers(old)] == [
        ("Giấy xác nhận", False),
        ("Mới", True),
    ]
    assert letters.trouble(made, old).startswith("Hồ sơ này nộp theo biểu mẫu bản cũ, không có đủ mục của mẫu.")


@pytest.mark.django_db
def test_only_templates_in_use_of_the_procedure_are_offered() -> None:
    made = template()
    template(made.procedure, name="Cũ", is_active=False)
    template(name="Của thủ tục khác")
    assert [o.template.name for o in letters.offers(in_progress(made))] == ["Giấy xác nhận"]


@pytest.mark.django_db
def test_title_and_symbol_are_checked_too() -> None:
    made = template(title="GIẤY {{x1}} **", symbol="gxn/ubnd")
    found = letters.errors(made)
    assert found["title"][0] == "Dấu ** mở chữ đậm mà chưa đóng trên cùng dòng."
    assert found["title"][1].startswith("Không có mục “x1”.")
    assert found["symbol"] == [
        "Ký hiệu chỉ gồm chữ in hoa không dấu (được dùng Đ), số và dấu gạch nối, ví dụ GXN-UBND."
    ]
    assert "body" not in found

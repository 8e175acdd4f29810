"""What blocks a publication, with the place in words and as a path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from procedures import editing
from procedures.loading.check import check
from procedures.loading.folder import read_folder
from procedures.loading.problems import place
from procedures.models import ChoiceList
from tests import factories
from tests.procedures.catalogues import files, write
from tests.procedures.editing.drafts import Content, changed, draft_of, fields, published

pytestmark = pytest.mark.django_db


def found(change: Callable[[Content], object]) -> list[tuple[str, tuple[Any, ...], str]]:
    draft = changed(draft_of(), change)
    return [(p.place, p.path, p.message) for p in editing.problems(draft)]


def test_a_duplicate_key() -> None:
    def change(content: Content) -> None:
        fields(content, 1).append({"key": "child_name", "label": "Tên gọi khác", "kind": "text"})

    assert found(change) == [
        (
            "Tờ khai, phần 2 “Cha mẹ và anh chị em”, câu hỏi 4 “Tên gọi khác”, khóa",
            ("form", "sections", 1, "fields", 3, "key"),
            "“child_name” đã dùng ở trên. Hãy đặt khóa khác.",
        )
    ]


def test_a_condition_on_a_later_or_missing_question() -> None:
    def change(content: Content) -> None:
        fields(content)[0]["show_when"] = {"field": "birth_place", "equals": "here"}
        fields(content)[1]["show_when"] = {"field": "nowhere", "equals": "x"}

    assert found(change) == [
        (
            "Tờ khai, phần 1 “Người được khai sinh”, câu hỏi 1 “Họ, chữ đệm, tên của trẻ”, điều kiện hiện, "
            "câu hỏi được xét",
            ("form", "sections", 0, "fields", 0, "show_when", "field"),
            "Trường “birth_place” đứng sau hoặc là chính nó; điều kiện chỉ dùng trường đứng trước.",
        ),
        (
            "Tờ khai, phần 1 “Người được khai sinh”, câu hỏi 2 “Ngày, tháng, năm sinh”, điều kiện hiện, "
            "câu hỏi được xét",
            ("form", "sections", 0, "fields", 1, "show_when", "field"),
            "Không có trường “nowhere” trong biểu mẫu. Hãy kiểm tra tên.",
        ),
    ]


@pytest.mark.parametrize("choices", [{"choices": []}, {"choices_from": "lists.empty"}, {"choices_from": "lists.gone"}])
def test_an_empty_list(choices: Content) -> None:
    def change(content: Content) -> None:
        fields(content)[3].pop("choices")
        fields(content)[3].update(choices)
        fields(content)[4].pop("show_when")
        content["time_limit"].pop("variants")

    ChoiceList.objects.create(key="empty", items=[])
    path = ("form", "sections", 0, "fields", 3)
    assert (*path, next(iter(choices))) in [p[1] for p in found(change)]


def test_a_required_question_that_never_comes_up() -> None:
    def change(content: Content) -> None:
        fields(content, 1)[0]["required"] = True
        fields(content, 1)[1] |= {"required": True, "show_when": {"field": "parents_married", "equals": False}}

    assert [(p[1], p[2]) for p in found(change)] == [
        (
            ("form", "sections", 1, "fields", 1, "show_when"),
            "Trường này không bao giờ hiện ra, vì ô “parents_married” bắt buộc đánh dấu.",
        )
    ]


@pytest.mark.parametrize(
    ("change", "where", "message"),
    [
        ({"code": "9.999999"}, "Mã thủ tục", "Mã của thủ tục không đổi được."),
        ({"sector": "khong_co"}, "Lĩnh vực", "Không có lĩnh vực “khong_co”"),
        ({"level": 5}, "Mức độ", "Phải từ 1 đến 4."),
        ({"name": ""}, "Tên thủ tục", "Không được để trống."),
        ({"time_limit": None}, "Thời hạn giải quyết", "Thiếu mục bắt buộc này."),
        ({"form": None}, "Tờ khai", "Mức độ 3 cần biểu mẫu (form) để nộp trực tuyến."),
        ({"fees": [{"kind": "phi", "name": "Phí"}, {"kind": "phi"}]}, "Phí, lệ phí, khoản thu 2, tên", "Thiếu mục"),
        (
            {"legal_basis": [{"number": "1/NĐ", "date": "2026"}]},
            "Căn cứ pháp lý, văn bản 1 “1/NĐ”, ngày ban hành",
            "Phải là ngày viết năm-tháng-ngày",
        ),
        ({"related": ["9.123456"]}, "Thủ tục liên quan, mục 1", "Không có thủ tục mã “9.123456”"),
        ({"steps": "một chuỗi"}, "Trình tự thực hiện", "Phải là danh sách"),
    ],
)
def test_the_place_is_said_in_words(change: Content, where: str, message: str) -> None:
    said = [(place, text) for place, _path, text in found(lambda c: c.update(change))]
    assert any(place.endswith(where) and message in text for place, text in said), said


def test_related_codes() -> None:
    other = factories.ProcedureFactory()
    procedure = factories.ProcedureFactory(content=factories.document(related=["1.000001"]))
    draft = draft_of(procedure)
    kept = ["1.000001", other.code]
    assert editing.problems(changed(draft, lambda c: c.update(related=kept))) == []
    draft.refresh_from_db()
    own = changed(draft, lambda c: c.update(related=[procedure.code]))
    assert [p.message for p in editing.problems(own)] == ["Đây là mã của chính thủ tục này. Hãy bỏ dòng này."]


@pytest.mark.parametrize("content", [{}, {"form": []}, {"form": {"sections": [1, {"fields": [None, 2]}]}}])
def test_a_broken_document_has_problems_and_no_crash(content: Content) -> None:
    draft = draft_of()
    saved = editing.save(draft, content, version=0, by=None)
    assert ("code",) in {p.path for p in editing.problems(saved)}
    assert editing.warnings(saved) == []


def test_paths_are_those_of_check_catalogue(tmp_path: Any) -> None:
    """The very same checks: what an editor is told, the command tells of the file."""

    def change(content: Content) -> None:
        fields(content)[0]["kind"] = "word"
        content["documents"][1]["when"] = {"field": "child_name", "equals": "x"}
        content["documents"].append({"key": "declaration", "name": "Lần hai"})

    content = files()
    change(content["procedures/9.000001-mau.yaml"])
    folder = read_folder(write(tmp_path, content))
    draft = changed(draft_of(factories.ProcedureFactory(code="9.000001")), change)
    assert [(place(p.path), p.message) for p in editing.problems(draft)] == [(p.path, p.message) for p in check(folder)]


# --- keys for ever -------------------------------------------------------------------------------


def test_a_retired_key_does_not_come_back_as_something_else() -> None:
    procedure = factories.ProcedureFactory()
    published(changed(draft_of(procedure), lambda c: (fields(c, 1).pop(1), c["fees"].pop())))
    draft = draft_of(procedure)
    again = {"key": "wants_copy", "label": "Số bản sao", "kind": "integer"}
    wrong = changed(draft, lambda c: fields(c, 1).insert(0, again))
    assert [(p.path, p.message) for p in editing.problems(wrong)] == [
        (
            ("form", "sections", 1, "fields", 0, "key"),
            "Khóa “wants_copy” từng là câu hỏi loại khác (ô đánh dấu) và đã bỏ. Hãy đặt khóa mới.",
        )
    ]
    right = changed(wrong, lambda c: fields(c, 1)[0].update(kind="checkbox"))
    assert editing.problems(right) == []


def test_a_question_in_use_may_change_its_kind() -> None:
    assert found(lambda c: fields(c)[0].update(kind="text")) == []


def test_cells_have_keys_of_their_own() -> None:
    procedure = factories.ProcedureFactory()
    published(changed(draft_of(procedure), lambda c: fields(c, 1)[2]["fields"].pop()))
    draft = changed(
        draft_of(procedure),
        lambda c: (
            fields(c, 1).append({"key": "sibling_year", "label": "Năm", "kind": "text"}),
            fields(c, 1)[2]["fields"].append({"key": "sibling_year", "label": "Sinh năm", "kind": "text"}),
        ),
    )
    assert [p.path for p in editing.problems(draft)] == [("form", "sections", 1, "fields", 2, "fields", 1, "key")]


# --- warnings ------------------------------------------------------------------------------------


def test_a_new_level_is_allowed_with_a_warning() -> None:
    draft = changed(draft_of(), lambda c: c.update(level=4))
    assert editing.problems(draft) == []
    assert editing.warnings(draft) == [
        "Mức độ đổi từ 3 (Nộp trực tuyến) thành 4 (Nộp, trả phí và nhận tại nhà): người dân sẽ làm thủ tục này theo "
        "cách khác. Chỉ công bố khi danh mục mức độ của tỉnh đã đổi."
    ]


def test_a_new_tier_is_allowed_with_a_warning() -> None:
    draft = changed(draft_of(), lambda c: c.update(tier="town"))
    assert editing.problems(draft) == []
    assert editing.warnings(draft) == ["Cấp giải quyết đổi thành cấp thị xã: hồ sơ mới sẽ nộp ở nơi khác."]


def test_what_was_published_meanwhile_is_named() -> None:
    draft = draft_of()
    assert editing.warnings(draft) == []
    type(draft).objects.filter(pk=draft.pk).update(number=9)
    factories.publish(draft.procedure, {**draft.content, "summary": "Từ thư mục"})
    draft.refresh_from_db()
    assert editing.warnings(draft)[0].startswith("Sau khi bạn bắt đầu sửa, bản số 10 đã được công bố.")

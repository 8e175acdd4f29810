"""The editor of the declaration form: questions and sections are added, changed, moved and removed."""

from __future__ import annotations

from typing import Any

import pytest

from procedures import editing
from procedures.admin.forms import question as question_forms
from procedures.models import ChoiceList
from procedures.spec import KINDS
from tests.procedures.editors import Editor, links, words
from tests.procedures.pageforms import editor_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk() -> Editor:
    return Editor()


def labels(desk: Editor) -> list[tuple[str, list[str]]]:
    return [(s["title"], [f["label"] for f in s["fields"]]) for s in desk.content["form"]["sections"]]


def field(desk: Editor, section: int, number: int) -> dict[str, Any]:
    found: dict[str, Any] = desk.content["form"]["sections"][section]["fields"][number]
    return found


def do(desk: Editor, what: str) -> Any:
    return desk.send("to-khai/", {"do": what, "version": desk.draft.version})


def test_every_kind_of_question_has_its_words() -> None:
    assert set(question_forms.KINDS) == set(KINDS)


# --- adding ----------------------------------------------------------------------------------------


def test_a_question_with_own_answers_and_a_condition(at_desk: Editor) -> None:
    typed: dict[str, Any] = {
        **at_desk.typed("to-khai/them/1.5/"),
        "label": "Cân nặng khi sinh",
        "kind": "choice",
        "action": "show",
    }
    typed = dict(editor_form(at_desk.send("to-khai/them/1.5/", typed)))
    for number, answer in enumerate(["Dưới 2,5 kg", "Từ 2,5 kg trở lên"]):
        typed = dict(editor_form(at_desk.send("to-khai/them/1.5/", {**typed, "row": "choices:add:0"})))
        typed[f"choices-{number}-label"] = answer
    typed |= {
        "required": "on",
        "help": "Theo giấy chứng sinh",
        "show_when-field": "birth_place",
        "show_when-values": ["here"],
    }
    answer = at_desk.send("to-khai/them/1.5/", typed)
    assert answer.headers["Location"] == at_desk.draft_url("to-khai/") + "#q-1.5"
    assert field(at_desk, 0, 4) == {
        "label": "Cân nặng khi sinh", "key": "can_nang_khi_sinh", "kind": "choice", "required": True,
        "help": "Theo giấy chứng sinh",
        "choices": [
            {"label": "Dưới 2,5 kg", "value": "duoi_2_5_kg"},
            {"label": "Từ 2,5 kg trở lên", "value": "tu_2_5_kg_tro_len"},
        ],
        "show_when": {"field": "birth_place", "equals": "here"},
    }  # fmt: skip
    assert editing.problems(at_desk.draft) == []
    assert "Chỉ hỏi khi “Sinh ở đâu”: Trong thị xã" in words(at_desk.get("to-khai/"))


def test_a_question_with_a_named_list(at_desk: Editor) -> None:
    typed = {
        **at_desk.typed("to-khai/them/1.1/"),
        "label": "Giới tính mẹ",
        "kind": "choice",
        "choices_from": "lists.sexes",
    }
    assert at_desk.send("to-khai/them/1.1/", typed).status_code == 302
    assert field(at_desk, 0, 0) == {
        "label": "Giới tính mẹ", "key": "gioi_tinh_me", "kind": "choice", "required": True,
        "choices_from": "lists.sexes",
    }  # fmt: skip


def test_keys_are_new_for_ever(at_desk: Editor) -> None:
    """Neither a key of the draft nor one that was published once and taken out."""
    at_desk.send("to-khai/bo/1.3/", {"version": "0"})
    editing.publish(at_desk.draft, by=at_desk.user, reason="a", legal_document="b")
    editing.start(at_desk.procedure, at_desk.user)
    for label, key in [
        ("Child sex", "child_sex_2"),
        ("Child name", "child_name_2"),
        ("***", "cau_hoi"),
        ("2 đứa", "dua"),
    ]:
        at_desk.save("to-khai/them/1.1/", label=label)
        assert field(at_desk, 0, 0)["key"] == key
    at_desk.save("to-khai/cau-hoi/1.1/", key="so_con")
    assert field(at_desk, 0, 0)["key"] == "so_con"
    at_desk.save("to-khai/cau-hoi/1.5/", key="ten_khac")
    assert field(at_desk, 0, 4)["key"] == "child_name"


def test_a_section_with_its_first_question(at_desk: Editor) -> None:
    answer = at_desk.save("to-khai/them/3/", title="Người khai")
    assert answer.headers["Location"] == at_desk.draft_url("to-khai/") + "#q-3"
    section = at_desk.content["form"]["sections"][2]
    assert section == {"title": "Người khai", "key": "nguoi_khai", "fields": []}
    assert "Thêm câu hỏi đầu tiên" in words(at_desk.get("to-khai/"))
    at_desk.save("to-khai/them/3.1/", label="Họ tên", kind="person_name")
    assert editing.problems(at_desk.draft) == []


def test_a_form_from_nothing(at_desk: Editor) -> None:
    at_desk.keep(lambda c: (c.pop("form"), c.update(level=1, documents=[], fees=[]), c["time_limit"].pop("variants")))
    assert "Thủ tục này chưa có tờ khai." in words(at_desk.get("to-khai/"))
    at_desk.save("to-khai/them/1/", title="Người khai")
    at_desk.save("to-khai/them/1.1/", label="Họ tên")
    at_desk.save("to-khai/", form__title="Đơn")
    assert editing.problems(at_desk.draft) == []
    assert at_desk.send("to-khai/bo/1/", {"version": at_desk.draft.version}).status_code == 302
    assert "form" not in at_desk.content


def test_the_rows_of_a_repeat(at_desk: Editor) -> None:
    typed = {**at_desk.typed("to-khai/them/2.4/"), "label": "Người giám hộ", "kind": "repeat", "item_label": "Người"}
    answer = at_desk.send("to-khai/them/2.4/", typed)
    assert answer.headers["Location"] == at_desk.draft_url("to-khai/cau-hoi/2.4/")
    assert "Danh sách rỗng" in words(at_desk.get("to-khai/cau-hoi/2.4/"))
    page = at_desk.get("to-khai/them/2.4.1/").content.decode()
    assert ('value="text"' in page, 'value="repeat"' in page, 'value="file"' in page) == (True, False, False)
    answer = at_desk.save("to-khai/them/2.4.1/", label="Tên người giám hộ")
    assert answer.headers["Location"] == at_desk.draft_url("to-khai/cau-hoi/2.4/") + "#q-2.4.1"
    at_desk.save("to-khai/them/2.4.2/", label="Năm sinh", kind="year")
    do(at_desk, "down:2.4.1")
    assert [f["label"] for f in field(at_desk, 1, 3)["fields"]] == ["Năm sinh", "Tên người giám hộ"]
    assert do(at_desk, "up:2.4.1").headers["Location"] == at_desk.draft_url("to-khai/cau-hoi/2.4/") + "#q-2.4.1"
    assert editing.problems(at_desk.draft) == []


# --- changing --------------------------------------------------------------------------------------


def test_only_earlier_questions_are_offered_for_a_condition(at_desk: Editor) -> None:
    page = at_desk.get("to-khai/cau-hoi/1.5/").content.decode()
    assert [f'<option value="{k}"' in page for k in ("child_sex", "birth_place", "wants_copy")] == [True, True, False]


def test_changing_the_kind_drops_what_the_new_one_has_no_use_for(at_desk: Editor) -> None:
    at_desk.save("to-khai/cau-hoi/1.4/", kind="text")
    assert field(at_desk, 0, 3) == {"key": "birth_place", "label": "Sinh ở đâu", "kind": "text", "required": True}
    at_desk.save("to-khai/cau-hoi/1.1/", kind="date")
    assert "max_length" not in field(at_desk, 0, 0)


@pytest.mark.parametrize(
    ("place", "typed", "expected"),
    [
        ("1.1", {"max_length": "50", "min_length": "2"}, {"max_length": 50, "min_length": 2}),
        ("1.1", {"prefill": "applicant.full_name"}, {"prefill": "applicant.full_name"}),
        ("1.1", {"default": "Nguyễn"}, {"default": "Nguyễn"}),
        ("1.1", {"required": []}, {"required": False}),
        ("1.1", {"max_length": ""}, {"max_length": None}),
        ("1.2", {"min_date": "1/1/2020", "max_date": "hôm nay"}, {"min_date": "2020-01-01"}),
        ("1.2", {"min_date": "HÔM NAY", "max_date": "31/12/2030"}, {"min_date": "today", "max_date": "2030-12-31"}),
        ("1.2", {"default": "Hôm nay"}, {"default": "today"}),
        ("1.3", {"default": "nu"}, {"default": "nu"}),
        ("2.1", {"default": "on"}, {"default": True}),
        ("2.3", {"max_items": "5", "item_label": "Con"}, {"max_items": 5, "item_label": "Con"}),
        ("2.3.2", {"min": "1.900", "max": "2100"}, {"min": 1900, "max": 2100}),
    ],
)
def test_the_settings_of_the_kinds(
    at_desk: Editor, place: str, typed: dict[str, Any], expected: dict[str, Any]
) -> None:
    def raw() -> dict[str, Any]:
        found = field(at_desk, int(place[0]) - 1, int(place[2]) - 1)
        return found["fields"][int(place[4]) - 1] if len(place) == 5 else found  # type: ignore[no-any-return]

    before = raw()
    assert (
        at_desk.send(f"to-khai/cau-hoi/{place}/", {**at_desk.typed(f"to-khai/cau-hoi/{place}/"), **typed}).status_code
        == 302
    )
    after = raw()
    assert {k: after.get(k) for k in {*before, *after} if before.get(k) != after.get(k)} == expected


def test_answers_keep_their_values_when_their_words_change(at_desk: Editor) -> None:
    at_desk.save("to-khai/cau-hoi/1.4/", choices__0__label="Ở Hồng Lĩnh", choices__0__value="khac")
    assert field(at_desk, 0, 3)["choices"][0] == {"value": "here", "label": "Ở Hồng Lĩnh"}


def test_a_question_that_moved_meanwhile_is_found_by_its_key(at_desk: Editor) -> None:
    typed = {**at_desk.typed("to-khai/cau-hoi/1.2/"), "label": "Sinh ngày nào"}
    do(at_desk, "up:1.2")
    answer = at_desk.send("to-khai/cau-hoi/1.2/", typed)
    assert "đã lưu bản soạn này" in words(answer)
    assert at_desk.send("to-khai/cau-hoi/1.2/", editor_form(answer)).status_code == 302
    found = at_desk.content["form"]["sections"][0]["fields"]
    assert [(f["key"], f["label"]) for f in found[:2]] == [
        ("child_birth_date", "Sinh ngày nào"),
        ("child_name", "Họ, chữ đệm, tên của trẻ"),
    ]


def test_a_question_that_was_removed_meanwhile_is_not_written_over_another(at_desk: Editor) -> None:
    typed = {**at_desk.typed("to-khai/cau-hoi/1.2/"), "label": "Sinh ngày nào"}
    do_remove = at_desk.send("to-khai/bo/1.2/", {"version": "0"})
    assert do_remove.status_code == 302
    before = at_desk.content
    assert at_desk.send("to-khai/cau-hoi/1.2/", typed).status_code == 404
    assert at_desk.content == before


# --- moving and removing ---------------------------------------------------------------------------


def test_moving_within_and_across_sections(at_desk: Editor) -> None:
    (first, second) = (names for _title, names in labels(at_desk))
    do(at_desk, "down:1.1")
    assert labels(at_desk)[0][1] == [first[1], first[0], *first[2:]]
    answer = do(at_desk, "down:1.5")
    assert answer.headers["Location"] == at_desk.draft_url("to-khai/") + "#q-2.1"
    assert [names for _t, names in labels(at_desk)] == [[first[1], first[0], *first[2:4]], [first[4], *second]]
    answer = do(at_desk, "up:2.1")
    assert answer.headers["Location"] == at_desk.draft_url("to-khai/") + "#q-1.5"
    do(at_desk, "down:1")
    assert [title for title, _names in labels(at_desk)] == ["Cha mẹ và anh chị em", "Người được khai sinh"]


@pytest.mark.parametrize(
    "what", ["up:1.1", "up:1", "down:2", "down:2.3", "up:2.3.1", "sideways:1.1", "up:9.9", "up:", "up"]
)
def test_a_move_that_leads_nowhere_changes_nothing(at_desk: Editor, what: str) -> None:
    before = at_desk.content
    assert do(at_desk, what).status_code == 302
    assert at_desk.content == before


def test_a_move_on_an_old_page_is_not_made(at_desk: Editor) -> None:
    at_desk.save("thong-tin/", name="Tên mới")
    before = at_desk.content
    answer = at_desk.client.post(at_desk.draft_url("to-khai/"), {"do": "down:1.1", "version": "0"}, follow=True)
    assert "đã lưu bản soạn này" in words(answer)
    assert at_desk.content == before


def test_a_condition_broken_by_a_move_is_said_in_the_outline(at_desk: Editor) -> None:
    do(at_desk, "up:1.5")
    said = "Câu hỏi “Sinh ở đâu” đứng sau hoặc là chính nó; điều kiện chỉ dùng trường đứng trước."
    assert said in words(at_desk.get("to-khai/"))
    page = words(at_desk.get("to-khai/cau-hoi/1.4/"))
    assert ("Sinh ở đâu (không còn dùng được ở đây)" in page, "Nơi khác" in page) == (True, True)
    assert links(at_desk.get())[0][0] == at_desk.draft_url("to-khai/cau-hoi/1.4/") + "#id_show_when-field"


def test_removing_a_question_says_what_becomes_of_answers(at_desk: Editor) -> None:
    page = words(at_desk.get("to-khai/bo/1.4/"))
    assert "Bỏ câu hỏi “Sinh ở đâu”?" in page
    assert "bản nháp của người dân mất câu trả lời này" in page
    assert "Tên nơi sinh" in page
    at_desk.send("to-khai/bo/1.4/", {"version": "0"})
    assert [p.path[-2:] for p in editing.problems(at_desk.draft)] == [("show_when", "field"), ("when", "field")]
    at_desk.save("to-khai/them/1.1/", label="Mới")
    assert "bản nháp" not in words(at_desk.get("to-khai/bo/1.1/")).split("Bỏ câu hỏi “Mới”?")[1]


def test_removing_a_section(at_desk: Editor) -> None:
    assert "Bỏ cả phần “Cha mẹ và anh chị em” với 3 câu hỏi?" in words(at_desk.get("to-khai/bo/2/"))
    at_desk.send("to-khai/bo/2/", {"version": "0"})
    assert [title for title, _names in labels(at_desk)] == ["Người được khai sinh"]


# --- named lists -----------------------------------------------------------------------------------


def test_a_draft_takes_the_new_list_when_it_is_saved(at_desk: Editor) -> None:
    """A published revision keeps the one it was published with."""
    newer = [{"value": "nam", "label": "Nam"}, {"value": "nu", "label": "Nữ"}, {"value": "khac", "label": "Khác"}]
    ChoiceList.objects.create(key="sexes", items=newer)
    assert "Danh sách dùng chung “sexes” đã được sửa." in words(at_desk.get())
    assert at_desk.draft.lists["sexes"] != newer
    assert at_desk.save("thong-tin/").status_code == 302
    assert (at_desk.draft.lists["sexes"], at_desk.procedure.published.lists["sexes"]) == (newer, newer[:2])
    assert at_desk.save("thong-tin/").status_code == 302
    assert at_desk.draft.version == 1

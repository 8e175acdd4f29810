"""The sheets of a draft: each saves exactly what it shows, and keeps what it does not show."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from procedures import editing
from tests.procedures.editors import Editor, ids, links, words
from tests.procedures.pageforms import editor_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk() -> Editor:
    return Editor()


def changes(desk: Editor, rest: str, **typed: Any) -> dict[str, tuple[Any, Any]]:
    """What a saving changed, by key at the top of the document: before and after."""
    before = desk.content
    answer = desk.save(rest, **typed)
    assert answer.status_code == 302, words(answer)
    after = desk.content
    return {k: (before.get(k), after.get(k)) for k in {*before, *after} if before.get(k) != after.get(k)}


# --- general ---------------------------------------------------------------------------------------

TYPED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"name": "  Tên   mới "}, {"name": "Tên mới"}),
    ({"everyday_terms": "giấy khai sinh\r\n\r\n  con mới đẻ  \r\nlàm khai sinh"},
     {"everyday_terms": ["giấy khai sinh", "con mới đẻ", "làm khai sinh"]}),
    ({"everyday_terms": ""}, {"everyday_terms": []}),
    ({"level": "4"}, {"level": 4}),
    ({"note": "Dòng một\r\nDòng hai"}, {"note": "Dòng một\nDòng hai"}),
    ({"as_of": "1/7/2026"}, {"as_of": "2026-07-01"}),
    ({"as_of": ""}, {"as_of": None}),
    ({"checked": []}, {"checked": False}),
    ({"subjects": ["ho_gia_dinh", "ca_nhan"]}, {"subjects": ["ca_nhan", "ho_gia_dinh"]}),
    ({"filing_methods": ["truc_tuyen"]}, {"filing_methods": ["truc_tuyen"]}),
    ({"result__name": "Giấy khai sinh mới"}, {"result": {"name": "Giấy khai sinh mới", "delivery": ["truc_tiep"]}}),
    ({"result__name": "", "result__delivery": []}, {"result": {"delivery": []}}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "expected"), TYPED, ids=[str(next(iter(t))) + str(i) for i, (t, _e) in enumerate(TYPED)]
)
def test_general_facts(at_desk: Editor, typed: dict[str, Any], expected: dict[str, Any]) -> None:
    sent = {**at_desk.typed("thong-tin/"), **typed}
    before = at_desk.content
    assert at_desk.send("thong-tin/", sent).status_code == 302
    after = at_desk.content
    assert {k: after.get(k) for k in {*before, *after} if before.get(k) != after.get(k)} == expected


def test_what_no_box_shows_stays(at_desk: Editor) -> None:
    def extend(content: dict[str, Any]) -> None:
        content.update(today={"days": "5 ngày"}, own_key=[1, {"a": None}])
        content["documents"][1].update(own_key="giữ")
        content["fees"][0].update(max_per_copy=200_000)
        content["time_limit"].update(own_key=True)
        content["form"]["sections"][0].update(own_key="giữ")
        content["form"]["sections"][0]["fields"][0].update(own_key="giữ")
        content["subjects"].append("nhóm lạ")

    at_desk.keep(extend)
    before = copy.deepcopy(at_desk.content)
    at_desk.save("thong-tin/", short_name="Khai sinh")
    at_desk.save("giay-to/", documents__1__name="Giấy chứng sinh bản chính")
    at_desk.save("le-phi/", fees__0__name="Lệ phí")
    at_desk.save("thoi-han/", value="6")
    at_desk.save("to-khai/phan/1/", title="Trẻ em")
    at_desk.save("to-khai/cau-hoi/1.1/", label="Họ tên của trẻ")
    before.update(short_name="Khai sinh")
    before["documents"][1]["name"] = "Giấy chứng sinh bản chính"
    before["fees"][0]["name"] = "Lệ phí"
    before["time_limit"]["value"] = 6
    before["form"]["sections"][0]["title"] = "Trẻ em"
    before["form"]["sections"][0]["fields"][0]["label"] = "Họ tên của trẻ"
    assert at_desk.content == before


# --- papers ----------------------------------------------------------------------------------------


def press(desk: Editor, rest: str, typed: dict[str, Any], button: str) -> dict[str, Any]:
    """What the page would send after a row button was pressed."""
    answer = desk.send(rest, {**typed, "row": button})
    assert answer.status_code == 200
    assert "Chưa lưu." in words(answer)
    return dict(editor_form(answer))


def test_a_paper_is_added_moved_and_given_a_key(at_desk: Editor) -> None:
    typed = press(at_desk, "giay-to/", at_desk.typed("giay-to/"), "documents:add:0")
    typed["documents-4-name"] = "Giấy chứng sinh"  # the words of a paper that is there: the key must differ
    typed["documents-4-copies"] = "2"
    typed = press(at_desk, "giay-to/", typed, "documents:up:4")
    assert at_desk.draft.version == 0
    assert at_desk.send("giay-to/", typed).status_code == 302
    keys = [d["key"] for d in at_desk.content["documents"]]
    assert keys == ["declaration", "birth_proof", "marriage_paper", "giay_chung_sinh", "identity"]
    assert at_desk.content["documents"][3] == {
        "key": "giay_chung_sinh", "name": "Giấy chứng sinh", "originals": 1, "copies": 2, "required": True,
        "how": "submit", "produced_by_form": False, "upload": True,
    }  # fmt: skip
    assert editing.problems(at_desk.draft) == []


def test_a_paper_is_removed_and_an_empty_row_is_none(at_desk: Editor) -> None:
    typed = press(at_desk, "giay-to/", at_desk.typed("giay-to/"), "documents:remove:2")
    typed = press(at_desk, "giay-to/", typed, "documents:add:0")
    assert at_desk.send("giay-to/", typed).status_code == 302
    assert [d["key"] for d in at_desk.content["documents"]] == ["declaration", "birth_proof", "identity"]


@pytest.mark.parametrize(
    "button", ["documents:up:0", "documents:down:3", "documents:remove:99", "x:up:1", "", "::", "documents:add:0:1"]
)
def test_a_strange_row_button_loses_nothing(at_desk: Editor, button: str) -> None:
    before = at_desk.content
    typed = press(at_desk, "giay-to/", at_desk.typed("giay-to/"), button)
    assert at_desk.send("giay-to/", typed).status_code == 302
    assert at_desk.content == before


def test_a_published_key_is_shown_and_not_changed(at_desk: Editor) -> None:
    page = at_desk.get("giay-to/").content.decode()
    assert "Đã công bố nên không đổi" in page
    assert changes(at_desk, "giay-to/", documents__1__key="khac") == {}


def test_a_condition_is_chosen_from_the_questions_and_their_answers(at_desk: Editor) -> None:
    typed = at_desk.typed("giay-to/")
    typed["documents-1-when-field"] = ["birth_place"]
    refused = at_desk.send("giay-to/", typed)
    assert [a for a, _w in links(refused)] == ["#id_documents-1-when-values"]
    assert "Bạn đánh dấu ít nhất một câu trả lời" in words(refused)
    offered = at_desk.send("giay-to/", {**typed, "action": "show"})
    assert ("Trong thị xã" in words(offered), "Nơi khác" in words(offered)) == (True, True)
    for values, condition in [
        (["elsewhere"], {"field": "birth_place", "equals": "elsewhere"}),
        (["here", "elsewhere"], {"field": "birth_place", "in": ["elsewhere", "here"]}),
    ]:
        typed = {
            **at_desk.typed("giay-to/"),
            "documents-1-when-field": "birth_place",
            "documents-1-when-values": values,
        }
        assert at_desk.send("giay-to/", typed).status_code == 302
        assert at_desk.content["documents"][1]["when"] == condition
    found = changes(at_desk, "giay-to/", documents__1__when__field="")
    assert "when" not in found["documents"][1][1]


def test_a_condition_on_a_box(at_desk: Editor) -> None:
    typed = {**at_desk.typed("giay-to/"), "documents-1-when-field": "wants_copy", "documents-1-when-values": ["false"]}
    assert at_desk.send("giay-to/", typed).status_code == 302
    assert at_desk.content["documents"][1]["when"] == {"field": "wants_copy", "equals": False}
    assert editing.problems(at_desk.draft) == []


def test_questions_of_a_rows_are_not_offered_outside(at_desk: Editor) -> None:
    page = at_desk.get("giay-to/").content.decode()
    assert ('value="birth_place"' in page, 'value="sibling_year"' in page) == (True, False)


# --- fees, time limit, legal basis -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "amount"), [("15.000", 15000), ("15000 đồng", 15000), ("0", 0), ("", None), ("1.500.000", 1_500_000)]
)
def test_amounts(at_desk: Editor, typed: str, amount: int | None) -> None:
    at_desk.save("le-phi/", fees__0__amount=typed)
    assert at_desk.content["fees"][0]["amount"] == amount


@pytest.mark.parametrize(
    ("rest", "name", "typed", "sentence"),
    [
        ("le-phi/", "fees-0-amount", "mười nghìn", "Số tiền ghi bằng chữ số"),
        ("giay-to/", "documents-1-originals", "hai", "Chỗ này cần một số nguyên"),
        ("giay-to/", "documents-1-originals", "101", "Chỗ này ghi số từ 0 đến 100."),
        ("thoi-han/", "value", "-1", "Chỗ này ghi số từ 0 đến 3650."),
        ("thoi-han/", "cutoff", "25:00", "Giờ ghi như 15:00 hoặc 15h30."),
        ("thoi-han/", "cutoff", "chiều", "Giờ ghi như 15:00 hoặc 15h30."),
        ("thoi-han/", "unit", "week", "Lựa chọn này không còn."),
        ("can-cu/", "legal_basis-0-date", "31/2/2020", "Ngày 31/2/2020 không có trong lịch."),
        ("thong-tin/", "name", "tên\x07", "Nội dung có ký tự lạ"),
    ],
)
def test_what_cannot_be_kept_stays_typed_with_a_sentence(
    at_desk: Editor, rest: str, name: str, typed: str, sentence: str
) -> None:
    sent = {**at_desk.typed(rest), name: typed, "note": "vừa gõ"}
    answer = at_desk.send(rest, sent)
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert [a for a, _w in links(answer)] == [f"#id_{name}"]
    assert f"id_{name}" in ids(answer)
    again = editor_form(answer)
    assert {k: v for k, v in again.items() if k != "csrfmiddlewaretoken"} == {
        k: (v if isinstance(v, list) else [v])
        for k, v in sent.items()
        if k in again and k != "csrfmiddlewaretoken" and (k != name or name != "unit")
    } | ({"unit": again["unit"]} if name == "unit" else {})
    assert at_desk.draft.version == 0


@pytest.mark.parametrize(("typed", "clock"), [("15h30", "15:30"), ("9 giờ", "09:00"), ("15:00", "15:00"), ("", None)])
def test_the_hour(at_desk: Editor, typed: str, clock: str | None) -> None:
    at_desk.keep(lambda c: c["time_limit"].update(cutoff="11:11"))
    at_desk.save("thoi-han/", cutoff=typed)
    assert at_desk.content["time_limit"].get("cutoff") == clock


def test_the_time_limit_with_its_variants(at_desk: Editor) -> None:
    typed = press(at_desk, "thoi-han/", at_desk.typed("thoi-han/"), "variants:add:0")
    typed.update(
        {"value": "7", "variants-1-condition": "Trẻ bị bỏ rơi", "variants-1-value": "7", "variants-1-adds": "on"}
    )
    assert at_desk.send("thoi-han/", typed).status_code == 302
    limit = at_desk.content["time_limit"]
    assert (limit["value"], len(limit["variants"])) == (7, 2)
    assert limit["variants"][1] == {"unit": "working_day", "adds": True, "condition": "Trẻ bị bỏ rơi", "value": 7}


def test_the_legal_basis(at_desk: Editor) -> None:
    typed = press(at_desk, "can-cu/", at_desk.typed("can-cu/"), "legal_basis:add:0")
    typed.update(
        {"legal_basis-1-number": "1/2026/TT-BTP", "legal_basis-1-title": "Thông tư", "legal_basis-1-date": "5.1.2026"}
    )
    typed = press(at_desk, "can-cu/", typed, "legal_basis:up:1")
    assert at_desk.send("can-cu/", typed).status_code == 302
    new = {"number": "1/2026/TT-BTP", "title": "Thông tư", "date": "2026-01-05"}
    assert at_desk.content["legal_basis"][0] == new


def test_a_box_that_was_not_on_the_page_is_not_touched(at_desk: Editor) -> None:
    before = at_desk.content
    assert (
        at_desk.send("can-cu/", {"version": "0", "legal_basis-total": "1", "legal_basis-0-origin": "0.x"}).status_code
        == 302
    )
    assert at_desk.content == before


def test_saving_with_a_problem_stays_on_the_part_and_says_so(at_desk: Editor) -> None:
    answer = at_desk.save("giay-to/", documents__1__name="")
    assert answer.headers["Location"] == at_desk.draft_url("giay-to/")
    page = at_desk.get("giay-to/")
    assert "Đã lưu, nhưng chưa công bố được." in words(page)
    assert [a for a, _w in links(page)] == ["#id_documents-1-name"]
    assert at_desk.save("giay-to/", documents__1__name="Có tên lại").headers["Location"] == at_desk.draft_url()


# --- two editors -----------------------------------------------------------------------------------


def test_of_two_editors_the_second_keeps_what_was_typed_and_reads_what_it_changes(at_desk: Editor) -> None:
    other = Editor(at_desk.procedure)
    typed = {**at_desk.typed("le-phi/"), "fees-0-amount": "22.000"}
    other.save("giay-to/", documents__1__name="Tên của người khác")
    answer = at_desk.send("le-phi/", typed)
    page = words(answer)
    assert "Lê Thị Biên đã lưu bản soạn này lúc" in page
    assert "Những gì bạn gõ còn nguyên dưới đây." in page
    assert "22.000 đồng" in page.split("Bỏ những gì vừa gõ")[0]
    again = editor_form(answer)
    assert (again["fees-0-amount"], again["version"]) == (["22.000"], ["1"])
    assert at_desk.content["fees"][0]["amount"] == 10000
    assert at_desk.send("le-phi/", again).status_code == 302
    content = at_desk.content
    assert (content["fees"][0]["amount"], content["documents"][1]["name"]) == (22000, "Tên của người khác")


def test_rows_find_their_blocks_again_after_somebody_moved_them(at_desk: Editor) -> None:
    at_desk.keep(lambda c: [d.update(own_key=d["key"]) for d in c["documents"]])
    typed = {**at_desk.typed("giay-to/"), "documents-1-name": "Tên mới"}
    at_desk.keep(lambda c: c["documents"].reverse())
    at_desk.keep(lambda c: c["documents"][3].update(note="đổi"))
    answer = at_desk.send("giay-to/", typed)
    assert at_desk.send("giay-to/", editor_form(answer)).status_code == 302
    found = [(d["key"], d["own_key"], d["name"]) for d in at_desk.content["documents"]]
    assert [(key, own) for key, own, _name in found] == [
        (k, k) for k in ("declaration", "birth_proof", "marriage_paper", "identity")
    ]
    assert found[1][2] == "Tên mới"


def test_a_draft_that_was_published_meanwhile_leads_back(at_desk: Editor) -> None:
    typed = {**at_desk.typed("le-phi/"), "fees-0-amount": "22.000"}
    editing.discard(at_desk.draft)
    assert at_desk.send("le-phi/", typed).headers["Location"] == at_desk.url("change/")
    editing.start(at_desk.procedure, at_desk.user)
    assert at_desk.send("le-phi/", {**typed, "version": "sai"}).status_code == 200
    assert at_desk.content["fees"][0]["amount"] == 10000

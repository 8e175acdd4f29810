"""The document as text, and the named lists of choices."""

from __future__ import annotations

import pytest
from django import forms
from django.contrib.admin.models import LogEntry
from hypothesis import given
from hypothesis import strategies as st

from procedures import editing
from procedures.admin import lists
from procedures.models import ChoiceList
from tests import factories
from tests.procedures.editors import Editor, links, words
from tests.procedures.pageforms import editor_form


@pytest.fixture
def at_desk(db: None) -> Editor:
    return Editor()


# --- the whole document as text ----------------------------------------------------------------------


def test_the_text_and_the_sheets_write_the_same_document(at_desk: Editor) -> None:
    at_desk.save("le-phi/", fees__0__amount="15.000")
    text = at_desk.typed("yaml/")["text"][0]
    assert "amount: 15000" in text
    assert (
        at_desk.save("yaml/", text=text.replace("amount: 15000", "amount: 16000")).headers["Location"]
        == at_desk.draft_url()
    )
    assert at_desk.content["fees"][0]["amount"] == 16000
    assert at_desk.typed("le-phi/")["fees-0-amount"] == ["16.000"]
    assert LogEntry.objects.filter(change_message="Bản soạn: sửa dạng YAML.").count() == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("code: '1'\n  name: [", "Dòng 2"),
        ("name: a\nname: b\n", "Dòng 2: khóa “name” viết hai lần."),
        ("", "Nội dung phải là một khối khóa: giá trị"),
        ("- a\n- b\n", "Nội dung phải là một khối khóa: giá trị"),
        ("a: !!python/object:os.system x", "Dòng 1"),
    ],
)
def test_mistakes_are_sentences_and_nothing_typed_is_lost(at_desk: Editor, text: str, sentence: str) -> None:
    answer = at_desk.save("yaml/", text=text)
    assert answer.status_code == 200
    assert sentence in words(answer)
    assert {address for address, _w in links(answer)} == {"#id_text"}
    assert (
        editor_form(answer)["text"]
        == [text.rstrip("\n").replace("\n", "\r\n") if text.endswith("\n") else text.replace("\n", "\r\n")]
        or text in answer.content.decode()
    )
    assert at_desk.draft.version == 0


def test_a_text_with_problems_is_kept_and_said(at_desk: Editor) -> None:
    text = at_desk.typed("yaml/")["text"][0].replace("kind: person_name", "kind: la_gi")
    assert at_desk.save("yaml/", text=text).headers["Location"] == at_desk.draft_url("yaml/")
    page = words(at_desk.get("yaml/"))
    assert "Đã lưu, nhưng chưa công bố được." in page
    assert "“la_gi” không dùng được." in page
    assert len(editing.problems(at_desk.draft)) == 2


def test_of_two_texts_the_second_is_kept_on_the_page(at_desk: Editor) -> None:
    typed = at_desk.typed("yaml/")
    mine = typed["text"][0].replace("short_name: Đăng ký khai sinh", "short_name: Của tôi")
    at_desk.save("thong-tin/", short_name="Của người khác")
    answer = at_desk.send("yaml/", {**typed, "text": mine})
    assert "đã lưu bản soạn này" in words(answer)
    assert "short_name: Của người khác" in words(answer)
    assert "short_name: Của tôi" in editor_form(answer)["text"][0]
    assert at_desk.send("yaml/", editor_form(answer)).status_code == 302
    assert at_desk.content["short_name"] == "Của tôi"


# --- named lists -------------------------------------------------------------------------------------

ETHNIC = [{"code": "01", "name": "Kinh", "aliases": ["Việt"]}, {"code": "02", "name": "Tày"}]


def test_reading_the_lines_of_a_list() -> None:
    typed = "01\tKinh (Việt)\r\n\r\n  03 |  Thái \nHoa | Hán\nDân tộc khác\n"
    assert lists.read(typed, ETHNIC) == [
        {"code": "01", "name": "Kinh (Việt)", "aliases": ["Việt"]},
        {"code": "03", "name": "Thái"},
        {"code": "Hoa", "name": "Hán"},
        {"code": "dan_toc_khac", "name": "Dân tộc khác"},
    ]
    assert lists.read("Có\nKhông", []) == [{"value": "co", "label": "Có"}, {"value": "khong", "label": "Không"}]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("a\tMột\na\tHai", "Dòng 2: mã “a” đã dùng"),
        ("a\t ", "Dòng 1 thiếu câu chữ"),
        ("a\tX\x07", "Dòng 1 có ký tự lạ"),
    ],
)
def test_a_line_that_cannot_be_read(typed: str, sentence: str) -> None:
    with pytest.raises(forms.ValidationError, match=sentence):
        lists.read(typed, [])


@given(st.lists(st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=20), max_size=8))
def test_whatever_is_typed_is_read_or_refused_with_a_sentence(labels: list[str]) -> None:
    try:
        items = lists.read("\n".join(labels), [])
    except forms.ValidationError:
        return
    assert lists.read(lists.shown(items), items) == items
    assert len({i["value"] for i in items}) == len(items)


@pytest.mark.parametrize("name", ["sexes", "dan_toc"])
def test_a_list_saved_as_it_stands_stays_as_it_is(at_desk: Editor, name: str) -> None:
    items = ETHNIC if name == "dan_toc" else factories.LISTS["sexes"]
    row = ChoiceList.objects.create(key=name, items=items)
    page = f"/admin/procedures/choicelist/{row.pk}/change/"
    typed = editor_form(at_desk.client.get(page), "lines")
    assert at_desk.client.post(page, typed).status_code == 302
    row.refresh_from_db()
    assert row.items == items


def test_lists_are_added_and_edited_by_editors_and_read_by_the_others(at_desk: Editor) -> None:
    add = "/admin/procedures/choicelist/add/"
    wrong = at_desk.client.post(add, {"key": "Có Dấu", "lines": ""})
    assert "Danh sách cần ít nhất một mục." in words(wrong)
    assert at_desk.client.post(add, {"key": "ton_giao", "lines": "Không\nPhật giáo"}).status_code == 302
    row = ChoiceList.objects.get(key="ton_giao")
    assert [i["value"] for i in row.items] == ["khong", "phat_giao"]
    page = f"/admin/procedures/choicelist/{row.pk}/change/"
    at_desk.client.force_login(factories.OfficerFactory().user)
    assert "Không; Phật giáo" in words(at_desk.client.get(page))
    assert at_desk.client.post(page, {"lines": "Khác"}).status_code == 403
    assert at_desk.client.get(add).status_code == 403


def test_a_list_says_where_it_is_used(at_desk: Editor) -> None:
    row = ChoiceList.objects.create(key="sexes", items=factories.LISTS["sexes"])
    page = words(at_desk.client.get(f"/admin/procedures/choicelist/{row.pk}/change/"))
    assert at_desk.procedure.code in page
    assert "Tờ khai đang công bố giữ danh sách lúc công bố." in page

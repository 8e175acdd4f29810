"""A section as the citizen meets it: drawn, checked, explained."""

from __future__ import annotations

import datetime
import html
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.template import Context, Template

from procedures.formbuilder import SectionForm, answers_before, opened_fields, typed_from, typed_of, whole_form
from procedures.spec import Choice, Condition, Field, FormSpec, Section

TODAY = datetime.date(2026, 11, 22)
RELATIONS = (Choice("cha", "Cha"), Choice("me", "Mẹ"), Choice("khac", "Khác"))
RELATION = Field("relation", "Quan hệ", "choice", required=True, choices=RELATIONS, help="Với người được khai sinh")
OTHER = Field(
    "relation_other", "Quan hệ khác (ghi rõ)", "text", required=True, show_when=Condition("relation", ("khac",))
)
NAME = Field("name", "Họ tên", "person_name", required=True, prefill="applicant.full_name")
PERSON = Section("nguoi", "Người", (NAME, RELATION, OTHER))


def section(*fields: Field) -> Section:
    return Section("phan", "Phần", fields)


def checked(sec: Section, typed: dict[str, list[str]], **more: Any) -> SectionForm:
    form = SectionForm(sec, typed=typed, today=TODAY, **more)
    form.is_valid()
    return form


def messages(form: SectionForm) -> list[tuple[str, str]]:
    return [(e.input_id, e.message) for e in form.errors]


def ids(page: str) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', page)


# --- checking ------------------------------------------------------------------------------------


def test_right_answers_are_stored_in_their_own_types() -> None:
    sec = section(
        NAME,
        RELATION,
        Field("born", "Ngày sinh", "date"),
        Field("floors", "Số tầng", "integer"),
        Field("area", "Diện tích", "decimal"),
        Field("fee", "Số tiền", "money"),
        Field("since", "Từ năm", "year"),
        Field("pledge", "Cam kết", "checkbox"),
        Field("ways", "Kênh", "multichoice", choices=RELATIONS),
        Field("note", "Ghi chú", "multiline"),
    )
    form = checked(
        sec,
        {
            "name": ["H'Hen  Niê"],
            "relation": ["me"],
            "born": ["5/3/2026"],
            "floors": ["2"],
            "area": ["12,50"],
            "fee": ["1.500.000"],
            "since": ["1985"],
            "pledge": ["on"],
            "ways": ["me", "cha"],
            "note": [""],
        },
    )
    assert form.errors == []
    assert form.answers == {
        "name": "H'Hen Niê",
        "relation": "me",
        "born": "2026-03-05",
        "floors": 2,
        "area": "12.5",
        "fee": 1_500_000,
        "since": 1985,
        "pledge": True,
        "ways": ["cha", "me"],
    }


def test_an_unticked_box_is_an_answer_and_zero_is_one_too() -> None:
    sec = section(Field("pledge", "Cam kết", "checkbox"), Field("children", "Số con", "integer", required=True))
    form = checked(sec, {"children": ["0"]})
    assert form.errors == []
    assert form.answers == {"pledge": False, "children": 0}


def test_missing_answers_are_named_in_the_order_of_the_page() -> None:
    assert messages(checked(PERSON, {"name": [""]})) == [
        ("id_name", "Bạn chưa nhập “Họ tên”."),
        ("id_relation", "Bạn chưa chọn “Quan hệ”."),
    ]


def test_a_question_revealed_by_an_answer_says_by_which() -> None:
    assert messages(checked(PERSON, {"name": ["Lò Thị Ơn"], "relation": ["khac"]})) == [
        ("id_relation_other", "Bạn chọn “Khác” nên cần trả lời thêm: Quan hệ khác (ghi rõ).")
    ]


def test_a_question_revealed_by_a_tick_says_so() -> None:
    tick = Field("other", "Tôi nộp thay người khác", "checkbox")
    owner = Field("owner", "Tên người đó", "text", required=True, show_when=Condition("other", ("true",)))
    assert messages(checked(section(tick, owner), {"other": ["on"]})) == [
        ("id_owner", "Bạn đánh dấu “Tôi nộp thay người khác” nên cần trả lời thêm: Tên người đó.")
    ]


def test_a_question_that_stood_there_from_the_start_is_just_missing() -> None:
    tick = Field("other", "Tôi nộp thay người khác", "checkbox")
    own = Field("own", "Ngày sinh của bạn", "text", required=True, show_when=Condition("other", ("false",)))
    assert messages(checked(section(tick, own), {})) == [("id_own", "Bạn chưa nhập “Ngày sinh của bạn”.")]
    known = Field(
        "known", "Có khai về cha", "choice", default="yes", choices=(Choice("yes", "Có"), Choice("no", "Không"))
    )
    name = Field("father", "Tên cha", "text", required=True, show_when=Condition("known", ("yes",)))
    assert messages(checked(section(known, name), {"known": ["yes"]})) == [("id_father", "Bạn chưa nhập “Tên cha”.")]


def test_a_wrong_answer_to_a_revealed_question_keeps_its_own_sentence() -> None:
    age = Field("age", "Số tuổi", "integer", required=True, show_when=Condition("relation", ("khac",)), min=1)
    assert messages(checked(section(RELATION, age), {"relation": ["khac"], "age": ["0"]})) == [
        ("id_age", "Số tuổi ít nhất là 1.")
    ]


def test_an_answer_that_is_hidden_is_dropped_with_its_errors() -> None:
    number = Field("count", "Số lượng", "integer", required=True, show_when=Condition("relation", ("khac",)))
    form = checked(section(RELATION, number), {"relation": ["cha"], "count": ["không biết"]})
    assert form.errors == []
    assert form.answers == {"relation": "cha"}


def test_an_answer_counts_though_its_question_was_not_shown_before() -> None:
    form = checked(PERSON, {"name": ["Lò Thị Ơn"], "relation": ["khac"], "relation_other": ["Cô giáo"]})
    assert form.errors == []
    assert form.answers["relation_other"] == "Cô giáo"


def test_a_cascade_of_conditions_falls_together() -> None:
    a = Field("a", "A", "choice", choices=RELATIONS)
    b = Field("b", "B", "choice", choices=RELATIONS, required=True, show_when=Condition("a", ("khac",)))
    c = Field("c", "C", "text", required=True, show_when=Condition("b", ("khac",)))
    everything = {"a": ["khac"], "b": ["khac"], "c": ["x"]}
    assert checked(section(a, b, c), everything).answers == {"a": "khac", "b": "khac", "c": "x"}
    assert checked(section(a, b, c), {**everything, "a": ["cha"]}).answers == {"a": "cha"}


def test_conditions_look_back_to_earlier_sections() -> None:
    sec = section(OTHER)
    assert checked(sec, {}, before={"relation": "cha"}).errors == []
    assert messages(checked(sec, {}, before={"relation": "khac"})) == [
        ("id_relation_other", "Bạn chưa nhập “Quan hệ khác (ghi rõ)”.")
    ]


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [("date", "5/3/2026", "4/3/2026"), ("year", "1990", "1989"), ("money", "5.000", "4.000")],
)
def test_an_answer_may_not_come_before_the_one_it_follows(kind: str, first: str, second: str) -> None:
    sec = section(Field("start", "Từ", kind), Field("end", "Đến", kind, after_field="start"))
    form = checked(sec, {"start": [first], "end": [second]})
    assert [e.input_id for e in form.errors] == ["id_end"]
    assert form.errors[0].message.startswith("“Đến” không được trước “Từ” (")
    assert "end" not in form.answers
    assert checked(sec, {"start": [first], "end": [first]}).errors == []
    assert checked(sec, {"start": [""], "end": [second]}).errors == []


def test_today_as_a_limit_is_the_day_of_filing() -> None:
    sec = section(Field("born", "Ngày sinh", "date", max_date="today"))
    assert checked(sec, {"born": ["22/11/2026"]}).errors == []
    assert messages(checked(sec, {"born": ["23/11/2026"]})) == [
        ("id_born", "“Ngày sinh” không được sau ngày 22/11/2026. Bạn xem lại ngày.")
    ]


def test_doubts_do_not_stop_and_are_listed_apart() -> None:
    form = checked(section(Field("id_no", "Số giấy tờ", "id_number")), {"id_no": ["003085012345"]})
    assert form.errors == []
    assert [(w.input_id, w.label) for w in form.warnings] == [("id_id_no", "Số giấy tờ")]
    assert "không phải mã tỉnh nào đã cấp" in form.render()


def test_a_page_seen_for_the_first_time_does_not_complain() -> None:
    form = SectionForm(PERSON, typed={"name": ["1"], "relation": ["khac"]}, today=TODAY)
    page = form.render()
    assert form.errors == []
    assert "field-error" not in page
    assert 'value="1"' in page


# --- what stands there at the start --------------------------------------------------------------


def test_known_facts_and_defaults_are_filled_in() -> None:
    sec = section(NAME, Field("nation", "Quốc tịch", "choice", choices=RELATIONS, default="me"))
    for facts in ({"applicant.full_name": "Lò Thị Ơn"}, {"full_name": "Lò Thị Ơn"}):
        page = SectionForm(sec, prefill=facts, today=TODAY).render()
        assert 'value="Lò Thị Ơn"' in page
        assert re.search(r'value="me"[^>]* checked', page)


def test_a_prefilled_date_is_written_the_usual_way() -> None:
    sec = section(Field("born", "Ngày sinh", "date", prefill="applicant.date_of_birth"))
    page = SectionForm(sec, prefill={"applicant.date_of_birth": datetime.date(1990, 3, 5)}, today=TODAY).render()
    assert 'value="05/03/1990"' in page


def test_what_was_typed_wins_over_facts_and_an_emptied_answer_stays_empty() -> None:
    page = SectionForm(PERSON, typed={"name": [""]}, prefill={"applicant.full_name": "Lò Thị Ơn"}, today=TODAY).render()
    assert "Lò Thị Ơn" not in page


def test_a_default_is_not_an_answer_until_it_is_sent() -> None:
    sec = section(Field("nation", "Quốc tịch", "choice", choices=RELATIONS, default="me", required=True))
    assert messages(checked(sec, {})) == [("id_nation", "Bạn chưa chọn “Quốc tịch”.")]


def test_without_anything_typed_there_is_nothing_to_check() -> None:
    form = SectionForm(PERSON, today=TODAY)
    assert form.is_valid() is False
    assert form.errors == []


def test_stored_answers_are_typed_again_and_read_back_the_same() -> None:
    sec = section(
        Field("area", "Diện tích", "decimal"),
        Field("fee", "Số tiền", "money"),
        Field("born", "Ngày sinh", "date"),
        Field("ok", "Đồng ý", "checkbox"),
        Field("ways", "Kênh", "multichoice", choices=RELATIONS),
        Field("rows", "Dòng", "repeat", fields=(Field("n", "N", "integer"), Field("t", "T", "text"))),
    )
    answers = {
        "area": "1234.125",
        "fee": 20000,
        "born": "2026-03-05",
        "ok": True,
        "ways": ["me"],
        "rows": [{"n": 1, "t": "a"}, {"t": "b"}],
    }
    typed = typed_of(sec.fields, answers, TODAY)
    assert typed["area"] == ["1234,125"]
    assert typed["born"] == ["05/03/2026"]
    assert checked(sec, typed).answers == answers


# --- HTML ----------------------------------------------------------------------------------------

EVERY_KIND = section(
    *(
        Field(f"f_{kind}", f"Câu {kind}", kind, required=True, choices=RELATIONS, help=f"Giúp {kind}")
        for kind in "text multiline address person_name phone email id_number tax_code date year integer decimal money "
        "choice multichoice checkbox file".split()
    ),
    Field("f_rows", "Danh sách", "repeat", required=True, fields=(Field("x", "X", "text", required=True),)),
)


def test_every_error_leads_to_an_element_of_the_page() -> None:
    form = checked(EVERY_KIND, {})
    page = form.render()
    assert [e.input_id for e in form.errors] == [
        *(f"id_{f.key}" for f in EVERY_KIND.fields if f.kind != "repeat"),
        "id_f_rows-0-x",
    ]
    for error in form.errors:
        assert ids(page).count(error.input_id) == 1, error
    assert len(ids(page)) == len(set(ids(page)))


def test_every_reference_of_the_page_points_at_something() -> None:
    page = checked(EVERY_KIND, {}).render()
    known = set(ids(page))
    described = {name for value in re.findall(r'aria-describedby="([^"]+)"', page) for name in value.split()}
    assert described - known == set()
    assert set(re.findall(r'\sfor="([^"]+)"', page)) - known == set()
    for kind in ("text", "choice", "multichoice", "file"):
        assert f"id_f_{kind}_error" in described
        assert f"id_f_{kind}_helptext" in described


def test_wrong_inputs_are_marked_and_right_ones_are_not() -> None:
    sec = section(NAME, Field("phone", "Điện thoại", "phone", required=True))
    page = checked(sec, {"name": ["Lò Thị Ơn"], "phone": ["12"]}).render()
    assert page.count("aria-invalid") == 1
    assert page.count("field--invalid") == 1
    assert 'value="12"' in page


def test_required_and_optional_are_said_in_words() -> None:
    page = SectionForm(section(NAME, Field("note", "Ghi chú", "text")), today=TODAY).render()
    assert page.count('<span class="field-required">* (bắt buộc)</span>') == 1
    assert page.count('<span class="field-optional">(không bắt buộc)</span>') == 1
    assert " required" not in page.replace("field-required", "")


def test_keyboards_and_own_data_are_announced_to_the_browser() -> None:
    sec = section(
        NAME,
        Field("phone", "Điện thoại", "phone", prefill="applicant.phone"),
        Field("mother_phone", "Điện thoại của mẹ", "phone"),
        Field("born", "Ngày sinh", "date"),
    )
    page = SectionForm(sec, today=TODAY).render()
    tags = {m[1]: m[0] for m in re.finditer(r'<input[^>]*name="([^"]+)"[^>]*>', page)}
    assert 'autocomplete="name"' in tags["name"]
    assert 'autocomplete="tel"' in tags["phone"]
    assert 'type="tel"' in tags["phone"]
    assert 'autocomplete="off"' in tags["mother_phone"]
    assert 'inputmode="numeric"' in tags["born"]


def test_a_hidden_question_is_on_the_page_with_its_rule() -> None:
    hidden = SectionForm(PERSON, today=TODAY).render()
    rule = re.search(r'data-show-when="([^"]+)"( hidden)?', hidden)
    assert rule
    assert html.unescape(rule[1]) == '{"field": "relation", "values": ["khac"], "absent": "false"}'
    assert rule[2] == " hidden"
    shown = SectionForm(PERSON, typed={"relation": ["khac"]}, today=TODAY).render()
    found = re.search(r'data-show-when="([^"]+)"( hidden)?', shown)
    assert found
    assert found[2] is None


def test_the_crispy_tag_draws_the_same_questions() -> None:
    form = SectionForm(PERSON, today=TODAY)
    page = Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": form.with_layout}))
    assert "<form" not in page
    assert "csrf" not in page
    assert re.findall(r'name="([^"]+)"', page) == re.findall(r'name="([^"]+)"', form.render())


def test_hostile_labels_and_answers_are_escaped() -> None:
    sec = section(Field("q", "<b>Câu</b>", "text", help="<i>giúp</i>", show_when=None))
    page = checked(sec, {"q": ['"><script>alert(1)</script>']}).render()
    assert "<script" not in page
    assert "<b>" not in page
    assert "<i>" not in page


# --- files ---------------------------------------------------------------------------------------

PHOTO = Field("photo", "Ảnh chân dung", "file", required=True)


def test_a_required_file_is_asked_for_until_it_is_there() -> None:
    missing = checked(section(PHOTO), {})
    assert messages(missing) == [("id_photo", "Bạn chưa đính kèm “Ảnh chân dung”. Hãy chọn tệp rồi tiếp tục.")]
    files = {"photo": [SimpleNamespace(name="ảnh <1>.jpg", size=2_500_000, pk=7)]}
    there = checked(section(PHOTO), {}, files=files)
    assert there.errors == []
    assert there.answers == {}
    page = there.render()
    assert "ảnh &lt;1&gt;.jpg" in page
    assert 'name="remove-file" value="7"' in page
    assert there.has_files


def test_a_file_question_that_is_hidden_is_not_asked_for() -> None:
    photo = Field("photo", "Ảnh", "file", required=True, show_when=Condition("relation", ("khac",)))
    assert checked(section(RELATION, photo), {"relation": ["cha"]}).errors == []
    assert [e.input_id for e in checked(section(RELATION, photo), {"relation": ["khac"]}).errors] == ["id_photo"]


# --- supplement: only some questions are open ----------------------------------------------------

STORED = {"name": "Lò Thị Ơn", "relation": "cha"}
FORM = FormSpec("Tờ khai", (PERSON,))


def test_closed_questions_show_their_answer_and_keep_it() -> None:
    form = SectionForm(PERSON, typed={"name": ["Kẻ Gian"], "relation": ["me"]}, stored=STORED, only={"relation"})
    assert form.is_valid()
    assert form.answers == {"name": "Lò Thị Ơn", "relation": "me"}
    page = form.render()
    assert 'name="name"' not in page
    assert "Lò Thị Ơn" in page
    assert "Kẻ Gian" not in page


def test_a_closed_answer_that_is_no_longer_right_does_not_stop_the_open_ones() -> None:
    sec = section(Field("from", "Từ ngày", "date", min_date="today"), Field("note", "Ghi chú", "text", required=True))
    form = SectionForm(sec, typed={"note": ["Đã sửa"]}, stored={"from": "2020-01-01"}, only={"note"}, today=TODAY)
    assert form.is_valid()
    assert form.answers == {"from": "2020-01-01", "note": "Đã sửa"}


def test_what_an_open_answer_brings_up_is_open_too() -> None:
    opened = opened_fields(FORM, {"relation"})
    assert opened == {"relation", "relation_other"}
    form = SectionForm(PERSON, typed={"relation": ["khac"]}, stored=STORED, only=opened)
    form.is_valid()
    assert [e.input_id for e in form.errors] == ["id_relation_other"]


def test_open_questions_start_with_what_was_filed() -> None:
    page = SectionForm(PERSON, stored=STORED, only={"name"}, prefill={"applicant.full_name": "Khác"}).render()
    assert 'value="Lò Thị Ơn"' in page
    assert ">Cha<" in page


# --- the whole form ------------------------------------------------------------------------------

SECOND = Section(
    "them", "Thêm", (Field("more", "Nói rõ", "text", required=True, show_when=Condition("relation", ("khac",))),)
)
WHOLE = FormSpec("Tờ khai", (PERSON, SECOND))


def test_the_whole_form_is_checked_section_by_section() -> None:
    answers, errors = whole_form(WHOLE, {"relation": ["khac"], "more": ["vì"]}, today=TODAY)
    assert answers == {"relation": "khac", "more": "vì"}
    assert {key: [e.input_id for e in found] for key, found in errors.items()} == {
        "nguoi": ["id_name", "id_relation_other"]
    }


def test_answers_before_a_section_leave_out_what_is_wrong() -> None:
    typed = {"name": ["1"], "relation": ["khac"]}
    assert answers_before(WHOLE, "nguoi", typed, today=TODAY) == {}
    assert answers_before(WHOLE, "them", typed, today=TODAY) == {"relation": "khac"}


# --- what is kept of a posted page ---------------------------------------------------------------


def test_only_the_names_of_the_section_are_kept_and_composed() -> None:
    post = QueryDict("name=Ho%CC%82%CC%80ng&relation=me&relation=khac&action=next&csrfmiddlewaretoken=x&other=1")
    assert typed_from(PERSON, post) == {"name": ["Hồng"], "relation": ["khac"]}


def test_what_a_database_cannot_keep_is_replaced_and_refused() -> None:
    typed = typed_from(PERSON, QueryDict("name=a%00b"))
    assert typed == {"name": ["a\ufffdb"]}
    assert next(e.input_id for e in checked(PERSON, typed).errors) == "id_name"


def test_the_size_of_what_is_kept_is_bounded() -> None:
    post = QueryDict(mutable=True)
    post.setlist("name", ["x" * 100_000])
    post.setlist("ways", [str(i) for i in range(10_000)])
    sec = section(NAME, Field("ways", "Kênh", "multichoice", choices=RELATIONS))
    typed = typed_from(sec, post)
    assert len(typed["name"][0]) == 20_000
    assert len(typed["ways"]) == 200


def test_a_question_named_like_the_buttons_takes_the_value_before_theirs() -> None:
    sec = section(Field("action", "Hành động", "text", required=True), Field("submit", "Gửi", "text", required=True))
    typed = typed_from(sec, QueryDict("action=Xây+nhà&submit=ngay&action=next"))
    assert typed == {"action": ["Xây nhà"], "submit": ["ngay"]}
    form = checked(sec, typed)
    assert form.answers == {"action": "Xây nhà", "submit": "ngay"}
    assert 'value="Xây nhà"' in form.render()
    assert messages(checked(sec, typed_from(sec, QueryDict("submit=ngay&action=next")))) == [
        ("id_action", "Bạn chưa nhập “Hành động”.")
    ]


def test_an_answer_may_follow_one_of_an_earlier_section() -> None:
    sec = section(Field("end", "Đến ngày", "date", after_field="start"))
    late = checked(sec, {"end": ["4/3/2026"]}, before={"start": "2026-03-05"})
    assert messages(late) == [("id_end", "“Đến ngày” không được trước 05/03/2026 đã khai ở phần trên. Bạn xem lại.")]
    assert checked(sec, {"end": ["5/3/2026"]}, before={"start": "2026-03-05"}).answers == {"end": "2026-03-05"}


def test_a_closed_list_is_shown_as_a_table_and_kept() -> None:
    rows = Field("rows", "Danh sách", "repeat", required=True, fields=(Field("x", "X", "text"),))
    sec = section(Field("note", "Ghi chú", "text"), rows)
    form = SectionForm(
        sec, typed={"rows-TOTAL_FORMS": ["1"], "rows-0-x": ["mới"]}, stored={"rows": [{"x": "cũ"}]}, only={"note"}
    )
    assert form.is_valid()
    assert form.answers == {"rows": [{"x": "cũ"}]}
    assert form.rows_of("rows") == []
    page = form.render()
    assert "<td>cũ</td>" in page
    assert "rows-0-x" not in page


def test_a_closed_file_question_names_its_files() -> None:
    files = {"photo": [SimpleNamespace(name="chân dung.jpg", size=1, pk=1)]}
    form = checked(section(PHOTO, NAME), {"name": ["Lò Thị Ơn"]}, files=files, only={"name"})
    assert form.errors == []
    page = form.render()
    assert "chân dung.jpg" in page
    assert "remove-file" not in page


def test_a_default_that_does_not_fit_its_kind_is_shown_as_it_is() -> None:
    sec = section(Field("born", "Ngày", "date", default="hôm nào"), Field("on", "Từ ngày", "date", default="today"))
    page = SectionForm(sec, today=TODAY).render()
    assert 'value="hôm nào"' in page
    assert 'value="22/11/2026"' in page

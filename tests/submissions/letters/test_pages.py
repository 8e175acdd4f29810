"""The staff pages of letters: choosing a template on the verb, the preview, writing templates, the register."""

from __future__ import annotations

import html as html_lib
import re
from typing import Any

import pytest
from django.test import Client

from procedures.models import Agency, Procedure
from submissions import letters, rules, workflow
from submissions.models import Letter, LetterTemplate, Officer, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, ProcedureFactory, UserFactory, clerk
from tests.submissions.letters.made import BODY, in_progress, template

pytestmark = pytest.mark.django_db
TEMPLATES = "/admin/submissions/lettertemplate/"
REGISTER = "/admin/submissions/letter/"
RECORD = "/admin/submissions/submission/"


def page(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return html_lib.unescape(answer.content.decode())


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page(answer)).split())


def downloaded(client: Client, address: str) -> bytes:
    answer: Any = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    content = b"".join(answer.streaming_content)
    answer.close()
    return content


def editor(kind: str = Agency.Kind.TOWN) -> Any:
    return OfficerFactory(agency=AgencyFactory(kind=kind), roles=[Role.EDITOR]).user


# --- on the verb ---------------------------------------------------------------------------------


def test_finish_offers_the_templates_and_makes_the_letter(client: Client) -> None:
    made = template()
    s = in_progress(made)
    client.force_login(clerk(s.agency).user)
    asked = page(client.get(f"{RECORD}{s.pk}/finish/"))
    assert f'<option value="{made.pk}">Giấy xác nhận</option>' in asked
    assert f'formaction="{RECORD}{s.pk}/van-ban/xem-truoc/" formtarget="_blank"' in asked
    sent = client.post(f"{RECORD}{s.pk}/finish/", {"version": s.version, "letter": made.pk})
    assert sent.status_code == 302
    s.refresh_from_db()
    letter = Letter.objects.get()
    assert (s.state, letter.issued_by) == (State.RESULT_READY, clerk(s.agency))
    record = page(client.get(f"{RECORD}{s.pk}/change/"))
    assert "Giấy xác nhận 01-GXN-UBND.pdf" in record
    assert downloaded(client, f"{RECORD}{s.pk}/tep/{letter.attachment_id}/")[:5] == b"%PDF-"


def test_the_citizen_has_the_letter_at_once(client: Client) -> None:
    made = template()
    s = in_progress(made)
    officer = clerk(s.agency)
    workflow.finish(s.pk, by=rules.officer_actor(officer), letter=letters.maker(made, officer))
    client.post("/tra-cuu/", {"ma": s.reference, "ma-tra-cuu": s.tracking_secret})
    own = page(client.get(f"/ho-so/{s.reference}/"))
    address = re.search(r'data-paper="result" href="([^"]+)">Giấy xác nhận 01-GXN-UBND.pdf<', own)
    assert address is not None
    assert downloaded(client, address[1])[:5] == b"%PDF-"
    assert "không có chữ ký số" not in own


def test_nothing_is_asked_where_there_is_no_template(client: Client) -> None:
    made = template(is_active=False)
    s = in_progress(made)
    client.force_login(clerk(s.agency).user)
    asked = page(client.get(f"{RECORD}{s.pk}/finish/"))
    assert 'name="letter"' not in asked
    assert "Xem trước văn bản" not in asked
    sent = page(client.post(f"{RECORD}{s.pk}/finish/", {"version": s.version, "letter": made.pk}))
    assert "Bạn hãy ghi kết quả hoặc đính kèm tệp kết quả." in sent


def test_a_template_to_be_mended_is_named_with_the_reason(client: Client) -> None:
    made = template()
    template(made.procedure, name="Mẫu hỏng", body="{{child_nam}}")
    s = in_progress(made)
    client.force_login(clerk(s.agency).user)
    asked = client.get(f"{RECORD}{s.pk}/finish/")
    assert "Mẫu hỏng : Mẫu cần sửa, bạn hãy báo người biên tập. Dòng 1: Không có mục “child_nam”." in words(asked)
    assert "Mẫu hỏng</option>" not in page(asked)


def test_a_template_that_is_not_offered_is_refused(client: Client) -> None:
    made = template()
    s = in_progress(made)
    other = template(name="Của thủ tục khác")
    client.force_login(clerk(s.agency).user)
    sent = page(client.post(f"{RECORD}{s.pk}/finish/", {"version": s.version, "letter": other.pk}))
    assert "Mẫu này không dùng được cho hồ sơ. Bạn hãy chọn mẫu khác." in sent
    assert Submission.objects.get(pk=s.pk).state == State.IN_PROGRESS


def test_a_letter_that_cannot_be_drawn_leaves_the_page_as_typed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.lib import pdf

    made = template()
    s = in_progress(made)
    client.force_login(clerk(s.agency).user)
    monkeypatch.setattr(pdf, "WORKER", pdf.WORKER.with_name("no_such_worker.py"))
    typed = {"version": s.version, "letter": made.pk, "result_note": "Đã xét."}
    sent = page(client.post(f"{RECORD}{s.pk}/finish/", typed))
    assert "Cổng chưa lập được văn bản từ mẫu; số văn bản chưa bị dùng. Bạn hãy thử lại sau ít phút." in sent
    assert "Đã xét.</textarea>" in sent
    assert f'<option value="{made.pk}" selected>' in sent


# --- the preview ---------------------------------------------------------------------------------


def test_the_preview_shows_the_letter_with_what_is_typed_and_stores_nothing(client: Client) -> None:
    made = template(body="{{child_name}}: {{ho_so.ket_qua}}")
    s = in_progress(made)
    client.force_login(clerk(s.agency).user)
    shown = client.post(f"{RECORD}{s.pk}/van-ban/xem-truoc/", {"letter": made.pk, "result_note": "Đủ <giấy>."})
    assert "XEM TRƯỚC" in page(shown)
    assert "NGUYỄN THỊ ÁNH: Đủ <giấy>." in page(shown)
    assert "Đủ &lt;giấy&gt;." in shown.content.decode()
    assert '<link rel="stylesheet" href="/static/css/letter.css">' in page(shown)
    assert "Số: …/GXN-UBND" in page(shown)
    assert Letter.objects.count() == 0
    assert Submission.objects.get(pk=s.pk).result_note == ""


def test_a_preview_of_nothing_says_what_to_do(client: Client) -> None:
    made = template()
    s = in_progress(made)
    client.force_login(clerk(s.agency).user)
    address = f"{RECORD}{s.pk}/van-ban/xem-truoc/"
    assert "Bạn hãy chọn mẫu văn bản trước khi xem." in page(client.post(address, {"letter": ""}))
    LetterTemplate.objects.update(body="{{gone}}")
    assert "Mẫu cần sửa, bạn hãy báo người biên tập." in page(client.get(address, {"letter": made.pk}))


def test_only_the_desk_of_the_agency_sees_a_preview(client: Client) -> None:
    made = template()
    s = in_progress(made)
    address = f"{RECORD}{s.pk}/van-ban/xem-truoc/?letter={made.pk}"
    for user in (OfficerFactory().user, editor(), UserFactory(is_staff=True, is_superuser=True)):
        client.force_login(user)
        assert client.get(address).status_code == 404
    client.logout()
    assert client.get(address).status_code == 302


# --- templates -----------------------------------------------------------------------------------

GIVEN = {
    "name": "Giấy xác nhận",
    "title": "GIẤY XÁC NHẬN",
    "symbol": "gxn-ubnd",
    "signer_title": "CHỦ TỊCH",
    "body": BODY,
}


def add(client: Client, procedure: Procedure, **changes: Any) -> Any:
    return client.post(f"{TEMPLATES}add/?procedure={procedure.pk}", {**GIVEN, "is_active": "on", **changes})


@pytest.mark.parametrize("operator", [False, True])
def test_editors_and_the_operator_write_templates(client: Client, operator: bool) -> None:
    procedure = ProcedureFactory()
    client.force_login(UserFactory(is_staff=True, is_superuser=True) if operator else editor())
    assert f'<option value="{procedure.pk}">' in page(client.get(f"{TEMPLATES}add/"))
    empty = words(client.get(f"{TEMPLATES}add/?procedure={procedure.pk}"))
    assert "{{child_name}} Họ, chữ đệm, tên của trẻ" in empty
    assert "{{#siblings}} mở danh sách {{stt}} số thứ tự {{sibling_name}} Họ và tên" in empty
    assert "{{nguoi_nop.ten}} Họ tên người nộp" in empty
    assert add(client, procedure).status_code == 302
    made = LetterTemplate.objects.get()
    assert (made.procedure, made.symbol, made.body) == (procedure, "GXN-UBND", BODY)
    assert "{{child_name}}" in page(client.get(f"{TEMPLATES}{made.pk}/change/"))
    again = add(client, procedure)
    assert "Thủ tục này đã có mẫu cùng tên. Bạn hãy đặt tên khác." in page(again)
    assert client.post(f"{TEMPLATES}{made.pk}/change/", {**GIVEN, "title": "THÔNG BÁO"}).status_code == 302
    made.refresh_from_db()
    assert (made.title, made.is_active) == ("THÔNG BÁO", False)


def test_a_wrong_template_is_refused_with_its_lines(client: Client) -> None:
    procedure = ProcedureFactory()
    client.force_login(editor())
    wrong = add(client, procedure, body="Kính gửi\n{{child_nam}}\n{{#siblings}}\n**a", symbol="gxn/1", title="{{x")
    found = words(wrong)
    assert "Dòng 2: Không có mục “child_nam”. Có phải bạn muốn viết {{child_name}}?" in found
    assert "Dòng 3: Danh sách {{#siblings}} chưa có dòng {{/siblings}} để đóng." in found
    assert "Dòng 4: Dấu ** mở chữ đậm mà chưa đóng trên cùng dòng." in found
    assert "Ký hiệu chỉ gồm chữ in hoa không dấu" in found
    assert "Dấu {{ chưa có }} để đóng trên cùng dòng." in found
    assert "{{child_nam}}" in found
    assert LetterTemplate.objects.count() == 0


def test_bad_requests_for_a_procedure_are_no_error_of_the_portal(client: Client) -> None:
    client.force_login(editor())
    assert client.get(f"{TEMPLATES}add/?procedure=999999").status_code == 404
    assert "Viết mẫu" in page(client.get(f"{TEMPLATES}add/?procedure=x"))
    long = add(client, ProcedureFactory(), body="a" * 20_001)
    assert "Nội dung dài quá 20000 ký tự." in page(long)


def test_staff_reads_templates_and_nobody_else_does(client: Client) -> None:
    made = template()
    specialist = OfficerFactory(roles=[Role.SPECIALIST]).user
    ward_editor = editor(Agency.Kind.WARD)
    for user in (specialist, ward_editor):
        client.force_login(user)
        assert "Giấy xác nhận" in page(client.get(TEMPLATES))
        assert client.get(f"{TEMPLATES}{made.pk}/change/").status_code == 200
        assert client.post(f"{TEMPLATES}{made.pk}/change/", {**GIVEN, "title": "X"}).status_code == 403
        assert client.get(f"{TEMPLATES}add/").status_code == 403
        assert client.post(f"{TEMPLATES}{made.pk}/delete/", {"post": "yes"}).status_code == 403
        assert add(client, made.procedure, name="Khác").status_code == 403
    client.force_login(UserFactory(is_staff=True))
    assert client.get(TEMPLATES).status_code == 403
    assert client.post(f"{TEMPLATES}xem-thu/{made.procedure.pk}/", GIVEN).status_code == 404
    assert LetterTemplate.objects.get().title == "GIẤY XÁC NHẬN"


def test_the_sample_shows_labels_in_place_of_answers_and_stores_nothing(client: Client) -> None:
    procedure = ProcedureFactory()
    AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng")
    client.force_login(editor())
    shown = words(client.post(f"{TEMPLATES}xem-thu/{procedure.pk}/", {**GIVEN, "name": ""}))
    assert "ỦY BAN NHÂN DÂN PHƯỜNG BẮC HỒNG Số: …/GXN-UBND" in shown
    assert "Họ tên: [Họ, chữ đệm, tên của trẻ], [Giới tính]" in shown
    assert "1. [Họ và tên], sinh năm [Năm sinh] 2. [Họ và tên], sinh năm [Năm sinh]" in shown
    wrong = words(client.post(f"{TEMPLATES}xem-thu/{procedure.pk}/", {**GIVEN, "body": "{{x1}}"}))
    assert "Dòng 1: Không có mục “x1”." in wrong
    assert client.get(f"{TEMPLATES}xem-thu/{procedure.pk}/").status_code == 405
    assert LetterTemplate.objects.count() == 0


def test_the_list_shows_what_is_to_be_mended(client: Client) -> None:
    made = template()
    template(made.procedure, name="Mẫu hỏng", body="{{child_nam}}")
    template(made.procedure, name="Mẫu nghỉ", is_active=False)
    client.force_login(editor())
    listed = words(client.get(TEMPLATES))
    assert "cần sửa Dòng 1: Không có mục “child_nam”." in listed
    assert "đang dùng" in listed
    assert "ngừng dùng" in listed
    broken = LetterTemplate.objects.get(name="Mẫu hỏng")
    assert "Cần sửa: Dòng 1: Không có mục “child_nam”." in words(client.get(f"{TEMPLATES}{broken.pk}/change/"))


def test_the_list_asks_no_more_for_more_rows(client: Client, django_assert_max_num_queries: Any) -> None:
    procedure = ProcedureFactory()
    client.force_login(editor())
    counts = []
    for many in (1, 4):
        for number in range(many):
            template(procedure, name=f"Mẫu {many}-{number}")
        client.get(TEMPLATES)
        with django_assert_max_num_queries(12) as queries:
            client.get(TEMPLATES)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# --- the register --------------------------------------------------------------------------------


def issued(officer: Officer, made: LetterTemplate, **more: Any) -> Submission:
    s = in_progress(made, agency=officer.agency, **more)
    workflow.finish(s.pk, by=rules.officer_actor(officer), letter=letters.maker(made, officer))
    return Submission.objects.get(pk=s.pk)


def test_the_register_holds_the_letters_of_the_own_agency(client: Client) -> None:
    made = template()
    mine, other = OfficerFactory(), OfficerFactory()
    own, foreign = issued(mine, made), issued(other, made)
    client.force_login(mine.user)
    listed = page(client.get(REGISTER))
    assert "01/GXN-UBND" in listed
    assert own.dossier_code in listed
    assert foreign.dossier_code not in listed
    hidden = Letter.objects.get(submission=foreign)
    assert client.get(f"{REGISTER}{hidden.pk}/change/").status_code == 302
    assert client.get(f"{REGISTER}add/").status_code == 403
    visible = Letter.objects.get(submission=own)
    assert client.post(f"{REGISTER}{visible.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get(f"{REGISTER}{visible.pk}/change/").status_code == 200
    for user in (UserFactory(is_staff=True, is_superuser=True), editor()):
        client.force_login(user)
        assert client.get(REGISTER).status_code == 403


FIRST, SECOND = "01/GXN-UBND", "02/GXN-UBND"
SEARCHES = {
    "1": [FIRST],
    "01": [FIRST],
    SECOND: [SECOND],
    "2/gxn": [SECOND],
    "2/TB": [],
    "gxn": [SECOND, FIRST],
    "nguyen van binh": [SECOND, FIRST],
    "99999999999": [],
    "'; --": [],
}


def test_the_register_is_searched_by_number(client: Client) -> None:
    made, officer = template(body="{{child_name}}"), OfficerFactory()
    issued(officer, made)
    issued(officer, made)
    client.force_login(officer.user)
    pages = {typed: page(client.get(REGISTER, {"q": typed})) for typed in SEARCHES}
    found = {typed: re.findall(r'<span class="code">(\d+/[^<]+)</span>', html) for typed, html in pages.items()}
    assert found == SEARCHES


def test_the_register_asks_no_more_for_more_rows(client: Client, django_assert_max_num_queries: Any) -> None:
    made, officer = template(body="{{child_name}}"), OfficerFactory()
    client.force_login(officer.user)
    counts = []
    for many in (1, 2):
        for _number in range(many):
            issued(officer, made)
        with django_assert_max_num_queries(14) as queries:
            client.get(REGISTER)
        counts.append(len(queries))
    assert counts[0] == counts[1]

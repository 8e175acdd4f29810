"""The filing as a person meets it: steps, saving, errors, files, sending once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from procedures.models import Procedure
from submissions.models import Submission
from submissions.states import State
from tests import factories
from tests.submissions.citizen import APPLICANT, BOXES, CHILD, PARENTS, STEPS, Citizen, mark, mends, picture, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def citizen() -> Citizen:
    return Citizen()


def section_file(**changes: Any) -> dict[str, Any]:
    """The birth document with a file question in its first section."""
    content = factories.document()
    content["form"]["sections"][0]["fields"].append(
        {"key": "photo", "label": "Ảnh của trẻ", "kind": "file", "required": True, **changes}
    )
    return content


# --- the first page ------------------------------------------------------------------------------


def test_the_first_page_says_what_is_needed_and_asks_for_the_ward() -> None:
    first, second = factories.AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng"), factories.AgencyFactory()
    procedure = factories.ProcedureFactory()
    answer = Client().get(f"/nop-ho-so/{procedure.code}/", {"co-quan": second.slug})
    words = text(answer)
    assert answer.status_code == 200
    for said in ("Giấy chứng sinh", "5 ngày làm việc", "10.000 đồng/lần", "Phường Bắc Hồng", "Người được khai sinh"):
        assert said in words
    html = answer.content.decode()
    assert f'value="{second.slug}" id="co-quan-{second.slug}" checked' in html
    assert f'value="{first.slug}" id="co-quan-{first.slug}">' in html


def test_without_a_ward_the_start_says_so_and_makes_nothing() -> None:
    factories.AgencyFactory.create_batch(2)
    procedure = factories.ProcedureFactory()
    answer = Client().post(f"/nop-ho-so/{procedure.code}/", {"co-quan": "la"})
    assert (answer.status_code, mends(answer)) == (
        200,
        [("#co-quan", "Bạn chưa chọn nơi nộp hồ sơ. Hãy chọn một phường hoặc xã.")],
    )
    assert Submission.objects.count() == 0


def test_a_procedure_of_the_town_needs_no_choice() -> None:
    town = factories.AgencyFactory(town=True)
    procedure = factories.ProcedureFactory(tier="town")
    answer = Client().post(f"/nop-ho-so/{procedure.code}/")
    draft = Submission.objects.get()
    assert answer.url == f"/nop-ho-so/{procedure.code}/{draft.draft_key}/nguoi-nop/"
    assert (draft.agency, draft.state, draft.revision) == (town, State.DRAFT, procedure.published)


@pytest.mark.parametrize("level", [1, 2])
def test_below_level_three_there_is_an_explanation_with_a_link(level: int) -> None:
    procedure = factories.ProcedureFactory(level=level)
    answer = Client().get(f"/nop-ho-so/{procedure.code}/")
    assert answer.status_code == 404
    assert "Thủ tục này chưa nộp được qua mạng" in text(answer)
    assert f'href="/thu-tuc/{procedure.code}/"' in answer.content.decode()


def test_an_unknown_procedure_is_not_found() -> None:
    assert Client().get("/nop-ho-so/9.999999/").status_code == 404


def test_a_paused_procedure_explains_and_begins_nothing() -> None:
    agency = factories.AgencyFactory()
    procedure = factories.ProcedureFactory(status=Procedure.Status.PAUSED, status_reason="Đang nâng cấp.")
    client = Client()
    assert "Lý do: Đang nâng cấp." in text(client.get(f"/nop-ho-so/{procedure.code}/"))
    answer = client.post(f"/nop-ho-so/{procedure.code}/", {"co-quan": agency.slug})
    assert (answer.status_code, Submission.objects.count()) == (200, 0)
    assert "<button" not in answer.content.decode().split("<main")[1].split("</main>")[0]


def test_a_dissolved_ward_names_its_successor() -> None:
    new = factories.AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng Lĩnh")
    old = factories.AgencyFactory(
        name="Ủy ban nhân dân phường Cũ", active_to=timezone.localdate() - timedelta(days=1), successor=new
    )
    procedure = factories.ProcedureFactory()
    words = text(Client().get(f"/nop-ho-so/{procedure.code}/", {"co-quan": old.slug}))
    assert "Ủy ban nhân dân phường Cũ không còn nhận hồ sơ mới." in words
    assert "Nay hồ sơ nộp tại Ủy ban nhân dân phường Bắc Hồng Lĩnh." in words


def test_an_existing_draft_is_announced_before_a_new_one(citizen: Citizen) -> None:
    citizen.post("nguoi-nop", APPLICANT)
    answer = citizen.client.get(f"/nop-ho-so/{citizen.draft.procedure.code}/")
    assert "Bạn đang có bản nháp của thủ tục này" in text(answer)
    assert citizen.url("nguoi-nop") in answer.content.decode()
    citizen.client.post(f"/nop-ho-so/{citizen.draft.procedure.code}/", {"co-quan": citizen.draft.agency.slug})
    assert Submission.objects.count() == 2


def test_beginning_twice_without_typing_makes_one_draft(citizen: Citizen) -> None:
    citizen.client.post(f"/nop-ho-so/{citizen.draft.procedure.code}/", {"co-quan": citizen.draft.agency.slug})
    assert Submission.objects.count() == 1


def test_one_address_may_begin_only_so_many_filings(citizen: Citizen, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "filing": (2, 3600)}
    citizen.post("nguoi-nop", APPLICANT)
    where = f"/nop-ho-so/{citizen.draft.procedure.code}/"
    assert Client().post(where, {"co-quan": citizen.draft.agency.slug}).status_code == 302
    refused = Client().post(where, {"co-quan": citizen.draft.agency.slug})
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert "Từ địa chỉ mạng này đã mở 2 hồ sơ. Hãy thử lại sau 60 phút" in text(refused)


# --- going through -------------------------------------------------------------------------------


def test_next_leads_through_every_step_to_the_confirmation(citizen: Citizen) -> None:
    blocks: list[dict[str, Any]] = [
        APPLICANT, CHILD, PARENTS, {"document-birth_proof": picture()}, {"delivery": "counter"}
    ]  # fmt: skip
    for here, after, typed in zip(STEPS, STEPS[1:], blocks, strict=False):
        answer = citizen.post(here, typed)
        assert (here, answer.status_code, answer["Location"]) == (here, 302, citizen.url(after))
    answer = citizen.send()
    filed = citizen.now()
    assert answer["Location"] == f"/ho-so/{filed.reference}/da-gui/"
    assert filed.state == State.SUBMITTED
    assert filed.answers == {
        "child_name": "Nguyễn Thị Ánh",
        "child_birth_date": "2026-02-03",
        "child_sex": "nu",
        "birth_place": "here",
        "parents_married": False,
        "wants_copy": False,
        "siblings": [{"sibling_name": "Nguyễn Văn Đức", "sibling_year": 2020}],
    }
    assert (filed.applicant_name, filed.applicant_phone, filed.delivery) == (
        "Đinh Thị Ngọc Ánh",
        "0912345678",
        "counter",
    )
    assert [f["name"] for f in filed.fees] == ["Lệ phí đăng ký khai sinh"]
    assert filed.typed == {}


def test_the_steps_are_listed_with_the_one_at_hand(citizen: Citizen) -> None:
    citizen.post("nguoi-nop", APPLICANT)
    words = text(citizen.get("tre"))
    assert "Bước 2/6 · Người được khai sinh" in words
    assert '<li aria-current="step">Người được khai sinh</li>' in citizen.get("tre").content.decode()


def test_an_unknown_step_leads_to_the_first(citizen: Citizen) -> None:
    assert citizen.get("khong-co")["Location"] == citizen.url("nguoi-nop")


def test_errors_come_first_with_links_that_lead_somewhere(citizen: Citizen) -> None:
    answer = citizen.post("nguoi-nop", {"applicant_name": "A1", "applicant_id_number": "123"})
    links = mends(answer)
    assert answer.status_code == 200
    assert [href for href, _words in links] == [
        "#id_applicant_name", "#id_applicant_id_number", "#id_applicant_phone", "#id_applicant_address"
    ]  # fmt: skip
    assert links[1][1] == "Số căn cước có 12 chữ số. Bạn đã nhập 3 chữ số."
    for href, _words in links:
        assert f'id="{href[1:]}"' in answer.content.decode()
    assert citizen.post("nguoi-nop", {}, HTTP_HX_REQUEST="true").status_code == 422


def test_whatever_was_typed_is_kept_even_when_it_is_wrong(citizen: Citizen) -> None:
    citizen.post("tre", {"child_name": "x1", "child_birth_date": "31/02/2026"})
    html = citizen.get("tre").content.decode()
    assert 'value="x1"' in html
    assert 'value="31/02/2026"' in html
    assert "field-error" not in html


def test_save_stores_and_stays_and_tells_how_to_go_on(citizen: Citizen) -> None:
    answer = citizen.post("tre", {"child_name": "x1"}, "save")
    assert answer["Location"] == citizen.url("tre") + "?da-luu=1"
    page = citizen.client.get(answer["Location"])
    assert "Đã lưu lúc" in text(page)
    assert (
        f"http://testserver/nop-ho-so/{citizen.draft.procedure.code}/{citizen.draft.draft_key}/tiep-tuc/"
        in page.content.decode()
    )
    assert citizen.now().typed["form"]["child_name"] == ["x1"]


def test_back_stores_and_goes_back(citizen: Citizen) -> None:
    assert citizen.post("tre", {"child_name": "x1"}, "back")["Location"] == citizen.url("nguoi-nop")
    assert citizen.now().typed["form"]["child_name"] == ["x1"]
    first = citizen.post("nguoi-nop", APPLICANT, "back")
    assert first["Location"] == f"/nop-ho-so/{citizen.draft.procedure.code}/"


def test_one_section_does_not_touch_the_other(citizen: Citizen) -> None:
    citizen.post("tre", CHILD)
    citizen.post("cha_me", {**PARENTS, "wants_copy": "on"})
    citizen.post("cha_me", PARENTS)
    assert sorted(citizen.now().typed["form"]) == sorted([*CHILD, *PARENTS, *BOXES])
    assert citizen.now().typed["form"]["wants_copy"] == []


def test_rows_are_added_and_removed_without_script(citizen: Citizen) -> None:
    answer = citizen.client.post(citizen.url("cha_me"), {**PARENTS, "add-siblings": "1"})
    assert answer["Location"] == citizen.url("cha_me") + "#id_siblings"
    assert citizen.now().typed["form"]["siblings-TOTAL_FORMS"] == ["2"]
    citizen.client.post(citizen.url("cha_me"), {**PARENTS, "siblings-TOTAL_FORMS": "2", "remove-siblings": "0"})
    assert citizen.now().typed["form"] == {"siblings-TOTAL_FORMS": ["1"], **BOXES}


def test_a_hidden_question_neither_blocks_nor_is_stored(citizen: Citizen) -> None:
    blocked = citizen.post("tre", {**CHILD, "birth_place": "elsewhere"})
    assert [href for href, _words in mends(blocked)] == ["#id_birth_place_name"]
    citizen.post("tre", {**CHILD, "birth_place": "elsewhere", "birth_place_name": "Hà Nội"})
    citizen.fill(but="tre")
    citizen.post("tre", {**CHILD, "birth_place_name": "Hà Nội"})
    citizen.send()
    assert "birth_place_name" not in citizen.now().answers


def test_filing_for_somebody_else_asks_for_that_person(citizen: Citizen) -> None:
    blocked = citizen.post("nguoi-nop", {**APPLICANT, "filed_for_other": "on"})
    assert [href for href, _words in mends(blocked)] == ["#id_owner_name", "#id_owner_relation"]
    citizen.fill(but="nguoi-nop")
    citizen.post(
        "nguoi-nop", {**APPLICANT, "filed_for_other": "on", "owner_name": "Lò Thị Ơn", "owner_relation": "con"}
    )
    citizen.send()
    filed = citizen.now()
    assert (filed.filed_for_other, filed.owner_name, filed.owner_relation, filed.owner) == (
        True, "Lò Thị Ơn", "con", "Lò Thị Ơn"
    )  # fmt: skip


def test_known_facts_of_the_applicant_are_proposed_once() -> None:
    content = factories.document()
    content["form"]["sections"][0]["fields"][0]["prefill"] = "applicant.full_name"
    citizen = Citizen.__new__(Citizen)
    citizen.client = Client()
    citizen.draft = citizen.begin(factories.ProcedureFactory(content=content))
    citizen.post("nguoi-nop", APPLICANT)
    assert 'value="Đinh Thị Ngọc Ánh"' in citizen.get("tre").content.decode()
    citizen.post("tre", {**CHILD, "child_name": ""}, "save")
    assert 'value="Đinh Thị Ngọc Ánh"' not in citizen.get("tre").content.decode()


# --- receiving the result ------------------------------------------------------------------------


def by_post() -> Citizen:
    content = factories.document()
    content["result"]["delivery"] = ["truc_tiep", "buu_chinh", "truc_tuyen"]
    citizen = Citizen.__new__(Citizen)
    citizen.client = Client()
    citizen.draft = citizen.begin(factories.ProcedureFactory(level=4, content=content))
    return citizen


def test_level_three_offers_the_counter_only(citizen: Citizen) -> None:
    html = citizen.get("nhan-ket-qua").content.decode()
    assert 'value="counter"' in html
    assert 'value="post"' not in html
    assert mends(citizen.post("nhan-ket-qua", {"delivery": "post"})) != []


def test_level_four_offers_post_and_online_and_asks_the_address_only_for_the_post() -> None:
    citizen = by_post()
    citizen.post("nguoi-nop", APPLICANT)
    html = citizen.get("nhan-ket-qua").content.decode()
    assert [value for value in ("counter", "post", "online") if f'value="{value}"' in html] == [
        "counter",
        "post",
        "online",
    ]
    assert f'value="{APPLICANT["applicant_address"]}"' in html
    assert citizen.post("nhan-ket-qua", {"delivery": "online"})["Location"] == citizen.url("kiem-tra")
    blocked = citizen.post("nhan-ket-qua", {"delivery": "post"})
    assert [href for href, _words in mends(blocked)] == [
        "#id_delivery_name",
        "#id_delivery_phone",
        "#id_delivery_address",
    ]


def test_the_address_of_the_post_is_filed_and_the_one_of_the_counter_is_not() -> None:
    citizen = by_post()
    citizen.fill(but="nhan-ket-qua")
    address = {"delivery_name": "Lò Thị Ơn", "delivery_phone": "0912345679", "delivery_address": "Số 1, Hà Tĩnh"}
    citizen.post("nhan-ket-qua", {"delivery": "post", **address})
    assert citizen.post("nhan-ket-qua", {"delivery": "post", **address})["Location"] == citizen.url("kiem-tra")
    citizen.send()
    filed = citizen.now()
    assert (filed.delivery, filed.delivery_name, filed.delivery_phone, filed.delivery_address) == (
        "post", "Lò Thị Ơn", "0912345679", "Số 1, Hà Tĩnh"
    )  # fmt: skip


# --- papers --------------------------------------------------------------------------------------


def test_a_needed_paper_blocks_and_an_optional_one_does_not(citizen: Citizen) -> None:
    blocked = citizen.post("giay-to", {})
    sentence = "Bạn chưa đính kèm “Giấy chứng sinh”. Hãy chụp hoặc chọn tệp của giấy tờ này."
    assert (blocked.status_code, mends(blocked)) == (200, [("#id_document-birth_proof", sentence)])
    assert citizen.post("giay-to", {"document-birth_proof": picture()})["Location"] == citizen.url("nhan-ket-qua")


def test_an_answer_can_make_a_paper_needed(citizen: Citizen) -> None:
    citizen.post("cha_me", {**PARENTS, "parents_married": "on"})
    blocked = citizen.post("giay-to", {"document-birth_proof": picture()})
    assert [href for href, _words in mends(blocked)] == ["#id_document-marriage_paper"]


def test_a_good_file_stays_beside_a_refused_one(citizen: Citizen) -> None:
    bad = SimpleUploadedFile("giay-chung-sinh.heic", b"hong")
    refused = citizen.post(
        "giay-to", {"document-birth_proof": [picture("tốt.png"), bad], "document-identity": picture(seed=2)}
    )
    sentence = (
        "Tệp “giay-chung-sinh.heic” không mở được. Bạn hãy chụp lại và chọn ảnh JPG, PNG hoặc HEIC, tối đa 20 MB."
    )
    assert mends(refused) == [("#id_document-birth_proof", sentence)]
    assert "tốt.png" in text(refused)
    assert sorted(citizen.draft.attachments.values_list("key", "name")) == [
        ("birth_proof", "tốt.png"),
        ("identity", "ảnh.png"),
    ]
    assert citizen.post("giay-to", {})["Location"] == citizen.url("nhan-ket-qua")


def test_a_file_is_taken_out_without_script(citizen: Citizen) -> None:
    citizen.post("giay-to", {"document-birth_proof": picture()}, "upload")
    kept = citizen.draft.attachments.get()
    answer = citizen.client.post(citizen.url("giay-to"), {"remove-file": str(kept.pk)})
    assert answer["Location"] == citizen.url("giay-to")
    assert list(citizen.draft.attachments.all()) == []


def test_a_file_of_another_draft_is_not_taken_out(citizen: Citizen) -> None:
    other = factories.AttachmentFactory()
    citizen.client.post(citizen.url("giay-to"), {"remove-file": str(other.pk)})
    assert type(other).objects.filter(pk=other.pk).exists()


def test_papers_that_the_form_produces_cannot_be_attached(citizen: Citizen) -> None:
    citizen.post("giay-to", {"document-declaration": picture()})
    assert list(citizen.draft.attachments.all()) == []
    html = citizen.get("giay-to").content.decode()
    assert 'name="document-declaration"' not in html
    assert f'href="/thu-tuc/{citizen.draft.procedure.code}/bieu-mau/declaration.pdf"' in html


def test_a_file_question_inside_a_section_is_kept_and_required() -> None:
    citizen = Citizen.__new__(Citizen)
    citizen.client = Client()
    citizen.draft = citizen.begin(factories.ProcedureFactory(content=section_file()))
    blocked = citizen.post("tre", CHILD)
    assert mends(blocked) == [("#id_photo", "Bạn chưa đính kèm “Ảnh của trẻ”. Hãy chọn tệp rồi tiếp tục.")]
    refused = citizen.post("tre", {**CHILD, "photo": SimpleUploadedFile("a.exe", b"MZ")})
    assert [href for href, _words in mends(refused)] == ["#id_photo"]
    assert citizen.post("tre", {**CHILD, "photo": picture()})["Location"] == citizen.url("cha_me")
    assert citizen.post("tre", CHILD)["Location"] == citizen.url("cha_me")
    kept = citizen.draft.attachments.get()
    assert (kept.purpose, kept.key) == ("field", "photo")
    citizen.fill(but="tre")
    citizen.send()
    assert citizen.now().state == State.SUBMITTED


def test_uploads_of_one_address_are_limited_and_nothing_typed_is_lost(citizen: Citizen, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "upload": (1, 3600)}
    citizen.post("giay-to", {"document-birth_proof": picture()})
    refused = citizen.post("giay-to", {"document-birth_proof": picture(seed=2)})
    assert refused.status_code == 429
    assert "Những gì bạn đã lưu vẫn còn." in text(refused)
    assert citizen.draft.attachments.count() == 1


# --- checking and sending ------------------------------------------------------------------------


def test_the_last_step_shows_everything_once_more(citizen: Citizen) -> None:
    citizen.fill()
    words = text(citizen.get("kiem-tra"))
    for said in ("Nguyễn Thị Ánh", "03/02/2026", "Nữ", "Nguyễn Văn Đức", "ảnh.png", "10.000 đồng/lần", "Đến nhận tại"):
        assert said in words
    assert "Phí cấp bản sao" not in words
    assert citizen.draft.agency.name in words


def test_fees_follow_the_answers(citizen: Citizen) -> None:
    citizen.fill(but="cha_me")
    citizen.post("cha_me", {**PARENTS, "wants_copy": "on"})
    assert "Phí cấp bản sao" in text(citizen.get("kiem-tra"))
    citizen.send()
    assert [(f["name"], f["amount"], f["unit"]) for f in citizen.now().fees] == [
        ("Lệ phí đăng ký khai sinh", 10000, "lần"),
        ("Phí cấp bản sao", 8000, "bản"),
    ]


def test_steps_cannot_be_skipped(citizen: Citizen) -> None:
    answer = citizen.send()
    links = mends(answer)
    assert citizen.now().state == State.DRAFT
    assert links == [
        (citizen.url("nguoi-nop") + "?xem-lai=1#id_applicant_name", "Bạn chưa khai bước “Người nộp hồ sơ”."),
        (citizen.url("tre") + "?xem-lai=1#id_child_name", "Bạn chưa khai bước “Người được khai sinh”."),
        (
            citizen.url("giay-to") + "?xem-lai=1#id_document-birth_proof",
            "Bạn chưa đính kèm “Giấy chứng sinh”. Hãy chụp hoặc chọn tệp của giấy tờ này.",
        ),
        (citizen.url("nhan-ket-qua") + "?xem-lai=1#id_delivery", "Bạn chưa khai bước “Nhận kết quả”."),
    ]


def test_a_link_of_the_last_step_shows_the_error_at_the_input(citizen: Citizen) -> None:
    citizen.fill(but="tre")
    citizen.post("tre", {**CHILD, "child_name": ""}, "save")
    where, sentence = mends(citizen.send())[0]
    assert sentence == "Bạn chưa nhập “Họ, chữ đệm, tên của trẻ”."
    page = citizen.client.get(where.split("#")[0])
    assert mends(page) == [("#id_child_name", sentence)]


def test_without_the_declaration_nothing_is_sent(citizen: Citizen) -> None:
    citizen.fill()
    answer = citizen.post("kiem-tra", {}, "submit")
    assert [href for href, _words in mends(answer)] == ["#id_declare_true"]
    assert citizen.now().state == State.DRAFT


def test_sending_twice_gives_one_submission_and_the_same_page(citizen: Citizen) -> None:
    citizen.fill()
    first, second = citizen.send(), citizen.send()
    assert first["Location"] == second["Location"] == f"/ho-so/{citizen.now().reference}/da-gui/"
    assert [e.verb for e in citizen.draft.events.order_by("number")] == ["submit", "charge"]
    assert citizen.get("tre")["Location"] == first["Location"]


def test_a_file_removed_in_another_tab_is_missed_at_sending(citizen: Citizen) -> None:
    citizen.fill()
    citizen.draft.attachments.all().delete()
    answer = citizen.send()
    assert [href.split("#")[1] for href, _words in mends(answer)] == ["id_document-birth_proof"]


def test_a_procedure_paused_meanwhile_keeps_the_draft(citizen: Citizen) -> None:
    citizen.fill()
    Procedure.objects.update(status=Procedure.Status.PAUSED, status_reason="Đang nâng cấp.")
    assert citizen.post("tre", {**CHILD, "child_name": "Tên Khác"}, "save").status_code == 302
    answer = citizen.send()
    assert mends(answer) == [("#gui", "Đang nâng cấp.")]
    assert "Thủ tục này đang tạm dừng nhận hồ sơ trực tuyến." in text(answer)
    assert citizen.now().typed["form"]["child_name"] == ["Tên Khác"]


def test_a_draft_of_a_dissolved_ward_moves_to_its_successor(citizen: Citizen) -> None:
    citizen.fill()
    old, new = citizen.draft.agency, factories.AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng Lĩnh")
    old.active_to, old.successor = timezone.localdate() - timedelta(days=1), new
    old.save()
    assert "Việc của nơi này nay do Ủy ban nhân dân phường Bắc Hồng Lĩnh nhận." in text(citizen.get("kiem-tra"))
    assert mends(citizen.send()) == [("#gui", f"{old.name} không còn nhận hồ sơ mới.")]
    citizen.client.post(citizen.url("kiem-tra"), {"move-office": "1"})
    citizen.send()
    assert (citizen.now().state, citizen.draft.agency) == (State.SUBMITTED, new)


# --- two tabs ------------------------------------------------------------------------------------


def test_an_older_tab_overwrites_nothing_and_loses_nothing(citizen: Citizen) -> None:
    citizen.post("tre", CHILD)
    seen = str(citizen.now().version)
    citizen.post("tre", {**CHILD, "child_name": "Tên Ở Tab Một", "version": seen})
    answer = citizen.post("tre", {**CHILD, "child_name": "Tên Ở Tab Hai", "version": seen})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Bản nháp này vừa được lưu ở nơi khác lúc" in text(answer)
    assert "Tên Ở Tab Một" in text(answer)
    assert 'value="Tên Ở Tab Hai"' in html
    assert citizen.now().typed["form"]["child_name"] == ["Tên Ở Tab Một"]
    assert f'name="version" value="{citizen.draft.version}"' in html
    citizen.post("tre", {**CHILD, "child_name": "Tên Ở Tab Hai", "version": str(citizen.draft.version)})
    assert citizen.now().typed["form"]["child_name"] == ["Tên Ở Tab Hai"]


def test_what_was_not_read_is_not_sent(citizen: Citizen) -> None:
    citizen.fill()
    seen = str(citizen.now().version)
    citizen.post("tre", {**CHILD, "child_name": "Tên Khác"})
    answer = citizen.send(version=seen)
    assert mends(answer) == [("#gui", "Bản nháp vừa được sửa ở nơi khác. Bạn xem lại lần nữa rồi bấm gửi.")]
    assert citizen.now().state == State.DRAFT


# --- another browser, a later day ----------------------------------------------------------------


def test_another_browser_is_told_nothing_but_how_to_go_on(citizen: Citizen) -> None:
    citizen.post("nguoi-nop", APPLICANT)
    stranger = Client()
    mine, made_up = citizen.url("nguoi-nop"), citizen.url("nguoi-nop").replace(citizen.draft.draft_key, "x")
    real, unknown = stranger.get(mine), stranger.get(made_up)
    assert real.status_code == unknown.status_code == 404
    assert text(real) == text(unknown)
    assert stranger.post(mine, {"applicant_name": "Kẻ Lạ"}).status_code == 404
    assert citizen.now().typed["applicant"]["applicant_name"] == [APPLICANT["applicant_name"]]


def test_the_resume_link_opens_the_draft_elsewhere_until_it_is_filed(citizen: Citizen) -> None:
    citizen.fill()
    page = citizen.get("tre", **{"da-luu": "1"}).content.decode()
    link = page.split('readonly value="')[1].split('"')[0].removeprefix("http://testserver")
    other = Client()
    assert other.get(link)["Location"] == citizen.url("nguoi-nop")
    assert other.get(citizen.url("tre")).status_code == 200
    citizen.send()
    dead = Client().get(link)
    assert dead.status_code == 404
    assert "Đường dẫn làm tiếp này không còn dùng được" in text(dead)


# --- a new form meanwhile ------------------------------------------------------------------------


def new_form(citizen: Citizen) -> None:
    content = factories.document()
    fields = content["form"]["sections"][0]["fields"]
    fields[0]["label"] = "Tên của trẻ"
    fields.insert(1, {"key": "weight", "label": "Cân nặng", "kind": "decimal", "required": True})
    del fields[3]
    factories.publish(citizen.draft.procedure, {**content, "code": citizen.draft.procedure.code})


def test_a_draft_moves_to_the_new_form_and_the_person_is_told(citizen: Citizen) -> None:
    citizen.fill()
    new_form(citizen)
    answer = citizen.client.get(citizen.url("tre"), follow=True)
    words = text(answer)
    assert "Biểu mẫu của thủ tục này vừa có bản mới." in words
    assert "Câu hỏi, giấy tờ mới: Cân nặng." in words
    assert "Không còn hỏi nữa, hoặc bạn cần khai lại: Giới tính." in words
    draft = citizen.now()
    assert draft.revision == Procedure.objects.get().published
    assert draft.typed["form"]["child_name"] == ["Nguyễn Thị Ánh"]
    assert "child_sex" not in draft.typed["form"]


def test_nothing_is_filed_on_the_old_form(citizen: Citizen) -> None:
    citizen.fill()
    new_form(citizen)
    assert citizen.send()["Location"] == citizen.url("kiem-tra")
    assert citizen.now().state == State.DRAFT
    assert [words for _href, words in mends(citizen.send())] == ["Bạn chưa nhập “Cân nặng”."]


def test_what_was_typed_on_the_old_page_is_kept_for_the_new_one(citizen: Citizen) -> None:
    new_form(citizen)
    answer = citizen.post("tre", {**CHILD, "child_name": "Tên Mới Gõ"})
    assert answer["Location"] == citizen.url("tre")
    assert citizen.now().typed["form"]["child_name"] == ["Tên Mới Gõ"]


# --- cost ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", STEPS)
def test_a_step_costs_few_queries(citizen: Citizen, step: str, django_assert_max_num_queries: Any) -> None:
    citizen.fill()
    with django_assert_max_num_queries(12):
        assert citizen.get(step).status_code == 200


@pytest.mark.parametrize(
    ("step", "typed"),
    [("nguoi-nop", APPLICANT), ("tre", CHILD), ("giay-to", {}), ("nhan-ket-qua", {"delivery": "counter"})],
)
def test_saving_a_step_costs_few_queries(
    citizen: Citizen, step: str, typed: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    citizen.fill()
    with django_assert_max_num_queries(12):
        assert citizen.post(step, typed).status_code == 302


def test_the_confirmation_carries_both_codes_and_everything_sent(citizen: Citizen) -> None:
    filed = citizen.file()
    page = citizen.client.get(f"/ho-so/{filed.reference}/da-gui/")
    assert (mark(page, "reference"), mark(page, "tracking-secret"), mark(page, "state")) == (
        filed.reference, filed.tracking_secret, "SUBMITTED"
    )  # fmt: skip
    words = text(page)
    for said in (filed.agency.name, "Số 1, đường Thử Nghiệm", "0239", "Nguyễn Thị Ánh", "ảnh.png", "10.000 đồng/lần"):
        assert said in words

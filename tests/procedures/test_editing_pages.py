"""The pages on which an editor changes a procedure: who may, what is kept, what is said."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from procedures import editing
from procedures.models import CatalogueVersion, Procedure, ProcedureRevision
from tests import factories
from tests.portal.test_words_on_staff_pages import english
from tests.procedures.editors import Editor, ids, links, words

pytestmark = pytest.mark.django_db
READ = ["change/", "ban-soan/", "ban-soan/xem/trang/", "ban-soan/xem/giay-to/", "ban-soan/xem/to-khai/1/", "ban/1/"]
EDIT = [
    "ban-soan/thong-tin/", "ban-soan/giay-to/", "ban-soan/le-phi/", "ban-soan/thoi-han/", "ban-soan/can-cu/",
    "ban-soan/yaml/", "ban-soan/to-khai/", "ban-soan/to-khai/phan/1/", "ban-soan/to-khai/cau-hoi/1.1/",
    "ban-soan/to-khai/cau-hoi/2.3/", "ban-soan/to-khai/cau-hoi/2.3.1/", "ban-soan/to-khai/them/1.2/",
    "ban-soan/to-khai/them/3/", "ban-soan/to-khai/bo/1.1/", "ban-soan/to-khai/bo/1/", "ban-soan/cong-bo/",
    "ban-soan/bo/", "tam-dung/", "bai-bo/", "lien-ket/",
]  # fmt: skip
WRITTEN = re.compile(r"<(pre|textarea).*?</\1>", re.DOTALL)  # the document itself has English keys
POSTED = ["sua/", "mo-lai/", "ban/1/khoi-phuc/"]


@pytest.fixture
def at_desk() -> Editor:
    return Editor()


# --- who may -------------------------------------------------------------------------------------


def officer(kind: str, *roles: str) -> Any:
    return factories.OfficerFactory(agency=factories.AgencyFactory(kind=kind), roles=list(roles)).user


def operator() -> Any:
    return factories.UserFactory(is_staff=True, is_superuser=True)


@pytest.mark.parametrize(
    "who",
    [operator, lambda: officer("town", "editor"), lambda: officer("one_stop_centre", "editor")],
    ids=["operator", "town", "centre"],
)
def test_editors_of_the_town_and_the_operator_open_every_page(at_desk: Editor, who: Any) -> None:
    at_desk.client.force_login(who())
    for page in READ + EDIT:
        answer = at_desk.client.get(at_desk.url(page))
        assert answer.status_code == 200, page
        assert english(WRITTEN.sub("", answer.content.decode())) == [], page


@pytest.mark.parametrize(
    ("kind", "roles"),
    [("ward", ["editor"]), ("department", ["editor"]), ("town", ["leader", "specialist"]), ("ward", ["reception"])],
)
def test_everybody_else_of_the_staff_reads(at_desk: Editor, kind: str, roles: list[str]) -> None:
    at_desk.client.force_login(officer(kind, *roles))
    for page in READ:
        assert at_desk.client.get(at_desk.url(page)).status_code == 200, page
    for page in EDIT:
        assert at_desk.client.get(at_desk.url(page)).status_code == 403, page
    for page in EDIT + POSTED:
        assert at_desk.client.post(at_desk.url(page), {"version": "0"}).status_code == 403, page
    html = at_desk.client.get(at_desk.url("ban-soan/")).content.decode()
    assert ("thong-tin/" in html, "cong-bo/" in html, "cau-hoi/" in html) == (False, False, False)
    assert at_desk.draft.version == 0


def test_visitors_and_citizens_see_nothing(at_desk: Editor) -> None:
    anonymous, citizen, unattached = Client(), Client(), Client()
    citizen.force_login(factories.UserFactory())
    unattached.force_login(factories.UserFactory(is_staff=True))
    for page in READ + EDIT:
        assert anonymous.get(at_desk.url(page)).status_code == 302, page
        assert citizen.get(at_desk.url(page)).status_code == 302, page
        assert unattached.get(at_desk.url(page)).status_code == 403, page


def test_what_changes_something_is_never_done_by_a_link(at_desk: Editor) -> None:
    for page in POSTED:
        assert at_desk.client.get(at_desk.url(page)).status_code == 405, page
    assert at_desk.client.post(at_desk.url("change/"), {"name": "Tên khác"}).status_code == 405


# --- the procedure and its draft -----------------------------------------------------------------


def test_a_draft_is_started_once_and_gone_on_with() -> None:
    desk = Editor(drafts=False)
    assert "Sửa nội dung" in words(desk.client.get(desk.url("change/")))
    assert desk.client.post(desk.url("sua/")).headers["Location"] == desk.draft_url()
    draft = desk.draft
    assert desk.client.post(desk.url("sua/")).headers["Location"] == desk.draft_url()
    assert desk.draft == draft
    assert "Tiếp tục sửa nội dung" in words(desk.client.get(desk.url("change/")))
    assert [e.get_change_message() for e in LogEntry.objects.all()] == ["Bắt đầu bản soạn."]


def test_without_a_draft_its_pages_lead_back(at_desk: Editor) -> None:
    editing.discard(at_desk.draft)
    for page in ("", "giay-to/", "to-khai/", "yaml/", "xem/trang/"):
        assert at_desk.get(page).headers["Location"] == at_desk.url("change/")


def test_the_overview_says_what_was_changed(at_desk: Editor) -> None:
    assert "chưa đổi gì" in words(at_desk.get())
    at_desk.save("le-phi/", fees__0__amount="15.000")
    page = words(at_desk.get())
    assert "đã sửa, chưa công bố" in page
    assert "10.000" in page
    assert "15.000" in page
    assert "Lê Thị Biên sửa lần cuối" in page
    assert page.count("đã đổi") == 1


def test_an_unknown_part_or_place_is_not_found(at_desk: Editor) -> None:
    pages = ["la-gi/", "to-khai/cau-hoi/9.9/", "to-khai/cau-hoi/1/", "to-khai/phan/1.1/", "to-khai/cau-hoi/a.b/"]
    pages += ["to-khai/them/9.1/", "to-khai/them/1.1.1.1/", "to-khai/bo/0/", "to-khai/cau-hoi/-1.2/", "xem/to-khai/3/"]
    for page in [*pages, "to-khai/cau-hoi/1.99999999999999999999/", "to-khai/cau-hoi/1.²/"]:
        assert at_desk.get(page).status_code == 404, page


def test_the_history_is_the_log_of_the_procedure(at_desk: Editor) -> None:
    at_desk.save("thong-tin/", name="Tên mới")
    at_desk.send("to-khai/", {"do": "down:1.1", "version": at_desk.draft.version})
    said = list(LogEntry.objects.order_by("pk").values_list("change_message", "user__full_name"))
    who = "Lê Thị Biên"
    assert said == [("Bản soạn: sửa phần “Thông tin chung”.", who), ("Bản soạn: đổi thứ tự tờ khai.", who)]
    assert "sửa phần “Thông tin chung”" in words(at_desk.client.get(at_desk.url("history/")))


# --- publishing and what comes before it ---------------------------------------------------------

GIVEN = {"reason": "Mức thu mới", "legal_document": "Nghị quyết 9/2026/NQ-HĐND"}


def test_publishing_asks_for_reason_and_document_and_shows_the_differences(at_desk: Editor) -> None:
    at_desk.save("le-phi/", fees__0__amount="15.000")
    assert "15.000" in words(at_desk.get("cong-bo/"))
    refused = at_desk.save("cong-bo/", reason="Mức thu mới")
    assert links(refused) == [("#id_legal_document", "Văn bản làm căn cứ")]
    assert "Mức thu mới</textarea>" in refused.content.decode()
    answer = at_desk.save("cong-bo/", **GIVEN)
    assert answer.headers["Location"] == at_desk.url("change/")
    procedure = Procedure.objects.get(pk=at_desk.procedure.pk)
    assert procedure.published is not None
    assert (procedure.published.number, procedure.published.reason) == (2, "Mức thu mới")
    assert procedure.published.legal_document == GIVEN["legal_document"]
    assert editing.draft_of(procedure) is None
    page = words(at_desk.client.get(at_desk.url("change/")))
    for said in ("Bản số 2", "Mức thu mới", GIVEN["legal_document"], "1 thay đổi so với bản trước"):
        assert said in page


def test_nothing_is_published_that_the_editor_has_not_seen(at_desk: Editor) -> None:
    at_desk.save("thong-tin/", name="Tên của tôi")
    typed = {**at_desk.typed("cong-bo/"), **GIVEN}
    other = Editor(at_desk.procedure)
    other.save("thong-tin/", deciding_authority="Phòng của người khác")
    answer = at_desk.send("cong-bo/", typed)
    assert "đã lưu bản soạn này" in words(answer)
    assert "Phòng của người khác" in words(answer)
    assert "Mức thu mới</textarea>" in answer.content.decode()
    assert at_desk.draft.state == ProcedureRevision.State.DRAFT
    again = {**at_desk.typed("cong-bo/"), **GIVEN}
    assert at_desk.send("cong-bo/", again).status_code == 302
    assert editing.draft_of(at_desk.procedure) is None


def test_publishing_what_somebody_else_just_published(at_desk: Editor) -> None:
    at_desk.save("thong-tin/", name="Tên mới")
    typed = {**at_desk.typed("cong-bo/"), **GIVEN}
    editing.publish(at_desk.draft, by=at_desk.user, **GIVEN)
    assert at_desk.send("cong-bo/", typed).headers["Location"] == at_desk.url("change/")


def test_a_draft_with_a_problem_is_not_published(at_desk: Editor) -> None:
    at_desk.save("thong-tin/", name="")
    assert "Chưa công bố được. Còn 1 chỗ cần sửa:" in words(at_desk.get("cong-bo/"))
    sent = {**GIVEN, "version": at_desk.draft.version, "over": 1}
    assert at_desk.send("cong-bo/", sent).headers["Location"] == at_desk.draft_url()
    assert at_desk.draft.number == 2
    assert at_desk.get("xem/trang/").status_code == 404
    assert at_desk.get("xem/bieu-mau.pdf").status_code == 404


def test_throwing_the_draft_away_is_asked_once(at_desk: Editor) -> None:
    at_desk.save("thong-tin/", name="Tên mới")
    assert "Tên mới" in words(at_desk.get("bo/"))
    assert at_desk.send("bo/", {}).headers["Location"] == at_desk.url("change/")
    assert editing.draft_of(at_desk.procedure) is None


def test_an_old_revision_comes_back_as_a_draft(at_desk: Editor) -> None:
    at_desk.save("thong-tin/", name="Tên mới")
    editing.publish(at_desk.draft, by=at_desk.user, **GIVEN)
    page = at_desk.client.get(at_desk.url("ban/1/"))
    assert "Khôi phục bản này" in words(page)
    assert "Khôi phục bản này" not in words(at_desk.client.get(at_desk.url("ban/2/")))
    assert at_desk.client.post(at_desk.url("ban/1/khoi-phuc/")).headers["Location"] == at_desk.draft_url()
    assert at_desk.content["name"] == "Thủ tục đăng ký khai sinh"
    refused = at_desk.client.post(at_desk.url("ban/1/khoi-phuc/"), follow=True)
    assert "đang có một bản soạn" in words(refused)
    assert at_desk.client.get(at_desk.url("ban/9/")).status_code == 404


@pytest.mark.parametrize(("page", "status"), [("tam-dung/", "paused"), ("bai-bo/", "closed")])
def test_stopping_and_reopening(at_desk: Editor, page: str, status: str) -> None:
    before = CatalogueVersion.current()
    refused = at_desk.client.post(at_desk.url(page), {"reason": " "})
    assert links(refused) == [("#id_reason", "Câu cho người dân")]
    assert at_desk.client.post(at_desk.url(page), {"reason": "Đang thay mẫu."}).status_code == 302
    at_desk.procedure.refresh_from_db()
    assert (at_desk.procedure.status, at_desk.procedure.status_reason) == (status, "Đang thay mẫu.")
    assert "Đang thay mẫu." in words(at_desk.client.get(at_desk.url("change/")))
    assert at_desk.client.post(at_desk.url("mo-lai/")).status_code == 302
    at_desk.procedure.refresh_from_db()
    assert (at_desk.procedure.status, at_desk.procedure.status_reason) == ("open", "")
    assert CatalogueVersion.current() == before + 2


def test_the_link_to_the_national_portal(at_desk: Editor) -> None:
    wrong = at_desk.client.post(at_desk.url("lien-ket/"), {"national_portal_url": "cổng quốc gia"})
    assert links(wrong) == [("#id_national_portal_url", "Địa chỉ nộp tại Cổng dịch vụ công quốc gia")]
    before = CatalogueVersion.current()
    right = "https://dichvucong.gov.vn/p/1"
    assert at_desk.client.post(at_desk.url("lien-ket/"), {"national_portal_url": right}).status_code == 302
    at_desk.procedure.refresh_from_db()
    assert (at_desk.procedure.national_portal_url, CatalogueVersion.current()) == (right, before + 1)


# --- previews ------------------------------------------------------------------------------------


def test_previews_show_the_draft_and_say_so(at_desk: Editor) -> None:
    at_desk.save("thong-tin/", name="Tên của bản soạn")
    page = words(at_desk.get("xem/trang/"))
    assert ("Tên của bản soạn" in page, "Xem thử bản soạn." in page) == (True, True)
    assert "Giấy chứng sinh" in words(at_desk.get("xem/giay-to/"))
    assert "Tên của bản soạn" not in Client().get(f"/thu-tuc/{at_desk.procedure.code}/").content.decode()


def test_the_form_on_screen_tries_its_conditions(at_desk: Editor) -> None:
    plain = at_desk.get("xem/to-khai/1/").content.decode()
    assert "Trang 1/2" in plain
    tried = at_desk.client.get(at_desk.draft_url("xem/to-khai/1/"), {"birth_place": "elsewhere", "xem": "1"})
    assert "Bạn chọn “Nơi khác” nên cần trả lời thêm: Tên nơi sinh." in words(tried)
    carried = at_desk.client.get(at_desk.draft_url("xem/to-khai/2/"), {"birth_place": "elsewhere"})
    assert '<input type="hidden" name="birth_place" value="elsewhere">' in carried.content.decode()


def test_the_blank_form_of_a_draft(at_desk: Editor) -> None:
    pdf = at_desk.get("xem/bieu-mau.pdf")
    assert (pdf.status_code, pdf.headers["Content-Type"]) == (200, "application/pdf")
    assert b"".join(pdf.streaming_content)[:5] == b"%PDF-"
    assert at_desk.get("xem/bieu-mau.exe").status_code == 404


def test_a_rehearsal_is_offered_where_filing_is(at_desk: Editor) -> None:
    address = f"/admin/submissions/submission/thu/{at_desk.draft.pk}/"
    assert address in at_desk.get().content.decode()
    assert at_desk.client.get(address).status_code == 200
    at_desk.keep(lambda c: c.update(level=2))
    assert address not in at_desk.get().content.decode()


# --- problems at their places --------------------------------------------------------------------

PROBLEMS: list[tuple[Any, str, str]] = [
    (lambda c: c.update(name=""), "thong-tin/", "id_name"),
    (lambda c: c.update(sector="khong_co"), "thong-tin/", "id_sector"),
    (lambda c: c.update(related=["9.999999"]), "thong-tin/", "id_related"),
    (lambda c: c["documents"][1].update(name=""), "giay-to/", "id_documents-1-name"),
    (lambda c: c["documents"][1].update(key="declaration"), "giay-to/", "id_documents-1-key"),
    (lambda c: c["documents"][2]["when"].update(field="gone"), "giay-to/", "id_documents-2-when-field"),
    (lambda c: c["fees"][1]["when"].update(equals="sai"), "le-phi/", "id_fees-1-when-values"),
    (lambda c: c["fees"][0].update(kind="khac"), "le-phi/", "id_fees-0-kind"),
    (lambda c: c["time_limit"].update(value=-1), "thoi-han/", "id_value"),
    (lambda c: c["time_limit"]["variants"][0].update(unit="tuần"), "thoi-han/", "id_variants-0-unit"),
    (lambda c: c["legal_basis"][0].update(date="2014-13-01"), "can-cu/", "id_legal_basis-0-date"),
    (lambda c: c["form"]["sections"][1].update(title=""), "to-khai/phan/2/", ""),
    (lambda c: c["form"]["sections"][0]["fields"][0].update(label=""), "to-khai/cau-hoi/1.1/", "id_label"),
    (lambda c: c["form"]["sections"][0]["fields"][3].update(choices=[]), "to-khai/cau-hoi/1.4/", ""),
    (
        lambda c: c["form"]["sections"][0]["fields"][4]["show_when"].update(field="wants_copy"),
        "to-khai/cau-hoi/1.5/",
        "id_show_when-field",
    ),
    (
        lambda c: c["form"]["sections"][0]["fields"][4].update(min_length=9, max_length=3),
        "to-khai/cau-hoi/1.5/",
        "id_min_length",
    ),
    (
        lambda c: c["form"]["sections"][1]["fields"][2]["fields"][1].update(label=""),
        "to-khai/cau-hoi/2.3.2/",
        "id_label",
    ),
    (lambda c: c.update(slug="Sai Khóa"), "yaml/", ""),
    (lambda c: c.update(documents="không phải danh sách"), "yaml/", ""),
    (lambda c: c["form"].update(sections="sai"), "yaml/", ""),
    (lambda c: c["form"].update(sections=[]), "to-khai/", ""),
]


@pytest.mark.parametrize(("change", "page", "anchor"), PROBLEMS, ids=[f"{p}{a}" for _c, p, a in PROBLEMS])
def test_every_problem_is_linked_to_its_place_and_said_there(
    at_desk: Editor, change: Any, page: str, anchor: str
) -> None:
    at_desk.keep(change)
    found = editing.problems(at_desk.draft)
    assert found
    linked = links(at_desk.get())
    there = at_desk.draft_url(page) + (f"#{anchor}" if anchor else "")
    assert there in [address for address, _words in linked], linked
    assert len(linked) == len(found)
    answer = at_desk.get(page)
    mine = [p for p, (address, _w) in zip(found, linked, strict=True) if address == there]
    for problem in mine:
        assert re.split(r"[Tt]rường “", problem.message)[0] in words(answer)
    if anchor:
        assert anchor in ids(answer)
        assert (f"#{anchor}", mine[0].place) in links(answer)
        assert f'id="loi-{anchor}"' in answer.content.decode()


def test_a_part_of_a_strange_shape_is_left_to_the_text(at_desk: Editor) -> None:
    at_desk.keep(lambda c: c.update(fees="sai", form={"sections": ["sai"]}))
    for page in ("le-phi/", "to-khai/"):
        assert "Mở dạng YAML" in words(at_desk.get(page))
    for page in ("to-khai/cau-hoi/1.1/", "to-khai/them/1/", "to-khai/bo/1/"):
        assert at_desk.get(page).status_code == 404
    assert at_desk.get("giay-to/").status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_outline_costs_the_same_however_long_it_is(
    at_desk: Editor, rows: int, django_assert_num_queries: Any
) -> None:
    def grow(content: dict[str, Any]) -> None:
        fields = content["form"]["sections"][0]["fields"]
        fields += [{"key": f"them_{i}", "label": f"Thêm {i}", "kind": "text"} for i in range(20 * rows)]

    at_desk.keep(grow)
    with django_assert_num_queries(9):
        assert at_desk.get("to-khai/").status_code == 200

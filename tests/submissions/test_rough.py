"""Clients that do not behave: strange addresses, methods, bodies, buttons, counts and files. Never an error of ours."""

from __future__ import annotations

import re
import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from submissions import rules, workflow
from submissions.models import Attachment, Submission
from submissions.states import State
from tests import factories, values
from tests.submissions.citizen import APPLICANT, CHILD, Citizen, mark, mends, picture, text

pytestmark = pytest.mark.django_db

HOSTILE = [
    "%00",
    "..%2f..%2fetc%2fpasswd",
    "a" * 3000,
    "'%20OR%201=1--",
    "%F0%9F%98%80",
    "%C3%28",
    "-1",
    "99999999999999999999",
    "%0d%0aX-A:%20b",
    "1.001193%00",
]
PLACES = [
    "/{}/",
    "/thu-tuc/{}/",
    "/thu-tuc/{}/bieu-mau/x.pdf",
    "/thu-tuc/9.000001/bieu-mau/{}.docx",
    "/thu-tuc/{}/to-khai/",
    "/muc-do/{}/",
    "/nop-ho-so/{}/",
    "/nop-ho-so/{}/x/nguoi-nop/",
    "/nop-ho-so/9.000001/{}/nguoi-nop/",
    "/nop-ho-so/9.000001/x/{}/",
    "/nop-ho-so/9.000001/x/tep/{}/",
    "/nop-ho-so/9.000001/x/tiep-tuc/{}/",
    "/ho-so/{}/",
    "/ho-so/{}/da-gui/",
    "/ho-so/{}/tep/1/",
    "/ho-so/HL7K-QM9Q/tep/{}/",
    "/ho-so/{}/bo-sung/",
    "/ho-so/{}/rut/",
    "/to-khai/{}/",
]
READ_ONLY = ["/", "/thu-tuc/", "/muc-do/3/", "/gioi-thieu/", "/huong-dan/", "/hoi-dap/", "/sitemap.xml", "/robots.txt"]
FORMS = ["/tra-cuu/", "/tai-khoan/"]
PARAMETERS = ["q", "muc-do", "linh-vuc", "co-quan", "trang", "ma", "ma-tra-cuu", "xem-lai", "da-luu"]
ODD = ["\0", "x" * 10_240, "-1", "0", "99999999999999999999", "1.5", "²", "'\"><script>", "\ud7ff\u202e", "%00", "[]"]


@pytest.fixture
def citizen(db: None) -> Citizen:
    return Citizen()


# --- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_no_address_breaks_anything(place: str) -> None:
    client = Client()
    for piece in HOSTILE:
        assert client.get(place.format(piece)).status_code in (301, 302, 404), piece


@pytest.mark.parametrize(
    "path", [*READ_ONLY, *FORMS, "/nop-ho-so/{code}/", "/thu-tuc/{code}/", "/thu-tuc/{code}/to-khai/"]
)
def test_no_parameter_breaks_anything(path: str) -> None:
    factories.AgencyFactory()
    path = path.format(code=factories.ProcedureFactory().code)
    client = Client()
    for odd in ODD:
        for name in PARAMETERS if "/" in path[1:] else ():
            answer = client.get(path, {name: odd})
            assert answer.status_code in (200, 429), (name, odd)
            assert b"<script>'" not in answer.content
        assert client.get(path, {f"{n}[]": [odd, odd] for n in PARAMETERS}).status_code == 200
    assert client.get(path, {"q": ["một", "hai"], "trang": ["1", "-2"], "co-quan": ["a", "b"]}).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
def test_pages_to_read_refuse_other_methods(method: str) -> None:
    code = factories.ProcedureFactory().code
    for path in [*READ_ONLY, f"/thu-tuc/{code}/"]:
        answer = getattr(Client(), method)(path)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD"), path


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_forms_refuse_other_methods(method: str, citizen: Citizen) -> None:
    code = citizen.draft.procedure.code
    for path in [*FORMS, f"/nop-ho-so/{code}/", citizen.url("tre"), "/ho-so/HL7K-QM9Q/rut/", "/ho-so/X/bo-sung/"]:
        assert getattr(citizen.client, method)(path).status_code == 405, path


# --- bodies ----------------------------------------------------------------------------------------

BODIES = [
    (b"", "application/x-www-form-urlencoded"),
    (b"", "multipart/form-data; boundary=x"),
    (b'{"action": "submit"}', "application/json"),
    (b"\xff\xfe\0\0", "application/x-www-form-urlencoded; charset=utf-16"),
    (b"a=%ff%00&action=next", "application/x-www-form-urlencoded; charset=khong-co"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\nz\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
    (b"abc", "multipart/form-data"),
    (b"<x/>", "text/xml"),
]


@pytest.mark.parametrize(("body", "kind"), BODIES)
def test_no_body_breaks_anything(body: bytes, kind: str, citizen: Citizen) -> None:
    paths = [f"/nop-ho-so/{citizen.draft.procedure.code}/", *FORMS]
    paths += [citizen.url(step) for step in ("nguoi-nop", "tre", "cha_me", "giay-to", "nhan-ket-qua", "kiem-tra")]
    for path in paths:
        answer = citizen.client.generic("POST", path, body, content_type=kind)
        assert answer.status_code in (200, 302, 400), path
    assert citizen.now().state == State.DRAFT


def test_too_many_fields_are_refused_in_words() -> None:
    body = "&".join(f"a{i}=1" for i in range(6000))
    answer = Client().post("/tra-cuu/", body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert 'lang="vi"' in answer.content.decode()


def test_without_the_forms_key_there_is_a_page_that_says_what_to_do(citizen: Citizen) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/nop-ho-so/{citizen.draft.procedure.code}/", {"co-quan": citizen.draft.agency.slug})
    assert answer.status_code == 403
    assert 'lang="vi"' in answer.content.decode()
    assert re.search(r"[ăâđêôơư]", text(answer))


# --- buttons ---------------------------------------------------------------------------------------


def test_an_unknown_button_saves_and_goes_nowhere(citizen: Citizen) -> None:
    answer = citizen.post("tre", {**CHILD, "child_name": "Trần Văn Lạ"}, action="nhay-qua")
    assert answer.status_code == 200
    assert citizen.now().typed["form"]["child_name"] == ["Trần Văn Lạ"]


@pytest.mark.parametrize("action", ["next", "nhay-qua", "", "SUBMIT"])
def test_only_the_button_of_the_last_step_sends(citizen: Citizen, action: str) -> None:
    citizen.fill()
    answer = citizen.post("kiem-tra", {"declare_true": "on"}, action=action)
    assert (answer.status_code, citizen.now().state) == (200, State.DRAFT)
    citizen.send()
    assert citizen.now().state == State.SUBMITTED


def test_back_on_the_first_step_leads_to_the_start_and_keeps_what_was_typed(citizen: Citizen) -> None:
    answer = citizen.post("nguoi-nop", {"applicant_phone": "không phải số"}, action="back")
    assert answer["Location"] == f"/nop-ho-so/{citizen.draft.procedure.code}/"
    assert 'value="không phải số"' in citizen.get("nguoi-nop").content.decode()


def test_sending_before_anything_was_filled_in_names_every_step(citizen: Citizen) -> None:
    answer = citizen.client.get(citizen.url("kiem-tra"))
    assert answer.status_code == 200
    answer = citizen.send()
    assert citizen.now().state == State.DRAFT
    steps = [re.findall(r"/([^/]+)/\?", href) for href, _words in mends(answer)]
    assert [s[0] for s in steps if s] == ["nguoi-nop", "tre", "giay-to", "nhan-ket-qua"]
    assert citizen.post("kiem-tra", {"declare_true": "on"}, "submit", HTTP_HX_REQUEST="true").status_code == 422


@pytest.mark.parametrize("index", ["", "-1", "99", "abc", "9" * 40, "²", "\0"])
def test_removing_a_row_that_is_not_there_changes_nothing(citizen: Citizen, index: str) -> None:
    rows = {"siblings-TOTAL_FORMS": "1", "siblings-0-sibling_name": "Nguyễn Văn Đức", "remove-siblings": index}
    assert citizen.client.post(citizen.url("cha_me"), rows).status_code == 302
    typed = citizen.now().typed["form"]
    assert (typed["siblings-TOTAL_FORMS"], typed["siblings-0-sibling_name"]) == (["1"], ["Nguyễn Văn Đức"])


@pytest.mark.parametrize("total", ["1000000", "9" * 50, "-5", "", "abc", "1e9", "٣"])
def test_a_made_up_count_of_rows_costs_nothing(citizen: Citizen, total: str) -> None:
    for extra in ({}, {"add-siblings": "1"}, {"add-khong_co": "1", "remove-khong_co": "x"}):
        answer = citizen.client.post(citizen.url("cha_me"), {"siblings-TOTAL_FORMS": total, **extra, "action": "next"})
        assert answer.status_code in (200, 302)
        assert len(citizen.get("cha_me").content) < 200_000


def test_a_question_answered_twice_counts_once(citizen: Citizen) -> None:
    answer = citizen.client.post(citizen.url("nguoi-nop"), {**APPLICANT, "applicant_name": ["Một", "Trần Hai"]})
    assert answer.status_code == 302
    assert citizen.now().typed["applicant"]["applicant_name"] == ["Trần Hai"]


# --- files -----------------------------------------------------------------------------------------


def attached(citizen: Citizen) -> list[Attachment]:
    return list(Attachment.objects.filter(submission=citizen.draft))


def test_files_under_unknown_names_are_not_kept(citizen: Citizen) -> None:
    names = ["document-khong_co", "document-", "document-declaration", "child_name", "applicant_name", "x" * 300]
    for step in ("nguoi-nop", "tre", "giay-to", "nhan-ket-qua"):
        answer = citizen.client.post(citizen.url(step), {name: picture() for name in names})
        assert answer.status_code == 200
    assert attached(citizen) == []


def test_text_where_a_file_belongs_is_no_file(citizen: Citizen) -> None:
    assert citizen.post("giay-to", {"document-birth_proof": "ảnh.png"}).status_code == 200
    assert attached(citizen) == []


@pytest.mark.parametrize("size", [0, 20 * 1024 * 1024 + 1])
def test_empty_and_huge_files_are_refused_in_words(citizen: Citizen, size: int) -> None:
    data = values.photo(at_least=size) if size else b""
    answer = citizen.post("giay-to", {"document-birth_proof": SimpleUploadedFile("ảnh.jpg", data)})
    assert answer.status_code == 200
    told = "lớn quá 20 MB" if size else "trống, không có nội dung"
    assert [told in words for _href, words in mends(answer)] == [True]
    assert attached(citizen) == []


def test_thirty_files_at_once_are_taken_up_to_the_limit(citizen: Citizen) -> None:
    many = [picture(f"ảnh {i}.png", seed=i) for i in range(30)]
    answer = citizen.client.post(citizen.url("giay-to"), {"document-birth_proof": many, "action": "next"})
    assert answer.status_code == 200
    assert len(attached(citizen)) == 20
    assert "mỗi mục chỉ nhận 20 tệp" in text(answer)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.png", "a'b;<i>&.png", "dòng\nmới.png", f"{'dài' * 100}.png", "..", "\u202egnp.exe.png"]
)
def test_strange_file_names_are_stored_and_shown_safely(citizen: Citizen, name: str) -> None:
    given = picture()
    given._name = name  # type: ignore[attr-defined] # as a client would send it, past Django's own tidying
    answer = citizen.client.post(citizen.url("giay-to"), {"document-birth_proof": given, "action": "upload"})
    assert (answer.status_code, len(attached(citizen))) == (302, 0 if name == ".." else 1)
    for kept in attached(citizen):
        assert len(kept.name) <= 255
        assert not set(kept.name) & set("/\\\n\r\0\u202e")
        assert ".." not in kept.file.name
        html = citizen.get("giay-to").content.decode()
        assert "<i>" not in html.split("<main")[1]
        where = f"/nop-ho-so/{citizen.draft.procedure.code}/{citizen.draft.draft_key}/tep/{kept.pk}/"
        answer = citizen.client.get(where)
        assert (answer.status_code, b"".join(answer.streaming_content)[:4]) == (200, b"\x89PNG")


def test_files_of_others_are_not_found(citizen: Citizen) -> None:
    filed = citizen.file()
    where = f"/ho-so/{filed.reference}/tep/{filed.attachments.get().pk}/"
    own = citizen.client.get(where)
    assert own.status_code == 200
    b"".join(own.streaming_content)
    stranger, away, desk = Client(), Client(), Client()
    away.force_login(factories.OfficerFactory().user)
    desk.force_login(factories.OfficerFactory(agency=filed.agency).user)
    assert [c.get(where).status_code for c in (stranger, away)] == [404, 404]
    taken = desk.get(where)
    assert (taken.status_code, bool(b"".join(taken.streaming_content))) == (200, True)
    draft = f"/nop-ho-so/{filed.procedure.code}/{filed.draft_key}/tep/{filed.attachments.get().pk}/"
    assert [c.get(draft).status_code for c in (citizen.client, stranger, away, desk)] == [404, 404, 404, 404]


# --- after filing ----------------------------------------------------------------------------------


def test_the_codes_open_the_page_however_they_are_typed(citizen: Citizen) -> None:
    filed = citizen.file()
    spoken = f"  {filed.tracking_secret.lower().replace('-', '  ')} "
    answer = Client().post("/tra-cuu/", {"ma": filed.reference.lower().replace("-", " "), "ma-tra-cuu": spoken})  # type: ignore[union-attr]
    assert answer["Location"] == f"/ho-so/{filed.reference}/"
    by = rules.officer_actor(factories.OfficerFactory(agency=filed.agency))
    workflow.receive(filed.pk, by=by)
    filed.refresh_from_db()
    client = Client()
    answer = client.post("/tra-cuu/", {"ma": f" {filed.dossier_code.lower()} ", "ma-tra-cuu": spoken})  # type: ignore[union-attr]
    assert answer["Location"] == f"/ho-so/{filed.reference}/"
    for path in (answer["Location"], f"{answer['Location']}da-gui/"):
        page = client.get(path)
        assert mark(page, "state") == State.RECEIVED
        assert mark(page, "dossier-code") == filed.dossier_code
        assert mark(page, "due-on") == str(filed.due_on)


@pytest.mark.django_db(transaction=True)
def test_one_filing_sent_by_many_tabs_at_once_is_one_submission() -> None:
    citizen = Citizen()
    citizen.fill()
    cookies, start, answers = citizen.client.cookies, threading.Barrier(6), []

    def send() -> None:
        tab = Client()
        tab.cookies = cookies
        start.wait()
        try:
            answers.append(tab.post(citizen.url("kiem-tra"), {"declare_true": "on", "action": "submit"}))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    filed = Submission.objects.get()
    assert [a["Location"] for a in answers] == [f"/ho-so/{filed.reference}/da-gui/"] * 6
    assert filed.events.filter(verb="submit").count() == 1
    assert citizen.client.get(answers[0]["Location"]).status_code == 200

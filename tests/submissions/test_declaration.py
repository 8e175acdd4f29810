"""Fill in and print: the file itself is the answer, nothing is stored unless it is asked for."""

from __future__ import annotations

import datetime
import io
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import docx
import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from portal.lib import pdf
from procedures.formbuilder import LongForm
from procedures.models import Procedure
from submissions import kept_forms
from submissions.models import Attachment, KeptForm, Submission
from submissions.states import Role
from tests import factories
from tests.procedures import pdftext
from tests.submissions.citizen import BOXES, CHILD, PARENTS, mends, text

pytestmark = pytest.mark.django_db
TYPED: dict[str, Any] = {**CHILD, **PARENTS}
PDF, WORD = "application/pdf", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.fixture
def procedure(db: None) -> Procedure:
    return factories.ProcedureFactory(level=2)


def url(procedure: Procedure) -> str:
    return f"/thu-tuc/{procedure.code}/to-khai/"


def post(procedure: Procedure, typed: dict[str, Any], action: str | None = "pdf", **headers: Any) -> Any:
    button = {} if action is None else {"action": action}
    return Client().post(url(procedure), {**typed, **button}, **headers)


def words(answer: Any) -> str:
    """The words of a PDF or Word answer without blanks."""
    assert answer.status_code == 200, answer.content.decode()[:2000]
    if answer["Content-Type"] == PDF:
        with pdftext.open_pdf(answer.content) as paper:
            return pdftext.words(paper)
    assert answer["Content-Type"] == WORD
    parts = docx.Document(io.BytesIO(answer.content)).element.body.iter("{*}t")
    return re.sub(r"\s", "", "".join(t.text or "" for t in parts))


def stored() -> tuple[int, ...]:
    return tuple(model.objects.count() for model in (Submission, KeptForm, Attachment, Session))


def value_of(answer: Any, name: str) -> str | None:
    found = re.search(rf'<input[^>]* name="{name}"[^>]*>', answer.content.decode())
    value = re.search(r'value="([^"]*)"', found.group()) if found else None
    return value.group(1) if value else None


# --- the paper -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("action", "kind"), [("pdf", PDF), ("docx", WORD), (None, PDF)])
def test_the_answer_is_the_filled_form(procedure: Procedure, action: str | None, kind: str) -> None:
    answer = post(procedure, TYPED, action)
    extension = "docx" if kind == WORD else "pdf"
    assert answer["Content-Type"] == kind
    assert answer["Content-Disposition"].startswith(f'attachment; filename="to-khai-dang-ky-khai-sinh.{extension}"')
    assert "no-store" in answer["Cache-Control"]
    found = words(answer)
    for typed in ("NguyễnThịÁnh", "03/02/2026", "NguyễnVănĐức", "2020"):
        assert typed in found
    assert "Tênnơisinh" not in found
    assert (stored(), list(answer.cookies)) == ((0, 0, 0, 0), [])


def test_nothing_is_stored_by_looking_or_by_mistakes(procedure: Procedure) -> None:
    client = Client()
    for typed in ({}, {"action": "pdf"}, {"add-siblings": "1"}, {"action": "refresh"}, {"child_name": "@"}):
        assert client.get(url(procedure)).status_code == 200
        assert client.post(url(procedure), typed).status_code == 200
    assert stored() == (0, 0, 0, 0)


def test_an_answer_that_another_one_hides_is_not_on_the_paper(procedure: Procedure) -> None:
    typed = {**TYPED, "birth_place_name": "Bệnh viện Kín"}
    assert "BệnhviệnKín" not in words(post(procedure, typed, "docx"))
    assert "BệnhviệnKín" in words(post(procedure, {**typed, "birth_place": "elsewhere"}, "docx"))


def test_letters_are_composed(procedure: Procedure) -> None:
    apart = {**TYPED, "child_name": unicodedata.normalize("NFD", "Nguyễn Thị Ở")}
    assert "NguyễnThịỞ" in words(post(procedure, apart, "docx"))


def test_the_paper_speaks_to_the_chosen_unit(procedure: Procedure) -> None:
    ward = factories.AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng")
    page = Client().get(url(procedure), {"co-quan": ward.slug}).content.decode()
    assert f'<option value="{ward.slug}" selected>Ủy ban nhân dân phường Bắc Hồng</option>' in page
    assert "Kínhgửi:ỦybannhândânphườngBắcHồng" in words(post(procedure, {**TYPED, "co-quan": ward.slug}, "docx"))
    assert "BắcHồng" not in words(post(procedure, {**TYPED, "co-quan": ""}, "docx"))


def test_a_unit_that_is_gone_cannot_be_chosen(procedure: Procedure) -> None:
    factories.AgencyFactory()
    gone = factories.AgencyFactory(active_to=timezone.localdate() - datetime.timedelta(days=1))
    answer = post(procedure, {**TYPED, "co-quan": gone.slug})
    assert [link for link, _message in mends(answer)] == ["#co-quan"]
    assert gone.name not in answer.content.decode()


def test_a_town_s_form_has_one_place_to_go() -> None:
    procedure = factories.ProcedureFactory(level=2, tier="town")
    factories.AgencyFactory(town=True)
    assert 'name="co-quan"' not in Client().get(url(procedure)).content.decode()
    assert words(post(procedure, {**TYPED, "co-quan": "x"}, "docx"))


# --- where there is a form -----------------------------------------------------------------------


@pytest.mark.parametrize("level", [2, 3, 4])
def test_every_level_from_two_fills_and_prints(level: int) -> None:
    assert Client().get(url(factories.ProcedureFactory(level=level))).status_code == 200


def test_no_form_no_page() -> None:
    low, bare = factories.ProcedureFactory(level=1), factories.ProcedureFactory(level=2)
    content = factories.document(form=None, documents=[])
    without = factories.ProcedureFactory(level=2, content=content)
    closed = factories.ProcedureFactory(level=2, status=Procedure.Status.CLOSED, status_reason="Đã có luật mới.")
    for procedure in (low, without, closed):
        for answer in (Client().get(url(procedure)), post(procedure, TYPED)):
            assert answer.status_code == 404
            assert f'href="/thu-tuc/{procedure.code}/"' in answer.content.decode()
    Procedure.objects.filter(pk=bare.pk).update(published=None)
    assert [Client().get(address).status_code for address in (url(bare), "/thu-tuc/9.9/to-khai/")] == [404, 404]


def test_a_paused_procedure_can_still_be_filled_in_on_paper() -> None:
    procedure = factories.ProcedureFactory(level=3, status=Procedure.Status.PAUSED, status_reason="Bảo trì.")
    answer = Client().get(url(procedure))
    assert "Bảo trì." in text(answer)
    assert "NguyễnThịÁnh" in words(post(procedure, TYPED, "docx"))


def test_the_page_is_not_kept_and_has_no_session(procedure: Procedure) -> None:
    answer = Client().get(url(procedure))
    assert "no-store" in answer["Cache-Control"]
    assert [name for name in answer.cookies if "session" in name] == []


def test_a_foreign_site_cannot_post(procedure: Procedure) -> None:
    assert Client(enforce_csrf_checks=True).post(url(procedure), {**TYPED, "action": "pdf"}).status_code == 403


def test_the_page_asks_few_questions_of_the_database(procedure: Procedure, django_assert_num_queries: Any) -> None:
    factories.AgencyFactory.create_batch(6)
    Client().get(url(procedure))
    with django_assert_num_queries(4):  # the procedure, its units, and the two facts of every page
        Client().get(url(procedure))
    with django_assert_num_queries(1):
        post(procedure, TYPED, "docx")


# --- what is missing or wrong --------------------------------------------------------------------


def test_mistakes_come_back_with_everything_typed(procedure: Procedure) -> None:
    typed = {**TYPED, "child_name": "", "child_birth_date": "31/02/2026", "siblings-0-sibling_year": "x"}
    answer = post(procedure, typed)
    assert answer.status_code == 200
    assert [link for link, _message in mends(answer)] == [
        "#id_child_name",
        "#id_child_birth_date",
        "#id_siblings-0-sibling_year",
    ]
    html = answer.content.decode()
    assert html.index("error-summary") < html.index("<h1>")
    assert all(f'id="{link[1:]}"' in html for link, _message in mends(answer))
    assert [
        value_of(answer, n) for n in ("child_birth_date", "siblings-0-sibling_name", "siblings-0-sibling_year")
    ] == [
        "31/02/2026",
        "Nguyễn Văn Đức",
        "x",
    ]
    assert "Cần sửa:" in html


def test_htmx_is_told_by_the_status(procedure: Procedure) -> None:
    assert post(procedure, {}, headers={"HX-Request": "true"}).status_code == 422


def test_the_page_offers_to_leave_blanks_only_after_something_was_missing(procedure: Procedure) -> None:
    name = 'name="incomplete"'
    wrong_only = post(procedure, {**TYPED, "child_birth_date": "31/02/2026"}).content.decode()
    missing = post(procedure, {**TYPED, "child_name": ""}).content.decode()
    first = Client().get(url(procedure)).content.decode()
    assert [name in page for page in (first, wrong_only, missing)] == [False, False, True]
    assert 'href="#viet-tay"' in missing


def test_blanks_may_be_left_to_the_pen(procedure: Procedure) -> None:
    typed = {"child_birth_date": "03/02/2026", "incomplete": "on"}
    for action in ("pdf", "docx"):
        found = words(post(procedure, typed, action))
        assert "03/02/2026" in found
        assert "Họ,chữđệm,tên" in found


def test_what_is_wrong_must_be_mended_all_the_same(procedure: Procedure) -> None:
    typed = {"child_birth_date": "31/02/2026", "siblings-TOTAL_FORMS": "1", "siblings-0-sibling_year": "2020"}
    answer = post(procedure, {**typed, "incomplete": "on"})
    assert [link for link, _message in mends(answer)] == ["#id_child_birth_date"]
    html = answer.content.decode()
    assert html.count('class="field-error"') == 1
    assert re.search(r'name="incomplete"[^>]* checked', html)
    assert post(procedure, {**typed, "child_birth_date": "", "incomplete": "on"})["Content-Type"] == PDF


def test_too_many_rows_are_wrong_not_missing(procedure: Procedure) -> None:
    rows = {f"siblings-{i}-sibling_name": "Nguyễn Văn Đức" for i in range(4)}
    answer = post(procedure, {**CHILD, **rows, "siblings-TOTAL_FORMS": "4", "incomplete": "on"})
    assert [link for link, _message in mends(answer)] == ["#id_siblings"]


def test_a_revealed_required_question_brings_the_page_back_with_the_reason(procedure: Procedure) -> None:
    answer = post(procedure, {**TYPED, "birth_place": "elsewhere"})
    words = "Người được khai sinh: Bạn chọn “Nơi khác” nên cần trả lời thêm: Tên nơi sinh."
    assert mends(answer) == [("#id_birth_place_name", words)]
    wrapper = re.search(r'<div class="field[^>]*data-show-when=[^>]*>', answer.content.decode())
    assert wrapper
    assert "hidden" not in wrapper.group()


def test_looking_again_reveals_without_complaining(procedure: Procedure) -> None:
    answer = post(procedure, {"birth_place": "elsewhere", "child_name": "Lê Văn Tám"}, "refresh")
    assert (mends(answer), value_of(answer, "child_name")) == ([], "Lê Văn Tám")
    wrapper = re.search(r'<div class="field[^>]*data-show-when=[^>]*>', answer.content.decode())
    assert wrapper
    assert "hidden" not in wrapper.group()


def test_rows_come_and_go_without_a_script(procedure: Procedure) -> None:
    answer = post(procedure, {**TYPED, "add-siblings": "1"})
    assert (mends(answer), value_of(answer, "siblings-TOTAL_FORMS")) == ([], "2")
    assert value_of(answer, "siblings-0-sibling_name") == "Nguyễn Văn Đức"
    answer = post(procedure, {**TYPED, "remove-siblings": "0"})
    assert value_of(answer, "siblings-TOTAL_FORMS") == "0"


@pytest.mark.parametrize("action", ["next", "submit", "x" * 500, "\0", "../pdf"])
def test_an_unknown_button_shows_the_page_again(procedure: Procedure, action: str) -> None:
    answer = post(procedure, TYPED, action)
    assert (answer.status_code, mends(answer), value_of(answer, "child_name")) == (200, [], "Nguyễn Thị Ánh")


@pytest.mark.parametrize(
    "odd", ["\0", "x" * 10_240, "\ud800", "\u202eabc", "'\"><script>alert(1)</script>", "a\0b", "²"], ids=repr
)
def test_odd_text_ends_in_a_sentence_or_a_paper(procedure: Procedure, odd: str) -> None:
    odd_ = odd.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    for name in (*CHILD, *PARENTS, "co-quan", "keep", "incomplete", "action"):
        answer = post(procedure, {**TYPED, name: odd_}, None if name == "action" else "docx")
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


def test_ten_thousand_inputs_are_refused_politely(procedure: Procedure) -> None:
    answer = post(procedure, {f"siblings-{i}-sibling_name": "An" for i in range(5000)})
    assert answer.status_code == 400


def test_names_of_the_page_give_way_to_questions() -> None:
    fields = [
        {"key": "keep", "label": "Giữ quốc tịch", "kind": "text"},
        {"key": "incomplete", "label": "Phần chưa xong", "kind": "text"},
        {"key": "action", "label": "Nội dung đề nghị", "kind": "text", "required": True},
    ]
    form = {"title": "Tờ khai thử", "sections": [{"key": "s", "title": "Nội dung", "fields": fields}]}
    procedure = factories.ProcedureFactory(level=2, content=factories.document(form=form, documents=[]))
    page = Client().get(url(procedure)).content.decode()
    assert 'name="page-keep" id="giu-to-khai"' in page
    typed = {"keep": "giữ", "incomplete": "phần một", "action": ["Tách thửa", "docx"]}
    found = words(Client().post(url(procedure), typed))
    assert [w in found for w in ("giữ", "phầnmột", "Táchthửa", "docx")] == [True, True, True, False]
    assert KeptForm.objects.count() == 0
    Client().post(url(procedure), {**typed, "page-keep": "on"})
    assert KeptForm.objects.get().typed["form"]["keep"] == ["giữ"]


def test_one_address_may_not_print_without_end(procedure: Procedure, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "declaration": (2, 3600)}
    assert [post(procedure, TYPED, "docx").status_code for _n in range(3)] == [200, 200, 429]
    answer = post(procedure, TYPED, "docx")
    assert "đã lấy 2 tờ khai" in text(answer)
    assert (answer["Retry-After"], value_of(answer, "child_name")) == ("3600", "Nguyễn Thị Ánh")
    assert post(procedure, {}, "docx").status_code == 200


@pytest.fixture
def _no_pango(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    pdf.missing_libraries.cache_clear()
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    yield
    pdf.missing_libraries.cache_clear()


@pytest.mark.usefixtures("_no_pango")
def test_without_the_libraries_the_page_itself_can_be_printed(procedure: Procedure) -> None:
    answer = post(procedure, {**TYPED, "keep": "on"})
    html = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "Nguyễn Thị Ánh" in html
    assert KeptForm.objects.get().reference in html


# --- keeping -------------------------------------------------------------------------------------


def kept_by(procedure: Procedure, typed: dict[str, Any] | None = None, action: str = "docx") -> tuple[Any, KeptForm]:
    answer = post(procedure, {**(typed or TYPED), "keep": "on"}, action)
    return answer, KeptForm.objects.get()


@pytest.mark.parametrize("action", ["pdf", "docx"])
def test_a_kept_form_says_its_reference_on_the_paper_and_in_the_name(procedure: Procedure, action: str) -> None:
    answer, kept = kept_by(procedure, action=action)
    until = timezone.localdate() + datetime.timedelta(days=7)
    found = words(answer)
    assert f"Mãtờkhai:{kept.reference}" in found
    assert f"hếtngày{until:%d/%m/%Y}" in found
    assert f"-{kept.reference.lower()}.{action}" in answer["Content-Disposition"]
    assert (Submission.objects.count(), Session.objects.count()) == (0, 0)


def test_only_what_the_paper_shows_is_kept(procedure: Procedure) -> None:
    typed = {**TYPED, "birth_place_name": "Bệnh viện Kín", "other": "x", "wants_copy": "on"}
    _answer, kept = kept_by(procedure, typed)
    assert kept.typed == {
        "form": {
            **{name: [value] for name, value in TYPED.items()},
            **BOXES,
            "wants_copy": ["on"],
            "siblings-TOTAL_FORMS": ["1"],
        }
    }
    assert (kept.procedure, kept.revision, kept.used_at) == (procedure, procedure.published, None)
    form = LongForm(procedure.spec.form, typed=kept_forms.typed_for(kept, procedure.published))
    assert form.is_valid()


def test_nothing_is_kept_of_a_form_with_mistakes(procedure: Procedure) -> None:
    answer = post(procedure, {"keep": "on"})
    assert re.search(r'name="keep"[^>]* checked', answer.content.decode())
    assert KeptForm.objects.count() == 0


def test_a_form_with_blanks_can_be_kept(procedure: Procedure) -> None:
    _answer, kept = kept_by(procedure, {"child_name": "Lê Văn Tám", "incomplete": "on"})
    assert kept.typed["form"] == {"child_name": ["Lê Văn Tám"], **BOXES}


def test_it_is_found_as_people_type_it(procedure: Procedure) -> None:
    _answer, kept = kept_by(procedure)
    bare = kept.reference.replace("-", "")
    for typed in (kept.reference, bare.lower(), f" {bare[:2]} {bare[2:]} ", f"{bare[:4]}–{bare[4:]}"):
        assert kept_forms.find(typed) == kept
    for typed in ("", "-", bare[:-1], bare + "A", "HL7K-QM9Q", "x" * 10_240, "\0", "\uff28" * 8, f"{bare}' or 1=1"):
        assert kept_forms.find(typed) is None


def at(*moment: int) -> Any:
    """The clock stands still at that moment in Việt Nam."""
    return time_machine.travel(datetime.datetime(*moment, tzinfo=timezone.get_current_timezone()), tick=False)


def test_it_lives_to_the_end_of_its_last_day(procedure: Procedure, settings: Any) -> None:
    settings.KEPT_FORM_DAYS = 7
    with at(2026, 11, 22, 23, 30):
        _answer, kept = kept_by(procedure)
    assert kept_forms.last_day(kept) == datetime.date(2026, 11, 29)
    with at(2026, 11, 29, 23, 59, 59):
        assert kept_forms.find(kept.reference) == kept
    with at(2026, 11, 30):
        assert kept_forms.find(kept.reference) is None


def test_used_once_stays_written_down(procedure: Procedure) -> None:
    _answer, kept = kept_by(procedure)
    kept_forms.mark_used(kept)
    first = KeptForm.objects.get().used_at
    assert kept.used_at == first
    kept_forms.mark_used(kept)
    assert first is not None
    assert KeptForm.objects.get().used_at == first


def test_expired_forms_are_purged(procedure: Procedure, capsys: Any) -> None:
    _answer, kept = kept_by(procedure)
    fresh = kept_forms.keep(procedure.published, {})
    KeptForm.objects.filter(pk=kept.pk).update(expires_at=timezone.now())
    call_command("purge_expired", "--dry-run")
    assert "1 tờ khai hết hạn giữ" in capsys.readouterr().out
    assert KeptForm.objects.count() == 2
    call_command("purge_expired")
    assert "1 tờ khai hết hạn giữ" in capsys.readouterr().out
    assert list(KeptForm.objects.all()) == [fresh]


def test_a_changed_form_takes_over_what_still_fits(procedure: Procedure) -> None:
    _answer, kept = kept_by(procedure)
    content = factories.document(level=2)
    fields = content["form"]["sections"][0]["fields"]
    content["form"]["sections"][0]["fields"] = [f for f in fields if f["key"] != "child_name"]
    published = factories.publish(procedure, {**content, "code": procedure.code, "level": 2}, factories.LISTS)
    again = kept_forms.find(kept.reference)
    assert again is not None
    typed = kept_forms.typed_for(again, published)
    assert "child_name" not in typed
    assert (typed["child_birth_date"], typed["siblings-0-sibling_name"]) == (["03/02/2026"], ["Nguyễn Văn Đức"])


# --- the address on the paper --------------------------------------------------------------------


def test_a_stranger_learns_nothing_that_was_typed(procedure: Procedure, django_assert_num_queries: Any) -> None:
    _answer, kept = kept_by(procedure)
    Client().get(f"/to-khai/{kept.reference}/")
    with django_assert_num_queries(5):  # the kept form, its procedure, the units, and the two facts of every page
        answer = Client().get(f"/to-khai/{kept.reference.lower().replace('-', '')}/")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    for shown in (procedure.name, f"{kept_forms.last_day(kept):%d/%m/%Y}", "xóa", f"/thu-tuc/{procedure.code}/"):
        assert shown in html
    for typed in ("Nguyễn Thị Ánh", "03/02/2026", "Nguyễn Văn Đức"):
        assert typed not in html


@pytest.mark.parametrize(
    ("role", "goes"), [(Role.RECEPTION, True), (Role.SPECIALIST, False), (Role.EDITOR, False), (None, False)]
)
def test_reception_is_led_to_the_filled_form(procedure: Procedure, role: Role | None, goes: bool) -> None:
    _answer, kept = kept_by(procedure)
    client = Client()
    user = factories.OfficerFactory(roles=[role]).user if role else factories.UserFactory()
    client.force_login(user)
    answer = client.get(f"/to-khai/{kept.reference}/")
    assert answer.status_code == (302 if goes else 200)
    if goes:
        assert answer["Location"].endswith(f"/{procedure.code}/?to-khai={kept.reference}")
    assert "Nguyễn Thị Ánh" not in answer.content.decode()


@pytest.mark.parametrize("code", ["HJ7K-QM9Q", "x" * 3000, "%00", "%C3%28", "..%2f..", "-"])
def test_an_unknown_code_is_one_clear_sentence(code: str, db: None) -> None:
    answer = Client().get(f"/to-khai/{code}/")
    assert answer.status_code == 404


def test_an_expired_code_reads_like_an_unknown_one(procedure: Procedure) -> None:
    _answer, kept = kept_by(procedure)
    KeptForm.objects.update(expires_at=timezone.now())
    answers = [Client().get(f"/to-khai/{code}/") for code in (kept.reference, "HJ7K-QM9Q")]
    assert [a.status_code for a in answers] == [404, 404]
    assert text(answers[0]) == text(answers[1])
    assert "hết hạn giữ" in text(answers[0])


def test_guessing_codes_is_slowed_down(procedure: Procedure, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "lookup": (3, 900)}
    _answer, kept = kept_by(procedure)
    assert [Client().get(f"/to-khai/{kept.reference}/").status_code for _n in range(5)] == [200] * 5
    assert [Client().get("/to-khai/HJ7K-QM9Q/").status_code for _n in range(4)] == [404, 404, 404, 429]
    assert Client().get(f"/to-khai/{kept.reference}/").status_code == 429

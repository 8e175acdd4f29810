"""The portal with another place's catalogue: nothing in the code may know the shipped one."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from procedures import spec
from procedures.loading.problems import Problems
from procedures.loading.yamlfile import parse
from procedures.models import Agency, Procedure
from submissions import rules, workflow
from submissions.models import Attachment, Submission
from submissions.states import State
from tests import factories, journey, loaded, values

FOLDER = Path(__file__).parents[1] / "data" / "other-town"


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = parse(path.read_text(), Problems(path.name))
    return found


LISTS = read(FOLDER / "lists.yaml")["lists"]
ALL = {c["code"]: spec.build(c, LISTS) for c in map(read, sorted((FOLDER / "procedures").glob("*.yaml")))}
ONLINE = [s for s in ALL.values() if s.level >= 3]
HALL, BOAT, MARKET, RACE = (ALL[f"7.00000{n}"] for n in (1, 2, 3, 4))


@pytest.fixture(scope="module")
def _catalogue(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with loaded.catalogue(FOLDER, django_db_blocker):
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_catalogue", "db")]


@pytest.fixture
def visitor() -> journey.DjangoVisitor:
    return journey.DjangoVisitor(Client())


def words(page: journey.Page) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.html)))


# --- the commands ----------------------------------------------------------------------------------


def test_it_checks_clean_and_a_dump_of_it_changes_nothing(tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("check_catalogue", str(FOLDER), stdout=out)
    call_command("dump_catalogue", str(tmp_path), verbosity=0, stdout=io.StringIO())
    again = io.StringIO()
    call_command("load_catalogue", str(tmp_path), stdout=again)
    assert again.getvalue().strip().splitlines()[-1] == "Không có gì thay đổi."
    first = {p.name: read(p) for p in (FOLDER / "procedures").iterdir()}
    assert {p.name: read(p) for p in (tmp_path / "procedures").iterdir()} == first
    assert yaml.safe_load((tmp_path / "lists.yaml").read_text())["lists"] == LISTS


def test_every_kind_of_question_is_in_it() -> None:
    kinds = {g.kind for s in ONLINE if s.form for f in s.form.fields() for g in (f, *f.fields)}
    assert kinds == set(spec.KINDS)
    assert {(s.tier, s.level) for s in ALL.values()} == {(t, n) for t in ("town", "ward") for n in (1, 2, 3, 4)}


def test_numbers_of_telephones_stay_as_they_are_written() -> None:
    assert Agency.objects.get(slug="song-may").phone == "0298.3111222"


# --- pages -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ALL)
def test_pages_of_a_procedure(code: str, visitor: journey.DjangoVisitor) -> None:
    procedure = ALL[code]
    page = visitor.get(f"/thu-tuc/{code}/")
    assert page.status == 200
    assert [b.number for b in procedure.legal_basis if b.number not in words(page)] == []
    assert visitor.get(f"/nop-ho-so/{code}/").status == (200 if procedure.level >= 3 else 404)
    blanks = re.findall(rf'href="(/thu-tuc/{re.escape(code)}/bieu-mau/[^"]+\.docx)"', page.html)
    assert bool(blanks) == (procedure.level >= 2 and procedure.form is not None)
    assert [visitor.client.get(url).status_code for url in blanks] == [200] * len(blanks)
    for document in procedure.form_documents:
        answer = visitor.client.get(f"/thu-tuc/{code}/bieu-mau/{document.key}.docx")
        assert answer.status_code == (200 if procedure.level >= 2 else 404)


@pytest.mark.parametrize("code", [HALL.code, RACE.code])
def test_the_blank_form_is_a_pdf(code: str, visitor: journey.DjangoVisitor) -> None:
    key = ALL[code].form_documents[0].key
    assert visitor.client.get(f"/thu-tuc/{code}/bieu-mau/{key}.pdf").content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    "path",
    ["/", "/thu-tuc/", "/thu-tuc/?co-quan=ben-do&muc-do=4", "/muc-do/1/", "/muc-do/4/?co-quan=cho-moi", "/sitemap.xml"],
)
def test_lists_answer(path: str, visitor: journey.DjangoVisitor) -> None:
    assert visitor.get(path).status == 200


def test_former_codes_lead_on(visitor: journey.DjangoVisitor) -> None:
    assert visitor.get("/thu-tuc/7.900004/").path == f"/thu-tuc/{RACE.code}/"


def test_only_units_of_today_take_filings(visitor: journey.DjangoVisitor) -> None:
    page = visitor.get(f"/nop-ho-so/{HALL.code}/")
    assert re.findall(r'name="co-quan" value="([^"]+)"', page.html) == ["ben-do", "cho-moi"]
    gone = visitor.get(f"/nop-ho-so/{HALL.code}/?co-quan=dong-co")
    assert "Ủy ban nhân dân xã Đồng Cỏ không còn nhận hồ sơ mới. Nay hồ sơ nộp tại Ủy ban nhân dân phường Chợ Mới." in (
        words(gone)
    )
    for slug in ("dong-co", "bai-boi", "dong-xa", "phong-van-hoa", "khong-co"):
        refused = visitor.post(f"/nop-ho-so/{HALL.code}/", {"co-quan": [slug]})
        assert (refused.status, refused.path) == (200, f"/nop-ho-so/{HALL.code}/")
    assert Submission.objects.count() == 0


def test_a_town_without_a_one_stop_centre_takes_its_own(visitor: journey.DjangoVisitor) -> None:
    assert "Ủy ban nhân dân thị xã Sông Mây" in words(visitor.get(f"/nop-ho-so/{BOAT.code}/"))


# --- filing ----------------------------------------------------------------------------------------

STORED: dict[str, Any] = {
    "integer": lambda v: int(v[0]),
    "money": lambda v: int(v[0]),
    "year": lambda v: int(v[0]),
    "decimal": lambda v: str(Decimal(v[0].replace(",", "."))),
    "date": lambda v: datetime.datetime.strptime(v[0], "%d/%m/%Y").date().isoformat(),  # noqa: DTZ007 - a day only
    "phone": lambda v: v[0].replace(" ", ""),
    "multichoice": list,
}


def expected(procedure: spec.ProcedureSpec, pick: int) -> dict[str, Any]:
    """What should be stored for what the walker types."""
    known: dict[str, Any] = {}
    answers: dict[str, Any] = {}
    assert procedure.form is not None
    for section in procedure.form.sections:
        typed, _files = values.section(section, known, pick)
        for f in section.fields:
            if f.show_when is not None and not f.show_when.holds(known):
                continue
            if f.kind == "repeat":
                rows = range(int(typed[f"{f.key}-TOTAL_FORMS"][0]))
                answers[f.key] = [_row(f, i, typed, answers) for i in rows]
            elif f.kind == "checkbox" or f.key in typed:
                answers[f.key] = _stored(f, typed.get(f.key))
    return answers


def _row(repeat: spec.Field, i: int, typed: dict[str, list[str]], outer: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for g in repeat.fields:
        given = typed.get(f"{repeat.key}-{i}-{g.key}")
        if (g.show_when is None or g.show_when.holds({**outer, **row})) and (given or g.kind == "checkbox"):
            row[g.key] = _stored(g, given)
    return row


def _stored(f: spec.Field, given: list[str] | None) -> Any:
    if f.kind == "checkbox":
        return given is not None
    assert given is not None
    return STORED.get(f.kind, lambda v: v[0])(given)


@pytest.mark.parametrize("pick", [0, 1, 2])
@pytest.mark.parametrize("procedure", ONLINE, ids=lambda s: s.code)
def test_what_is_typed_is_what_is_stored(
    procedure: spec.ProcedureSpec, pick: int, visitor: journey.DjangoVisitor
) -> None:
    page = journey.file(visitor, journey.Plan(procedure, agency="ben-do", pick=pick))
    assert (page.status, page.mark("state")) == (200, State.SUBMITTED), words(page)
    filed = Submission.objects.get(reference=page.mark("reference"))
    assert filed.answers == expected(procedure, pick)
    needed = {d.key for d in procedure.documents if d.is_needed(filed.answers)}
    assert set(filed.attachments.filter(purpose=Attachment.Purpose.DOCUMENT).values_list("key", flat=True)) == needed
    assert filed.agency.slug == ("ben-do" if procedure.tier == "ward" else "song-may")
    assert (filed.applicant_name, filed.delivery, filed.filed_for_other) == ("Đinh Thị Ngọc Ánh", "counter", False)


def begun(visitor: journey.DjangoVisitor, procedure: spec.ProcedureSpec) -> str:
    """A draft; the address of its steps."""
    page = visitor.post(f"/nop-ho-so/{procedure.code}/", {"co-quan": ["ben-do"]} if procedure.tier == "ward" else {})
    return page.path.removesuffix("nguoi-nop/")


def test_a_ward_of_level_four_sends_by_post_and_by_wire(visitor: journey.DjangoVisitor) -> None:
    ways = re.findall(r'name="delivery" value="(\w+)"', visitor.get(begun(visitor, HALL) + "nhan-ket-qua/").html)
    assert ways == ["counter", "post", "online"]
    page = journey.file(
        journey.DjangoVisitor(Client()),
        journey.Plan(HALL, agency="cho-moi", delivery={**values.DELIVERY, "delivery": ["post"]}),
    )
    filed = Submission.objects.get(reference=page.mark("reference"))
    assert (filed.delivery, filed.delivery_phone) == ("post", "0912345678")


def test_boxes_that_were_unticked_stay_unticked(visitor: journey.DjangoVisitor) -> None:
    steps = begun(visitor, HALL)

    def boxes() -> dict[str, bool]:
        found = re.findall(r'<input type="checkbox" name="(\w+)"([^>]*)>', visitor.get(steps + "hop/").html)
        return {name: " checked" in rest for name, rest in found}

    assert boxes() == {"cleaning": True, "photos": False}
    visitor.post(steps + "hop/", {"action": ["next"]})
    assert boxes() == {"cleaning": False, "photos": False}


def test_defaults_of_every_kind_stand_in_the_new_form(visitor: journey.DjangoVisitor) -> None:
    steps = begun(visitor, HALL)
    html = visitor.get(steps + "buoi_muon/").html
    for name, value in (("year_before", "2020"), ("budget", "250.000"), ("walkers", "0")):
        assert re.search(rf'name="{name}" value="{re.escape(value)}"', html), name
    assert re.findall(r'name="(?:rooms|wants)" value="(\w+)" checked', html) == ["hoi_truong", "loa"]
    assert re.search(r'value="08" checked', visitor.get(steps + "nguoi-muon/").html)
    assert re.search(r'name="things-1-count" value="1"', visitor.get(steps + "do_dac/").html)


def test_an_unchosen_choice_is_not_the_choice_called_false(visitor: journey.DjangoVisitor) -> None:
    page = visitor.post(begun(visitor, BOAT) + "thuyen/", {"action": ["next"]})
    # A box that is not asked counts as not ticked, so that "e" is; "repair" waits for the choice called false.
    assert re.findall(r'<li><a href="#id_(\w+)"', page.html) == ["a", "e"]
    typed = {"a": ["false"], "b": ["on"], "action": ["next"]}
    page = visitor.post(begun(visitor, BOAT) + "thuyen/", typed)
    assert "nên cần trả lời thêm: Bao giờ sửa xong" in words(page)


def test_a_date_may_not_come_before_the_one_it_follows(visitor: journey.DjangoVisitor) -> None:
    typed = {"agree": ["on"], "since": ["31/12/1999"], "until": ["01/01/1999"], "action": ["next"]}
    page = visitor.post(begun(visitor, BOAT) + "cho/", typed)
    assert "“Neo từ” phải từ ngày 01/01/2000 trở đi." in words(page)
    page = visitor.post(begun(visitor, BOAT) + "cho/", {**typed, "since": ["2/1/2001"], "until": ["1/1/2001"]})
    assert "“Neo đến” không được trước “Neo từ” (02/01/2001)." in words(page)


def test_too_few_rows_are_told_and_optional_ones_may_be_none(visitor: journey.DjangoVisitor) -> None:
    steps = begun(visitor, HALL)
    page = visitor.post(
        steps + "do_dac/", {"things-TOTAL_FORMS": ["0"], "helpers-TOTAL_FORMS": ["0"], "action": ["next"]}
    )
    assert (page.step, "Món đồ 2: " in words(page), "Người giúp 1: " in words(page)) == ("do_dac", True, False)


def test_questions_named_like_the_pages_own_inputs(visitor: journey.DjangoVisitor) -> None:
    steps = begun(visitor, MARKET)
    typed = {
        "applicant_name": ["Quầy bà Tư"],
        "delivery": ["post"],
        "delivery_name": ["Chú Tư"],
        "version": ["3"],
        "action": ["Bán chè", "save"],
        "name": ["Tư"],
    }
    visitor.post(steps + "nguoi-ban/", typed)
    html = visitor.get(steps + "nguoi-ban/").html
    assert 'name="action" value="Bán chè"' in html
    assert 'name="version" value="3"' in html
    old = re.search(r'name="draft-version" value="(\d+)"', html)
    assert old is not None
    visitor.post(steps + "nguoi-ban/", {**typed, "version": ["4"], "draft-version": [old[1]]})
    told = visitor.post(steps + "nguoi-ban/", {**typed, "version": ["5"], "draft-version": [old[1]]})
    assert "vừa được lưu ở nơi khác" in words(told)
    draft = Submission.objects.get(draft_key=steps.split("/")[-2])
    assert draft.typed["form"]["version"] == ["4"]
    # Enter in a line of text presses the first button, which stands before the questions.
    page = visitor.post(steps + "nguoi-ban/", {**typed, "action": ["next", "Bán chè"]})
    assert page.step == "giay-to"


def test_a_file_of_a_hidden_question_is_not_sent(visitor: journey.DjangoVisitor) -> None:
    steps = begun(visitor, HALL)
    visitor.post(steps + "buoi_muon/", {"has_stage": ["on"], "action": ["save"]}, [("plan", "sân.jpg", values.photo())])
    draft = Submission.objects.get(draft_key=steps.split("/")[-2])
    assert [a.key for a in draft.attachments.all()] == ["plan"]
    page = journey.file(visitor, journey.Plan(HALL, agency="ben-do", pick=1))  # a new draft; this one stays
    assert page.mark("state") == State.SUBMITTED
    known: dict[str, Any] = {}
    assert HALL.form is not None
    visitor.post(steps + "nguoi-nop/", {**values.APPLICANT, "action": ["next"]})
    for section in HALL.form.sections:
        typed, sent = values.section(section, known, 1)
        files = [(k, name, data) for k, (name, data) in sent.items()]
        visitor.post(f"{steps}{section.key}/", {**typed, "action": ["next"]}, files)
    visitor.post(steps + "giay-to/", {"action": ["next"]}, [("document-doc10", "giấy.jpg", values.photo(seed=2))])
    visitor.post(steps + "nhan-ket-qua/", {**values.DELIVERY, "action": ["next"]})
    page = visitor.post(steps + "kiem-tra/", {"declare_true": ["on"], "action": ["submit"]})
    assert page.mark("state") == State.SUBMITTED, words(page)
    draft.refresh_from_db()
    assert sorted(draft.attachments.values_list("key", flat=True)) == ["doc10", "extra_file"]


def test_fees_follow_conditions_and_unknown_amounts_are_left_to_the_officer(visitor: journey.DjangoVisitor) -> None:
    def fees(procedure: spec.ProcedureSpec, pick: int) -> list[tuple[str, int | None]]:
        page = journey.file(journey.DjangoVisitor(Client()), journey.Plan(procedure, agency="ben-do", pick=pick))
        filed = Submission.objects.get(reference=page.mark("reference"))
        return [(f["name"], f["amount"]) for f in filed.fees]

    assert fees(HALL, 0) == [("Tiền điện", None), ("Phí âm thanh", None)]
    assert fees(HALL, 1) == [("Phí dọn dẹp", 50000), ("Phí âm thanh", None)]
    assert fees(RACE, 2) == [("Phí thẩm định", None)]
    assert fees(BOAT, 0) == []


def test_every_time_limit_gives_a_day(visitor: journey.DjangoVisitor) -> None:
    clerk = rules.officer_actor(factories.OfficerFactory(agency=Agency.objects.get(slug="ben-do")))
    page = journey.file(visitor, journey.Plan(HALL, agency="ben-do"))
    filed = Submission.objects.get(reference=page.mark("reference"))
    workflow.receive(filed.pk, by=clerk)
    page = visitor.get(f"/ho-so/{filed.reference}/")
    filed.refresh_from_db()
    assert filed.due_on is not None
    assert (page.mark("due-on"), page.mark("dossier-code")) == (filed.due_on.isoformat(), filed.dossier_code)
    assert Procedure.objects.get(code=HALL.code).spec == HALL

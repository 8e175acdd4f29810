"""The register of a year: its lines, its numbers, the workbook, the official form, and who may take it."""

from __future__ import annotations

import copy
import datetime
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from procedures.models import Agency
from submissions import papers, register, rules, workflow
from submissions.models import DossierCounter, Submission
from submissions.register.words import COLUMNS, heading, line
from submissions.states import State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory, clerk, publish
from tests.procedures import pdftext

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year
TITLES = [str(title) for title, _width, _kind in COLUMNS]


def ward() -> Agency:
    return AgencyFactory(slug="bac-hong", name="Ủy ban nhân dân phường Bắc Hồng", short_name="UBND phường Bắc Hồng")


def run(*args: Any) -> str:
    out = io.StringIO()
    call_command("export_register", *map(str, args), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def sheet(path: Path, title: str = "UBND phường Bắc Hồng") -> list[dict[str, Any]]:
    """Lines of a sheet by the titles of their columns."""
    rows = [[c.value for c in row] for row in openpyxl.load_workbook(path)[title].iter_rows(min_row=4)]
    assert rows[0] == TITLES
    return [dict(zip(TITLES, row, strict=True)) for row in rows[1:]]


def received(agency: Agency, day: datetime.date, **more: Any) -> Submission:
    with time_machine.travel(datetime.datetime(day.year, day.month, day.day, 2, 0, tzinfo=datetime.UTC), tick=False):
        return SubmissionFactory(at=State.RECEIVED, agency=agency, **more)


def numbers(agency: Agency, year: int) -> list[tuple[int | None, str | None]]:
    return [(e.number, e.submission.dossier_code) for e in register.book_of(agency, year).entries()]


# --- which lines, in which order -----------------------------------------------------------------


def test_numbers_run_through_the_year_and_agree_with_the_receipts() -> None:
    agency = ward()
    days = [(2025, 12, 31), (2026, 1, 5), (2026, 1, 5), (2026, 3, 2)]
    made = [received(agency, datetime.date(*d)) for d in days]
    found = numbers(agency, 2026)
    assert found == [(1, made[1].dossier_code), (2, made[2].dossier_code), (3, made[3].dossier_code)]
    assert [papers.book_entry(code) for _n, code in found] == [(2026, n) for n, _code in found]
    assert numbers(agency, 2025) == [(1, made[0].dossier_code)]
    assert numbers(agency, 2024) == []


def test_only_what_was_received_and_meant() -> None:
    agency = ward()
    for state in (State.DRAFT, State.SUBMITTED, State.REFUSED):
        SubmissionFactory(at=state, agency=agency)
    rehearsal = SubmissionFactory(at=State.RECEIVED, agency=agency)
    Submission.objects.filter(pk=rehearsal.pk).update(is_rehearsal=True)
    SubmissionFactory(at=State.RECEIVED)
    kept = SubmissionFactory(at=State.STOPPED, agency=agency)
    assert [code for _n, code in numbers(agency, YEAR)] == [kept.dossier_code]


def test_a_code_of_another_system_stands_last_without_a_number() -> None:
    agency = ward()
    strange, own = (SubmissionFactory(at=State.RECEIVED, agency=agency) for _i in range(2))
    Submission.objects.filter(pk=strange.pk).update(dossier_code="HS 17 cũ")
    assert numbers(agency, YEAR) == [(2, own.dossier_code), (None, "HS 17 cũ")]
    assert numbers(agency, YEAR - 1) == []


def test_a_town_and_its_centre_keep_one_book() -> None:
    town = AgencyFactory(town=True)
    centre = AgencyFactory(centre=True, parent=town)
    made = [SubmissionFactory(at=State.RECEIVED, agency=a) for a in (town, centre)]
    for agency in (town, centre):
        book = register.book_of(agency, YEAR)
        assert (book.agency, {e.submission for e in book.entries()}) == (town, set(made))
    assert [b.agency for b in register.books(YEAR)] == [town]


def test_reading_many_lines_takes_few_queries(django_assert_num_queries: Any) -> None:
    agency = ward()
    first = SubmissionFactory(at=State.RECEIVED, agency=agency)
    for _i in range(3):
        SubmissionFactory(at=State.RECEIVED, agency=agency, procedure=first.procedure)
    with django_assert_num_queries(3):
        assert len([line(entry) for entry in register.book_of(agency, YEAR).entries()]) == 4


# --- what a line says ----------------------------------------------------------------------------


def test_a_line_says_what_the_form_asks() -> None:
    agency = ward()
    s = SubmissionFactory(at=State.HANDED_OVER, agency=agency, filed_for_other=True, owner_name="Đặng Thị Ỷ", sets=3)
    Submission.objects.update(channel="post")
    (entry,) = register.book_of(agency, YEAR).entries()
    today = timezone.localdate()
    cells = dict(zip(TITLES, line(entry), strict=True))
    moment = cells.pop("Ngày nhận hồ sơ")
    assert timezone.localtime(s.received_at).replace(tzinfo=None, second=0, microsecond=0) == moment
    assert cells == {
        "STT": 1,
        "Mã hồ sơ": s.dossier_code,
        "Tên thủ tục hành chính": "Đăng ký khai sinh",
        "Số bộ hồ sơ": 3,
        "Tổ chức, cá nhân nộp hồ sơ": "Nguyễn Văn Bình",
        "Địa chỉ, số điện thoại": "Tổ dân phố 3, phường Bắc Hồng; 0912345678",
        "Cơ quan chủ trì giải quyết": s.revision.spec.handling_office or s.revision.spec.deciding_authority,
        "Ngày hẹn trả kết quả": s.due_on,
        "Ngày nhận kết quả từ cơ quan giải quyết": today,
        "Ngày trả kết quả": today,
        "Phương thức trả kết quả": "tại một cửa",
        "Ký nhận": "",
        "Kênh nộp": "bưu chính",
        "Ghi chú": "Chủ hồ sơ: Đặng Thị Ỷ",
    }


def test_remarks_tell_how_it_ended() -> None:
    agency = ward()
    s = SubmissionFactory(at=State.STOPPED, agency=agency)
    (entry,) = register.book_of(agency, YEAR).entries()
    assert line(entry)[-1] == f"dừng xử lý {timezone.localtime(s.closed_at):%d/%m/%Y}"


@pytest.mark.parametrize(("year", "number", "issued"), [(2024, "06", "01/2018"), (2025, "07", "03/2025")])
def test_the_form_is_that_of_the_set_in_force_at_the_end_of_the_year(year: int, number: str, issued: str) -> None:
    agency, title, footnote = heading(register.book_of(ward(), year))
    assert (agency, title) == ("Ủy ban nhân dân phường Bắc Hồng", f"SỔ THEO DÕI HỒ SƠ NĂM {year}")
    assert f"Mẫu số {number}" in footnote
    assert issued in footnote


# --- the command ---------------------------------------------------------------------------------


def test_the_workbook_has_dates_as_dates_and_text_as_text(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.HANDED_OVER, agency=ward(), applicant_name="=Trần Văn Số")
    said = run(YEAR, tmp_path / "so.xlsx")
    assert f"sổ năm {YEAR} của 1 cơ quan, 1 hồ sơ" in said
    (found,) = sheet(tmp_path / "so.xlsx")
    assert found["Tổ chức, cá nhân nộp hồ sơ"] == "=Trần Văn Số"
    assert found["STT"] == 1
    assert found["Ngày hẹn trả kết quả"] == datetime.datetime.combine(s.due_on, datetime.time())
    cells = openpyxl.load_workbook(tmp_path / "so.xlsx").active[5]
    assert "f" not in {c.data_type for c in cells}
    assert [c.data_type for c in cells if c.column in (8, 9)] == ["d", "d"]


def test_a_sheet_for_every_desk_or_only_the_named_one(tmp_path: Path) -> None:
    SubmissionFactory(at=State.RECEIVED, agency=ward())
    other = SubmissionFactory(at=State.RECEIVED).agency
    run(YEAR, tmp_path / "a.xlsx")
    assert set(openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames) == {"UBND phường Bắc Hồng", other.short_name}
    run(YEAR, tmp_path / "b.xlsx", "--agency", "bac-hong")
    assert openpyxl.load_workbook(tmp_path / "b.xlsx").sheetnames == ["UBND phường Bắc Hồng"]


def test_the_default_file_stands_in_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    SubmissionFactory(at=State.RECEIVED, agency=ward())
    monkeypatch.chdir(tmp_path)
    run(YEAR)
    run(YEAR, "--agency", "bac-hong")
    files = sorted(p.name for p in tmp_path.iterdir() if p.is_file())
    assert files == [f"so-theo-doi-ho-so-{YEAR}.xlsx", f"so-theo-doi-ho-so-bac-hong-{YEAR}.xlsx"]


def test_a_year_without_dossiers_is_an_empty_book(tmp_path: Path) -> None:
    AgencyFactory(town=True, short_name="UBND thị xã")
    assert "0 hồ sơ" in run(2020, tmp_path / "so.xlsx")
    assert sheet(tmp_path / "so.xlsx", "UBND thị xã") == []


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("hai nghìn", "a.xlsx"), "không phải một năm"),
        (("99999", "a.xlsx"), "không phải một năm"),
        (("-5", "a.xlsx"), "không phải một năm"),
        ((str(YEAR), "a.txt"), r"\.xlsx hoặc \.pdf"),
        ((str(YEAR), "a.xlsx", "--agency", "sai"), "Không có cơ quan"),
        ((str(YEAR), "/khong/co/a.xlsx"), "Không ghi được"),
        ((str(YEAR), "a\0b.xlsx"), "Không ghi được"),
    ],
)
def test_bad_input_ends_in_a_sentence(args: tuple[str, ...], words: str) -> None:
    SubmissionFactory(at=State.RECEIVED, agency=ward())
    with pytest.raises(CommandError, match=words):
        run("--", *args) if args[0].startswith("-") else run(*args)


def test_nothing_is_overwritten_unless_asked(tmp_path: Path) -> None:
    SubmissionFactory(at=State.RECEIVED, agency=ward())
    (tmp_path / "so.xlsx").write_text("cũ")
    with pytest.raises(CommandError, match="--force"):
        run(YEAR, tmp_path / "so.xlsx")
    assert (tmp_path / "so.xlsx").read_text() == "cũ"
    run(YEAR, tmp_path / "so.xlsx", "--force")
    assert len(sheet(tmp_path / "so.xlsx")) == 1


# --- on paper ------------------------------------------------------------------------------------


def test_the_official_form(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.HANDED_OVER, agency=ward(), applicant_name="Công Tằng Tôn Nữ Thị Ánh Nguyệt Hương")
    run(YEAR, tmp_path / "so.pdf", "--agency", "bac-hong")
    with pdftext.open_pdf((tmp_path / "so.pdf").read_bytes()) as paper:
        text = pdftext.words(paper)
        assert [round(float(side)) for side in paper.pages[0].mediabox] == [0, 0, 842, 595]
        assert {name.split("-")[0] for name in pdftext.fonts(paper)} == {"Tinos"}
    said = [*TITLES, s.dossier_code or "", "Công Tằng Tôn Nữ Thị Ánh Nguyệt Hương", f"SỔ THEO DÕI HỒ SƠ NĂM {YEAR}"]
    assert [words for words in said if "".join(words.split()) not in text] == []
    assert "01" + (s.dossier_code or "") in text


def test_a_long_form_is_drawn_in_parts_with_numbers_that_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 40 lines, the last of 20: how many lines a part has is a matter of memory."""
    monkeypatch.setattr(register.paper, "LINES", 40)
    agency = ward()
    first = SubmissionFactory(at=State.RECEIVED, agency=agency)
    first.draft_key = ""
    rows = [clone(first, i) for i in range(2, 2 * register.paper.LINES + 21)]
    Submission.objects.bulk_create(rows)
    DossierCounter.objects.update(last=len(rows) + 1)
    with (tmp_path / "so.pdf").open("wb") as to:
        pages = register.drawn(register.book_of(agency, YEAR), to)
    with pdftext.open_pdf((tmp_path / "so.pdf").read_bytes()) as paper:
        assert len(paper.pages) == pages
        text = pdftext.words(paper)
    assert [n for n in range(1, pages + 1) if f"Trang{n}" not in text] == []
    assert text.count("NgườilậpsổKý") + text.count("Ngườilậpsổ(Ký") == 1
    assert text.count("Mãhồsơ") == pages


def clone(first: Submission, number: int) -> Submission:
    row = Submission.objects.get(pk=first.pk)
    code = f"{(first.dossier_code or '')[:-4]}{number:04d}"
    row.pk, row.reference, row.draft_key, row.dossier_code = None, f"R{number}", f"d{number}", code
    return row


# --- the page ------------------------------------------------------------------------------------


def page(officer: Any, query: str = "") -> Any:
    client = Client()
    client.force_login(officer.user)
    return client.get(reverse("admin:submissions_register") + query)


@pytest.mark.parametrize(
    ("role", "status"), [("reception", 200), ("leader", 200), ("specialist", 403), ("editor", 403)]
)
def test_reception_and_leaders_keep_the_register(role: str, status: int) -> None:
    assert page(OfficerFactory(agency=ward(), roles=[role])).status_code == status


def test_the_page_offers_years_and_gives_the_own_book_alone(tmp_path: Path) -> None:
    agency = ward()
    mine = SubmissionFactory(at=State.RECEIVED, agency=agency)
    SubmissionFactory(at=State.RECEIVED)
    officer = OfficerFactory(agency=agency, roles=["leader"])
    assert "Tải XLSX" in page(officer).content.decode()
    answer = page(officer, f"?nam={YEAR}&dang=xlsx")
    assert answer["Content-Disposition"].endswith(f'filename="so-theo-doi-ho-so-bac-hong-{YEAR}.xlsx"')
    (tmp_path / "a.xlsx").write_bytes(b"".join(answer.streaming_content))
    assert [row["Mã hồ sơ"] for row in sheet(tmp_path / "a.xlsx")] == [mine.dossier_code]
    printed = page(officer, f"?nam={YEAR}&dang=pdf")
    assert b"".join(printed.streaming_content).startswith(b"%PDF-")


@pytest.mark.parametrize("query", ["?nam=1999", "?nam=x", "?nam=99999999999999", "?nam=%00", f"?nam={YEAR}0"])
def test_a_year_that_is_not_offered_shows_the_page(query: str) -> None:
    assert "Chọn năm" in page(OfficerFactory(agency=ward(), roles=["leader"]), query).content.decode()


def test_the_desk_links_to_the_register() -> None:
    address = reverse("admin:submissions_register")
    for role, is_there in (("reception", True), ("specialist", False)):
        client = Client()
        client.force_login(OfficerFactory(agency=ward() if is_there else AgencyFactory(), roles=[role]).user)
        html = client.get(reverse("admin:submissions_submission_changelist")).content.decode()
        assert (address in html) == is_there


# --- the whole file from the record --------------------------------------------------------------


def test_an_officer_takes_the_whole_file_from_the_record() -> None:
    s = SubmissionFactory(at=State.RECEIVED, agency=ward())
    client = Client()
    client.force_login(clerk(s.agency).user)
    address = reverse("admin:submissions_submission_pack", args=[s.pk])
    record = client.get(reverse("admin:submissions_submission_change", args=[s.pk])).content.decode()
    assert address in record
    assert client.get(address).status_code == 405
    answer = client.post(address)
    content = b"".join(answer.streaming_content)
    assert content.startswith(b"PK")
    assert (s.tracking_secret or "?").encode() not in content
    assert answer["Content-Disposition"] == f'attachment; filename="ho-so-{s.dossier_code}.zip"'
    assert s.events.filter(verb="export", actor=clerk(s.agency).user).count() == 1


def test_strangers_and_cashiers_do_not_take_it() -> None:
    s = SubmissionFactory(at=State.RECEIVED, agency=ward())
    workflow.add_note(s.pk, by=rules.officer_actor(clerk(s.agency)), note="x")
    for officer, status in ((OfficerFactory(), 404), (OfficerFactory(agency=s.agency, roles=["cashier"]), 403)):
        client = Client()
        client.force_login(officer.user)
        assert client.post(reverse("admin:submissions_submission_pack", args=[s.pk])).status_code == status
    assert not s.events.filter(verb="export").exists()


# --- what was declared ---------------------------------------------------------------------------


def test_the_answers_of_one_procedure_over_two_revisions(tmp_path: Path) -> None:
    agency = ward()
    first = SubmissionFactory(at=State.RECEIVED, agency=agency)
    procedure = first.procedure
    content = copy.deepcopy(procedure.published.content)
    content["form"]["sections"][0]["fields"][0]["label"] = "Họ tên của con"
    content["form"]["sections"][0]["fields"].append({"key": "note", "label": "Ghi thêm", "kind": "text"})
    publish(procedure, content)
    answers = {**first.answers, "note": "=Mới", "siblings": []}
    second = SubmissionFactory(at=State.RECEIVED, agency=agency, procedure=procedure, answers=answers)
    SubmissionFactory(at=State.RECEIVED, agency=agency)
    run(YEAR, tmp_path / "a.xlsx", "--agency", "bac-hong", "--procedure", procedure.code)
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    titles, *rows = ([c.value for c in row] for row in book["Nội dung khai"].iter_rows(min_row=4))
    lines = [dict(zip(titles, row, strict=True)) for row in rows]
    assert [line["Mã hồ sơ"] for line in lines] == [first.dossier_code, second.dossier_code]
    assert [line["Họ tên của con"] for line in lines] == ["NGUYỄN THỊ ÁNH"] * 2
    assert [line["Ghi thêm"] for line in lines] == [None, "=Mới"]
    assert lines[0]["Anh, chị em"] == "Họ và tên: Nguyễn Văn Đức; Năm sinh: 2020"
    repeat = [[c.value for c in row] for row in book["Anh, chị em"].iter_rows(min_row=2)]
    assert repeat == [[1, first.dossier_code, "Nguyễn Văn Bình", "Nguyễn Văn Đức", "2020"]]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("a.xlsx", "--procedure", "9.9"), "--agency"),
        (("a.pdf", "--agency", "bac-hong", "--procedure", "1.001193"), "Không có thủ tục|--agency"),
        (("a.xlsx", "--agency", "bac-hong", "--procedure", "9.9"), "Không có thủ tục"),
    ],
)
def test_answers_need_an_agency_and_a_known_procedure(args: tuple[str, ...], words: str) -> None:
    SubmissionFactory(at=State.RECEIVED, agency=ward())
    with pytest.raises(CommandError, match=words):
        run(YEAR, *args)

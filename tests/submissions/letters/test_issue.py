"""Issuing a letter: what it says, that the preview says the same, its number, its file, and that it stays as it is."""

from __future__ import annotations

import datetime
import hashlib
import html
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from portal.lib import pdf
from submissions import letters, rules, workflow
from submissions.errors import LetterNotMade, NotPossible, SubmissionError
from submissions.letters import layout
from submissions.models import Attachment, Letter, LetterCounter, LetterIsIssued, LetterTemplate, Officer, Submission
from submissions.states import State
from tests.factories import AgencyFactory, AttachmentFactory, OfficerFactory, ProcedureFactory, clerk, document
from tests.procedures import pdftext
from tests.submissions.letters.made import in_progress, template

CODE = re.compile(r'src="data:[^"]+"')
NOW = datetime.datetime(2026, 2, 5, 3, 0, tzinfo=datetime.UTC)  # 10:00 in Việt Nam


def finish(s: Submission, made: LetterTemplate, **more: Any) -> Submission:
    officer = clerk(s.agency)
    return workflow.finish(s.pk, by=rules.officer_actor(officer), letter=letters.maker(made, officer), **more)


def text_of(page: str) -> str:
    """The words of the page, blanks tidied."""
    inside = page[page.index("<article>") : page.index("</article>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inside)).split())


def words_of(row: Attachment) -> str:
    with row.file.open() as stream, pdftext.open_pdf(stream.read()) as opened:
        return pdftext.words(opened)


# --- what it says --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_letter_says_what_was_filed() -> None:
    ward = AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng")
    made = template(signer_title="TM. ỦY BAN NHÂN DÂN\n\nCHỦ TỊCH")
    with time_machine.travel(NOW, tick=False):
        s = in_progress(made, agency=ward)
        finish(s, made)
    letter = Letter.objects.get()
    s.refresh_from_db()
    assert text_of(layout.page(letter.content)) == (
        "ỦY BAN NHÂN DÂN PHƯỜNG BẮC HỒNG Số: 01/GXN-UBND"
        " CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Độc lập - Tự do - Hạnh phúc"
        " Bắc Hồng, ngày 05 tháng 02 năm 2026 GIẤY XÁC NHẬN"
        " Xác nhận ông/bà Nguyễn Văn Bình , Tổ dân phố 3, phường Bắc Hồng, đã đăng ký khai sinh cho:"
        " Họ tên: NGUYỄN THỊ ÁNH, Nữ Ngày sinh: 03/02/2026 Anh, chị em 1. Nguyễn Văn Đức, sinh năm 2020"
        " Văn bản số 01/GXN-UBND, ngày 05 tháng 02 năm 2026."
        f" Nơi nhận: Nguyễn Văn Bình; Lưu: VT, hồ sơ {s.dossier_code}."
        f" Quét mã để kiểm tra văn bản Hồ sơ {s.dossier_code} Mã kiểm tra {letter.sha256[:16].upper()}"
        " TM. ỦY BAN NHÂN DÂN CHỦ TỊCH"
    )
    asked = f"so=01%2FGXN-UBND&ngay=2026-02-05&ma={letter.sha256[:16].upper()}"
    assert layout.verify_address(letter.content) == f"http://testserver/xac-minh/?{asked}"
    row = letter.attachment
    assert row is not None
    said = words_of(row)
    assert "NGUYỄNTHỊÁNH" in said
    assert "Số:01/GXN-UBND" in said


@pytest.mark.django_db
def test_the_file_is_a_result_and_its_hash_is_on_the_event() -> None:
    made = template()
    s = finish(in_progress(made), made, result_note="Đã cấp.")
    letter = Letter.objects.get()
    row = s.attachments.get(purpose="result")
    with row.file.open() as stream:
        content = stream.read()
    event = s.events.get(verb="finish")
    assert s.state == State.RESULT_READY
    assert letter.attachment == row
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert (row.size, row.pages, row.content_type) == (len(content), 1, "application/pdf")
    assert row.name == "Giấy xác nhận 01-GXN-UBND.pdf"
    assert row.signature["state"] == "none"
    assert event.data["files"] == [row.sha256]
    assert (event.data["letter"], event.data["letter_sha256"]) == ("01/GXN-UBND", letter.sha256)
    assert letter.sha256 == layout.digest(letter.content)
    assert (letter.number, letter.symbol, letter.agency_id, letter.issued_by) == (
        1, "GXN-UBND", s.agency_id, clerk(s.agency),
    )  # fmt: skip


@pytest.mark.django_db
def test_a_letter_beside_files_and_the_leader_s_approval() -> None:
    made = template(body="{{ho_so.ket_qua}}", title="GIẤY CỦA {{chu_ho_so.ten}}")
    s = in_progress(made)
    officer = clerk(s.agency)
    workflow.propose(s.pk, by=rules.officer_actor(officer))
    note = "Đủ điều kiện."
    by = rules.officer_actor(officer)
    after = workflow.approve(s.pk, by=by, result_note=note, letter=letters.maker(made, officer))
    content = Letter.objects.get().content
    assert after.state == State.RESULT_READY
    assert content["blocks"][0]["lines"] == [[{"text": note, "bold": False}]]
    assert "".join(p["text"] for p in content["title"]) == "GIẤY CỦA Nguyễn Văn Bình"


@pytest.mark.django_db
def test_a_question_answered_with_a_file_is_the_name_of_the_file() -> None:
    content = document()
    content["form"]["sections"][0]["fields"].append({"key": "photo", "label": "Ảnh", "kind": "file"})
    made = template(ProcedureFactory(content=content), body="{{photo}}")
    s = in_progress(made)
    AttachmentFactory(submission=s, purpose="field", key="photo", name="mới.jpg")
    AttachmentFactory(submission=s, purpose="field", key="photo", name="cũ.jpg", removed_at=NOW)
    composed = letters.compose(made, letters.setting_of(s, made.symbol, clerk(s.agency), NOW))
    assert composed["blocks"][0]["lines"] == [[{"text": "mới.jpg", "bold": False}]]


@pytest.mark.django_db
def test_what_people_typed_stays_text() -> None:
    made = template(body="**{{nguoi_nop.dia_chi}}** {{nguoi_nop.ten}}")
    s = in_progress(made)
    nasty = "<script>alert(1)</script> & \"{{so}}\" '**' {% now %}"
    Submission.objects.filter(pk=s.pk).update(applicant_name=nasty, applicant_address="A\n<b>B")
    s.refresh_from_db()
    setting = letters.setting_of(s, made.symbol, clerk(s.agency), NOW)
    page = letters.page(letters.compose(made, setting))
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;{{so}}&quot; &#x27;**&#x27; {% now %}" in page
    assert "<b>A<br>&lt;b&gt;B</b>" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("name", "above", "agency", "place"),
    [
        ("Ủy ban nhân dân thị xã Hồng Lĩnh", [], ["ỦY BAN NHÂN DÂN", "THỊ XÃ HỒNG LĨNH"], "Hồng Lĩnh"),
        ("Phòng Tư pháp", ["ỦY BAN NHÂN DÂN THỊ XÃ HỒNG LĨNH"], ["PHÒNG TƯ PHÁP"], "Phòng Tư pháp"),
    ],
)
@pytest.mark.django_db
def test_the_head_names_the_agency(name: str, above: list[str], agency: list[str], place: str) -> None:
    parent = AgencyFactory(name="Ủy ban nhân dân thị xã Hồng Lĩnh") if above else None
    made = template()
    issuer = AgencyFactory(name=name, parent=parent)
    content = letters.compose(made, letters.sample(made.procedure, issuer))
    assert (content["above"], content["agency"], content["place"]) == (above, agency, place)


# --- preview and issue ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_preview_equals_the_issued_letter_byte_for_byte() -> None:
    made = template(signer_title="CHỦ TỊCH")
    with time_machine.travel(NOW, tick=False):
        s = in_progress(made)
        open_number = letters.setting_of(s, made.symbol, clerk(s.agency), timezone.now())
        preview = layout.page(letters.compose(made, open_number), preview=True)
        finish(s, made)
    issued = layout.page(Letter.objects.get().content)
    assert "XEM TRƯỚC" in preview
    assert "XEM TRƯỚC" not in issued
    assert preview.count("…/GXN-UBND") == 2
    article = preview[preview.index("<article>") : preview.index("</article>")].replace("…/GXN-UBND", "01/GXN-UBND")
    # The code and the mark beside it follow from the number.
    mark = layout.mark_of(Letter.objects.get().content)
    assert CODE.sub("", article.replace("Mã kiểm tra …", f"Mã kiểm tra {mark}")) in CODE.sub("", issued)
    filled = letters.setting_of(s, made.symbol, clerk(s.agency), NOW, "01")
    assert layout.page(letters.compose(made, filled)) == issued


# --- immutable -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_issued_letter_is_never_changed() -> None:
    made = template()
    s = finish(in_progress(made), made)
    letter = Letter.objects.get()
    page, file = layout.page(letter.content), s.attachments.get(purpose="result").sha256
    letter.symbol = "KHAC"
    with pytest.raises(LetterIsIssued):
        letter.save()
    made.body = "Khác hẳn."
    made.save()
    made.delete()
    letter = Letter.objects.get()
    assert (letter.template, str(letter)) == (None, "01/GXN-UBND")
    assert layout.page(letter.content) == page
    assert letter.attachment is not None
    assert letter.attachment.sha256 == file


# --- the number ----------------------------------------------------------------------------------


def number(s: Submission, made: LetterTemplate) -> str:
    finish(s, made)
    return str(Letter.objects.get(submission=s))


@pytest.mark.django_db
def test_every_agency_symbol_and_year_has_its_own_series() -> None:
    made = template()
    other = template(made.procedure, name="Khác", symbol="TB-UBND")
    ward, next_ward = AgencyFactory(), AgencyFactory()
    last_second = datetime.datetime(2026, 12, 31, 16, 59, 59, tzinfo=datetime.UTC)
    with time_machine.travel(last_second, tick=False):
        assert number(in_progress(made, agency=ward), made) == "01/GXN-UBND"
        assert number(in_progress(made, agency=ward), made) == "02/GXN-UBND"
        assert number(in_progress(made, agency=ward), other) == "01/TB-UBND"
        assert number(in_progress(made, agency=next_ward), made) == "01/GXN-UBND"
    with time_machine.travel(last_second + datetime.timedelta(seconds=1), tick=False):
        assert number(in_progress(made, agency=ward), made) == "01/GXN-UBND"
    years = Letter.objects.filter(agency=ward, symbol="GXN-UBND").values_list("year", "number")
    assert sorted(years) == [(2026, 1), (2026, 2), (2027, 1)]


@pytest.mark.django_db
def test_a_number_of_three_digits_takes_no_nought() -> None:
    made = template()
    s = in_progress(made)
    LetterCounter.objects.create(agency=s.agency, symbol="GXN-UBND", year=timezone.localdate().year, last=122)
    assert number(s, made) == "123/GXN-UBND"


@pytest.mark.django_db
def test_a_rehearsal_takes_no_number_and_is_marked() -> None:
    made = template()
    s = in_progress(made)
    s.is_rehearsal = True
    with transaction.atomic():
        row, remembered = letters.issue(s, made, clerk(s.agency), NOW)
    said = words_of(row)
    assert "Số:THỬ/GXN-UBND" in said
    assert "BẢNTHỬ–KHÔNGCÓGIÁTRỊSỬDỤNG" in said
    assert remembered["letter"] == "THỬ/GXN-UBND"
    assert (Letter.objects.count(), LetterCounter.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_a_letter_that_cannot_be_made_changes_nothing_and_gives_its_number_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = template()
    s = in_progress(made)
    with monkeypatch.context() as broken:
        broken.setattr(pdf, "WORKER", pdf.WORKER.with_name("no_such_worker.py"))
        with pytest.raises(LetterNotMade, match="số văn bản chưa bị dùng"):
            finish(s, made)
    s.refresh_from_db()
    assert s.state == State.IN_PROGRESS
    assert (Letter.objects.count(), s.attachments.filter(purpose="result").count()) == (0, 0)
    assert LetterCounter.objects.filter(last__gt=0).count() == 0
    assert number(s, made) == "01/GXN-UBND"


@pytest.mark.django_db
@pytest.mark.parametrize("changes", [{"is_active": False}, {"body": "{{gone}}"}])
def test_a_template_that_cannot_be_used_is_refused_under_the_lock(changes: dict[str, Any]) -> None:
    made = template()
    s = in_progress(made)
    LetterTemplate.objects.filter(pk=made.pk).update(**changes)
    with pytest.raises(NotPossible):
        finish(s, LetterTemplate.objects.get(pk=made.pk))
    assert LetterCounter.objects.count() == 0


@pytest.mark.django_db
def test_a_template_of_another_procedure_is_refused() -> None:
    with pytest.raises(NotPossible, match="Mẫu này không dùng cho hồ sơ này"):
        finish(in_progress(template()), template(name="Khác"))


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_double_when_many_issue_at_once_and_some_fail() -> None:
    """Six connections on one series; every third fails after it has taken its number."""
    made, ward = template(body="{{child_name}}"), AgencyFactory()
    officers = [OfficerFactory(agency=ward) for _ in range(6)]
    filed = [in_progress(made, agency=ward) for _ in officers]
    start = threading.Barrier(len(filed))
    outcomes: list[str] = [""] * len(filed)

    def failing(officer: Officer) -> Callable[..., Any]:
        make = letters.maker(made, officer)

        def fail(s: Submission, now: datetime.datetime) -> Any:
            make(s, now)
            raise NotPossible("hỏng sau khi lấy số")

        return fail

    def work(place: int) -> None:
        start.wait()
        officer = officers[place]
        make = failing(officer) if place % 3 == 0 else letters.maker(made, officer)
        try:
            workflow.finish(filed[place].pk, by=rules.officer_actor(officer), letter=make)
            outcomes[place] = "done"
        except SubmissionError as problem:
            outcomes[place] = str(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(filed))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == ["hỏng sau khi lấy số" if place % 3 == 0 else "done" for place in range(6)]
    assert sorted(Letter.objects.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert LetterCounter.objects.get().last == 4
    printed = {words_of(row).split("Số:")[1].split("/")[0] for row in Attachment.objects.filter(purpose="result")}
    assert printed == {"01", "02", "03", "04"}

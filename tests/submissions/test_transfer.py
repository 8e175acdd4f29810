"""A submission leaves as a pack and arrives in another install: nothing is lost, nothing is half there."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from procedures.models import Agency, Procedure, ProcedureRevision, Sector
from submissions import papers, rules, transfer, workflow
from submissions.errors import NotAllowed
from submissions.letters.layout import digest
from submissions.models import (
    Attachment,
    DossierCounter,
    Event,
    KeptForm,
    Letter,
    LetterCounter,
    Message,
    Paper,
    Rating,
    Submission,
    SupplementRequest,
)
from submissions.states import State
from submissions.transfer import layout
from submissions.transfer.gathering import safe_name
from tests.factories import PDF, AttachmentFactory, OfficerFactory, SubmissionFactory, clerk

pytestmark = pytest.mark.django_db


def run(command: str, *args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command(command, *map(str, args), stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def packed(submission: Submission, path: Path, *, with_secret: bool = True) -> dict[str, Any]:
    with path.open("wb") as to:
        return transfer.export(submission, to, by=rules.SYSTEM_ACTOR, with_secret=with_secret)


def member(path: Path, name: str) -> Any:
    with zipfile.ZipFile(path) as pack:
        return json.loads(pack.read(name))


def brought(path: Path, agency: str = "") -> Submission:
    with transfer.opened(path) as pack:
        return transfer.bring_in(pack, transfer.plan(pack, agency), by=rules.SYSTEM_ACTOR).submission


def rich() -> Submission:
    """A submission with rounds, replaced files, photos with their combined PDF, papers, and awkward file names."""
    s = SubmissionFactory(via="submit request_supplement", filed_for_other=True, owner_name="Đặng Thị Ỷ")
    request = s.supplement_requests.get()
    AttachmentFactory(submission=s, supplement=request, pending=True, name="giấy chứng sinh.pdf", data=PDF + b"% 2")
    workflow.supplement(s.pk, by=rules.citizen("Bình"), answers={**s.answers, "child_sex": "nam"}, message="Đã sửa.")
    by = rules.officer_actor(clerk(s.agency))
    workflow.receive(s.pk, by=by)
    workflow.add_note(s.pk, by=by, note="Đã gọi điện.")
    photo = AttachmentFactory(submission=s, name='ảnh "chụp" ‘1’.jpg', content_type="image/jpeg", data=b"photo")
    AttachmentFactory(
        submission=s, name="giấy chứng sinh.pdf", purpose=Attachment.Purpose.COMBINED, data=PDF + b"% 3",
        made_from=[{"pk": photo.pk, "sha256": photo.sha256}],
    )  # fmt: skip
    AttachmentFactory(submission=s, name="dài " * 62 + ".pdf", data=PDF + b"% 4")
    return Submission.objects.get(pk=s.pk)


def wipe(s: Submission) -> None:
    for row in [*s.attachments.all(), *s.papers.exclude(file="")]:
        default_storage.delete(row.file.name)
    Letter.objects.filter(submission=s).delete()
    s.delete()
    DossierCounter.objects.all().delete()
    LetterCounter.objects.all().delete()


KEYS = {"actor", "previous_hash", "hash"}


def without_keys(path: Path, log_lines: int) -> dict[str, Any]:
    """All that a pack says, but for the keys of rows and what follows from them."""
    submission, revision, events = (member(path, name) for name in layout.DOCUMENTS)
    body = submission["submission"]
    for words in ("assignee", "entered_by"):
        body.pop(words)
    lines = [{k: v for k, v in e.items() if k not in KEYS} for e in events["events"][:log_lines]]
    manifest = member(path, layout.MANIFEST)
    names = {n: m for n, m in manifest["members"].items() if n.startswith((layout.FILES, layout.PAPERS))}
    return {"submission": submission, "revision": revision, "events": lines, "files": names}


def test_there_and_back_again(tmp_path: Path) -> None:
    s = rich()
    first, second = tmp_path / "1.zip", tmp_path / "2.zip"
    manifest = packed(s, first)
    wipe(s)
    again = brought(first)
    packed(again, second)
    assert without_keys(second, manifest["counts"]["events"]) == without_keys(first, manifest["counts"]["events"])
    assert again.pk != s.pk
    assert again.revision_id == s.revision_id
    assert again.tracking_secret == s.tracking_secret
    assert (again.assignee, again.account, again.entered_by) == (None, None, None)


def bytes_of(s: Submission) -> list[tuple[str, bytes]]:
    found = []
    for a in s.attachments.order_by("pk"):
        with a.file.open("rb") as stream:
            found.append((a.name, stream.read()))
    return found


def test_everything_is_there_after_the_arrival(tmp_path: Path) -> None:
    s = rich()
    packed(s, tmp_path / "1.zip")
    kept = bytes_of(s)
    due, reference = s.due_on, s.reference
    wipe(s)
    again = brought(tmp_path / "1.zip")
    again = Submission.objects.get(pk=again.pk)
    assert (again.state, again.due_on, again.reference) == (State.RECEIVED, due, reference)
    assert bytes_of(again) == kept
    request = again.supplement_requests.get()
    assert str(request.requested_by) == str(clerk(again.agency))
    assert request.requested_by.user.is_active is False
    assert request.attachments.count() == 1
    combined = again.attachments.get(purpose=Attachment.Purpose.COMBINED)
    assert combined.made_from[0]["pk"] == again.attachments.get(content_type="image/jpeg").pk
    verbs = [p.event.verb for p in again.papers.exclude(event=None)]
    assert verbs == ["submit", "request_supplement", "receive", "receive", "receive"]
    assert all(papers.is_intact(p) for p in again.papers.all())
    assert again in Submission.objects.visible_to(clerk(again.agency))


def test_names_in_the_pack_lead_nowhere(tmp_path: Path) -> None:
    packed(rich(), tmp_path / "1.zip")
    with zipfile.ZipFile(tmp_path / "1.zip") as pack:
        names = [n for n in pack.namelist() if n.startswith(layout.FILES)]
    assert names == [
        "files/001-giay-chung-sinh.pdf",
        "files/002-giay-chung-sinh.pdf",
        "files/003-anh-chup-1.jpg",
        "files/004-giay-chung-sinh.pdf",
        f"files/005-{'dai-' * 14}dai.pdf",
    ]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "files/001-passwd"),
        ("..\\..\\boot.ini", "files/001-boot.ini"),
        ("giấy tờ.PDF", "files/001-giay-to.pdf"),
        ("\u202egpj.exe", "files/001-gpj.exe"),
        ("đ" * 300 + ".jpeg", f"files/001-{'d' * 60}.jpeg"),
        ("....", "files/001-tep"),
        ("", "files/001-tep"),
        ("a.b/c.?*", "files/001-c"),
    ],
)
def test_any_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name("files", 1, name) == safe


def test_a_reader_without_the_portal_finds_labels_beside_values(tmp_path: Path) -> None:
    packed(rich(), tmp_path / "1.zip")
    answers = member(tmp_path / "1.zip", layout.ANSWERS)
    said = {row["label"]: row.get("text") for section in answers["sections"] for row in section["rows"]}
    assert said["Giới tính"] == "Nam"
    assert said["Họ, chữ đệm, tên của bạn"] == "Nguyễn Văn Bình"
    with zipfile.ZipFile(tmp_path / "1.zip") as pack:
        assert pack.read("printable.pdf").startswith(b"%PDF-")
        assert pack.read("form.pdf").startswith(b"%PDF-")


# --- the log -------------------------------------------------------------------------------------


def test_the_log_is_chained_anew_and_the_old_chain_can_still_be_checked(tmp_path: Path) -> None:
    s = rich()
    packed(s, tmp_path / "1.zip")
    wipe(s)
    again = brought(tmp_path / "1.zip")
    events = list(again.events.order_by("number"))
    assert [e.hash for e in events] == [workflow.event_hash(e) for e in events]
    assert [e.previous_hash for e in events] == ["", *(e.hash for e in events[:-1])]
    assert (events[-2].verb, events[-1].verb, events[-1].is_public) == ("export", "import", False)
    assert {e.actor for e in events} == {None}
    assert "can-bo" not in events[1].actor_label
    assert events[-1].data["origin"]["hashes"][-1] == member(tmp_path / "1.zip", "events.json")["events"][-1]["hash"]
    assert transfer.origin_is_intact(again)


def test_an_edited_old_line_is_found_behind_the_arrival(tmp_path: Path) -> None:
    s = rich()
    packed(s, tmp_path / "1.zip")
    wipe(s)
    again = brought(tmp_path / "1.zip")
    again.events.filter(number=2).update(note="Không có gì.")
    assert not transfer.origin_is_intact(again)


def test_a_second_move_keeps_the_first_chain(tmp_path: Path) -> None:
    s = rich()
    for name in ("1.zip", "2.zip"):
        packed(s, tmp_path / name)
        wipe(s)
        s = brought(tmp_path / name)
    assert s.events.filter(verb="import").count() == 2
    assert transfer.origin_is_intact(s)
    s.events.filter(number=1).update(actor_label="Người khác")
    assert not transfer.origin_is_intact(s)


def test_taking_a_pack_is_logged_and_only_for_the_own_desk(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    officer = OfficerFactory(agency=s.agency, roles=["specialist"])
    with (tmp_path / "1.zip").open("wb") as to:
        transfer.export(s, to, by=rules.officer_actor(officer))
    event = s.events.latest("number")
    assert (event.verb, event.actor, event.is_public) == ("export", officer.user, False)
    for stranger in (OfficerFactory(roles=["leader"]), OfficerFactory(agency=s.agency, roles=["cashier"])):
        with pytest.raises(NotAllowed):
            transfer.export(s, io.BytesIO(), by=rules.officer_actor(stranger))
    assert s.events.filter(verb="export").count() == 1


def test_the_secret_travels_only_when_it_is_asked_for(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    secret = s.tracking_secret
    packed(s, tmp_path / "1.zip", with_secret=False)
    with zipfile.ZipFile(tmp_path / "1.zip") as pack:
        readable = [pack.read(n) for n in pack.namelist()]
        assert [n for n in pack.namelist() if n.startswith("papers/")] == [
            "papers/003-receipt-copy-1.pdf", "papers/004-control-slip-1.pdf",
        ]  # fmt: skip
    assert not any(secret.encode() in content for content in readable)
    wipe(s)
    again = brought(tmp_path / "1.zip")
    assert again.tracking_secret
    assert again.tracking_secret != secret
    assert again.papers.waiting().count() == 2


# --- where it goes -------------------------------------------------------------------------------


def test_twice_is_harmless_and_so_is_coming_home(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    packed(s, tmp_path / "1.zip")
    assert "đã có" in run("import_submission", tmp_path / "1.zip")
    wipe(s)
    run("import_submission", tmp_path / "1.zip")
    before = Event.objects.count()
    assert "đã có" in run("import_submission", tmp_path / "1.zip")
    assert (Submission.objects.count(), Event.objects.count()) == (1, before)


def test_the_same_reference_with_other_content_is_refused(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    packed(s, tmp_path / "1.zip")
    reference, code = s.reference, s.dossier_code
    wipe(s)
    other = SubmissionFactory(at=State.SUBMITTED)
    Submission.objects.filter(pk=other.pk).update(reference=reference)
    with pytest.raises(CommandError, match="nội dung khác"):
        run("import_submission", tmp_path / "1.zip")
    Submission.objects.filter(pk=other.pk).update(reference="AAAA-AAAA", dossier_code=code)
    with pytest.raises(CommandError, match=r"Mã hồ sơ .* thuộc một hồ sơ khác"):
        run("import_submission", tmp_path / "1.zip")


def test_the_agency_is_found_by_slug_then_identifier_then_named(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    packed(s, tmp_path / "1.zip")
    wipe(s)
    Agency.objects.update(slug="khac")
    with transfer.opened(tmp_path / "1.zip") as pack:
        assert transfer.plan(pack).agency.slug == "khac"
    Agency.objects.update(identifier="H99.khac")
    with pytest.raises(CommandError, match="--agency"):
        run("import_submission", tmp_path / "1.zip")
    with pytest.raises(CommandError, match="Không có cơ quan nào có khóa “sai”"):
        run("import_submission", tmp_path / "1.zip", "--agency", "sai")
    run("import_submission", tmp_path / "1.zip", "--agency", "khac")
    assert Submission.objects.get().agency.slug == "khac"


def test_an_unknown_revision_is_kept_as_an_old_one(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    packed(s, tmp_path / "1.zip")
    digest, procedure = s.revision.digest, s.procedure
    wipe(s)
    ProcedureRevision.objects.update(digest="0" * 64)
    assert "bản cũ của thủ tục" in run("import_submission", tmp_path / "1.zip")
    again = Submission.objects.get()
    assert (again.procedure, again.revision.number, again.revision.state) == (procedure, 2, "retired")
    assert again.revision.digest == digest
    procedure.refresh_from_db()
    assert procedure.published.number == 1


def test_an_unknown_procedure_arrives_closed(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    packed(s, tmp_path / "1.zip")
    code = s.procedure.code
    wipe(s)
    Procedure.objects.update(published=None)
    ProcedureRevision.objects.all().delete()
    Procedure.objects.all().delete()
    Sector.objects.all().delete()
    again = brought(tmp_path / "1.zip")
    procedure = Procedure.objects.get()
    assert (procedure.code, procedure.status, procedure.published) == (code, "closed", None)
    assert again.revision.spec.code == code
    assert procedure.sector.name == "Hộ tịch"


def test_numbers_go_on_after_those_of_the_pack(tmp_path: Path) -> None:
    s = rich()
    packed(s, tmp_path / "1.zip")
    counted = list(DossierCounter.objects.values_list("identifier", "day", "last"))
    lettered = list(LetterCounter.objects.values_list("agency", "symbol", "year", "last"))
    wipe(s)
    again = brought(tmp_path / "1.zip")
    assert list(DossierCounter.objects.values_list("identifier", "day", "last")) == counted
    assert list(LetterCounter.objects.values_list("agency", "symbol", "year", "last")) == lettered
    fresh = SubmissionFactory(at=State.RECEIVED, agency=again.agency, procedure=again.procedure)
    assert fresh.dossier_code.endswith("-0002")


def with_letter() -> Submission:
    s = SubmissionFactory(at=State.SUBMITTED)
    file = AttachmentFactory(submission=s, purpose=Attachment.Purpose.RESULT, key="", name="12-GXN-UBND.pdf")
    content = {"title": "Giấy xác nhận", "number": "12", "symbol": "GXN-UBND"}
    Letter.objects.create(
        submission=s, agency=s.agency, number=12, symbol="GXN-UBND", year=2026, content=content,
        sha256=digest(content), issued_by=clerk(s.agency), issued_at=s.submitted_at, attachment=file,
    )  # fmt: skip
    return s


def test_letters_travel_with_their_numbers(tmp_path: Path) -> None:
    s = with_letter()
    packed(s, tmp_path / "1.zip")
    wipe(s)
    letter = brought(tmp_path / "1.zip").letters.get()
    assert (str(letter), letter.attachment.name, letter.template) == ("12/GXN-UBND", "12-GXN-UBND.pdf", None)
    assert (str(letter.issued_by), letter.issued_by.is_active) == (str(clerk(letter.agency)), False)
    assert LetterCounter.objects.get(agency=letter.agency, symbol="GXN-UBND", year=2026).last == 12


def test_a_letter_number_that_is_taken_here_is_refused(tmp_path: Path) -> None:
    s = with_letter()
    packed(s, tmp_path / "1.zip")
    other = SubmissionFactory(at=State.SUBMITTED, agency=s.agency)
    Letter.objects.update(submission=other, attachment=None)
    s.papers.all().delete()
    s.delete()
    with pytest.raises(CommandError, match="12/GXN-UBND năm 2026 đã dùng"):
        run("import_submission", tmp_path / "1.zip")


def test_a_draft_and_a_rehearsal_are_not_exported() -> None:
    for s in (SubmissionFactory(), SubmissionFactory(at=State.SUBMITTED)):
        s.is_rehearsal = s.state != State.DRAFT
        with pytest.raises(transfer.PackRefused, match="không xuất được"):
            transfer.export(s, io.BytesIO(), by=rules.SYSTEM_ACTOR)


def test_what_the_applicant_has_not_sent_stays_behind(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    request = s.supplement_requests.get()
    AttachmentFactory(submission=s, supplement=request, pending=True, name="chưa gửi.pdf", data=PDF + b"% 2")
    SupplementRequest.objects.update(typed={"form": {"child_name": ["Chưa gửi"]}})
    manifest = packed(s, tmp_path / "1.zip")
    with zipfile.ZipFile(tmp_path / "1.zip") as pack:
        assert not any("Chưa gửi".encode() in pack.read(n) or b"chua-gui" in n.encode() for n in pack.namelist())
    assert manifest["counts"]["attachments"] == 1


def test_a_lost_file_stops_the_export_and_leaves_nothing(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    default_storage.delete(s.attachments.get().file.name)
    with pytest.raises(CommandError, match="mất hoặc hỏng"):
        run("export_submission", s.reference, tmp_path / "1.zip")
    assert [p for p in tmp_path.iterdir() if p.is_file()] == []


# --- commands ------------------------------------------------------------------------------------


def test_the_commands(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    path = tmp_path / "hồ sơ.zip"
    said = run("export_submission", s.dossier_code, path, with_secret=True)
    assert f"Đã xuất hồ sơ {s.dossier_code}" in said
    assert "1 tệp, 4 giấy tờ" in said
    with pytest.raises(CommandError, match="--force"):
        run("export_submission", s.reference, path)
    wipe(s)
    assert "Chạy thử" in run("import_submission", path, dry_run=True)
    assert Submission.objects.count() == 0
    said = run("import_submission", path)
    assert f"Đã nhập hồ sơ {s.dossier_code}" in said
    assert "mã bí mật mới" not in said


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("export_submission", "KHONG-CO", "x.zip"), "Không có hồ sơ nào"),
        (("import_submission", "khong-co.zip"), "Không đọc được tệp"),
        (("import_submission", "/"), "Không đọc được tệp"),
        (("import_submission", "a\0b"), "Không đọc được tệp"),
    ],
)
def test_bad_input_ends_in_a_sentence(args: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*args)


def test_an_unwritable_place_ends_in_a_sentence(tmp_path: Path) -> None:
    s = SubmissionFactory(at=State.RECEIVED)
    for place in (tmp_path / "không có" / "x.zip", tmp_path):
        with pytest.raises(CommandError, match=r"Không ghi được|đã có"):
            run("export_submission", s.reference, place)


# --- every column is thought of ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("submission", Submission),
        ("attachment", Attachment),
        ("request", SupplementRequest),
        ("event", Event),
        ("paper", Paper),
        ("letter", Letter),
        ("message", Message),
        ("rating", Rating),
        ("revision", ProcedureRevision),
    ],
)
def test_every_column_travels_or_is_left_behind_for_a_reason(name: str, model: Any) -> None:
    columns = {f.name for f in model._meta.concrete_fields}
    assert set(layout.COLUMNS[name]) | set(layout.LEFT_BEHIND[name]) == columns
    assert set(layout.COLUMNS[name]) & set(layout.LEFT_BEHIND[name]) == set()


def test_tables_around_a_submission_are_all_known() -> None:
    around = {r.related_model for r in Submission._meta.related_objects}
    # Work in hand here, what people wrote to the town of their own accord, and books, which stay with who kept them.
    staying = {m for m in around if m.__name__ in ("Notice", "BatchRow", "Feedback", "Charge", "Delivery")}
    assert around - staying == {Attachment, SupplementRequest, Event, Paper, Letter, Message, Rating}
    assert KeptForm not in around

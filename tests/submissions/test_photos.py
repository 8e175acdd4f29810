"""Photos of a paper become one PDF after filing; the originals go after the decision; identity papers are marked."""

from __future__ import annotations

import collections
import datetime
import io
import threading
from typing import Any

import pytest
import yaml
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from portal.lib import child
from portal.lib import photos as process
from submissions import files, photos, tasks, workflow
from submissions.errors import FilePurged
from submissions.models import Attachment, Submission
from submissions.rules import citizen
from submissions.states import State
from tests import factories, pictures
from tests.procedures.catalogues import SHIPPED
from tests.submissions.test_files import stored

pytestmark = pytest.mark.django_db
Purpose = Attachment.Purpose
KINDS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/heic": "HEIC"}


def attach(submission: Submission, seed: int = 1, kind: str = "image/jpeg", **options: Any) -> Attachment:
    options.setdefault("data", pictures.photo(seed, KINDS.get(kind, "JPEG")))
    given = {"key": "identity", "content_type": kind, "name": f"ảnh {seed}.jpg", "order": seed, **options}
    made: Attachment = factories.AttachmentFactory(submission=submission, **given)
    return made


def filed(*kinds: str, at: State = State.SUBMITTED, **options: Any) -> Submission:
    """A submission with one photo of the identity paper for each kind; filed with a PDF of the birth paper."""
    submission: Submission = factories.SubmissionFactory(at=at)
    for seed, kind in enumerate(kinds or ("image/jpeg", "image/jpeg"), 1):
        attach(submission, seed, kind, **options)
    return submission


def combined(submission: Submission) -> list[Attachment]:
    return list(submission.attachments.current().filter(purpose=Purpose.COMBINED))


def sources(submission: Submission, key: str = "identity") -> list[Attachment]:
    return list(submission.attachments.current().exclude(purpose=Purpose.COMBINED).filter(key=key).order_by("order"))


# --- putting together ----------------------------------------------------------------------------


def test_photos_of_all_kinds_become_one_pdf_of_their_paper() -> None:
    submission = filed("image/jpeg", "image/png", "image/heic")
    tasks.combine_photos()
    (made,) = combined(submission)
    given = sources(submission)
    assert (made.key, made.name, made.pages, made.content_type) == (
        "identity", "Giấy tờ tùy thân của người yêu cầu.pdf", 3, "application/pdf"
    )  # fmt: skip
    assert made.made_from == [{"pk": a.pk, "sha256": a.sha256} for a in given]
    with made.file.open("rb") as content:
        data = content.read()
    assert (made.size, made.sha256) == (len(data), files.digest_of(data))
    assert process.look(io.BytesIO(data), "pdf") == process.Look(pages=3)
    assert [(a.removed_at, a.purged_at) for a in given] == [(None, None)] * 3


def test_the_order_of_the_sender_is_the_order_of_the_pages() -> None:
    submission = filed()
    first, second = sources(submission)
    files.move(second, -1)
    tasks.combine_photos()
    assert [m["pk"] for m in combined(submission)[0].made_from] == [second.pk, first.pk]


def test_a_second_run_makes_nothing() -> None:
    submission = filed()
    assert photos.combine_due() == 1
    before = stored()
    assert photos.combine_due() == 0
    assert photos.combine(photos.Place(submission.pk, Purpose.DOCUMENT, "identity")) is False
    assert (len(combined(submission)), stored()) == (1, before)


def test_pdfs_and_word_files_stay_as_they_are() -> None:
    submission = filed("image/jpeg", "application/pdf")
    tasks.combine_photos()
    (made,) = combined(submission)
    photo, scan = sources(submission)
    assert (made.pages, [m["pk"] for m in made.made_from]) == (1, [photo.pk])
    shown = photos.arranged([photo, scan], submission.attachments.all())
    assert (shown.combined, shown.originals, shown.others) == (made, (photo,), (scan,))


def test_each_paper_and_each_question_gets_its_own_even_under_one_key() -> None:
    submission = filed("image/jpeg")
    attach(submission, 2, purpose=Purpose.FIELD)
    attach(submission, 3, purpose=Purpose.AUTHORITY, key="_authority")
    attach(submission, 4, key="birth_proof")
    assert photos.combine_due() == 4
    assert photos.combine_due() == 0
    assert sorted((c.key, len(c.made_from)) for c in combined(submission)) == [
        ("_authority", 1), ("birth_proof", 1), ("identity", 1), ("identity", 1)
    ]  # fmt: skip


@pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN, State.REFUSED, State.HANDED_OVER])
def test_nothing_is_made_for_drafts_and_closed_submissions(state: State) -> None:
    submission = filed(at=state)
    assert photos.combine_due() == 0
    assert combined(submission) == []


def test_what_is_not_sent_yet_and_what_was_taken_out_does_not_count() -> None:
    submission = filed("image/jpeg")
    attach(submission, 2, pending=True)
    attach(submission, 3, removed_at=timezone.now())
    tasks.combine_photos()
    assert [len(c.made_from) for c in combined(submission)] == [1]


def _answer(submission: Submission, *kinds: str) -> None:
    """The desk asks for the identity paper again, the citizen sends other files."""
    desk = factories.rules.officer_actor(factories.clerk(submission.agency))
    workflow.request_supplement(submission.pk, by=desk, documents=[{"key": "identity", "reason": "Ảnh mờ."}])
    request = submission.supplement_requests.latest("round")
    for seed, kind in enumerate(kinds, 11):
        attach(submission, seed, kind, supplement=request, pending=True)
    tasks.combine_photos()  # an unsent answer changes nothing
    workflow.supplement(submission.pk, by=citizen(), answers=submission.answers)


def test_replaced_photos_get_a_new_pdf_and_the_old_one_goes_out_of_sight() -> None:
    submission = filed()
    tasks.combine_photos()
    (old,) = combined(submission)
    _answer(submission, "image/jpeg", "image/png", "image/jpeg")
    assert photos.combine_due() == 1
    (new,) = combined(submission)
    old.refresh_from_db()
    assert (new.pages, new.supplement_id) == (3, submission.supplement_requests.get().pk)
    assert old.removed_at is not None
    assert default_storage.exists(old.file.name)
    assert photos.combine_due() == 0


def test_photos_uploaded_before_the_first_run_and_sent_after_it_are_not_forgotten() -> None:
    """The answer was typed before the portal had put the first photos together."""
    submission = filed()
    _answer(submission, "image/jpeg")
    photos.combine_due()
    assert [c.pages for c in combined(submission)] == [1]
    assert [m["pk"] for m in combined(submission)[0].made_from] == [a.pk for a in sources(submission)]


def test_photos_that_were_replaced_by_a_pdf_leave_no_combined_pdf() -> None:
    submission = filed()
    tasks.combine_photos()
    _answer(submission, "application/pdf")
    assert photos.combine_due() == 0
    assert combined(submission) == []
    assert list(photos.due()) == []


def test_the_pdf_is_called_as_its_paper_whatever_stands_in_the_name() -> None:
    papers = [{**d, "name": "Giấy của vợ/chồng\\" + "a" * 300} for d in factories.document()["documents"]]
    procedure = factories.ProcedureFactory(content=factories.document(documents=papers))
    submission = factories.SubmissionFactory(at=State.SUBMITTED, procedure=procedure)
    attach(submission)
    tasks.combine_photos()
    assert combined(submission)[0].name == ("Giấy của vợ-chồng-" + "a" * 300)[:200] + ".pdf"


# --- photos that do not open ---------------------------------------------------------------------

BROKEN = pictures.photo(kind="HEIC")[:-2000]


def test_a_photo_that_does_not_open_is_left_out_and_shown_as_it_is() -> None:
    submission = filed("image/jpeg")
    bad = attach(submission, 2, "image/heic", data=BROKEN)
    assert photos.combine_due() == 1
    (made,) = combined(submission)
    bad.refresh_from_db()
    assert (made.pages, bad.doubts) == (1, ["unreadable"])
    shown = photos.arranged(sources(submission), submission.attachments.all())
    assert shown.others == (bad,)
    assert photos.combine_due() == 0


def test_a_paper_without_any_photo_that_opens_keeps_its_originals_and_is_not_tried_for_ever() -> None:
    submission = filed("image/heic", data=BROKEN)
    assert photos.combine_due() == 0
    assert (combined(submission), list(photos.due())) == ([], [])
    shown = photos.arranged(sources(submission), submission.attachments.all())
    assert (shown.combined, len(shown.others)) == (None, 1)


def test_a_file_that_the_storage_lost_does_not_stop_the_others() -> None:
    submission = filed()
    lost, kept = sources(submission)
    default_storage.delete(lost.file.name)
    other = filed()
    assert photos.combine_due() == 1
    assert [len(c.made_from) for c in combined(other)] == [2]
    assert photos.combine_due() == 1
    assert [m["pk"] for m in combined(submission)[0].made_from] == [kept.pk]


def test_a_photo_that_kills_the_process_is_found_and_left_out(monkeypatch: Any, tmp_path: Any) -> None:
    """The worker dies over one of the photos: the next run puts the others together."""
    submission = filed()
    killer = sources(submission)[1]
    real = process.WORKER.read_text()
    trap = f"if hashlib.sha256(Path(path).read_bytes()).hexdigest() == '{killer.sha256}': os.abort()\n    "
    worker = tmp_path / "photo_worker.py"
    worker.write_text(
        real.replace('    if kind == "heic":', f'    {trap}if kind == "heic":', 1).replace(
            "import io\n", "import hashlib\nfrom pathlib import Path\nimport io\n", 1
        )
    )
    monkeypatch.setattr(process, "WORKER", worker)
    assert photos.combine_due() == 0
    assert photos.combine_due() == 1
    assert [len(c.made_from) for c in combined(submission)] == [1]
    killer.refresh_from_db()
    assert killer.doubts == ["unreadable"]


# --- interrupted and at once ---------------------------------------------------------------------


def test_a_run_that_dies_after_storing_is_made_good_and_its_file_is_an_orphan(monkeypatch: Any) -> None:
    submission = filed()

    def die(*_args: Any) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(photos, "_recorded", die)
        patched.setattr(files, "delete_stored", lambda *_args: None)  # killed: nothing is cleaned up
        with pytest.raises(KeyboardInterrupt):
            photos.combine_due()
    assert combined(submission) == []
    later = timezone.now() + datetime.timedelta(minutes=1)
    (orphan,) = files.orphans(default_storage, before=later)
    assert photos.combine_due() == 1
    assert list(files.orphans(default_storage, before=later)) == [orphan]
    assert len(combined(submission)) == 1


def test_photos_that_changed_while_they_were_drawn_are_drawn_again(monkeypatch: Any) -> None:
    submission = filed()
    draw = process.combine

    def slow(*args: Any) -> process.Combined:
        made = draw(*args)
        sources(submission)[0].delete()
        return made

    with monkeypatch.context() as patched:
        patched.setattr(process, "combine", slow)
        assert photos.combine_due() == 0
    assert combined(submission) == []
    assert photos.combine_due() == 1
    assert [c.pages for c in combined(submission)] == [1]


@pytest.mark.django_db(transaction=True)
def test_two_hosts_at_once_leave_one_pdf() -> None:
    submission = filed()
    place, made = photos.Place(submission.pk, Purpose.DOCUMENT, "identity"), []
    begin = threading.Barrier(2)

    def run() -> None:
        begin.wait()
        made.append(photos.combine(place))
        connection.close()

    hosts = [threading.Thread(target=run) for _host in range(2)]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join()
    assert sorted(made) == [False, True]
    assert len(combined(submission)) == 1
    assert list(files.orphans(default_storage, before=timezone.now() + datetime.timedelta(minutes=1))) == []


def test_one_run_on_a_machine_at_a_time() -> None:
    filed()
    with child.slot("photo-runs", 1, 0):
        assert photos.combine_due() == 0
    assert photos.combine_due() == 1


def test_a_combined_pdf_counts_against_no_limit_of_uploads(settings: Any) -> None:
    submission = filed()
    tasks.combine_photos()
    known = list(submission.attachments.all())
    settings.UPLOAD_FILES_PER_PAPER, settings.UPLOAD_FILING_BYTES = (
        3,
        sum(a.size for a in known if a.purpose != Purpose.COMBINED),
    )
    row = Attachment(submission=submission, purpose=Purpose.DOCUMENT, key="identity", name="a", size=0)
    files._check_room(row, known)


# --- after the decision --------------------------------------------------------------------------


def decided(days: int, at: State = State.RESULT_READY) -> Submission:
    """Photos put together while the file was open; the decision lies so many days back."""
    submission = filed(at=State.IN_PROGRESS)
    tasks.combine_photos()
    desk = factories.rules.officer_actor(factories.clerk(submission.agency))
    if at == State.RESULT_READY:
        workflow.finish(submission.pk, by=desk, result_note="Đã cấp.")
    else:
        workflow.stop(submission.pk, by=desk, reason="Người nộp đề nghị dừng.")
    when = timezone.now() - datetime.timedelta(days=days, seconds=1)
    column = "finished_at" if at == State.RESULT_READY else "closed_at"
    Submission.objects.filter(pk=submission.pk).update(**{column: when})
    return submission


def purge(**options: Any) -> str:
    out = io.StringIO()
    call_command("purge_expired", stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


@pytest.mark.parametrize("at", [State.RESULT_READY, State.STOPPED])
@pytest.mark.parametrize(("days", "gone"), [(90, True), (89, False)])
def test_originals_go_when_the_time_after_the_decision_is_over(at: State, days: int, gone: bool) -> None:
    submission = decided(days, at)
    before = [(a.name, a.size, a.sha256) for a in sources(submission)]
    names = [a.file.name for a in sources(submission)]
    assert f"{2 if gone else 0} ảnh gốc đã có bản ghép" in purge(dry_run=True)
    assert all(default_storage.exists(n) for n in names)
    purge()
    after = sources(submission)
    assert [default_storage.exists(n) for n in names] == [not gone] * 2
    assert [(bool(a.purged_at), bool(a.file)) for a in after] == [(gone, not gone)] * 2
    assert [(a.name, a.size, a.sha256) for a in after] == before
    assert "0 ảnh gốc" in purge() or not gone
    assert photos.combine_due() == 0
    assert len(combined(submission)) == 1


def test_zero_days_let_them_go_at_once_and_never_before_the_decision(settings: Any) -> None:
    settings.PHOTO_ORIGINAL_DAYS = 0
    waiting = filed(at=State.IN_PROGRESS)
    done = decided(0)
    tasks.combine_photos()
    purge()
    assert [bool(a.purged_at) for s in (waiting, done) for a in sources(s)] == [False, False, True, True]


def test_without_a_combined_pdf_that_can_be_read_nothing_goes(settings: Any) -> None:
    settings.PHOTO_ORIGINAL_DAYS = 0
    never, lost, changed = (decided(1) for _ in range(3))
    Attachment.objects.filter(submission=never, purpose=Purpose.COMBINED).delete()
    default_storage.delete(combined(lost)[0].file.name)
    Attachment.objects.filter(pk=sources(changed)[0].pk).update(sha256="0" * 64)
    purge()
    assert [bool(a.purged_at) for s in (never, lost, changed) for a in sources(s)] == [False] * 5 + [True]


def test_other_files_never_go(settings: Any) -> None:
    settings.PHOTO_ORIGINAL_DAYS = 0
    submission = decided(1)
    result = factories.AttachmentFactory(
        submission=submission, purpose=Purpose.RESULT, key="", content_type="image/jpeg", data=pictures.photo()
    )
    purge()
    kept = submission.attachments.filter(purged_at=None)
    assert {a.purpose for a in kept} == {Purpose.DOCUMENT, Purpose.COMBINED, Purpose.RESULT}
    assert sources(submission, "birth_proof")[0].purged_at is None
    assert default_storage.exists(result.file.name)


def test_a_purged_photo_names_its_pdf_and_opens_no_more(settings: Any) -> None:
    settings.PHOTO_ORIGINAL_DAYS = 0
    submission = decided(1)
    purge()
    photo = sources(submission)[0]
    assert photos.combined_with(photo) == combined(submission)[0]
    with pytest.raises(FilePurged, match=r"Ảnh gốc đã được thay bằng bản ghép\."):
        files.open_stored(photo)
    with pytest.raises(process.NotDrawn):
        photos.preview(photo, 1, small=True)


# --- identity papers -----------------------------------------------------------------------------

NAMES = [
    ("identity_document", "Bản sao", True),
    ("component_1", "Giấy tờ tùy thân còn giá trị", True),
    ("owner", "Thẻ Căn cước công dân", True),
    ("x", "CHỨNG MINH NHÂN DÂN (bản chụp)", True),
    ("passport_copy", "Bản sao", True),
    ("x", "Hộ chiếu", True),
    ("x", "Giấy tờ tuỳ thân", True),
    ("birth_proof", "Giấy chứng sinh", False),
    ("x", "Tài liệu làm căn cứ tính phí", False),
    ("identify_site", "Bản vẽ vị trí", False),
]


@pytest.mark.parametrize(("key", "name", "expected"), NAMES)
def test_identity_papers_are_known_by_key_and_name(key: str, name: str, expected: bool) -> None:
    assert photos.is_identity(key, name) is expected


def test_without_words_no_paper_is_an_identity_paper(settings: Any) -> None:
    settings.IDENTITY_PAPERS = ()
    assert photos.is_identity("identity_document", "Căn cước công dân") is False


def test_the_mark_is_the_code_of_the_submission() -> None:
    submission = filed("image/jpeg", at=State.RECEIVED)
    tasks.combine_photos()
    waiting = filed("image/jpeg")
    right = attach(submission, 3, purpose=Purpose.AUTHORITY, key="_authority")
    result = factories.AttachmentFactory(submission=submission, purpose=Purpose.RESULT, key="")
    birth = sources(submission, "birth_proof")[0]
    files_of = [*sources(submission), *combined(submission), right, result, birth]
    code = submission.dossier_code
    assert [photos.mark(submission, f) for f in files_of] == [code, code, code, "", ""]
    assert photos.mark(waiting, sources(waiting)[0]) == waiting.reference


def test_which_papers_of_the_shipped_procedures_are_marked() -> None:
    """Over all 70 procedures: every paper that is, or comes with, an identity paper, and no other."""
    shipped = [yaml.safe_load(path.read_text()) for path in sorted((SHIPPED / "procedures").glob("*.yaml"))]
    papers = [(d["key"], d["name"]) for content in shipped for d in content["documents"]]
    assert len(shipped) == 70
    assert collections.Counter(name for key, name in papers if photos.is_identity(key, name)) == MARKED
    questions = [f for content in shipped for s in (content.get("form") or {}).get("sections", ()) for f in s["fields"]]
    assert [f["key"] for f in questions if f["kind"] == "file"] == []


MARKED = {
    "Bản chụp giấy tờ tùy thân của người yêu cầu": 1,
    "Bản sao giấy tờ tùy thân của chủ điểm": 1,
    "Bản sao giấy tờ tùy thân của người quản lý trực tiếp điểm": 1,
    "Bản sao hộ chiếu hoặc giấy tờ thay hộ chiếu của người nước ngoài": 1,
    "Bản sao hộ chiếu hoặc giấy tờ thay hộ chiếu của người nước ngoài, người Việt Nam định cư ở nước ngoài": 1,
    "Bản sao toàn bộ hồ sơ, giấy tờ có nội dung liên quan đến khai sinh "
    "(hộ chiếu, căn cước, học bạ, bằng cấp, lý lịch...)": 1,
    "Giấy tờ pháp lý của chủ hộ kinh doanh (căn cước công dân, chứng minh nhân dân hoặc hộ chiếu)": 1,
    "Giấy tờ tùy thân": 1,
    "Giấy tờ tùy thân còn giá trị": 1,
    "Giấy tờ tùy thân của người yêu cầu (thẻ căn cước, căn cước công dân, hộ chiếu hoặc giấy tờ có ảnh còn hạn)": 20,
    "Giấy tờ tùy thân của người yêu cầu (xuất trình)": 1,
    "Văn bản ủy quyền kèm giấy tờ tùy thân của người được ủy quyền": 24,
}


def test_a_preview_of_a_file_in_the_storage_is_drawn_once(monkeypatch: Any) -> None:
    submission = filed("image/jpeg")
    (photo,) = sources(submission)
    first = photos.preview(photo, 1, small=True)
    monkeypatch.setattr(process, "WORKER", process.WORKER.with_name("nothing.py"))
    assert photos.preview(photo, 1, small=True) == first
    with pytest.raises(process.NotDrawn):
        photos.preview(photo, 2, small=True)


def test_a_word_file_has_no_preview() -> None:
    word = factories.AttachmentFactory(content_type="application/msword", file=ContentFile(b"x", name="a"))
    assert photos.has_previews(word) is False
    with pytest.raises(process.NotDrawn):
        photos.preview(word, 1, small=False)

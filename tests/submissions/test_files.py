"""Uploads: what is taken, what is refused with which sentence, how names and limits are kept."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from typing import Any

import pikepdf
import pillow_heif
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from submissions import files
from submissions.errors import FileRefused
from submissions.models import Attachment, Submission, SupplementRequest
from submissions.states import State
from tests import factories, values
from tests.pictures import pdf


def picture(kind: str, size: tuple[int, int] = (320, 240)) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, kind)
    return out.getvalue()


def heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.effect_noise((64, 64), 60).convert("RGB")).save(out)
    return out.getvalue()


def docx(*extra: tuple[str, bytes], drop: str = "") -> bytes:
    made, out = io.BytesIO(), io.BytesIO()
    Document().save(made)
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(out, "w") as target:
        for member in source.infolist():
            if member.filename != drop:
                target.writestr(member, source.read(member))
        for name, data in extra:
            target.writestr(name, data)
    return out.getvalue()


def flat_png(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def draft(db: None) -> Submission:
    return factories.SubmissionFactory()


def take(draft: Submission, name: str, data: bytes, **options: Any) -> Attachment:
    return files.accept(SimpleUploadedFile(name, data), submission=draft, **{"key": "birth_proof", **options})


def refusal(draft: Submission, name: str, data: bytes, **options: Any) -> str:
    with pytest.raises(FileRefused) as refused:
        take(draft, name, data, **options)
    assert list(draft.attachments.all()) == []
    return str(refused.value)


def stored() -> list[str]:
    if not default_storage.exists("attachments"):
        return []
    return [
        f"attachments/{year}/{month}/{name}"
        for year in default_storage.listdir("attachments")[0]
        for month in default_storage.listdir(f"attachments/{year}")[0]
        for name in default_storage.listdir(f"attachments/{year}/{month}")[1]
    ]


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
GOOD = [
    ("ảnh.jpg", picture("JPEG"), "image/jpeg", None),
    ("ANH.JPEG", picture("JPEG"), "image/jpeg", None),
    ("ảnh.png", picture("PNG", (64, 64)), "image/png", None),
    ("ảnh.heic", heic(), "image/heic", None),
    ("đơn.pdf", pdf(3), "application/pdf", 3),
    ("đơn.docx", docx(), WORD, None),
]


@pytest.mark.parametrize(("name", "data", "kind", "pages"), GOOD, ids=[g[0] for g in GOOD])
def test_good_files_are_stored_whole_with_type_size_hash_and_pages(
    draft: Submission, name: str, data: bytes, kind: str, pages: int | None
) -> None:
    kept = take(draft, name, data)
    kept.refresh_from_db()
    assert (kept.name, kept.content_type, kept.pages, kept.size) == (name, kind, pages, len(data))
    assert kept.sha256 == hashlib.sha256(data).hexdigest()
    with kept.file.open() as stored_file:
        assert stored_file.read() == data
    assert name not in kept.file.name


ADVICE = "Bạn hãy chọn ảnh JPG, PNG, HEIC hoặc tệp PDF, DOCX, tối đa 20 MB."
AGAIN = "Bạn hãy chụp lại và chọn ảnh JPG, PNG hoặc HEIC, tối đa 20 MB."
SAVE = "Bạn hãy lưu lại tệp rồi chọn lại, hoặc chụp ảnh từng trang, tối đa 20 MB."
LOCK = "có đặt mật khẩu hoặc khóa nên cán bộ không mở được. Bạn hãy bỏ mật khẩu rồi chọn lại, hoặc chụp ảnh từng trang."
MACRO = "có chứa macro nên cổng không nhận. Bạn hãy lưu lại thành PDF rồi chọn tệp PDF."
BAD = [
    ("a.jpg", b"", "Tệp “a.jpg” trống, không có nội dung. Bạn hãy chụp lại hoặc chọn tệp khác."),
    ("a.exe", b"MZ\x90\0" * 50, f"Cổng không nhận loại tệp của “a.exe”. {ADVICE}"),
    ("khong-duoi", picture("PNG"), f"Cổng không nhận loại tệp của “khong-duoi”. {ADVICE}"),
    ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, f"Cổng không nhận loại tệp của “a.doc”. {ADVICE}"),
    ("a.jpg", picture("PNG"), f"Tệp “a.jpg” có nội dung không đúng với đuôi tên tệp. {ADVICE}"),
    ("a.pdf", b"MZ\x90\0" * 50, f"Tệp “a.pdf” có nội dung không đúng với đuôi tên tệp. {ADVICE}"),
    (
        "a.png",
        b"<html><script>alert(1)</script></html>",
        f"Tệp “a.png” có nội dung không đúng với đuôi tên tệp. {ADVICE}",
    ),
    ("a.docx", docx(drop="word/document.xml"), f"Tệp “a.docx” có nội dung không đúng với đuôi tên tệp. {ADVICE}"),
    ("giay-chung-sinh.heic", b"anh hong", f"Tệp “giay-chung-sinh.heic” không mở được. {AGAIN}"),
    ("a.jpg", picture("JPEG")[:-3000], f"Tệp “a.jpg” không mở được. {AGAIN}"),
    ("a.png", picture("PNG")[:-3000], f"Tệp “a.png” không mở được. {AGAIN}"),
    ("a.heic", heic()[:-400], f"Tệp “a.heic” không mở được. {AGAIN}"),
    ("a.pdf", pdf()[:200], f"Tệp “a.pdf” không mở được. {SAVE}"),
    ("a.pdf", pdf(0), f"Tệp “a.pdf” không mở được. {SAVE}"),
    ("a.docx", docx()[:-300], f"Tệp “a.docx” không mở được. {SAVE}"),
    ("a.docx", docx(*[(f"word/x{n}.xml", b"x") for n in range(2100)]), f"Tệp “a.docx” không mở được. {SAVE}"),
    ("a.pdf", pdf(encryption=pikepdf.Encryption(user="1", owner="2")), f"Tệp “a.pdf” {LOCK}"),
    ("a.pdf", pdf(encryption=pikepdf.Encryption(user="", owner="2")), f"Tệp “a.pdf” {LOCK}"),
    ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 9, f"Tệp “a.docx” {LOCK}"),
    ("a.docx", docx(("word/vbaProject.bin", b"x")), f"Tệp “a.docx” {MACRO}"),
    ("a.png", flat_png(20000, 20000), "Ảnh “a.png” quá lớn. Bạn hãy chụp lại với cỡ ảnh nhỏ hơn."),
]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("name", "data", "sentence"), BAD, ids=[f"{n}:{b[0]}" for n, b in enumerate(BAD)])
def test_bad_files_are_refused_with_a_sentence_and_nothing_is_stored(
    draft: Submission, name: str, data: bytes, sentence: str
) -> None:
    assert refusal(draft, name, data) == sentence
    assert stored() == []


def test_a_padded_photo_up_to_the_very_limit_is_taken_and_one_byte_more_is_not(
    draft: Submission, settings: Any
) -> None:
    settings.UPLOAD_FILE_BYTES = 1024 * 1024
    sentence = "Tệp “a.jpg” lớn quá 1 MB. Bạn hãy chụp lại với cỡ ảnh nhỏ hơn, hoặc tách tệp thành nhiều phần."
    assert refusal(draft, "a.jpg", values.photo(at_least=1024 * 1024 + 1)) == sentence
    assert take(draft, "a.jpg", values.photo(at_least=1024 * 1024)).size == 1024 * 1024


def test_a_paper_takes_only_so_many_files(draft: Submission, settings: Any) -> None:
    settings.UPLOAD_FILES_PER_PAPER = 2
    for seed in (1, 2):
        take(draft, f"{seed}.png", values.photo(8, 8, seed=seed, kind="PNG"))
    with pytest.raises(FileRefused) as refused:
        take(draft, "3.png", values.photo(8, 8, seed=3, kind="PNG"))
    assert (
        str(refused.value)
        == "Chưa nhận tệp “3.png”: mỗi mục chỉ nhận 2 tệp. Bạn hãy bỏ bớt tệp, hoặc gộp thành một tệp PDF."
    )
    assert take(draft, "3.png", values.photo(8, 8, seed=3, kind="PNG"), key="identity").order == 0
    assert len(stored()) == 3


def test_a_filing_takes_only_so_many_bytes_over_all_papers(draft: Submission, settings: Any) -> None:
    first = values.photo(at_least=800 * 1024)
    settings.UPLOAD_FILING_BYTES = 1024 * 1024
    take(draft, "1.jpg", first)
    with pytest.raises(FileRefused) as refused:
        take(draft, "2.jpg", values.photo(seed=2, at_least=300 * 1024), key="identity")
    assert (
        str(refused.value) == "Chưa nhận tệp “2.jpg”: cả hồ sơ chỉ nhận 1 MB. Bạn hãy bỏ bớt tệp hoặc dùng ảnh nhỏ hơn."
    )
    assert [a.name for a in draft.attachments.all()] == ["1.jpg"]


def test_the_same_file_sent_again_is_kept_once(draft: Submission) -> None:
    data = values.photo()
    first = take(draft, "a.jpg", data)
    assert take(draft, "a.jpg", data) == first
    assert take(draft, "a.jpg", data, key="identity") != first
    assert draft.attachments.count() == 2
    assert len(stored()) == 2


def test_two_files_of_one_name_are_both_kept_in_order(draft: Submission) -> None:
    one = take(draft, "scan.pdf", pdf(1))
    two = take(draft, "scan.pdf", pdf(2))
    assert [(a.name, a.order) for a in draft.attachments.order_by("order")] == [("scan.pdf", 0), ("scan.pdf", 1)]
    assert one.file.name != two.file.name


def test_files_for_a_supplement_stay_pending_and_have_a_limit_of_their_own(settings: Any, db: None) -> None:
    waiting = factories.SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    settings.UPLOAD_FILES_PER_PAPER = 1
    request = SupplementRequest.objects.get(submission=waiting)
    kept = take(waiting, "lại.pdf", pdf(), supplement=request)
    assert (kept.pending, kept.supplement) == (True, request)


def test_removing_a_file_removes_what_was_stored(draft: Submission, django_capture_on_commit_callbacks: Any) -> None:
    kept = take(draft, "a.pdf", pdf())
    with django_capture_on_commit_callbacks(execute=True):
        files.remove(kept)
    assert list(draft.attachments.all()) == []
    assert stored() == []


def test_a_result_file_is_checked_and_left_for_the_workflow_to_record(db: None) -> None:
    made = files.result_file(SimpleUploadedFile("kết quả.pdf", pdf(1)))
    assert (made.pk, made.purpose, made.pages) == (None, "result", 1)
    with pytest.raises(FileRefused):
        files.result_file(SimpleUploadedFile("kết quả.pdf", b"x"))


NAMES = [
    ("../../etc/passwd.png", "passwd.png"),
    ("C:\\Ảnh\\chụp.jpg", "chụp.jpg"),
    ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
    ("gpj\u202e.exe", "gpj.exe"),
    ("  giấy   chứng sinh .pdf", "giấy chứng sinh .pdf"),
    ("e\u0302\u0301.pdf", "ế.pdf"),
    ("", "tep"),
    ("...", "tep"),
    ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ("“a” 'b' \"c\".pdf", "“a” 'b' \"c\".pdf"),
]


@pytest.mark.parametrize(("given_name", "kept"), NAMES)
def test_names_lose_paths_and_hidden_signs_and_keep_vietnamese(given_name: str, kept: str) -> None:
    assert files.clean_name(given_name) == kept


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_can_be_stored_and_shown(given_name: str) -> None:
    name = files.clean_name(given_name)
    assert 1 <= len(name) <= 255
    assert not set(name) & set("/\\\r\n\0\u202e")
    assert files.clean_name(name) == name


def test_stored_files_without_a_row_are_found_once_they_are_old(draft: Submission) -> None:
    kept = take(draft, "a.pdf", pdf())
    lost = default_storage.save(kept.file.name.rsplit("/", 1)[0] + "/lost", ContentFile(b"x"))
    now = timezone.now()
    assert list(files.orphans(default_storage, before=now + timedelta(minutes=1))) == [lost]
    assert list(files.orphans(default_storage, before=now - timedelta(days=1))) == []


def test_no_orphans_where_nothing_was_ever_stored(db: None) -> None:
    assert list(files.orphans(default_storage, before=timezone.now())) == []

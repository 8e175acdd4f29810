"""A local disk that is full or may not be written: the person reads what to do, and nothing typed is lost."""

from __future__ import annotations

import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions import files, rules, workflow
from submissions.errors import FileNotStored
from submissions.models import Submission
from tests import factories, values
from tests.submissions.citizen import Citizen, mends, picture, text

pytestmark = pytest.mark.django_db
NOT_STORED = "Cổng chưa lưu được tệp “ảnh.png”. Bạn hãy thử lại sau ít phút; những gì đã khai vẫn còn."


def put_media_into(settings: Any, folder: Path) -> None:
    default = settings.STORAGES["default"]
    options = {**default["OPTIONS"], "location": folder}
    settings.STORAGES = {**settings.STORAGES, "default": {**default, "OPTIONS": options}}


def blocked(tmp_path: Path) -> Path:
    (tmp_path / "file").write_text("a file where the folder should be")
    return tmp_path / "file"


def unwritable(_tmp_path: Path) -> Path:
    """A folder in which nobody may make anything, not even root."""
    return Path("/sys/portal-media")


@pytest.mark.parametrize("folder", [blocked, unwritable])
def test_a_folder_that_cannot_be_written(settings: Any, tmp_path: Path, folder: Any) -> None:
    citizen, media = Citizen(), settings.STORAGES["default"]["OPTIONS"]["location"]
    citizen.post("tre", {"child_name": "Nguyễn Thị Ánh"}, "save")
    put_media_into(settings, folder(tmp_path))
    answer = citizen.post("giay-to", {"document-birth_proof": picture()})
    assert answer.status_code == 200
    assert [words for _link, words in mends(answer)] == [NOT_STORED]
    assert citizen.now().attachments.count() == 0
    assert citizen.draft.typed["form"]["child_name"] == ["Nguyễn Thị Ánh"]
    put_media_into(settings, media)
    assert citizen.post("giay-to", {"document-birth_proof": picture()}, "upload").status_code == 302
    assert citizen.now().attachments.get().name == "ảnh.png"


@contextmanager
def full_after(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes, as on a disk without room."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, before)


@pytest.mark.parametrize("way", [files.accept, files.result_file])
def test_a_disk_that_fills_up_while_a_file_is_written(way: Any) -> None:
    draft = factories.SubmissionFactory()
    upload = SimpleUploadedFile("ảnh.png", values.photo(64, 64, kind="PNG"))
    where = {"submission": draft, "key": "birth_proof"} if way is files.accept else {}
    with full_after(4096), pytest.raises(FileNotStored) as problem:
        way(upload, **where)
    assert str(problem.value) == NOT_STORED
    assert draft.attachments.count() == 0
    upload.seek(0)
    assert way(upload, **where).name == "ảnh.png"


def test_a_file_that_may_not_be_read_is_a_page_with_words_and_a_lost_one_is_not_found(tmp_path: Path) -> None:
    browser = Client()
    citizen = Citizen(client=browser)
    citizen.post("giay-to", {"document-birth_proof": picture()}, "upload")
    row = citizen.now().attachments.get()
    address = f"/nop-ho-so/{citizen.draft.procedure.code}/{citizen.draft.draft_key}/tep/{row.pk}/"
    stored = Path(default_storage.path(row.file.name))
    stored.unlink()
    assert browser.get(address).status_code == 404
    stored.mkdir()  # a thing that cannot be read as a file, for root too
    answer = browser.get(address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "120")
    assert "Cổng chưa mở được tệp này. Bạn hãy thử lại sau ít phút." in text(answer)
    assert str(tmp_path) not in answer.content.decode()


def test_a_draft_goes_although_its_file_cannot_be_deleted(
    settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    draft = factories.SubmissionFactory()
    files.accept(picture(), submission=draft, key="birth_proof")
    put_media_into(settings, blocked(tmp_path))
    with django_capture_on_commit_callbacks(execute=True):
        workflow.discard(draft.pk, by=rules.SYSTEM_ACTOR)
    assert not Submission.objects.filter(pk=draft.pk).exists()

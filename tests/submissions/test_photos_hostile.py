"""Hostile and broken files: each ends in a clear sentence, and neither process grows beyond its bounds."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings as project
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.lib import child, photos
from submissions import files, filetypes
from submissions.errors import FileRefused
from submissions.models import Submission
from tests import factories, pictures
from tests.portal.test_photo_worker import _take_places

AGAIN = "Bạn hãy chụp lại và chọn ảnh JPG, PNG hoặc HEIC, tối đa 20 MB."
SAVE = "Bạn hãy lưu lại tệp rồi chọn lại, hoặc chụp ảnh từng trang, tối đa 20 MB."
SMALLER = "quá lớn. Bạn hãy chụp lại với cỡ ảnh nhỏ hơn."
PAGES = (
    "có 500 trang; cổng nhận tối đa 200 trang mỗi tệp. "
    "Bạn hãy chỉ gửi những trang cần thiết, hoặc tách tệp thành nhiều phần."
)


@pytest.fixture
def draft(db: None) -> Submission:
    return factories.SubmissionFactory()


def take(draft: Submission, name: str, content: bytes) -> str:
    """ "taken", or the sentence of refusal."""
    try:
        files.accept(SimpleUploadedFile(name, content), submission=draft, key="identity")
    except FileRefused as refused:
        assert list(draft.attachments.all()) == []
        return str(refused)
    return "taken"


@functools.cache
def hundred_megapixels() -> bytes:
    return pictures.encoded(pictures.page(1000, 1000).resize((10000, 10000)), quality=30)


HOSTILE = [
    ("100MP.jpg", hundred_megapixels, "taken"),
    ("100MP-a-progressive.jpg", lambda: pictures.claiming(pictures.photo(progressive=True), 10000, 10000), "taken"),
    ("vast.jpg", lambda: pictures.claiming(pictures.photo(), 65000, 65000), f"Ảnh “vast.jpg” {SMALLER}"),
    ("64MP.png", lambda: pictures.flat_png(8000, 8000, 6), "taken"),
    ("100MP.png", lambda: pictures.flat_png(10000, 10000, 2), f"Ảnh “100MP.png” {SMALLER}"),
    ("bomb.png", lambda: pictures.flat_png(20000, 20000), f"Ảnh “bomb.png” {SMALLER}"),
    ("cut.heic", lambda: pictures.photo(kind="HEIC")[:-2000], f"Tệp “cut.heic” không mở được. {AGAIN}"),
    ("head.heic", lambda: pictures.photo(kind="HEIC")[:200], f"Tệp “head.heic” không mở được. {AGAIN}"),
    ("vast.heic", lambda: pictures.heic_claiming(30000, 30000), f"Ảnh “vast.heic” {SMALLER}"),
    ("false.heic", lambda: pictures.heic_claiming(7000, 7000), f"Tệp “false.heic” không mở được. {AGAIN}"),
    ("500.pdf", lambda: pictures.pdf(500), f"Tệp “500.pdf” {PAGES}"),
    ("200.pdf", lambda: pictures.pdf(200), "taken"),
    ("loop.pdf", pictures.looping_pdf, f"Tệp “loop.pdf” không mở được. {SAVE}"),
    ("vast.pdf", pictures.vast_page, "taken"),
    ("bomb.pdf", lambda: pictures.pdf_bomb(300), f"Tệp “bomb.pdf” không mở được. {SAVE}"),
]
Made = Callable[[], bytes]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("name", "made", "said"), [pytest.param(*row, id=row[0]) for row in HOSTILE])
def test_each_ends_in_a_clear_sentence(draft: Submission, name: str, made: Made, said: str) -> None:
    assert take(draft, name, made()) == said


MEASURE = """
import django, json, os, resource, sys
django.setup()
from submissions import filetypes
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
def peak():
    return next(int(line.split()[1]) * 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
grown = {}
for path in sys.argv[1:]:
    before = resident()
    open("/proc/self/clear_refs", "w").write("5")
    with open(path, "rb") as file:
        try:
            filetypes.examine(file, os.path.basename(path))
        except filetypes.NotAccepted:
            pass
    grown[os.path.basename(path)] = peak() - before
print(json.dumps([grown, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024]))
"""
MB = 1024 * 1024


def test_the_web_process_does_not_grow_and_the_other_stays_in_bounds(tmp_path: Path) -> None:
    """A web worker's memory before and at the worst of each file; the largest of the processes that were started."""
    made = {"first.jpg": pictures.photo(), **{name: make() for name, make, _said in HOSTILE}}
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *(str(tmp_path / name) for name in made)],
        capture_output=True, text=True, env=environment, check=True, cwd=project.BASE_DIR,
    )  # fmt: skip
    grown, largest = json.loads(done.stdout)
    del grown["first.jpg"]  # it loads what every upload needs
    assert {name: size for name, size in grown.items() if size > 8 * MB} == {}
    assert largest < 640 * MB


# --- when no other process may start -------------------------------------------------------------

BUSY = [
    ("good.jpg", lambda: pictures.photo(), "taken"),
    ("good.png", lambda: pictures.photo(kind="PNG"), "taken"),
    ("good.heic", lambda: pictures.photo(kind="HEIC"), "taken"),
    ("cut.jpg", lambda: pictures.photo()[:-9000], f"Tệp “cut.jpg” không mở được. {AGAIN}"),
    ("cut.png", lambda: pictures.photo(kind="PNG")[:-9000], f"Tệp “cut.png” không mở được. {AGAIN}"),
    ("100MP.jpg", lambda: pictures.claiming(pictures.photo(progressive=True), 10000, 10000), "taken"),
    ("bomb.png", lambda: pictures.flat_png(20000, 20000), f"Ảnh “bomb.png” {SMALLER}"),
    ("good.pdf", lambda: pictures.pdf(3), "taken"),
    ("500.pdf", lambda: pictures.pdf(500), f"Tệp “500.pdf” {PAGES}"),
    ("bomb.pdf", lambda: pictures.pdf_bomb(60), f"Tệp “bomb.pdf” không mở được. {SAVE}"),
    (
        "locked.pdf",
        lambda: pictures.pdf(encryption=pikepdf.Encryption(user="1", owner="2")),
        "Tệp “locked.pdf” có đặt mật khẩu hoặc khóa nên cán bộ không mở được. "
        "Bạn hãy bỏ mật khẩu rồi chọn lại, hoặc chụp ảnh từng trang.",
    ),
]


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("name", "made", "said"), [pytest.param(*row, id=row[0]) for row in BUSY])
def test_while_the_machine_is_busy_files_are_taken_without_doubts(
    draft: Submission, settings: Any, monkeypatch: pytest.MonkeyPatch, name: str, made: Made, said: str
) -> None:
    monkeypatch.setattr(photos, "LOOK_WAIT", 0.05)
    places = _take_places(settings, "photo-look")
    assert take(draft, name, made()) == said
    assert [a.doubts for a in draft.attachments.all()] == [[]] * (said == "taken")
    for place in places:
        place.close()


def test_a_picture_that_takes_too_long_is_taken_and_a_pdf_is_not(
    draft: Submission, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker = tmp_path / "worker.py"
    worker.write_text("import time; time.sleep(30)")
    monkeypatch.setattr(photos, "WORKER", worker)
    monkeypatch.setattr(photos, "LOOK_SECONDS", 1.0)
    assert take(draft, "a.pdf", pictures.pdf()) == f"Tệp “a.pdf” không mở được. {SAVE}"
    assert take(draft, "a.jpg", pictures.photo()) == "taken"


# --- pictures in general -------------------------------------------------------------------------


@pytest.mark.parametrize("made", [
    pytest.param(lambda: pictures.encoded(pictures.page().convert("CMYK")), id="cmyk.jpg"),
    pytest.param(lambda: pictures.encoded(pictures.page().convert("I").point(lambda v: v * 257).convert("I;16"), "PNG"),
                 id="sixteen.png"),
    pytest.param(lambda: pictures.encoded(pictures.page().convert("P"), "PNG", transparency=0), id="palette.png"),
    pytest.param(lambda: pictures.encoded(
        pictures.page(), "PNG", save_all=True, append_images=[Image.new("L", (9, 9))]), id="moving.png"),
])  # fmt: skip
def test_odd_but_honest_pictures_are_taken_without_doubts(
    draft: Submission, made: Made, request: pytest.FixtureRequest
) -> None:
    name = request.node.callspec.id
    assert take(draft, name, made()) == "taken"
    assert [a.doubts for a in draft.attachments.all()] == [[]]


def test_a_small_picture_is_not_judged_and_starts_no_process(
    draft: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_args: Any, **_options: Any) -> bytes:
        raise AssertionError

    monkeypatch.setattr(child, "run", none)
    dark = Image.new("L", (500, 500), 5)
    assert dark.width * dark.height == filetypes.FEW_PIXELS
    assert take(draft, "a.jpg", pictures.encoded(dark)) == "taken"


NAMES = [
    ('ảnh "chụp".jpg', 'ảnh "chụp".jpg'),
    ("../../etc/passwd.jpg", "passwd.jpg"),
    ("..\\..\\boot.jpg", "boot.jpg"),
    ("a\0b.jpg", "ab.jpg"),
    ("gpj.\u202eexe.jpg", "gpj.exe.jpg"),
    ("\u200fảnh\u2067.jpg", "ảnh.jpg"),
    ("a" * 300 + ".jpg", "a" * 251 + ".jpg"),
    ("ế" * 400 + ".jpg", "ế" * 251 + ".jpg"),
    ("<img src=x>.jpg", "<img src=x>.jpg"),
]


@pytest.mark.parametrize(("given", "kept"), NAMES)
def test_odd_names_are_kept_safely_and_named_in_sentences(draft: Submission, given: str, kept: str) -> None:
    upload = SimpleUploadedFile("x.jpg", pictures.photo())
    upload._name = given
    row = files.accept(upload, submission=draft, key="identity")
    row.refresh_from_db()
    assert row.name == kept
    assert kept not in row.file.name
    empty = SimpleUploadedFile("x.jpg", b"")
    empty._name = given
    with pytest.raises(FileRefused, match="trống") as refused:
        files.accept(empty, submission=draft, key="identity")
    assert f"Tệp “{kept}”" in str(refused.value)

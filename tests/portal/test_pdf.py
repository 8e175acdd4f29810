"""HTML to PDF in a process of its own: what it may read, and what happens when it fails."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project

from portal.lib import child, pdf
from tests.procedures import pdftext


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "http://127.0.0.1/x.png",
        "https://example.vn/x.png",
        "../portal/settings.py",
        "css/../../manage.py",
        "fonts/tinos/OFL.txt",
        "ftp://127.0.0.1/x",
    ],
)
def test_worker_reads_nothing_but_the_project_s_own_assets(address: str) -> None:
    with pytest.raises(pdf.PdfError, match="refused"):
        pdf.from_html(f'<html lang="vi"><title>x</title><link rel="stylesheet" href="{address}"><img src="{address}">')


def test_the_setting_with_fewer_pages_is_taken() -> None:
    long, short = (f"<html lang=vi><title>x</title><body><p>{'a<br>' * n}" for n in (200, 5))
    (fewer,) = pdf.from_pages([(long, short)])
    (first,) = pdf.from_pages([(short, "<html lang=vi><title>second</title><p>b")])
    with pdftext.open_pdf(fewer) as one_page, pdftext.open_pdf(first) as equal:
        assert len(one_page.pages) == 1
        assert str(equal.docinfo["/Title"]) == "x"


def _script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    path = tmp_path / "worker.py"
    path.write_text(text)
    monkeypatch.setattr(pdf, "WORKER", path)


def test_worker_sees_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SECRET_KEY", "very-secret")
    lines = (
        "import os, sys, json",
        "out = b'%PDF-' + json.dumps(sorted(os.environ)).encode()",
        "sys.stdout.buffer.write(bytes((0, 1)) + len(out).to_bytes(4, 'big') + out)",
    )
    _script(monkeypatch, tmp_path, "\n".join(lines))
    seen = set(json.loads(pdf.from_html("<p>x")[5:]))
    assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL"} & seen == set()


def test_worker_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _script(monkeypatch, tmp_path, "import time; time.sleep(60)")
    with pytest.raises(pdf.PdfError, match="too slow"):
        pdf.from_html("<p>x", timeout=1)


def test_worker_that_dies_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _script(monkeypatch, tmp_path, "raise SystemExit('broken heart')")
    with pytest.raises(pdf.PdfError, match="broken heart"):
        pdf.from_html("<p>x")


def test_worker_that_writes_half_a_file_is_not_believed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _script(monkeypatch, tmp_path, r"import sys; sys.stdout.buffer.write(b'\0\1\0\0\0\7nothing')")
    with pytest.raises(pdf.PdfError, match="incomplete"):
        pdf.from_html("<p>x")


def test_no_more_than_so_many_workers_at_a_time(settings: Any) -> None:
    folder = settings.VAR / "slots" / "pdf_worker"
    folder.mkdir(parents=True, exist_ok=True)
    places = [(folder / str(i)).open("w") for i in range(child.SLOTS)]
    for place in places:
        fcntl.flock(place, fcntl.LOCK_EX)
    with pytest.raises(pdf.PdfError, match="places"):
        pdf.from_html("<p>x", timeout=0.2)
    for place in places:
        place.close()
    assert pdf.from_html('<html lang="vi"><title>x</title><p>x').startswith(b"%PDF-")


def test_a_web_worker_carries_no_library_that_draws_decodes_or_computes_holidays() -> None:
    heavy = "weasyprint docx fontTools pikepdf pypdfium2 pillow_heif pyhanko xlsxwriter holidays".split()
    code = (
        "import django, sys; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True, cwd=project.BASE_DIR
    )
    assert done.stdout.strip() == "[]"


# --- the process that is kept --------------------------------------------------------------------


def _page(words: str = "x") -> pdf.Page:
    return pdf.Page((f'<html lang="vi"><title>{words}</title><p>{words}',), ("css/official.css",), pdf.ARCHIVE)


def test_one_process_draws_page_after_page() -> None:
    renderer = pdf.Renderer()
    first, process = renderer.draw(_page("một")), renderer.process
    second = renderer.draw(_page("hai"))
    assert (first.pages, second.pages) == (1, 1)
    assert renderer.process is process
    for content, words in ((first, "một"), (second, "hai")):
        with pdftext.open_pdf(content.content) as found:
            assert pdftext.words(found) == words
    renderer.close()
    assert process is not None
    assert process.poll() == 0


def test_what_the_starting_program_takes_does_not_count() -> None:
    ballast = b"x" * (pdf.MEMORY_KB * 1024)
    renderer = pdf.Renderer()
    renderer.draw(_page("một"))
    process = renderer.process
    del ballast
    renderer.draw(_page("hai"))
    assert renderer.process is process
    assert 0 < renderer.peak_kb < pdf.MEMORY_KB
    renderer.close()


def test_a_page_that_fails_does_not_end_the_process() -> None:
    renderer = pdf.Renderer()
    renderer.draw(_page())
    process = renderer.process
    with pytest.raises(pdf.PdfError, match="refused"):
        renderer.draw(pdf.Page(('<html lang="vi"><title>x</title><p>x',), ("css/../../manage.css",)))
    assert renderer.draw(_page()).content.startswith(b"%PDF-")
    assert renderer.process is process
    renderer.close()


def test_a_process_that_died_is_replaced() -> None:
    renderer = pdf.Renderer()
    renderer.draw(_page())
    assert renderer.process is not None
    renderer.process.kill()
    renderer.process.wait()
    assert renderer.draw(_page()).content.startswith(b"%PDF-")
    renderer.close()


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _script(monkeypatch, tmp_path, "import time; time.sleep(60)")
    renderer = pdf.Renderer()
    with pytest.raises(pdf.PdfError, match="died or was too slow"):
        renderer.draw(_page(), timeout=1)
    assert renderer.process is None


@pytest.mark.parametrize("limits", [{"papers": 2}, {"memory_kb": 1}])
def test_the_process_is_replaced_at_its_limits(limits: dict[str, int]) -> None:
    renderer, seen = pdf.Renderer(**limits), []
    for _time in range(4):
        renderer._running()
        assert renderer.process is not None
        seen.append(renderer.process.pid)
        renderer.draw(_page())
    assert len(set(seen)) == (2 if "papers" in limits else 4)
    renderer.close()


def test_an_idle_process_goes() -> None:
    renderer = pdf.Renderer()
    renderer.draw(_page())
    renderer.rest(idle=60)
    assert renderer.process is not None
    renderer.rest(idle=0)
    assert renderer.process is None


def test_the_process_ends_with_its_parent() -> None:
    code = (
        "import django; django.setup(); from portal.lib import pdf; r = pdf.warm();"
        "r.draw(pdf.Page(('<html lang=vi><title>x</title><p>x',))); print(r.process.pid, flush=True);"
        "import os; os._exit(0)"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True, cwd=project.BASE_DIR
    )
    gone = Path(f"/proc/{done.stdout.strip()}/cmdline")
    for _try in range(100):
        if not gone.exists() or not gone.read_bytes():
            break
        time.sleep(0.1)
    assert not gone.exists() or not gone.read_bytes()

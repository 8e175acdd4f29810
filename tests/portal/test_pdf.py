"""HTML to PDF in a process of its own: what it may read, and what happens when it fails."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
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
        "sys.stdout.buffer.write(len(out).to_bytes(4, 'big') + out)",
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
    _script(monkeypatch, tmp_path, r"import sys; sys.stdout.buffer.write(b'\0\0\0\7nothing')")
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


def test_a_web_worker_carries_neither_weasyprint_nor_python_docx() -> None:
    code = (
        "import django, sys; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns;"
        "print([m for m in ('weasyprint', 'docx', 'fontTools') if m in sys.modules])"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True, cwd=project.BASE_DIR
    )
    assert done.stdout.strip() == "[]"

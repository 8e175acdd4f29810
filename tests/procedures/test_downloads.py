"""Blank forms as downloads, also on a machine that can make no PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portal import checks
from portal.lib import pdf
from procedures.printing import files
from tests.factories import ProcedureFactory


@pytest.fixture
def client() -> Client:
    return Client()


def _address(procedure: Any, key: str = "declaration", extension: str = "pdf") -> str:
    return f"/thu-tuc/{procedure.code}/bieu-mau/{key}.{extension}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("extension", "kind", "start"), [("pdf", files.KINDS["pdf"], b"%PDF-"), ("docx", files.KINDS["docx"], b"PK")]
)
def test_download(client: Client, django_assert_num_queries: Any, extension: str, kind: str, start: bytes) -> None:
    procedure = ProcedureFactory(level=2)
    with django_assert_num_queries(2):  # the procedure; its document, once a revision
        response = client.get(_address(procedure, extension=extension))
    assert (response.status_code, response["Content-Type"]) == (200, kind)
    assert response.content.startswith(start)
    assert response["Content-Disposition"] == (
        f'attachment; filename="to-khai-dang-ky-khai-sinh.{extension}"; '
        f"filename*=UTF-8''T%E1%BB%9D%20khai%20%C4%91%C4%83ng%20k%C3%BD%20khai%20sinh.{extension}"
    )
    with django_assert_num_queries(1):
        again = client.get(_address(procedure, extension=extension), headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.django_db
def test_second_download_starts_no_worker(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    procedure = ProcedureFactory(level=2)
    first = client.get(_address(procedure))
    broken = tmp_path / "worker.py"
    broken.write_text("raise SystemExit(1)")
    monkeypatch.setattr(pdf, "WORKER", broken)
    assert client.get(_address(procedure)).content == first.content


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("level", "key", "extension"),
    [
        (1, "declaration", "pdf"),
        (1, "declaration", "docx"),
        (2, "birth_proof", "pdf"),
        (2, "x", "docx"),
        (2, "declaration", "exe"),
    ],
)
def test_no_such_download(client: Client, level: int, key: str, extension: str) -> None:
    assert client.get(_address(ProcedureFactory(level=level), key, extension)).status_code == 404


@pytest.mark.django_db
def test_no_such_procedure(client: Client) -> None:
    assert client.get("/thu-tuc/1.999999/bieu-mau/declaration.pdf").status_code == 404


@pytest.fixture
def no_pango(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without the libraries."""
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    pdf.missing_libraries.cache_clear()
    yield
    pdf.missing_libraries.cache_clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("no_pango")
def test_without_pango_the_page_itself_is_served(client: Client) -> None:
    response = client.get(_address(ProcedureFactory(level=2)))
    page = response.content.decode()
    assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert '<link rel="stylesheet" href="/static/css/paper.css">' in page
    assert "Họ, chữ đệm, tên của trẻ" in page
    assert "style=" not in page
    assert "ETag" not in response


@pytest.mark.usefixtures("no_pango")
def test_check_names_the_packages() -> None:
    (warning,) = checks.pdf_libraries(None)
    assert warning.id == "portal.W001"
    assert warning.hint == "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def test_check_is_quiet_when_all_is_there() -> None:
    assert checks.pdf_libraries(None) == []

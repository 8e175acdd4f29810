"""The pages that explain: the four levels, the guide with its pictures, and the hand-out."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from PIL import Image

from portal import site_state
from portal.guide import facts, steps
from portal.lib import pdf
from procedures.models import Procedure
from tests.factories import AgencyFactory, ProcedureFactory, document
from tests.procedures import pdftext

pytestmark = pytest.mark.django_db
PICTURES = [p for step in (*steps.LEVEL_3, *steps.LEVEL_4) for p in step.pictures]
FREE = document(fees=[], free_of_charge=True)


@pytest.fixture(autouse=True)
def _fresh_state() -> Iterator[None]:
    site_state.forget()
    yield
    site_state.forget()


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def _page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    page: str = response.content.decode()
    assert page == unicodedata.normalize("NFC", page)
    return page


# --- four levels ---------------------------------------------------------------------------------


def test_levels_are_counted_by_tier(client: Client) -> None:
    for level, tier in ((1, "town"), (2, "ward"), (3, "town"), (3, "town"), (3, "ward")):
        ProcedureFactory(level=level, tier=tier)
    words = _words(_page(client, "/gioi-thieu/"))
    assert words.count("Đang có 1 dịch vụ cấp thị xã. Cách gọi") == 1
    assert words.count("Đang có 1 dịch vụ cấp phường, xã.") == 1
    assert words.count("Đang có 2 dịch vụ cấp thị xã và 1 dịch vụ cấp phường, xã.") == 1
    assert words.count("Chưa có dịch vụ nào ở đúng mức độ này.") == 1


def test_abolished_and_unpublished_procedures_do_not_count(client: Client) -> None:
    ProcedureFactory(level=4, tier="town", status=Procedure.Status.CLOSED, short_name="Việc đã bãi bỏ")
    hidden = ProcedureFactory(level=4, tier="town", short_name="Việc chưa công bố")
    Procedure.objects.filter(pk=hidden.pk).update(published=None)
    words = _words(_page(client, "/gioi-thieu/"))
    assert words.count("Chưa có dịch vụ nào ở đúng mức độ này.") == 4
    assert "Việc đã bãi bỏ" not in words
    assert "Việc chưa công bố" not in words


def test_services_of_level_4_are_named_with_links(client: Client) -> None:
    procedure = ProcedureFactory(level=4, tier="town", short_name="Cấp bản sao văn bằng")
    assert f'<a href="{procedure.get_absolute_url()}">Cấp bản sao văn bằng</a>' in _page(client, "/gioi-thieu/")


def test_what_each_level_allows() -> None:
    assert [a.by_level for a in facts.ABILITIES] == [
        (True, True, True, True),
        (False, True, True, True),
        (False, False, True, True),
        (False, False, True, True),
        (False, False, False, True),
        (False, False, False, True),
    ]


@pytest.mark.parametrize(("path", "queries"), [("/gioi-thieu/", 2), ("/huong-dan/", 1)])
def test_queries_do_not_grow(
    client: Client, settings: Any, django_assert_num_queries: Any, path: str, queries: int
) -> None:
    settings.SITE_STATE_SECONDS = 3600
    for _i in range(5):
        ProcedureFactory(level=4, tier="town")
    site_state.current()
    with django_assert_num_queries(queries):
        client.get(path)


# --- the guide -----------------------------------------------------------------------------------


def test_guide_tells_both_ways_in_order(client: Client) -> None:
    words = _words(_page(client, "/huong-dan/"))
    level_3, level_4 = words.index("Mức độ 3: bốn bước"), words.index("Mức độ 4: nhận kết quả tại nhà")
    places = [words.index(f"Bước {n}. {step.title}", level_3) for n, step in enumerate(steps.LEVEL_3, start=1)]
    assert places == sorted(places)
    assert places[-1] < level_4
    later = [words.index(f"Bước {n}. {step.title}", level_4) for n, step in enumerate(steps.LEVEL_4, start=1)]
    assert later == sorted(later)
    assert "DỊCH VỤ CÔNG TRỰC TUYẾN MỨC ĐỘ 3" in words
    assert "kiểm tra trong vòng 8 giờ làm việc" in words


def test_no_picture_is_loaded_before_it_is_near(client: Client) -> None:
    images = re.findall(r'<img class="shot"[^>]*>', _page(client, "/huong-dan/"))
    assert len(images) == len(PICTURES) == 9
    assert all('loading="lazy"' in i and re.search(r'alt="[^"]{20,}"', i) for i in images)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda p: p.name)
def test_picture_is_there_small_and_of_the_size_that_the_page_says(picture: steps.Picture) -> None:
    path = project.BASE_DIR / "static" / picture.path
    with Image.open(path) as image:
        assert image.size == (picture.width, picture.height)
    assert path.stat().st_size <= 40_000


def test_no_picture_lies_around_unused() -> None:
    files = {f.stem for f in Path(project.BASE_DIR / "static" / steps.FOLDER).iterdir()}
    assert files == {p.name for p in PICTURES}


def test_guide_says_free_only_when_all_services_of_level_4_are(client: Client) -> None:
    sentence = "Các dịch vụ này đều miễn phí, lệ phí."
    assert sentence not in _words(_page(client, "/huong-dan/"))
    ProcedureFactory(level=4, tier="town", content=FREE)
    assert sentence in _words(_page(client, "/huong-dan/"))
    ProcedureFactory(level=4, tier="town")
    assert sentence not in _words(_page(client, "/huong-dan/"))


def test_an_amount_that_is_not_known_is_not_free() -> None:
    fee = {"kind": "phi", "name": "Phí", "amount": None}
    assert facts.all_free([ProcedureFactory(level=4, content=document(fees=[fee]))]) is False
    assert facts.all_free([ProcedureFactory(level=4, content=document(fees=[{**fee, "amount": 0}]))]) is True
    assert facts.all_free([]) is False


# --- the hand-out --------------------------------------------------------------------------------


def test_handout_is_two_pages_with_the_towns_own_facts(client: Client) -> None:
    AgencyFactory(town=True, phone="0239.3835356")
    for name in ("Chấm dứt hộ kinh doanh", "Tạm ngừng kinh doanh", "Cấp bản sao văn bằng", "Khai báo photocopy"):
        ProcedureFactory(level=4, tier="town", short_name=name, content=FREE)
    response = client.get("/huong-dan/to-roi.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == 'inline; filename="huong-dan-dich-vu-cong-truc-tuyen.pdf"'
    with pdftext.open_pdf(response.content) as paper:
        assert len(paper.pages) == 2
        text = pdftext.words(paper)
    for words in ("testserver", "Hiện có 4 dịch vụ:", "Khai báo photocopy", "4 dịch vụ thị xã", "0239.3835356"):
        assert words.replace(" ", "") in text
    assert all(str(step.title).replace(" ", "") in text for step in (*steps.LEVEL_3, *steps.LEVEL_4))


def test_second_handout_starts_no_worker(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = client.get("/huong-dan/to-roi.pdf").content
    monkeypatch.setattr(pdf, "WORKER", tmp_path / "none.py")
    assert client.get("/huong-dan/to-roi.pdf").content == first


def test_without_pango_the_handout_is_a_page_to_print(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.util.find_library", lambda name: None)
    pdf.missing_libraries.cache_clear()
    page = _page(client, "/huong-dan/to-roi.pdf")
    pdf.missing_libraries.cache_clear()
    assert '<link rel="stylesheet" href="/static/css/paper.css">' in page
    assert '<img src="/static/img/guide/trang-chu.webp"' in page
    assert "style=" not in page

"""Home, pages of words, site maps and error pages."""

from __future__ import annotations

import datetime
import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project_settings
from django.core.management import call_command
from django.shortcuts import render
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import timezone

from portal.models import SiteNotice
from procedures.models import Procedure
from tests.factories import AgencyFactory, ProcedureFactory

pytestmark = pytest.mark.django_db

SHIPPED = Path(project_settings.BASE_DIR) / "procedures" / "catalogue" / "hong-linh"


def text(response: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return re.sub(r"\s+", " ", plain)


def links(response: Any) -> set[str]:
    return set(re.findall(r'href="(/[^"#]*)"', response.content.decode()))


@pytest.fixture
def shipped() -> None:
    call_command("load_catalogue", str(SHIPPED), verbosity=0)


def test_shipped_catalogue_counts_as_the_town_says(client: Client, shipped: None) -> None:
    home = text(client.get("/"))
    assert "Mức độ 3: Nộp trực tuyến 31 dịch vụ cấp thị xã, 5 dịch vụ cấp phường, xã" in home
    assert "Mức độ 4: Nộp, trả phí và nhận tại nhà 4 dịch vụ cấp thị xã" in home
    assert "Hay được tìm: Khai sinh · Kết hôn · Hộ kinh doanh · Giấy phép xây dựng" in home


def test_every_online_service_is_at_most_three_clicks_from_home(client: Client, shipped: None) -> None:
    reached, front = {"/"}, {"/"}
    for _click in range(3):
        pages = [path for path in front if path.startswith(("/muc-do/", "/thu-tuc/?")) or path == "/"]
        front = set()
        for path in pages:
            base = path.split("?")[0]
            found = re.findall(r'href="([^"#]*)"', client.get(path.replace("&amp;", "&")).content.decode())
            front |= {base + link if link.startswith("?") else link for link in found}
        front -= reached
        reached |= front
    online = Procedure.objects.filter(level__gte=3)
    assert online.count() == 40
    assert [p.code for p in online if p.get_absolute_url() not in reached] == []


def test_largest_page_stays_under_20_kb_packed(client: Client, shipped: None) -> None:
    pages = ["/", "/thu-tuc/", "/muc-do/3/", *(p.get_absolute_url() for p in Procedure.objects.all())]
    sizes = {path: len(gzip.compress(client.get(path).content, 6)) for path in pages}
    assert {path: size for path, size in sizes.items() if size > 20 * 1024} == {}


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/", "Bạn cần làm giấy tờ gì?"),
        ("/hoi-dap/", "Hỏi đáp"),
        ("/tro-nang/", "Trợ năng: ai cũng dùng được trang này"),
        ("/rieng-tu/", "Dữ liệu cá nhân của bạn"),
        ("/so-do-trang/", "Sơ đồ trang"),
    ],
)
def test_page_stands_even_with_an_empty_catalogue(client: Client, path: str, heading: str) -> None:
    html = client.get(path).content.decode()
    assert re.findall(r"<h1>([^<]*)</h1>", html) == [heading]
    assert '<html lang="vi">' in html
    assert 'href="#noi-dung"' in html


def test_thirteen_questions_have_answers(client: Client) -> None:
    html = client.get("/hoi-dap/").content.decode()
    assert html.count("<summary><h2>") == 16
    assert "mỗi tệp tối đa 20 MB" in html


def test_head_and_foot_name_the_town_and_who_answers_for_it(client: Client) -> None:
    AgencyFactory(town=True, name="Ủy ban nhân dân thị xã Hồng Lĩnh", address="Số 102", phone="0239.3835356")
    page = text(client.get("/"))
    for words in (
        "Cộng hòa xã hội chủ nghĩa Việt Nam Độc lập - Tự do - Hạnh phúc",
        "Thị xã Hồng Lĩnh Cổng dịch vụ công trực tuyến",
        "Địa chỉ: Số 102",
        "Điện thoại: 0239.3835356",
        "Chịu trách nhiệm chính: Chánh Văn phòng HĐND - UBND thị xã",
        "Đây là phần mềm độc lập",
        "dữ liệu mẫu",
    ):
        assert words in page, words
    assert 'href="tel:02393835356"' in client.get("/").content.decode()


def test_notice_is_shown_between_its_times(client: Client) -> None:
    now = timezone.now()
    hour = datetime.timedelta(hours=1)
    for name, begin, end in (("đang", -hour, hour), ("sắp", hour, 2 * hour), ("xong", -2 * hour, -hour)):
        SiteNotice.objects.create(text=f"Thông báo {name} <hiện>", show_from=now + begin, show_until=now + end)
    html = client.get("/").content.decode()
    assert re.findall(r"Thông báo (\S+) &lt;hiện&gt;", html) == ["đang"]


def test_site_map_for_machines_lists_every_procedure(client: Client, settings: Any) -> None:
    ProcedureFactory(code="9.1"), ProcedureFactory(code="9.2")
    response = client.get("/sitemap.xml")
    places = re.findall(r"<loc>([^<]*)</loc>", response.content.decode())
    assert response["Content-Type"] == "application/xml"
    assert all(place.startswith(settings.SITE_URL + "/") for place in places)
    assert {f"{settings.SITE_URL}/thu-tuc/9.1/", f"{settings.SITE_URL}/thu-tuc/9.2/"} <= set(places)
    assert len(places) == len(set(places))


def test_robots_stay_away_from_personal_pages(client: Client, settings: Any) -> None:
    response = client.get("/robots.txt")
    lines = response.content.decode().splitlines()
    assert response["Content-Type"] == "text/plain"
    assert {"/admin/", "/ho-so/", "/nop-ho-so/", "/tra-cuu/", "/tai-khoan/"} <= {
        line.removeprefix("Disallow: ") for line in lines
    }
    assert lines[-1] == f"Sitemap: {settings.SITE_URL}/sitemap.xml"


def test_favicon_leads_to_the_mark(client: Client) -> None:
    assert client.get("/favicon.ico")["Location"].endswith("img/favicon.svg")


# --- errors --------------------------------------------------------------------------------------


def test_unknown_page_helps_to_search(client: Client) -> None:
    response = client.get("/khong-co/")
    assert response.status_code == 404
    assert "Không tìm thấy trang này" in text(response)
    assert "/thu-tuc/" in links(response)


def test_missing_form_key_says_what_to_do() -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/nop-ho-so/1.001193/", {})
    assert response.status_code == 403
    assert "Tải lại trang rồi gửi lần nữa." in text(response)


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_pages_for_broken_times_need_no_context_and_no_database(name: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        html = render_to_string(name)
    assert 'href="/"' in html
    assert "style=" not in html


def test_too_many_tries_says_how_long(rf: RequestFactory) -> None:
    assert "Hãy thử lại sau 15 phút." in text(render(rf.get("/"), "429.html", {"minutes": 15}))
    assert "Hãy thử lại sau ít phút." in text(render(rf.get("/"), "429.html"))


def test_no_page_has_inline_script_or_style(client: Client) -> None:
    ward = AgencyFactory()
    procedure = ProcedureFactory()
    assert ward.is_active()
    for path in ("/", "/thu-tuc/", "/muc-do/3/", procedure.get_absolute_url(), "/hoi-dap/", "/khong-co/"):
        html = client.get(path).content.decode()
        assert re.findall(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html) == [], path

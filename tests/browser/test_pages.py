"""What every citizen page promises: accessible, light, narrow, and nothing from outside."""

from __future__ import annotations

import gzip
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import DESKTOP, PHONE, Portal

PAGES = [
    "/",
    "/muc-do/1/",
    "/muc-do/2/",
    "/muc-do/3/",
    "/muc-do/3/?co-quan=bac-hong",
    "/muc-do/4/",
    "/thu-tuc/",
    "/thu-tuc/?q=giay+khai+sinh",
    "/thu-tuc/?q=asdfgh",
    "/thu-tuc/1.001193/",
    "/thu-tuc/1.005092/",
    "/thu-tuc/2.002408/",
    "/thu-tuc/9.999999/",
    "/nop-ho-so/1.001193/",
    "/nop-ho-so/1.001612/",
    "/nop-ho-so/2.002408/",
    "/tra-cuu/",
    "/tra-cuu/?ma=KHONG-CO",
    "/tai-khoan/",
    "/gioi-thieu/",
    "/huong-dan/",
    "/hoi-dap/",
    "/tro-nang/",
    "/rieng-tu/",
    "/phan-anh/",
]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}}
KB = 1024


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(path: str, size: Any, portal: Portal, browser: Any) -> None:
    context = browser.new_context(viewport=size, bypass_csp=True)
    page = context.new_page()
    page.goto(portal.base + path)
    results = Axe().run(page, options=RULES)
    context.close()
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("path", PAGES)
def test_fits_320_pixels(path: str, portal: Portal, browser: Any) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(portal.base + path)
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert width == 320


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_is_light_and_stays_here(path: str, portal: Portal, browser: Any) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    sizes: list[float] = []
    client.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    hosts: set[str | None] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.goto(portal.base + path, wait_until="networkidle")
    html = gzip.compress(page.content().encode(), 6)
    context.close()
    assert hosts <= {"127.0.0.1", None}
    assert sum(sizes) <= 100 * KB
    assert len(html) <= 20 * KB


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_is_strict_and_kept(path: str, portal: Portal, browser: Any) -> None:
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(portal.base + path)
    policy = answer.headers["content-security-policy"]
    context.close()
    assert "unsafe" not in policy
    assert [c for c in complaints if "404" not in c] == []


def test_the_keyboard_reaches_the_search_first(portal: Portal, browser: Any) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(portal.base + "/")
    page.keyboard.press("Tab")
    skip = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.name")
    context.close()
    assert (skip, name) == ("#noi-dung", "q")

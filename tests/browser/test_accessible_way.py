"""axe on the pages that need a session: every step of a filing with its errors, the citizen's own page, the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import values
from tests.browser.conftest import DESKTOP, PHONE, Portal
from tests.browser.people import count_figures, enter, file_as_guest, go_on, hire, open_record, picture, press, shipped
from tests.browser.test_pages import RULES

DESK_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
VERBS = ("receive", "refuse", "request_supplement", "assign", "note")
LIST = "/admin/submissions/submission/"
DESK_PAGES = (
    f"{LIST}?queue=waiting&procedure=1.001193&answer=child_sex%3Anu&gone=1",
    f"{LIST}tai-cong-viec/",
    f"{LIST}bo-loc/luu/?queue=waiting",
    f"{LIST}bo-loc/",
)


def check(page: Any, rules: dict[str, Any] = RULES) -> None:
    results = Axe().run(page, options=rules)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_every_step_with_its_errors(size: Any, portal: Portal, browser: Any, tmp_path: Path) -> None:
    page = browser.new_context(viewport=size, bypass_csp=True).new_page()
    plan = shipped("1.001612")
    page.goto(f"{portal.base}/nop-ho-so/{plan.code}/")
    press(page, page.locator("main form button").last)
    known: dict[str, Any] = {}
    assert plan.form is not None
    typed = [values.APPLICANT, *(values.section(s, known)[0] for s in plan.form.sections)]
    for answers in typed:
        press(page, page.get_by_role("button", name="Lưu và tiếp tục").last)
        links = page.locator(".error-summary a")
        targets = [links.nth(i).get_attribute("href") for i in range(links.count())]
        assert [t for t in targets if t is None or page.locator(t).count() != 1] == []
        check(page)
        go_on(page, {k: list(v) for k, v in answers.items()})
    press(page, page.get_by_role("button", name="Lưu và tiếp tục").last)
    check(page)
    for document in plan.documents:
        if document.is_needed(known):
            page.locator(f'[name="document-{document.key}"]').set_input_files(str(picture(tmp_path)))
    go_on(page, {})
    check(page)
    go_on(page, {"delivery": ["counter"]})
    press(page, page.get_by_role("button", name="Gửi hồ sơ").last)
    check(page)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_after_filing(size: Any, portal: Portal, browser: Any, tmp_path: Path) -> None:
    page = browser.new_context(viewport=size, bypass_csp=True).new_page()
    reference, _secret = file_as_guest(page, portal, shipped("1.001193"), picture(tmp_path), "nam-hong")
    check(page)
    for path in (f"/ho-so/{reference}/", f"/ho-so/{reference}/rut/", "/tai-khoan/", f"/tra-cuu/?ma={reference}"):
        page.goto(portal.base + path)
        check(page)
    check_figures(page, portal, size["width"])
    hire(portal, "can-bo-nam-hong", "nam-hong")
    desk = browser.new_context(viewport=size, bypass_csp=True).new_page()
    desk.goto(f"{portal.base}/admin/")
    check(desk, DESK_RULES)
    enter(desk, portal, "can-bo-nam-hong")
    check(desk, DESK_RULES)
    record = open_record(desk, portal, reference)
    check(desk, DESK_RULES)
    for verb in VERBS:
        desk.goto(f"{record}{verb}/")
        check(desk, DESK_RULES)
    for path in DESK_PAGES:
        desk.goto(portal.base + path)
        assert desk.evaluate("document.documentElement.scrollWidth") <= size["width"]
        check(desk, DESK_RULES)
        if path.endswith("?queue=waiting"):
            desk.fill('[name="name"]', "Chờ tiếp nhận")
            press(desk, desk.get_by_role("button", name="Lưu"))


def check_figures(page: Any, portal: Portal, width: int) -> None:
    """The public figures with a submission in them, every table open."""
    count_figures(portal)
    for path in ("/thong-ke/", "/thong-ke/?thang=13&co-quan=nam-hong", "/thong-ke/qua-han/"):
        page.goto(portal.base + path)
        page.evaluate("document.querySelectorAll('main details').forEach(d => { d.open = true })")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        check(page)


def focused(page: Any) -> str:
    return str(page.evaluate("(document.activeElement.name || '') + ' ' + document.activeElement.textContent").strip())


def test_a_file_is_received_by_keys_alone(portal: Portal, browser: Any) -> None:
    """One of the demo data."""
    hire(portal, "can-bo-ban-phim", "bac-hong", "reception")
    desk = browser.new_context(viewport=DESKTOP).new_page()
    enter(desk, portal, "can-bo-ban-phim")
    desk.goto(f"{portal.base}{LIST}?queue=waiting&q=nguyen+thi+lan+huong")
    reference = desk.locator(".code").first.inner_text()
    desk.keyboard.press("j")
    assert focused(desk) == reference
    desk.keyboard.press("x")
    assert desk.locator('[name="_selected_action"]').is_checked()
    assert desk.locator("[data-pick-page]").is_checked()
    desk.keyboard.press("/")
    desk.keyboard.type("njx1")
    assert desk.locator("#searchbar").input_value() == "njx1"
    desk.locator("#searchbar").blur()
    switch = desk.get_by_role("button", name="Tắt phím tắt")
    switch.press("Enter")
    desk.keyboard.press("n")
    assert "/change/" not in desk.url
    desk.reload()
    desk.get_by_role("button", name="Bật phím tắt").press("Enter")
    with desk.expect_navigation():
        desk.keyboard.press("n")
    assert reference in desk.locator("h1").inner_text()
    with desk.expect_navigation():
        desk.keyboard.press("1")
    assert "Tiếp nhận" in focused(desk)
    with desk.expect_navigation():
        desk.keyboard.press("Enter")
    assert "Đã tiếp nhận hồ sơ" in desk.locator(".messagelist").inner_text()


def test_feedback_from_the_form_with_its_errors_to_what_the_sender_reads(portal: Portal, browser: Any) -> None:
    page = browser.new_context(viewport=PHONE, bypass_csp=True).new_page()
    page.goto(f"{portal.base}/phan-anh/")
    press(page, page.get_by_role("button", name="Gửi", exact=True))
    links = page.locator(".error-summary a")
    targets = [links.nth(i).get_attribute("href") for i in range(links.count())]
    assert [t for t in targets if t is None or page.locator(t).count() != 1] == []
    check(page)
    page.locator('[name="kind"]').first.check()
    page.locator('[name="agency"]').select_option("bac-hong")
    for name, typed in {"text": "Đèn đường ngõ 5 hỏng.", "name": "Trần Thị Hoa", "phone": "0912345678"}.items():
        page.locator(f'[name="{name}"]').fill(typed)
    press(page, page.get_by_role("button", name="Gửi", exact=True))
    assert page.locator("[data-reference]").count() == 1
    check(page)
    page.goto(f"{portal.base}/phan-anh/da-tra-loi/")
    check(page)

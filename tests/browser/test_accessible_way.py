"""axe on the pages that need a session: every step of a filing with its errors, the citizen's own page, the desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import values
from tests.browser.conftest import DESKTOP, PHONE, Portal
from tests.browser.people import enter, file_as_guest, go_on, hire, open_record, picture, press, shipped
from tests.browser.test_pages import RULES

DESK_RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
VERBS = ("receive", "refuse", "request_supplement", "assign", "note")


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

"""A form is filled in on one long page and comes back as a file, without a script and with one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from procedures import spec
from tests import values
from tests.browser.conftest import DESKTOP, PHONE, Portal
from tests.browser.people import fill, press, shipped
from tests.browser.test_accessible_way import check
from tests.procedures import pdftext

BIRTH, SHOP = "1.001193", "1.001612"  # conditions across questions; a list of members
ALLOWANCE = "1.001776"  # a condition that looks at another section
AGAIN = "Hiện các câu hỏi theo lựa chọn"
REFERENCE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}(?=\.pdf$)")


def typed_into(plan: spec.ProcedureSpec) -> dict[str, list[str]]:
    typed: dict[str, list[str]] = {}
    known: dict[str, Any] = {}
    assert plan.form is not None
    for section in plan.form.sections:
        typed |= values.section(section, known)[0]
    return typed


def visible_lists(page: Any, plan: spec.ProcedureSpec) -> list[str]:
    """The lists that a row can be added to at once."""
    assert plan.form is not None
    lists = [f.key for f in plan.form.fields() if f.kind == "repeat"]
    return [key for key in lists if page.locator(f'[name="add-{key}"]').is_visible()]


def missing(page: Any, typed: dict[str, list[str]]) -> list[str]:
    """What was to be typed and has no visible input yet."""
    inputs = page.locator("main form :is(input, select, textarea):visible")
    shown = set(inputs.evaluate_all("all => all.map(e => e.name)"))
    return [name for name in typed if name not in shown and not name.endswith("_FORMS")]


def download(page: Any, folder: Path) -> tuple[str, bytes]:
    with page.expect_download() as started:
        page.get_by_role("button", name="Tải tờ khai PDF để in").click()
    target = folder / started.value.suggested_filename
    started.value.save_as(target)
    return target.name, target.read_bytes()


def words(content: bytes) -> str:
    with pdftext.open_pdf(content) as paper:
        return pdftext.words(paper)


def expected(typed: dict[str, list[str]]) -> set[str]:
    """Names, addresses and sentences; choices are ticks on the paper, numbers stand there in their own way."""
    return {"".join(v.split()) for many in typed.values() for v in many if " " in v}


@pytest.mark.parametrize("code", [BIRTH, SHOP])
def test_without_a_script_on_a_phone(code: str, portal: Portal, browser: Any, tmp_path: Path) -> None:
    page = browser.new_context(viewport=PHONE, java_script_enabled=False, accept_downloads=True).new_page()
    plan = shipped(code)
    typed = typed_into(plan)
    page.goto(f"{portal.base}/thu-tuc/{code}/")
    press(page, page.get_by_role("link", name="Điền và in tờ khai").first)
    for repeat in visible_lists(page, plan):
        press(page, page.locator(f'[name="add-{repeat}"]'))
    for _round in range(4):
        fill(page, typed)
        if not missing(page, typed):
            break
        press(page, page.get_by_role("button", name=AGAIN).first)
        assert page.locator("[role=alert]").count() == 0
    assert missing(page, typed) == []
    name, content = download(page, tmp_path)
    found = words(content)
    assert name.endswith(".pdf")
    assert [w for w in expected(typed) if w not in found] == []
    assert "Mãtờkhai" not in found
    assert [c["name"] for c in page.context.cookies() if c["name"] != "csrftoken"] == []


def test_mistakes_and_blanks_without_a_script(portal: Portal, browser: Any, tmp_path: Path) -> None:
    page = browser.new_context(viewport=PHONE, java_script_enabled=False, accept_downloads=True).new_page()
    page.goto(f"{portal.base}/thu-tuc/{BIRTH}/to-khai/")
    day = page.locator('[name="child_birth_date"], [name*="birth_date"]').first
    field = str(day.get_attribute("name"))
    day.fill("31/02/2026")
    press(page, page.get_by_role("button", name="Tải tờ khai PDF để in"))
    assert page.locator(f'.error-summary a[href="#id_{field}"]').count() == 1
    page.get_by_role("link", name="đánh dấu ở cuối trang").click()
    page.get_by_label("Vẫn in, tôi sẽ viết tay chỗ còn thiếu").check(force=True)
    press(page, page.get_by_role("button", name="Tải tờ khai PDF để in"))
    assert page.locator(".error-summary a").count() == 1
    page.locator(f'[name="{field}"]').fill("03/02/2026")
    assert page.get_by_label("Vẫn in, tôi sẽ viết tay chỗ còn thiếu").is_checked()
    assert "03/02/2026" in words(download(page, tmp_path)[1])


def test_with_a_script_and_kept_for_the_counter(portal: Portal, browser: Any, tmp_path: Path) -> None:
    page = browser.new_context(viewport=PHONE, accept_downloads=True).new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    plan = shipped(SHOP)
    typed = typed_into(plan)
    page.goto(f"{portal.base}/thu-tuc/{SHOP}/to-khai/")
    assert page.get_by_role("button", name=AGAIN).count() == 0
    for repeat in visible_lists(page, plan):
        page.locator(f'[name="add-{repeat}"]').click()
    for _round in range(3):
        fill(page, typed)
    assert missing(page, typed) == []
    page.get_by_label("Giữ tờ khai này 7 ngày").check(force=True)
    name, content = download(page, tmp_path)
    reference = REFERENCE.search(name)
    assert reference, name
    assert f"Mãtờkhai:{reference.group()}" in words(content)
    assert [w for w in expected(typed) if w not in words(content)] == []
    page.goto(f"{portal.base}/to-khai/{reference.group()}/")
    shown = page.locator("main").inner_text()
    assert plan.name in shown
    assert [v for v in (values.ADDRESS, *values.NAMES) if v in shown] == []
    fits(page)
    assert problems == []


def fits(page: Any) -> None:
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [PHONE, DESKTOP, {"width": 320, "height": 640}], ids=["phone", "desktop", "narrow"])
def test_everyone_can_use_the_page(size: Any, portal: Portal, browser: Any) -> None:
    page = browser.new_context(viewport=size, bypass_csp=True).new_page()
    for code in (BIRTH, SHOP):
        page.goto(f"{portal.base}/thu-tuc/{code}/to-khai/")
        check(page)
        fits(page)
        press(page, page.get_by_role("button", name="Tải tờ khai PDF để in"))
        links = page.locator(".error-summary a")
        targets = [links.nth(i).get_attribute("href") for i in range(links.count())]
        assert targets
        assert [t for t in targets if page.locator(t).count() != 1] == []
        check(page)
        fits(page)


def test_a_script_reveals_across_sections_at_once(portal: Portal, browser: Any) -> None:
    page = browser.new_context(viewport=PHONE).new_page()
    plan = shipped(ALLOWANCE)
    assert plan.form is not None
    asked = plan.form.field("disability_kind")
    assert asked is not None
    assert asked.show_when is not None
    deciding = plan.form.field(asked.show_when.field)
    assert deciding is not None
    hides = next(c.value for c in deciding.choices if c.value not in asked.show_when.values)
    page.goto(f"{portal.base}/thu-tuc/{ALLOWANCE}/to-khai/")
    question = page.locator(f'[name="{asked.key}"]').first
    seen = []
    for value in (asked.show_when.values[0], hides):
        fill(page, {deciding.key: [value]})
        seen.append((question.is_visible(), question.is_enabled()))
    assert seen == [(True, True), (False, False)]

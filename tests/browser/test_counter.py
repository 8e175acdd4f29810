"""The counter in Chromium: from a kept form to the receipt, by keyboard alone, and what axe says of every page."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from procedures import spec
from tests import values
from tests.browser.conftest import DESKTOP, PHONE, Portal
from tests.browser.people import enter, fill, hire, picture, press, shipped
from tests.browser.test_accessible_way import DESK_RULES, check
from tests.browser.test_fill_and_print import REFERENCE, download, typed_into
from tests.submissions import desk as counter

BIRTH = "1.001193"
THREE = ("declaration", "component_2", "component_8")
PERSON = counter.person()
NUMBERS = itertools.count(1)


@pytest.fixture
def clerk(portal: Portal, browser: Any) -> Any:
    """A page of a reception officer of the ward Bắc Hồng, logged in; `bypass_csp` is for axe."""
    name = f"quay-{next(NUMBERS)}"
    hire(portal, name, "bac-hong")
    page = browser.new_context(viewport=DESKTOP, locale="vi-VN", bypass_csp=True).new_page()
    enter(page, portal, name)
    return page


def kept(portal: Portal, browser: Any, folder: Path) -> str:
    """A citizen fills the form in at home, keeps it and prints it; returns the reference on the paper."""
    page = browser.new_context(viewport=PHONE, accept_downloads=True).new_page()
    page.goto(f"{portal.base}/thu-tuc/{BIRTH}/to-khai/")
    for _round in range(3):
        fill(page, typed_into(shipped(BIRTH)))
    page.get_by_label("Giữ tờ khai này 7 ngày").check(force=True)
    found = REFERENCE.search(download(page, folder)[0])
    assert found is not None
    return found.group()


def tick(page: Any, plan: spec.ProcedureSpec, key: str) -> None:
    page.locator(f'[name="paper-{key}-in"]').check()
    document = plan.document(key)
    if document is not None and document.how == "submit":
        page.locator(f'[name="paper-{key}-originals"]').fill("1")


def test_from_a_kept_form_to_the_receipt(portal: Portal, browser: Any, clerk: Any, tmp_path: Path) -> None:
    reference, plan = kept(portal, browser, tmp_path), shipped(BIRTH)
    problems: list[str] = []
    clerk.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    press(clerk, clerk.get_by_role("link", name="Nhập hồ sơ tại quầy").first)
    clerk.get_by_label("Mã tờ khai (quét hoặc gõ)").fill(reference.lower().replace("-", " "))
    press(clerk, clerk.get_by_role("button", name="Mở"))
    assert clerk.locator('[name="child_name"]').input_value() == typed_into(plan)["child_name"][0]
    fill(clerk, {name: [value] for name, value in PERSON.items()})
    tick(clerk, plan, THREE[0])
    press(clerk, clerk.get_by_role("button", name="Tiếp nhận"))
    assert clerk.locator(".error-summary li").all_inner_texts() == [
        "Chưa có “Giấy chứng sinh”. Đánh dấu “Đã nhận” kèm số bản, hoặc đính kèm bản quét."
    ]
    for key in THREE[1:]:
        tick(clerk, plan, key)
    clerk.locator(f'[name="document-{THREE[1]}"]').set_input_files(str(picture(tmp_path)))
    press(clerk, clerk.get_by_role("button", name="Tiếp nhận"))
    handed = {name: clerk.locator(f"[data-{name}]").first.get_attribute(f"data-{name}")
              for name in ("reference", "tracking-secret", "dossier-code", "due-on")}  # fmt: skip
    assert all(handed.values())
    receipt = clerk.locator('[data-paper="receipt"]').first
    answer = clerk.request.get(portal.base + receipt.get_attribute("href"))
    assert (answer.status, answer.headers["content-type"].split(";")[0]) in (
        (200, "application/pdf"),
        (200, "text/html"),
    )
    assert clerk.get_by_role("link", name="Nhập hồ sơ tiếp theo").is_visible()
    assert [p for p in problems if "Content Security" in p or "Uncaught" in p] == []
    citizen = browser.new_context(viewport=PHONE).new_page()
    citizen.goto(f"{portal.base}/tra-cuu/?ma={handed['reference']}")
    citizen.fill('[name="ma-tra-cuu"]', str(handed["tracking-secret"]))
    citizen.locator('[name="ma-tra-cuu"]').press("Enter")
    citizen.wait_for_url(f"**/ho-so/{handed['reference']}/")
    assert citizen.locator("[data-dossier-code]").first.get_attribute("data-dossier-code") == handed["dossier-code"]


# --- by keyboard alone ---------------------------------------------------------------------------

HERE = """() => { const e = document.activeElement; return {
    tag: e.tagName, type: e.type, name: e.name, value: e.value, checked: e.checked, text: e.innerText }; }"""
MOST_KEYS = 400


def choose(page: Any, at: dict[str, Any], wanted: str, key: str = "ArrowDown") -> None:
    """A list or a group of buttons: the arrows lead to the wanted one."""
    for _step in range(MOST_KEYS):
        if at["value"] == wanted:
            break
        page.keyboard.press(key)
        at = page.evaluate(HERE)
    assert at["value"] == wanted, at
    if at["type"] == "radio" and not at["checked"]:
        page.keyboard.press("Space")


def answer(page: Any, at: dict[str, Any], typed: dict[str, list[str]]) -> None:
    """What has the focus gets its answer, when it has one."""
    wanted = typed.pop(at["name"], None)
    if wanted is None or at["type"] in ("hidden", "file"):
        return
    if at["type"] == "checkbox":
        if not at["checked"]:
            page.keyboard.press("Space")
    elif at["type"] == "radio" or at["tag"] == "SELECT":
        choose(page, at, wanted[0])
    else:
        page.keyboard.press("Control+A")
        page.keyboard.insert_text(wanted[0])


def through(page: Any, typed: dict[str, list[str]], button: str) -> None:
    """Tab by tab to the button."""
    for _step in range(MOST_KEYS):
        at = page.evaluate(HERE)
        if at["tag"] == "BUTTON" and at["value"] == button:
            return
        answer(page, at, typed)
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach “{button}”")


def test_by_keyboard_alone(portal: Portal, clerk: Any) -> None:
    plan = shipped(BIRTH)
    clerk.goto(f"{portal.base}/admin/submissions/counter/")
    assert clerk.evaluate(HERE)["name"] == "q"
    clerk.keyboard.insert_text("làm giấy khai sinh cho con")
    with clerk.expect_navigation():
        clerk.keyboard.press("Enter")
    for _step in range(MOST_KEYS):
        clerk.keyboard.press("Tab")
        if clerk.evaluate(HERE)["text"] == plan.short_name:
            break
    with clerk.expect_navigation():
        clerk.keyboard.press("Enter")
    assert clerk.evaluate(HERE)["name"] == "counter-channel"
    typed = {**{k: [v] for k, v in PERSON.items()}, **typed_into(plan)}
    for key in THREE:
        typed |= {f"paper-{key}-in": ["on"], f"paper-{key}-originals": ["1"]}
    through(clerk, typed, "receive")
    with clerk.expect_navigation():
        clerk.keyboard.press("Enter")
    assert clerk.locator("[data-dossier-code]").count() == 1, clerk.locator("[role=alert]").all_inner_texts()


# --- accessibility -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(size: Any, portal: Portal, clerk: Any) -> None:
    clerk.set_viewport_size(size)
    for path in ("", "?q=khai+sinh", "?q=zzzz", "?to-khai=AAAA-AAAA", f"{BIRTH}/"):
        clerk.goto(f"{portal.base}/admin/submissions/counter/{path}")
        check(clerk, DESK_RULES)
    clerk.locator('[name="counter-filed_for_other"]').check()
    clerk.locator('[name="counter-channel"][value="post"]').check()
    press(clerk, clerk.get_by_role("button", name="Tiếp nhận"))
    links = clerk.locator(".error-summary a")
    targets = [links.nth(i).get_attribute("href") for i in range(links.count())]
    assert [t for t in targets if t is None or clerk.locator(t).count() != 1] == []
    check(clerk, DESK_RULES)
    known: dict[str, Any] = {}
    plan = shipped(BIRTH)
    assert plan.form is not None
    form = {name: many for section in plan.form.sections for name, many in values.section(section, known)[0].items()}
    clerk.goto(f"{portal.base}/admin/submissions/counter/{BIRTH}/")
    for _round in range(3):
        fill(clerk, {**{k: [v] for k, v in PERSON.items()}, **form})
    press(clerk, clerk.get_by_role("button", name="Lưu, chờ bổ sung"))
    check(clerk, DESK_RULES)
    press(clerk, clerk.get_by_role("link", name="Mở hồ sơ"))
    check(clerk, DESK_RULES)
    record = clerk.url.split("change/")[0]
    clerk.goto(f"{record}papers/")
    check(clerk, DESK_RULES)


@pytest.mark.parametrize("path", ["", f"{BIRTH}/"])
def test_fits_320_pixels(path: str, portal: Portal, clerk: Any) -> None:
    clerk.set_viewport_size({"width": 320, "height": 640})
    clerk.goto(f"{portal.base}/admin/submissions/counter/{path}")
    assert clerk.evaluate("document.documentElement.scrollWidth") == 320

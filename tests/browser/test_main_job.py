"""The main job in Chromium, on PostgreSQL and Redis with a real worker: filed, received, supplemented, handed over."""

from __future__ import annotations

import email
import email.policy
from pathlib import Path
from typing import Any

from tests.browser.conftest import DESKTOP, PHONE, Portal, wait_until
from tests.browser.people import act, enter, file_as_guest, hire, open_record, picture, press, shipped

CITIZEN = "anh.dinh@example.vn"


def mail_to(portal: Portal, address: str, code: str) -> list[str]:
    """Subjects of the mails about a code that were delivered to an address, oldest first."""
    found = []
    for raw in (part.strip() for mail in portal.mails() for part in mail.split("-" * 79)):
        message = email.message_from_string(raw, policy=email.policy.default)
        body = message.get_body()
        if message["To"] == address and body is not None and code in body.get_content():
            found.append(str(message["Subject"]).strip())
    return found


def state(page: Any, portal: Portal, reference: str) -> str:
    page.goto(f"{portal.base}/ho-so/{reference}/")
    return str(page.locator("[data-state]").first.get_attribute("data-state"))


def money_of(portal: Portal, record: str) -> str:
    return f"{portal.base}/admin/payments/ho-so/{record.rstrip('/').rsplit('/', 1)[1]}/"


def walk(portal: Portal, citizen: Any, clerk: Any, code: str, office: str, agency: str, folder: Path) -> None:
    plan = shipped(code)
    reference, secret = file_as_guest(citizen, portal, plan, picture(folder), office)
    assert (len(reference), len(secret)) == (9, 14)
    assert state(citizen, portal, reference) == "SUBMITTED"

    name = f"can-bo-{agency}"
    hire(portal, name, agency)
    enter(clerk, portal, name)
    record = open_record(clerk, portal, reference)
    act(clerk, record, "receive")
    assert state(citizen, portal, reference) == "RECEIVED"
    dossier = citizen.locator("[data-dossier-code]").first.get_attribute("data-dossier-code")
    assert citizen.locator("[data-due-on]").first.get_attribute("data-due-on")

    paper = next(d for d in plan.documents if d.required and d.is_needed({}))
    ticks = {f"paper-{paper.key}": "on", f"why-paper-{paper.key}": "Ảnh mờ, không đọc được số."}
    act(clerk, record, "request_supplement", **ticks)
    assert state(citizen, portal, reference) == "AWAITING_SUPPLEMENT"
    citizen.goto(f"{portal.base}/ho-so/{reference}/bo-sung/")
    assert "Ảnh mờ, không đọc được số." in citizen.locator("main").inner_text()
    pickers = citizen.locator('main input[type="file"]')
    assert [pickers.nth(i).get_attribute("name") for i in range(pickers.count())] == [f"document-{paper.key}"]
    pickers.first.set_input_files(str(picture(folder, seed=2)))
    press(citizen, citizen.get_by_role("button", name="Gửi bổ sung"))
    assert state(citizen, portal, reference) == "RECEIVED"

    act(clerk, record, "start")
    act(clerk, money_of(portal, record), "khong-thu", what="unpaid", reason="Thuộc đối tượng được miễn.")
    act(
        clerk,
        record,
        "finish",
        result_note="Đã cấp bản chính, mời đến nhận.",
        result_files=str(picture(folder, seed=3)),
    )
    assert state(citizen, portal, reference) == "RESULT_READY"
    link = citizen.locator('[data-paper="result"]').first.get_attribute("href")
    assert citizen.request.get(portal.base + link).body() == picture(folder, seed=3).read_bytes()
    act(clerk, record, "hand_over", how="counter", receiver="Đinh Thị Ngọc Ánh")
    assert state(citizen, portal, reference) == "HANDED_OVER"

    def told() -> list[str]:
        return sorted({*mail_to(portal, CITIZEN, reference), *mail_to(portal, CITIZEN, str(dossier))})

    wait_until("no notice left unsent", lambda: portal.health()["oldest_unsent_notice_seconds"] is None, 90)
    assert len(told()) == 8, told()
    assert [t for t in portal.texts() if reference in t or str(dossier) in t]
    assert not [t for t in portal.texts() if secret in t or "Đinh" in t]


def test_a_birth_on_a_phone_without_script(portal: Portal, browser: Any, tmp_path: Path) -> None:
    phone = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="vi-VN")
    desk = browser.new_context(viewport=DESKTOP, locale="vi-VN")
    walk(portal, phone.new_page(), desk.new_page(), "1.001193", "bac-hong", "bac-hong", tmp_path)


def test_a_household_business_with_script(portal: Portal, browser: Any, tmp_path: Path) -> None:
    wide = browser.new_context(viewport=DESKTOP, locale="vi-VN")
    desk = browser.new_context(viewport=PHONE, locale="vi-VN")
    walk(portal, wide.new_page(), desk.new_page(), "1.001612", "", "tt-hcc-hong-linh", tmp_path)


def test_another_browser_needs_the_secret(portal: Portal, browser: Any, tmp_path: Path) -> None:
    one, two = browser.new_context(viewport=PHONE), browser.new_context(viewport=PHONE)
    reference, secret = file_as_guest(one.new_page(), portal, shipped("1.001193"), picture(tmp_path), "bac-hong")
    page = two.new_page()
    page.goto(f"{portal.base}/ho-so/{reference}/")
    assert "Đinh Thị Ngọc Ánh" not in page.content()
    page.goto(f"{portal.base}/tra-cuu/?ma={reference}")
    assert page.locator("[data-state]").first.get_attribute("data-state") == "SUBMITTED"
    assert "Đinh Thị Ngọc Ánh" not in page.content()
    page.fill('[name="ma-tra-cuu"]', secret.lower().replace("-", " "))
    page.locator('[name="ma-tra-cuu"]').press("Enter")
    page.wait_for_url(f"**/ho-so/{reference}/")
    assert "Đinh Thị Ngọc Ánh" in page.content()

"""A procedure of level 4 in Chromium: filed on a phone, the result carried home by the post, the page says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import values
from tests.browser.conftest import DESKTOP, PHONE, ROOT, Portal, wait_until
from tests.browser.people import act, enter, file_as_guest, hire, open_record, picture, press, shipped

# One each time; EVERY=1 sends the results of all four (test_post_journey.py always does, without a browser).
LEVEL_FOUR = ("1.001570", "1.001266", "1.005092", "2.001931")
CODES, AGENCY = LEVEL_FOUR if os.environ.get("EVERY") else LEVEL_FOUR[:1], "tt-hcc-hong-linh"
BY_POST = {**values.DELIVERY, "delivery": ["post"]}


def sandbox(portal: Portal) -> str:
    return f"http://127.0.0.1:{portal.env['SANDBOX_PORT']}"


def move_parcels(portal: Portal) -> None:
    """What beat does every half minute."""
    words = ["shell", "-c", "from payments import booking; booking.move()"]
    env = {**portal.env, "SANDBOX_URL": sandbox(portal)}
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, check=True, capture_output=True)


def own_page(page: Any, portal: Portal, reference: str) -> tuple[str, str]:
    """State and words of the submission's page."""
    page.goto(f"{portal.base}/ho-so/{reference}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    return str(page.locator("[data-state]").first.get_attribute("data-state")), str(page.locator("main").inner_text())


def give_to_the_post(desk: Any, portal: Portal, dossier: str) -> str:
    """Label, list, hand-over; returns the code on the label."""
    desk.goto(f"{portal.base}/admin/payments/buu-chinh/")
    row = desk.locator("tr", has_text=dossier)
    code = str(row.locator("th a").inner_text())
    row.locator('[name="n"]').check()
    label = desk.request.get(f"{portal.base}/admin/payments/buu-chinh/nhan/?n={row.locator('[name=n]').input_value()}")
    assert label.body().startswith(b"%PDF-")
    press(desk, desk.get_by_role("button", name="Đưa vào bảng kê"))
    assert code in desk.locator("main, #content").first.inner_text()
    desk.fill('[name="received_by"]', "Phạm Văn Bưu")
    press(desk, desk.get_by_role("button", name="Giao bưu điện"))
    sheet = desk.get_by_role("link", name="In bảng kê").get_attribute("href")
    assert desk.request.get(portal.base + str(sheet)).body().startswith(b"%PDF-")
    return code


@pytest.mark.parametrize("code_of_procedure", CODES)
def test_from_a_phone_to_the_door(portal: Portal, browser: Any, tmp_path: Path, code_of_procedure: str) -> None:
    phone = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="vi-VN").new_page()
    desk = browser.new_context(viewport=DESKTOP, locale="vi-VN").new_page()
    reference, _secret = file_as_guest(phone, portal, shipped(code_of_procedure), picture(tmp_path), delivery=BY_POST)
    clerk = f"buu-chinh-{code_of_procedure[-4:]}"
    hire(portal, clerk, AGENCY)
    enter(desk, portal, clerk)
    record = open_record(desk, portal, reference)
    act(desk, record, "receive")
    act(desk, record, "start")
    act(desk, record, "finish", result_note="Đã cấp giấy xác nhận.")
    state, said = own_page(phone, portal, reference)
    assert (state, "Bạn trả cước cho bưu tá khi nhận." in said) == ("RESULT_READY", True)
    dossier = str(phone.locator("[data-dossier-code]").first.get_attribute("data-dossier-code"))

    code = give_to_the_post(desk, portal, dossier)
    move_parcels(portal)
    own_page(phone, portal, reference)
    number = phone.locator("[data-tracking]").get_attribute("data-tracking")
    assert len(number) == 13

    post = browser.new_context(viewport=DESKTOP, locale="vi-VN").new_page()
    post.goto(f"{sandbox(portal)}/ems/")
    for button in ("Nhận hàng", "Giao bưu tá", "Phát thành công"):
        press(post, post.locator("article", has_text=code).get_by_role("button", name=button))

    def delivered() -> bool:
        move_parcels(portal)
        return own_page(phone, portal, reference)[0] == "HANDED_OVER"

    wait_until("the result is handed over", delivered, 30)
    box = phone.locator("[data-parcel]")
    assert box.get_attribute("data-parcel") == "delivered"
    assert "đã phát" in box.inner_text()
    assert "Bưu tá đã phát." in box.inner_text()
    desk.goto(f"{portal.base}/admin/payments/buu-chinh/")
    desk.fill('[name="ma"]', str(number))
    desk.locator('[name="ma"]').press("Enter")
    desk.wait_for_url("**/buu-chinh/*/")
    assert "đã phát" in desk.locator("#content").inner_text()

"""The three ways to pay, in Chromium: a gateway on a phone without script, a bank transfer, cash and its way back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import journey
from tests.browser.conftest import DESKTOP, PHONE, ROOT, Portal, wait_until
from tests.browser.people import act, enter, file_as_guest, hire, open_record, picture, press, shipped
from tests.browser.test_pages import KB, RULES

CODE, AGENCY, FEE = "1.001612", "tt-hcc-hong-linh", "100.000 đồng"


@pytest.fixture(scope="module")
def desk(portal: Portal, browser: Any) -> Any:
    """An officer with every role that this day needs, logged in."""
    page = browser.new_context(viewport=DESKTOP, locale="vi-VN").new_page()
    hire(portal, "thu-phi", AGENCY, "reception specialist leader cashier")
    enter(page, portal, "thu-phi")
    return page


def filed(portal: Portal, desk: Any) -> tuple[str, str, str]:
    """A submission that was filed without a browser and received: its codes and its record."""
    visitor = journey.HttpVisitor(portal.base)
    page = journey.file(visitor, journey.Plan(shipped(CODE)))
    visitor.connection.close()
    reference, secret = str(page.mark("reference")), str(page.mark("tracking-secret"))
    record = open_record(desk, portal, reference)
    act(desk, record, "receive")
    return reference, secret, record


def hold(page: Any, portal: Portal, reference: str, secret: str) -> None:
    page.goto(f"{portal.base}/tra-cuu/")
    page.fill('[name="ma"]', reference)
    page.fill('[name="ma-tra-cuu"]', secret)
    press(page, page.locator("main form button").first)


def heading(page: Any) -> str:
    return str(page.locator("h1").first.inner_text())


def own_page(page: Any, portal: Portal, reference: str) -> str:
    page.goto(f"{portal.base}/ho-so/{reference}/")
    return str(page.locator("main").inner_text())


def look_again(page: Any, wanted: str) -> None:
    """Presses the link that looks again until the bank has answered."""

    def is_there() -> bool:
        again = page.get_by_role("link", name="Xem lại kết quả")
        if again.count():
            press(page, again)
        return heading(page) == wanted

    wait_until(wanted, is_there, 30)


def examine(page: Any) -> None:
    """Accessible, narrow enough, light, and nothing from outside."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert len(page.content().encode()) <= 100 * KB
    results = Axe().run(page, options=RULES)
    assert results.violations_count == 0, results.generate_report()


def test_the_gateway_on_a_phone_without_script(portal: Portal, desk: Any, browser: Any, tmp_path: Path) -> None:
    phone = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="vi-VN").new_page()
    phone.goto(f"{portal.base}/nop-ho-so/{CODE}/")
    before = phone.locator("main").inner_text()
    assert FEE in before
    assert "Nộp sau khi cơ quan tiếp nhận hồ sơ." in before
    reference, _secret = file_as_guest(phone, portal, shipped(CODE), picture(tmp_path))
    assert f"Bạn sẽ nộp {FEE}." in phone.locator("[data-money]").inner_text()
    act(desk, open_record(desk, portal, reference), "receive")

    assert f"Bạn cần nộp {FEE}." in own_page(phone, portal, reference)
    press(phone, phone.get_by_role("link", name="Nộp tiền"))
    assert heading(phone) == f"Bạn cần nộp {FEE}."
    assert "THỬ NGHIỆM – không phải tiền thật" in phone.locator("main").inner_text()
    press(phone, phone.locator('button[value="vnpay"]'))
    assert "/vnpay/pay" in phone.url
    assert FEE in phone.locator("main").inner_text()
    press(phone, phone.locator('button[value="cancel"]'))
    look_again(phone, "Bạn đã hủy lượt nộp này.")

    press(phone, phone.locator('button[value="vnpay"]'))
    press(phone, phone.locator('button[value="pay"]'))
    look_again(phone, f"Đã nhận {FEE}.")
    assert f"Đã nộp đủ {FEE}." in own_page(phone, portal, reference)
    paper = phone.locator('[data-paper="payment"]').get_attribute("href")
    wait_until("the paper is drawn", lambda: phone.request.get(portal.base + paper).body().startswith(b"%PDF"), 30)
    phone.goto(f"{portal.base}/thanh-toan/{reference}/")
    assert (heading(phone), phone.locator("main form").count()) == (f"Đã nộp đủ {FEE}.", 0)


def test_a_transfer_is_found_in_the_statement(portal: Portal, desk: Any, browser: Any, tmp_path: Path) -> None:
    reference, secret, _record = filed(portal, desk)
    page = browser.new_context(viewport=DESKTOP, locale="vi-VN", bypass_csp=True).new_page()
    hold(page, portal, reference, secret)
    press(page, page.get_by_role("link", name="Nộp tiền"))
    examine(page)
    press(page, page.locator('button[value="vietqr"]'))
    examine(page)
    purpose = page.locator("[data-purpose]").get_attribute("data-purpose")
    assert purpose == reference.replace("-", "")
    assert page.locator(".transfer-code svg").bounding_box()["width"] >= 200

    page.goto(f"{portal.base}/thanh-toan/{reference}/luot/1/")
    assert heading(page) == "Đang chờ khoản chuyển khoản của bạn."
    examine(page)

    statement = tmp_path / "sao-ke.csv"
    rows = ["Ngày giao dịch,Số tham chiếu,Số tiền ghi nợ,Số tiền ghi có,Mô tả"]
    rows += [f'23/11/2026,FT26327001,,"100,000",MBVCB.123.{purpose} chuyen tien']
    statement.write_text("\n".join(rows) + "\n")
    words = [sys.executable, "manage.py", "import_statement", str(statement)]
    subprocess.run(words, cwd=ROOT, env=portal.env, check=True, capture_output=True)
    page.goto(f"{portal.base}/thanh-toan/{reference}/")
    assert heading(page) == f"Đã nộp đủ {FEE}."
    assert "Chuyển khoản bằng mã VietQR" in page.locator("main").inner_text()


def test_cash_and_its_way_back(portal: Portal, desk: Any, browser: Any) -> None:
    reference, secret, record = filed(portal, desk)
    pk = record.rstrip("/").rsplit("/", 1)[-1]
    money = f"{portal.base}/admin/payments/ho-so/{pk}"
    desk.goto(f"{money}/tien-mat/")
    press(desk, desk.locator("button.verb-main"))
    page = browser.new_context(viewport=PHONE, locale="vi-VN", bypass_csp=True).new_page()
    hold(page, portal, reference, secret)
    assert f"Đã nộp đủ {FEE}." in page.locator("[data-money]").inner_text()
    assert page.locator('[data-paper="payment"]').count() == 1

    desk.goto(f"{money}/khong-thu/")
    desk.locator('[name="what"][value="whole"]').check()
    desk.fill('[name="reason"]', "Thuộc hộ nghèo, được miễn.")
    press(desk, desk.locator("button.verb-main"))
    assert f"Bạn sẽ được hoàn {FEE}." in own_page(page, portal, reference)
    desk.goto(f"{money}/hoan-tien/")
    desk.locator('[name="attempt"]').first.check()
    desk.locator('[name="way"][value="cash"]').check()
    desk.fill('[name="reason"]', "Thuộc hộ nghèo, được miễn.")
    press(desk, desk.locator("button.verb-main"))
    press(desk, desk.get_by_role("button", name="Đã hoàn"))
    own_page(page, portal, reference)
    shown = page.locator("[data-money]").inner_text()
    assert f"Đã hoàn lại {FEE}." in shown
    assert f"Đã hoàn {FEE}, tiền mặt tại quầy" in shown
    examine(page)

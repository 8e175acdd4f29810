"""An editor without knowledge of code adds a question to the birth registration; what was promised is kept."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from procedures import spec
from tests import values
from tests.browser.conftest import DESKTOP, PHONE, Portal
from tests.browser.people import act, enter, finish, go_on, hire, open_record, picture, press, shipped
from tests.browser.test_accessible_way import DESK_RULES, check

BIRTH, OFFICE = "1.001193", "duc-thuan"
# Asked only of children who were born at home, so that the other tests of this portal file as ever.
NEW, KEY = "Người đỡ đẻ", "nguoi_do_de"
AT_HOME = {"birth_place_kind": ["ngoai_co_so_y_te"]}


def editor(portal: Portal, browser: Any, **options: Any) -> Any:
    """At the page of the birth registration, found as an editor would."""
    name = f"bien-tap-{len(browser.contexts)}-{'js' if options.get('java_script_enabled', True) else 'no'}"
    hire(portal, name, "hong-linh", "editor")
    page = browser.new_context(viewport=DESKTOP, bypass_csp=True, **options).new_page()
    enter(page, portal, name)
    page.goto(f"{portal.base}/admin/procedures/procedure/?q=dang+ky+khai+sinh")
    press(page, page.get_by_role("link", name=BIRTH, exact=True))
    return page


def add_question(page: Any) -> None:
    """From the procedure's page to the published question, by links and buttons alone."""
    press(page, page.get_by_role("button", name=re.compile("ửa nội dung")))
    press(page, page.get_by_role("link", name="Tờ khai", exact=True))
    press(page, page.get_by_role("link", name="Thêm câu hỏi sau câu “Sinh ở đâu”"))
    page.get_by_label("Câu hỏi", exact=True).fill(NEW)
    page.get_by_label("Loại câu trả lời").select_option(label="Chọn một câu trả lời")
    press(page, page.get_by_role("button", name="Hiện các mục của loại câu trả lời đã chọn"))
    for number, answer in enumerate(["Nhân viên y tế", "Bà đỡ thôn", "Người khác"]):
        press(page, page.get_by_role("button", name="Thêm mục"))
        page.get_by_label("Câu trả lời", exact=True).nth(number).fill(answer)
    page.get_by_label("Chỉ hỏi khi").select_option(label="Sinh ở đâu")
    press(page, page.get_by_role("button", name="Hiện các câu trả lời"))
    page.get_by_label("Tại nhà hoặc nơi khác").check()
    assert page.get_by_label("Bắt buộc trả lời").is_checked()
    press(page, page.get_by_role("button", name="Lưu").last)
    line = page.locator(".line", has_text=NEW)
    assert "Chỉ hỏi khi “Sinh ở đâu”: Tại nhà hoặc nơi khác" in line.inner_text()


def publish(page: Any) -> str:
    """Publishes the draft with reason and document; returns what the page said would change."""
    press(page, page.get_by_role("link", name="Bản soạn", exact=True))
    press(page, page.get_by_role("link", name="Công bố", exact=True))
    said = str(page.locator(".changes").inner_text())
    page.get_by_label("Lý do thay đổi").fill("Sở Tư pháp yêu cầu thống kê trẻ sinh ngoài cơ sở y tế")
    page.get_by_label("Văn bản làm căn cứ").fill("Công văn 123/STP ngày 05/11/2026 của Sở Tư pháp")
    press(page, page.get_by_role("button", name="Công bố"))
    assert "Đã công bố bản số" in page.locator(".messagelist").inner_text()
    return said


# --- citizens ----------------------------------------------------------------------------------------


def begin(
    page: Any, portal: Portal, plan: spec.ProcedureSpec, extra: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    """Fills in the form for a child born at home; ends at the papers. Returns the answers."""
    page.goto(f"{portal.base}/nop-ho-so/{plan.code}/?co-quan={OFFICE}")
    press(page, page.locator("main form button").last)
    go_on(page, {**values.APPLICANT})
    known: dict[str, Any] = {}
    assert plan.form is not None
    for section in plan.form.sections:
        typed, _files = values.section(section, known)
        go_on(
            page,
            {
                **typed,
                **{k: v for k, v in {**AT_HOME, **(extra or {})}.items() if section.key == "nguoi_duoc_khai_sinh"},
            },
        )
    return known


def words(page: Any, address: str = "") -> str:
    """Everything on the page, folded parts too."""
    if address:
        page.goto(address)
    return re.sub(r"\s+", " ", page.locator("main, #content").first.text_content())


def test_a_question_is_added_and_everybody_gets_the_form_that_was_promised(
    portal: Portal, browser: Any, tmp_path: Path
) -> None:
    plan, photo = shipped(BIRTH), picture(tmp_path)
    begun, filed, received, clerk = (browser.new_context(viewport=PHONE).new_page() for _ in range(4))
    hire(portal, "can-bo-duc-thuan", OFFICE)
    enter(clerk, portal, "can-bo-duc-thuan")
    known = begin(begun, portal, plan)
    draft = begun.url.rsplit("/", 2)[0]
    open_reference, _secret = finish(filed, plan, begin(filed, portal, plan), photo)
    received_reference, _secret = finish(received, plan, begin(received, portal, plan), photo)
    act(clerk, open_record(clerk, portal, received_reference), "receive")

    page = editor(portal, browser, java_script_enabled=False)
    add_question(page)
    assert NEW in publish(page)

    # The draft: told once, asked, not sent without the answer.
    told = words(begun, f"{draft}/nguoi_duoc_khai_sinh/")
    assert f"Câu hỏi, giấy tờ mới: {NEW}." in told
    assert begun.locator(f'[name="{KEY}"]').count() > 0
    begun.goto(f"{draft}/kiem-tra/")
    assert NEW in words(begun)
    begun.goto(f"{draft}/nguoi_duoc_khai_sinh/")
    go_on(begun, {KEY: ["ba_do_thon"]})
    begun.goto(f"{draft}/giay-to/")
    draft_reference, _secret = finish(begun, plan, known, photo)
    assert "Bà đỡ thôn" in words(begun, f"{portal.base}/ho-so/{draft_reference}/")

    # What was filed keeps its form, for the citizen and for the officer, received or not.
    for citizen, reference in ((filed, open_reference), (received, received_reference)):
        assert NEW not in words(citizen, f"{portal.base}/ho-so/{reference}/")
        open_record(clerk, portal, reference)
        assert "Tại nhà hoặc nơi khác" in words(clerk)
        assert NEW not in words(clerk)
    open_record(clerk, portal, draft_reference)
    assert NEW in words(clerk)

    # New filings are asked, and the blank form has the question.
    fresh = browser.new_context(viewport=PHONE).new_page()
    reference, _secret = finish(fresh, plan, begin(fresh, portal, plan, {KEY: ["nhan_vien_y_te"]}), photo)
    assert NEW in words(fresh, f"{portal.base}/ho-so/{reference}/")
    blank = tmp_path / "to-khai.pdf"
    blank.write_bytes(fresh.request.get(f"{portal.base}/thu-tuc/{BIRTH}/bieu-mau/declaration.pdf").body())
    printed = subprocess.run(["pdftotext", str(blank), "-"], capture_output=True, text=True, check=True).stdout
    assert (NEW in printed, "Bà đỡ thôn" in printed) == (True, True)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_of_the_editor_are_accessible(portal: Portal, browser: Any, size: dict[str, int]) -> None:
    page = editor(portal, browser)
    page.set_viewport_size(size)
    start = page.url.split("change/")[0]
    check(page, DESK_RULES)
    press(page, page.get_by_role("button", name=re.compile("ửa nội dung")))
    check(page, DESK_RULES)
    pages = [
        "thong-tin",
        "giay-to",
        "le-phi",
        "thoi-han",
        "can-cu",
        "to-khai",
        "to-khai/cau-hoi/2.7",
        "to-khai/them/1.2",
    ]
    pages += ["to-khai/bo/2.3", "to-khai/phan/1", "yaml", "cong-bo", "bo", "xem/trang", "xem/giay-to", "xem/to-khai/2"]
    for name in pages:
        answer = page.goto(f"{start}ban-soan/{name}/")
        assert answer.status == 200, name
        check(page, DESK_RULES)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.goto(f"{start}ban-soan/giay-to/")
    page.get_by_label("Số bản chính").nth(1).fill("hai")
    press(page, page.get_by_role("button", name="Lưu").last)
    check(page, DESK_RULES)
    alert = page.locator('[role="alert"]')
    assert alert.evaluate("e => e === document.activeElement")
    assert page.locator(str(alert.locator("a").get_attribute("href"))).input_value() == "hai"
    page.goto(f"{start}bai-bo/")
    check(page, DESK_RULES)


def test_with_scripts_a_choice_shows_its_settings_at_once_and_typed_text_is_guarded(
    portal: Portal, browser: Any
) -> None:
    page = editor(portal, browser)
    start = page.url.split("change/")[0]
    press(page, page.get_by_role("button", name=re.compile("ửa nội dung")))
    page.goto(f"{start}ban-soan/to-khai/them/1.2/")
    page.get_by_label("Câu hỏi", exact=True).fill("Tôn giáo")
    with page.expect_navigation():
        page.get_by_label("Loại câu trả lời").select_option(label="Chọn nhiều câu trả lời")
    assert page.get_by_label("Câu hỏi", exact=True).input_value() == "Tôn giáo"
    assert page.get_by_label("Các câu trả lời lấy từ").is_visible()
    assert page.get_by_label("Loại câu trả lời").evaluate("e => e === document.activeElement")
    page.get_by_label("Câu hỏi", exact=True).press_sequentially("!")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{start}ban-soan/")
    assert asked == ["beforeunload"]

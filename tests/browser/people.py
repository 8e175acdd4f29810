"""The people of the browser tests: a citizen at a step page, a clerk at the desk."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from procedures import spec
from tests import values
from tests.browser.conftest import ROOT, Portal

CATALOGUE = ROOT / "procedures" / "catalogue" / "hong-linh"
PASSWORD = "Trua-nay-mua-rao-47"


def shipped(code: str) -> spec.ProcedureSpec:
    lists = yaml.safe_load((CATALOGUE / "lists.yaml").read_text())["lists"]
    content = yaml.safe_load(next((CATALOGUE / "procedures").glob(f"{code}-*.yaml")).read_text())
    return spec.build(content, lists)


def picture(folder: Path, seed: int = 1) -> Path:
    path = folder / f"ảnh giấy chứng sinh {seed}.jpg"
    path.write_bytes(values.photo(1200, 900, seed=seed))
    return path


def fill(page: Any, typed: dict[str, list[str]]) -> None:
    """Types what is asked on the page as it stands; questions that are not shown are left alone."""
    for name, many in typed.items():
        inputs = page.locator(f'[name="{name}"]')
        if inputs.count() == 0 or inputs.first.get_attribute("type") == "hidden":
            continue
        kind = inputs.first.get_attribute("type")
        if kind in ("radio", "checkbox"):
            _tick(page, name, many)
        elif inputs.first.is_visible():
            _write(inputs.first, many[0])


def _tick(page: Any, name: str, many: list[str]) -> None:
    for one in many:
        box = page.locator(f'[name="{name}"][value="{one}"]')
        box = box if box.count() else page.locator(f'[name="{name}"]')
        if page.locator(f"label[for='{box.first.get_attribute('id')}']").first.is_visible():
            box.first.check(force=True)


def _write(field: Any, value: str) -> None:
    if field.evaluate("e => e.tagName") == "SELECT":
        field.select_option(value)
    else:
        field.fill(value)


def press(page: Any, button: Any) -> None:
    """Clicks and waits for the page that comes of it, so that the next address cannot overtake the sending."""
    with page.expect_navigation():
        button.click()


def go_on(page: Any, typed: dict[str, list[str]]) -> None:
    """Fills and sends a step; a step that shows itself again has revealed more questions (no script)."""
    before = page.url
    for _round in range(4):
        fill(page, typed)
        press(page, page.get_by_role("button", name="Lưu và tiếp tục").last)
        if page.url != before:
            return
    raise AssertionError(f"{page.url}: {page.locator('[role=alert]').all_inner_texts()}")


COUNTER = {"delivery": ["counter"]}


def file_as_guest(
    page: Any,
    portal: Portal,
    plan: spec.ProcedureSpec,
    photo: Path,
    office: str = "",
    delivery: dict[str, list[str]] = COUNTER,
) -> tuple[str, str]:
    """From the procedure's page to the confirmation; returns reference and secret."""
    page.goto(f"{portal.base}/thu-tuc/{plan.code}/")
    page.get_by_role("link", name="Nộp hồ sơ trực tuyến").first.click()
    if office:
        page.locator(f'[name="co-quan"][value="{office}"]').check(force=True)
    press(page, page.locator("main form button").last)
    go_on(page, {**values.APPLICANT})
    known: dict[str, Any] = {}
    assert plan.form is not None
    for section in plan.form.sections:
        typed, _files = values.section(section, known)
        go_on(page, typed)
    return finish(page, plan, known, photo, delivery)


def finish(
    page: Any,
    plan: spec.ProcedureSpec,
    known: dict[str, Any],
    photo: Path,
    delivery: dict[str, list[str]] = COUNTER,
) -> tuple[str, str]:
    """From the papers to the confirmation; returns reference and secret."""
    for document in plan.documents:
        if document.is_needed(known):
            page.locator(f'[name="document-{document.key}"]').set_input_files(str(photo))
    go_on(page, {})
    go_on(page, delivery)
    page.locator('[name="declare_true"]').check(force=True)
    page.get_by_role("button", name=re.compile("Gửi hồ sơ")).last.click()
    page.wait_for_url("**/da-gui/")
    mark = page.locator("[data-reference]").first.get_attribute("data-reference")
    secret = page.locator("[data-tracking-secret]").first.get_attribute("data-tracking-secret")
    return str(mark), str(secret)


def hire(portal: Portal, name: str, agency: str, roles: str = "reception specialist leader") -> None:
    """An officer, with all desk roles when nothing else is said, made by the operator's command."""
    words = ["create_officer", name, "--agency", agency, "--role", *roles.split()]
    subprocess.run(
        [sys.executable, "manage.py", *words, "--password-stdin"],
        cwd=ROOT,
        env=portal.env,
        input=PASSWORD,
        text=True,
        check=True,
        capture_output=True,
    )


def count_figures(portal: Portal) -> None:
    """What beat does every five minutes."""
    words = ["shell", "-c", "from submissions import statistics; statistics.refresh()"]
    subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=portal.env, check=True, capture_output=True)


def enter(page: Any, portal: Portal, name: str) -> None:
    page.goto(f"{portal.base}/admin/")
    page.fill('[name="username"]', name)
    page.fill('[name="password"]', PASSWORD)
    press(page, page.locator('[type="submit"]').first)


def open_record(page: Any, portal: Portal, reference: str) -> str:
    """Finds the submission by its reference in the work list; returns the record's address."""
    page.goto(f"{portal.base}/admin/submissions/submission/?q={reference}")
    press(page, page.locator("#result_list tbody a").first)
    return str(page.url.split("?")[0].replace("/change/", "/"))


def act(page: Any, record: str, verb: str, **typed: str) -> None:
    """Opens the verb's page, fills it in and sends it."""
    page.goto(f"{record}{verb}/")
    for name, value in typed.items():
        field = page.locator(f'[name="{name}"]').first
        if field.get_attribute("type") == "radio":
            page.locator(f'[name="{name}"][value="{value}"]').check()
        elif field.get_attribute("type") == "checkbox":
            field.check()
        elif field.get_attribute("type") == "file":
            field.set_input_files(value)
        else:
            field.fill(value)
    press(page, page.locator("button.verb-main"))

"""Makes the pictures of the guide and of the README from a running portal that holds made-up data only.

    make run &                                       (with the demo data: manage.py seed_demo)
    python -m tests.browser.screens http://127.0.0.1:8000 --password <password of the demo accounts>

It files two made-up submissions like a visitor on a phone would, and signs in once as a member of the demo staff.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from procedures import spec
from tests import values

ROOT = Path(__file__).resolve().parents[2]
GUIDE, README = ROOT / "static" / "img" / "guide", ROOT / "docs" / "images"
CATALOGUE = ROOT / "procedures" / "catalogue" / "hong-linh"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1366, "height": 850}
PICTURE_WIDTH, PICTURE_BYTES = 405, 25_000
# The colours of static/css/portal.css; each is mixed with the ground for the edges of letters.
COLOURS = "1b1f24 4b5563 9f1d20 0b4f9e 1b6b3a 7a4f00".split()
PLAIN_COLOURS = "ffffff fbf8f3 d9d4ca 767066 f4b400 e7f4ec e8f1fb fff4da".split()
GROUND = (251, 248, 243)
FILED, POSTED = "1.001193", "1.005092"
OFFICER = "motcua-thixa"
# What the pictures show people typing; everything else comes from tests/values.py.
TYPED = {
    "applicant_name": "Đinh Thị Ngọc Ánh",
    "child_name": "NGUYỄN ĐINH BẢO AN",
    "child_sex": "nu",
    "requester_name": "Đinh Thị Ngọc Ánh",
    "requester_relation": "me",
}


class Unfinished(RuntimeError):
    """A step of the walk did not lead where it should."""


@dataclass
class Walker:
    """A visitor with a phone."""

    page: Page
    base: str
    known: dict[str, Any]

    def open(self, path: str) -> None:
        self.page.goto(self.base + path, wait_until="networkidle")

    @property
    def step(self) -> str:
        return self.page.url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.click(selector)

    def picture(self, name: str, top: str, height: int, above: int = 8) -> None:
        """A strip of the page, `height` CSS pixels high, that begins `above` pixels over the element `top`."""
        box = self.page.locator(top).first.bounding_box()
        y = max(0, (box["y"] if box else 0) + self.page.evaluate("window.scrollY") - above)
        raw = self.page.screenshot(
            full_page=True, clip={"x": 0, "y": y, "width": PHONE["width"], "height": height}, animations="disabled"
        )
        _save_small(raw, GUIDE / f"{name}.webp")


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour))


def _palette() -> Image.Image:
    """The portal's colours and the mixes between ink and ground, so that red stays red with few colours."""
    shares = (1.0, 0.66, 0.33)
    mixed = [
        [round(c * k + g * (1 - k)) for c, g in zip(_rgb(h), GROUND, strict=True)] for h in COLOURS for k in shares
    ]
    image = Image.new("P", (1, 1))
    image.putpalette([c for colour in (*map(_rgb, PLAIN_COLOURS), *mixed) for c in colour])
    return image


def _save_small(raw: bytes, path: Path) -> None:
    image = Image.open(io.BytesIO(raw)).convert("RGB")
    height = round(image.height * PICTURE_WIDTH / image.width)
    small = image.resize((PICTURE_WIDTH, height), Image.Resampling.LANCZOS)
    few = small.quantize(palette=_palette(), dither=Image.Dither.NONE).convert("RGB")
    few.save(path, lossless=True, quality=100, method=6)
    if path.stat().st_size > PICTURE_BYTES:
        raise Unfinished(f"{path.name}: {path.stat().st_size} bytes, more than {PICTURE_BYTES}")


# --- filling in ----------------------------------------------------------------------------------


def _specification(code: str) -> spec.ProcedureSpec:
    (path,) = (CATALOGUE / "procedures").glob(f"{code}-*.yaml")
    lists = yaml.safe_load((CATALOGUE / "lists.yaml").read_text())["lists"]
    return spec.build(yaml.safe_load(path.read_text()), lists)


def _fill(walker: Walker, typed: dict[str, list[str]]) -> None:
    for name, given in typed.items():
        for one in [TYPED[name]] if name in TYPED else given:
            _fill_one(walker.page, name, one)


def _fill_one(page: Page, name: str, given: str) -> None:
    found = page.locator(f'[name="{name}"]')
    if not found.count() or not found.first.is_visible():
        return
    kind = found.first.evaluate("e => e.type")
    if kind in ("radio", "checkbox"):
        ticked = page.locator(f'[name="{name}"][value="{given}"]') if kind == "radio" else found
        ticked.first.check()
    elif kind.startswith("select"):
        found.first.select_option(given)
    else:
        found.first.fill(given)


def _fill_step(walker: Walker, procedure: spec.ProcedureSpec) -> None:
    assert procedure.form is not None
    section = next((s for s in procedure.form.sections if s.key == walker.step), None)
    if walker.step == "nguoi-nop":
        _fill(walker, values.APPLICANT)
    elif walker.step == "nhan-ket-qua":
        delivery = ["post"] if walker.page.locator('[name="delivery"][value="post"]').count() else ["counter"]
        _fill(walker, {**values.DELIVERY, "delivery": delivery})
    elif walker.step == "giay-to":
        _attach(walker)
    elif section is not None:
        _fill(walker, values.section(section, walker.known)[0])
        walker.known |= {k: v for k, v in TYPED.items() if section_has(section, k)}


def section_has(section: spec.Section, key: str) -> bool:
    return any(f.key == key for f in section.fields)


def _attach(walker: Walker) -> None:
    photo = {"name": "anh-chup.jpg", "mimeType": "image/jpeg", "buffer": values.photo()}
    for field in walker.page.locator('input[type="file"]').all():
        field.set_input_files([photo])
    walker.press('button[value="upload"]')


def _start(walker: Walker, code: str) -> None:
    walker.open(f"/nop-ho-so/{code}/")
    office = walker.page.locator('[name="co-quan"][type="radio"]')
    if office.count():
        office.first.check()
    walker.press("main form button.button")


def _walk(walker: Walker, code: str, pictures: dict[str, tuple[str, str, int]]) -> None:
    """From the first step to the confirmation; `pictures` says at which steps one is taken, after filling in."""
    procedure = _specification(code)
    _start(walker, code)
    for _round in range(20):
        step = walker.step
        if step == "da-gui":
            return
        _fill_step(walker, procedure)
        if step in pictures:
            walker.picture(*pictures[step])
        if step == "kiem-tra":
            walker.page.check('[name="declare_true"]')
            walker.press('button[value="submit"]')
        else:
            walker.press('main button.button[value="next"]')
        if walker.step == step:
            raise Unfinished(f"{code} {step}: " + walker.page.locator(".error-summary").first.inner_text())
    raise Unfinished(code)


# --- the pictures --------------------------------------------------------------------------------


def guide(browser: Browser, base: str) -> None:
    context = browser.new_context(viewport=PHONE, device_scale_factor=2, locale="vi-VN")
    walker = Walker(context.new_page(), base, {})
    walker.open("/")
    walker.picture("trang-chu", "body", 700)
    walker.open("/muc-do/3/?co-quan=bac-hong")
    walker.picture("muc-do-3", "h1", 640)
    walker.open(f"/thu-tuc/{FILED}/")
    walker.picture("thu-tuc", "main a.button", 560, above=440)
    steps = {
        "nguoi_duoc_khai_sinh": ("khai-thong-tin", "h1", 640),
        "giay-to": ("giay-to", "h1", 640),
        "kiem-tra": ("kiem-tra", "h1", 560),
    }
    _walk(walker, FILED, steps)
    walker.picture("da-gui", "h1", 560)
    reference = walker.page.locator("[data-reference]").first.get_attribute("data-reference")
    walker.open(f"/tra-cuu/?ma={reference}")
    walker.picture("tra-cuu", "h1", 560)
    _walk(Walker(context.new_page(), base, {}), POSTED, {"nhan-ket-qua": ("nhan-tai-nha", "h1", 600)})


def readme(browser: Browser, base: str, password: str) -> None:
    page = browser.new_context(viewport=DESK, locale="vi-VN").new_page()
    page.goto(base + "/", wait_until="networkidle")
    _save_wide(page, "home")
    page.goto(base + "/admin/login/?next=/admin/submissions/submission/", wait_until="networkidle")
    page.fill('[name="username"]', OFFICER)
    page.fill('[name="password"]', password)
    page.click('[type="submit"]')
    page.wait_for_url(re.compile("/admin/submissions/submission/$"))
    _save_wide(page, "desk")


def _save_wide(page: Page, name: str) -> None:
    image = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    image.quantize(64, dither=Image.Dither.NONE).save(README / f"{name}.png", optimize=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="address of the running portal, without a slash at the end")
    parser.add_argument("--password", default="", help="password of the demo accounts; without it no README pictures")
    given = parser.parse_args()
    GUIDE.mkdir(parents=True, exist_ok=True)
    README.mkdir(parents=True, exist_ok=True)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    quiet = ["--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as play:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = play.chromium.launch(executable_path=path, args=[*quiet, *sandbox])
        guide(browser, given.base)
        if given.password:
            readme(browser, given.base, given.password)
    for picture in sorted([*GUIDE.glob("*.webp"), *README.glob("*.png")]):
        sys.stdout.write(f"{picture.relative_to(ROOT)} {picture.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()

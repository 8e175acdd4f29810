"""Pictures and pages in a process of their own: what is seen, put together and drawn, and what never gets in."""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from django.core.files.storage import Storage
from PIL import Image, ImageChops, ImageStat

from portal.lib import child, photo_worker, photos
from tests import pictures


def look(content: bytes, kind: str = "jpeg") -> photos.Look:
    return photos.look(io.BytesIO(content), kind)


def drawn(content: bytes, kind: str, **options: Any) -> Image.Image:
    asked = {"sha256": os.urandom(8).hex(), "page": 1, "width": photos.LARGE, **options}
    return Image.open(io.BytesIO(photos.preview(io.BytesIO(content), kind, **asked))).convert("RGB")


def combined(*contents: tuple[bytes, str]) -> photos.Combined:
    return photos.combine([(io.BytesIO(content), kind) for content, kind in contents], "Giấy chứng sinh")


def on_paper(made: photos.Combined, number: int = 0, dpi: int = 36) -> Image.Image:
    page = pypdfium2.PdfDocument(made.content)[number]
    return page.render(scale=dpi / 72).to_pil().convert("RGB")


def images(made: photos.Combined) -> list[tuple[int, int, str]]:
    """Width, height and colour space of the picture on each page."""
    with pikepdf.open(io.BytesIO(made.content)) as document:
        found = [page.Resources.XObject.Photo for page in document.pages]
        return [(int(image.Width), int(image.Height), str(image.ColorSpace)) for image in found]


# --- doubts --------------------------------------------------------------------------------------

SHARP = [
    ("a scan", lambda: pictures.page()),
    ("small print", lambda: pictures.page(points=8)),
    ("a few lines", lambda: pictures.page(points=20)),
    ("slightly soft", lambda: pictures.blurred(pictures.page(), 1)),
    ("grain of a small sensor", lambda: pictures.grainy(pictures.page(), 12)),
    ("strong grain", lambda: pictures.grainy(pictures.page(), 25)),
    ("on grey paper", lambda: pictures.page(ground=150)),
    ("a blank page", lambda: Image.new("L", (1200, 1600), 230)),
    ("a blank page with grain", lambda: pictures.grainy(Image.new("L", (1200, 1600), 200), 10)),
    ("nothing but noise", lambda: Image.effect_noise((1200, 1600), 60)),
    ("half the light", lambda: pictures.dimmed(pictures.page(), 0.5)),
]
BLURRED = [
    ("out of focus", lambda: pictures.blurred(pictures.page(), 4)),
    ("far out of focus", lambda: pictures.blurred(pictures.page(), 8)),
    ("out of focus with grain", lambda: pictures.grainy(pictures.blurred(pictures.page(points=14), 5), 12)),
]
DARK = [
    ("a quarter of the light", lambda: pictures.dimmed(pictures.page(), 0.2)),
    ("at night, with grain", lambda: pictures.grainy(pictures.dimmed(pictures.page(), 0.2), 6)),
]
Made = Callable[[], Image.Image]


@pytest.mark.parametrize(("made", "doubts"), [
    *(pytest.param(made, (), id=name) for name, made in SHARP),
    *(pytest.param(made, ("blurred",), id=name) for name, made in BLURRED),
    *(pytest.param(made, ("dark",), id=name) for name, made in DARK),
    pytest.param(lambda: pictures.dimmed(pictures.blurred(pictures.page(), 4), 0.24), ("blurred", "dark"), id="both"),
])  # fmt: skip
def test_only_blurred_and_dark_photos_are_doubted(made: Made, doubts: tuple[str, ...]) -> None:
    assert look(pictures.encoded(made(), quality=88)).doubts == doubts


def test_shaking_in_one_direction_is_seen() -> None:
    page = pictures.page(points=14)
    shaken = ImageChops.offset(page, 0)
    for pixels in range(1, 16):
        shaken = Image.blend(shaken, ImageChops.offset(page, pixels, 0), 1 / (pixels + 1))
    assert look(pictures.encoded(shaken)).doubts == ("blurred",)


def test_a_doubt_depends_on_the_settings_alone(settings: Any) -> None:
    seen = {"sharpness": 0.2, "brightness": 60.0}
    assert photos.doubts(seen) == ()
    settings.PHOTO_BLURRED_BELOW, settings.PHOTO_DARK_BELOW = 21, 61
    assert photos.doubts(seen) == ("blurred", "dark")
    settings.PHOTO_BLURRED_BELOW = settings.PHOTO_DARK_BELOW = 0
    assert photos.doubts({"sharpness": 0.0, "brightness": 0.0}) == ()
    assert photos.doubts({"sharpness": None}) == ()


def test_a_good_picture_comes_back_small() -> None:
    seen = look(pictures.encoded(pictures.page()))
    assert Image.open(io.BytesIO(seen.small)).size == (170, 240)
    assert (seen.problem, seen.pages) == ("", None)


# --- what is on a picture ------------------------------------------------------------------------

KINDS = [("jpeg", "JPEG"), ("png", "PNG"), ("heic", "HEIC")]


def corners(picture: Image.Image) -> list[bool]:
    """Which corners are red: top left, top right, bottom left, bottom right."""
    wide, high = picture.width // 8, picture.height // 8
    places = [(wide, high), (-wide, high), (wide, -high), (-wide, -high)]
    found = [picture.getpixel((x % picture.width, y % picture.height)) for x, y in places]
    return [isinstance(p, tuple) and p[0] > 150 and p[1] < 80 for p in found]


RED = {  # EXIF orientation: which corner shows what was at the top left of the sensor
    1: [True, False, False, False],
    2: [False, True, False, False],
    3: [False, False, False, True],
    4: [False, False, True, False],
    5: [True, False, False, False],
    6: [False, True, False, False],
    7: [False, False, False, True],
    8: [False, False, True, False],
}


@pytest.mark.parametrize("orientation", RED)
@pytest.mark.parametrize(("kind", "name"), KINDS)
def test_every_orientation_appears_upright(kind: str, name: str, orientation: int) -> None:
    picture = drawn(pictures.turned(name, orientation), kind)
    assert corners(picture) == RED[orientation]
    assert (picture.width > picture.height) == (orientation < 5)


def test_a_combined_page_is_upright_too_and_turns_with_its_photo() -> None:
    made = combined((pictures.turned("JPEG", 6), "jpeg"), (pictures.turned("HEIC", 6), "heic"))
    for number in (0, 1):
        page = on_paper(made, number)
        left, right = page.getpixel((28, 28)), page.getpixel((269, 28))  # 20 and 190 mm from the edge
        assert page.width < page.height
        assert isinstance(left, tuple)
        assert isinstance(right, tuple)
        assert (left[1] > 200, right[1] < 60) == (True, True)


def dots(mode: str) -> Image.Image:
    """Left half dark, right half light, of any mode."""
    picture = Image.new("L", (800, 600), 230)
    picture.paste(30, (0, 0, 400, 600))
    return picture.convert(mode)


def sixteen() -> Image.Image:
    return dots("L").convert("I").point(lambda v: v * 256).convert("I;16")


def see_through(mode: str) -> Image.Image:
    """Dark on the left, nothing at all on the right: the hidden colour there is black."""
    picture = Image.new("RGBA", (800, 600), (0, 0, 0, 0))
    picture.paste((30, 30, 30, 255), (0, 0, 400, 600))
    return picture.convert(mode)


def indexed() -> Image.Image:
    picture = Image.new("P", (800, 600), 1)
    picture.putpalette([30, 30, 30, 0, 0, 0])
    picture.paste(0, (0, 0, 400, 600))
    picture.info["transparency"] = 1
    return picture


ODD = [
    ("CMYK JPEG", lambda: pictures.encoded(dots("CMYK")), "jpeg"),
    ("grey JPEG", lambda: pictures.encoded(dots("L")), "jpeg"),
    ("progressive JPEG", lambda: pictures.encoded(dots("RGB"), progressive=True), "jpeg"),
    ("one bit PNG", lambda: pictures.encoded(dots("L").point(lambda v: 255 * (v > 99)).convert("1"), "PNG"), "png"),
    ("16 bit PNG", lambda: pictures.encoded(sixteen(), "PNG"), "png"),
    ("palette PNG", lambda: pictures.encoded(dots("L").convert("P"), "PNG"), "png"),
    ("palette PNG, see-through", lambda: pictures.encoded(indexed(), "PNG"), "png"),
    ("RGBA PNG, see-through", lambda: pictures.encoded(see_through("RGBA"), "PNG"), "png"),
    ("grey PNG, see-through", lambda: pictures.encoded(see_through("LA"), "PNG"), "png"),
    ("animated PNG", lambda: pictures.encoded(
        dots("RGB"), "PNG", save_all=True, append_images=[Image.new("RGB", (800, 600), "red")] * 3), "png"),
    ("several pictures in one JPEG", lambda: pictures.encoded(
        dots("RGB"), "MPO", save_all=True, append_images=[Image.new("RGB", (800, 600), "red")]), "jpeg"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "kind"), [pytest.param(*rest, id=name) for name, *rest in ODD])
def test_odd_pictures_look_as_they_should_on_white(content: Callable[[], bytes], kind: str) -> None:
    made = content()
    picture = drawn(made, kind)
    for half, expected in ((0, 20), (1, 235)):
        part = picture.crop((half * picture.width // 2 + 20, 20, (half + 1) * picture.width // 2 - 20, 500))
        assert all(abs(channel - expected) < 30 for channel in ImageStat.Stat(part).mean)
    assert (look(made, kind).problem, combined((made, kind)).pages) == ("", 1)


# --- one PDF of several photos -------------------------------------------------------------------


def test_photos_of_all_kinds_become_one_pdf_in_order() -> None:
    shades = [40, 120, 200]
    made = combined(
        *(
            (pictures.encoded(Image.new("RGB", (600, 900), (s, s, s)), name), kind)
            for s, (kind, name) in zip(shades, KINDS, strict=True)
        )
    )
    assert (made.pages, made.left_out) == (3, ())
    for number, shade in enumerate(shades):
        page = on_paper(made, number)
        middle = page.getpixel((page.width // 2, page.height // 3))
        assert isinstance(middle, tuple)
        assert abs(middle[0] - shade) < 12


def test_pages_are_a4_as_the_photo_lies_and_hold_at_most_200_dpi() -> None:
    big, wide = Image.new("RGB", (3000, 4000)), Image.new("L", (4000, 3000))
    made = combined((pictures.encoded(big), "jpeg"), (pictures.encoded(wide), "jpeg"))
    with pikepdf.open(io.BytesIO(made.content)) as document:
        boxes = [[round(float(v)) for v in page.mediabox] for page in document.pages]
        assert boxes == [[0, 0, 595, 842], [0, 0, 842, 595]]
    room = 194 / 25.4 * 200
    (width, height, colour), (across, down, grey) = images(made)
    assert (width, round(height / width, 2), colour) == (int(room), 1.33, "/DeviceRGB")
    assert (down, round(across / down, 2), grey) == (int(room), 1.33, "/DeviceGray")


def test_a_small_photo_is_never_enlarged() -> None:
    made = combined((pictures.encoded(Image.new("RGB", (300, 200), "black")), "jpeg"))
    assert images(made) == [(300, 200, "/DeviceRGB")]
    page = on_paper(made, dpi=72)
    dark = page.convert("L").point(lambda v: 255 * (v < 128)).getbbox()
    assert dark is not None
    assert abs(dark[2] - dark[0] - 300) <= 2
    assert abs(dark[3] - dark[1] - 200) <= 2


def test_small_print_stays_legible() -> None:
    """The photo of a page with print of 8 points: letters keep their contrast after shrinking and saving."""
    page = pictures.page(2480, 3508, points=8)
    made = combined((pictures.encoded(page, quality=92), "jpeg"))
    width, height, _colour = images(made)[0]
    with pikepdf.open(io.BytesIO(made.content)) as document:
        kept = Image.open(io.BytesIO(document.pages[0].Resources.XObject.Photo.read_raw_bytes()))
    expected = page.resize((width, height), Image.Resampling.LANCZOS)
    assert ImageStat.Stat(ImageChops.difference(kept.convert("L"), expected)).rms[0] < 8
    assert photo_worker.sharpness(kept.convert("L")) > 0.5
    assert len(made.content) < 1024 * 1024


def test_nothing_that_the_camera_wrote_gets_into_the_pdf() -> None:
    photo = pictures.turned("JPEG", 6)
    assert b"May anh" in photo
    made = combined((photo, "jpeg"), (pictures.turned("HEIC", 1), "heic"))
    assert b"Exif" not in made.content
    assert b"May anh" not in made.content
    with pikepdf.open(io.BytesIO(made.content)) as document:
        assert dict(document.docinfo) == {"/Title": "Giấy chứng sinh"}


def test_the_same_photos_give_the_same_bytes() -> None:
    photo = (pictures.photo(), "jpeg")
    assert combined(photo, photo).content == combined(photo, photo).content


def test_a_photo_that_does_not_open_is_left_out() -> None:
    good = (pictures.photo(), "jpeg")
    broken = (pictures.photo(kind="HEIC")[:-2000], "heic")
    made = combined(good, broken, (b"no picture", "png"), good)
    assert (made.pages, made.left_out) == (2, (1, 2))
    assert combined(broken) == photos.Combined(b"", 0, (0,))


# --- previews ------------------------------------------------------------------------------------


def test_a_page_of_a_pdf_is_drawn_as_wide_as_asked() -> None:
    content = pictures.pdf(3)
    assert [drawn(content, "pdf", page=n, width=240).width for n in (1, 3)] == [240, 240]
    for page in (0, 4):
        with pytest.raises(photos.NotDrawn):
            drawn(content, "pdf", page=page)
    with pytest.raises(photos.NotDrawn):
        drawn(pictures.photo(), "jpeg", page=2)


def test_a_preview_is_never_wider_than_asked_nor_enlarged() -> None:
    assert drawn(pictures.encoded(Image.new("RGB", (3000, 900))), "jpeg", width=240).size == (240, 72)
    assert drawn(pictures.encoded(Image.new("RGB", (100, 60))), "jpeg", width=240).size == (100, 60)


@pytest.mark.parametrize("ground", ["white", "black", "gray"])
def test_a_mark_shows_on_any_ground_all_over_the_page(ground: str) -> None:
    content = pictures.encoded(Image.new("RGB", (1000, 1400), ground))
    plain = drawn(content, "jpeg")
    marked = drawn(content, "jpeg", mark="000.00.19.H27-261122-0007")
    for row in range(4):
        box = (0, row * 350, 1000, row * 350 + 350)
        change = ImageChops.difference(plain.crop(box), marked.crop(box)).convert("L").point(lambda v: 255 * (v > 12))
        assert 0.01 < ImageStat.Stat(change).mean[0] / 255 < 0.4


def test_what_was_drawn_is_remembered_by_content_page_width_and_mark() -> None:
    content, asked = pictures.photo(), {"sha256": "a" * 64, "page": 1, "width": photos.SMALL}
    assert photos.remembered(**asked) is None
    made = photos.preview(io.BytesIO(content), "jpeg", **asked)
    assert photos.remembered(**asked) == made
    assert photos.remembered(**asked, mark="HL7K") is None
    with pytest.raises(photos.NotDrawn):
        photos.preview(io.BytesIO(b"x"), "pdf", sha256="b" * 64, page=1, width=photos.SMALL)
    with pytest.raises(photos.NotDrawn):
        photos.remembered(sha256="b" * 64, page=1, width=photos.SMALL)


# --- the process ---------------------------------------------------------------------------------


def _take_places(settings: Any, name: str) -> list[Any]:
    folder = settings.VAR / "slots" / name
    folder.mkdir(parents=True, exist_ok=True)
    places = [(folder / str(i)).open("w") for i in range(child.SLOTS)]
    for place in places:
        fcntl.flock(place, fcntl.LOCK_EX)
    return places


def test_looking_does_not_wait_for_the_other_work(settings: Any) -> None:
    places = _take_places(settings, "photo-combine") + _take_places(settings, "photo-preview")
    assert look(pictures.photo()).problem == ""
    for place in places:
        place.close()


def test_when_all_places_are_taken_it_says_so_soon(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "LOOK_WAIT", 0.1)
    places = _take_places(settings, "photo-look")
    with pytest.raises(child.ChildBusy):
        look(pictures.photo())
    for place in places:
        place.close()


def _script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    path = tmp_path / "worker.py"
    path.write_text(text)
    monkeypatch.setattr(photos, "WORKER", path)


def test_a_process_that_dies_or_hangs_or_stammers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(photos, "LOOK_SECONDS", 1.0)
    answers = []
    for text in ("raise SystemExit(3)", "import time; time.sleep(30)", "print(end='')"):
        _script(monkeypatch, tmp_path, text)
        answers.append(look(pictures.photo()).problem)
    assert answers == ["broken", "slow", "broken"]


def test_the_process_cannot_take_more_memory_than_it_may() -> None:
    """A picture of 64 million pixels in colour fits; a process that asks for more gets an answer, not the machine."""
    assert look(pictures.flat_png(8000, 8000, 6), "png").problem == ""
    assert look(pictures.flat_png(8001, 8000, 6), "png").problem == "large"
    assert photo_worker.MEMORY_BYTES == 1024**3


def test_a_copy_made_for_the_process_is_gone_afterwards(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    look(pictures.photo())
    combined((pictures.photo(), "jpeg"))
    assert list(tmp_path.iterdir()) == []


class InABucket(io.BytesIO):
    """As a stored file whose storage has no paths."""

    @property
    def path(self) -> str:
        return Storage().path("attachments/2026/11/x")


def test_a_file_that_has_no_path_is_copied_for_the_time_being() -> None:
    file = InABucket(pictures.photo())
    file.seek(0, io.SEEK_END)
    with photos.on_disk(file) as path:
        assert path.read_bytes() == file.getvalue()
    assert (path.exists(), file.tell()) == (False, 0)

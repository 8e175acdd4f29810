"""The short-lived process that opens pictures and pages, so that no web worker ever decodes one.

Run as a script by portal/lib/photos.py: it reads one JSON order from standard input and writes its answer to standard
output: a JSON head after its length as four bytes, then the bytes that were made. It imports nothing of the portal,
sees no settings, opens only the files that the order names, and limits its own memory and processor time.
"""

from __future__ import annotations

import io
import json
import os
import resource
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from PIL import (
    Image,
    ImageChops,
    ImageDraw,
    ImageFont,
    ImageStat,
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401 - else Pillow loads every format it knows before it writes one
)

MEMORY_BYTES = 1024 * 1024 * 1024
# Of one picture once opened; a JPEG is opened at a fraction of its size, the others whole.
MOST_PIXELS = {"jpeg": 120_000_000, "png": 64_000_000, "heic": 64_000_000}
FORMATS = {"jpeg": "JPEG", "png": "PNG", "heic": "HEIF"}
BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, RuntimeError, IndexError, KeyError)

Head = dict[str, Any]
Answer = tuple[Head, bytes]


class TooLarge(Exception):
    """More pixels than are opened, or than the memory takes."""


# --- one picture ---------------------------------------------------------------------------------


def opened(path: str, kind: str) -> Image.Image:
    """The picture, not decoded yet."""
    if kind == "heic":
        import pillow_heif  # noqa: PLC0415 - only where a HEIC comes

        pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    picture = Image.open(path, formats=(FORMATS[kind],))
    if picture.width * picture.height > MOST_PIXELS[kind]:
        raise TooLarge
    return picture


def _plain(picture: Image.Image) -> Image.Image:
    """Grey or RGB, transparent parts on white; sixteen bits become eight."""
    if picture.mode.startswith("I"):
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    if picture.mode == "1":
        return picture.convert("L")
    return picture if picture.mode in ("L", "RGB") else picture.convert("RGB")


def _fewer_pixels(picture: Image.Image, longest: int) -> Image.Image:
    """A cheap first step: whole blocks of pixels become one, still at least `longest` on the longer side."""
    factor = max(picture.size) // longest
    can = picture.mode in ("L", "LA", "RGB", "RGBA", "CMYK", "YCbCr")
    return picture.reduce(factor) if factor > 1 and can else picture


def upright(picture: Image.Image, longest: int, mode: str = "RGB") -> Image.Image:
    """Decoded, on white, turned as the camera says, at most about twice `longest` pixels; carries no metadata."""
    picture.draft(mode, (longest, longest))
    turn = picture.getexif().get(0x0112, 1)  # before anything makes a copy without it
    small = _fewer_pixels(_plain(_fewer_pixels(picture, longest)), longest)
    method = TURNS.get(turn)
    turned = small.copy() if method is None else small.transpose(method)
    turned.info.clear()
    return turned


# The orientation tag of EXIF, and what makes the picture upright.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _within(picture: Image.Image, box: tuple[int, int]) -> Image.Image:
    """No larger than the box; never enlarged."""
    picture.thumbnail(box, Image.Resampling.LANCZOS)
    return picture


# --- what a person should look at again ----------------------------------------------------------

JUDGED_AT = 1000  # pixels of the longer side
# Below this spread of brightness there is nothing on the picture that could be sharp: a blank page.
FLAT = 15


def _percentile(histogram: Sequence[int], share: float) -> int:
    """The brightness below which that share of the pixels lies."""
    wanted, seen = share * sum(histogram), 0
    for value, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return value
    return len(histogram) - 1


def _steps(grey: Image.Image, dx: int, dy: int) -> tuple[int, int]:
    """How much neighbouring pixels differ in one direction: the steepest half per cent, and half of them."""
    width, height = grey.size
    here, there = grey.crop((0, 0, width - dx, height - dy)), grey.crop((dx, dy, width, height))
    histogram = ImageChops.difference(here, there).histogram()
    return _percentile(histogram, 0.995), _percentile(histogram, 0.5)


def _without_noise(steep: int, usual: int) -> float:
    """The steepest edges less what grain alone would make: in grain they are 4.2 times the usual difference."""
    return float(max(0.0, steep**2 - (4.2 * usual) ** 2) ** 0.5)


def sharpness(grey: Image.Image) -> float | None:
    """The steepest edges as a share of the whole contrast, in the direction that has less of them (shaken hands).

    About 0.7 for crisp letters, under 0.2 when they run into each other; None when there is nothing to judge.
    """
    if min(grey.size) < 3:
        return None
    histogram = grey.histogram()
    contrast = _percentile(histogram, 0.995) - _percentile(histogram, 0.005)
    across, down = _steps(grey, 1, 0), _steps(grey, 0, 1)
    # Grain alone spreads brightness over 5.4 times the usual difference: then it is all that there is.
    if contrast < max(FLAT, 6 * max(across[1], down[1])):
        return None
    return min(_without_noise(*across), _without_noise(*down)) / contrast


def _look_at_picture(order: Head) -> Answer:
    with opened(order["path"], order["kind"]) as picture:
        size = list(picture.size)
        small = _within(upright(picture, JUDGED_AT), (JUDGED_AT, JUDGED_AT))
    grey = small.convert("L")
    head = {"size": size, "sharpness": sharpness(grey), "brightness": ImageStat.Stat(grey).mean[0]}
    return head, _encoded(_within(small, (order["width"], order["width"])))


# --- pages ---------------------------------------------------------------------------------------

LARGEST_PAGE_PIXELS = 8_000_000
# How much one stream may unpack to while a PDF is opened, in bytes.
PDF_STREAM_BYTES = 256 * 1024 * 1024


def _look_at_pdf(order: Head) -> Answer:
    """How many pages, and whether it is locked."""
    import pikepdf  # noqa: PLC0415 - only where a PDF comes

    pikepdf.settings.set_qpdf_limits(flate_max_memory=PDF_STREAM_BYTES)
    try:
        with pikepdf.open(order["path"]) as document:
            if document.is_encrypted:
                return {"problem": "locked"}, b""
            return {"pages": len(document.pages)}, b""
    except pikepdf.PasswordError:
        return {"problem": "locked"}, b""
    except pikepdf.PdfError:
        return {"problem": "broken"}, b""


def _page(path: str, number: int, width: int) -> Image.Image | None:
    """Page `number` (from 1) of a PDF, `width` pixels wide; None when there is no such page."""
    import pypdfium2  # noqa: PLC0415 - only where a page is drawn

    document = pypdfium2.PdfDocument(path)
    if not 1 <= number <= len(document):
        return None
    page = document[number - 1]
    wide, high = (max(side, 1.0) for side in page.get_size())
    scale = min(width / wide, (LARGEST_PAGE_PIXELS / (wide * high)) ** 0.5)
    drawn: Image.Image = page.render(scale=scale).to_pil()
    return drawn.convert("RGB")


def _encoded(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "WEBP", quality=72, method=2)
    return out.getvalue()


# --- a preview -----------------------------------------------------------------------------------


def marked(picture: Image.Image, words: str, font: str) -> Image.Image:
    """The picture with the words across it, again and again, in light and dark so that they show on any ground."""
    letters = ImageFont.truetype(font, max(12, min(picture.size) // 22))
    left, top, right, bottom = letters.getbbox(words)
    step = (int(right - left) + picture.width // 8, int(bottom - top) * 6)
    side = int((picture.width**2 + picture.height**2) ** 0.5) + 1
    layer = Image.new("LA", (side, side), (0, 0))
    draw = ImageDraw.Draw(layer)
    shift = max(1, int(bottom - top) // 16)
    for row, y in enumerate(range(0, side, max(1, step[1]))):
        for x in range(-(row % 2) * step[0] // 2, side, max(1, step[0])):
            draw.text((x + shift, y + shift), words, font=letters, fill=(255, 75))
            draw.text((x, y), words, font=letters, fill=(40, 75))
    turned = layer.rotate(30, Image.Resampling.BICUBIC)
    corner = ((side - picture.width) // 2, (side - picture.height) // 2)
    cut = turned.crop((*corner, corner[0] + picture.width, corner[1] + picture.height))
    picture.paste(cut.getchannel("L").convert("RGB"), mask=cut.getchannel("A"))
    return picture


def preview(order: Head) -> Answer:
    width = order["width"]
    box = (width, width * 3)
    if order["kind"] == "pdf":
        page = _page(order["path"], order["page"], width)
    elif order["page"] == 1:
        with opened(order["path"], order["kind"]) as picture:
            page = _within(upright(picture, width * 2).convert("RGB"), box)
    else:
        page = None
    if page is None:
        return {"problem": "no such page"}, b""
    if order["mark"]:
        page = marked(page, order["mark"], order["font"])
    return {"size": list(page.size)}, _encoded(page)


# --- several photos as one PDF -------------------------------------------------------------------

A4_MM = (210.0, 297.0)
MARGIN_MM = 8.0  # what most printers cannot print on
MOST_DPI, LEAST_DPI = 200, 72
QUALITY = 82
MM_POINTS = 72 / 25.4


def _room(landscape: bool) -> tuple[float, float]:
    """The page without its margins, in millimetres."""
    short, long = (side - 2 * MARGIN_MM for side in A4_MM)
    return (long, short) if landscape else (short, long)


def _for_paper(path: str, kind: str) -> Image.Image:
    longest = int(_room(True)[0] / 25.4 * MOST_DPI)
    with opened(path, kind) as picture:
        plain = upright(picture, longest)
    room = _room(plain.width > plain.height)
    return _within(plain, (int(room[0] / 25.4 * MOST_DPI), int(room[1] / 25.4 * MOST_DPI)))


def _placed(picture: Image.Image) -> tuple[tuple[float, float], tuple[float, float]]:
    """Page and picture in points: as large as the page takes, but never coarser than LEAST_DPI."""
    landscape = picture.width > picture.height
    room = _room(landscape)
    dpi = max(picture.width / (room[0] / 25.4), picture.height / (room[1] / 25.4), LEAST_DPI)
    page = A4_MM[::-1] if landscape else A4_MM
    return (page[0] * MM_POINTS, page[1] * MM_POINTS), (picture.width / dpi * 72, picture.height / dpi * 72)


def _add_page(document: Any, picture: Image.Image) -> None:
    import pikepdf  # noqa: PLC0415 - only where pages are put together

    out = io.BytesIO()
    picture.save(out, "JPEG", quality=QUALITY)
    image = pikepdf.Stream(document, out.getvalue())
    image.stream_dict = pikepdf.Dictionary(
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=picture.width,
        Height=picture.height,
        ColorSpace=pikepdf.Name.DeviceGray if picture.mode == "L" else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    (width, height), (wide, high) = _placed(picture)
    page = document.add_blank_page(page_size=(width, height))
    x, y = (width - wide) / 2, height - MARGIN_MM * MM_POINTS - high
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=document.make_indirect(image)))
    page.obj.Contents = document.make_stream(f"q {wide:.2f} 0 0 {high:.2f} {x:.2f} {y:.2f} cm /Photo Do Q".encode())


def combine(order: Head) -> Answer:
    """One page a photo, in the order given; the same photos give the same bytes. One picture is open at a time."""
    import pikepdf  # noqa: PLC0415 - only where pages are put together

    left_out = []
    with pikepdf.new() as document:
        for number, photo in enumerate(order["photos"]):
            try:
                _add_page(document, _for_paper(photo["path"], photo["kind"]))
            except (TooLarge, MemoryError, Image.DecompressionBombError, *BROKEN):
                left_out.append(number)
        document.docinfo["/Title"] = order["title"]
        pages = len(document.pages)
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return {"pages": pages, "left_out": left_out}, out.getvalue() if pages else b""


# --- the door ------------------------------------------------------------------------------------


def look(order: Head) -> Answer:
    return _look_at_pdf(order) if order["kind"] == "pdf" else _look_at_picture(order)


WORK: dict[str, Callable[[Head], Answer]] = {"look": look, "preview": preview, "combine": combine}


def answer(order: Head) -> Answer:
    try:
        return WORK[order["work"]](order)
    except (TooLarge, MemoryError, Image.DecompressionBombError):
        return {"problem": "large"}, b""
    except BROKEN:
        return {"problem": "broken"}, b""


def limit(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    order = json.load(sys.stdin)
    limit(order["seconds"])
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())
    # What libraries print would mix with the answer.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    head, body = answer(order)
    packed = json.dumps(head).encode()
    out.write(len(packed).to_bytes(4, "big") + packed + body)
    out.close()


if __name__ == "__main__":
    main()

"""Pictures, photos and hostile files, made when a test needs them."""

from __future__ import annotations

import functools
import io
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import pikepdf
import pillow_heif
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from portal.lib.pdf import assets

WORDS = "Cộng hòa xã hội chủ nghĩa Việt Nam giấy chứng sinh họ tên khai sinh căn cước công dân số 042090001234".split()
Picture = Image.Image


@functools.cache
def _font(size: int) -> Any:
    return ImageFont.truetype(str(assets() / "fonts/tinos/Tinos-Regular.ttf"), size)


def page(width: int = 1240, height: int = 1754, points: float = 11, seed: int = 1, ground: int = 235) -> Picture:
    """A page of Vietnamese text as a sharp grey picture; a width of 1240 is A4 at 150 dpi."""
    picture = Image.new("L", (width, height), ground)
    draw, chance = ImageDraw.Draw(picture), random.Random(seed)
    font = _font(int(points / 72 * width / 8.27))
    for y in range(height // 14, height - height // 12, int(font.size * 1.5)):
        draw.text((width // 12, y), " ".join(chance.choices(WORDS, k=11)), font=font, fill=35)
    return picture


def blurred(picture: Picture, pixels: float) -> Picture:
    return picture.filter(ImageFilter.GaussianBlur(pixels))


def grainy(picture: Picture, spread: float) -> Picture:
    """With the noise of a small sensor."""
    return ImageChops.add(picture, Image.effect_noise(picture.size, spread), 1, -128)


def dimmed(picture: Picture, share: float) -> Picture:
    return picture.point([int(v * share) for v in range(256)])


def encoded(picture: Picture, kind: str = "JPEG", **options: Any) -> bytes:
    out = io.BytesIO()
    if kind == "HEIC":
        pillow_heif.from_pillow(picture.convert("RGB")).save(out, **options)
    else:
        picture.save(out, kind, **options)
    return out.getvalue()


@functools.cache
def photo(seed: int = 1, kind: str = "JPEG", **options: Any) -> bytes:
    """A sharp page large enough to be looked at, another one for another seed."""
    return encoded(page(620, 877, points=14, seed=seed), kind, **options)


def corner(width: int = 1200, height: int = 800) -> Picture:
    """White with one red corner, top left: shows how a picture was turned."""
    picture = Image.new("RGB", (width, height), "white")
    picture.paste((200, 0, 0), (0, 0, width // 4, height // 4))
    return picture


def turned(kind: str, orientation: int) -> bytes:
    """A photo that lies as the camera held it, with the orientation in its EXIF data, and a place on the map."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x8825] = {1: "N", 2: (18.0, 31.0, 30.0), 3: "E", 4: (105.0, 42.0, 0.0)}
    exif[0x010F] = "May anh cua ong Binh"
    return encoded(corner(), kind, exif=exif.tobytes())


# --- hostile -------------------------------------------------------------------------------------


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


@functools.cache
def flat_png(width: int, height: int, colour: int = 0) -> bytes:
    """A valid black PNG of any size, made row by row; `colour`: 0 grey, 2 RGB, 6 RGBA."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width * {0: 1, 2: 3, 6: 4}[colour])
    data = b"".join(packer.compress(row) for _row in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _frames(jpeg: bytes) -> Iterator[int]:
    """Where the sizes stand in the headers of a JPEG."""
    for marker in (b"\xff\xc0", b"\xff\xc2"):
        place = jpeg.find(marker)
        if place > 0:
            yield place + 5


def claiming(jpeg: bytes, width: int, height: int) -> bytes:
    """A JPEG whose header claims another size than its data has."""
    made = bytearray(jpeg)
    for place in _frames(jpeg):
        made[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(made)


def heic_claiming(width: int, height: int) -> bytes:
    """A HEIC whose boxes claim another size than its data has."""
    made = bytearray(encoded(page(300, 400), "HEIC"))
    place = made.find(b"ispe")
    made[place + 8 : place + 16] = struct.pack(">II", width, height)
    return bytes(made)


def pdf(pages: int = 2, **options: Any) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        for _page in range(pages):
            document.add_blank_page()
        document.save(out, **options)
    return out.getvalue()


def pdf_of(*objects: bytes) -> bytes:
    """A PDF of the objects, numbered from 1; the first one is the catalogue."""
    out, places = io.BytesIO(b"%PDF-1.5\n"), []
    out.seek(0, 2)
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj %s endobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer <</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def looping_pdf() -> bytes:
    """Its page tree holds itself."""
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1/Parent 2 0 R>>")


def vast_page() -> bytes:
    """One page of 20,000 points a side, as no printer has it, with a line across."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 20000 20000]/Contents 4 0 R>>"
    line = b"200 w 0 0 m 20000 20000 l S"
    stream = b"<</Length %d>>stream\n%s\nendstream" % (len(line), line)
    return pdf_of(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, stream)


@functools.cache
def pdf_bomb(megabytes: int) -> bytes:
    """A PDF whose catalogue lies in a compressed stream that unpacks to so many megabytes of blanks."""
    packer = zlib.compressobj(9)
    data = packer.compress(b"4 0 <</Type/Catalog/Pages 5 0 R>> ")
    blank = b" " * (1024 * 1024)
    data += b"".join(packer.compress(blank) for _mb in range(megabytes)) + packer.flush()
    out, places = io.BytesIO(), {}
    out.write(b"%PDF-1.5\n")
    objects = {
        3: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(data), data),
        5: b"<</Type/Pages/Kids[6 0 R]/Count 1>>",
        6: b"<</Type/Page/Parent 5 0 R/MediaBox[0 0 100 100]>>",
    }
    for number, body in objects.items():
        places[number] = out.tell()
        out.write(b"%d 0 obj %s endobj\n" % (number, body))
    start = places[7] = out.tell()
    rows = [(0, 0, 255), (0, 0, 0), (0, 0, 0), (1, places[3], 0), (2, 3, 0)]
    rows += [(1, places[n], 0) for n in (5, 6, 7)]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    head = b"<</Type/XRef/Size 8/W[1 4 1]/Root 4 0 R/Length %d>>" % len(table)
    out.write(b"7 0 obj %sstream\n%s\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % (head, table, start))
    return out.getvalue()

"""What a file really is: signature allow-list, a second opinion, and a real open with limits. Knows no models.

Allowed: JPEG and PNG pictures, HEIC photos of phones, PDF, DOCX. Unknown is refused. Pictures and PDFs are opened in a
process of their own (portal/lib/photos.py); while that is too busy, what can be seen without decoding must do.
"""

from __future__ import annotations

import enum
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import puremagic
from PIL import Image, UnidentifiedImageError

from portal.lib import child, photos

HEAD = 4096
# Enough for a phone's best camera; a JPEG is opened at a fraction of its size, a PNG whole.
MAX_PIXELS = {"JPEG": 120_000_000, "PNG": 64_000_000}
# Below this a picture is opened here: it takes less memory than starting a process, and is too small to be judged.
FEW_PIXELS = 250_000
# How much a PDF may unpack while it is opened here, in bytes a stream.
PDF_STREAM_BYTES = 32 * 1024 * 1024
ZIP_MEMBERS = 2000
ZIP_BYTES = 200 * 1024 * 1024
CONTENT_TYPES_BYTES = 1024 * 1024
WORD_MAIN = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Image.MAX_IMAGE_PIXELS = max(MAX_PIXELS.values())


class Problem(enum.Enum):
    UNKNOWN = enum.auto()
    LYING = enum.auto()
    LOCKED = enum.auto()
    MACROS = enum.auto()
    TOO_MANY_PIXELS = enum.auto()
    BROKEN_PICTURE = enum.auto()
    BROKEN_DOCUMENT = enum.auto()


UNKNOWN, LYING, LOCKED, MACROS = Problem.UNKNOWN, Problem.LYING, Problem.LOCKED, Problem.MACROS
TOO_MANY_PIXELS = Problem.TOO_MANY_PIXELS
BROKEN_PICTURE, BROKEN_DOCUMENT = Problem.BROKEN_PICTURE, Problem.BROKEN_DOCUMENT


class NotAccepted(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.name)
        self.problem = problem


@dataclass(frozen=True)
class Content:
    """What the file was found to be; `pages` only for PDF, `doubts` and a small preview only for pictures."""

    type: str
    pages: int | None = None
    doubts: tuple[str, ...] = ()
    small: bytes = b""


# --- signatures ----------------------------------------------------------------------------------

HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _signature(head: bytes) -> str:
    """The kind that the first bytes claim: jpeg, png, heic, pdf, zip, ole; "" for anything else."""
    if head[4:8] == b"ftyp":
        return "heic" if head[8:12] in HEIC_BRANDS else ""
    starts = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png", b"%PDF-": "pdf", b"PK\x03\x04": "zip", OLE: "ole"}
    return next((kind for start, kind in starts.items() if head.startswith(start)), "")


def _second_opinion(head: bytes) -> str:
    """What puremagic makes of it; "" when it does not know."""
    try:
        return str(puremagic.from_string(head, mime=True))
    except (puremagic.PureError, ValueError):
        return ""


def _looks_like_a_page(head: bytes) -> bool:
    """Markup that a careless viewer could run, whatever else the file claims to be."""
    return _second_opinion(head) in ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml")


# --- a real open, one function a kind ------------------------------------------------------------

SEEN = {"large": TOO_MANY_PIXELS, "locked": LOCKED, "broken": BROKEN_DOCUMENT, "slow": BROKEN_DOCUMENT}


def _open_picture(file: BinaryIO, kind: str) -> Content:
    try:
        with Image.open(file, formats=(kind,)) as picture:
            pixels = picture.width * picture.height
            if pixels > MAX_PIXELS[kind]:
                raise NotAccepted(TOO_MANY_PIXELS)
            if pixels <= FEW_PIXELS:
                _read_whole(picture, kind)
                return Content(f"image/{kind.lower()}")
            is_progressive = "progression" in picture.info
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NotAccepted(TOO_MANY_PIXELS) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise NotAccepted(BROKEN_PICTURE) from None
    return _looked_at(file, f"image/{kind.lower()}") or _read_here(file, kind, is_progressive)


def _read_whole(picture: Image.Image, kind: str) -> None:
    """Notices what is cut off, at little cost."""
    if kind == "JPEG":
        picture.draft("L", (64, 64))
        picture.load()
    else:
        picture.verify()


def _read_here(file: BinaryIO, kind: str, is_progressive: bool) -> Content:
    """In this process: not what is kept in memory whole whatever the size it is opened at."""
    if not is_progressive:
        file.seek(0)
        try:
            with Image.open(file, formats=(kind,)) as picture:
                _read_whole(picture, kind)
        except (OSError, SyntaxError, ValueError, EOFError):
            raise NotAccepted(BROKEN_PICTURE) from None
    return Content(f"image/{kind.lower()}")


def _looked_at(file: BinaryIO, content_type: str) -> Content | None:
    """What the process of its own says; None when it has no place now, or was too slow over a picture."""
    try:
        seen = photos.look(file, photos.KINDS[content_type])
    except child.ChildBusy:
        return None
    is_picture = content_type.startswith("image/")
    if seen.problem == "slow" and is_picture:
        return None
    if seen.problem == "broken" and is_picture:
        raise NotAccepted(BROKEN_PICTURE)
    if seen.problem:
        raise NotAccepted(SEEN[seen.problem])
    return Content(content_type, seen.pages, seen.doubts, seen.small)


def _open_heic(file: BinaryIO) -> Content:
    return _looked_at(file, "image/heic") or Content("image/heic")


def _open_pdf(file: BinaryIO) -> Content:
    found = _looked_at(file, "application/pdf") or Content("application/pdf", _pages_here(file))
    if not found.pages:
        raise NotAccepted(BROKEN_DOCUMENT)
    return found


def _pages_here(file: BinaryIO) -> int:
    """In this process, with little memory."""
    import pikepdf  # noqa: PLC0415 - a web worker loads it only while no other process may start

    pikepdf.settings.set_qpdf_limits(flate_max_memory=PDF_STREAM_BYTES)
    file.seek(0)
    try:
        with pikepdf.open(file) as document:
            if document.is_encrypted:
                raise NotAccepted(LOCKED)
            return len(document.pages)
    except pikepdf.PasswordError:
        raise NotAccepted(LOCKED) from None
    except (pikepdf.PdfError, ValueError, RuntimeError, OSError):
        raise NotAccepted(BROKEN_DOCUMENT) from None


def _open_docx(file: BinaryIO) -> Content:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_members(archive.infolist())
            with archive.open("[Content_Types].xml") as part:
                types = part.read(CONTENT_TYPES_BYTES)
            with archive.open("word/document.xml") as part:
                part.read(HEAD)
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, RuntimeError, NotImplementedError, ValueError):
        raise NotAccepted(BROKEN_DOCUMENT) from None
    if b"macroEnabled" in types:
        raise NotAccepted(MACROS)
    if WORD_MAIN not in types:
        raise NotAccepted(LYING)
    return Content(WORD_TYPE)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    """Against bombs, macros and locked archives; declared sizes suffice, for nothing is ever unpacked beyond them."""
    if len(members) > ZIP_MEMBERS or sum(m.file_size for m in members) > ZIP_BYTES:
        raise NotAccepted(BROKEN_DOCUMENT)
    if any(m.flag_bits & 0x1 for m in members):
        raise NotAccepted(LOCKED)
    if any(m.filename.lower().rsplit("/", 1)[-1] in ("vbaproject.bin", "vbadata.xml") for m in members):
        raise NotAccepted(MACROS)
    names = {m.filename for m in members}
    if "[Content_Types].xml" not in names or "word/document.xml" not in names:
        raise NotAccepted(LYING)


# --- the door ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Kind:
    signature: str
    open: Callable[[Any], Content]


_JPEG = _Kind("jpeg", lambda f: _open_picture(f, "JPEG"))
_HEIC = _Kind("heic", _open_heic)
_KINDS = {
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": _Kind("png", lambda f: _open_picture(f, "PNG")),
    ".heic": _HEIC,
    ".heif": _HEIC,
    ".pdf": _Kind("pdf", _open_pdf),
    ".docx": _Kind("zip", _open_docx),
}
EXTENSIONS = tuple(_KINDS)


def examine(file: Any, name: str) -> Content:
    """What the file is, by its content. Raises NotAccepted; leaves the file at its beginning."""
    extension = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    kind = _KINDS.get(extension)
    if kind is None:
        raise NotAccepted(UNKNOWN)
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    _check_claim(kind, extension, head)
    try:
        return kind.open(file)
    finally:
        file.seek(0)


def _check_claim(kind: _Kind, extension: str, head: bytes) -> None:
    found = _signature(head)
    if found == "ole" and extension == ".docx":
        raise NotAccepted(LOCKED)  # Word keeps password-protected documents in this container
    if found == kind.signature and not _looks_like_a_page(head):
        return
    if found or _second_opinion(head):
        raise NotAccepted(LYING)
    raise NotAccepted(BROKEN_DOCUMENT if extension in (".pdf", ".docx") else BROKEN_PICTURE)

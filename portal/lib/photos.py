"""Pictures and pages, opened in a process of their own (photo_worker.py): looked at, put together, drawn small.

No function here decodes anything in the calling process. Looking at uploads, putting photos together and drawing
previews have places of their own (portal/lib/child.py), so that none waits for the others.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.cache import caches

from portal.lib import child
from portal.lib.pdf import assets

WORKER = Path(__file__).with_name("photo_worker.py")
FONT = "fonts/tinos/Tinos-Bold.ttf"
# What the worker can open, by content type.
KINDS = {"image/jpeg": "jpeg", "image/png": "png", "image/heic": "heic", "application/pdf": "pdf"}
SMALL, LARGE = 240, 1400  # widths of previews in pixels
LOOK_SECONDS, LOOK_WAIT = 12.0, 0.5
PREVIEW_SECONDS, PREVIEW_WAIT = 15.0, 6.0
PHOTO_SECONDS = 12.0  # for each photo of a combined PDF
CHUNK = 256 * 1024

BLURRED, DARK = "blurred", "dark"


class NotDrawn(Exception):
    """This file or page cannot be shown as a picture."""


@dataclass(frozen=True)
class Look:
    """What the worker saw: `problem` is "", "broken", "large", "locked" or "slow"; `small` previews a picture."""

    problem: str = ""
    pages: int | None = None
    doubts: tuple[str, ...] = ()
    small: bytes = b""


@dataclass(frozen=True)
class Combined:
    """One PDF of several photos, and the places (from 0) of those that could not be opened."""

    content: bytes
    pages: int
    left_out: tuple[int, ...]


# --- the process ---------------------------------------------------------------------------------


def _ask(
    order: dict[str, Any], *, place: str, timeout: float, wait: float | None = None, slots: int = child.SLOTS
) -> tuple[dict[str, Any], bytes]:
    order = {**order, "seconds": int(timeout) + 1}
    output = child.run(WORKER, json.dumps(order).encode(), timeout=timeout, slots=slots, place=place, wait=wait)
    end = 4 + int.from_bytes(output[:4], "big")
    if len(output) < max(end, 5):
        raise child.ChildError("incomplete output")
    return json.loads(output[4:end]), output[end:]


@contextlib.contextmanager
def on_disk(file: Any) -> Iterator[Path]:
    """A path at which the file can be read: its own when it lies on this machine, else a copy for the time being."""
    own = _own_path(file)
    if own is not None:
        yield own
        return
    with tempfile.NamedTemporaryFile(prefix="photo-", dir=settings.FILE_UPLOAD_TEMP_DIR) as copy:
        file.seek(0)
        while chunk := file.read(CHUNK):
            copy.write(chunk)
        copy.flush()
        file.seek(0)
        yield Path(copy.name)


def _own_path(file: Any) -> Path | None:
    if hasattr(file, "temporary_file_path"):
        file.flush()
        return Path(file.temporary_file_path())
    try:
        return Path(file.path)
    except (AttributeError, NotImplementedError):  # in memory; in a bucket
        return None


# --- looking -------------------------------------------------------------------------------------


def look(file: Any, kind: str) -> Look:
    """Opens an upload. Raises child.ChildBusy when no place is free now."""
    with on_disk(file) as path:
        order = {"work": "look", "path": str(path), "kind": kind, "width": SMALL}
        try:
            head, small = _ask(order, place="photo-look", timeout=LOOK_SECONDS, wait=LOOK_WAIT)
        except child.ChildBusy:
            raise
        except child.ChildError as problem:
            return Look(problem="slow" if isinstance(problem, child.ChildSlow) else "broken")
    return Look(head.get("problem", ""), head.get("pages"), doubts(head), small)


def doubts(seen: dict[str, Any]) -> tuple[str, ...]:
    """Judges what the worker measured by the settings."""
    found = []
    sharpness, brightness = seen.get("sharpness"), seen.get("brightness")
    if sharpness is not None and sharpness * 100 < settings.PHOTO_BLURRED_BELOW:
        found.append(BLURRED)
    if brightness is not None and brightness < settings.PHOTO_DARK_BELOW:
        found.append(DARK)
    return tuple(found)


# --- putting together ----------------------------------------------------------------------------


def combine(photos: Sequence[tuple[IO[bytes], str]], title: str) -> Combined:
    """One PDF of the photos (file and kind) in this order: upright, A4, at most 200 dpi, without metadata.

    The same photos give the same bytes. `pages` is 0 and there is no content when none could be opened. Raises
    child.ChildError.
    """
    with contextlib.ExitStack() as stack:
        listed = [{"path": str(stack.enter_context(on_disk(file))), "kind": kind} for file, kind in photos]
        order = {"work": "combine", "photos": listed, "title": title}
        head, content = _ask(order, place="photo-combine", timeout=10 + PHOTO_SECONDS * len(listed))
    if "problem" in head:
        raise child.ChildError(head["problem"])
    return Combined(content, head["pages"], tuple(head["left_out"]))


# --- previews ------------------------------------------------------------------------------------


def _cache_key(sha256: str, page: int, width: int, mark: str) -> str:
    return f"page:{sha256}:{page}:{width}:{mark}"


def keep(sha256: str, small: bytes) -> None:
    """Remembers the small preview of a picture that was looked at, so that its page need not be drawn again."""
    if small:
        _remember(_cache_key(sha256, 1, SMALL, ""), small)


def _remember(key: str, drawn: bytes) -> None:
    if len(drawn) <= settings.PREVIEW_CACHE_BYTES:
        caches["previews"].set(key, drawn, settings.PREVIEW_CACHE_SECONDS)


def preview(file: IO[bytes], kind: str, *, sha256: str, page: int, width: int, mark: str = "") -> bytes:
    """Draws one page as WebP, at most `width` pixels wide, with `mark` written across it, and remembers it.

    Raises NotDrawn when there is no such page or it does not open, child.ChildBusy when no place becomes free.
    """
    with on_disk(file) as path:
        order = {"work": "preview", "path": str(path), "kind": kind, "page": page, "width": width, "mark": mark}
        order["font"] = str(assets() / FONT)
        try:
            head, drawn = _ask(order, place="photo-preview", timeout=PREVIEW_SECONDS, wait=PREVIEW_WAIT)
        except child.ChildBusy:
            raise
        except child.ChildError as problem:
            head, drawn = {"problem": str(problem)}, b""
    _remember(_cache_key(sha256, page, width, mark), drawn)
    if not drawn:
        raise NotDrawn(head.get("problem", ""))
    return drawn


def remembered(*, sha256: str, page: int, width: int, mark: str = "") -> bytes | None:
    """A preview that was drawn before; None when it has to be drawn. Raises NotDrawn when that failed lately."""
    found: bytes | None = caches["previews"].get(_cache_key(sha256, page, width, mark))
    if found == b"":
        raise NotDrawn
    return found

"""HTML to PDF, in a process of its own.

WeasyPrint with its libraries takes about 80 MB, and more with every page; a web worker must stay small. So each
order runs portal/lib/pdf_worker.py as a process of its own (portal/lib/child.py). The Celery worker, which draws
many papers, keeps such a process (warm()): a paper then takes a tenth of a second.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes.util
import functools
import hashlib
import json
import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.conf import settings

from portal.lib import child

WORKER = Path(__file__).with_name("pdf_worker.py")
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
TIMEOUT = 20.0  # seconds for one page, waiting for a slot included
# Tagged for screen readers (ISO 14289), and to be kept for ever besides (ISO 19005-2, conformance A, tagged too).
TAGGED, ARCHIVE = "pdf/ua-1", "pdf/a-2a"
# A kept process is replaced after so many papers, or above so much memory.
PAPERS, MEMORY_KB = 500, 200 * 1024
HEAD = 6  # bytes before a file: pages, length


class PdfError(Exception):
    """No PDF could be made now (libraries missing, too busy, or the page does not render)."""


@dataclass(frozen=True)
class Page:
    """HTML to be drawn, in one or more settings: the first that takes no more than `enough` sheets, else the shortest.

    `stylesheets` are named relative to assets(), as are all links in the HTML; everything else is refused.
    """

    settings: tuple[str, ...]
    stylesheets: tuple[str, ...] = ()
    variant: str = TAGGED
    enough: int = 1

    def order(self) -> dict[str, Any]:
        identifier = hashlib.sha256(self.settings[0].encode()).hexdigest()[:32]
        return {
            "settings": self.settings,
            "stylesheets": self.stylesheets,
            "variant": self.variant,
            "enough": self.enough,
            "identifier": identifier,
        }


@dataclass(frozen=True)
class Drawn:
    """A finished file."""

    content: bytes
    pages: int


@functools.cache
def missing_libraries() -> tuple[str, ...]:
    """Debian packages without which no PDF can be made; loads nothing into this process."""
    return tuple(package for name, package in LIBRARIES.items() if not ctypes.util.find_library(name))


def is_available() -> bool:
    return not missing_libraries()


def _need_libraries() -> None:
    if missing_libraries():
        raise PdfError("missing: " + " ".join(missing_libraries()))


def assets() -> Path:
    """The folder that papers refer to: css/paper.css, fonts/…, img/…."""
    return Path(settings.BASE_DIR) / "static"


def _order(pages: Sequence[Page]) -> bytes:
    return json.dumps({"root": str(assets()), "papers": [p.order() for p in pages]}).encode()


# --- a process for every order -------------------------------------------------------------------


def from_html(html: str, timeout: float = TIMEOUT, variant: str = TAGGED) -> bytes:
    """The PDF of one page of HTML. Raises PdfError."""
    return draw(Page((html,), variant=variant), timeout).content


def from_pages(papers: Sequence[tuple[str, ...]], timeout: float = TIMEOUT) -> list[bytes]:
    """Several PDFs from one process: starting it costs more than a paper. `timeout` is for each paper.

    A paper is given in one or more settings; the one with the fewest pages is taken, the earlier one when they
    are equal. Raises PdfError.
    """
    return [d.content for d in _drawn([Page(p) for p in papers], timeout)]


def draw(page: Page, timeout: float = TIMEOUT) -> Drawn:
    """One PDF. Raises PdfError."""
    return _drawn([page], timeout)[0]


def _drawn(pages: Sequence[Page], timeout: float) -> list[Drawn]:
    _need_libraries()
    try:
        output = child.run(WORKER, _order(pages), timeout=timeout * len(pages))
    except child.ChildError as problem:
        raise PdfError(str(problem)) from problem
    return _split(output, len(pages))


def _split(output: bytes, count: int) -> list[Drawn]:
    files = []
    while output:
        pages, size = _measures(output[:HEAD])
        files.append(Drawn(output[HEAD : HEAD + size], pages))
        output = output[HEAD + size :]
    if len(files) != count or any(not f.content.startswith(b"%PDF-") for f in files):
        raise PdfError("incomplete output")
    return files


def _measures(head: bytes) -> tuple[int, int]:
    """Pages and bytes, as the process says them before each file."""
    return int.from_bytes(head[:2], "big"), int.from_bytes(head[2:], "big")


# --- a process that is kept ----------------------------------------------------------------------


class Renderer:
    """Draws page after page in one process, which is replaced before it grows. One thread at a time."""

    def __init__(self, papers: int = PAPERS, memory_kb: int = MEMORY_KB) -> None:
        self.papers, self.memory_kb = papers, memory_kb
        self.drawn = self.peak_kb = 0
        self.used_at = time.monotonic()
        self.process: subprocess.Popen[bytes] | None = None
        self.lock = threading.Lock()

    def draw(self, page: Page, timeout: float = TIMEOUT) -> Drawn:
        """One PDF; a process that died or hung is replaced at the next one. Raises PdfError."""
        _need_libraries()
        with self.lock:
            try:
                good, answer = self._asked(_order([page]), timeout)
            except (OSError, EOFError) as problem:
                self._end(kill=True)
                raise PdfError("the process died or was too slow") from problem
            self.drawn, self.used_at = self.drawn + 1, time.monotonic()
            if self.drawn >= self.papers or self.peak_kb >= self.memory_kb:
                self._end()
        if not good:
            raise PdfError(answer.content.decode("utf-8", "replace"))
        return answer

    def _asked(self, order: bytes, timeout: float) -> tuple[bool, Drawn]:
        process = self._running()
        watch = threading.Timer(timeout, process.kill)
        watch.start()
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(len(order).to_bytes(4, "big") + order)
            process.stdin.flush()
            sign, peak = _exactly(process.stdout, 1), _exactly(process.stdout, 4)
            self.peak_kb = int.from_bytes(peak, "big")
            pages, size = _measures(_exactly(process.stdout, HEAD))
            return sign == b"+", Drawn(_exactly(process.stdout, size), pages)
        finally:
            watch.cancel()

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self._end()
            self.process = subprocess.Popen(  # noqa: S603 - our own script, no shell
                [*child.command(WORKER), "--keep"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=child.environment(),
            )
        return self.process

    def rest(self, idle: float) -> None:
        """Ends the process when it has had nothing to do for `idle` seconds."""
        with self.lock:
            if self.process is not None and time.monotonic() - self.used_at > idle:
                self._end()

    def close(self) -> None:
        with self.lock:
            self._end()

    def _end(self, *, kill: bool = False) -> None:
        process, self.process = self.process, None
        self.drawn = self.peak_kb = 0
        if process is None:
            return
        if kill:
            process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                # What could not be written to a dead process does not matter.
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


def _exactly(pipe: IO[bytes], count: int) -> bytes:
    """Raises EOFError when the other side ended before."""
    found = pipe.read(count)
    if len(found) != count:
        raise EOFError
    return found


@functools.lru_cache(maxsize=1)
def _warm(_process: int) -> Renderer:
    renderer = Renderer()
    atexit.register(renderer.close)
    return renderer


def warm() -> Renderer:
    """The kept process of this process: a fork has one of its own."""
    return _warm(os.getpid())

"""HTML to PDF, in a process of its own.

WeasyPrint with its libraries takes about 80 MB, and more with every page; a web worker must stay small. So each
order starts portal/lib/pdf_worker.py, and at most SLOTS of them run on one machine at a time.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import fcntl
import functools
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from django.conf import settings

WORKER = Path(__file__).with_name("pdf_worker.py")
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
SLOTS = 2
TIMEOUT = 20.0  # seconds for one page, waiting for a slot included
KEPT_VARIABLES = ("PATH", "HOME", "PYTHONPATH", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "LD_LIBRARY_PATH")


class PdfError(Exception):
    """No PDF could be made now (libraries missing, too busy, or the page does not render)."""


@functools.cache
def missing_libraries() -> tuple[str, ...]:
    """Debian packages without which no PDF can be made; loads nothing into this process."""
    return tuple(package for name, package in LIBRARIES.items() if not ctypes.util.find_library(name))


def is_available() -> bool:
    return not missing_libraries()


def assets() -> Path:
    """The folder that papers refer to: css/paper.css, fonts/…, img/…."""
    return Path(settings.BASE_DIR) / "static"


def from_html(html: str, timeout: float = TIMEOUT) -> bytes:
    """The PDF of one page of HTML. Raises PdfError."""
    return from_pages([(html,)], timeout)[0]


def from_pages(papers: Sequence[tuple[str, ...]], timeout: float = TIMEOUT) -> list[bytes]:
    """Several PDFs from one process: starting it costs more than a paper. `timeout` is for each paper.

    A paper is given in one or more settings; the one with the fewest pages is taken, the earlier one when they
    are equal. Links to style sheets, fonts and pictures are relative to assets(); everything else is refused.
    Raises PdfError.
    """
    if missing_libraries():
        raise PdfError("missing: " + " ".join(missing_libraries()))
    order = {"root": str(assets()), "papers": [{"settings": p, "identifier": _identifier(p[0])} for p in papers]}
    deadline = time.monotonic() + timeout * len(papers)
    with _slot(deadline):
        return _split(_run(json.dumps(order).encode(), deadline), len(papers))


def _identifier(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()[:32]


@contextlib.contextmanager
def _slot(deadline: float) -> Iterator[None]:
    """Holds one of the machine's places; a place of a process that died is free again by itself."""
    folder = settings.VAR / "pdf-slots"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        places = [stack.enter_context((folder / str(i)).open("w")) for i in range(SLOTS)]
        while not any(_take(place) for place in places):
            if time.monotonic() > deadline:
                raise PdfError("all places taken")
            time.sleep(0.05)
        yield


def _take(place: IO[str]) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _run(order: bytes, deadline: float) -> bytes:
    """The worker's output. It inherits no secrets: only what Python and the font library need."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no shell
            [sys.executable, "-P", str(WORKER)],
            input=order,
            capture_output=True,
            timeout=max(1.0, deadline - time.monotonic()),
            env={**kept, "LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PdfError("too slow") from error
    if done.returncode != 0:
        raise PdfError(done.stderr.decode("utf-8", "replace").strip()[-500:])
    return done.stdout


def _split(output: bytes, count: int) -> list[bytes]:
    files = []
    while output:
        size = int.from_bytes(output[:4], "big")
        files.append(output[4 : 4 + size])
        output = output[4 + size :]
    if len(files) != count or any(not f.startswith(b"%PDF-") for f in files):
        raise PdfError("incomplete output")
    return files

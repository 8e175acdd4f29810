"""HTML to PDF, in a process of its own.

WeasyPrint with its libraries takes about 80 MB, and more with every page; a web worker must stay small. So each
order runs portal/lib/pdf_worker.py as a process of its own (portal/lib/child.py).
"""

from __future__ import annotations

import ctypes.util
import functools
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from portal.lib import child

WORKER = Path(__file__).with_name("pdf_worker.py")
LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz-subset": "libharfbuzz-subset0",
}
TIMEOUT = 20.0  # seconds for one page, waiting for a slot included


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
    try:
        output = child.run(WORKER, json.dumps(order).encode(), timeout=timeout * len(papers))
    except child.ChildError as problem:
        raise PdfError(str(problem)) from problem
    return _split(output, len(papers))


def _identifier(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()[:32]


def _split(output: bytes, count: int) -> list[bytes]:
    files = []
    while output:
        size = int.from_bytes(output[:4], "big")
        files.append(output[4 : 4 + size])
        output = output[4 + size :]
    if len(files) != count or any(not f.startswith(b"%PDF-") for f in files):
        raise PdfError("incomplete output")
    return files

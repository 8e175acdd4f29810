"""The short-lived process that turns HTML into PDF, so that web workers never carry WeasyPrint's memory.

Run as a script by portal/lib/pdf.py: it reads one JSON document from standard input and writes every PDF to
standard output, each after its length as four bytes. It imports nothing of the portal, sees no settings, and may
read only files below the folder that it is given.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

MEMORY_BYTES = 1024 * 1024 * 1024
SUFFIXES = {".css", ".ttf", ".otf", ".png", ".webp", ".svg", ".jpg"}


def _is_allowed(url: str, root: Path) -> bool:
    """Inline data, and style sheets, fonts and pictures below the folder; no other file and no network."""
    parts = urlsplit(url)
    if parts.scheme == "data":
        return True
    if parts.scheme != "file" or parts.netloc:
        return False
    path = Path(unquote(parts.path)).resolve()
    return path.is_relative_to(root) and path.suffix.lower() in SUFFIXES


def _fetcher(root: Path) -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher  # noqa: PLC0415 - only this process may load it

    class ProjectFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            if not _is_allowed(url, root):
                raise FatalURLFetchingError(f"refused: {url[:200]}")
            return super().fetch(url, headers)

    return ProjectFiles(allowed_protocols=("file", "data"), allow_redirects=False)


def write(settings: list[str], identifier: str, root: Path) -> bytes:
    """One PDF/UA file with embedded subsets of the fonts; the same input gives the same bytes."""
    from weasyprint import HTML  # noqa: PLC0415 - only this process may load it

    shortest = None
    for html in settings:
        source = HTML(string=html, base_url=root.as_uri() + "/", url_fetcher=_fetcher(root), media_type="print")
        document = source.render(pdf_variant="pdf/ua-1")
        if shortest is None or len(document.pages) < len(shortest.pages):
            shortest = document
        if len(shortest.pages) == 1:
            break
    assert shortest is not None
    result: bytes = shortest.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode())
    return result


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.disable(logging.WARNING)
    order = json.load(sys.stdin)
    out = sys.stdout.buffer
    for paper in order["papers"]:
        content = write(paper["settings"], paper["identifier"], Path(order["root"]).resolve())
        out.write(len(content).to_bytes(4, "big"))
        out.write(content)
        out.flush()


if __name__ == "__main__":
    main()

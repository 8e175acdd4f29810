"""The process that turns HTML into PDF, so that neither web workers nor Celery carry WeasyPrint's memory.

Run as a script by portal/lib/pdf.py. It imports nothing of the portal, sees no settings, and may read only files
below the folder that it is given. Two ways:

    pdf_worker.py          one JSON order on standard input; every PDF goes to standard output after its number of
                           pages (two bytes) and its length (four bytes); then it ends
    pdf_worker.py --keep   order after order, each after its length; every answer is one byte ("+" a PDF, "-" what
                           went wrong), the process's peak memory in kB (four bytes), pages, length, content
"""

from __future__ import annotations

import json
import logging
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

MEMORY_BYTES = 1024 * 1024 * 1024
SUFFIXES = {".css", ".ttf", ".otf", ".png", ".webp", ".svg", ".jpg"}
KB = 1 if sys.platform == "linux" else 1024


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


class Press:
    """Style sheets with their fonts are read once: reading them for every paper takes time and memory each time."""

    def __init__(self, root: Path) -> None:
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415 - only this process may load it

        self.root, self.fonts = root, FontConfiguration()
        self.sheets: dict[str, Any] = {}

    def _sheet(self, name: str) -> Any:
        from weasyprint import CSS  # noqa: PLC0415 - only this process may load it

        if name not in self.sheets:
            address = f"{self.root.as_uri()}/{name}"
            fetcher = _fetcher(self.root)
            self.sheets[name] = CSS(url=address, url_fetcher=fetcher, font_config=self.fonts, media_type="print")
        return self.sheets[name]

    def write(self, paper: dict[str, Any]) -> tuple[bytes, int]:
        """One tagged file with embedded subsets of the fonts, and its pages; the same input gives the same bytes."""
        variant = paper["variant"]
        sheets = [self._sheet(name) for name in paper["stylesheets"]]
        # A page that brings its own fonts gets a place for them that goes with the page.
        fonts = {"font_config": self.fonts} if sheets else {}
        best = None
        for html in paper["settings"]:
            base = self.root.as_uri() + "/"
            source = _html(html, base, _fetcher(self.root))
            document = source.render(stylesheets=sheets, pdf_variant=variant, **fonts)
            if best is None or len(document.pages) < len(best.pages):
                best = document
            if len(best.pages) <= paper["enough"]:
                break
        assert best is not None
        result: bytes = best.write_pdf(pdf_variant=variant, pdf_identifier=paper["identifier"].encode())
        return result, len(best.pages)


def _frame(content: bytes, pages: int) -> bytes:
    return pages.to_bytes(2, "big") + len(content).to_bytes(4, "big") + content


def _html(text: str, base: str, fetcher: Any) -> Any:
    from weasyprint import HTML  # noqa: PLC0415 - only this process may load it

    return HTML(string=text, base_url=base, url_fetcher=fetcher, media_type="print")


def once(source: BinaryIO, out: BinaryIO) -> None:
    order = json.load(source)
    press = Press(Path(order["root"]).resolve())
    for paper in order["papers"]:
        out.write(_frame(*press.write(paper)))
        out.flush()


def again_and_again(source: BinaryIO, out: BinaryIO) -> None:
    """Ends when the other side closes the pipe or dies."""
    presses: dict[str, Press] = {}
    while len(head := source.read(4)) == 4:
        order = json.loads(source.read(int.from_bytes(head, "big")))
        if order["root"] not in presses:
            presses[order["root"]] = Press(Path(order["root"]).resolve())
        sign, answer = _tried(presses[order["root"]], order["papers"][0])
        out.write(sign + _peak_kb().to_bytes(4, "big") + answer)
        out.flush()


def _peak_kb() -> int:
    """The most memory that this program took. getrusage() would count the process that started it, too."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    found = next((line for line in lines if line.startswith("VmHWM:")), "")
    return int(found.split()[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KB


def _tried(press: Press, paper: dict[str, Any]) -> tuple[bytes, bytes]:
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415 - only this process may load it

    try:
        return b"+", _frame(*press.write(paper))
    except (Exception, FatalURLFetchingError) as problem:  # whatever is wrong with it, the next paper is drawn
        return b"-", _frame(f"{type(problem).__name__}: {problem}".encode()[-500:], 0)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    logging.disable(logging.WARNING)
    work = again_and_again if "--keep" in sys.argv[1:] else once
    work(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()

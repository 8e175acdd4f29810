"""The words inside a PDF, read with pikepdf: enough for files with embedded Identity-H fonts such as ours."""

from __future__ import annotations

import io
import re
from typing import Any

import pikepdf


def open_pdf(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def fonts(pdf: pikepdf.Pdf) -> dict[str, bool]:
    """Base name of every font used, and whether its file is embedded."""
    found: dict[str, bool] = {}
    for page in pdf.pages:
        for font in page.resources.get("/Font", {}).values():
            inner = font.DescendantFonts[0]
            found[str(inner.BaseFont).split("+")[-1]] = "/FontFile2" in inner.FontDescriptor
    return found


def words(pdf: pikepdf.Pdf) -> str:
    """All text in drawing order, without blanks. A glyph that stands for no letter fails."""
    return "".join(re.sub(r"\s", "", _page(page)) for page in pdf.pages)


def _page(page: Any) -> str:
    maps = {name: _letters(font) for name, font in page.resources.get("/Font", {}).items()}
    letters: list[str] = []
    current: dict[int, str] = {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            current = maps[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else [operands[0]]
            codes = b"".join(bytes(p) for p in parts if isinstance(p, pikepdf.String))
            letters += [current[int.from_bytes(codes[i : i + 2], "big")] for i in range(0, len(codes), 2)]
    return "".join(letters)


def _letters(font: Any) -> dict[int, str]:
    table = bytes(font.ToUnicode.read_bytes()).decode()
    pairs = re.findall(r"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]+)>", table)
    return {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}

"""QR codes for papers: what a phone reads out of them is the text that is given."""

from __future__ import annotations

import io

import segno

BORDER = 2  # white squares around; the paper is white beyond


def _code(text: str) -> segno.QRCode:
    """Of medium strength: it still reads with a seventh of it stained."""
    return segno.make(text, error="m", micro=False)


def svg(text: str) -> str:
    """The code of `text` as an <svg> element without a size of its own: the style sheet gives it."""
    return str(_code(text).svg_inline(border=BORDER, omitsize=True, lineclass=None))


def data_uri(text: str) -> str:
    """For the src of an <img>, which carries words for those who do not see it."""
    return str(_code(text).svg_data_uri(border=BORDER))


def png(text: str, scale: int = 8) -> bytes:
    """For Word, whose older versions show no SVG; `scale` in pixels for each square."""
    out = io.BytesIO()
    _code(text).save(out, kind="png", border=BORDER, scale=scale)
    return out.getvalue()

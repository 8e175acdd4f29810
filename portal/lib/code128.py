"""Code 128 barcodes (ISO/IEC 15417), sets B and C: what scanners at the desk and at the post read from labels."""

from __future__ import annotations

import re
from base64 import b64encode

# Widths of bars and gaps, in modules, of the signs 0 to 106.
WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()
TO_C, TO_B, START_B, START_C, STOP = 99, 100, 104, 105, 106
CHECK_BASE = 103
QUIET = 10  # modules left white on both sides: less and a scanner does not find the beginning
PRINTABLE = re.compile(r"[\x20-\x7e]+")
DIGITS = re.compile(r"[0-9]+")


class NoBarcode(ValueError):
    """The text holds something that set B does not have."""


def signs(text: str) -> list[int]:
    """The sign values from start to stop, the check sign before the stop. Raises NoBarcode."""
    if not PRINTABLE.fullmatch(text):
        raise NoBarcode(repr(text[:40]))
    body = _body(text)
    check = (body[0] + sum(place * value for place, value in enumerate(body[1:], 1))) % CHECK_BASE
    return [*body, check, STOP]


def _body(text: str) -> list[int]:
    """Start sign and text; digits go in pairs (set C) where that makes the code shorter."""
    found: list[int] = []
    at, in_pairs = 0, False
    while at < len(text):
        pairs = _pairs(text, at, started=bool(found), in_pairs=in_pairs)
        if not found:
            found.append(START_C if pairs else START_B)
        elif bool(pairs) != in_pairs:
            found.append(TO_C if pairs else TO_B)
        in_pairs = bool(pairs)
        if in_pairs:
            found += [int(text[i : i + 2]) for i in range(at, at + 2 * pairs, 2)]
            at += 2 * pairs
        else:
            found.append(ord(text[at]) - 32)
            at += 1
    return found


def _pairs(text: str, at: int, *, started: bool, in_pairs: bool) -> int:
    """How many pairs of digits to write in set C from here on; 0: set B.

    A change of set costs a sign. It pays from four digits on at the beginning or the end, from six in between; an odd
    first digit stays in set B, so that the run ends with a pair.
    """
    run = DIGITS.match(text, at)
    length = run.end() - at if run else 0
    if in_pairs or (not started and length == len(text) == 2):
        return length // 2
    is_at_edge = not started or at + length == len(text)
    if length < (4 if is_at_edge else 6) or (started and length % 2):
        return 0
    return length // 2


def modules(text: str) -> str:
    """The code as ones (black) and zeros, without the quiet zone. Raises NoBarcode."""
    return "".join("10"[i % 2] * int(width) for sign in signs(text) for i, width in enumerate(WIDTHS[sign]))


def svg(text: str, height: int = 40) -> str:
    """The code with its quiet zones as an <svg> element without a size of its own: the style sheet gives it.

    One unit is one module; `height` in modules, stretched as the style sheet says. Raises NoBarcode.
    """
    row = modules(text)
    bars = "".join(f"M{m.start() + QUIET} 0h{len(m[0])}v{height}h-{len(m[0])}z" for m in re.finditer("1+", row))
    box = f'viewBox="0 0 {len(row) + 2 * QUIET} {height}"'
    how = 'preserveAspectRatio="none" shape-rendering="crispEdges"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {box} {how}><path d="{bars}"/></svg>'


def data_uri(text: str, height: int = 40) -> str:
    """For the src of an <img>, which carries the text for those who do not see it. Raises NoBarcode."""
    return "data:image/svg+xml;base64," + b64encode(svg(text, height).encode()).decode()

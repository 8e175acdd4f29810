"""Small charts as inline SVG: stacked bars and a line of shares, one place on the axis a label.

Colours and patterns are CSS classes and SVG patterns (no style attribute); <title> and <desc> say what is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 360, 230
LEFT, RIGHT, TOP, BOTTOM = 54, 6, 40, 26
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
FLOOR = HEIGHT - BOTTOM
WIDEST = 40.0
# What a series is filled with, beside its colour: bare, stripes, or a grid of lines.
FILLS = ("", "M-2,2 l4,-4 M0,8 l8,-8 M6,10 l4,-4", "M0,4 h8 M4,0 v8")


@dataclass(frozen=True)
class Series:
    """`css` is the class that colours it."""

    name: str
    css: str
    values: Sequence[int]


def number(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _top(most: int) -> int:
    """A round number that nothing goes beyond: 1, 2 or 5 with noughts; even, so that its half is whole."""
    step = 1
    while True:
        for factor in (2, 4, 10):
            if step * factor >= most:
                return step * factor
        step *= 10


def _svg(key: str, title: str, description: str, inside: SafeString) -> SafeString:
    return format_html(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-title {}-desc">'
        '<title id="{}-title">{}</title><desc id="{}-desc">{}</desc>{}</svg>',
        WIDTH, HEIGHT, key, key, key, title, key, description, inside,
    )  # fmt: skip


def _axis(marks: Sequence[tuple[int, str]], labels: Sequence[str]) -> SafeString:
    """Lines across at the heights given, with their words, and the labels below."""
    lines = format_html_join(
        "",
        '<line class="chart-grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4, words) for y, words in marks),
    )
    below = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="middle">{}</text>',
        ((_middle(i, len(labels)), HEIGHT - 8, label) for i, label in enumerate(labels)),
    )
    return lines + below


def _middle(place: int, places: int) -> float:
    return round(LEFT + PLOT_WIDTH * (place + 0.5) / max(places, 1), 1)


def _pattern(key: str, place: int, series: Series) -> SafeString:
    return format_html(
        '<pattern id="{}-{}" width="8" height="8" patternUnits="userSpaceOnUse"><rect class="{}" width="8" height="8"/>'
        '<path class="chart-hatch" d="{}"/></pattern>',
        key, place, series.css, FILLS[place % len(FILLS)],
    )  # fmt: skip


def _legend(key: str, series: Sequence[Series]) -> SafeString:
    width = PLOT_WIDTH // max(len(series), 1)
    return format_html_join(
        "",
        '<rect class="chart-edge" fill="url(#{}-{})" x="{}" y="8" width="16" height="16"/>'
        '<text x="{}" y="21">{}</text>',
        ((key, i, LEFT + i * width, LEFT + i * width + 22, s.name) for i, s in enumerate(series)),
    )


def bars(key: str, title: str, description: str, labels: Sequence[str], series: Sequence[Series]) -> SafeString:
    """A stacked bar for each label, the first series at the bottom. `key` makes the ids of the page's charts differ."""
    top = _top(max((sum(column) for column in zip(*(s.values for s in series), strict=True)), default=1))
    marks = [(FLOOR, "0"), (FLOOR - PLOT_HEIGHT // 2, number(top // 2)), (TOP, number(top))]
    boxes = [(key, *box) for place in range(len(labels)) for box in _stack(series, place, len(labels), top)]
    drawn = format_html_join(
        "", '<rect class="chart-edge" fill="url(#{}-{})" x="{}" y="{}" width="{}" height="{}"/>', boxes
    )
    patterns = format_html(
        "<defs>{}</defs>", format_html_join("", "{}", ((_pattern(key, i, s),) for i, s in enumerate(series)))
    )
    return _svg(key, title, description, patterns + _legend(key, series) + _axis(marks, labels) + drawn)


def _stack(
    series: Sequence[Series], place: int, places: int, top: int
) -> Iterator[tuple[int, float, float, float, float]]:
    """The boxes of one bar from the floor up: which series, x, y, width, height."""
    width = round(min(PLOT_WIDTH / max(places, 1) * 0.7, WIDEST), 1)
    floor = float(FLOOR)
    for i, s in enumerate(series):
        height = s.values[place] / top * PLOT_HEIGHT
        floor -= height
        if height:
            yield i, round(_middle(place, places) - width / 2, 1), round(floor, 1), width, round(height, 1)


def share_line(
    key: str, title: str, description: str, labels: Sequence[str], shares: Sequence[Decimal | None]
) -> SafeString:
    """Per cent for each label, with a gap where there is none; the axis begins at a round number below the lowest."""
    known = [float(s) for s in shares if s is not None]
    low = min(int(min(known, default=90.0) // 10 * 10), 90)
    marks = [(FLOOR, f"{low} %"), (FLOOR - PLOT_HEIGHT // 2, f"{(low + 100) // 2} %"), (TOP, "100 %")]
    runs, dots = _runs(labels, shares, low)
    line = format_html('<path class="chart-line" d="{}"/>', " ".join(runs))
    points = format_html_join("", '<circle class="chart-dot" cx="{}" cy="{}" r="4"/>', dots)
    return _svg(key, title, description, _axis(marks, labels) + line + points)


def _runs(
    labels: Sequence[str], shares: Sequence[Decimal | None], low: int
) -> tuple[list[str], list[tuple[float, float]]]:
    """The line's commands and its points; after a gap the line begins anew."""
    commands: list[str] = []
    points: list[tuple[float, float]] = []
    for place, share in enumerate(shares):
        if share is None:
            continue
        x, y = _middle(place, len(labels)), round(FLOOR - (float(share) - low) / (100 - low) * PLOT_HEIGHT, 1)
        follows = place > 0 and shares[place - 1] is not None
        commands.append(f"{'L' if follows else 'M'}{x},{y}")
        points.append((x, y))
    return commands, points

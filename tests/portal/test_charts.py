"""Charts as SVG: well formed, the right heights, words for who cannot see them."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest

from portal.lib import charts
from portal.lib.charts import FLOOR, PLOT_HEIGHT, Series

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_bars_stand_on_each_other_and_reach_their_values() -> None:
    one = Series("sớm <hẹn>", "chart-early", [1, 0])
    two = Series("trễ hẹn", "chart-late", [3, 0])
    found = drawn(charts.bars("k", "Tiêu đề & hơn", "Mô tả", ["1", "2"], [one, two]))
    assert found.find(f"{SVG}title").text == "Tiêu đề & hơn"  # type: ignore[union-attr]
    assert found.get("aria-labelledby") == "k-title k-desc"
    boxes = [r for r in found.findall(f"{SVG}rect") if r.get("y") != "8"]
    assert [(r.get("fill"), float(r.get("y") or 0), float(r.get("height") or 0)) for r in boxes] == [
        ("url(#k-0)", FLOOR - PLOT_HEIGHT / 4, PLOT_HEIGHT / 4),
        ("url(#k-1)", FLOOR - PLOT_HEIGHT, PLOT_HEIGHT * 3 / 4),
    ]
    words = [t.text for t in found.findall(f"{SVG}text")]
    assert words == ["sớm <hẹn>", "trễ hẹn", "0", "2", "4", "1", "2"]


@pytest.mark.parametrize(
    ("most", "top"), [(0, 2), (1, 2), (3, 4), (5, 10), (10, 10), (11, 20), (1204, 2000), (40001, 100000)]
)
def test_the_axis_ends_at_a_round_number(most: int, top: int) -> None:
    svg = charts.bars("k", "a", "b", ["1"], [Series("x", "y", [most])])
    assert f">{charts.number(top)}</text>" in svg
    assert f">{charts.number(top // 2)}</text>" in svg


def test_a_line_breaks_where_there_is_no_share() -> None:
    shares = [Decimal("100.00"), None, Decimal("95.00"), Decimal("90.00")]
    svg = charts.share_line("k", "a", "b", ["1", "2", "3", "4"], shares)
    path = drawn(svg).find(f"{SVG}path")
    assert path is not None
    assert re.findall(r"[ML]", path.get("d") or "") == ["M", "M", "L"]
    heights = [float(c.get("cy") or 0) for c in drawn(svg).findall(f"{SVG}circle")]
    assert heights == [FLOOR - PLOT_HEIGHT, FLOOR - PLOT_HEIGHT / 2, FLOOR]


def test_a_low_share_lowers_the_axis_and_nothing_draws_nothing() -> None:
    assert ">60 %</text>" in charts.share_line("k", "a", "b", ["1"], [Decimal("63.10")])
    empty = drawn(charts.share_line("k", "a", "b", ["1"], [None]))
    assert empty.findall(f"{SVG}circle") == []


def test_charts_carry_no_style() -> None:
    svg = charts.bars("k", "a", "b", ["1"], [Series("x", "y", [1])])
    assert "style=" not in svg

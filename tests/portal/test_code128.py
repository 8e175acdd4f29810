"""Code 128: known check sums worked out by hand, and whatever is written is read back by a decoder of its own."""

from __future__ import annotations

import base64
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib import code128

printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=24)
with_digits = st.text("0123456789A-z", min_size=1, max_size=24)


def read(row: str) -> str:
    """The text of a row of modules: signs by their widths, the sum checked, the changes of set followed."""
    widths = [str(len(run[0])) for run in re.finditer(r"1+|0+", row)]
    assert len(widths) % 6 == 1, "signs of six runs, the stop of seven"
    values = [code128.WIDTHS.index("".join(widths[i : i + 6])) for i in range(0, len(widths) - 7, 6)]
    assert "".join(widths[-7:]) == "2331112"
    start, *body, check = values
    assert (start + sum(place * value for place, value in enumerate(body, 1))) % 103 == check
    in_pairs, out = {104: False, 105: True}[start], ""
    for value in body:
        if value == (100 if in_pairs else 99):
            in_pairs = not in_pairs
        else:
            out += f"{value:02d}" if in_pairs else chr(value + 32)
    return out


def test_the_table_is_that_of_the_standard() -> None:
    """All different; eleven modules a sign, of which an even number is black; the stop has thirteen."""
    assert len(set(code128.WIDTHS)) == 107
    assert {sum(map(int, w)) for w in code128.WIDTHS[:-1]} == {11}
    assert {sum(map(int, w[::2])) % 2 for w in code128.WIDTHS[:-1]} == {0}
    assert sum(map(int, code128.WIDTHS[-1])) == 13


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        # 104 + 55 + 2*73 + 3*75 + 4*73 + 5*80 + 6*69 + 7*68 + 8*73 + 9*65 = 3281 = 31*103 + 88
        ("Wikipedia", [104, 55, 73, 75, 73, 80, 69, 68, 73, 65, 88, 106]),
        # 104 + 48 + 2*42 + 3*42 + 4*17 + 5*18 + 6*19 + 7*35 = 879 = 8*103 + 55
        ("PJJ123C", [104, 48, 42, 42, 17, 18, 19, 35, 55, 106]),
        # 105 + 12 + 2*34 = 185 = 103 + 82
        ("1234", [105, 12, 34, 82, 106]),
        # 105 + 12 + 2*34 + 3*100 + 4*21 = 569 = 5*103 + 54: the odd last digit goes back to set B
        ("12345", [105, 12, 34, 100, 21, 54, 106]),
        # 104 + 33 + 2*34 + 3*17 + 4*99 + 5*23 + 6*45 = 1037 = 10*103 + 7: the odd first digit stays in set B
        ("AB12345", [104, 33, 34, 17, 99, 23, 45, 7, 106]),
        # 104 + 50 + 2*50 + 3*20 + 4*99 + 5*73 + 6*12 + 7*48 + 8*29 + 9*100 + 10*54 + 11*46 = 3661 = 35*103 + 56
        ("RR473124829VN", [104, 50, 50, 20, 99, 73, 12, 48, 29, 100, 54, 46, 56, 106]),
        # 105 + 42 = 147 = 103 + 44
        ("42", [105, 42, 44, 106]),
        # 104 + 16 + 2*17 + 3*18 = 208 = 2*103 + 2: three digits are no shorter in pairs
        ("012", [104, 16, 17, 18, 2, 106]),
    ],
)
def test_known_codes(text: str, signs: list[int]) -> None:
    assert code128.signs(text) == signs


@pytest.mark.parametrize("text", ["", "Hồng Lĩnh", "A\tB", "A\nB", "é", "\x7f"])
def test_what_set_b_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(code128.NoBarcode):
        code128.signs(text)


@settings(max_examples=60, deadline=None)
@given(printable | with_digits)
def test_what_is_written_is_read(text: str) -> None:
    assert read(code128.modules(text)) == text


def test_pairs_make_long_numbers_short() -> None:
    """Twenty digits: ten pairs with start, check and stop, not twenty signs."""
    assert len(code128.modules("0" * 20)) == 11 * 12 + 13


def test_the_picture_draws_every_module_between_quiet_zones() -> None:
    row = code128.modules("HL7KQM9QAC")
    svg = code128.svg("HL7KQM9QAC", height=30)
    assert f'viewBox="0 0 {len(row) + 20} 30"' in svg
    drawn = ["0"] * (len(row) + 20)
    for x, width in re.findall(r"M(\d+) 0h(\d+)v30h-\2z", svg):
        drawn[int(x) : int(x) + int(width)] = "1" * int(width)
    assert "".join(drawn) == "0" * 10 + row + "0" * 10
    prefix = "data:image/svg+xml;base64,"
    uri = code128.data_uri("HL7KQM9QAC", height=30)
    assert uri.startswith(prefix)
    assert base64.b64decode(uri.removeprefix(prefix)).decode() == svg

"""Amounts in words: the readings of receipts, and that every amount can be read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import money

WORTH = {word: value for value, word in enumerate(money.DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5, "mười": 10}
SCALES = {"nghìn": 1000, "triệu": 1_000_000}


def read(words: str) -> int:
    """The number that was written, by the rules of reading alone."""
    high, _tỷ, low = words.partition("tỷ")
    if not _tỷ:
        return _below_billion(words)
    return _below_billion(high) * 1_000_000_000 + _below_billion(low)


def _below_billion(words: str) -> int:
    total, group = 0, []
    for word in words.split():
        if word in SCALES:
            total, group = total + _group(group) * SCALES[word], []
        else:
            group.append(word)
    return total + _group(group)


def _group(words: list[str]) -> int:
    """Three figures: hundreds before "trăm", tens before "mươi"."""
    total, last = 0, 0
    for word in words:
        if word == "trăm":
            total, last = last * 100, 0
        elif word == "mươi":
            total, last = total + last * 10, 0
        elif word == "mười":
            total, last = total + 10, 0
        elif word != "linh":
            last = WORTH[word]
    return total + last


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (10, "Mười đồng"),
        (14, "Mười bốn đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (24, "Hai mươi tư đồng"),
        (25, "Hai mươi lăm đồng"),
        (101, "Một trăm linh một đồng"),
        (105, "Một trăm linh năm đồng"),
        (111, "Một trăm mười một đồng"),
        (1001, "Một nghìn không trăm linh một đồng"),
        (10_000, "Mười nghìn đồng"),
        (15_000, "Mười lăm nghìn đồng"),
        (1_050_000, "Một triệu không trăm năm mươi nghìn đồng"),
        (1_000_001, "Một triệu không trăm linh một đồng"),
        (1_005_000_000, "Một tỷ không trăm linh năm triệu đồng"),
        (1_000_000_000_000, "Một nghìn tỷ đồng"),
        (215_000_000_000_000, "Hai trăm mười lăm nghìn tỷ đồng"),
    ],
)
def test_amounts_as_receipts_write_them(amount: int, words: str) -> None:
    assert money.in_words(amount) == words


@given(st.integers(min_value=0, max_value=money.HIGHEST))
def test_every_amount_reads_back(amount: int) -> None:
    words = money.number_words(amount)
    assert read(words) == amount
    assert "  " not in words
    assert words == words.strip().lower()


@given(st.integers(min_value=0, max_value=999_999))
def test_small_amounts_read_back(amount: int) -> None:
    assert read(money.number_words(amount)) == amount


@given(st.integers(max_value=-1) | st.integers(min_value=money.HIGHEST + 1))
def test_what_no_receipt_says_is_refused(amount: int) -> None:
    with pytest.raises(money.NotAnAmount):
        money.in_words(amount)

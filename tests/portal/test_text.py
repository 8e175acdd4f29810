"""Vietnamese text: one form to store, one to compare."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import text


def test_nfc_composes_what_a_mac_sends() -> None:
    assert text.nfc(unicodedata.normalize("NFD", "Nguyễn Thị Ánh")) == "Nguyễn Thị Ánh"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nguyễn\u00a0 Văn\u200b Bình ", "Nguyễn Văn Bình"),
        ("dòng một \r\n  dòng hai\rba\n", "dòng một\ndòng hai\nba"),
        ("\ufeffHồng Lĩnh", "Hồng Lĩnh"),
        ("   ", ""),
    ],
)
def test_tidy(typed: str, kept: str) -> None:
    assert text.tidy(typed) == kept


@given(st.text())
def test_tidy_twice_is_tidy_once(value: str) -> None:
    assert text.tidy(text.tidy(value)) == text.tidy(value)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        ("ĐẶNG THỊ ƯƠM", "dang thi uom"),
        ("Thuỷ và Thủy", "thuy va thuy"),
        ("giấy  chứng nhận", "giay chung nhan"),
    ],
)
def test_fold(name: str, folded: str) -> None:
    assert text.fold(name) == folded


@given(st.text(alphabet="aàảãáạăằẳẵắặâầẩẫấậđeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵ ĐÂƠ"))
def test_fold_leaves_plain_letters_and_is_stable(value: str) -> None:
    folded = text.fold(value)
    assert folded.isascii()
    assert text.fold(folded) == folded
    assert text.fold(unicodedata.normalize("NFD", value)) == folded


def test_slugs_keep_the_letter_d() -> None:
    assert text.ascii_slug("Đất đai – nhà ở") == "dat-dai-nha-o"


def test_names_are_sorted_by_the_given_name() -> None:
    names = ["Trần Văn Bình", "Nguyễn Thị Ánh", "Lê Văn An", "Phạm Đức", "Bùi Văn An"]
    assert sorted(names, key=text.sort_key) == [
        "Bùi Văn An",
        "Lê Văn An",
        "Nguyễn Thị Ánh",
        "Trần Văn Bình",
        "Phạm Đức",
    ]


def test_a_nameless_person_sorts_first() -> None:
    assert sorted(["An", ""], key=text.sort_key) == ["", "An"]

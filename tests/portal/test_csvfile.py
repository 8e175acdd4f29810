"""CSV that Excel and programs read alike, and that runs nothing."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from portal.lib import csvfile


def test_a_file_begins_with_the_mark_and_has_a_line_a_row() -> None:
    rows = [["a,b", 1204, Decimal("98.50"), None], ["“x”\n", -3, datetime.date(2026, 11, 2), ""]]
    text = "".join(csvfile.lines(["Tên", "Số", "Tỷ lệ", "Gì"], rows))
    assert text == '\ufeffTên,Số,Tỷ lệ,Gì\r\n"a,b",1204,98.50,\r\n"“x”\n",-3,2026-11-02,\r\n'


def test_a_file_without_rows_has_its_titles() -> None:
    assert list(csvfile.lines(["=Tên"], [])) == ["\ufeff'=Tên\r\n"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_is_a_formula(start: str) -> None:
    (_head, line) = csvfile.lines(["x"], [[f"{start}1+1"]])
    assert line.lstrip('"').startswith("'" + start)

"""Workbooks: every cell keeps its kind, text is never a formula, names of sheets are lawful."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.lib import xlsx
from portal.lib.xlsx import Column, Sheet

COLUMNS = (Column("Tên"), Column("Số", 6, "number"), Column("Ngày", 12, "day"), Column("Lúc", 16, "moment"))
DAY = datetime.date(2026, 2, 3)
MOMENT = datetime.datetime.combine(DAY, datetime.time(7, 30))
EVIL = ["=1+1", "+84912345678", "-5", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "http://x.vn", "1e5", "0123"]


def book(path: Path, *sheets: Sheet) -> Any:
    xlsx.write(sheets, path)
    return openpyxl.load_workbook(path)


def test_cells_keep_their_kind(tmp_path: Path) -> None:
    sheet = Sheet("Sổ", COLUMNS, [["Đỗ Thị Ỷ", 5, DAY, MOMENT], [None, None, None, None]], ("UBND", "SỔ NĂM 2026"))
    found = book(tmp_path / "a.xlsx", sheet)["Sổ"]
    assert [c.value for c in found[3]] == ["Tên", "Số", "Ngày", "Lúc"]
    assert [c.value for c in found[4]] == ["Đỗ Thị Ỷ", 5, datetime.datetime.combine(DAY, datetime.time()), MOMENT]
    assert [c.number_format for c in found[4]] == ["General", "0", "dd/mm/yyyy", "dd/mm/yyyy hh:mm"]
    assert [c.value for c in found[5]] == [None] * 4
    assert found.freeze_panes == "A4"
    assert found.page_setup.orientation == "landscape"


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    found = book(tmp_path / "a.xlsx", Sheet("Sổ", [Column("Tên")], [[text] for text in EVIL])).active
    cells = [row[0] for row in found.iter_rows(min_row=2)]
    assert [c.value.replace("_x000D_", "\r") for c in cells] == EVIL
    assert {c.data_type for c in cells} == {"s"}
    assert [c.quotePrefix for c in cells] == [True] * 7 + [False] * 3
    assert [c.hyperlink for c in cells] == [None] * len(EVIL)


def test_a_very_long_cell_is_cut_and_not_lost(tmp_path: Path) -> None:
    found = book(tmp_path / "a.xlsx", Sheet("Sổ", [Column("Tên")], [["ữ" * 40_000]])).active
    assert found["A2"].value == "ữ" * 31_999 + "…"


def test_names_of_sheets(tmp_path: Path) -> None:
    titles = ["UBND phường: Bắc Hồng", "x" * 40, "X" * 40, "", "'a/b'"]
    found = book(tmp_path / "a.xlsx", *(Sheet(t, [Column("Tên"), Column("Số")], []) for t in titles))
    assert found.sheetnames == ["UBND phường Bắc Hồng", "x" * 31, "X" * 26 + " (3)", "4", "a b"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=50), max_size=5))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_text_makes_a_workbook_that_opens(tmp_path: Path, texts: list[str]) -> None:
    found = book(tmp_path / "a.xlsx", Sheet("Sổ", [Column("Tên")], [[t] for t in texts])).active
    assert found.max_row == max(1, len(texts) + 1 if any(texts) else found.max_row)
    assert {c.data_type for row in found.iter_rows(min_row=2) for c in row if c.value is not None} <= {"s"}


def test_rows_are_read_one_by_one(tmp_path: Path) -> None:
    """The rows are an iterator: nobody holds them all."""

    def rows() -> Iterator[list[str]]:
        yield from ([f"Dòng {i}"] for i in range(3000))

    assert xlsx.write([Sheet("Sổ", [Column("Tên")], rows())], tmp_path / "a.xlsx") == 3000


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(xlsx.WorkbookError):
        xlsx.write([Sheet("Sổ", [Column("Tên")], [])], tmp_path / "không có" / "a.xlsx")

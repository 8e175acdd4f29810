"""Reading bank statements: encodings, headings, merged cells, amounts, days, and files that are none."""

from __future__ import annotations

import datetime
import io
import time
import unicodedata
from collections.abc import Sequence

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from payments import statements
from payments.statements import cells
from payments.statements.cells import NotThat
from payments.statements.reading import Parsed

HEAD = ("Ngày giao dịch", "Số tham chiếu", "Số tiền ghi nợ", "Số tiền ghi có", "Mô tả")
ROWS = (
    ("23/11/2026", "FT001", "", "50,000", "MBVCB.123.HL7KQM9Q.CT từ Nguyễn Thị Ưởng"),
    ("23/11/2026", "FT002", "1,200,000", "", "Trả tiền điện"),
    ("24/11/2026", "FT003", "", "1.234.567", "Chuyển khoản ủng hộ quỹ vì người nghèo"),
)
TODAY = datetime.datetime(2026, 11, 25, 8, tzinfo=datetime.UTC)
# Windows-1258 has no composed letters with two marks: the tone follows its letter.
TONES = "\u0300\u0301\u0303\u0309\u0323"


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(TODAY, tick=False):
        yield


def table(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    quoted = [delimiter.join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in row) for row in rows]
    return "\r\n".join(quoted) + "\r\n"


def read(content: str | bytes, layout: str = "", **_: object) -> Parsed:
    data = content.encode() if isinstance(content, str) else content
    return statements.read(io.BytesIO(data), filename="sao-ke.csv", layout=layout)


def facts(parsed: Parsed) -> list[tuple[object, ...]]:
    return [(line.booked_on, line.reference, line.amount, line.text) for line in parsed.lines]


def _split(text: str) -> str:
    """As Windows-1258 writes it: vowels composed, tones behind."""
    signs = []
    for sign in text:
        parts = unicodedata.normalize("NFD", sign)
        tones = [p for p in parts if p in TONES]
        signs.append(unicodedata.normalize("NFC", "".join(p for p in parts if p not in TONES)) + "".join(tones))
    return "".join(signs)


EXPECTED = [
    (datetime.date(2026, 11, 23), "FT001", 50_000, "MBVCB.123.HL7KQM9Q.CT từ Nguyễn Thị Ưởng"),
    (datetime.date(2026, 11, 24), "FT003", 1_234_567, "Chuyển khoản ủng hộ quỹ vì người nghèo"),
]
CONTENT = table([HEAD, *ROWS])
ENCODED = {
    "utf-8": CONTENT.encode(),
    "utf-8 with mark": b"\xef\xbb\xbf" + CONTENT.encode(),
    "utf-8 decomposed": unicodedata.normalize("NFD", CONTENT).encode(),
    "utf-16 little": b"\xff\xfe" + CONTENT.encode("utf-16-le"),
    "utf-16 big": b"\xfe\xff" + CONTENT.encode("utf-16-be"),
    "utf-16 little without mark": CONTENT.encode("utf-16-le"),
    "utf-16 big without mark": CONTENT.encode("utf-16-be"),
    "windows-1258": _split(CONTENT).encode("cp1258"),
}


@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED.keys())
def test_every_encoding_reads_the_same(data: bytes) -> None:
    parsed = read(data)
    assert (facts(parsed), parsed.outgoing, list(parsed.problems)) == (EXPECTED, 1, [])
    assert [line.digest for line in parsed.lines] == [line.digest for line in read(CONTENT).lines]


def test_a_letter_that_the_bank_cut_in_two_costs_one_letter() -> None:
    broken = CONTENT.encode().replace("nghèo".encode(), "ngh\u00e8".encode()[:-1])
    parsed = read(broken)
    assert [line.amount for line in parsed.lines] == [50_000, 1_234_567]
    assert parsed.lines[1].text.startswith("Chuyển khoản ủng hộ quỹ vì người ngh")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_delimiter(delimiter: str) -> None:
    assert facts(read("sep=" + delimiter + "\r\n" + table([HEAD, *ROWS], delimiter))) == EXPECTED


def test_the_heading_is_found_below_titles_and_above_a_foot() -> None:
    titles = [
        ["SAO KÊ TÀI KHOẢN", "", "", "", ""],
        ["Số tài khoản: 0011 0012 34567", ""],
        [],
        ["Từ 01/11", "đến 30/11"],
    ]
    counting = ["(1)", "(2)", "(3)", "(4)", "(5)"]
    foot = [
        ["Tổng cộng", "", "1,200,000", "1,284,567", ""],
        ["", "", "", "", "Số dư cuối kỳ: 5,000,000"],
        ["Trang 1/1"],
    ]
    parsed = read(table([*titles, HEAD, counting, *ROWS, HEAD, *foot, ["Người lập", "", "Kế toán trưởng"]]))
    assert (facts(parsed), list(parsed.problems), parsed.account) == (EXPECTED, [], "0011001234567")


def test_a_heading_of_two_languages_and_of_two_lines() -> None:
    two = (
        "Ngày GD/TNX Date\nSố CT/ Doc No",
        "Số tiền ghi nợ/Debit",
        "Số tiền ghi có (VND)",
        "Nội dung chi tiết/Details",
    )
    row = ("23/11/2026\n5243.65937", "0", "50,000", "HL7KQM9Q\nNGUYEN VAN A")
    one = (datetime.date(2026, 11, 23), "5243.65937", 50_000, "HL7KQM9Q NGUYEN VAN A")
    assert facts(read(table([two, row]))) == [one]
    upper = ("Ngày giao dịch", "Số bút toán", "Số tiền", "", "Diễn giải")
    lower = ("", "", "Phát sinh nợ", "Phát sinh có", "")
    assert facts(read(table([upper, lower, *ROWS]))) == EXPECTED


def test_merged_cells_are_empty_or_repeated_ones() -> None:
    head = ("Ngày giao dịch", "", "Số tham chiếu", "Số tiền ghi nợ", "Số tiền ghi có", "Số tiền ghi có", "Mô tả", "")
    rows = [
        ("23/11/2026", "", "FT001", "", "50,000", "50,000", "", ROWS[0][4]),
        ("", "24/11/2026", "FT003", "", "", "1.234.567", ROWS[2][4], ROWS[2][4]),
    ]
    assert facts(read(table([head, *rows]))) == EXPECTED


def test_a_day_merged_over_several_rows_counts_for_each_but_not_for_totals() -> None:
    rows = [ROWS[0], ("", "FT004", "", "20,000", "Công ty A"), ("", "", "", "70,000", "Cộng phát sinh trong ngày")]
    assert [(line.booked_on.day, line.amount) for line in read(table([HEAD, *rows])).lines] == [
        (23, 50_000),
        (23, 20_000),
    ]


def test_one_amount_with_a_sign_or_a_column_for_the_sign() -> None:
    head = ("Thời gian giao dịch", "Mã giao dịch", "Số tiền", "Nội dung")
    rows = [
        ("2026-11-23 09:12:33", "A1", "+50000", "HL7KQM9Q"),
        ("23-11-2026", "A2", "-20.000", "Phí"),
        ("23/11/2026", "A3", "0", ""),
    ]
    parsed = read(table([head, *rows]))
    assert (parsed.layout, [line.amount for line in parsed.lines], parsed.outgoing) == ("bidv", [50_000], 1)
    signs = ("Ngày giao dịch", "Số tham chiếu", "Thay đổi", "Số tiền", "Mô tả")
    rows = [("23/11/2026", "A1", "+", "50,000", "x"), ("23/11/2026", "A2", "'-", "20,000", "y")]
    parsed = read(table([signs, *rows]))
    assert ([line.amount for line in parsed.lines], parsed.outgoing) == ([50_000], 1)


@pytest.mark.parametrize("title", ["Nợ/Có", "D/C", "+/-", "Loại giao dịch", "Ghi nợ/Ghi có"])
def test_a_column_of_signs_is_not_one_of_amounts(title: str) -> None:
    head = ("Ngày", "Mã giao dịch", title, "Số tiền (VND)", "Nội dung")
    rows = [("23/11/2026", f"A{n}", sign, "5,000", "x") for n, sign in enumerate(["C", "Có", "+", "D", "Nợ", "-", "?"])]
    parsed = read(table([head, *rows]))
    assert (parsed.layout, len(parsed.lines), parsed.outgoing) == ("bidv", 3, 3)
    assert [p.line for p in parsed.problems] == [8]


def test_a_named_layout_is_the_only_one_tried() -> None:
    assert read(CONTENT, "vietcombank").layout == "vietcombank"
    assert [p.line for p in read(CONTENT, "bidv").problems] == [0]


BAD_ROWS = {
    "31/02/2026": "không phải ngày",
    "hôm qua": "không phải ngày",
    "23/11/2036": "không thể đúng",
    "23/11/1926": "không thể đúng",
}


@pytest.mark.parametrize("day", BAD_ROWS)
def test_a_bad_day_is_told_with_its_line_and_costs_no_other(day: str) -> None:
    parsed = read(table([HEAD, ROWS[0], (day, "X", "", "1,000", "HL7KQM9Q"), ROWS[2]]))
    assert facts(parsed) == EXPECTED
    assert [(p.line, BAD_ROWS[day] in p.words) for p in parsed.problems] == [(3, True)]


@pytest.mark.parametrize("amount", ["50 USD", "50.000,50", "=50000+1", "năm mươi", "1e5", "9" * 16, "50,00,000"])
def test_a_bad_amount_is_told_with_its_line_and_costs_no_other(amount: str) -> None:
    parsed = read(table([HEAD, ROWS[0], ("23/11/2026", "X", "", amount, "HL7KQM9Q"), ROWS[2]]))
    assert facts(parsed) == EXPECTED
    assert [p.line for p in parsed.problems] == [3]


def test_money_in_and_out_in_one_row_is_told() -> None:
    parsed = read(table([HEAD, ("23/11/2026", "X", "5,000", "5,000", "?")]))
    assert (list(parsed.lines), [p.line for p in parsed.problems]) == ([], [2])


def test_a_negative_line_is_money_that_went_out_in_either_column() -> None:
    rows = [("23/11/2026", "X", "-5,000", "", "rút"), ("23/11/2026", "Y", "", "(5.000)", "hủy")]
    parsed = read(table([HEAD, *rows]))
    assert (list(parsed.lines), parsed.outgoing, list(parsed.problems)) == ([], 2, [])


# --- files that are none -------------------------------------------------------------------------

REFUSED = {
    "nothing": b"",
    "blanks": b"\r\n\r\n   ",
    "one column": "Sao kê\r\n50000\r\n".encode(),
    "a workbook": b"PK\x03\x04" + b"\x00" * 40,
    "an old workbook": b"\xd0\xcf\x11\xe0" + b"\x00" * 40,
    "a page": b"<html><table>",
    "a pdf": b"%PDF-1.4",
    "figures of nobody": bytes(range(256)) * 20,
    "noughts": b"\0" * 1000,
    "noughts within": CONTENT.encode().replace(b"FT001", b"FT\x00\x001"),
    "half a letter": b"\xff\xfe" + CONTENT.encode("utf-16-le")[:-1],
    "too large": CONTENT.encode() + b" " * statements.MOST_BYTES,
    "a heading too low": ("x,y\r\n" * 30 + CONTENT).encode(),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED.keys())
def test_a_file_that_is_no_statement_is_refused_with_a_sentence(data: bytes) -> None:
    parsed = read(data)
    assert parsed.is_refused
    assert ([p.line for p in parsed.problems], list(parsed.lines)) == ([0], [])
    assert "Bạn" in parsed.problems[0].words


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert statements.MOST_ROWS == 20_000
    monkeypatch.setattr("payments.statements.reading.MOST_ROWS", 200)
    row = '"23/11/2026","","","1","x"\r\n'
    assert not read(table([HEAD]) + row * 200).is_refused
    assert read(table([HEAD]) + row * 201).is_refused


def test_a_forgotten_quote_loses_no_line_in_silence() -> None:
    lines = CONTENT.split("\r\n")
    lines[2] = lines[2][:-1]  # the description of the second row is not closed
    parsed = read("\r\n".join(lines))
    assert [line.reference for line in parsed.lines] == ["FT001"]
    assert [p.line for p in parsed.problems] == [3]


def test_a_huge_cell_is_told_and_the_rest_is_read() -> None:
    huge = ("23/11/2026", "X", "", "1,000", "A" * 200_000)
    long = ("23/11/2026", "Y", "", "1,000", "A" * 3_000)
    parsed = read(table([HEAD, ROWS[0], huge, long, ROWS[2]]))
    assert facts(parsed) == EXPECTED
    assert [p.line for p in parsed.problems] == [3, 4]


def test_formulas_are_text_and_signs_that_cannot_be_seen_are_gone() -> None:
    row = ("23/11/2026", '="00123"', "", "'50.000", "=HYPERLINK(1)\u202e\u200b HL7K\tQM9Q\x07")
    line = read(table([HEAD, row])).lines[0]
    assert (line.reference, line.amount, line.text) == ("00123", 50_000, "=HYPERLINK(1) HL7K QM9Q")


@settings(max_examples=40)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda t: (CONTENT + t).encode("utf-8", "replace")))
def test_reading_never_fails(data: bytes) -> None:
    parsed = read(data)
    assert parsed.is_refused or parsed.layout in statements.LAYOUTS
    assert all(line.amount > 0 for line in parsed.lines)


@settings(max_examples=30)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40), max_size=6))
def test_descriptions_survive_every_wide_encoding(texts: list[str]) -> None:
    rows = [("23/11/2026", f"N{at}", "", "1", words) for at, words in enumerate(texts)]
    content = table([HEAD, *rows])
    wide = b"\xff\xfe" + content.encode("utf-16-le")
    assert facts(read(wide)) == facts(read(content))
    assert len(read(content).lines) == len(texts)


# --- identity ------------------------------------------------------------------------------------


def test_the_same_line_twice_is_two_payments_only_without_a_number_of_the_bank() -> None:
    bare, numbered = ("23/11/2026", "", "", "1,000", "x"), ("23/11/2026", "FT9", "", "1,000", "x")
    assert len({line.digest for line in read(table([HEAD, bare, bare])).lines}) == 2
    assert len({line.digest for line in read(table([HEAD, numbered, numbered])).lines}) == 1


@pytest.mark.parametrize("place", range(5))
def test_each_part_of_a_line_tells_it_from_others(place: int) -> None:
    row = list(ROWS[0])
    row[place] = {0: "22/11/2026", 1: "FT999", 2: "", 3: "50,001", 4: "khác"}[place]
    same = place == 2
    assert (read(table([HEAD, row])).lines[0].digest == read(table([HEAD, ROWS[0]])).lines[0].digest) == same


def test_another_account_is_another_line(settings: object) -> None:
    settings.VIETQR_ACCOUNT = "0011001234567"  # type: ignore[attr-defined]
    own, other = ("Số tài khoản: 0011001234567",), ("Số tài khoản: 0999001234567",)
    first, second, unnamed = (read(table([*top, HEAD, ROWS[0]])) for top in ([own], [other], []))
    assert first.lines[0].digest == unnamed.lines[0].digest != second.lines[0].digest
    assert (first.is_foreign, second.is_foreign, unnamed.is_foreign) == (False, True, False)


# --- cells ---------------------------------------------------------------------------------------

AMOUNTS = {
    "1.234.567": 1_234_567,
    "1,234,567.00": 1_234_567,
    "1.234.567,00": 1_234_567,
    "+50000": 50_000,
    "+ 50.000": 50_000,
    "50 000 VND": 50_000,
    "50\u00a0000\u00a0đ": 50_000,
    "50.000 đồng": 50_000,
    "VNĐ 50.000": 50_000,
    "50.000₫": 50_000,
    "50000.00": 50_000,
    "-50,000": -50_000,
    "−50.000": -50_000,
    "50.000-": -50_000,
    "(50.000)": -50_000,
    "50,000 DR": -50_000,
    "50,000 CR": 50_000,
    '="50000"': 50_000,
    "0": 0,
    "000": 0,
    "": None,
    " ": None,
    "-": None,
}


@pytest.mark.parametrize("written", AMOUNTS)
def test_amounts(written: str) -> None:
    assert cells.dong(written) == AMOUNTS[written]


@pytest.mark.parametrize(
    "written", ["1.5", "50.000.00", "1,23", "1.234,5", "--5", "+-5", "(5", "5)", "-5-", "5 5", "٣"]
)
def test_amounts_that_are_unclear_are_refused(written: str) -> None:
    with pytest.raises(NotThat):
        cells.dong(written)


@settings(max_examples=60)
@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from([",", ".", " ", ""]),
    st.sampled_from(["", "0", "00"]),
    st.booleans(),
)
def test_any_amount_in_any_dress(amount: int, group: str, part: str, named: bool) -> None:
    point = "," if group == "." else "."
    written = f"{abs(amount):,}".replace(",", group) + (point + part if part else "")
    written = ("-" if amount < 0 else "") + written + (" VND" if named else "")
    assert cells.dong(written) == amount


DAYS = ["23/11/2026", "23-11-2026", "23.11.2026", "2026-11-23", "2026/11/23", "23/11/26", "23/11/2026 09:12:33"]
DAYS += ["2026-11-23T09:12", "09:12 23/11/2026", "'23/11/2026", "23/11/2026 09:12:33.123"]


@pytest.mark.parametrize("written", DAYS)
def test_days(written: str) -> None:
    assert cells.day(written) == (datetime.date(2026, 11, 23), "")


@pytest.mark.parametrize(
    "written", ["23/11", "11/23/2026", "46349", "23-11/2026", "23/11/20266", "2026-13-01", "0/0/2026"]
)
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(NotThat):
        cells.day(written)


@settings(max_examples=60)
@given(st.text(max_size=30))
def test_any_cell_is_read_or_refused(written: str) -> None:
    for reader in (cells.dong, cells.day):
        try:
            reader(written)
        except NotThat:
            continue


def test_ten_thousand_lines_are_read_in_a_moment() -> None:
    rows = [("23/11/2026", f"FT{n}", "", "50,000", f"MBVCB.{n}.HL7KQM9Q.CT tu NGUYEN VAN A") for n in range(10_000)]
    content = table([HEAD, *rows])
    before = time.process_time()
    assert len(read(content).lines) == 10_000
    assert time.process_time() - before < 5

"""The two sets as data: every kind in both, numbers and titles as the circulars give them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from submissions import papers
from submissions.models import Paper
from submissions.papers import sets, words
from submissions.papers.content import COMPOSERS
from submissions.papers.drawing import TEMPLATES
from tests.submissions.papers.cases import SETS

APOLOGY = {
    "2018": "Phiếu xin lỗi và hẹn lại ngày trả kết quả",
    "2025": "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết",
}
FORMS = {
    "2018": {"receipt": "01", "supplement": "02", "refusal": "03", "extension": "04", "stop": "", "control-slip": "05"},
    "2025": {
        "receipt": "01", "supplement": "02", "refusal": "03", "extension": "04", "stop": "05", "control-slip": "06"
    },
}  # fmt: skip


@pytest.mark.parametrize("name", SETS)
def test_every_kind_has_its_form_words_and_page(name: str) -> None:
    kinds = {k.value for k in Paper.Kind}
    assert set(papers.SETS[name].forms) == {*kinds, sets.DECLINED, sets.REGISTER}
    assert {str(k) for k in COMPOSERS} == {str(k) for k in TEMPLATES} == kinds


@pytest.mark.parametrize("name", SETS)
def test_numbers_and_titles_are_those_of_the_circular(name: str) -> None:
    forms = papers.SETS[name].forms
    assert {k: forms[k].number for k in FORMS[name]} == FORMS[name]
    assert forms[sets.REGISTER].number == {"2018": "06", "2025": "07"}[name]
    assert str(forms["extension"].title) == APOLOGY[name]
    assert str(forms["receipt"].title) == "Giấy tiếp nhận hồ sơ và hẹn trả kết quả"


def test_papers_without_a_form_claim_none() -> None:
    assert papers.SETS["2018"].footnote("stop") == ""
    assert papers.SETS["2025"].footnote("filing-receipt") == ""
    assert papers.SETS["2025"].footnote("stop") == (
        "Mẫu số 05 ban hành kèm theo Thông tư số 03/2025/TT-VPCP ngày 15/9/2025"
    )


def test_one_set_is_in_force_on_every_day_since_the_first() -> None:
    for day in (datetime.date(2019, 1, 8), datetime.date(2025, 9, 14), datetime.date(2025, 9, 15)):
        assert sum(s.is_in_force(day) for s in papers.SETS.values()) == 1
    assert not any(s.is_in_force(datetime.date(2019, 1, 7)) for s in papers.SETS.values())


def test_the_setting_chooses(settings: Any) -> None:
    settings.PAPER_SET = "2018"
    assert papers.current().name == "2018"
    settings.PAPER_SET = "2025"
    assert papers.current().name == "2025"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (datetime.date(2026, 2, 5), "ngày 05 tháng 02 năm 2026"),
        (datetime.date(2026, 1, 31), "ngày 31 tháng 01 năm 2026"),
        (datetime.date(2026, 3, 9), "ngày 09 tháng 3 năm 2026"),
        (datetime.date(2026, 12, 10), "ngày 10 tháng 12 năm 2026"),
    ],
)
def test_long_dates_take_a_zero_where_the_decree_says(day: datetime.date, said: str) -> None:
    assert words.long_date(day) == said


def test_moments_are_said_in_viet_nam() -> None:
    at = datetime.datetime(2019, 11, 20, 1, 37, tzinfo=datetime.UTC)
    assert words.moment(at) == "08 giờ 37 phút, ngày 20 tháng 11 năm 2019"
    late = datetime.datetime(2019, 11, 20, 18, 5, tzinfo=datetime.UTC)
    assert words.moment(late) == "01 giờ 05 phút, ngày 21 tháng 11 năm 2019"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("UBND", ["UBND"]),
        ("ỦY BAN NHÂN DÂN PHƯỜNG BẮC HỒNG", ["ỦY BAN NHÂN DÂN", "PHƯỜNG BẮC HỒNG"]),
        ("PHIẾU TỪ CHỐI TIẾP NHẬN GIẢI QUYẾT HỒ SƠ", ["PHIẾU TỪ CHỐI TIẾP NHẬN", "GIẢI QUYẾT HỒ SƠ"]),
        ("PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ", ["PHIẾU XIN LỖI VÀ HẸN LẠI", "NGÀY TRẢ KẾT QUẢ"]),
        ("X" * 40, ["X" * 40]),
    ],
)
def test_long_headings_break_in_the_middle(text: str, lines: list[str]) -> None:
    assert words.balanced(text, 30) == lines

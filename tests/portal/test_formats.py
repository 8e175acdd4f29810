"""Dates and numbers as Vietnam writes them; Django's own vi formats read a day as a month."""

from __future__ import annotations

import datetime

import pytest
from django import forms
from django.utils import formats

from portal.templatetags.portal import day, filesize, moment, vnd


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("03/04/2026", datetime.date(2026, 4, 3)),
        ("25/12/2025", datetime.date(2025, 12, 25)),
        ("25-12-2025", datetime.date(2025, 12, 25)),
        ("25.12.2025", datetime.date(2025, 12, 25)),
        ("2025-12-25", datetime.date(2025, 12, 25)),
        ("3/4/2026", datetime.date(2026, 4, 3)),
    ],
)
def test_the_day_comes_first(typed: str, read: datetime.date) -> None:
    assert forms.DateField().clean(typed) == read


@pytest.mark.parametrize("typed", ["12/25/2025", "31/02/2026", "hôm nay"])
def test_a_day_that_is_none_is_refused_in_vietnamese(typed: str) -> None:
    with pytest.raises(forms.ValidationError) as caught:
        forms.DateField().clean(typed)
    assert caught.value.messages == ["Ngày chưa đúng. Bạn hãy nhập ngày/tháng/năm, ví dụ 25/12/2025."]


def test_dates_are_written_day_first() -> None:
    assert formats.date_format(datetime.date(2026, 4, 3)) == "03/04/2026"
    assert formats.get_format("FIRST_DAY_OF_WEEK") == 1


def test_numbers_are_grouped_only_when_asked() -> None:
    assert formats.number_format(2026) == "2026"
    assert formats.number_format(1500000, force_grouping=True) == "1.500.000"


@pytest.mark.parametrize(
    ("amount", "shown"), [(0, "0 đồng"), (8000, "8.000 đồng"), (1500000, "1.500.000 đồng"), (None, "")]
)
def test_money(amount: int | None, shown: str) -> None:
    assert vnd(amount) == shown


def test_a_day_has_its_weekday_in_viet_nam() -> None:
    evening = datetime.datetime(2026, 2, 23, 18, 30, tzinfo=datetime.UTC)
    assert day(datetime.date(2026, 2, 22)) == "Chủ nhật 22/02/2026"
    assert day(evening) == "thứ Ba 24/02/2026"
    assert moment(evening) == "01:30 thứ Ba 24/02/2026"
    assert (day(None), moment(None)) == ("", "")


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 KB"), (1, "1 KB"), (350 * 1024, "350 KB"), (2_516_582, "2,4 MB"), (20 * 1024**2, "20 MB")],
)
def test_file_sizes(size: int, shown: str) -> None:
    assert filesize(size) == shown

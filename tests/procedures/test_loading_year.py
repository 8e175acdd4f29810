"""Days off of a year: a proposal that never touches what people have confirmed or entered."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError

from portal.lib.workdays import Calendar
from procedures import deadlines
from procedures.loading.year import load_year
from procedures.models import Holiday
from procedures.spec import TimeLimit
from tests.procedures.catalogues import run

D = datetime.date
pytestmark = pytest.mark.django_db


def working_days(calendar: Calendar, year: int) -> int:
    return calendar.between(D(year - 1, 12, 31), D(year, 12, 31))


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 250), (2026, 249), (2027, 249)])
def test_working_days_of_known_years(year: int, days: int) -> None:
    load_year(year)
    assert working_days(deadlines.calendar(), year) == days


def test_tet_national_day_and_the_swapped_saturday_of_2026() -> None:
    load_year(2026)
    off = set(Holiday.objects.filter(kind="off").values_list("date", flat=True))
    assert {D(2026, 2, d) for d in range(16, 21)} | {D(2026, 8, 31), D(2026, 9, 1), D(2026, 9, 2)} <= off
    assert list(Holiday.objects.filter(kind="working").values_list("date", "name", "confirmed")) == [
        (D(2026, 8, 22), "Làm bù", False)
    ]


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        (D(2026, 2, 12), 3, D(2026, 2, 24)),
        (D(2026, 8, 20), 5, D(2026, 8, 26)),
        (D(2026, 8, 28), 3, D(2026, 9, 7)),
        (D(2026, 11, 23), 3, D(2026, 11, 27)),
        (D(2025, 4, 25), 5, D(2025, 5, 6)),
        (D(2027, 2, 3), 5, D(2027, 2, 17)),
    ],
)
def test_worked_examples(received: datetime.date, days: int, due: datetime.date) -> None:
    load_year(received.year)
    assert deadlines.calendar().add(received, days) == due
    at = datetime.datetime.combine(received, datetime.time(9), ZoneInfo("Asia/Ho_Chi_Minh"))
    assert deadlines.due_on(at, TimeLimit(days, "working_day"), {}, deadlines.calendar(received)) == due


@pytest.mark.parametrize(
    ("off", "worked"),
    [
        ([D(2025, 1, day) for day in range(27, 32)], []),  # Tết of 2025
        ([D(2025, 4, 7), D(2025, 4, 30), D(2025, 5, 1), D(2025, 5, 2), D(2025, 9, 1), D(2025, 9, 2)], [D(2025, 4, 26)]),
        ([D(2026, 2, day) for day in range(16, 21)], []),
        ([D(2026, 4, 27), D(2026, 4, 30), D(2026, 5, 1), D(2026, 8, 31), D(2026, 9, 1), D(2026, 9, 2)], []),
        ([D(2026, 11, 24)], [D(2026, 8, 22)]),
        ([D(2027, 2, day) for day in (4, 5, 8, 9, 10)], []),
        ([D(2027, 4, 16), D(2027, 4, 30), D(2027, 5, 3), D(2027, 9, 2), D(2027, 9, 3), D(2027, 11, 24)], []),
    ],
)
def test_the_days_of_three_years(off: list[datetime.date], worked: list[datetime.date]) -> None:
    for year in {day.year for day in [*off, *worked]}:
        load_year(year)
    days = deadlines.calendar()
    assert [day for day in off if days.is_working_day(day)] == []
    assert [day for day in worked if not days.is_working_day(day)] == []


def test_a_swap_that_only_an_official_letter_tells_is_entered_by_hand() -> None:
    load_year(2026)
    before = working_days(deadlines.calendar(), 2026)
    Holiday.objects.create(date=D(2026, 1, 2), kind="off", name="Nghỉ hoán đổi", source="Công văn", confirmed=True)
    Holiday.objects.create(date=D(2026, 1, 10), kind="working", name="Làm bù", source="Công văn", confirmed=True)
    days = deadlines.calendar()
    assert [days.is_working_day(day) for day in (D(2026, 1, 2), D(2026, 1, 10))] == [False, True]
    assert working_days(days, 2026) == before == 249


def test_the_second_time_nothing_changes() -> None:
    first = load_year(2026)
    second = load_year(2026)
    assert len(first.created) == Holiday.objects.count() == second.unchanged
    assert (second.created, second.changed, second.removed) == ([], [], [])


def test_confirmed_days_and_days_entered_by_hand_stay() -> None:
    Holiday.objects.create(date=D(2026, 1, 1), kind="working", name="Trực", confirmed=True, source="Công văn")
    Holiday.objects.create(date=D(2026, 1, 2), kind="off", name="Nghỉ bù", source="Công văn")
    Holiday.objects.create(date=D(2026, 9, 2), kind="working", name="Tay", source="")
    load_year(2026)
    kept = {row.date: row for row in Holiday.objects.all()}
    assert (kept[D(2026, 1, 1)].kind, kept[D(2026, 1, 1)].name) == ("working", "Trực")
    assert kept[D(2026, 1, 2)].name == "Nghỉ bù"
    assert kept[D(2026, 9, 2)].name == "Tay"


def test_an_old_proposal_is_brought_up_to_date_or_taken_back() -> None:
    load_year(2026)
    source = Holiday.objects.get(date=D(2026, 1, 1)).source
    Holiday.objects.filter(date=D(2026, 1, 1)).update(name="Tên cũ")
    Holiday.objects.create(date=D(2026, 3, 3), name="Không còn", source=source)
    Holiday.objects.create(date=D(2026, 3, 4), name="Đã chốt", source=source, confirmed=True)
    summary = load_year(2026)
    assert (summary.created, summary.changed, summary.removed) == ([], [D(2026, 1, 1)], [D(2026, 3, 3)])
    assert summary.confirmed == 1
    assert Holiday.objects.filter(date=D(2026, 3, 4)).exists()


def test_the_command() -> None:
    lines = run("load_holidays", "2026")[0].splitlines()
    assert lines[0] == "mới: 01/01/2026"
    assert lines[-1] == f"Năm 2026: {Holiday.objects.count()} mới, 0 đổi, 0 bỏ, 0 giữ, 0 đã xác nhận."


@pytest.mark.parametrize(
    "year", ["", "abc", "26", "1999", "99999999999999999999", "-2026", "\uff12\uff10\uff12\uff16", "2026.0"]
)
def test_years_that_are_none(year: str, db: Any) -> None:
    with pytest.raises(CommandError, match="Năm phải là số từ 2013 đến 2099"):
        run("load_holidays", "--", year)
    assert Holiday.objects.count() == 0

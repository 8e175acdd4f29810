"""Working-day arithmetic: the examples of 2025–2027 and the laws that hold for any calendar."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.workdays import Calendar

D = datetime.date

OFF = [
    *(D(2025, 1, day) for day in (1, 27, 28, 29, 30, 31)),
    D(2025, 4, 7),
    D(2025, 4, 30),
    D(2025, 5, 1),
    D(2025, 5, 2),
    *(D(2026, 2, day) for day in (16, 17, 18, 19, 20)),
    D(2026, 8, 31),
    D(2026, 9, 1),
    D(2026, 9, 2),
    D(2026, 11, 24),
    *(D(2027, 2, day) for day in range(4, 11)),
]
TOWN = Calendar(off=frozenset(OFF), working=frozenset([D(2025, 4, 26), D(2026, 8, 22)]))


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (D(2026, 2, 12), 3, D(2026, 2, 24)),  # over Tết
        (D(2026, 8, 20), 5, D(2026, 8, 26)),  # 22/08 is a Saturday that is worked
        (D(2026, 8, 28), 3, D(2026, 9, 7)),
        (D(2026, 11, 23), 3, D(2026, 11, 27)),
        (D(2025, 4, 25), 5, D(2025, 5, 6)),
        (D(2027, 2, 3), 5, D(2027, 2, 17)),
        (D(2026, 3, 6), 0, D(2026, 3, 6)),
        (D(2026, 3, 6), 1, D(2026, 3, 9)),  # Friday to Monday
    ],
)
def test_add(start: datetime.date, days: int, due: datetime.date) -> None:
    assert TOWN.add(start, days) == due


def test_a_day_off_on_a_saturday_that_is_worked_is_worked() -> None:
    saturday = D(2026, 8, 22)
    assert Calendar(off={saturday}, working={saturday}).is_working_day(saturday)


def test_between_is_negative_backwards() -> None:
    assert TOWN.between(D(2026, 3, 9), D(2026, 3, 6)) == -1


@given(start=st.dates(D(2025, 1, 1), D(2027, 6, 1)), days=st.integers(1, 60))
def test_between_undoes_add(start: datetime.date, days: int) -> None:
    assert TOWN.between(start, TOWN.add(start, days)) == days


@given(
    start=st.dates(D(2025, 1, 1), D(2027, 6, 1)),
    days=st.integers(0, 40),
    extra=st.dates(D(2025, 1, 1), D(2027, 12, 31)),
)
def test_a_holiday_added_never_makes_it_earlier(start: datetime.date, days: int, extra: datetime.date) -> None:
    more = Calendar(off=frozenset([*OFF, extra]), working=TOWN.working)
    assert more.add(start, days) >= TOWN.add(start, days)

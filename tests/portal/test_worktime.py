"""Hours of work: blocks by weekday and season, layers of blocks, and the laws of counting."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib.workdays import Calendar
from portal.lib.worktime import Block, Blocks, WorkTime

VN = ZoneInfo("Asia/Ho_Chi_Minh")
D, T = datetime.date, datetime.time
MORNING, AFTERNOON = (T(7, 30), T(11, 30)), (T(13, 30), T(17, 0))
WEEK = tuple(Block(day, *hours) for day in range(5) for hours in (MORNING, AFTERNOON))
SUMMER = tuple(Block(day, *hours, ("04-16", "10-15")) for day in range(5) for hours in ((T(7), T(11)), (T(14), T(17))))
TET = Calendar(off=frozenset(D(2026, 2, day) for day in range(16, 21)), working=frozenset([D(2026, 8, 22)]))


def at(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VN)


def hours(number: float) -> datetime.timedelta:
    return datetime.timedelta(hours=number)


def work(*layers: tuple[Block, ...], days: Calendar = TET) -> WorkTime:
    return WorkTime(days, Blocks((*layers, WEEK)))


@pytest.mark.parametrize(
    ("moment", "number", "end"),
    [
        ("05/03/2026 15:30", 4, "06/03/2026 10:00"),  # an hour and a half today, the rest next morning
        ("05/03/2026 09:00", 8, "06/03/2026 09:30"),  # 7.5 hours a day: eight cross into the next
        ("05/03/2026 07:30", 4, "05/03/2026 11:30"),  # ends with the block, not when the next begins
        ("05/03/2026 07:30", 7.5, "05/03/2026 17:00"),
        ("05/03/2026 12:00", 1, "05/03/2026 14:30"),
        ("06/03/2026 17:00", 1, "09/03/2026 08:30"),  # Friday after work
        ("06/03/2026 23:59", 8, "10/03/2026 08:00"),
        ("07/03/2026 00:01", 8, "10/03/2026 08:00"),  # Saturday
        ("13/02/2026 16:00", 2, "23/02/2026 08:30"),  # over Tết
        ("17/02/2026 09:00", 8, "24/02/2026 08:00"),  # filed on Tết
        ("21/08/2026 16:00", 2, "22/08/2026 08:30"),  # a made-up Saturday works Monday's hours
    ],
)
def test_add(moment: str, number: float, end: str) -> None:
    assert work().add(at(moment), hours(number)) == at(end)


def test_no_hours_end_where_they_begin_and_negative_ones_are_refused() -> None:
    sunday = at("08/03/2026 09:00")
    assert work().add(sunday, hours(0)) == sunday
    with pytest.raises(ValueError, match="negative"):
        work().add(sunday, hours(-1))


def test_a_day_begins_at_midnight_in_viet_nam() -> None:
    late = datetime.datetime(2026, 3, 5, 17, 1, tzinfo=datetime.UTC)  # 00:01 on Friday
    assert work().add(late, hours(1)) == at("06/03/2026 08:30")
    assert work().add(late - datetime.timedelta(minutes=2), hours(1)) == at("06/03/2026 08:30")  # 23:59 on Thursday


def test_between_counts_the_hours_of_work_and_is_negative_backwards() -> None:
    first, last = at("05/03/2026 10:00"), at("09/03/2026 14:00")
    assert work().between(first, last) == hours(1.5 + 3.5 + 7.5 + 4 + 0.5)
    assert work().between(last, first) == -hours(17)


def test_a_saturday_with_hours_counts_for_hours_and_never_as_a_day() -> None:
    time = work((*WEEK, Block(5, *MORNING)))
    assert time.add(at("06/03/2026 16:00"), hours(3)) == at("07/03/2026 09:30")
    assert time.days.add(D(2026, 3, 6), 1) == D(2026, 3, 9)


def test_a_made_up_saturday_with_hours_of_its_own_works_these() -> None:
    time = work((*WEEK, Block(5, T(8), T(10))))
    assert time.hours(D(2026, 8, 22)) == ((T(8), T(10)),)
    off = WorkTime(Calendar(off=frozenset([D(2026, 8, 29)])), time.blocks)
    assert off.hours(D(2026, 8, 29)) == ()


def test_the_season_replaces_the_hours_of_the_year() -> None:
    time = work((*WEEK, *SUMMER))
    assert [time.hours(D(2026, *day))[0][0] for day in ((4, 15), (4, 16), (10, 15), (10, 16))] == [
        T(7, 30), T(7), T(7), T(7, 30),
    ]  # fmt: skip


def test_a_season_may_run_over_new_year() -> None:
    winter = Block(0, T(8), T(9), ("11-01", "02-28"))
    days = (D(2026, 10, 31), D(2026, 11, 1), D(2026, 12, 31), D(2027, 1, 1), D(2027, 2, 28), D(2028, 2, 29))
    assert [winter.in_force(day) for day in days] == [False, True, True, True, True, False]


def test_an_agency_with_summer_hours_alone_works_those_of_all_in_winter() -> None:
    time = work(SUMMER)
    assert time.closing(D(2026, 7, 6)) == at("06/07/2026 17:00")
    assert time.opening(D(2026, 7, 6)) == at("06/07/2026 07:00")
    assert time.opening(D(2026, 12, 7)) == at("07/12/2026 07:30")


def test_the_nearer_layer_replaces_the_whole_week() -> None:
    time = work(tuple(Block(day, *MORNING) for day in (0, 2)))
    assert [len(time.hours(D(2026, 3, day))) for day in range(2, 7)] == [1, 0, 1, 0, 0]
    assert time.closing(D(2026, 3, 2)) == at("02/03/2026 11:30")
    assert time.closing(D(2026, 3, 3)) == at("03/03/2026 11:30")  # a day without hours closes as Monday does


def test_blocks_that_overlap_are_counted_once() -> None:
    time = work((Block(0, T(7), T(10)), Block(0, T(9), T(11)), Block(0, T(11), T(12))))
    assert time.hours(D(2026, 3, 2)) == ((T(7), T(12)),)


def test_blocks_need_hours_for_the_whole_year() -> None:
    for layers in ((), (SUMMER,)):
        with pytest.raises(ValueError, match="whole year"):
            Blocks(layers)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (Block(0, *MORNING), Block(0, T(11), T(12)), True),
        (Block(0, *MORNING), Block(0, T(11, 30), T(12)), False),
        (Block(0, *MORNING), Block(1, *MORNING), False),
        (Block(0, *MORNING), Block(0, *MORNING, ("04-16", "10-15")), False),  # the season replaces the year
        (Block(0, *MORNING, ("04-16", "10-15")), Block(0, *MORNING, ("10-15", "04-15")), True),
        (Block(0, *MORNING, ("04-16", "10-15")), Block(0, *MORNING, ("10-16", "04-15")), False),
        (Block(0, *MORNING, ("02-29", "02-29")), Block(0, *MORNING, ("02-28", "03-01")), True),
    ],
)
def test_clashes(one: Block, other: Block, clash: bool) -> None:
    assert one.clashes(other) is other.clashes(one) is clash


BLOCKS = st.lists(
    st.builds(
        lambda day, start, length, season: Block(day, T(start), T(min(start + length, 23), 30), season),
        st.integers(0, 6),
        st.integers(5, 20),
        st.integers(0, 5),
        st.sampled_from([None, None, ("04-16", "10-15"), ("11-01", "02-28")]),
    ),
    max_size=8,
).map(tuple)
MOMENTS = st.builds(
    lambda day, minute: datetime.datetime.combine(day, T(), VN) + datetime.timedelta(minutes=minute),
    st.dates(D(2026, 1, 1), D(2026, 12, 1)),
    st.integers(0, 24 * 60 - 1),
)
OFF = st.frozensets(st.dates(D(2026, 1, 1), D(2026, 12, 31)), max_size=12)
SOME = st.timedeltas(datetime.timedelta(), datetime.timedelta(hours=50))
few = settings(max_examples=40, deadline=None)


def anything(own: tuple[Block, ...], off: frozenset[datetime.date]) -> WorkTime:
    return WorkTime(Calendar(off=off), Blocks((*([own] if own else []), WEEK)))


@few
@given(BLOCKS, OFF, MOMENTS, SOME)
def test_between_undoes_add(
    own: tuple[Block, ...], off: frozenset[datetime.date], moment: datetime.datetime, length: datetime.timedelta
) -> None:
    time = anything(own, off)
    assert time.between(moment, time.add(moment, length)) == length


@few
@given(BLOCKS, OFF, MOMENTS, SOME, SOME)
def test_adding_goes_on_where_it_stopped(
    own: tuple[Block, ...],
    off: frozenset[datetime.date],
    moment: datetime.datetime,
    one: datetime.timedelta,
    other: datetime.timedelta,
) -> None:
    time = anything(own, off)
    assert time.add(time.add(moment, one), other) == time.add(moment, one + other) >= time.add(moment, one)


@few
@given(BLOCKS, OFF, st.dates(D(2026, 1, 1), D(2026, 12, 31)), MOMENTS, SOME)
def test_a_day_off_more_never_ends_earlier(
    own: tuple[Block, ...],
    off: frozenset[datetime.date],
    extra: datetime.date,
    moment: datetime.datetime,
    length: datetime.timedelta,
) -> None:
    assert anything(own, off | {extra}).add(moment, length) >= anything(own, off).add(moment, length)

"""Day zero, hours and their explanation at the edges, and the laws of counting. No database."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib.workdays import Calendar
from portal.lib.worktime import Block, Blocks, WorkTime
from procedures import deadlines
from procedures.deadlines import CountedDay, counted, due_at, due_on
from procedures.spec import Condition, TimeLimit, Variant

VN = ZoneInfo("Asia/Ho_Chi_Minh")
D = datetime.date
NAMES = {
    D(2026, 2, 16): "Giao thừa Tết Nguyên Đán",
    D(2026, 2, 17): "Tết Nguyên Đán",
    D(2026, 2, 18): "Mùng hai Tết Nguyên Đán",
    D(2026, 2, 19): "Mùng ba Tết Nguyên Đán",
    D(2026, 2, 20): "Mùng bốn Tết Nguyên Đán",
    D(2026, 4, 30): "Ngày Chiến thắng",
    D(2026, 5, 1): "Ngày Quốc tế Lao động",
    D(2026, 8, 22): "Làm bù",
}
TOWN = Calendar(frozenset(NAMES) - {D(2026, 8, 22)}, frozenset([D(2026, 8, 22)]), NAMES)
THREE = TimeLimit(3, "working_day")
AT_THREE = TimeLimit(1, "working_day", same_day=True, cutoff="15:00")


def at(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(f"{text}:00"[:19], "%d/%m/%Y %H:%M:%S").replace(tzinfo=VN)


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ("05/03/2026 14:59:59", D(2026, 3, 5)),
        ("05/03/2026 15:00:00", D(2026, 3, 5)),
        ("05/03/2026 15:00:01", D(2026, 3, 6)),
        ("05/03/2026 23:59:00", D(2026, 3, 6)),
        ("06/03/2026 00:01:00", D(2026, 3, 6)),
        ("06/03/2026 15:00:01", D(2026, 3, 9)),  # Friday
        ("08/03/2026 15:00:01", D(2026, 3, 9)),  # Sunday: received on Monday, before the cut-off
        ("17/02/2026 16:00:00", D(2026, 2, 23)),  # on Tết
        ("13/02/2026 15:00:01", D(2026, 2, 23)),  # after 15:00 on the last day before Tết
        ("22/08/2026 15:00:00", D(2026, 8, 22)),  # a Saturday that is worked
        ("22/08/2026 15:00:01", D(2026, 8, 24)),
    ],
)
def test_the_rule_of_fifteen_hours(received: str, day: datetime.date) -> None:
    assert due_on(at(received), AT_THREE, {}, TOWN) == day
    assert counted(at(received), AT_THREE, {}, TOWN)[-1].date == day


def test_a_cutoff_may_be_written_with_one_digit() -> None:
    early = TimeLimit(1, "working_day", same_day=True, cutoff="9:30")
    assert due_on(at("05/03/2026 09:30"), early, {}, TOWN) == D(2026, 3, 5)
    assert due_on(at("05/03/2026 09:31"), early, {}, TOWN) == D(2026, 3, 6)


@pytest.mark.parametrize(
    ("received", "limit", "due"),
    [
        ("05/03/2026 09:00", THREE, "10/03/2026 17:00"),
        ("05/03/2026 09:00", AT_THREE, "05/03/2026 17:00"),
        ("05/03/2026 15:30", TimeLimit(4, "hour"), "06/03/2026 10:00"),
        ("05/03/2026 15:30", TimeLimit(4, "hour", cutoff="15:00"), "06/03/2026 11:30"),
        ("06/03/2026 15:30", TimeLimit(4, "hour", cutoff="15:00"), "09/03/2026 11:30"),
        ("08/03/2026 15:30", TimeLimit(4, "hour"), "09/03/2026 11:30"),
        ("17/02/2026 15:30", TimeLimit(8, "hour"), "24/02/2026 08:00"),
        ("30/01/2026 09:00", TimeLimit(30, "calendar_day"), "02/03/2026 17:00"),  # 1 March is a Sunday
        ("28/02/2028 09:00", TimeLimit(1, "calendar_day"), "29/02/2028 17:00"),
        ("31/03/2026 09:00", TimeLimit(30, "calendar_day"), "04/05/2026 17:00"),  # 30 April is off, and 1 May
        ("31/12/2026 09:00", TimeLimit(1, "working_day"), "01/01/2027 17:00"),  # this calendar has no 2027
    ],
)
def test_due_at(received: str, limit: TimeLimit, due: str) -> None:
    assert due_at(at(received), limit, {}, TOWN) == at(due)


def test_hours_after_days_and_days_after_hours() -> None:
    held = Condition("x", ("yes",))
    days_then_hours = TimeLimit(1, "working_day", variants=(Variant("xác minh", 2, "hour", adds=True, when=held),))
    hours_then_days = TimeLimit(4, "hour", variants=(Variant("xác minh", 1, "working_day", adds=True, when=held),))
    assert due_at(at("05/03/2026 09:00"), days_then_hours, {"x": "yes"}, TOWN) == at("09/03/2026 09:30")
    assert due_at(at("05/03/2026 15:30"), hours_then_days, {"x": "yes"}, TOWN) == at("09/03/2026 17:00")


def test_a_variant_that_replaces_ends_same_day_but_not_the_cutoff() -> None:
    far = Variant("ở xa", 5, "working_day", when=Condition("far", ("yes",)))
    limit = TimeLimit(1, "working_day", same_day=True, cutoff="15:00", variants=(far,))
    assert due_on(at("05/03/2026 15:30"), limit, {"far": "yes"}, TOWN) == D(2026, 3, 13)
    assert counted(at("05/03/2026 09:00"), limit, {"far": "yes"}, TOWN)[-1] == CountedDay(D(2026, 3, 12), 5, "ở xa")


def test_hours_with_a_day_zero_begin_in_its_morning() -> None:
    four = TimeLimit(4, "hour")
    assert due_at(at("05/03/2026 15:30"), four, {}, TOWN, day_zero=D(2026, 3, 9)) == at("09/03/2026 11:30")
    assert due_at(at("05/03/2026 15:30"), four, {}, TOWN, day_zero=D(2026, 3, 5)) == at("06/03/2026 10:00")


def test_the_explanation_over_tet() -> None:
    assert counted(at("12/02/2026 09:00"), THREE, {}, TOWN) == (
        CountedDay(D(2026, 2, 12), None, "ngày tiếp nhận, chưa tính", "zero"),
        CountedDay(D(2026, 2, 13), 1, ""),
        CountedDay(D(2026, 2, 14), None, "thứ Bảy, Chủ nhật", "skipped", D(2026, 2, 15)),
        CountedDay(D(2026, 2, 16), None, "Tết Nguyên Đán", "skipped", D(2026, 2, 20)),
        CountedDay(D(2026, 2, 21), None, "thứ Bảy, Chủ nhật", "skipped", D(2026, 2, 22)),
        CountedDay(D(2026, 2, 23), 2, ""),
        CountedDay(D(2026, 2, 24), 3, ""),
    )


def test_the_explanation_of_a_late_afternoon_and_a_saturday_that_is_worked() -> None:
    limit = TimeLimit(2, "working_day", cutoff="15:00")
    assert counted(at("20/08/2026 15:01"), limit, {}, TOWN) == (
        CountedDay(D(2026, 8, 20), None, "tiếp nhận sau 15:00 nên tính từ ngày làm việc tiếp theo", "received"),
        CountedDay(D(2026, 8, 21), None, "tính như tiếp nhận ngày này, ngày này chưa tính", "zero"),
        CountedDay(D(2026, 8, 22), 1, "Làm bù"),
        CountedDay(D(2026, 8, 23), None, "Chủ nhật", "skipped", D(2026, 8, 23)),
        CountedDay(D(2026, 8, 24), 2, ""),
    )


def test_the_explanation_of_calendar_days_that_end_on_a_holiday() -> None:
    assert counted(at("28/04/2026 09:00"), TimeLimit(2, "calendar_day"), {}, TOWN)[1:] == (
        CountedDay(D(2026, 4, 29), 1, ""),
        CountedDay(D(2026, 4, 30), 2, "Ngày Chiến thắng"),
        CountedDay(D(2026, 5, 1), None, "Ngày Quốc tế Lao động", "skipped", D(2026, 5, 1)),
        CountedDay(D(2026, 5, 2), None, "thứ Bảy, Chủ nhật", "skipped", D(2026, 5, 3)),
        CountedDay(
            D(2026, 5, 4),
            None,
            "ngày cuối là ngày nghỉ (Ngày Chiến thắng) nên chuyển sang ngày làm việc tiếp theo",
            "moved",
        ),
    )


def test_the_explanation_of_hours() -> None:
    assert counted(at("06/03/2026 15:30"), TimeLimit(4, "hour"), {}, TOWN) == (
        CountedDay(D(2026, 3, 6), None, "tính giờ từ lúc tiếp nhận, 15:30", "zero"),
        CountedDay(D(2026, 3, 6), None, "15:30–17:00", "hours"),
        CountedDay(D(2026, 3, 7), None, "thứ Bảy, Chủ nhật", "skipped", D(2026, 3, 8)),
        CountedDay(D(2026, 3, 9), None, "07:30–10:00", "hours"),
    )


def test_a_working_day_without_hours_is_told() -> None:
    time = WorkTime(Calendar(), Blocks((tuple(Block(day, datetime.time(8), datetime.time(9)) for day in (0, 2)),)))
    assert counted(at("02/03/2026 08:30"), TimeLimit(1, "hour"), {}, time)[2:] == (
        CountedDay(D(2026, 3, 3), None, "không có giờ làm việc", "skipped", D(2026, 3, 3)),
        CountedDay(D(2026, 3, 4), None, "08:00–08:30", "hours"),
    )


# --- laws ---------------------------------------------------------------------------------------------------------

UNITS = st.sampled_from(["working_day", "calendar_day", "hour"])
LIMITS = st.builds(
    lambda value, unit, same_day, cutoff, added: TimeLimit(
        value,
        unit,
        same_day=same_day,
        cutoff=cutoff,
        variants=tuple(Variant("thêm", n, u, adds=True, when=Condition("x", ("yes",))) for n, u in added),
    ),
    st.integers(1, 40),
    UNITS,
    st.booleans(),
    st.sampled_from(["", "15:00", "9:30"]),
    st.lists(st.tuples(st.integers(1, 9), UNITS), max_size=2),
)
MOMENTS = st.builds(
    lambda day, minute: datetime.datetime.combine(day, datetime.time(), VN) + datetime.timedelta(minutes=minute),
    st.dates(D(2026, 1, 1), D(2026, 12, 1)),
    st.integers(0, 24 * 60 - 1),
)
DAYS = st.dates(D(2026, 1, 1), D(2027, 2, 1))
OFF = st.frozensets(DAYS, max_size=15)
SATURDAYS = st.frozensets(st.integers(0, 52).map(lambda n: D(2026, 1, 3) + datetime.timedelta(weeks=n)), max_size=3)
ANSWERS = {"x": "yes"}
few = settings(max_examples=50, deadline=None)


@few
@given(MOMENTS, LIMITS, OFF, SATURDAYS, DAYS)
def test_a_day_off_more_never_promises_earlier(
    received: datetime.datetime,
    limit: TimeLimit,
    off: frozenset[datetime.date],
    worked: frozenset[datetime.date],
    extra: datetime.date,
) -> None:
    before = due_at(received, limit, ANSWERS, Calendar(off, worked))
    assert due_at(received, limit, ANSWERS, Calendar(off | {extra}, worked - {extra})) >= before


@few
@given(MOMENTS, LIMITS, OFF, SATURDAYS)
def test_the_explanation_names_every_day_once_and_ends_with_the_promise(
    received: datetime.datetime, limit: TimeLimit, off: frozenset[datetime.date], worked: frozenset[datetime.date]
) -> None:
    days = Calendar(off, worked)
    lines = counted(received, limit, ANSWERS, days)
    assert lines[-1].date == due_on(received, limit, ANSWERS, days) == due_at(received, limit, ANSWERS, days).date()
    told = [
        line.date + datetime.timedelta(n)
        for line in lines
        for n in range(((line.until or line.date) - line.date).days + 1)
    ]
    first = received.date()
    assert list(dict.fromkeys(told)) == [
        first + datetime.timedelta(n) for n in range((lines[-1].date - first).days + 1)
    ]
    numbers = [line.number for line in lines if line.number is not None]
    steps = deadlines.periods(limit, ANSWERS)[1 if limit.same_day else 0 :]
    assert numbers == list(range(1, 1 + sum(step.value for step in steps if step.unit != "hour")))
    assert all(days.is_working_day(line.date) for line in lines if line.kind == "moved")
    assert not any(days.is_working_day(line.date) for line in lines if line.kind == "skipped")


@few
@given(MOMENTS, st.integers(1, 30), UNITS, OFF)
def test_a_longer_limit_never_ends_earlier(
    received: datetime.datetime, value: int, unit: str, off: frozenset[datetime.date]
) -> None:
    days = Calendar(off)
    assert due_at(received, TimeLimit(value, unit), {}, days) <= due_at(received, TimeLimit(value + 1, unit), {}, days)


@few
@given(MOMENTS, st.timedeltas(datetime.timedelta(), datetime.timedelta(days=5)), LIMITS, OFF)
def test_who_comes_later_is_never_promised_earlier(
    received: datetime.datetime, wait: datetime.timedelta, limit: TimeLimit, off: frozenset[datetime.date]
) -> None:
    days = Calendar(off)
    assert due_at(received, limit, ANSWERS, days) <= due_at(received + wait, limit, ANSWERS, days)

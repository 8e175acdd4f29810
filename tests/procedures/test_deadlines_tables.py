"""The town's working time from its tables: agencies, years without rows, hours, the digest."""

from __future__ import annotations

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from procedures import deadlines
from procedures.models import Agency, Holiday, WorkingBlock
from procedures.spec import TimeLimit
from tests.factories import AgencyFactory, HolidayFactory

D, T = datetime.date, datetime.time
pytestmark = pytest.mark.django_db


def block(weekday: int, opens: str, closes: str, agency: Agency | None = None, **season: str) -> WorkingBlock:
    return WorkingBlock.objects.create(
        agency=agency, weekday=weekday, opens=T.fromisoformat(opens), closes=T.fromisoformat(closes), **season
    )


def test_an_agencys_own_day_beats_the_one_for_all() -> None:
    ward, other = AgencyFactory(), AgencyFactory()
    Holiday.objects.create(date=D(2026, 9, 2), kind="off", name="Quốc khánh")
    Holiday.objects.create(date=D(2026, 9, 2), kind="working", name="Trực", agency=ward)
    Holiday.objects.create(date=D(2026, 9, 3), kind="off", name="Lũ", agency=ward)
    own, all_units = deadlines.calendar(agency=ward), deadlines.calendar()
    assert [own.is_working_day(D(2026, 9, day)) for day in (2, 3)] == [True, False]
    assert own.name(D(2026, 9, 3)) == "Lũ"
    for days in (all_units, deadlines.calendar(agency=other)):
        assert [days.is_working_day(D(2026, 9, day)) for day in (2, 3)] == [False, True]


def test_a_town_and_its_centre_share_their_days_and_hours() -> None:
    town = AgencyFactory(kind=Agency.Kind.TOWN)
    centre = AgencyFactory(kind=Agency.Kind.ONE_STOP_CENTRE, parent=town)
    ward = AgencyFactory(kind=Agency.Kind.WARD, parent=town)
    HolidayFactory(date=D(2026, 9, 9), agency=centre)
    block(0, "08:00", "09:00", centre)
    for agency, off, hour in ((town, True, 8), (centre, True, 8), (ward, False, 7)):
        time = deadlines.worktime(agency)
        assert time.days.is_working_day(D(2026, 9, 9)) is not off
        assert time.opening(D(2026, 9, 7)).hour == hour
    block(0, "10:00", "11:00", town)
    assert deadlines.worktime(town).opening(D(2026, 9, 7)).hour == 10
    assert deadlines.worktime(centre).opening(D(2026, 9, 7)).hour == 8


@pytest.mark.parametrize("kind", [Agency.Kind.TOWN, Agency.Kind.ONE_STOP_CENTRE, Agency.Kind.WARD])
def test_working_time_takes_two_queries(kind: str, django_assert_num_queries: Any) -> None:
    agency = AgencyFactory(kind=kind, parent=AgencyFactory(kind=Agency.Kind.TOWN))
    block(5, "07:30", "11:30")
    HolidayFactory()
    with django_assert_num_queries(2):
        time = deadlines.worktime(agency)
        time.closing(D(2027, 3, 5))


@pytest.mark.parametrize("first", [None, D(2026, 12, 20)])
def test_a_year_that_nobody_loaded_still_has_tet(first: datetime.date | None) -> None:
    Holiday.objects.create(date=D(2026, 1, 2), kind="off", name="Nghỉ bù")
    days = deadlines.calendar(first)
    tet = [D(2027, 2, 4) + datetime.timedelta(n) for n in range(7)]
    assert not any(days.is_working_day(day) for day in tet)
    assert days.name(D(2027, 2, 6)) == "Tết Nguyên Đán"
    assert days.between(D(2026, 12, 31), D(2027, 12, 31)) == 249
    # 2026 has a row, so that what the table lacks is worked.
    assert days.is_working_day(D(2026, 12, 31))
    assert days.is_working_day(D(2026, 9, 2))


def test_an_agencys_rows_do_not_make_a_year_kept() -> None:
    ward = AgencyFactory()
    Holiday.objects.create(date=D(2027, 9, 2), kind="working", name="Trực", agency=ward)
    days = deadlines.calendar(agency=ward)
    assert [days.is_working_day(D(2027, 9, day)) for day in (2, 3)] == [True, False]
    assert [days.name(D(2027, 9, day)) for day in (2, 3)] == ["Trực", "Quốc khánh"]


def test_hours_of_a_procedure_follow_the_agencys_blocks() -> None:
    ward = AgencyFactory()
    block(3, "08:00", "10:00", ward)
    block(4, "08:00", "10:00", ward)
    received = datetime.datetime(2026, 3, 5, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
    due = deadlines.due_at(received, TimeLimit(2, "hour"), {}, deadlines.worktime(ward))
    assert f"{due:%d/%m/%Y %H:%M}" == "06/03/2026 09:00"
    assert deadlines.due_on(received, TimeLimit(2, "hour"), {}, deadlines.worktime()) == D(2026, 3, 5)


def test_seasons_of_the_table() -> None:
    block(0, "07:30", "11:30")
    block(0, "07:00", "11:00", season_from="04-16", season_to="10-15")
    time = deadlines.worktime()
    assert [time.opening(D(2026, month, 1)).hour for month in (3, 6)] == [7, 7]
    assert [time.closing(day).strftime("%H:%M") for day in (D(2026, 3, 2), D(2026, 6, 1))] == ["11:30", "11:00"]


def test_the_digest_changes_with_days_and_hours_and_not_with_words() -> None:
    seen = [deadlines.calendar_digest()]
    row = HolidayFactory(date=D(2026, 9, 3))
    seen.append(deadlines.calendar_digest())
    Holiday.objects.update(name="Quốc khánh (ngày thứ hai)", confirmed=True, source="Thông báo 1/TB")
    assert deadlines.calendar_digest() == seen[-1]
    row.agency = AgencyFactory()
    row.save()
    seen.append(deadlines.calendar_digest())
    block(5, "07:30", "11:30")
    seen.append(deadlines.calendar_digest())
    WorkingBlock.objects.update(season_from="04-16", season_to="10-15")
    seen.append(deadlines.calendar_digest())
    assert len(set(seen)) == 5
    WorkingBlock.objects.all().delete()
    Holiday.objects.all().delete()
    assert deadlines.calendar_digest() == seen[0]

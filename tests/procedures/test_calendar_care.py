"""What is missing of the calendar, and who fills it: warnings, the nightly task, the command, words for the public."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import Client

from portal.celery import app
from portal.lib import publicdays
from procedures import deadlines, hours, tasks
from procedures.loading import days
from procedures.loading.year import load_year
from procedures.models import Agency, Holiday, WorkingBlock
from tests.factories import AgencyFactory, HolidayFactory, ProcedureFactory
from tests.procedures.catalogues import run

D, T = datetime.date, datetime.time
pytestmark = pytest.mark.django_db


def warned(today: datetime.date) -> list[tuple[int, bool]]:
    """The years, and whether they are said to have no calendar at all."""
    return [(w.year, "chưa có lịch" in w.words) for w in days.warnings(today)]


def test_a_year_without_days_is_warned_of_from_october() -> None:
    assert warned(D(2026, 9, 30)) == [(2026, True)]
    assert warned(D(2026, 10, 1)) == [(2026, True), (2027, True)]
    HolidayFactory(date=D(2026, 9, 2), agency=AgencyFactory())
    assert warned(D(2026, 9, 30)) == [(2026, True)]  # one unit's own day is no calendar


def test_a_year_that_nobody_confirmed_is_warned_of_from_mid_december() -> None:
    HolidayFactory(date=D(2026, 9, 2))
    load_year(2027)
    assert warned(D(2026, 12, 14)) == []
    assert warned(D(2026, 12, 15)) == [(2027, False)]
    Holiday.objects.filter(date__year=2027).exclude(date=D(2027, 9, 3)).update(confirmed=True)
    assert [w.words for w in days.warnings(D(2027, 1, 1))] == [
        "Lịch nghỉ năm 2027 còn 1 ngày chưa xác nhận. Bạn đối chiếu với thông báo chính thức rồi xác nhận."
    ]
    Holiday.objects.update(confirmed=True)
    assert warned(D(2027, 1, 1)) == []


def test_the_nightly_task_loads_the_next_year_from_october_on_and_only_once() -> None:
    schedule = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert "procedures.keep_calendar" in schedule
    with time_machine.travel("2026-09-30 23:59+07:00"):
        tasks.keep_calendar()
    assert {row.date.year for row in Holiday.objects.all()} == {2026}
    with time_machine.travel("2026-10-01 00:01+07:00"):
        tasks.keep_calendar()
    assert {row.date.year for row in Holiday.objects.all()} == {2026, 2027}
    Holiday.objects.exclude(date=D(2027, 9, 2)).delete()
    assert days.keep_calendar(D(2026, 10, 2)) == [2026]
    assert Holiday.objects.filter(date__year=2027).count() == 1  # what an operator took out stays out


def test_the_command_says_what_waits_for_confirmation() -> None:
    lines = run("load_holidays", "2026")[0].splitlines()
    assert lines[-2] == "Còn 15 ngày chờ xác nhận trong trang quản trị, mục Ngày nghỉ, làm bù."
    Holiday.objects.update(confirmed=True)
    assert run("load_holidays", "2026")[0].splitlines() == ["Năm 2026: 0 mới, 0 đổi, 0 bỏ, 0 giữ, 15 đã xác nhận."]


def test_loading_leaves_the_days_of_one_unit_alone() -> None:
    ward = AgencyFactory()
    own = HolidayFactory(date=D(2026, 9, 2), kind="working", name="Trực", agency=ward, confirmed=False)
    load_year(2026)
    own.refresh_from_db()
    assert (own.name, own.kind) == ("Trực", "working")
    assert Holiday.objects.filter(date=D(2026, 9, 2)).count() == 2


@pytest.mark.parametrize("year", [2012, 2100, 9999])
def test_years_whose_days_nobody_knows_have_none(year: int) -> None:
    assert dict(publicdays.of_year(year)) == {}


@pytest.mark.parametrize("year", range(2024, 2032))
def test_a_computed_year_equals_the_year_when_it_is_loaded(year: int) -> None:
    first, last = D(year, 1, 1), D(year, 12, 31)
    computed = deadlines.calendar()
    span = [first + datetime.timedelta(n) for n in range((last - first).days + 1)]
    before = [(computed.is_working_day(day), computed.name(day)) for day in span]
    load_year(year)
    loaded = deadlines.calendar()
    assert [(loaded.is_working_day(day), loaded.name(day)) for day in span] == before


# --- the hours in words -------------------------------------------------------------------------------------------


def block(weekday: int, opens: int, closes: int, agency: Agency | None = None, **season: str) -> None:
    WorkingBlock.objects.create(agency=agency, weekday=weekday, opens=T(opens), closes=T(closes), **season)


def test_hours_of_a_desk_come_from_the_table_then_from_the_catalogue() -> None:
    plain, told = AgencyFactory(hours=""), AgencyFactory(hours="Sáng thứ Hai")
    day = D(2026, 3, 2)
    usual = "07:30–11:30 và 13:30–17:00, thứ Hai đến thứ Sáu"
    assert hours.of_desk(plain, day) == hours.Hours(usual, is_own=False, is_sample=True)
    assert hours.of_desk(told, day) == hours.Hours("Sáng thứ Hai", is_own=True)
    for weekday in range(3):
        block(weekday, 7, 11)
    assert hours.of_desk(plain, day) == hours.Hours("07:00–11:00, thứ Hai đến thứ Tư", is_own=False)
    assert hours.of_desk(told, day) == hours.Hours("Sáng thứ Hai", is_own=True)
    block(5, 8, 10, told)
    block(6, 8, 10, told)
    block(6, 14, 16, told, season_from="04-16", season_to="10-15")
    assert hours.of_desk(told, day) == hours.Hours("08:00–10:00, thứ Bảy, Chủ nhật", is_own=True)
    assert hours.of_desk(told, D(2026, 6, 1)).words == "08:00–10:00, thứ Bảy; 14:00–16:00, Chủ nhật"


def test_a_centre_keeps_the_hours_of_its_town() -> None:
    town = AgencyFactory(kind=Agency.Kind.TOWN)
    centre = AgencyFactory(kind=Agency.Kind.ONE_STOP_CENTRE, parent=town, hours="")
    block(0, 8, 10, town)
    assert hours.of_desk(centre, D(2026, 3, 2)) == hours.Hours("08:00–10:00, thứ Hai", is_own=True)


def test_the_public_page_shows_the_hours_of_the_table(client: Client) -> None:
    ward, _other = AgencyFactory(hours=""), AgencyFactory(hours="")
    path = ProcedureFactory().get_absolute_url()
    block(0, 8, 10)
    page = client.get(path).content.decode()
    assert "Giờ tiếp nhận: 08:00–10:00, thứ Hai</p>" in page
    assert page.count("Giờ tiếp nhận") == 1
    block(1, 9, 11, ward)
    page = client.get(path).content.decode()
    assert "<li>Giờ tiếp nhận: 09:00–11:00, thứ Ba</li>" in page
    assert "<li>Giờ tiếp nhận: 08:00–10:00, thứ Hai</li>" in page

"""Days off and working hours in the staff site: what editors enter, confirm and are told."""

from __future__ import annotations

import datetime
import html
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from procedures import deadlines
from procedures.loading.year import load_year
from procedures.models import Agency, CatalogueVersion, Holiday, WorkingBlock
from submissions.states import Role
from tests.factories import AgencyFactory, HolidayFactory, OfficerFactory, UserFactory

D, T = datetime.date, datetime.time
HOLIDAY, BLOCK = "/admin/procedures/holiday/", "/admin/procedures/workingblock/"
YEAR = f"{HOLIDAY}nam/2027/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel("2026-11-22 09:00+07:00", tick=False):
        yield


@pytest.fixture
def editor(client: Client) -> Client:
    town = AgencyFactory(kind=Agency.Kind.TOWN)
    client.force_login(OfficerFactory(agency=town, roles=[Role.EDITOR]).user)
    return client


def words(response: Any) -> str:
    plain = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(html.unescape(plain).split())


def add(client: Client, date: str, kind: str = "off", **more: str) -> Any:
    return client.post(f"{HOLIDAY}add/", {"date": date, "kind": kind, "name": "Nghỉ", **more}, follow=True)


# --- single days --------------------------------------------------------------------------------------------------


def test_a_day_entered_twice_is_refused_with_the_way_to_the_first(editor: Client) -> None:
    ward = AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng", short_name="Phường Bắc Hồng")
    first = HolidayFactory(date=D(2027, 9, 2), name="Quốc khánh")
    own = HolidayFactory(date=D(2027, 9, 3), name="Lễ hội", agency=ward)
    page = add(editor, "02/09/2027")
    assert "Ngày 02/09/2027 của mọi cơ quan đã có trong lịch: Quốc khánh . Bạn mở ngày đó để sửa" in words(page)
    assert f'<a href="{HOLIDAY}{first.pk}/change/">Quốc khánh</a>' in page.content.decode()
    assert "Ngày 03/09/2027 của Phường Bắc Hồng đã có trong lịch: Lễ hội" in words(
        add(editor, "03/09/2027", agency=str(ward.pk))
    )
    assert set(Holiday.objects.values_list("pk", flat=True)) == {first.pk, own.pk}
    assert add(editor, "02/09/2027", agency=str(ward.pk)).redirect_chain  # a unit's own day beside that of all
    assert Holiday.objects.filter(date=D(2027, 9, 2), agency=ward).count() == 1


def test_a_day_moved_onto_another_is_refused(editor: Client) -> None:
    HolidayFactory(date=D(2027, 9, 2), name="Quốc khánh")
    moved = HolidayFactory(date=D(2027, 9, 3), name="Ngày kề")
    typed = {"date": "02/09/2027", "kind": "off", "name": "Ngày kề"}
    assert "đã có trong lịch: Quốc khánh" in words(editor.post(f"{HOLIDAY}{moved.pk}/change/", typed))
    same = editor.post(f"{HOLIDAY}{moved.pk}/change/", {**typed, "date": "03/09/2027", "name": "Ngày liền kề"})
    assert same.status_code == 302


@pytest.mark.parametrize("kind", ["off", "working"])
@pytest.mark.parametrize(
    ("date", "remark"),
    [
        ("20/11/2026", "Thứ Sáu 20/11/2026 đã qua. Hồ sơ đang giải quyết được tính lại hạn trả; hồ sơ đã xong"),
        ("22/11/2026", "Chủ nhật 22/11/2026 vốn là ngày nghỉ nên hạn trả không đổi. Nếu được nghỉ bù,"),
        ("23/11/2026", "Thứ Hai 23/11/2026 vốn là ngày làm việc nên hạn trả không đổi."),
    ],
)
def test_what_is_told_about_a_day(editor: Client, date: str, remark: str, kind: str) -> None:
    HolidayFactory(date=D(2026, 1, 1))
    told = remark in words(add(editor, date, kind))
    assert told is ("đã qua" in remark or ("ngày nghỉ" in remark) is (kind == "off"))
    assert Holiday.objects.count() == 2


def test_a_unit_that_works_on_a_day_off_of_all_changes_something(editor: Client) -> None:
    HolidayFactory(date=D(2027, 9, 2))
    ward = str(AgencyFactory().pk)
    assert "hạn trả không đổi" not in words(add(editor, "02/09/2027", "working", agency=ward))
    assert "hạn trả không đổi" in words(add(editor, "02/09/2027", "off", agency=str(AgencyFactory().pk)))


def test_the_first_day_of_a_year_brings_the_others(editor: Client) -> None:
    page = words(add(editor, "04/01/2027", source="Công văn 5/UBND"))
    assert "Năm 2027 chưa có lịch nên 15 ngày nghỉ tính sẵn được thêm cùng, chờ bạn xác nhận." in page
    assert deadlines.calendar().between(D(2026, 12, 31), D(2027, 12, 31)) == 248
    assert "chưa có lịch nên" not in words(add(editor, "05/01/2027"))
    add(editor, "04/01/2028", agency=str(AgencyFactory().pk))
    assert Holiday.objects.filter(date__year=2028).count() == 1


@pytest.mark.parametrize("date", ["02/09/1999", "02/09/2100", "31/02/2027", "ngày mai", ""])
def test_days_that_are_none(editor: Client, date: str) -> None:
    assert "errorlist" in add(editor, date).content.decode()
    assert not Holiday.objects.exists()


def test_pages_say_that_open_submissions_are_counted_anew(editor: Client) -> None:
    row = HolidayFactory()
    for path in ("", "add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert "hồ sơ đang giải quyết được tính lại hạn trả" in words(editor.get(HOLIDAY + path))
    deleted = words(editor.post(f"{HOLIDAY}{row.pk}/delete/", {"post": "yes"}, follow=True))
    assert "Hồ sơ đang giải quyết sẽ được tính lại hạn trả trong vài phút" in deleted


# --- a year -------------------------------------------------------------------------------------------------------


def test_a_year_is_loaded_and_confirmed_under_one_document(editor: Client) -> None:
    assert "Năm này chưa có ngày nào; hạn trả đang tính theo lịch tính sẵn, 249 ngày làm việc." in words(
        editor.get(YEAR)
    )
    loaded = words(editor.post(YEAR, {"action": "load"}, follow=True))
    assert "Đã nạp đề xuất năm 2027: 15 ngày thêm hoặc sửa." in loaded
    assert "Cả năm có 249 ngày làm việc. Còn 15 ngày chưa xác nhận" in loaded
    Holiday.objects.filter(date=D(2027, 11, 24)).update(source="Nghị quyết 80-NQ/TW")
    keys = [str(key) for key in Holiday.objects.values_list("pk", flat=True)]
    sent = {"action": "confirm", "source": "  Thông báo 12345/TB-BNV ", "days": keys[:-1]}
    assert "Đã xác nhận 14 ngày của năm 2027." in words(editor.post(YEAR, sent, follow=True))
    assert editor.get(YEAR).content.decode().count('type="checkbox"') == 1
    assert "Mọi ngày đã được xác nhận." in words(editor.post(YEAR, {**sent, "days": keys[-1:]}, follow=True))
    sources = set(Holiday.objects.filter(confirmed=True).values_list("source", flat=True))
    assert sources == {"Thông báo 12345/TB-BNV", "Nghị quyết 80-NQ/TW"}
    assert "Đề xuất không có gì mới." in words(editor.post(YEAR, {"action": "load"}, follow=True))


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ({"source": "", "days": "all"}, "Bạn ghi số, ngày của văn bản làm căn cứ."),
        ({"source": "TB 1"}, "Bạn chọn ít nhất một ngày để xác nhận."),
        ({"source": "TB 1", "days": "99999999"}, "Lịch vừa được người khác sửa."),
        ({"source": "TB 1", "days": "x"}, "Lịch vừa được người khác sửa."),
        ({"source": "TB\x00 1", "days": "all"}, "Chưa xác nhận được:"),
        ({"source": "TB " * 80, "days": "all"}, "Chưa xác nhận được:"),
    ],
)
def test_a_confirmation_that_lacks_something_loses_nothing(editor: Client, sent: dict[str, str], problem: str) -> None:
    load_year(2027)
    keys = [str(key) for key in Holiday.objects.values_list("pk", flat=True)]
    days = keys[:3] if sent.get("days") == "all" else sent.get("days", [])
    page = editor.post(YEAR, {"action": "confirm", **sent, "days": days})
    assert problem in words(page)
    assert page.content.decode().count(" checked") == (3 if sent.get("days") == "all" else 0)
    assert not Holiday.objects.filter(confirmed=True).exists()


def test_a_day_of_another_year_is_not_confirmed_with_this(editor: Client) -> None:
    load_year(2027)
    other = HolidayFactory(date=D(2026, 9, 2), confirmed=False)
    editor.post(YEAR, {"action": "confirm", "source": "TB 1", "days": [str(other.pk)]})
    assert not Holiday.objects.filter(confirmed=True).exists()


@pytest.mark.parametrize("year", [2012, 2100, 99999])
def test_years_without_a_calendar_do_not_exist(editor: Client, year: int) -> None:
    assert editor.get(f"{HOLIDAY}nam/{year}/").status_code == 404


def test_who_does_not_edit_reads_the_calendar_and_changes_nothing(client: Client) -> None:
    load_year(2027)
    client.force_login(OfficerFactory(roles=[Role.RECEPTION]).user)
    page = client.get(YEAR)
    assert "Cả năm có 249 ngày làm việc." in words(page)
    row = WorkingBlock.objects.create(
        weekday=0, opens=T(7, 30), closes=T(11, 30), season_from="04-16", season_to="10-15"
    )
    day = Holiday.objects.get(date=D(2027, 9, 2))
    assert "Quốc khánh" in words(client.get(f"{HOLIDAY}{day.pk}/change/"))
    assert "thứ Hai" in words(client.get(f"{BLOCK}{row.pk}/change/"))
    assert "16/04–15/10" in words(client.get(BLOCK))
    assert 'name="action"' not in page.content.decode()
    keys = [str(key) for key in Holiday.objects.values_list("pk", flat=True)]
    for sent in ({"action": "load"}, {"action": "confirm", "source": "TB 1", "days": keys}):
        assert client.post(YEAR, sent).status_code == 403
    assert client.get(f"{BLOCK}add/").status_code == 403
    assert not Holiday.objects.filter(confirmed=True).exists()
    client.force_login(UserFactory(is_staff=True))
    assert client.get(YEAR).status_code == 403


def test_operators_and_editors_are_warned_on_their_front_page_and_others_are_not(editor: Client) -> None:
    page = words(editor.get("/admin/"))
    assert "Năm 2026 chưa có lịch nghỉ. Hạn trả đang tính theo lịch tính sẵn" in page
    assert "Năm 2027 chưa có lịch nghỉ." in page
    load_year(2026)
    load_year(2027)
    page = words(editor.get(HOLIDAY))
    assert "Lịch nghỉ năm 2026 còn 15 ngày chưa xác nhận." in page
    assert "Lịch nghỉ năm 2027" not in page
    editor.force_login(OfficerFactory(roles=[Role.RECEPTION]).user)
    assert "chưa xác nhận" not in words(editor.get("/admin/"))


# --- hours --------------------------------------------------------------------------------------------------------


def hours(client: Client, **typed: Any) -> Any:
    standard = {"weekdays": ["0", "1", "2", "3", "4"], "opens": "07:30", "closes": "11:30"}
    return client.post(f"{BLOCK}add/", {**standard, **typed}, follow=True)


def test_hours_of_several_weekdays_are_entered_at_once(editor: Client) -> None:
    before = CatalogueVersion.current()
    assert "Đã thêm giờ này cho 5 ngày trong tuần." in words(hours(editor))
    assert words(hours(editor, opens="13h30", closes="17h")).count("Đã thêm giờ này") == 1
    assert WorkingBlock.objects.count() == 10
    assert CatalogueVersion.current() > before
    assert deadlines.worktime().closing(D(2026, 11, 23)).strftime("%H:%M") == "17:00"
    page = words(editor.get(BLOCK))
    assert "Mọi cơ quan Ngày Cả năm Thứ Hai 07:30–11:30 13:30–17:00 Thứ Ba" in page
    assert "Thứ Bảy –" in page
    assert "Chưa có giờ làm việc cho" not in page


def test_summer_and_winter_stand_side_by_side(editor: Client) -> None:
    hours(editor, opens="07:00", closes="11:00", season_from="16/4", season_to="15/10")
    hours(editor, season_from="16-10", season_to="15/04")
    assert set(WorkingBlock.objects.values_list("season_from", "season_to")) == {("04-16", "10-15"), ("10-16", "04-15")}
    page = words(editor.get(BLOCK))
    assert "Ngày 16/10–15/04 16/04–15/10 Thứ Hai 07:30–11:30 07:00–11:00" in page
    row = WorkingBlock.objects.filter(season_from="04-16").first()
    assert row is not None
    form = editor.get(f"{BLOCK}{row.pk}/change/").content.decode()
    assert 'name="season_from" value="16/04"' in form


def test_a_unit_with_hours_of_its_own_is_shown_apart_and_warned_of_days_without(editor: Client) -> None:
    ward = AgencyFactory(short_name="Phường Bắc Hồng")
    hours(editor, agency=str(ward.pk), weekdays=["0", "5"])
    page = words(editor.get(BLOCK))
    assert "Chưa có giờ làm việc cho thứ Ba, thứ Tư, thứ Năm, thứ Sáu." in page
    assert "Phường Bắc Hồng Ngày Cả năm Thứ Hai 07:30–11:30 Thứ Ba – " in page


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({"opens": "11:00", "closes": "12:00"}, "Trùng với giờ đã có: thứ Hai 07:30–11:30. Bạn sửa giờ ở đây"),
        ({"opens": "11:30", "closes": "11:30"}, "Giờ kết thúc phải sau giờ bắt đầu (11:30)."),
        ({"opens": "25:00"}, "Bạn ghi giờ và phút, ví dụ 07:30."),
        ({"weekdays": []}, "Bạn chọn ít nhất một ngày trong tuần."),
        ({"season_from": "16/04"}, "Bạn ghi cả ngày đầu và ngày cuối của mùa, hoặc bỏ trống cả hai."),
        ({"season_from": "31/02", "season_to": "1/3"}, "Bạn ghi ngày và tháng, ví dụ 16/04 (bạn đã nhập “31/02”)."),
        ({"season_from": "tháng tư", "season_to": "1/3"}, "Bạn ghi ngày và tháng, ví dụ 16/04"),
    ],
)
def test_hours_that_cannot_be(editor: Client, typed: dict[str, Any], problem: str) -> None:
    hours(editor, weekdays=["0"])
    assert problem in words(hours(editor, **{"weekdays": ["0", "1"], **typed}))
    assert WorkingBlock.objects.count() == 1


def test_hours_may_lie_beside_others_in_another_season_unit_or_time(editor: Client) -> None:
    hours(editor, weekdays=["0"])
    hours(editor, weekdays=["0"], season_from="16/04", season_to="15/10")
    hours(editor, weekdays=["0"], agency=str(AgencyFactory().pk))
    hours(editor, weekdays=["0"], opens="11:30", closes="12:00")
    assert WorkingBlock.objects.count() == 4
    row = WorkingBlock.objects.get(opens=T(11, 30))
    typed = {"weekday": "0", "opens": "11:00", "closes": "12:00"}
    assert "Trùng với giờ đã có" in words(editor.post(f"{BLOCK}{row.pk}/change/", typed))
    assert editor.post(f"{BLOCK}{row.pk}/change/", {**typed, "opens": "11:45"}).status_code == 302


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_of_the_calendar_keep_their_number_of_queries(
    editor: Client, django_assert_max_num_queries: Any, rows: int
) -> None:
    for number in range(rows):
        agency = AgencyFactory()
        HolidayFactory(date=D(2027, 3, 1 + number), agency=agency)
        HolidayFactory(date=D(2027, 4, 1 + number), confirmed=False)
        WorkingBlock.objects.create(agency=agency, weekday=0, opens=T(8), closes=T(9))
    with django_assert_max_num_queries(13):
        editor.get(HOLIDAY)
    with django_assert_max_num_queries(9):
        editor.get(YEAR)
    with django_assert_max_num_queries(11):
        editor.get(BLOCK)

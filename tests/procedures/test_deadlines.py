"""The promised day: day zero, cut-off, same-day procedures, units, variants chosen by answers."""

import datetime
from zoneinfo import ZoneInfo

import pytest

from portal.lib.workdays import Calendar
from procedures import deadlines
from procedures.models import Holiday
from procedures.spec import Condition, TimeLimit, Variant

VN = ZoneInfo("Asia/Ho_Chi_Minh")
D = datetime.date
PLAIN = Calendar()


def at(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VN)


def working(value: int, **more: object) -> TimeLimit:
    return TimeLimit(value=value, unit="working_day", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("received", "limit", "due"),
    [
        ("05/03/2026 09:00", working(3), D(2026, 3, 10)),  # Thursday: Fri, Mon, Tue
        ("05/03/2026 16:59", working(3), D(2026, 3, 10)),
        ("08/03/2026 09:00", working(3), D(2026, 3, 12)),  # Sunday counts as received on Monday
        ("05/03/2026 14:59", working(1, same_day=True, cutoff="15:00"), D(2026, 3, 5)),
        ("05/03/2026 15:00", working(1, same_day=True, cutoff="15:00"), D(2026, 3, 5)),
        ("05/03/2026 15:01", working(1, same_day=True, cutoff="15:00"), D(2026, 3, 6)),
        ("06/03/2026 15:01", working(1, same_day=True, cutoff="15:00"), D(2026, 3, 9)),  # Friday afternoon
        ("07/03/2026 15:01", working(1, same_day=True, cutoff="15:00"), D(2026, 3, 9)),  # Saturday: one move only
        ("05/03/2026 16:30", working(1, same_day=True), D(2026, 3, 5)),
        ("05/03/2026 15:01", working(3, cutoff="15:00"), D(2026, 3, 11)),
        ("05/03/2026 09:00", TimeLimit(15, "calendar_day"), D(2026, 3, 20)),
        ("06/03/2026 09:00", TimeLimit(15, "calendar_day"), D(2026, 3, 23)),  # ends on a Saturday
        ("05/03/2026 09:00", TimeLimit(4, "hour"), D(2026, 3, 5)),
        ("05/03/2026 09:00", TimeLimit(8, "hour"), D(2026, 3, 6)),  # a day has seven hours and a half
        ("05/03/2026 09:00", TimeLimit(12, "hour"), D(2026, 3, 6)),
        ("06/03/2026 15:30", TimeLimit(4, "hour"), D(2026, 3, 9)),
        ("31/01/2026 09:00", TimeLimit(30, "calendar_day"), D(2026, 3, 4)),  # Saturday 31/01 counts from Monday 02/02
    ],
)
def test_due_on(received: str, limit: TimeLimit, due: datetime.date) -> None:
    assert deadlines.due_on(at(received), limit, {}, PLAIN) == due


def test_utc_midnight_is_judged_in_viet_nam() -> None:
    received = datetime.datetime(2026, 3, 5, 20, 0, tzinfo=datetime.UTC)  # 03:00 on Friday in Việt Nam
    assert deadlines.due_on(received, working(1), {}, PLAIN) == D(2026, 3, 9)


def test_a_variant_replaces_or_adds_when_its_answer_holds() -> None:
    branch = Condition("branch", ("far",))
    site = Condition("site_visit", ("true",))
    limit = working(
        3,
        variants=(
            Variant("xa", 15, "calendar_day", adds=False, when=branch),
            Variant("kiểm tra thực địa", 2, "working_day", adds=True, when=site),
            Variant("người xét", 10, "working_day", adds=True),
        ),
    )
    received = at("05/03/2026 09:00")
    assert deadlines.due_on(received, limit, {}, PLAIN) == D(2026, 3, 10)
    assert deadlines.due_on(received, limit, {"branch": "far"}, PLAIN) == D(2026, 3, 20)
    assert deadlines.due_on(received, limit, {"site_visit": True}, PLAIN) == D(2026, 3, 12)
    assert deadlines.due_on(received, limit, {"branch": "far", "site_visit": True}, PLAIN) == D(2026, 3, 24)


def test_a_same_day_procedure_with_an_added_period_counts_it_from_day_zero() -> None:
    verify = Variant("xác minh", 3, "working_day", adds=True, when=Condition("verify", ("yes",)))
    limit = working(1, same_day=True, cutoff="15:00", variants=(verify,))
    assert deadlines.due_on(at("05/03/2026 09:00"), limit, {"verify": "yes"}, PLAIN) == D(2026, 3, 10)


@pytest.mark.django_db
def test_the_calendar_comes_from_the_holiday_table() -> None:
    Holiday.objects.create(date=D(2026, 3, 6), kind="off", name="Nghỉ")
    Holiday.objects.create(date=D(2026, 3, 7), kind="working", name="Làm bù")
    days = deadlines.calendar()
    assert deadlines.due_on(at("05/03/2026 09:00"), working(1), {}, days) == D(2026, 3, 7)

"""Reminders of what is due soon or late."""

from __future__ import annotations

import datetime

import pytest

from submissions import overdue
from submissions.models import Notice, Officer, Submission
from submissions.overdue import Flagged
from submissions.states import Role, State
from tests.factories import AgencyFactory, HolidayFactory, OfficerFactory, SubmissionFactory, clerk

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (datetime.date(2027, 3, d) for d in range(1, 7))


def file_due(day: datetime.date, state: str = State.IN_PROGRESS, **given: object) -> Submission:
    submission = SubmissionFactory(at=state, **given)
    Submission.objects.filter(pk=submission.pk).update(due_on=day)
    Notice.objects.all().delete()
    return submission


def reminded() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("kind", "recipient").values_list("kind", "recipient"))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (MONDAY, Flagged()),  # three working days are left
        (TUESDAY, Flagged(due_soon=1, reminders=1)),
        (WEDNESDAY, Flagged(due_soon=1, reminders=1)),
        (THURSDAY, Flagged(due_soon=1, reminders=1)),
        (FRIDAY, Flagged(overdue=1, reminders=1)),
    ],
)
def test_two_working_days_before_the_day_itself_and_after(today, expected):
    file_due(THURSDAY)
    assert overdue.flag(today) == expected


def test_a_second_run_on_the_same_day_reminds_nobody():
    file_due(THURSDAY)
    assert overdue.flag(FRIDAY).reminders == 1
    assert overdue.flag(FRIDAY) == Flagged(overdue=1, reminders=0)


def test_nobody_is_reminded_on_a_day_off():
    file_due(THURSDAY)
    HolidayFactory(date=FRIDAY)
    assert overdue.flag(FRIDAY) == Flagged()
    assert overdue.flag(SATURDAY) == Flagged()
    assert reminded() == []


def test_holidays_make_soon_come_earlier():
    file_due(THURSDAY)
    HolidayFactory(date=WEDNESDAY)
    assert overdue.flag(MONDAY) == Flagged(due_soon=1, reminders=1)


@pytest.mark.parametrize("state", [State.AWAITING_SUPPLEMENT, State.RESULT_READY, State.STOPPED, State.HANDED_OVER])
def test_only_running_clocks_count(state):
    file_due(THURSDAY, state)
    assert overdue.flag(FRIDAY) == Flagged()


def test_the_assignee_is_reminded_and_leaders_hear_of_late_ones():
    ward = AgencyFactory()
    OfficerFactory(agency=ward, roles=[Role.RECEPTION.value], user__email="mot.cua@example.vn")
    OfficerFactory(agency=ward, roles=[Role.LEADER.value], user__email="chu.tich@example.vn")
    file_due(THURSDAY, agency=ward)
    has_it = f"can-bo-{ward.slug}@example.vn"  # clerk(), who is a leader too, is told once
    overdue.flag(THURSDAY)
    assert reminded() == [("staff_due_soon", has_it)]
    overdue.flag(FRIDAY)
    assert reminded() == [
        ("staff_due_soon", has_it),
        ("staff_overdue", has_it),
        ("staff_overdue", "chu.tich@example.vn"),
    ]


def test_a_file_of_an_officer_who_left_is_the_desks():
    ward = AgencyFactory()
    OfficerFactory(agency=ward, roles=[Role.RECEPTION.value], user__email="mot.cua@example.vn")
    file_due(THURSDAY, agency=ward)
    Officer.objects.filter(pk=clerk(ward).pk).update(is_active=False)
    overdue.flag(THURSDAY)
    assert reminded() == [("staff_due_soon", "mot.cua@example.vn")]


def test_the_cost_of_a_run_grows_only_by_its_rows(django_assert_max_num_queries):
    ward = AgencyFactory()
    for _file in range(4):
        SubmissionFactory(at=State.IN_PROGRESS, agency=ward)
    Submission.objects.update(due_on=THURSDAY)
    Notice.objects.all().delete()
    # holidays, the rows, the leaders of the agency, and for every row: what is known, what is new
    with django_assert_max_num_queries(3 + 2 * 4):
        assert overdue.flag(FRIDAY) == Flagged(overdue=4, reminders=4)

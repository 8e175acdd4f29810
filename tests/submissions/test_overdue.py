"""Reminders of what is due soon or late."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from procedures.models import Holiday
from submissions import overdue, rules, workflow
from submissions.errors import NotPossible
from submissions.models import Notice, Officer, Submission
from submissions.overdue import Flagged
from submissions.states import Role, State
from tests.factories import AgencyFactory, HolidayFactory, OfficerFactory, SubmissionFactory, clerk
from tests.submissions.many import many

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


@pytest.mark.parametrize("count", [1, 30])
def test_a_run_costs_the_same_for_few_and_for_many(count, django_assert_num_queries):
    ward = AgencyFactory()
    many(file_due(THURSDAY, agency=ward), count - 1)
    # agencies, days off, the rows, the leaders, what is known, what is new
    with django_assert_num_queries(6):
        assert overdue.flag(FRIDAY) == Flagged(overdue=count, reminders=count)


# --- the last chance to get a new date -----------------------------------------------------------


@pytest.fixture
def leader() -> Officer:
    ward = AgencyFactory()
    return OfficerFactory(agency=ward, roles=[Role.LEADER.value], user__email="chu.tich@example.vn")


def told(address: str) -> list[str]:
    return list(Notice.objects.filter(recipient=address).order_by("pk").values_list("subject", flat=True))


def test_leaders_hear_the_day_before_the_last_chance(leader):
    submission = file_due(THURSDAY, agency=leader.agency)
    for day in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY):
        overdue.flag(day)
    assert told("chu.tich@example.vn") == [f"Hồ sơ {submission} sắp đến hạn, ngày mai là hạn chót để hẹn lại"]
    body = Notice.objects.get(recipient="chu.tich@example.vn").body
    assert "Ngày mai, thứ Tư 03/03/2027, là hạn chót để xin lỗi và hẹn lại" in body


def test_before_a_weekend_the_last_chance_is_named_by_its_day(leader):
    """Due on Tuesday: on Friday the leaders hear that Monday is the last working day before it."""
    submission = file_due(datetime.date(2027, 3, 9), agency=leader.agency)
    overdue.flag(FRIDAY)
    assert told("chu.tich@example.vn") == [f"Hồ sơ {submission} sắp đến hạn, thứ Hai 08/03/2027 là hạn chót để hẹn lại"]


def test_nobody_hears_of_a_chance_that_was_used(leader):
    submission = file_due(THURSDAY, agency=leader.agency)
    Submission.objects.filter(pk=submission.pk).update(extended_at=submission.received_at)
    overdue.flag(TUESDAY)
    assert told("chu.tich@example.vn") == []
    assert told(f"can-bo-{leader.agency.slug}@example.vn") == [f"Hồ sơ {submission} sắp đến hạn"]


def test_leaders_hear_of_the_chance_even_where_soon_is_shorter(leader, settings):
    settings.DUE_SOON_WORKING_DAYS = 0
    file_due(THURSDAY, agency=leader.agency)
    assert overdue.flag(TUESDAY) == Flagged(due_soon=0, reminders=2)
    assert overdue.flag(WEDNESDAY) == Flagged()


def test_a_day_off_of_one_agency_is_a_working_day_elsewhere():
    here, there = AgencyFactory(), AgencyFactory()
    file_due(THURSDAY, agency=here)
    file_due(THURSDAY, agency=there)
    Holiday.objects.create(date=FRIDAY, name="Lễ hội phường", agency=here, confirmed=True)
    assert overdue.flag(FRIDAY) == Flagged(overdue=1, reminders=1)


# --- what stays possible -------------------------------------------------------------------------


def at_noon(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))


def extend(submission: Submission, new: datetime.date = datetime.date(2027, 3, 9)) -> Submission:
    by = rules.officer_actor(clerk(submission.agency))
    return workflow.extend(submission.pk, by=by, reason="Chờ xác minh.", new_due_on=new)


def test_what_is_overdue_is_finished_and_handed_over_as_ever():
    submission = file_due(THURSDAY)
    by = rules.officer_actor(clerk(submission.agency))
    with time_machine.travel(at_noon(SATURDAY)):
        workflow.finish(submission.pk, by=by, result_note="Đã cấp.")
        done = workflow.hand_over(submission.pk, by=by, how="counter")
    assert (done.state, done.due_on, done.ended_on) == (State.HANDED_OVER, THURSDAY, SATURDAY)


@pytest.mark.parametrize("day", [THURSDAY, FRIDAY])
def test_no_new_date_on_the_day_itself_or_later(day):
    submission = file_due(THURSDAY)
    with time_machine.travel(at_noon(day)), pytest.raises(NotPossible) as refused:
        extend(submission)
    assert str(refused.value) == "Chỉ hẹn lại được chậm nhất một ngày trước ngày hẹn trả."


def test_one_new_date_with_its_paper_and_mail_and_no_second():
    submission = file_due(THURSDAY)
    with time_machine.travel(at_noon(WEDNESDAY)):
        extended = extend(submission)
        assert extended.due_on == datetime.date(2027, 3, 9)
        with pytest.raises(NotPossible) as refused:
            extend(submission, datetime.date(2027, 3, 10))
    assert (
        str(refused.value)
        == "Hồ sơ đã được hẹn lại một lần nên không hẹn lại nữa. Bạn hãy trả kết quả sớm nhất có thể."
    )
    assert submission.papers.get(kind="extension").content["title"].lower().startswith("văn bản xin lỗi")
    mail = Notice.objects.get(kind="extended", channel="email")
    assert "09/03/2027" in mail.body
    assert "Chờ xác minh." in mail.body


# --- the answer to an online filing --------------------------------------------------------------


def test_a_late_answer_is_marked_and_told_once_a_round():
    ward = AgencyFactory()
    OfficerFactory(agency=ward, roles=[Role.RECEPTION.value], user__email="mot.cua@example.vn")
    submission = SubmissionFactory(at=State.SUBMITTED, agency=ward)
    Notice.objects.all().delete()
    by, minute = submission.reply_by, datetime.timedelta(minutes=1)
    assert overdue.flag_unanswered(by) == Flagged()
    late = overdue.flag_unanswered(by + minute)
    assert late == Flagged(unanswered=1, reminders=2)  # reception, and clerk() who leads
    assert overdue.flag_unanswered(by + minute) == Flagged(unanswered=1, reminders=0)
    assert Submission.objects.get(pk=submission.pk).reply_missed is True
    assert {n.subject for n in Notice.objects.all()} == {f"Hồ sơ {submission.reference} quá giờ trả lời"}
    # Long late, it stands in the daily mail.
    assert overdue.flag_unanswered(by + overdue.RECENT + minute) == Flagged()


def test_what_was_answered_is_nobodys_reminder():
    submission = SubmissionFactory(at=State.RECEIVED)
    assert overdue.flag_unanswered(submission.reply_by + datetime.timedelta(minutes=1)) == Flagged()

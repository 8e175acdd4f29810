"""Queues, search, lateness in words, and who sees what."""

import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from portal.lib.workdays import Calendar
from submissions import rules, workflow, worklist
from submissions.models import Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, AttachmentFactory, OfficerFactory, SubmissionFactory, clerk, document

D = datetime.date
MONDAY = datetime.datetime(2026, 3, 9, 2, 0, tzinfo=datetime.UTC)  # 09:00 in Việt Nam
AT = worklist.Clock(today=D(2026, 3, 9), soon=D(2026, 3, 11), days=Calendar())
FIVE_DAYS = {"time_limit": {"value": 5, "unit": "working_day"}}


def five_days(**kwargs: Any) -> Submission:
    submission: Submission = SubmissionFactory(procedure__content=document(**FIVE_DAYS), **kwargs)
    return submission


def at_noon(day: D) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(5), tzinfo=datetime.UTC)


# --- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "tone", "words"),
    [
        (D(2026, 3, 6), "error", "quá hạn 3 ngày"),
        (D(2026, 3, 8), "error", "quá hạn 1 ngày"),
        (D(2026, 3, 9), "warning", "hôm nay"),
        (D(2026, 3, 10), "warning", "còn 1 ngày làm việc"),
        (D(2026, 3, 11), "warning", "còn 2 ngày làm việc"),
        (D(2026, 3, 12), "ok", "còn 3 ngày làm việc"),
        (D(2026, 3, 16), "ok", "còn 5 ngày làm việc"),
    ],
)
def test_running_clock(due: D, tone: str, words: str) -> None:
    running = Submission(state=State.IN_PROGRESS, due_on=due)
    assert worklist.lateness(running, AT) == worklist.Lateness(tone, words)


def test_a_day_off_announced_later_never_says_zero_days() -> None:
    days = Calendar(off=frozenset({D(2026, 3, 10)}))
    at = worklist.Clock(D(2026, 3, 9), D(2026, 3, 12), days)
    running = Submission(state=State.RECEIVED, due_on=D(2026, 3, 10))
    assert worklist.lateness(running, at).words == "còn 1 ngày làm việc"


@pytest.mark.parametrize(
    ("filed", "tone", "words"),
    [
        (D(2026, 3, 9), "ok", "mới nộp"),
        (D(2026, 3, 7), "warning", "chờ 1 ngày làm việc"),
        (D(2026, 3, 6), "warning", "chờ 1 ngày làm việc"),
        (D(2026, 3, 5), "warning", "chờ 2 ngày làm việc"),
    ],
)
def test_unanswered_filing_without_a_moment_to_answer_by(filed: D, tone: str, words: str) -> None:
    waiting = Submission(state=State.SUBMITTED, submitted_at=at_noon(filed))
    assert worklist.lateness(waiting, AT) == worklist.Lateness(tone, words)


@pytest.mark.parametrize(
    ("state", "finished", "words"),
    [
        (State.RESULT_READY, D(2026, 3, 9), "xong đúng hạn"),
        (State.HANDED_OVER, D(2026, 3, 11), "xong trễ 2 ngày"),
        (State.AWAITING_SUPPLEMENT, None, "chờ người nộp bổ sung"),
        (State.REFUSED, None, ""),
        (State.WITHDRAWN, None, ""),
    ],
)
def test_clock_that_does_not_run(state: State, finished: D | None, words: str) -> None:
    stopped = Submission(state=state, due_on=D(2026, 3, 9), finished_at=finished and at_noon(finished))
    assert worklist.lateness(stopped, AT) == worklist.Lateness("neutral", words)


@pytest.mark.parametrize(
    ("number", "masked"),
    [("042090001234", "042***234"), ("B1234567", "B12***567"), ("12345", "***45"), ("", "")],
)
def test_masked(number: str, masked: str) -> None:
    assert worklist.masked(number) == masked


# --- who sees what -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_officer_sees_own_agency_only_and_never_drafts() -> None:
    mine, other = SubmissionFactory(at=State.SUBMITTED), SubmissionFactory(at=State.SUBMITTED)
    SubmissionFactory(agency=mine.agency)
    assert list(worklist.visible_to(clerk(mine.agency))) == [mine]
    assert list(worklist.visible_to(clerk(other.agency))) == [other]


@pytest.mark.django_db
def test_town_and_its_centre_share_one_desk() -> None:
    town = AgencyFactory(town=True)
    centre = AgencyFactory(centre=True, parent=town)
    ward = AgencyFactory(parent=town)
    filed = SubmissionFactory(agency=town, procedure__tier="town", at=State.SUBMITTED)
    seen = {place: list(worklist.visible_to(OfficerFactory(agency=place))) for place in (town, centre, ward)}
    assert seen == {town: [filed], centre: [filed], ward: []}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("roles", "active", "count"),
    [
        ([Role.EDITOR], True, 0),
        ([], True, 0),
        ([Role.LEADER], False, 0),
        ([Role.CASHIER], True, 1),
        ([Role.EDITOR, Role.SPECIALIST], True, 1),
    ],
)
def test_only_desk_roles_at_work_see_submissions(roles: list[str], active: bool, count: int) -> None:
    filed = SubmissionFactory(at=State.SUBMITTED)
    officer = OfficerFactory(agency=filed.agency, roles=roles, is_active=active)
    assert worklist.visible_to(officer).count() == count


def test_nobody_sees_nothing() -> None:
    assert list(worklist.visible_to(None)) == []


# --- queues --------------------------------------------------------------------------------------


def queues_of(submission: Submission) -> set[str]:
    officer, at = clerk(submission.agency), worklist.clock()
    rows = worklist.visible_to(officer)
    return {q.key for q in worklist.QUEUES if worklist.in_queue(rows, q.key, officer, at).exists()}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "queues"),
    [
        (State.SUBMITTED, {"todo", "waiting"}),
        (State.AWAITING_SUPPLEMENT, set()),
        (State.RECEIVED, {"todo", "mine"}),
        (State.IN_PROGRESS, {"todo", "mine"}),
        (State.AWAITING_APPROVAL, {"todo", "approval", "mine"}),
        (State.RESULT_READY, {"ready", "mine"}),
        (State.HANDED_OVER, set()),
        (State.REFUSED, set()),
        (State.DECLINED, set()),
        (State.STOPPED, set()),
        (State.WITHDRAWN, set()),
    ],
)
def test_queue_of_each_state(state: State, queues: set[str]) -> None:
    with time_machine.travel(MONDAY, tick=False):
        assert queues_of(five_days(at=state)) == queues


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days_later", "queue"),
    [(0, None), (3, "due-soon"), (6, "due-soon"), (7, "due-today"), (8, "overdue")],  # due on the Monday after
)
def test_due_soon_and_overdue(days_later: int, queue: str | None) -> None:
    with time_machine.travel(MONDAY, tick=False) as now:
        submission = five_days(at=State.IN_PROGRESS)
        assert submission.due_on == D(2026, 3, 16)
        now.move_to(MONDAY + datetime.timedelta(days=days_later))
        assert queues_of(submission) == {"todo", "mine", queue} - {None}


def supplemented() -> Submission:
    submission = SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    AttachmentFactory(submission=submission, supplement=submission.open_request, pending=True, data=b"%PDF-1.4 new")
    workflow.supplement(submission.pk, by=rules.citizen("Bình"), answers=submission.answers)
    return Submission.objects.get(pk=submission.pk)


@pytest.mark.django_db
def test_supplement_back_stays_until_somebody_acts() -> None:
    submission = supplemented()
    officer = rules.officer_actor(clerk(submission.agency))
    assert queues_of(submission) == {"todo", "waiting", "supplemented"}
    workflow.add_note(submission.pk, by=officer, note="Đã gọi điện.")
    assert queues_of(submission) == {"todo", "waiting", "supplemented"}
    workflow.receive(submission.pk, by=officer)
    assert "supplemented" not in queues_of(submission)


@pytest.mark.django_db
def test_counts_agree_with_the_queues(django_assert_num_queries: Any) -> None:
    with time_machine.travel(MONDAY, tick=False):
        first = five_days(at=State.SUBMITTED)
        for state in (State.SUBMITTED, State.IN_PROGRESS, State.RESULT_READY, State.HANDED_OVER):
            five_days(at=state, agency=first.agency)
        five_days(at=State.SUBMITTED)
        officer, at = clerk(first.agency), worklist.clock()
        _ = officer.scope, worklist.colleagues(officer)
        with django_assert_num_queries(1):
            counts = worklist.counts(officer, at)
    assert counts == {
        "todo": 3, "waiting": 2, "approval": 0, "overdue": 0, "due-today": 0, "due-soon": 0, "supplemented": 0,
        "unread": 0, "ready": 1, "pay": 0, "mine": 2,
    }  # fmt: skip


@pytest.mark.django_db
def test_most_urgent_first_and_the_next_one() -> None:
    with time_machine.travel(MONDAY, tick=False) as now:
        first = five_days(at=State.IN_PROGRESS)
        now.shift(datetime.timedelta(days=1))
        second = five_days(at=State.IN_PROGRESS, agency=first.agency)
        now.shift(datetime.timedelta(days=1))
        third = five_days(at=State.SUBMITTED, agency=first.agency)
        officer, at = clerk(first.agency), worklist.clock()
        rows = worklist.visible_to(officer)
        mine = worklist.in_queue(rows, "mine", officer, at).order_by(*worklist.order_of("mine"))
        assert list(mine) == [first, second]
        assert list(rows.order_by(*worklist.order_of(""))) == [third, second, first]
        mine = worklist.choose(officer, {"queue": "mine"}, at)
        assert worklist.next_in(mine, first) == second
        assert worklist.next_in(mine, second) == first
        assert worklist.next_in(mine, third) == first
        assert worklist.next_in(worklist.choose(officer, {"queue": "waiting"}, at), third) is None
        assert worklist.next_in(worklist.choose(officer, {}, at), third) == second


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("roles", "queue"),
    [
        ([Role.RECEPTION], "todo"),
        ([Role.LEADER, Role.SPECIALIST], "todo"),
        ([Role.SPECIALIST], "todo"),
        ([Role.CASHIER], "pay"),
    ],
)
def test_home_queue(roles: list[str], queue: str) -> None:
    assert worklist.home_queue(OfficerFactory(roles=roles)) == queue


# --- search --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_search_by_anything_that_is_written_on_the_slip() -> None:
    found = SubmissionFactory(
        at=State.RECEIVED,
        applicant_name="Đặng Đình Đỗ",
        applicant_phone="0912345678",
        applicant_id_number="042090001234",
    )
    other = SubmissionFactory(
        at=State.RECEIVED, agency=found.agency, applicant_name="Trần Thị Tú",
        applicant_phone="0987654321", applicant_id_number="042190009999",
    )  # fmt: skip
    code, reference = str(found.dossier_code), str(found.reference)
    terms = [
        code, code.replace("-", "").replace(".", ""), code.lower(), reference, reference.replace("-", ""),
        reference.lower().replace("-", " "), "dang dinh do", "Đặng  Đỗ", "ĐỖ", "0912345678", "0912 345 678",
        "0912.345.678",
        "+84 912 345 678", "042090001234", "345678",
    ]  # fmt: skip
    rows = worklist.visible_to(clerk(found.agency))
    assert {term: list(worklist.search(rows, term)) for term in terms} == {key: [found] for key in terms}
    assert list(worklist.search(rows, "nguyen khong co")) == []
    assert set(worklist.search(rows, "  ")) == {found, other}
    assert list(worklist.search(rows, "100%")) == []


@pytest.mark.django_db
def test_clock_reads_the_calendar_once(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        at = worklist.clock()
    assert at.today == timezone.localdate()
    assert at.days.between(at.today, at.soon) == 2

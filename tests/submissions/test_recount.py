"""A calendar that changes: open submissions get their new day, once, with notice; ended ones never."""

from __future__ import annotations

import datetime
import importlib
import re
from typing import Any

import pytest
import time_machine
from django.apps import apps

from submissions import clock, rules, workflow, worklist
from submissions.models import Event, Notice, RecountedFor, Submission
from submissions.states import RECOUNT, State
from submissions.tasks import recount_open as task
from tests.factories import (
    AgencyFactory,
    AttachmentFactory,
    HolidayFactory,
    ProcedureFactory,
    SubmissionFactory,
    clerk,
    document,
)
from tests.replays import assert_replays
from tests.submissions.test_access import login
from tests.submissions.test_concurrency import at_once

pytestmark = pytest.mark.django_db
D = datetime.date
UTC = datetime.UTC
THURSDAY = datetime.datetime(2026, 3, 5, 2, 0, tzinfo=UTC)  # 09:00 in Việt Nam
WHY = "Lịch vừa thay đổi."


@pytest.fixture(autouse=True)
def year() -> None:
    """A year with rows is counted by its rows alone."""
    HolidayFactory(date=D(2026, 9, 2))


def five_days(**more: Any) -> Submission:
    limit = {"value": 5, "unit": "working_day", "variants": []}
    procedure = ProcedureFactory(content=document(time_limit=limit))
    with time_machine.travel(THURSDAY, tick=False):
        return SubmissionFactory(**{"at": State.RECEIVED, "procedure": procedure, **more})  # due 12/03


def now(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)


def told(submission: Submission) -> list[tuple[str, str]]:
    return list(
        submission.notices.filter(kind__contains="recounted", channel="email")
        .order_by("pk")
        .values_list("kind", "recipient")
    )


class TestOne:
    def test_a_late_announced_day_off_moves_the_day_and_is_told(self) -> None:
        s = five_days(at=State.IN_PROGRESS)
        HolidayFactory(date=D(2026, 3, 10), name="Nghỉ bão")
        assert workflow.recount(s.pk, why=WHY)
        after = now(s)
        assert (after.due_on, after.original_due_on, after.state) == (D(2026, 3, 13), D(2026, 3, 12), State.IN_PROGRESS)
        assert (after.version, after.is_back, after.extended_at) == (s.version, False, None)
        line = s.events.get(verb=RECOUNT)
        assert (line.note, line.is_public, line.from_state, line.to_state) == (WHY, True, s.state, s.state)
        assert line.data == {"old_due_on": "2026-03-12", "due_on": "2026-03-13", "why": WHY}
        assert told(s) == [("recounted", "binh@example.vn"), ("staff_recounted", s.assignee.user.email)]
        assert_replays(s)
        *_, before, last = s.events.order_by("number")
        assert (last.previous_hash, last.hash) == (before.hash, workflow.event_hash(last))

    def test_the_words(self) -> None:
        s = five_days()
        HolidayFactory(date=D(2026, 3, 10))
        workflow.recount(s.pk, why=WHY)
        mail = Notice.objects.get(submission=s, kind="recounted", channel="email")
        assert mail.subject == f"Ngày hẹn trả hồ sơ {s.dossier_code} đổi thành thứ Sáu 13/03/2026"
        assert f"Lý do: {WHY}\nNgày hẹn mới: thứ Sáu 13/03/2026\nNgày hẹn trước: thứ Năm 12/03/2026\n" in mail.body

    def test_again_changes_nothing(self) -> None:
        s = five_days()
        HolidayFactory(date=D(2026, 3, 10))
        assert [workflow.recount(s.pk, why=WHY) for _ in range(3)] == [True, False, False]
        assert s.events.filter(verb=RECOUNT).count() == 1

    def test_a_day_that_is_taken_back(self) -> None:
        s = five_days()
        holiday = HolidayFactory(date=D(2026, 3, 10))
        workflow.recount(s.pk, why=WHY)
        holiday.delete()
        assert workflow.recount(s.pk, why=WHY)
        assert now(s).due_on == D(2026, 3, 12)
        assert_replays(s)

    @pytest.mark.parametrize("state", [State.RESULT_READY, State.HANDED_OVER, State.DECLINED, State.STOPPED])
    def test_an_ended_one_never(self, state: State) -> None:
        s = five_days(at=state)
        HolidayFactory(date=D(2026, 3, 10))
        assert not workflow.recount(s.pk, why=WHY)
        assert (workflow.recount_open(WHY), now(s).due_on) == (0, D(2026, 3, 12))
        assert clock.of(now(s)).due_on == D(2026, 3, 12)

    @pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.REFUSED])
    def test_before_receipt_there_is_no_day(self, state: State) -> None:
        s = five_days(at=state)
        assert not workflow.recount(s.pk, why=WHY)
        assert now(s).due_on is None

    def test_while_the_citizen_is_asked_the_day_moves_too(self) -> None:
        s = five_days(via="submit receive request_supplement")
        HolidayFactory(date=D(2026, 3, 6))
        assert workflow.recount(s.pk, why=WHY)
        assert (now(s).due_on, now(s).state) == (D(2026, 3, 13), State.AWAITING_SUPPLEMENT)

    def test_an_extended_day_stands_unless_it_became_a_day_off(self) -> None:
        s = five_days()
        with time_machine.travel(THURSDAY, tick=False):
            leader = rules.officer_actor(clerk(s.agency))
            workflow.extend(s.pk, by=leader, reason="Chờ đo.", new_due_on=D(2026, 3, 17))
        HolidayFactory(date=D(2026, 3, 10))
        assert not workflow.recount(s.pk, why=WHY)
        HolidayFactory(date=D(2026, 3, 17))
        assert workflow.recount(s.pk, why=WHY)
        assert (now(s).due_on, now(s).original_due_on) == (D(2026, 3, 18), D(2026, 3, 12))
        assert_replays(s)

    def test_the_rule_of_a_supplement_stays_what_it_was(self, settings: Any) -> None:
        settings.SUPPLEMENT_CLOCK = "pause"
        s = five_days(via="submit receive request_supplement")
        with time_machine.travel(THURSDAY + datetime.timedelta(days=4), tick=False):
            AttachmentFactory(submission=s, supplement=s.supplement_requests.get(), pending=True)
            s = workflow.supplement(s.pk, by=rules.citizen(), answers=s.answers)
        assert s.due_on == D(2026, 3, 16)
        settings.SUPPLEMENT_CLOCK = "restart"
        assert not workflow.recount(s.pk, why=WHY)
        assert s.events.get(verb="supplement").data["rule"] == "pause"
        assert_replays(s)


class TestAll:
    def test_only_those_whose_day_changes_and_only_of_that_unit(self) -> None:
        moved, early = five_days(), five_days()
        other = five_days()
        with time_machine.travel(THURSDAY, tick=False):
            workflow.start(early.pk, by=rules.officer_actor(clerk(early.agency)))
            workflow.finish(early.pk, by=rules.officer_actor(clerk(early.agency)), result_note="Xong.")
        HolidayFactory(date=D(2026, 3, 11), agency=moved.agency)
        assert workflow.recount_open(WHY) == 1
        assert [now(s).due_on for s in (moved, early, other)] == [D(2026, 3, 13), D(2026, 3, 12), D(2026, 3, 12)]

    def test_the_cost_does_not_grow_with_rows_that_stay(self, django_assert_max_num_queries: Any) -> None:
        first = five_days()
        for _ in range(4):
            five_days(agency=first.agency, procedure=first.procedure)
        with django_assert_max_num_queries(8):
            assert workflow.recount_open(WHY) == 0

    def test_one_after_another_in_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("submissions.workflow.recounting.CHUNK", 2)
        first = five_days()
        several = [first, *(five_days(agency=first.agency, procedure=first.procedure) for _ in range(4))]
        HolidayFactory(date=D(2026, 3, 11))
        assert workflow.recount_open(WHY) == 5
        assert {now(s).due_on for s in several} == {D(2026, 3, 13)}

    def test_broken_off_it_goes_on_where_it_was(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first = five_days()
        second = five_days(agency=first.agency, procedure=first.procedure)
        HolidayFactory(date=D(2026, 3, 11))
        with monkeypatch.context() as broken:
            broken.setattr("submissions.workflow.recounting.notices.queue_for", _fail_for(second))
            with pytest.raises(ConnectionError):
                workflow.keep_counted()
        assert [now(s).due_on for s in (first, second)] == [D(2026, 3, 13), D(2026, 3, 12)]
        assert workflow.keep_counted() == 1
        assert Event.objects.filter(verb=RECOUNT).count() == 2

    def test_one_worker_at_a_time_until_it_has_died(self) -> None:
        s = five_days()
        HolidayFactory(date=D(2026, 3, 11))
        with time_machine.travel(THURSDAY, tick=False) as travelled:
            RecountedFor.objects.create(pk=1, claimed_at=THURSDAY)
            travelled.move_to(THURSDAY + datetime.timedelta(minutes=10))
            assert (workflow.keep_counted(), now(s).due_on) == (0, D(2026, 3, 12))
            travelled.move_to(THURSDAY + datetime.timedelta(minutes=10, seconds=1))
            assert (workflow.keep_counted(), now(s).due_on) == (1, D(2026, 3, 13))
        assert RecountedFor.objects.get().claimed_at is None

    def test_the_task_works_when_the_calendar_is_another_one_and_once_a_day(
        self, django_assert_max_num_queries: Any
    ) -> None:
        with time_machine.travel(THURSDAY, tick=False) as travelled:
            s = five_days()
            task()
            assert now(s).due_on == D(2026, 3, 12)
            with django_assert_max_num_queries(3):
                assert workflow.keep_counted() == 0
            HolidayFactory(date=D(2026, 3, 11))
            task()
            assert now(s).due_on == D(2026, 3, 13)
            Submission.objects.filter(pk=s.pk).update(due_on=D(2026, 3, 12))  # as a receipt might that came between
            assert workflow.keep_counted() == 0
            travelled.move_to(THURSDAY + datetime.timedelta(days=1))
            assert workflow.keep_counted() == 1
        assert RecountedFor.objects.count() == 1

    def test_a_line_of_the_log_that_says_nothing_sensible_stops_nobody(self) -> None:
        odd, plain = five_days(), five_days()
        for data in ({"periods": [[10**9, "working_day"]], "since": "gestern", "due_on": 3}, {"periods": "x"}, []):
            Event.objects.filter(submission=odd, verb="receive").update(data=data)
            HolidayFactory(date=D(2026, 3, 10))
            workflow.recount_open(WHY)
        assert now(plain).due_on == D(2026, 3, 13)


def _fail_for(submission: Submission) -> Any:
    def queue_for(one: Submission, _event: Event) -> None:
        if one.pk == submission.pk:
            raise ConnectionError

    return queue_for


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_write_each_new_day_once() -> None:
    ward = AgencyFactory()
    several = [five_days(agency=ward) for _ in range(4)]
    HolidayFactory(date=D(2026, 3, 11))
    results = at_once(workflow.keep_counted, workflow.recount_open)
    assert sum(results) == 4
    assert {now(s).due_on for s in several} == {D(2026, 3, 13)}
    assert Event.objects.filter(verb=RECOUNT).count() == 4
    assert RecountedFor.objects.count() == 1


# --- the clock of the first answer ---------------------------------------------------------------


class TestReply:
    def test_eight_working_hours_from_the_filing(self) -> None:
        with time_machine.travel(THURSDAY, tick=False):
            s = SubmissionFactory(at=State.SUBMITTED)
        # 09:00–11:30, 13:30–17:00: six hours; two more from 07:30 on Friday.
        assert s.reply_by == datetime.datetime(2026, 3, 6, 2, 30, tzinfo=UTC)
        assert (s.replied_at, s.reply_missed) == (None, False)

    def test_filed_on_a_day_of_tet_it_is_answered_when_work_begins_again(self) -> None:
        for day in range(16, 21):
            HolidayFactory(date=D(2026, 2, day), name="Tết Nguyên Đán")
        with time_machine.travel(datetime.datetime(2026, 2, 17, 3, 0, tzinfo=UTC), tick=False):
            s = SubmissionFactory(at=State.SUBMITTED)
        assert s.reply_by == datetime.datetime(2026, 2, 24, 1, 0, tzinfo=UTC)  # 7,5 hours on Monday, half on Tuesday

    @pytest.mark.parametrize("channel", ["counter", "post"])
    def test_what_came_on_paper_has_none(self, channel: str) -> None:
        assert SubmissionFactory(at=State.SUBMITTED, channel=channel).reply_by is None

    def test_a_supplement_before_receipt_starts_it_anew_and_moves_no_date(self) -> None:
        with time_machine.travel(THURSDAY, tick=False) as travelled:
            s = SubmissionFactory(via="submit request_supplement")
            assert (s.replied_at, s.reply_missed) == (THURSDAY, False)
            AttachmentFactory(submission=s, supplement=s.supplement_requests.get(), pending=True)
            travelled.move_to(THURSDAY + datetime.timedelta(days=5))
            s = workflow.supplement(s.pk, by=rules.citizen(), answers=s.answers)
        assert (s.reply_by, s.replied_at) == (datetime.datetime(2026, 3, 11, 2, 30, tzinfo=UTC), None)
        assert (s.due_on, s.events.get(verb="supplement").data.get("rule")) == (None, None)

    @pytest.mark.parametrize(("seconds", "missed"), [(0, False), (1, True)])
    def test_marked_when_it_is_missed(self, seconds: int, missed: bool) -> None:
        with time_machine.travel(THURSDAY, tick=False):
            s = SubmissionFactory(at=State.SUBMITTED)
        assert s.reply_by is not None
        late = s.reply_by + datetime.timedelta(seconds=seconds)
        assert clock.mark_missed(late) == int(missed)
        assert (now(s).reply_missed, clock.mark_missed(late)) == (missed, 0)

    def test_who_withdraws_has_not_been_answered(self) -> None:
        with time_machine.travel(THURSDAY, tick=False):
            s = SubmissionFactory(at=State.WITHDRAWN)
        assert (s.replied_at, s.reply_missed) == (None, False)

    def test_the_calendar_moves_it_too(self) -> None:
        with time_machine.travel(THURSDAY, tick=False):
            s = SubmissionFactory(at=State.SUBMITTED)
        HolidayFactory(date=D(2026, 3, 6))
        workflow.recount_open(WHY)
        assert now(s).reply_by == datetime.datetime(2026, 3, 9, 2, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("hours", "tone", "words"),
        [
            (0, "ok", "còn 8 giờ làm việc để trả lời"),
            (3, "ok", "còn 5 giờ 30 phút làm việc để trả lời"),  # 12:00
            (25, "error", "quá hạn trả lời 30 phút làm việc"),
            (27, "error", "quá hạn trả lời 2 giờ làm việc"),
        ],
    )
    def test_the_countdown_of_the_work_list(self, hours: int, tone: str, words: str) -> None:
        with time_machine.travel(THURSDAY, tick=False) as travelled:
            s = SubmissionFactory(at=State.SUBMITTED)
            travelled.move_to(THURSDAY + datetime.timedelta(hours=hours))
            assert worklist.lateness(s, worklist.clock(agency=s.agency)) == worklist.Lateness(tone, words)


# --- pages and papers ----------------------------------------------------------------------------


def page(submission: Submission) -> str:
    """What stands on the applicant's own page, in one line."""
    body = login(submission).get(f"/ho-so/{submission.reference}/").content.decode()
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace(" :", ":")


class TestTold:
    def test_the_own_page_counts_day_by_day(self) -> None:
        s = five_days(at=State.IN_PROGRESS)
        HolidayFactory(date=D(2026, 3, 10), name="Nghỉ bão")
        with time_machine.travel(THURSDAY, tick=False):
            workflow.recount(s.pk, why=WHY)
        words = page(s)
        counted = [
            "Tiếp nhận lúc 09:00 thứ Năm 05/03/2026.",
            "05/03: ngày tiếp nhận, chưa tính",
            "06/03: ngày 1",
            "07–08/03: không tính: thứ Bảy, Chủ nhật",
            "09/03: ngày 2",
            "10/03: không tính: Nghỉ bão",
            "11–13/03: ngày 3 đến ngày 5",
            "lịch làm việc thay đổi, ngày hẹn đổi từ thứ Năm 12/03/2026 sang thứ Sáu 13/03/2026.",
            "Hẹn trả: thứ Sáu 13/03/2026.",
            "Hẹn lần đầu: thứ Năm 12/03/2026.",
        ]
        places = [words.find(line, words.index("Cách tính ngày hẹn trả")) for line in counted]
        assert -1 not in places
        assert places == sorted(places)
        assert "Ngày hẹn trả đổi thành chiều thứ Sáu 13/03/2026." in words

    def test_while_it_waits_the_page_says_until_when_it_is_answered(self) -> None:
        with time_machine.travel(THURSDAY, tick=False) as travelled:
            s = SubmissionFactory(at=State.SUBMITTED)
            assert "Bạn sẽ được báo trước 09:30 thứ Sáu 06/03/2026." in page(s)
            travelled.move_to(THURSDAY + datetime.timedelta(days=2))
            assert "trả lời chậm hơn đã hẹn" in page(s)

    def test_the_slip_says_how_in_a_sentence(self) -> None:
        s = five_days()
        for paper in s.papers.filter(kind__in=["receipt", "receipt-copy"]):
            assert paper.content["counted"] == (
                "Ngày nhận 05/03 không tính; từ 06/03 đến 12/03/2026 là 5 ngày làm việc; không tính thứ Bảy, Chủ nhật."
            )
        assert s.papers.filter(content__has_key="counted").count() == 2


# --- rows from before ----------------------------------------------------------------------------


def test_the_columns_of_older_rows_follow_from_their_log() -> None:
    columns = ("is_back", "rounds", "asked_at", "ended_on", "replied_at")
    with time_machine.travel(THURSDAY, tick=False):
        paths = ["submit", "submit request_supplement", "submit refuse", "submit withdraw", "submit receive"]
        paths += ["submit receive request_supplement", "submit receive start finish hand_over", "submit receive stop"]
        several = [SubmissionFactory(via=path) for path in paths]
        back = SubmissionFactory(via="submit receive request_supplement")
        AttachmentFactory(submission=back, supplement=back.supplement_requests.get(), pending=True)
        workflow.supplement(back.pk, by=rules.citizen(), answers=back.answers)
        workflow.add_note(back.pk, by=rules.officer_actor(clerk(back.agency)), note="Đã gọi.")
    keys = [s.pk for s in (*several, back)]
    rows = Submission.objects.filter(pk__in=keys).order_by("pk")
    kept = list(rows.values_list(*columns))
    rows.update(is_back=False, rounds=0, asked_at=None, ended_on=None, replied_at=None)
    importlib.import_module("submissions.migrations.0005_fill").fill(apps, None)
    assert list(rows.values_list(*columns)) == kept
    assert [row[1] for row in kept] == [0, 1, 0, 0, 0, 1, 0, 0, 1]

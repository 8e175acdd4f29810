"""Each verb: what it writes, what it refuses, and that a repeat changes nothing."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from procedures.models import Agency
from submissions import rules, workflow
from submissions.errors import ChangedMeanwhile, Incomplete, NotAllowed, NotPossible
from submissions.models import Submission
from submissions.states import Role, Stage, State
from tests.factories import (
    APPLICANT,
    AgencyFactory,
    AttachmentFactory,
    HolidayFactory,
    OfficerFactory,
    ProcedureFactory,
    SubmissionFactory,
    clerk,
    document,
    publish,
)
from tests.replays import assert_all_replay

pytestmark = pytest.mark.django_db
D = datetime.date
THURSDAY = datetime.datetime(2026, 3, 5, 2, 0, tzinfo=datetime.UTC)  # 09:00 in Việt Nam


@pytest.fixture(autouse=True)
def _every_log_replays() -> Iterator[None]:
    """Whatever a test does to submissions: their dates follow from their logs."""
    yield
    assert_all_replay()


def officer(s: Submission) -> rules.Actor:
    return rules.officer_actor(clerk(s.agency))


def citizen(s: Submission) -> rules.Actor:
    return rules.citizen(s.applicant_name)


def filing(s: Submission, **changes: Any) -> workflow.Filing:
    values = {"version": s.version, "answers": s.answers, "columns": APPLICANT, **changes}
    return workflow.Filing(**values)


def with_limit(**limit: Any) -> Any:
    time_limit = {"value": 3, "unit": "working_day", "variants": [], **limit}
    return ProcedureFactory(content=document(time_limit=time_limit))


class TestSubmit:
    def test_gives_reference_secret_event_and_empties_the_typed_words(self) -> None:
        draft = SubmissionFactory(typed={"form": {"child_name": ["x"]}})
        filed = workflow.submit(draft.pk, filing(draft), by=citizen(draft))
        assert (filed.state, filed.version, filed.typed) == (State.SUBMITTED, 1, {})
        assert len(filed.reference or "") == 9
        assert len(filed.tracking_secret) == 14
        assert [e.verb for e in filed.events.all()] == ["submit"]
        assert filed.dossier_code is None
        assert filed.due_on is None

    def test_twice_is_one_submission_with_one_event(self) -> None:
        draft = SubmissionFactory()
        first = workflow.submit(draft.pk, filing(draft), by=citizen(draft))
        second = workflow.submit(draft.pk, filing(draft), by=citizen(draft))
        assert (second.reference, second.tracking_secret) == (first.reference, first.tracking_secret)
        assert second.events.count() == 1

    def test_a_draft_changed_after_checking_is_not_filed(self) -> None:
        draft = SubmissionFactory()
        checked = filing(draft)
        Submission.objects.filter(pk=draft.pk).update(version=draft.version + 1)
        with pytest.raises(ChangedMeanwhile):
            workflow.submit(draft.pk, checked, by=citizen(draft))

    def test_a_new_revision_between_checking_and_filing_is_noticed(self) -> None:
        draft = SubmissionFactory()
        publish(draft.procedure, {**draft.procedure.published.content, "summary": "Bản mới."})
        with pytest.raises(ChangedMeanwhile):
            workflow.submit(draft.pk, filing(draft), by=citizen(draft))
        assert Submission.objects.get(pk=draft.pk).state == State.DRAFT

    @pytest.mark.parametrize("status", ["paused", "closed"])
    def test_a_procedure_that_takes_none_refuses_with_its_reason(self, status: str) -> None:
        draft = SubmissionFactory()
        draft.procedure.status, draft.procedure.status_reason = status, "Tạm dừng để sửa biểu mẫu."
        draft.procedure.save()
        with pytest.raises(NotPossible, match="Tạm dừng để sửa biểu mẫu"):
            workflow.submit(draft.pk, filing(draft), by=citizen(draft))

    def test_an_agency_that_ended_takes_none(self) -> None:
        draft = SubmissionFactory(agency=AgencyFactory(active_to=D(2025, 6, 30)))
        with pytest.raises(NotPossible, match="không còn nhận hồ sơ mới"):
            workflow.submit(draft.pk, filing(draft), by=citizen(draft))

    def test_staff_do_not_file_for_the_citizen_with_this_verb(self) -> None:
        draft = SubmissionFactory()
        with pytest.raises(NotAllowed):
            workflow.submit(draft.pk, filing(draft), by=officer(draft))


class TestReceive:
    @time_machine.travel(THURSDAY, tick=False)
    def test_gives_code_due_date_and_assignee(self) -> None:
        s = SubmissionFactory(at=State.SUBMITTED, procedure=with_limit(), agency__identifier="H27.32.01")
        received = workflow.receive(s.pk, by=officer(s))
        assert (received.dossier_code, received.due_on) == ("H27.32.01-260305-0001", D(2026, 3, 10))
        assert received.original_due_on == received.due_on
        assert received.assignee == clerk(s.agency)

    @time_machine.travel(THURSDAY, tick=False)
    def test_the_serial_counts_by_identifier_and_day(self) -> None:
        ward = AgencyFactory(identifier="H27.32.01")
        one, two = (SubmissionFactory(at=State.RECEIVED, agency=ward) for _ in range(2))
        other = SubmissionFactory(at=State.RECEIVED, agency__identifier="H27.32.02")
        codes = [s.dossier_code for s in (one, two, other)]
        assert codes == ["H27.32.01-260305-0001", "H27.32.01-260305-0002", "H27.32.02-260305-0001"]

    def test_the_day_of_the_code_is_that_of_viet_nam(self) -> None:
        with time_machine.travel(datetime.datetime(2026, 3, 5, 18, 0, tzinfo=datetime.UTC), tick=False):
            s = SubmissionFactory(at=State.RECEIVED, agency__identifier="H27.32.01")
        assert s.dossier_code == "H27.32.01-260306-0001"

    @time_machine.travel(THURSDAY, tick=False)
    def test_holidays_move_the_due_date(self) -> None:
        HolidayFactory(date=D(2026, 3, 6))
        assert SubmissionFactory(at=State.RECEIVED, procedure=with_limit()).due_on == D(2026, 3, 11)

    def test_a_town_counts_with_the_identifier_of_its_centre(self) -> None:
        town = AgencyFactory(town=True, identifier="H27.31")
        AgencyFactory(centre=True, parent=town, identifier="H27.32")
        s = SubmissionFactory(at=State.RECEIVED, agency=town)
        assert (s.dossier_code or "").startswith("H27.32-")

    def test_without_an_identifier_nothing_is_received(self) -> None:
        s = SubmissionFactory(at=State.SUBMITTED, agency__identifier="")
        with pytest.raises(NotPossible, match="chưa có mã định danh"):
            workflow.receive(s.pk, by=officer(s))
        assert Submission.objects.get(pk=s.pk).state == State.SUBMITTED

    def test_the_same_click_twice_is_harmless(self) -> None:
        s = SubmissionFactory(at=State.SUBMITTED)
        first = workflow.receive(s.pk, by=officer(s), version=s.version)
        second = workflow.receive(s.pk, by=officer(s), version=s.version)
        assert (second.version, second.dossier_code) == (first.version, first.dossier_code)
        assert s.events.count() == 2

    def test_another_officer_with_an_old_page_is_told(self) -> None:
        s = SubmissionFactory(at=State.SUBMITTED)
        old = s.version
        workflow.request_supplement(s.pk, by=officer(s), documents=[{"key": "birth_proof", "reason": "mờ"}])
        with pytest.raises(NotPossible):
            workflow.receive(s.pk, by=rules.officer_actor(OfficerFactory(agency=s.agency)), version=old)

    def test_a_stale_version_in_a_possible_state_is_told(self) -> None:
        s = SubmissionFactory(at=State.IN_PROGRESS)
        with pytest.raises(ChangedMeanwhile):
            workflow.propose(s.pk, by=officer(s), version=s.version - 1)


class TestSupplement:
    def ask(self, s: Submission, **items: Any) -> Submission:
        items = items or {"documents": [{"key": "birth_proof", "reason": "Ảnh mờ."}]}
        return workflow.request_supplement(s.pk, by=officer(s), **items)

    def answer(self, s: Submission, **changes: Any) -> Submission:
        request = s.supplement_requests.get(answered_at=None)
        for key in request.document_keys:
            AttachmentFactory(submission=s, key=key, pending=True, supplement=request)
        return workflow.supplement(s.pk, by=citizen(s), answers={**s.answers, **changes})

    @pytest.mark.parametrize(
        ("state", "stage"),
        [
            (State.SUBMITTED, Stage.INTAKE),
            (State.RECEIVED, Stage.EXAMINATION),
            (State.IN_PROGRESS, Stage.EXAMINATION),
        ],
    )
    def test_comes_back_to_where_it_was_asked(self, state: State, stage: Stage) -> None:
        s = self.ask(SubmissionFactory(at=state))
        request = s.supplement_requests.get()
        assert (s.state, request.stage, request.round) == (State.AWAITING_SUPPLEMENT, stage, 1)
        back = self.answer(s)
        assert (back.state, back.open_request) == (state, None)

    def test_the_new_file_replaces_the_old_one_which_is_kept(self) -> None:
        s = self.ask(SubmissionFactory(at=State.SUBMITTED))
        self.answer(s)
        assert s.attachments.count() == 2
        kept = s.attachments.current().get()
        assert (kept.pending, kept.supplement) == (False, s.supplement_requests.get())

    def test_four_rounds_keep_one_number_and_all_files(self) -> None:
        s = SubmissionFactory(at=State.RECEIVED)
        code = s.dossier_code
        for _round in range(4):
            s = self.answer(self.ask(s))
        assert (s.dossier_code, s.attachments.count(), s.attachments.current().count()) == (code, 5, 1)
        assert [r.round for r in s.supplement_requests.order_by("round")] == [1, 2, 3, 4]

    def test_old_answers_stay_readable(self) -> None:
        s = self.ask(SubmissionFactory(at=State.SUBMITTED), fields=[{"key": "child_name", "reason": "Sai dấu."}])
        back = self.answer(s, child_name="Nguyễn Thị Ánh")
        request = back.supplement_requests.get()
        assert request.old_answers["child_name"] == "NGUYỄN THỊ ÁNH"
        assert back.answers["child_name"] == "Nguyễn Thị Ánh"
        assert back.events.get(verb="supplement").data["fields"] == ["child_name"]

    def test_a_paper_that_was_asked_must_come(self) -> None:
        s = self.ask(SubmissionFactory(at=State.SUBMITTED))
        with pytest.raises(Incomplete, match="Chưa có tệp mới cho"):
            workflow.supplement(s.pk, by=citizen(s), answers=s.answers)

    @pytest.mark.parametrize(
        ("items", "sentence"),
        [
            ({"documents": [], "fields": []}, "đánh dấu ít nhất một"),
            ({"documents": [{"key": "birth_proof", "reason": " "}]}, "cần có lý do"),
        ],
    )
    def test_needs_items_with_reasons(self, items: Any, sentence: str) -> None:
        with pytest.raises(Incomplete, match=sentence):
            self.ask(SubmissionFactory(at=State.SUBMITTED), **items)

    def test_an_unknown_item_is_refused(self) -> None:
        with pytest.raises(NotPossible, match="khong_co"):
            self.ask(SubmissionFactory(at=State.SUBMITTED), fields=[{"key": "khong_co", "reason": "x"}])

    def test_a_second_request_while_one_is_open_is_refused(self) -> None:
        s = self.ask(SubmissionFactory(at=State.SUBMITTED))
        with pytest.raises(NotPossible):
            self.ask(s)

    def test_the_clock_starts_anew_after_an_examination_supplement(self, settings: Any) -> None:
        settings.SUPPLEMENT_CLOCK = "restart"
        with time_machine.travel(THURSDAY, tick=False) as clock:
            s = self.ask(SubmissionFactory(at=State.RECEIVED, procedure=with_limit(value=5)))
            clock.move_to(datetime.datetime(2026, 3, 16, 2, 0, tzinfo=datetime.UTC))
            back = self.answer(s)
        assert (back.due_on, back.original_due_on) == (D(2026, 3, 23), D(2026, 3, 12))

    def test_or_goes_on_with_the_days_left(self, settings: Any) -> None:
        settings.SUPPLEMENT_CLOCK = "pause"
        with time_machine.travel(THURSDAY, tick=False) as clock:
            s = SubmissionFactory(at=State.RECEIVED, procedure=with_limit(value=5))  # due 12/03
            clock.move_to(datetime.datetime(2026, 3, 9, 2, 0, tzinfo=datetime.UTC))
            s = self.ask(s)  # three days left
            clock.move_to(datetime.datetime(2026, 3, 16, 2, 0, tzinfo=datetime.UTC))
            back = self.answer(s)
        assert back.due_on == D(2026, 3, 19)

    def test_an_expired_intake_request_can_be_refused_and_only_then(self) -> None:
        s = self.ask(SubmissionFactory(at=State.SUBMITTED))
        with pytest.raises(NotPossible):
            workflow.refuse(s.pk, by=officer(s), reason="Quá hạn bổ sung.")
        s.supplement_requests.update(answer_by=D(2020, 1, 1))
        assert workflow.refuse(s.pk, by=officer(s), reason="Quá hạn bổ sung.").state == State.REFUSED

    def test_withdrawing_closes_the_request(self) -> None:
        s = self.ask(SubmissionFactory(at=State.RECEIVED))
        gone = workflow.withdraw(s.pk, by=citizen(s))
        assert (gone.state, gone.supplement_requests.filter(answered_at=None).count()) == (State.WITHDRAWN, 0)


class TestEnds:
    @pytest.mark.parametrize(
        ("state", "verb"),
        [
            (State.SUBMITTED, "refuse"),
            (State.IN_PROGRESS, "decline"),
            (State.RECEIVED, "stop"),
            (State.AWAITING_APPROVAL, "send_back"),
        ],
    )
    def test_a_reason_is_wanted(self, state: State, verb: str) -> None:
        s = SubmissionFactory(at=state)
        with pytest.raises(Incomplete, match="lý do"):
            getattr(workflow, verb)(s.pk, by=officer(s), reason="  ")
        assert Submission.objects.get(pk=s.pk).state == state

    def test_finish_wants_a_note_or_a_file(self) -> None:
        s = SubmissionFactory(at=State.IN_PROGRESS)
        with pytest.raises(Incomplete):
            workflow.finish(s.pk, by=officer(s))
        file = AttachmentFactory.build(submission=None)
        done = workflow.finish(s.pk, by=officer(s), files=[file])
        assert (done.state, done.attachments.get(purpose="result").name) == (State.RESULT_READY, file.name)

    def test_an_overdue_submission_is_still_finished_and_handed_over(self) -> None:
        with time_machine.travel(THURSDAY, tick=False) as clock:
            s = SubmissionFactory(at=State.IN_PROGRESS)
            clock.move_to(datetime.datetime(2030, 1, 7, 2, 0, tzinfo=datetime.UTC))
            workflow.finish(s.pk, by=officer(s), result_note="Xong.")
            over = workflow.hand_over(s.pk, by=officer(s), how="counter", receiver="Nguyễn Văn Bình")
        assert s.due_on is not None
        assert s.due_on < D(2030, 1, 1)
        assert (over.state, over.handed_over_how) == (State.HANDED_OVER, "counter")
        assert over.closed_at == over.handed_over_at

    def test_hand_over_wants_to_know_how(self) -> None:
        s = SubmissionFactory(at=State.RESULT_READY)
        with pytest.raises(Incomplete):
            workflow.hand_over(s.pk, by=officer(s), how="pigeon")


class TestExtend:
    @time_machine.travel(THURSDAY, tick=False)
    def test_once_with_a_later_working_day(self) -> None:
        s = SubmissionFactory(at=State.IN_PROGRESS, procedure=with_limit())  # due 10/03
        later = workflow.extend(s.pk, by=officer(s), reason="Chờ xác minh.", new_due_on=D(2026, 3, 12))
        assert (later.due_on, later.original_due_on, later.state) == (D(2026, 3, 12), D(2026, 3, 10), State.IN_PROGRESS)
        with pytest.raises(NotPossible):
            workflow.extend(s.pk, by=officer(s), reason="Lại nữa.", new_due_on=D(2026, 3, 16))

    @time_machine.travel(THURSDAY, tick=False)
    @pytest.mark.parametrize("new", [D(2026, 3, 10), D(2026, 3, 9), D(2026, 3, 14)])
    def test_not_to_the_same_day_an_earlier_one_or_a_saturday(self, new: datetime.date) -> None:
        s = SubmissionFactory(at=State.IN_PROGRESS, procedure=with_limit())
        with pytest.raises(Incomplete):
            workflow.extend(s.pk, by=officer(s), reason="Chờ xác minh.", new_due_on=new)

    def test_at_the_latest_a_day_before(self) -> None:
        with time_machine.travel(THURSDAY, tick=False) as clock:
            s = SubmissionFactory(at=State.IN_PROGRESS, procedure=with_limit())  # due 10/03
            clock.move_to(datetime.datetime(2026, 3, 10, 2, 0, tzinfo=datetime.UTC))
            with pytest.raises(NotPossible, match="một ngày trước"):
                workflow.extend(s.pk, by=officer(s), reason="Chậm.", new_due_on=D(2026, 3, 12))
            clock.move_to(datetime.datetime(2026, 3, 9, 10, 0, tzinfo=datetime.UTC))
            s = workflow.extend(s.pk, by=officer(s), reason="Chậm.", new_due_on=D(2026, 3, 12))
        assert s.due_on == D(2026, 3, 12)


class TestWhoHasIt:
    def test_a_second_officer_cannot_take_it(self) -> None:
        s = SubmissionFactory(at=State.RECEIVED)
        second = rules.officer_actor(OfficerFactory(agency=s.agency))
        with pytest.raises(NotPossible, match="phụ trách"):
            workflow.take(s.pk, by=second)

    def test_assigning_is_logged_and_not_public(self) -> None:
        s = SubmissionFactory(at=State.RECEIVED)
        colleague = OfficerFactory(agency=s.agency)
        workflow.assign(s.pk, by=officer(s), to=colleague, note="Chị xem giúp.")
        event = s.events.get(verb="assign")
        assert (event.note, event.is_public) == (f"{colleague}; Chị xem giúp.", False)
        assert Submission.objects.get(pk=s.pk).assignee == colleague

    def test_only_to_officers_of_the_agency(self) -> None:
        s = SubmissionFactory(at=State.RECEIVED)
        with pytest.raises(NotPossible):
            workflow.assign(s.pk, by=officer(s), to=OfficerFactory())

    def test_a_note_is_never_public(self) -> None:
        s = SubmissionFactory(at=State.HANDED_OVER)
        workflow.add_note(s.pk, by=officer(s), note="Người dân khen.")
        assert not s.events.get(verb="note").is_public


class TestScope:
    def test_the_centre_and_the_town_are_one(self) -> None:
        town = AgencyFactory(town=True)
        centre = AgencyFactory(centre=True, parent=town)
        s = SubmissionFactory(at=State.SUBMITTED, agency=town)
        by = rules.officer_actor(OfficerFactory(agency=centre, roles=[Role.RECEPTION]))
        assert workflow.receive(s.pk, by=by).state == State.RECEIVED

    def test_a_ward_is_not_the_town(self) -> None:
        town = AgencyFactory(town=True)
        ward: Agency = AgencyFactory(parent=town)
        s = SubmissionFactory(at=State.SUBMITTED, agency=ward)
        with pytest.raises(NotAllowed):
            workflow.receive(s.pk, by=rules.officer_actor(OfficerFactory(agency=town)))

    def test_an_officer_who_left_may_nothing(self) -> None:
        s = SubmissionFactory(at=State.SUBMITTED)
        with pytest.raises(NotAllowed):
            workflow.receive(s.pk, by=rules.officer_actor(OfficerFactory(agency=s.agency, is_active=False)))


class TestLog:
    def test_the_chain_holds(self) -> None:
        s = SubmissionFactory(at=State.HANDED_OVER)
        before = ""
        for number, event in enumerate(s.events.order_by("number"), start=1):
            assert (event.number, event.previous_hash) == (number, before)
            assert event.hash == workflow.event_hash(event)
            before = event.hash

    @pytest.mark.parametrize(
        "change", [{"note": "khác"}, {"actor_label": "Ai đó"}, {"to_state": "DRAFT"}, {"data": {"x": 1}}]
    )
    def test_an_edited_line_no_longer_fits_its_hash(self, change: dict[str, Any]) -> None:
        event = SubmissionFactory(at=State.RECEIVED).events.last()
        for name, value in change.items():
            setattr(event, name, value)
        assert event.hash != workflow.event_hash(event)


class TestDiscard:
    def test_a_draft_goes_with_its_files(self, django_capture_on_commit_callbacks: Any) -> None:
        draft = SubmissionFactory()
        file = AttachmentFactory(submission=draft).file
        with django_capture_on_commit_callbacks(execute=True):
            workflow.discard(draft.pk, by=citizen(draft))
        assert (Submission.objects.count(), file.storage.exists(file.name)) == (0, False)

    def test_a_filed_submission_is_never_deleted(self) -> None:
        s = SubmissionFactory(at=State.SUBMITTED)
        with pytest.raises(NotPossible):
            workflow.discard(s.pk, by=citizen(s))

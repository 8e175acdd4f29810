"""Counter entry: who may enter what, what is written, in one transaction, once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from procedures.models import Agency, Procedure
from submissions import counter, kept_forms, rules, workflow
from submissions.errors import ChangedMeanwhile, Incomplete, NotAllowed, NotPossible
from submissions.models import Notice, Submission
from submissions.states import Role, State
from tests.factories import (
    AgencyFactory,
    AttachmentFactory,
    OfficerFactory,
    ProcedureFactory,
    SubmissionFactory,
    document,
    publish,
)
from tests.replays import assert_all_replay
from tests.submissions.test_concurrency import at_once

pytestmark = pytest.mark.django_db
THURSDAY = datetime.datetime(2026, 3, 5, 2, 0, tzinfo=datetime.UTC)  # 09:00 in Việt Nam
PERSON = {"applicant_name": "Đinh Thị Ngọc Ánh", "applicant_phone": "0912345678", "applicant_email": "anh@example.vn"}
ALL_PAPERS = [
    {"key": "declaration", "originals": 1, "certified": 0, "copies": 0},
    {"key": "birth_proof", "originals": 0, "certified": 1, "copies": 0},
]


@pytest.fixture(autouse=True)
def _every_log_replays() -> Iterator[None]:
    """Whatever a test does to submissions: their dates follow from their logs."""
    yield
    assert_all_replay()


def begun(officer: Any, procedure: Any = None, **columns: Any) -> Submission:
    """A stored entry of this officer."""
    draft = counter.begin(officer, procedure or ProcedureFactory())
    for name, value in columns.items():
        setattr(draft, name, value)
    draft.save()
    return draft


def filing(draft: Submission, **columns: Any) -> workflow.Filing:
    given = {**PERSON, "sets": 1, "papers_in": ALL_PAPERS, **columns}
    return workflow.Filing(draft.version, {"parents_married": False}, given)


def enter(draft: Submission, officer: Any, *, receive: bool = True, since: Any = None, **columns: Any) -> Submission:
    by = rules.officer_actor(officer)
    return workflow.enter(draft.pk, filing(draft, **columns), by=by, receive=receive, since=since)


@pytest.fixture
def reception() -> Any:
    return OfficerFactory(roles=[Role.RECEPTION.value])


# --- what is written -----------------------------------------------------------------------------


def test_received_in_one_transaction(reception: Any) -> None:
    with time_machine.travel(THURSDAY, tick=False):
        s = Submission.objects.get(pk=enter(begun(reception), reception).pk)
    assert (s.state, s.channel, s.entered_by, s.assignee) == (State.RECEIVED, "counter", reception, reception)
    assert s.dossier_code == f"{reception.agency.identifier}-260305-0001"
    assert (s.received_at, s.due_on) == (THURSDAY, datetime.date(2026, 3, 12))
    assert len(str(s.reference)) == 9
    assert len(s.tracking_secret) == 14
    assert (s.sets, s.papers_in, s.typed) == (1, ALL_PAPERS, {})
    assert [(e.verb, e.to_state) for e in s.events.all()] == [("submit", "SUBMITTED"), ("receive", "RECEIVED")]


def test_the_log_says_that_the_desk_entered_it(reception: Any) -> None:
    event = enter(begun(reception), reception, receive=False).events.get()
    assert event.actor == reception.user
    assert event.note == "Cán bộ một cửa nhập hồ sơ người dân nộp trực tiếp tại quầy."
    assert {k: event.data[k] for k in ("channel", "sets", "papers_in")} == {
        "channel": "counter", "sets": 1, "papers_in": ALL_PAPERS,
    }  # fmt: skip


def test_by_post_the_clock_starts_with_the_hand_over_record(reception: Any) -> None:
    """QĐ 45/2016 art. 7.4: not when the officer comes to type it in."""
    wednesday = THURSDAY - datetime.timedelta(days=1)
    draft = begun(reception, channel="post")
    with time_machine.travel(THURSDAY, tick=False):
        s = enter(draft, reception, since=wednesday)
    assert (s.submitted_at, s.received_at, s.due_on) == (THURSDAY, wednesday, datetime.date(2026, 3, 11))
    assert str(s.dossier_code).endswith("-260305-0001")
    assert s.events.get(verb="receive").data["since"] == wednesday.isoformat()
    assert s.events.get(verb="submit").note == "Cán bộ một cửa nhập hồ sơ gửi đến qua bưu chính."


def test_waiting_for_papers_gives_no_dossier_code(reception: Any) -> None:
    s = enter(begun(reception), reception, receive=False, papers_in=[])
    assert (s.state, s.dossier_code, s.due_on) == (State.SUBMITTED, None, None)
    assert s.reference
    actor = rules.officer_actor(reception)
    verbs = {row.verb for row in rules.transitions_for(actor, Submission.objects.get(pk=s.pk))}
    assert verbs == {"receive", "refuse", "request_supplement"}


def test_sent_twice_is_filed_once(reception: Any) -> None:
    draft = begun(reception)
    one, two = enter(draft, reception), enter(draft, reception)
    assert (one.reference, one.dossier_code) == (two.reference, two.dossier_code)
    assert Submission.objects.get().events.count() == 2


def test_notices_go_to_the_citizen_and_not_to_the_colleagues(reception: Any) -> None:
    OfficerFactory(agency=reception.agency)
    enter(begun(reception), reception)
    told = sorted(Notice.objects.values_list("kind", "channel", "recipient"))
    assert told == [
        ("received", "email", "anh@example.vn"),
        ("received", "sms", "0912345678"),
        ("submitted", "email", "anh@example.vn"),
        ("submitted", "sms", "0912345678"),
    ]
    bodies = " ".join(Notice.objects.values_list("body", flat=True))
    assert "gửi trực tuyến" not in bodies
    assert "gui truc tuyen" not in bodies
    assert "nhập vào cổng lúc" in bodies


def test_who_left_no_address_is_sent_nothing(reception: Any) -> None:
    enter(begun(reception), reception, applicant_phone="", applicant_email="")
    assert Notice.objects.count() == 0


# --- papers --------------------------------------------------------------------------------------

LACKING: list[tuple[str, dict[str, Any]]] = [
    ("nothing handed in", {"papers_in": []}),
    ("one of two", {"papers_in": ALL_PAPERS[:1]}),
    ("no copy of it", {"papers_in": [ALL_PAPERS[0], {**ALL_PAPERS[1], "certified": 0}]}),
]


@pytest.mark.parametrize(("_what", "columns"), LACKING, ids=[name for name, _c in LACKING])
def test_no_receipt_while_a_required_paper_is_lacking(reception: Any, _what: str, columns: dict[str, Any]) -> None:
    draft = begun(reception)
    with pytest.raises(Incomplete, match="Giấy chứng sinh"):
        enter(draft, reception, **columns)
    assert Submission.objects.get().state == State.DRAFT


def test_a_scan_stands_for_the_paper(reception: Any) -> None:
    draft = begun(reception)
    AttachmentFactory(submission=draft, key="birth_proof")
    assert enter(draft, reception, papers_in=ALL_PAPERS[:1]).state == State.RECEIVED


def test_a_paper_whose_condition_holds_is_required(reception: Any) -> None:
    draft = begun(reception)
    given = workflow.Filing(draft.version, {"parents_married": True}, {**PERSON, "sets": 1, "papers_in": ALL_PAPERS})
    with pytest.raises(Incomplete, match="Giấy chứng nhận kết hôn") as problem:
        workflow.enter(draft.pk, given, by=rules.officer_actor(reception), receive=True)
    assert "Giấy chứng sinh" not in str(problem.value)


def test_papers_to_show_block_nothing(reception: Any) -> None:
    assert [d.key for d in rules.lacking_papers(enter(begun(reception), reception))] == []


def test_receipt_later_asks_for_the_same_papers(reception: Any) -> None:
    s = enter(begun(reception), reception, receive=False, papers_in=[])
    by = rules.officer_actor(reception)
    with pytest.raises(Incomplete, match="Tờ khai đăng ký khai sinh; Giấy chứng sinh"):
        workflow.receive(s.pk, by=by)
    workflow.record_papers(s.pk, by=by, papers=ALL_PAPERS)
    assert workflow.receive(s.pk, by=by).state == State.RECEIVED
    assert [e.verb for e in s.events.all()] == ["submit", "papers", "receive"]
    assert s.events.get(verb="papers").is_public is False


def test_a_supplement_can_be_handed_in_at_the_counter(reception: Any) -> None:
    s = enter(begun(reception), reception, receive=False, papers_in=ALL_PAPERS[:1])
    by = rules.officer_actor(reception)
    workflow.request_supplement(s.pk, by=by, documents=[{"key": "birth_proof", "reason": "chưa có"}])
    with pytest.raises(Incomplete, match="Giấy chứng sinh"):
        workflow.supplement(s.pk, by=by, answers=s.answers)
    handed_in = [{"key": "birth_proof", "originals": 1, "certified": 0, "copies": 0}]
    after = workflow.supplement(s.pk, by=by, answers=s.answers, handed_in=handed_in)
    assert (after.state, after.papers_in) == (State.SUBMITTED, [ALL_PAPERS[0], *handed_in])
    assert after.events.get(verb="supplement").data["documents"] == ["birth_proof"]
    assert workflow.receive(s.pk, by=by).state == State.RECEIVED


# --- who may, and what ---------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role.values)
def test_only_reception_enters(role: str) -> None:
    officer = OfficerFactory(roles=[role])
    draft = begun(officer)
    if role == Role.RECEPTION:
        assert enter(draft, officer).state == State.RECEIVED
    else:
        with pytest.raises(NotAllowed):
            enter(draft, officer)


def test_an_entry_is_filed_by_who_began_it(reception: Any) -> None:
    draft, colleague = begun(reception), OfficerFactory(agency=reception.agency)
    for other in (colleague, OfficerFactory()):
        with pytest.raises(NotAllowed):
            enter(draft, other)
    with pytest.raises(NotAllowed):
        workflow.enter(draft.pk, filing(draft), by=rules.citizen("x"), receive=True)
    assert Submission.objects.get().state == State.DRAFT


def test_an_officer_reaches_only_the_own_entries(reception: Any) -> None:
    own, online = begun(reception), SubmissionFactory(agency=reception.agency)
    colleague = OfficerFactory(agency=reception.agency)
    assert [rules.covers(o, d) for o in (reception, colleague) for d in (own, online)] == [True, False, False, False]
    for act in (workflow.take, lambda pk, by: workflow.add_note(pk, by=by, note="x")):
        with pytest.raises(NotAllowed):
            act(own.pk, by=rules.officer_actor(reception))
    with pytest.raises(NotAllowed):
        workflow.discard(own.pk, by=rules.officer_actor(colleague))
    with pytest.raises(NotAllowed):
        workflow.discard(online.pk, by=rules.officer_actor(reception))
    workflow.discard(own.pk, by=rules.officer_actor(reception))
    assert [s.pk for s in Submission.objects.all()] == [online.pk]


def tier_of(kind: str) -> str | None:
    town = AgencyFactory(town=True)
    made = {
        "ward": lambda: AgencyFactory(),
        "commune": lambda: AgencyFactory(kind=Agency.Kind.COMMUNE),
        "town": lambda: town,
        "centre": lambda: AgencyFactory(centre=True, parent=town),
        "centre of nothing": lambda: AgencyFactory(centre=True),
        "department": lambda: AgencyFactory(kind=Agency.Kind.DEPARTMENT, parent=town),
        "province": lambda: AgencyFactory(kind=Agency.Kind.PROVINCE),
        "dissolved ward": lambda: AgencyFactory(active_to=timezone.localdate() - datetime.timedelta(days=1)),
    }
    return rules.desk_tier(OfficerFactory(agency=made[kind](), roles=["reception"]))


TIERS = {"ward": "ward", "commune": "ward", "town": "town", "centre": "town"}
KINDS = [*TIERS, "centre of nothing", "department", "province", "dissolved ward"]


@pytest.mark.parametrize("kind", KINDS)
def test_which_desk_takes_in_what(kind: str) -> None:
    assert tier_of(kind) == TIERS.get(kind)


def test_the_centre_files_for_its_town() -> None:
    town = AgencyFactory(town=True)
    officer = OfficerFactory(agency=AgencyFactory(centre=True, parent=town, identifier="H99.CC"), roles=["reception"])
    s = enter(begun(officer, ProcedureFactory(tier="town")), officer)
    assert (s.agency, str(s.dossier_code)[:6]) == (town, "H99.CC")


def test_no_desk_takes_in_another_tiers_procedure(reception: Any) -> None:
    wanted = ProcedureFactory(tier="town")
    with pytest.raises(NotAllowed):
        counter.procedure(reception, wanted.code)
    draft = begun(reception)
    Procedure.objects.filter(pk=draft.procedure_id).update(tier="town")
    with pytest.raises(NotAllowed):
        enter(draft, reception)


@pytest.mark.parametrize("level", [1, 2, 3, 4])
@pytest.mark.parametrize("status", ["open", "paused", "closed"])
def test_every_level_is_taken_in_as_long_as_it_is_not_closed(reception: Any, level: int, status: str) -> None:
    wanted = ProcedureFactory(level=level)
    draft = begun(reception, wanted)
    Procedure.objects.filter(pk=wanted.pk).update(status=status, status_reason="Lý do công bố.")
    if status == "closed":
        with pytest.raises(NotPossible, match=r"Lý do công bố\."):
            counter.procedure(reception, wanted.code)
        with pytest.raises(NotPossible, match=r"Lý do công bố\."):
            enter(draft, reception)
    else:
        assert counter.procedure(reception, wanted.code) == wanted
        assert enter(draft, reception).state == State.RECEIVED


def test_a_dissolved_agency_takes_in_nothing(reception: Any) -> None:
    wanted, draft = ProcedureFactory(), begun(reception)
    Agency.objects.filter(pk=reception.agency_id).update(active_to=timezone.localdate() - datetime.timedelta(days=1))
    with pytest.raises(NotPossible, match="không còn nhận hồ sơ mới"):
        counter.agency_for(reception, wanted)
    with pytest.raises(NotPossible, match="không còn nhận hồ sơ mới"):
        enter(draft, reception)


def test_a_form_published_meanwhile_is_looked_at_first(reception: Any) -> None:
    wanted = ProcedureFactory()
    draft = begun(reception, wanted)
    publish(wanted, document(summary="Đã đổi."))
    with pytest.raises(ChangedMeanwhile):
        enter(draft, reception)


def test_an_entry_changed_meanwhile_is_looked_at_first(reception: Any) -> None:
    draft = begun(reception)
    given = filing(draft)
    Submission.objects.update(version=5)
    with pytest.raises(ChangedMeanwhile):
        workflow.enter(draft.pk, given, by=rules.officer_actor(reception))


# --- finding -------------------------------------------------------------------------------------


def test_what_is_offered_and_found(reception: Any) -> None:
    taken = [ProcedureFactory(level=n) for n in (1, 2, 3, 4)]
    taken.append(ProcedureFactory(status="paused"))
    ProcedureFactory(status="closed")
    ProcedureFactory(tier="town")
    ProcedureFactory(published=None).revisions.update(state="retired")
    Procedure.objects.filter(pk=Procedure.objects.order_by("-pk")[0].pk).update(published=None)
    assert set(counter.offered(reception)) == set(taken)
    assert {hit.procedure for hit in counter.found(reception, "con mới đẻ")} == set(taken)
    assert [hit.procedure for hit in counter.found(reception, taken[0].code)] == [taken[0]]


def test_favourites_are_what_the_agency_had_most_of(reception: Any) -> None:
    often, rare, elsewhere = (ProcedureFactory() for _ in range(3))
    for wanted in (often, rare, often):
        SubmissionFactory(procedure=wanted, agency=reception.agency, at=State.SUBMITTED)
    SubmissionFactory(procedure=elsewhere, at=State.SUBMITTED)
    SubmissionFactory(procedure=elsewhere, agency=reception.agency)
    assert counter.favourites(reception) == [often, rare]


# --- kept forms ----------------------------------------------------------------------------------


def test_a_kept_form_fills_the_declaration_and_is_marked_when_filed(reception: Any) -> None:
    wanted = ProcedureFactory()
    assert wanted.published is not None
    kept = kept_forms.keep(wanted.published, {"child_name": ["NGUYỄN AN"]})
    draft = counter.begin(reception, wanted)
    assert counter.take_over(draft, kept) is True
    assert draft.typed["form"] == {"child_name": ["NGUYỄN AN"]}
    publish(wanted, document(summary="Đã đổi."))
    wanted.refresh_from_db()
    assert counter.take_over(counter.begin(reception, wanted), kept) is False


# --- at once -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_officers_at_once_get_consecutive_codes() -> None:
    ward = AgencyFactory()
    officers = [OfficerFactory(agency=ward, roles=["reception"]) for _ in range(4)]
    wanted = ProcedureFactory()
    entries = [(begun(officer, wanted), officer) for officer in officers for _n in range(2)]
    calls: list[Callable[[], Any]] = [lambda d=d, o=o: enter(d, o).dossier_code for d, o in entries]
    codes = at_once(*calls)
    assert sorted(c.rsplit("-", 1)[1] for c in codes) == [f"{n:04d}" for n in range(1, 9)]


@pytest.mark.django_db(transaction=True)
def test_one_entry_sent_eight_times_at_once_is_one_file() -> None:
    officer = OfficerFactory(roles=["reception"])
    draft = begun(officer)
    results = at_once(*[lambda: enter(draft, officer).dossier_code] * 8)
    assert len(set(results)) == 1
    assert Submission.objects.get().events.count() == 2

"""Every verb, in every state, for every role, at the own and at another agency: exactly what the table says."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from submissions import rules, workflow
from submissions.errors import NotAllowed, NotPossible
from submissions.models import Officer, Submission
from submissions.staff_forms import FORMS
from submissions.states import ACTS, FINAL_STATES, TRANSITIONS, Role, Stage, State
from tests.factories import PATHS, AgencyFactory, OfficerFactory, SubmissionFactory, clerk

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 3, 5, 2, 0, tzinfo=datetime.UTC)
EXTENDED_TO = datetime.date(2026, 3, 31)
# One way to every state, and the ways that the table tells apart.
WAYS: dict[str, str] = {
    **{state: verbs for state, verbs in PATHS.items() if state != State.DRAFT},
    "asked during examination": "submit receive request_supplement",
    "asked while worked on": "submit receive start request_supplement",
}
Call = Callable[[Submission, rules.Actor, Officer], object]
CALLS: dict[str, Call] = {
    "receive": lambda s, by, _o: workflow.receive(s.pk, by=by, version=s.version),
    "refuse": lambda s, by, _o: workflow.refuse(s.pk, by=by, reason="Lý do.", version=s.version),
    "request_supplement": lambda s, by, _o: workflow.request_supplement(
        s.pk, by=by, documents=[{"key": "birth_proof", "reason": "ảnh mờ"}], version=s.version
    ),
    "start": lambda s, by, _o: workflow.start(s.pk, by=by, version=s.version),
    "propose": lambda s, by, _o: workflow.propose(s.pk, by=by, version=s.version),
    "approve": lambda s, by, _o: workflow.approve(s.pk, by=by, result_note="Số 1.", version=s.version),
    "send_back": lambda s, by, _o: workflow.send_back(s.pk, by=by, reason="Xem lại.", version=s.version),
    "finish": lambda s, by, _o: workflow.finish(s.pk, by=by, result_note="Số 1.", version=s.version),
    "extend": lambda s, by, _o: workflow.extend(s.pk, by=by, reason="Chờ.", new_due_on=EXTENDED_TO, version=s.version),
    "decline": lambda s, by, _o: workflow.decline(s.pk, by=by, reason="Lý do.", version=s.version),
    "stop": lambda s, by, _o: workflow.stop(s.pk, by=by, reason="Lý do.", version=s.version),
    "hand_over": lambda s, by, _o: workflow.hand_over(s.pk, by=by, how="counter", version=s.version),
    "take": lambda s, by, _o: workflow.take(s.pk, by=by),
    "assign": lambda s, by, to: workflow.assign(s.pk, by=by, to=to),
    "note": lambda s, by, _o: workflow.add_note(s.pk, by=by, note="Ghi."),
    "submit": lambda s, by, _o: workflow.submit(s.pk, workflow.Filing(s.version, {}, {}), by=by),
    "papers": lambda s, by, _o: workflow.record_papers(s.pk, by=by, papers=[{"key": "birth_proof", "copies": 1}]),
    "supplement": lambda s, by, _o: workflow.supplement(
        s.pk, by=by, answers=s.answers, version=s.version, handed_in=[{"key": "birth_proof", "originals": 1}]
    ),
    "withdraw": lambda s, by, _o: workflow.withdraw(s.pk, by=by, version=s.version),
}


@pytest.fixture(autouse=True)
def _thursday() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_matrix_covers_every_verb() -> None:
    assert set(CALLS) == {row.verb for row in (*TRANSITIONS, *ACTS)}


def stage_of(submission: Submission) -> str:
    return Stage(submission.open_request.stage) if submission.open_request else ""


def expected(submission: Submission, verb: str, role: str, own: bool) -> State | str | None:
    """The state afterwards by the table alone, or None when it must be refused."""
    if not own:
        return None
    act = next((a for a in ACTS if a.verb == verb), None)
    if act is not None:
        open_or_note = verb == "note" or submission.state not in FINAL_STATES
        free = verb != "take" or submission.assignee_id is None
        return submission.state if role in act.roles and open_or_note and free else None
    for row in TRANSITIONS:
        fits = row.verb == verb and submission.state in row.sources and role in row.roles
        if fits and "expired" not in row.needs:
            back = submission.open_request.from_state if verb == "supplement" and submission.open_request else ""
            return row.target or back or submission.state
    return None


def outcome(submission: Submission, verb: str, officer: Officer, colleague: Officer) -> State | str | None:
    """Does it for real inside a savepoint that is taken back; None when refused."""
    point = transaction.savepoint()
    try:
        CALLS[verb](submission, rules.officer_actor(officer), colleague)
        return Submission.objects.get(pk=submission.pk).state
    except (NotAllowed, NotPossible):
        now = Submission.objects.get(pk=submission.pk)
        assert (now.state, now.version, now.assignee_id) == (
            submission.state,
            submission.version,
            submission.assignee_id,
        )
        return None
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.parametrize("way", WAYS)
def test_workflow_matrix(way: str) -> None:
    submission = SubmissionFactory(via=WAYS[way])
    colleague = clerk(submission.agency)
    officers = {(role, True): OfficerFactory(agency=submission.agency, roles=[role]) for role in Role.values}
    officers["every role elsewhere", False] = OfficerFactory(agency=AgencyFactory(), roles=Role.values)
    wrong = {}
    for verb, ((role, own), officer) in product(CALLS, officers.items()):
        fresh = Submission.objects.get(pk=submission.pk)
        want = None if verb == "submit" else expected(fresh, verb, role, own)
        got = outcome(fresh, verb, officer, colleague)
        if verb == "submit":  # sending a filed submission again is harmless for whoever does it
            assert got == fresh.state
        elif got != want:
            wrong[verb, role, own] = (got, want)
    assert wrong == {}


@pytest.mark.parametrize(
    ("way", "allowed"), [("submit request_supplement", True), ("submit receive request_supplement", False)]
)
def test_refusing_an_expired_supplement(way: str, allowed: bool) -> None:
    """Only before receipt, only by reception, only after the date has passed."""
    submission = SubmissionFactory(via=way)
    assert submission.open_request is not None
    submission.supplement_requests.update(answer_by=datetime.date(2026, 3, 4))
    found = {
        role: outcome(
            Submission.objects.get(pk=submission.pk),
            "refuse",
            OfficerFactory(agency=submission.agency, roles=[role]),
            clerk(submission.agency),
        )
        for role in Role.values
    }
    assert found == {role: State.REFUSED if allowed and role == Role.RECEPTION else None for role in Role.values}


TYPED: dict[str, dict[str, Any]] = {
    "refuse": {"reason": "Lý do."},
    "request_supplement": {"paper-birth_proof": "on", "why-paper-birth_proof": "ảnh mờ"},
    "approve": {"result_note": "Số 1."},
    "send_back": {"reason": "Xem lại."},
    "finish": {"result_note": "Số 1."},
    "extend": {"reason": "Chờ.", "new_due_on": EXTENDED_TO.isoformat()},
    "decline": {"reason": "Lý do."},
    "stop": {"reason": "Lý do."},
    "hand_over": {"how": "counter"},
    "note": {"note": "Ghi."},
    "supplement": {"paper-birth_proof-in": "on", "paper-birth_proof-originals": "1"},
}


@pytest.mark.parametrize("way", WAYS)
def test_address_matrix(client: Client, way: str) -> None:
    """The same through the staff pages: they act where the table says so, elsewhere nothing changes."""
    submission = SubmissionFactory(via=WAYS[way])
    logged, colleague = submission.events.count(), clerk(submission.agency).pk
    wrong = {}
    for role in (Role.RECEPTION, Role.SPECIALIST, Role.LEADER):
        client.force_login(OfficerFactory(agency=submission.agency, roles=[role]).user)
        for verb in FORMS:
            point = transaction.savepoint()
            fresh = Submission.objects.get(pk=submission.pk)
            address = f"/admin/submissions/submission/{fresh.pk}/{verb}/"
            client.post(address, {"version": fresh.version, "to": colleague, **TYPED.get(verb, {})})
            now = Submission.objects.get(pk=fresh.pk)
            done = now.events.order_by("-number")[0].verb == verb and now.events.count() > logged
            transaction.savepoint_rollback(point)
            want = expected(fresh, verb, role, own=True)
            if done != (want is not None) or now.state != (want or fresh.state):
                wrong[verb, role] = (now.state, want)
    assert wrong == {}


@pytest.mark.parametrize("way", WAYS)
def test_pages_open_where_the_verb_is_possible(client: Client, way: str) -> None:
    submission = SubmissionFactory(via=WAYS[way])
    client.force_login(clerk(submission.agency).user)
    roles = (Role.RECEPTION, Role.SPECIALIST, Role.LEADER)
    possible = {verb for verb, role in product(FORMS, roles) if expected(submission, verb, role, own=True)}
    opened = {v for v in FORMS if client.get(f"/admin/submissions/submission/{submission.pk}/{v}/").status_code == 200}
    assert opened == possible

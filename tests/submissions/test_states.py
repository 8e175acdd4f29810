"""The table of states and transitions is complete and consistent with itself."""

import pytest

from submissions import workflow
from submissions.states import (
    ACTS,
    FINAL_STATES,
    OPEN_STATES,
    TRANSITIONS,
    VERBS,
    WORDINGS,
    Bucket,
    Stage,
    State,
    row_for,
)


def test_every_state_has_its_wordings() -> None:
    assert set(WORDINGS) == set(State)
    assert [s for s, w in WORDINGS.items() if w.bucket == Bucket.NONE] == [State.DRAFT]


def test_every_state_is_draft_open_ready_or_final() -> None:
    parts = [{State.DRAFT}, set(OPEN_STATES), {State.RESULT_READY}, set(FINAL_STATES)]
    assert set().union(*parts) == set(State)
    assert sum(len(p) for p in parts) == len(State)


def test_nothing_leaves_a_final_state() -> None:
    assert [t.verb for t in TRANSITIONS if set(t.sources) & set(FINAL_STATES)] == []


def test_every_state_but_the_draft_is_reached() -> None:
    reached = {t.target for t in TRANSITIONS if t.target}
    assert reached == set(State) - {State.DRAFT}


def test_every_state_that_is_not_final_is_left() -> None:
    left = {source for t in TRANSITIONS for source in t.sources}
    assert left == set(State) - set(FINAL_STATES)


@pytest.mark.parametrize("verb", [*VERBS, "discard"])
def test_every_verb_is_a_function(verb: str) -> None:
    assert callable(getattr(workflow, verb))


def test_acts_do_not_name_transitions() -> None:
    assert {a.verb for a in ACTS} & set(VERBS) == set()


def test_the_stage_of_the_open_request_chooses_the_row() -> None:
    assert row_for("refuse", State.AWAITING_SUPPLEMENT, Stage.EXAMINATION) is None
    row = row_for("refuse", State.AWAITING_SUPPLEMENT, Stage.INTAKE)
    assert row is not None
    assert row.target == State.REFUSED


NATIONAL = {
    "SUBMITTED": 1,
    "RECEIVED": 2,
    "REFUSED": 3,
    "IN_PROGRESS": 4,
    "AWAITING_APPROVAL": 4,
    "AWAITING_SUPPLEMENT": 5,
    "WITHDRAWN": 7,
    "DECLINED": 8,
    "STOPPED": 8,
    "RESULT_READY": 9,
    "HANDED_OVER": 10,
    "DRAFT": None,
}


@pytest.mark.parametrize("state", State)
def test_national_codes(state: State) -> None:
    assert WORDINGS[state].national == NATIONAL[state]

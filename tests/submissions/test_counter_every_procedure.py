"""Every shipped procedure, of every level, is entered at the counter of its tier's desk from its definition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from procedures import spec
from procedures.models import Agency
from submissions import rules
from submissions.states import State
from tests import loaded, shipped
from tests.submissions.desk import Reception, problems, whole

ALL = list(shipped.procedures().values())
DESKS = {"ward": "bac-hong", "town": "tt-hcc-hong-linh"}
EVERY = pytest.mark.parametrize("procedure", ALL, ids=lambda s: s.code)


@pytest.fixture(scope="module")
def _catalogue(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with loaded.catalogue(shipped.FOLDER, django_db_blocker):
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_catalogue", "db")]


def test_all_seventy_are_here() -> None:
    assert (len(ALL), {s.level for s in ALL}, {s.tier for s in ALL}) == (70, {1, 2, 3, 4}, {"town", "ward"})


@EVERY
@pytest.mark.parametrize("pick", [0, 1])
def test_is_received(procedure: spec.ProcedureSpec, pick: int) -> None:
    desk = Reception(Agency.objects.get(slug=DESKS[procedure.tier]))
    assert desk.open(procedure.code).status_code == 200
    filed = desk.entered(procedure.code, whole(procedure, pick=pick))
    assert (filed.state, filed.channel) == (State.RECEIVED, "counter")
    assert filed.agency.tier == procedure.tier
    assert str(filed.dossier_code).startswith(filed.agency.desk().identifier)
    assert dict(filed.answers) == (spec.visible_answers(procedure.form, filed.answers) if procedure.form else {})
    assert {p["key"] for p in filed.papers_in} == {d.key for d in procedure.documents}


@EVERY
def test_the_other_tiers_desk_does_not_take_it(procedure: spec.ProcedureSpec) -> None:
    other = next(slug for tier, slug in DESKS.items() if tier != procedure.tier)
    desk = Reception(Agency.objects.get(slug=other))
    assert desk.open(procedure.code)["Location"] == "/admin/submissions/counter/"


@EVERY
def test_each_lacking_paper_is_named(procedure: spec.ProcedureSpec) -> None:
    desk = Reception(Agency.objects.get(slug=DESKS[procedure.tier]))
    papers = [d for d in procedure.documents if d.required and rules.is_needed_on_paper(d, {})]
    said = problems(desk.send(procedure.code, whole(procedure, without=tuple(d.key for d in papers))))
    assert len(said) == len(papers)
    assert all(d.name in sentence for d, sentence in zip(papers, said, strict=True))

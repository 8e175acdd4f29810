"""The factories give what they promise."""

import pytest

from procedures import spec
from submissions.states import State
from tests.factories import LISTS, PATHS, AgencyFactory, ProcedureFactory, SubmissionFactory, document, publish

pytestmark = pytest.mark.django_db


def test_the_paths_lead_to_every_state() -> None:
    assert set(PATHS) == set(State)


@pytest.mark.parametrize("state", list(State))
def test_a_submission_is_at_the_state_asked_for(state: State) -> None:
    submission = SubmissionFactory(at=state)
    assert submission.state == state
    assert submission.events.count() == len(PATHS[state].split())


def test_the_document_is_read_without_a_problem() -> None:
    procedure = ProcedureFactory(level=4, name="Thủ tục khác")
    assert (procedure.spec.level, procedure.spec.name, procedure.spec.code) == (4, "Thủ tục khác", procedure.code)
    assert procedure.published.digest == spec.digest(procedure.published.content, LISTS)
    assert [d.key for d in procedure.spec.documents if d.is_needed({"parents_married": True})] == [
        "birth_proof",
        "marriage_paper",
    ]


def test_publishing_again_retires_the_revision_before() -> None:
    procedure = ProcedureFactory()
    revision = publish(procedure, document(code=procedure.code, summary="Bản mới."))
    assert revision.number == 2
    assert procedure.spec.summary == "Bản mới."
    assert list(procedure.revisions.values_list("state", flat=True)) == ["published", "retired"]


def test_a_town_and_its_centre_are_one_scope() -> None:
    town = AgencyFactory(town=True)
    centre = AgencyFactory(centre=True, parent=town)
    assert town.scope() == centre.scope() == {town.pk, centre.pk}

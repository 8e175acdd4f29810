"""Every shipped online procedure is filed from its definition, and refused when something required is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client

from procedures import spec
from submissions.models import Attachment, Submission
from submissions.states import State
from tests import journey, loaded, shipped, values

ALL = list(shipped.procedures().values())
ONLINE = [s for s in ALL if s.level >= 3]
BY_CODE = pytest.mark.parametrize("procedure", ONLINE, ids=lambda s: s.code)


@pytest.fixture(scope="module")
def _catalogue(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with loaded.catalogue(shipped.FOLDER, django_db_blocker):
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_catalogue", "db")]


@pytest.fixture
def visitor() -> journey.DjangoVisitor:
    return journey.DjangoVisitor(Client())


def alert(page: journey.Page) -> str:
    """The words of the error summary."""
    found = re.search(r'role="alert".*?</(?:div|section)>', page.html, re.DOTALL)
    assert found, f"{page.path}: no error summary"
    return unescape(re.sub(r"<[^>]+>", " ", found.group()))


def test_the_town_offers_what_its_hand_out_says() -> None:
    def count(tier: str, level: int) -> int:
        return sum(1 for s in ALL if (s.tier, s.level) == (tier, level))

    assert (count("town", 3), count("ward", 3), count("town", 4), len(ONLINE)) == (31, 5, 4, 40)


@BY_CODE
@pytest.mark.parametrize("pick", [0, 1])
def test_can_be_filed(procedure: spec.ProcedureSpec, pick: int, visitor: journey.DjangoVisitor) -> None:
    page = journey.file(visitor, journey.Plan(procedure, pick=pick))
    assert (page.status, page.mark("state")) == (200, State.SUBMITTED), page.html[:2000]
    filed = Submission.objects.get(reference=page.mark("reference"))
    assert filed.tracking_secret == page.mark("tracking-secret")
    assert procedure.form is not None
    assert dict(filed.answers) == spec.visible_answers(procedure.form, filed.answers)
    needed = {d.key for d in procedure.documents if d.is_needed(filed.answers)}
    assert set(filed.attachments.filter(purpose=Attachment.Purpose.DOCUMENT).values_list("key", flat=True)) == needed


@BY_CODE
def test_a_required_field_left_out_is_named(procedure: spec.ProcedureSpec, visitor: journey.DjangoVisitor) -> None:
    assert procedure.form is not None
    left_out = next(
        f for f in procedure.form.fields() if f.required and not f.show_when and f.kind not in ("repeat", "checkbox")
    )
    page = journey.file(visitor, journey.Plan(procedure, without_field=left_out.key))
    section = next(s for s in procedure.form.sections if left_out in s.fields)
    assert (page.status, page.step) == (200, section.key)
    assert f'href="#id_{left_out.key}"' in page.html
    assert left_out.label in alert(page)
    assert Submission.objects.filter(state=State.SUBMITTED).count() == 0


@pytest.mark.parametrize(
    "procedure",
    [s for s in ONLINE if any(d.required and d.is_needed({}) for d in s.documents)],
    ids=lambda s: s.code,
)
def test_a_required_paper_left_out_is_named(procedure: spec.ProcedureSpec, visitor: journey.DjangoVisitor) -> None:
    paper = next(d for d in procedure.documents if d.required and d.is_needed({}))
    page = journey.file(visitor, journey.Plan(procedure, without_document=paper.key))
    assert (page.status, page.step) == (200, "giay-to")
    assert f'href="#id_document-{paper.key}"' in page.html
    assert paper.name in alert(page)
    assert Submission.objects.filter(state=State.SUBMITTED).count() == 0


def test_every_number_of_choices_is_offered_by_the_values() -> None:
    kinds = {f.kind for s in ONLINE if s.form for f in s.form.fields()}
    assert kinds - {"choice", "multichoice", "checkbox", "file", "repeat"} <= set(values.SIMPLE)

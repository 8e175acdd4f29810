"""The shipped procedures of level 4 from filing to "đã phát": over the pages, with the carrier's own server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from payments import booking
from payments.models import Delivery, HandoverList
from payments.states import Step
from procedures import spec
from procedures.models import Agency
from submissions.models import Submission
from submissions.states import State
from tests import journey, loaded, shipped, values
from tests.factories import clerk
from tests.sandboxes import Sandbox, point_at

LEVEL_4 = [s for s in shipped.procedures().values() if s.level == 4]
BY_POST = {**values.DELIVERY, "delivery": ["post"]}
POST = "/admin/payments/buu-chinh/"


@pytest.fixture(scope="module")
def _catalogue(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with loaded.catalogue(shipped.FOLDER, django_db_blocker):
        yield


pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_catalogue", "db")]


def page_of(visitor: journey.DjangoVisitor, s: Submission) -> journey.Page:
    return visitor.get(s.get_absolute_url())


def finished(desk: Client, s: Submission) -> Submission:
    """Received, taken up and finished on the pages of the record."""
    for verb, typed in (("receive", {}), ("start", {}), ("finish", {"result_note": "Đã cấp kết quả."})):
        s.refresh_from_db()
        answer = desk.post(f"/admin/submissions/submission/{s.pk}/{verb}/", {"version": s.version, **typed})
        assert answer.status_code == 302, answer.content.decode()[:2000]
    s.refresh_from_db()
    return s


@pytest.mark.parametrize("procedure", LEVEL_4, ids=lambda s: s.code)
def test_the_postman_brings_the_result(procedure: spec.ProcedureSpec, sandbox: Sandbox, settings: Any) -> None:
    settings.CARRIER = "ems"
    point_at(settings, sandbox)
    visitor = journey.DjangoVisitor(Client())
    page = journey.file(visitor, journey.Plan(procedure, delivery=BY_POST))
    s = Submission.objects.get(reference=page.mark("reference"))
    desk = Client()
    desk.force_login(clerk(Agency.objects.get(pk=s.agency_id)).user)
    finished(desk, s)
    assert page_of(visitor, s).mark("parcel") == Step.READY
    parcel = Delivery.objects.get(submission=s)

    desk.post(f"{POST}chon/", {"n": [parcel.pk], "do": "bang-ke"})
    listed = HandoverList.objects.get()
    desk.post(f"{POST}bang-ke/{listed.pk}/giao/", {"received_by": "Phạm Văn Bưu"})
    assert booking.move().booked == 1
    parcel.refresh_from_db()
    assert page_of(visitor, s).mark("tracking") == parcel.tracking_number

    for step in ("picked", "postman", "delivered"):
        sandbox.move(parcel.code, step)
    Delivery.objects.filter(pk=parcel.pk).update(asked_at=None)
    booking.move()
    found = page_of(visitor, s)
    assert (found.mark("state"), found.mark("parcel")) == (State.HANDED_OVER, Step.DELIVERED)
    assert "Bưu tá đã phát." in found.html


def test_there_are_four() -> None:
    assert len(LEVEL_4) == 4

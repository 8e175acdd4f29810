"""When fees of a procedure are to be paid: who says so, what is logged, and what becomes of files that wait."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from payments import billing, cashier
from payments.models import Charge
from payments.states import Money
from procedures.models import Procedure
from submissions import rules, workflow
from submissions.errors import NotPossible
from submissions.models import Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, ChargeFactory, OfficerFactory, clerk

pytestmark = pytest.mark.django_db


def editor() -> Client:
    client = Client()
    client.force_login(OfficerFactory(agency=AgencyFactory(town=True), roles=[Role.EDITOR]).user)
    return client


def page(procedure: Procedure) -> str:
    return f"/admin/procedures/procedure/{procedure.pk}/nop-tien/"


def test_an_editor_says_when_and_the_log_keeps_it() -> None:
    charge = ChargeFactory(at=State.SUBMITTED)
    procedure, client = charge.submission.procedure, editor()
    assert page(procedure) in client.get(f"/admin/procedures/procedure/{procedure.pk}/change/").content.decode()
    assert "hồ sơ bị từ chối thì phải hoàn lại tiền" in client.get(page(procedure)).content.decode()
    for typed in ({}, {"pay_when": "never"}):
        assert client.post(page(procedure), typed).status_code == 200
    for _click in range(2):
        assert client.post(page(procedure), {"pay_when": "before_receipt"}).status_code == 302
    procedure.refresh_from_db()
    assert procedure.pay_when == "before_receipt"
    logged = LogEntry.objects.filter(object_id=procedure.pk).values_list("change_message", flat=True)
    assert list(logged) == ["Phí, lệ phí nộp trước khi hồ sơ được tiếp nhận."]


def test_nobody_else_may() -> None:
    procedure = ChargeFactory(at=State.SUBMITTED).submission.procedure
    client = Client()
    client.force_login(OfficerFactory(roles=Role.values).user)  # an editor of a ward
    assert client.get(page(procedure)).status_code == 403
    assert client.post(page(procedure), {"pay_when": "before_receipt"}).status_code == 403
    assert Client().post(page(procedure), {"pay_when": "before_receipt"}).status_code == 302
    procedure.refresh_from_db()
    assert procedure.pay_when == "after_receipt"


def test_files_that_wait_are_paid_first_too() -> None:
    """Else nobody could receive them: unpaid they are not received, and before receipt no cash was taken."""
    charge = ChargeFactory(at=State.SUBMITTED)
    editor().post(page(charge.submission.procedure), {"pay_when": "before_receipt"})
    by = rules.officer_actor(clerk(charge.agency))
    with pytest.raises(NotPossible):
        workflow.receive(charge.submission_id, by=by)
    charge = Charge.objects.select_related("submission__agency").get(pk=charge.pk)
    assert cashier.BY_KEY[cashier.CASH].why_not(charge) == ""
    billing.take_cash(charge.pk, 10_000, by=by)
    workflow.receive(charge.submission_id, by=by)
    found = Submission.objects.get(pk=charge.submission_id)
    assert (found.state, found.money) == (State.RECEIVED, Money.PAID)

"""Pausing, reopening, closing: the public reads why, and it is kept who said so."""

from __future__ import annotations

import pytest
from django.test import Client

from procedures import editing
from procedures.models import CatalogueVersion, Procedure
from submissions import filing
from submissions.errors import NotPossible
from tests import factories
from tests.procedures.editing.drafts import editor

pytestmark = pytest.mark.django_db
Status = Procedure.Status


def test_paused_with_a_reason_that_the_public_reads() -> None:
    procedure, by, version = factories.ProcedureFactory(), editor(), CatalogueVersion.current()
    paused = editing.pause(procedure, "  Chờ mẫu mới\nđến 01/08/2026. ", by)
    assert (paused.status, paused.status_reason) == (Status.PAUSED, "Chờ mẫu mới đến 01/08/2026.")
    assert CatalogueVersion.current() == version + 1
    page = Client().get(f"/thu-tuc/{procedure.code}/").content.decode()
    assert "Chờ mẫu mới đến 01/08/2026." in page
    with pytest.raises(NotPossible, match="Chờ mẫu mới"):
        filing.start_draft(paused, factories.AgencyFactory())


def test_reopened_and_closed_with_who_and_when() -> None:
    procedure, by = factories.ProcedureFactory(), editor()
    editing.pause(procedure, "Chờ mẫu mới.", by)
    assert editing.reopen(procedure, by).takes_filings
    closed = editing.close(procedure, "Bãi bỏ theo QĐ 1/2026.", by)
    assert (closed.status, closed.status_reason) == (Status.CLOSED, "Bãi bỏ theo QĐ 1/2026.")
    assert [(e.change_message, e.user) for e in editing.history(procedure)] == [
        ("Bãi bỏ: Bãi bỏ theo QĐ 1/2026.", by),
        ("Mở lại, nhận hồ sơ như thường.", by),
        ("Tạm dừng nhận hồ sơ: Chờ mẫu mới.", by),
    ]


def test_saying_the_same_twice_changes_nothing() -> None:
    procedure, by = factories.ProcedureFactory(), editor()
    editing.pause(procedure, "Chờ.", by)
    version = CatalogueVersion.current()
    editing.pause(procedure, "Chờ.", by)
    assert (CatalogueVersion.current(), editing.history(procedure).count()) == (version, 1)


@pytest.mark.parametrize(("reason", "sentence"), [(" \n ", "Hãy ghi một câu"), ("x" * 401, "dài quá 400 ký tự")])
def test_no_pause_without_a_sentence(reason: str, sentence: str) -> None:
    procedure = factories.ProcedureFactory()
    for act in (editing.pause, editing.close):
        with pytest.raises(editing.EditError, match=sentence):
            act(procedure, reason, editor())
    procedure.refresh_from_db()
    assert procedure.status == Status.OPEN


def test_the_longest_reason_fits() -> None:
    assert len(editing.pause(factories.ProcedureFactory(), "x" * 400, editor()).status_reason) == 400

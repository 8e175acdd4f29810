"""Prepared queries give what the queryset gives, with one query, on whatever connection the thread has."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection
from django.db.models import BigIntegerField, CharField

from portal.lib.prepared import Given, Prepared
from procedures.models import Procedure
from tests.factories import ProcedureFactory

pytestmark = pytest.mark.django_db


def by_code() -> Prepared[Procedure]:
    return Prepared(
        lambda: (
            Procedure.objects.filter(code=Given("code", CharField))
            .select_related("sector", "published")
            .only("code", "name", "sector__name", "published__digest", "published__lists")
        )
    )


def test_rows_come_with_relations_and_deferred_columns(django_assert_num_queries: Any) -> None:
    made = [ProcedureFactory(code="1.000001"), ProcedureFactory(code="1.000002")]
    prepared = by_code()
    for wanted in (*made, *made):
        with django_assert_num_queries(1):
            found = prepared.first(code=wanted.code)
            assert found is not None
            assert (found, found.name, found.sector.name) == (wanted, wanted.name, wanted.sector.name)
            assert found.published is not None
            assert found.published.lists == wanted.published.lists
        assert "status" in found.get_deferred_fields()
        with django_assert_num_queries(1):
            assert found.status == wanted.status


def test_nothing_found_and_order_kept() -> None:
    for code in ("3.1", "1.1", "2.1"):
        ProcedureFactory(code=code)
    above = Prepared(lambda: Procedure.objects.filter(level__gte=Given("level", BigIntegerField)).order_by("code"))
    assert by_code().first(code="9.9") is None
    assert [p.code for p in above.all(level=1)] == ["1.1", "2.1", "3.1"]
    assert above.all(level=5) == []


def test_a_value_is_never_read_as_sql() -> None:
    ProcedureFactory(code="1.1")
    assert by_code().first(code="1.1' or '1'='1") is None
    assert by_code().first(code="%s") is None


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        by_code().first()


@pytest.mark.django_db(transaction=True)
def test_every_thread_asks_on_its_own_connection() -> None:
    ProcedureFactory(code="1.1")
    prepared, found = by_code(), []

    def ask() -> None:
        try:
            found.append(prepared.first(code="1.1"))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [p.code for p in (*found, prepared.first(code="1.1")) if p] == ["1.1"] * 4


@pytest.mark.django_db(transaction=True)
def test_a_closed_connection_is_opened_again() -> None:
    ProcedureFactory(code="1.1")
    prepared = by_code()
    for _time in range(2):
        assert prepared.first(code="1.1") is not None
        connection.close()

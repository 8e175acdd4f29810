"""Indexes that only PostgreSQL has: made by the migration, or told of where the database does not allow them."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from submissions import indexes, worklist
from submissions.models import Submission
from submissions.states import State
from tests import plans
from tests.factories import SubmissionFactory

pytestmark = pytest.mark.django_db
MIGRATION = import_module("submissions.migrations.0004_search")


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def test_the_migration_writes_what_is_searched_anew() -> None:
    filed, draft = SubmissionFactory(at=State.RECEIVED), SubmissionFactory()
    expected = Submission.objects.get(pk=filed.pk).search_text
    assert expected == filed.make_search_text() != ""
    Submission.objects.filter(pk=filed.pk).update(search_text=f"{filed.reference} nguyen van binh")
    MIGRATION.refill(apps, None)
    found = dict(Submission.objects.values_list("pk", "search_text"))
    assert found == {filed.pk: expected, draft.pk: ""}


def test_the_migration_made_them_and_takes_them_back() -> None:
    assert indexes.has_search(connection)
    assert indexes.check_index(["default"]) == []
    indexes.remove(connection)
    assert not indexes.has_search(connection)
    assert indexes.build(connection)
    assert indexes.has_search(connection)


def test_where_the_extension_may_not_be_made_searching_goes_on_and_the_check_says_what_to_do() -> None:
    filed = SubmissionFactory(at=State.RECEIVED, applicant_name="Đặng Đình Đỗ")
    run(
        "SET CONSTRAINTS ALL IMMEDIATE",  # a table with checks to come cannot be given away
        "DROP EXTENSION pg_trgm CASCADE",
        "CREATE ROLE plain_owner",
        "GRANT USAGE, CREATE ON SCHEMA public TO plain_owner",
    )
    run("ALTER TABLE submissions_submission OWNER TO plain_owner", "SET LOCAL ROLE plain_owner")
    assert not indexes.build(connection)
    run("RESET ROLE")
    assert list(worklist.search(Submission.objects.all(), "dang do")) == [filed]
    (said,) = indexes.check_index(["default"])
    assert (said.id, indexes.EXTENSION in said.hint, indexes.INDEX in said.hint) == ("submissions.W001", True, True)
    run(indexes.EXTENSION, indexes.INDEX)
    assert indexes.check_index(["default"]) == []


def test_before_the_migration_the_check_is_silent() -> None:
    run("DELETE FROM django_migrations WHERE app = 'submissions' AND name = '0004_search'")
    indexes.remove(connection)
    assert indexes.check_index(["default"]) == []


@pytest.mark.parametrize(
    ("code", "year"),
    [
        ("H27.32-240102-0001", "24"),
        ("H27.32.01-231231-1234567", "23"),
        ("A-B-C-990101-12345", "99"),
        ("H27.32-240102-001", None),
        ("H27.32-240102-12345678", None),
        ("H27.32-24010-0001", None),
        ("H27.32-240102-0001-K", None),
        ("240102-0001", None),
        ("so 12", None),
    ],
)
def test_the_year_in_a_code(code: str, year: str | None) -> None:
    SubmissionFactory(at=State.RECEIVED)
    Submission.objects.update(dossier_code=code)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {indexes.BOOK_YEAR} FROM submissions_submission")
        assert cursor.fetchone()[0] == year


def test_the_plan_walker_sees_a_table_that_is_read_whole() -> None:
    run("SET LOCAL enable_seqscan = on")
    assert plans.scans(lambda: list(Submission.objects.order_by()), "submissions_submission") != []
    assert plans.scans(lambda: list(Submission.objects.filter(pk=0)), "submissions_event") == []

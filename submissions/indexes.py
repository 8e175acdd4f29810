"""Indexes that a model cannot declare because only PostgreSQL has them; migration 0004 makes them.

Without them (SQLite, or an extension that may not be made) everything is as correct and reads every row of the agency.
"""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.db import DatabaseError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

# Finds a part of a name or code among all submissions (worklist.search).
SEARCH = "sub_search"
EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
# fastupdate off: a filing pays for its own words at once, no officer's search for the waiting list of a whole day.
INDEX = (
    f"CREATE INDEX IF NOT EXISTS {SEARCH} ON submissions_submission"
    " USING gin (search_text gin_trgm_ops) WITH (fastupdate = off)"
)
# The year in a dossier's code: its register book (register.book).
BOOK = "sub_book"
BOOK_YEAR = "substring(dossier_code from '-([0-9]{2})[0-9]{4}-[0-9]{4,7}$')"
BOOK_INDEX = (
    f"CREATE INDEX IF NOT EXISTS {BOOK} ON submissions_submission (agency_id, ({BOOK_YEAR}))"
    " WHERE dossier_code IS NOT NULL"
)

# An officer works at one unit, a procedure lies at few: else the planner takes their files for a handful.
TOGETHER = "sub_together"
STATISTICS = (
    f"CREATE STATISTICS IF NOT EXISTS {TOGETHER} (dependencies)"
    " ON agency_id, assignee_id, procedure_id FROM submissions_submission"
)


def build(connection: Any) -> bool:
    """Makes them all; False where the one for searching cannot be, because the extension is not to be had."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        for statement in (BOOK_INDEX, STATISTICS):
            cursor.execute(statement)
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in (EXTENSION, INDEX):
                cursor.execute(statement)
    except DatabaseError:
        return False
    return True


def remove(connection: Any) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {SEARCH}, {BOOK}")
            cursor.execute(f"DROP STATISTICS IF EXISTS {TOGETHER}")


def has_search(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (SEARCH,))
        return bool(cursor.fetchone()[0])


@checks.register(checks.Tags.database)
def check_index(databases: Any = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """Says which statements to run where the migration could not make the index."""
    return [
        checks.Warning(
            "Searching among many submissions is slow: the database lacks the index of pg_trgm.",
            hint=f"Have the administrator of the database run: {EXTENSION}; {INDEX};",
            id="submissions.W001",
        )
        for connection in (connections[alias] for alias in databases or ())
        if connection.vendor == "postgresql" and _is_migrated(connection) and not has_search(connection)
    ]


def _is_migrated(connection: Any) -> bool:
    recorder = MigrationRecorder(connection)
    return recorder.has_table() and ("submissions", "0004_search") in recorder.applied_migrations()

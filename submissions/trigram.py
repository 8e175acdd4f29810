"""The index that finds a part of a name or code among all submissions: PostgreSQL with the extension pg_trgm.

Without it (SQLite, or an extension that may not be made) searching is as correct and reads every row of the agency.
"""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.db import DatabaseError, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

NAME = "sub_search"
EXTENSION = "CREATE EXTENSION IF NOT EXISTS pg_trgm"
# fastupdate off: a filing pays for its own words at once, no officer's search for the waiting list of a whole day.
INDEX = (
    f"CREATE INDEX IF NOT EXISTS {NAME} ON submissions_submission"
    " USING gin (search_text gin_trgm_ops) WITH (fastupdate = off)"
)
# Ten times the rows that are looked at by default: how frequent a family name is decides the plan of a search.
STATISTICS = "ALTER TABLE submissions_submission ALTER COLUMN search_text SET STATISTICS 1000"


def build(connection: Any) -> bool:
    """Makes extension and index; False where that cannot be, and nothing is changed."""
    if connection.vendor != "postgresql":
        return False
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in (EXTENSION, INDEX, STATISTICS):
                cursor.execute(statement)
    except DatabaseError:
        return False
    return True


def exists(connection: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (NAME,))
        return bool(cursor.fetchone()[0])


@checks.register(checks.Tags.database)
def check_index(databases: list[str] | None = None, **_kwargs: Any) -> list[checks.CheckMessage]:
    """Says which statements to run where the migration could not make the index."""
    return [
        checks.Warning(
            "Searching among many submissions is slow: the database lacks the index of pg_trgm.",
            hint=f"Have the administrator of the database run: {EXTENSION}; {INDEX}; {STATISTICS};",
            id="submissions.W001",
        )
        for connection in (connections[alias] for alias in databases or ())
        if connection.vendor == "postgresql" and _is_migrated(connection) and not exists(connection)
    ]


def _is_migrated(connection: Any) -> bool:
    recorder = MigrationRecorder(connection)
    return recorder.has_table() and ("submissions", "0004_search") in recorder.applied_migrations()

"""INSERT … SELECT for a model: what is not said takes the field's own default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.utils import timezone

Expressions = dict[str, str]


def run(statement: str, values: tuple[Any, ...] | None = None) -> int:
    """`values` None: the statement is sent as it is, percent signs and all."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def rows(statement: str, values: tuple[Any, ...] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _default(field: models.Field[Any, Any]) -> str:
    value = field.get_db_prep_save(field.get_default(), connection)
    if value is None and not field.null:
        raise ValueError(f"{field.model.__name__}.{field.name} has no default: say what it holds")
    with connection.cursor() as cursor:
        said: bytes = cursor.mogrify("%s", (value,))
    return said.decode()


def fill(model: type[models.Model], source: str, **said: str) -> int:
    """One row of the model for every row of `source`; `said` are SQL expressions by field name."""
    fields = [f for f in model._meta.concrete_fields if not f.primary_key or f.name in said]
    unknown = set(said) - {f.name for f in fields}
    if unknown:
        raise ValueError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
    now = {f.name: "now()" for f in fields if f.has_default() and f.default is timezone.now}
    chosen = {f.column: said.get(f.name) or now.get(f.name) or _default(f) for f in fields}
    columns = ", ".join(f'"{column}"' for column in chosen)
    return run(f'insert into "{model._meta.db_table}" ({columns}) select {", ".join(chosen.values())} from {source}')


@contextmanager
def without_indexes(*tables: type[models.Model]) -> Iterator[None]:
    """Indexes that guard nothing are dropped and made again, as migrated; foreign keys are not looked at meanwhile.

    For use inside a transaction, which takes everything back when something fails.
    """
    names = [model._meta.db_table for model in tables]
    made = rows(
        "select indexname, indexdef from pg_indexes where tablename = any(%s) and indexname not in"
        " (select conname from pg_constraint) and indexdef not like 'CREATE UNIQUE%%'",
        (names,),
    )
    for name, _definition in made:
        run(f'drop index "{name}"')
    run("set session_replication_role = replica")
    yield
    run("set session_replication_role = origin")
    for _name, definition in made:
        run(definition)
    for name in names:
        run(f'analyze "{name}"')

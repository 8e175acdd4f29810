"""Queries that are asked again and again in one shape: Django turns them into SQL once, then only the values change.

Turning a query of twenty-five columns into SQL takes ten times as long as PostgreSQL needs to answer it. Worth it for
the few queries that every step of a filing asks; everything else stays an ordinary queryset.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from django.db import connections, models
from django.db.models.query import ModelIterable

M = TypeVar("M", bound=models.Model)


class Given(models.Expression):
    """Stands in a filter for a value that comes with each call."""

    def __init__(self, name: str, kind: type[models.Field[Any, Any]]) -> None:
        super().__init__(output_field=kind())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]


class _Shape:
    """One query on one connection, as SQL."""

    def __init__(self, queryset: models.QuerySet[Any]) -> None:
        self.db = queryset.db
        self.connection = connections[queryset.db]
        self.compiler = queryset.query.get_compiler(queryset.db)
        self.sql, self.params = self.compiler.as_sql()
        # What ModelIterable looks for on a queryset.
        self.query, self._known_related_objects = self, dict[Any, Any]()

    def get_compiler(self, using: str) -> Any:
        return self.compiler

    def rows(self, values: dict[str, Any]) -> list[Any]:
        params = tuple(values[p.name] if isinstance(p, Given) else p for p in self.params)
        self.compiler.as_sql = lambda *args, **kwargs: (self.sql, params)
        return list(ModelIterable(self))  # type: ignore[arg-type] # it has what is looked for


class Prepared(Generic[M]):
    """`make` builds the queryset, with Given(…) for the values; it is called once for each thread's connection."""

    def __init__(self, make: Callable[[], models.QuerySet[M]]) -> None:
        self.make = make
        self._kept = threading.local()

    def all(self, **values: Any) -> list[M]:
        """The rows, as the queryset would give them: relations and deferred columns included."""
        shape: _Shape | None = getattr(self._kept, "shape", None)
        if shape is None or shape.connection is not connections[shape.db]:
            shape = self._kept.shape = _Shape(self.make())
        return shape.rows(values)

    def first(self, **values: Any) -> M | None:
        return next(iter(self.all(**values)), None)

"""What PostgreSQL means to do: the plans of queries, and the tables that they would read from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

Node = dict[str, Any]


def plan(sql: str) -> Node:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
        found = cursor.fetchone()[0]
    return dict((found if isinstance(found, list) else json.loads(found))[0]["Plan"])


def nodes(top: Node) -> Iterator[Node]:
    yield top
    for below in top.get("Plans", ()):
        yield from nodes(below)


def read_whole(sql: str) -> set[str]:
    """The tables that the plan reads row by row, all of them. An index read from end to end is no better."""
    return {n["Relation Name"] for n in nodes(plan(sql)) if n["Node Type"] == "Seq Scan" or _is_whole_index(n)}


def _is_whole_index(node: Node) -> bool:
    """Partial indexes are small: reading all of one is their use. One in the order of a LIMIT stops early."""
    return node["Node Type"] == "Bitmap Index Scan" and "Index Cond" not in node and "Relation Name" in node


def selects(run: Callable[[], Any]) -> list[str]:
    """The SELECTs that something sends, as they were sent."""
    with CaptureQueriesContext(connection) as captured:
        run()
    return [q["sql"] for q in captured.captured_queries if q["sql"].startswith("SELECT")]


def scans(run: Callable[[], Any], *tables: str) -> list[str]:
    """The statements that would read one of the tables whole, each after the table's name."""
    found = []
    for sql in selects(run):
        named = [t for t in tables if f'"{t}"' in sql]
        if named:
            found += [f"{table}: {sql}" for table in sorted(read_whole(sql) & set(named))]
    return found

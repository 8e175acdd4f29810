"""Pages of long admin lists: from row to row instead of by number, and counted only where counting is quick.

A page far down, asked for by its number, makes the database read everything before it. "After this row" is a place in
the index, and it stays where it is while new rows come in on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import HttpRequest
from django.utils.translation import gettext as _

from procedures.fields import grouped

AFTER, BEFORE = "after", "before"
MOST = 10_000  # rows that are counted
PAGES = 10  # reached by number
SMALL = 50_000  # rows of a table of which any part is counted at once
NOTHING = Q(pk__in=())


# --- places in an order --------------------------------------------------------------------------


@dataclass(frozen=True)
class Key:
    """One part of an order under the name that it has in the query."""

    name: str
    expression: Any
    descending: bool
    nulls_first: bool
    may_be_null: bool

    def turned(self) -> Key:
        return Key(self.name, self.expression, not self.descending, not self.nulls_first, self.may_be_null)

    @property
    def order(self) -> OrderBy:
        """Where nulls stand is always said, because databases differ; PostgreSQL's own way fits its indexes."""
        nulls = {"nulls_first": True} if self.nulls_first else {"nulls_last": True}
        return OrderBy(F(self.name), descending=self.descending, **nulls)

    def beyond(self, value: Any) -> Q:
        """Rows further on in this part alone."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.nulls_first else NOTHING
        further = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return further | Q(**{f"{self.name}__isnull": True}) if self.may_be_null and not self.nulls_first else further

    def same(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def start(self, value: Any) -> Q:
        """Where an index on this part may begin to read."""
        if value is None or (self.may_be_null and not self.nulls_first):
            return Q()
        return Q(**{f"{self.name}__{'lte' if self.descending else 'gte'}": value})


def _key(model: type[Model], number: int, item: Any, filled: frozenset[str]) -> Key:
    order = item if isinstance(item, OrderBy) else None
    expression: Any
    if isinstance(item, str):
        expression, descending = F(item.removeprefix("-")), item.startswith("-")
    else:
        expression, descending = (order.expression, order.descending) if order else (item, False)
    first = bool(order and order.nulls_first) or (descending and not (order and order.nulls_last))
    return Key(f"place{number}", expression, descending, first, _may_be_null(model, expression, filled))


def _may_be_null(model: type[Model], expression: Any, filled: frozenset[str]) -> bool:
    name = getattr(expression, "name", "") if isinstance(expression, F) else ""
    try:
        return name not in (*filled, "pk") and bool(getattr(model._meta.get_field(name), "null", True))
    except FieldDoesNotExist:
        return True


def _beyond(keys: Sequence[Key], values: Sequence[Any]) -> Q:
    """Rows that come later in the whole order."""
    if not keys:
        return NOTHING
    return keys[0].beyond(values[0]) | (keys[0].same(values[0]) & _beyond(keys[1:], values[1:]))


class Ordered:
    """A queryset with its order.

    `seen` holds the rows that may name a place: also those that have left `rows` since. `filled` names the columns
    that are never empty in it although they might be.
    """

    def __init__(self, rows: QuerySet[Any], seen: QuerySet[Any], filled: frozenset[str] = frozenset()) -> None:
        self.rows, self.seen = rows, seen
        self.keys = [_key(rows.model, n, item, filled) for n, item in enumerate(rows.query.order_by)]

    def first(self, size: int) -> list[int]:
        return self._keys(self.keys, self.rows, size)

    def after(self, pk: int, size: int, *, backwards: bool = False) -> list[int] | None:
        """The rows that follow one, in their order; None when there is no such row (any more)."""
        values = self._place(pk)
        if values is None:
            return None
        keys = [k.turned() for k in self.keys] if backwards else self.keys
        found = self._keys(keys, self.rows, size, keys[0].start(values[0]) & _beyond(keys, values))
        return found[::-1] if backwards else found

    def _keys(self, keys: Sequence[Key], rows: QuerySet[Any], size: int, only: Q | None = None) -> list[int]:
        placed = rows.alias(**{k.name: k.expression for k in keys}).filter(only or Q())
        return list(placed.order_by(*(k.order for k in keys)).values_list("pk", flat=True)[:size])

    def _place(self, pk: int) -> tuple[Any, ...] | None:
        names = {k.name: k.expression for k in self.keys}
        found = self.seen.filter(pk=pk).order_by().annotate(**names).values_list(*names)[:1]
        return next(iter(found), None)


# --- the list ------------------------------------------------------------------------------------


class KeyList(ChangeList):
    """A change list whose order ends in the key. `result_count` is exact or, with `has_more`, what is known at least.

    Page numbers of old addresses lead as far as PAGES.
    """

    filled: frozenset[str] = frozenset()
    older = newer = top = ""

    def is_short(self, request: HttpRequest) -> bool:
        """Are there so few rows that they can all be counted? A queue is short in whatever table."""
        return _is_small(self.model)

    def count(self, request: HttpRequest) -> int:
        """Of all rows of the list, at least up to MOST + 1."""
        return int(self.queryset.order_by()[: MOST + 1].count())

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        return {name: value for name, value in found.items() if name not in (AFTER, BEFORE)}

    def get_results(self, request: HttpRequest) -> None:
        after, before = (_number(self.params.pop(name, "")) for name in (AFTER, BEFORE))
        for name in (AFTER, BEFORE):
            self.filter_params.pop(name, None)
        ordered = Ordered(self.queryset, self.model_admin.get_queryset(request), self.filled)
        self.page_num = self.page_num if 1 <= self.page_num <= PAGES else 1
        known = ordered.first(self.page_num * self.list_per_page + 1)
        self.first_row = 0
        keys = self._onwards(ordered, after) if after else self._back(ordered, before) if before else None
        keys = self._numbered(known) if keys is None else keys
        self._count(request, len(known))
        self.result_list = self._rows(request, keys)
        self.top = self.get_query_string()
        self.full_result_count, self.show_full_result_count = None, False
        self.show_admin_actions, self.can_show_all = True, False
        self.paginator, self.page_num = Paginator(keys, self.list_per_page), 1

    def _count(self, request: HttpRequest, known: int) -> None:
        self.result_count, self.has_more = known, known > self.page_num * self.list_per_page
        if self.has_more and self.is_short(request):
            self.result_count = min(self.count(request), MOST + 1)
            self.has_more = self.result_count > MOST
        self.result_count -= self.has_more
        self.multi_page = self.has_more or self.result_count > self.list_per_page

    def _onwards(self, ordered: Ordered, pk: int) -> list[int] | None:
        found = ordered.after(pk, self.list_per_page + 1)
        if not found:
            return None
        return self._linked(found[: self.list_per_page], newer=True, older=len(found) > self.list_per_page)

    def _back(self, ordered: Ordered, pk: int) -> list[int] | None:
        """Less than a page before the first rows: the first page says more."""
        found = ordered.after(pk, self.list_per_page + 1, backwards=True)
        if not found or len(found) <= self.list_per_page:
            return None
        return self._linked(found[1:], newer=True, older=True)

    def _numbered(self, known: list[int]) -> list[int]:
        """A page by its number; one beyond the rows is the first."""
        start = (self.page_num - 1) * self.list_per_page
        start = start if start < len(known) else 0
        end = start + self.list_per_page
        self.first_row = start + 1
        return self._linked(known[start:end], newer=start > 0, older=len(known) > end)

    def _linked(self, keys: list[int], *, newer: bool, older: bool) -> list[int]:
        self.newer = self.get_query_string({BEFORE: keys[0]}) if newer else ""
        self.older = self.get_query_string({AFTER: keys[-1]}) if older else ""
        return keys

    def _rows(self, request: HttpRequest, keys: list[int]) -> list[Any]:
        """The rows of the page with everything that they show, in the order of the keys."""
        rows = self.apply_select_related(self.model_admin.get_queryset(request)).order_by()
        found = {row.pk: row for row in rows.filter(pk__in=keys)} if keys else {}
        return [found[pk] for pk in keys if pk in found]

    @property
    def total(self) -> str:
        """How many rows there are, as people read it."""
        return _("hơn %s") % grouped(self.result_count) if self.has_more else grouped(self.result_count)

    @property
    def place(self) -> str:
        """Which of them the page shows, where that is known: "51–100"."""
        return f"{self.first_row}–{self.first_row + len(self.result_list) - 1}" if self.first_row else ""


def _is_small(model: type[Model]) -> bool:
    """By what PostgreSQL has noted of the table; SQLite holds a trial, which is small."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", (model._meta.db_table,))
        return bool(cursor.fetchone()[0] <= SMALL)


def _number(given: Any) -> int:
    text = str(given)
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0

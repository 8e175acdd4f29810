"""Rows as plain data and back, column by column, with every value checked against its column."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from submissions.transfer.errors import PackRefused

BIGGEST = 2**31 - 1
BIGGEST_OF_ALL = 2**63 - 1


def packed(row: models.Model, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, datetime.date) else value


def wrong(place: str) -> PackRefused:
    return PackRefused(_("Gói hồ sơ hỏng: mục “%s” không đúng dạng. Bạn hãy xuất lại gói từ cổng cũ.") % place)


def unpacked(model: type[models.Model], raw: Any, names: Iterable[str], place: str) -> dict[str, Any]:
    """Values for the columns; raises PackRefused naming the first that does not fit."""
    if not isinstance(raw, Mapping):
        raise wrong(place)
    found = {}
    for name in names:
        if name not in raw:
            raise wrong(f"{place}.{name}")
        found[name] = _value(model._meta.get_field(name), raw[name], f"{place}.{name}")
    return found


def _value(column: Any, raw: Any, place: str) -> Any:
    if raw is None:
        if column.null:
            return None
        raise wrong(place)
    try:
        value = _reader(column)(column, raw)
    except (TypeError, ValueError, OverflowError):
        raise wrong(place) from None
    if column.choices and value not in {c for c, _label in column.flatchoices} and not (column.blank and value == ""):
        raise wrong(place)
    return value


def _text(column: Any, raw: Any) -> str:
    if not isinstance(raw, str) or (column.max_length and len(raw) > column.max_length):
        raise ValueError(raw)
    return raw


def _flag(_column: Any, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(raw)
    return raw


def _whole(column: Any, raw: Any) -> int:
    most = BIGGEST_OF_ALL if isinstance(column, models.BigIntegerField) else BIGGEST
    if isinstance(column, models.PositiveSmallIntegerField):
        most = 2**15 - 1
    if not isinstance(raw, int) or isinstance(raw, bool) or not 0 <= raw <= most:
        raise ValueError(raw)
    return raw


def _moment(_column: Any, raw: Any) -> datetime.datetime:
    value = datetime.datetime.fromisoformat(raw)
    if value.tzinfo is None:
        raise ValueError(raw)
    return value.astimezone(datetime.UTC)


def _day(_column: Any, raw: Any) -> datetime.date:
    return datetime.date.fromisoformat(raw)


def _data(column: Any, raw: Any) -> Any:
    """A JSON column holds what its default holds: an object or a list."""
    if not isinstance(raw, column.get_default().__class__ if column.has_default() else Mapping):
        raise ValueError(raw)
    return raw


READERS: tuple[tuple[type[models.Field[Any, Any]], Callable[[Any, Any], Any]], ...] = (
    (models.JSONField, _data),
    (models.BooleanField, _flag),
    (models.IntegerField, _whole),
    (models.DateTimeField, _moment),
    (models.DateField, _day),
    (models.CharField, _text),
    (models.TextField, _text),
)


def _reader(column: Any) -> Callable[[Any, Any], Any]:
    return next(read for kind, read in READERS if isinstance(column, kind))

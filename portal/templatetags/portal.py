"""Filters for Vietnamese dates, days and money."""

from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.utils import timezone

register = template.Library()

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


def _local(value: datetime.date | datetime.datetime) -> datetime.date | datetime.datetime:
    return timezone.localtime(value) if isinstance(value, datetime.datetime) and timezone.is_aware(value) else value


@register.filter
def vnd(amount: int | None) -> str:
    """1500000 as "1.500.000 đồng"; an amount that is not known yet stays empty."""
    return "" if amount is None else f"{amount:,}".replace(",", ".") + " đồng"


@register.filter
def day(value: datetime.date | datetime.datetime | None) -> str:
    """A date with its weekday: "thứ Ba 24/02/2026"."""
    if value is None or value == "":
        return ""
    local = _local(value)
    return f"{WEEKDAYS[local.weekday()]} {local:%d/%m/%Y}"


@register.filter
def moment(value: datetime.datetime | None) -> str:
    """A time with its day: "09:12 thứ Hai 23/11/2026"."""
    if value is None or value == "":
        return ""
    local = _local(value)
    return f"{local:%H:%M} {day(local)}"


@register.filter
def filesize(size: int | None) -> str:
    """Bytes as people say them: "350 KB", "2,4 MB"."""
    if not size:
        return "0 KB"
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f}".removesuffix(".0").replace(".", ",") + " MB"


@register.filter
def dial(phone: str) -> str:
    """A phone number as a link dials it: "0239.3835356" as "02393835356"."""
    return "".join(c for c in phone if c.isdigit() or c == "+")


@register.simple_tag
def page_query(filters: Any, page: int, **changes: str | int | None) -> str:
    """The address part of a list's page with its filters (procedures.filters.Filters), some of them changed."""
    return str(filters.query(trang=page if page > 1 else None, **changes))

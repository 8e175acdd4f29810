"""The cells of a monthly report, which come as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def reported(cells: Mapping[str, int | str | None], column: Mapping[str, Any]) -> str:
    """1204 as "1.204", the share "98.52" as "98,52 %", a share of nothing as "không có"."""
    value = cells.get(column["name"])
    if column["share"]:
        return _("không có") if value is None else str(value).replace(".", ",") + " %"
    return f"{value or 0:,}".replace(",", ".")

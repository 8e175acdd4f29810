"""Numbers and shares as people read them, and the public figures on pages of other parts of the portal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from procedures.models import Procedure
from submissions import statistics
from submissions.statistics.columns import Column, Group
from submissions.statistics.rows import Figures

register = template.Library()


@register.filter
def count(value: int) -> str:
    """1204 as "1.204"."""
    return f"{value:,}".replace(",", ".")


@register.filter
def share(value: Decimal | None) -> str:
    """Decimal("98.52") as "98,52 %"; a share of nothing is "không có"."""
    return _("không có") if value is None else f"{value}".replace(".", ",") + " %"


def cell(figures: Figures, column: Column) -> str:
    value = column.of(figures)
    return count(int(value or 0)) if not column.is_share else share(value if isinstance(value, Decimal) else None)


@register.filter
def cells(figures: Figures, groups: Sequence[Group]) -> SafeString:
    """A row of a table: escaped as a whole, because the tables of a year have thousands of cells."""
    words = escape("\t".join(cell(figures, column) for group in groups for column in group.columns))
    return SafeString("<td>" + words.replace("\t", "</td><td>") + "</td>")


@register.inclusion_tag("includes/headline.html")
def headline_figure() -> dict[str, Any]:
    """The share of the latest month on the home page."""
    return {"headline": statistics.headline()}


@register.inclusion_tag("includes/service_figures.html")
def service_figures(procedure: Procedure) -> dict[str, Any]:
    """One procedure from 1 January to now."""
    today = timezone.localdate()
    return {"figures": statistics.service(procedure.pk, today.year), "today": today, "code": procedure.code}

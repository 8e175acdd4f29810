"""What a report says, as plain JSON: numbers, shares, titles and names as they are today, so that it needs nothing else
to be shown or printed again in ten years. Nothing personal: overdue submissions by code alone.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.models import Procedure, Sector
from submissions import statistics
from submissions.models import Feedback, Submission
from submissions.reports.overdue import overdue_at
from submissions.statistics import Figures, Unit
from submissions.statistics.columns import ALL, COUNTED, QUALITY, Group
from submissions.statistics.counting import midnight
from submissions.statistics.months import MonthRow, last_of

Content = dict[str, Any]
ONE_DAY = datetime.timedelta(days=1)


def compose(unit: Unit, month: datetime.date) -> Content:
    """The report of the month, until today while it runs. The stored figures are the public ones."""
    end = min(last_of(month), timezone.localdate())
    rows = statistics.stored(month, month)
    own = [row for row in rows if row.agency_id in unit.keys]
    found = {
        "version": 1,
        "agency": {"slug": unit.agency.slug, "name": unit.agency.name},
        "month": f"{month:%Y-%m}",
        "until": end.isoformat(),
        "groups": [[_group(g) for g in part] for part in (COUNTED, QUALITY)],
        "whole": _cells(total_of(own)),
        "sectors": _by_sector(own),
        "procedures": _by_procedure(own),
        "overdue": overdue_at(unit, end),
        "replies": _replies(unit, month, end),
        "feedback": _feedback(unit, month, end),
    }
    return {**found, "agencies": _by_agency(rows)} if unit.agency.tier == "town" else found


def total_of(rows: Iterable[MonthRow]) -> Figures:
    each = [row.figures for row in rows]
    return statistics.total(each) if each else Figures()


def _group(group: Group) -> dict[str, Any]:
    columns = [{"name": c.name, "title": str(c.title), "share": c.is_share} for c in group.columns]
    return {"title": str(group.title), "columns": columns}


def _cells(figures: Figures) -> dict[str, int | str | None]:
    """Every column by name; a share as "98.52", nothing for a share of nothing."""
    found: dict[str, int | str | None] = {}
    for column in ALL:
        value = column.of(figures)
        found[column.name] = str(value) if isinstance(value, Decimal) else value
    return found


def _line(code: str, name: str, rows: Sequence[MonthRow], **more: str) -> dict[str, Any]:
    return {"code": code, "name": name, "cells": _cells(total_of(rows)), **more}


def _grouped(pairs: Iterable[tuple[Hashable, MonthRow]]) -> dict[Any, list[MonthRow]]:
    found: dict[Hashable, list[MonthRow]] = defaultdict(list)
    for key, row in pairs:
        found[key].append(row)
    return found


def _by_agency(rows: Sequence[MonthRow]) -> list[dict[str, Any]]:
    """Every unit that takes submissions or has figures, and all of them together."""
    units = statistics.units()
    unit_of = {key: unit.agency.pk for unit in units for key in unit.keys}
    found = _grouped((unit_of[row.agency_id], row) for row in rows)
    shown = [u.agency for u in units if u.agency.tier or u.agency.pk in found]
    return [*(_line(a.slug, str(a), found.get(a.pk, [])) for a in shown), _line("", _("Toàn thị xã"), rows)]


def _by_sector(rows: Sequence[MonthRow]) -> list[dict[str, Any]]:
    sector_of = dict(Procedure.objects.values_list("pk", "sector_id"))
    found = _grouped((sector_of[row.procedure_id], row) for row in rows)
    return [_line(s.key, s.name, found[s.pk]) for s in Sector.objects.defer("content") if s.pk in found]


def _by_procedure(rows: Sequence[MonthRow]) -> list[dict[str, Any]]:
    found = _grouped((row.procedure_id, row) for row in rows)
    procedures = Procedure.objects.filter(pk__in=found).order_by("sector__order", "code")
    columns = procedures.values_list("pk", "code", "short_name", "sector__name")
    return [_line(code, name, found[pk], sector=sector) for pk, code, name, sector in columns]


def _replies(unit: Unit, month: datetime.date, end: datetime.date) -> dict[str, int]:
    """Online filings of the month, and how many waited longer for an answer than they should have."""
    sent = Submission.objects.filed().filter(channel=Submission.Channel.ONLINE, agency__in=unit.keys)
    sent = sent.filter(submitted_at__gte=midnight(month), submitted_at__lt=midnight(end + ONE_DAY))
    return {"filed": sent.count(), "missed": sent.filter(reply_missed=True).count()}


def _feedback(unit: Unit, month: datetime.date, end: datetime.date) -> dict[str, int]:
    """What came in, what was answered in the month and whether in time, and what was late and open at its end."""
    over = midnight(end + ONE_DAY)
    rows = Feedback.objects.filter(agency__in=unit.keys)
    came = rows.filter(at__gte=midnight(month), at__lt=over)
    told = rows.filter(answered_at__gte=midnight(month), answered_at__lt=over)
    answered = told.filter(state=Feedback.State.ANSWERED).values_list("answered_at", "due_on")
    days = [(timezone.localdate(at), due) for at, due in answered]
    waiting = rows.filter(Q(answered_at=None) | Q(answered_at__gte=over), at__lt=over)
    return {
        "received": came.count(),
        "complaints": came.filter(kind=Feedback.Kind.COMPLAINT).count(),
        "in_time": sum(day <= due for day, due in days),
        "late": sum(day > due for day, due in days),
        "refused": told.filter(state=Feedback.State.REFUSED).count(),
        "open_late": waiting.filter(due_on__lt=end).count(),
    }

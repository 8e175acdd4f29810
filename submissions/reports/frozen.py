"""Reporting a month: its content is kept once, with its digest, and is what everybody sees from then on."""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.models import Agency
from submissions import statistics
from submissions.errors import NotAllowed, NotPossible
from submissions.models import CountedMonth, MonthReport, Officer
from submissions.reports.content import Content, compose
from submissions.states import Role
from submissions.statistics.months import first_of, last_of

KEEPERS = (Role.RECEPTION, Role.LEADER)


@dataclass(frozen=True)
class Report:
    """`frozen` is None while the report is a draft."""

    agency: Agency
    month: datetime.date
    content: Content
    frozen: MonthReport | None = None

    @property
    def is_over(self) -> bool:
        return is_over(self.month)


def is_over(month: datetime.date) -> bool:
    return last_of(month) < timezone.localdate()


def _digest(content: Content) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def is_intact(report: MonthReport) -> bool:
    """Is the content still the one that was reported?"""
    return _digest(report.content) == report.sha256


def may_freeze(officer: Officer | None, agency: Agency) -> bool:
    """Reception and leaders report their own unit's month."""
    return officer is not None and officer.has_role(*KEEPERS) and officer.agency_id in _keys(agency)


def _keys(agency: Agency) -> frozenset[int]:
    return statistics.unit_of(agency).keys


def report_of(agency: Agency, month: datetime.date) -> Report:
    """As it was reported, else as it would be now. `agency` is the head of its unit."""
    month = first_of(month)
    kept = MonthReport.objects.select_related("reported_by").filter(agency=agency, month=month).first()
    if kept is not None:
        return Report(agency, month, kept.content, kept)
    return Report(agency, month, compose(statistics.unit_of(agency), month))


def freeze(agency: Agency, month: datetime.date, *, officer: Officer | None) -> MonthReport:
    """Reports the month, once; two at once get the same report. The figures are counted first when beat has not.

    Raises NotAllowed for anybody but the unit's own keepers, NotPossible while the month runs.
    """
    if officer is None or not may_freeze(officer, agency):
        raise NotAllowed
    month = first_of(month)
    if not is_over(month):
        first = f"{last_of(month) + datetime.timedelta(days=1):%d/%m/%Y}"
        raise NotPossible(_("Tháng chưa kết thúc. Bạn chốt được báo cáo từ ngày %s.") % first)
    if not CountedMonth.objects.filter(month=month, is_closed=True).exists():
        statistics.rebuild(month)
    return _kept(agency, month, officer.user)


def _kept(agency: Agency, month: datetime.date, user: Any) -> MonthReport:
    report = report_of(agency, month)
    if report.frozen is not None:
        return report.frozen
    facts = {"content": report.content, "sha256": _digest(report.content), "reported_by": user}
    try:
        with transaction.atomic():
            return MonthReport.objects.create(agency=agency, month=month, reported_at=timezone.now(), **facts)
    except IntegrityError:
        return MonthReport.objects.get(agency=agency, month=month)


@dataclass(frozen=True)
class Month:
    """A line of the list of reports."""

    month: datetime.date
    frozen: MonthReport | None

    @property
    def is_over(self) -> bool:
        return is_over(self.month)


def months(agency: Agency) -> list[Month]:
    """Every month that was counted or reported, newest first. Two queries."""
    kept = MonthReport.objects.filter(agency=agency).select_related("reported_by").defer("content")
    reported = {report.month: report for report in kept}
    counted = set(CountedMonth.objects.values_list("month", flat=True))
    return [Month(month, reported.get(month)) for month in sorted(counted | set(reported), reverse=True)]

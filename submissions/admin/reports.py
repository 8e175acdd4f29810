"""The monthly reports of an agency: the list, one report to read and print, its workbook, the button that reports it.

Desk officers see their own unit's, the operator every unit's: nothing personal is in them.
"""

from __future__ import annotations

import datetime
import logging
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.lib import xlsx
from procedures.models import Agency
from submissions import reports, statistics
from submissions.admin import access
from submissions.admin.downloads import WORKBOOK
from submissions.errors import NotAllowed, SubmissionError
from submissions.reports.workbook import further

logger = logging.getLogger(__name__)
MOST_LINES = 500  # overdue submissions on the page; the workbook has all


def urls(page: Callable[[Any], Any], wrap: Callable[[Any], Any]) -> list[Any]:
    """`page` hands the context of the staff site to a view."""
    return [
        path("bao-cao/", page(overview), name="submissions_reports"),
        path("bao-cao/<slug:slug>/", page(overview), name="submissions_reports_of"),
        path("bao-cao/<slug:slug>/<int:year>-<int:month>/", page(show), name="submissions_report"),
        path("bao-cao/<slug:slug>/<int:year>-<int:month>/xlsx/", wrap(workbook), name="submissions_report_xlsx"),
        path("bao-cao/<slug:slug>/<int:year>-<int:month>/chot/", wrap(freeze), name="submissions_report_freeze"),
    ]


def _readable(request: HttpRequest) -> list[Agency]:
    """Heads of the units whose reports this person reads; the own one first. Raises PermissionDenied for none."""
    officer = access.desk_officer(request)
    if officer is not None:
        return [statistics.unit_of(officer.agency).agency]
    if getattr(request.user, "is_superuser", False):
        return [unit.agency for unit in statistics.units() if unit.agency.tier is not None]
    raise PermissionDenied


def _agency(request: HttpRequest, slug: str) -> Agency:
    found = next((agency for agency in _readable(request) if agency.slug == slug), None)
    if found is None:
        raise Http404
    return found


def _report(request: HttpRequest, slug: str, year: int, month: int) -> reports.Report:
    """Http404 for a month that was neither counted nor reported."""
    agency = _agency(request, slug)
    known = {m.month for m in reports.months(agency)}
    if (year, month) not in {(m.year, m.month) for m in known}:
        raise Http404
    return reports.report_of(agency, datetime.date(year, month, 1))


@require_safe
def overview(request: HttpRequest, site: dict[str, Any], slug: str = "") -> HttpResponse:
    """The months of one unit: the own one, or for the operator the one asked for."""
    agencies = _readable(request)
    agency = _agency(request, slug) if slug else agencies[0]
    context = {
        **site,
        "title": _("Báo cáo tháng"),
        "agency": agency,
        "agencies": agencies if len(agencies) > 1 else [],
        "months": reports.months(agency),
    }
    return TemplateResponse(request, "admin/submissions/report/list.html", context)


@require_safe
def show(request: HttpRequest, site: dict[str, Any], slug: str, year: int, month: int) -> HttpResponse:
    report = _report(request, slug, year, month)
    may = reports.may_freeze(access.desk_officer(request), report.agency)
    context = {
        **site,
        "title": _("Báo cáo tháng %s") % f"{report.month:%m/%Y}",
        "report": report,
        "content": report.content,
        "until": datetime.date.fromisoformat(report.content["until"]),
        "further": further(report.content),
        "overdue": [_dated(line) for line in report.content["overdue"][:MOST_LINES]],
        "may_freeze": may and report.frozen is None and report.is_over,
        "is_intact": report.frozen is None or reports.is_intact(report.frozen),
    }
    return TemplateResponse(request, "admin/submissions/report/page.html", context)


def _dated(line: dict[str, Any]) -> dict[str, Any]:
    return {**line, "due": datetime.date.fromisoformat(line["due_on"])}


def _back(slug: str, year: int, month: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:submissions_report", args=[slug, year, month]))


@require_safe
def workbook(request: HttpRequest, slug: str, year: int, month: int) -> HttpResponseBase:
    """Written by a process of its own."""
    report = _report(request, slug, year, month)
    try:
        with tempfile.TemporaryDirectory(prefix="report-") as folder:
            file = Path(folder) / "report.xlsx"
            reports.write(report, file)
            answer = HttpResponse(file.read_bytes(), content_type=WORKBOOK)
    except xlsx.WorkbookError as problem:
        logger.error("Report not made: %s", problem)
        messages.error(request, _("Cổng chưa lập được bảng tính lúc này. Bạn thử lại sau ít phút."))
        return _back(slug, year, month)
    answer["Content-Disposition"] = f'attachment; filename="{reports.file_name(report)}"'
    return answer


@require_POST
def freeze(request: HttpRequest, slug: str, year: int, month: int) -> HttpResponseBase:
    report = _report(request, slug, year, month)
    try:
        kept = reports.freeze(report.agency, report.month, officer=access.desk_officer(request))
    except NotAllowed:
        raise PermissionDenied from None
    except SubmissionError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Đã chốt báo cáo tháng %s. Số liệu từ nay giữ nguyên.") % f"{kept.month:%m/%Y}")
    return _back(slug, year, month)

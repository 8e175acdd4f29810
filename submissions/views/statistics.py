"""The public figures: the page, its tables as files, and the list of overdue submissions. Nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.lib import charts, csvfile
from submissions.statistics import columns, overdue, public
from submissions.statistics.definitions import DEFINITIONS
from submissions.views import common


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Which period and what of it: GET parameters nam, thang, co-quan, linh-vuc, thu-tuc."""
    there = public.ground()
    report = public.report(public.read(request.GET, there), there)
    context = {
        "r": report,
        "choice": report.choice,
        "whole": report.whole,
        "there": there,
        "months": [m.month for m, _figures in report.months],
        "counted_groups": columns.COUNTED,
        "quality_groups": columns.QUALITY,
        "definitions": DEFINITIONS,
        **_charts(report),
    }
    return render(request, "submissions/statistics.html", context)


def _charts(report: public.Report) -> dict[str, Any]:
    """Nothing to draw while no month is counted."""
    if not report.months:
        return {}
    labels = [str(month.month) for month, _figures in report.months]
    each = [figures for _month, figures in report.months]
    year = report.choice.year
    settled = [
        charts.Series(_("sớm hẹn"), "chart-early", [f.early for f in each]),
        charts.Series(_("đúng hẹn"), "chart-on-time", [f.on_time for f in each]),
        charts.Series(_("trễ hẹn"), "chart-late", [f.late for f in each]),
    ]
    words = _("Số hồ sơ đã giải quyết từng tháng năm %d")
    line = _("Tỷ lệ đúng hẹn từng tháng năm %d")
    below = _("Các số có trong bảng “Theo tháng”.")
    return {
        "bars": charts.bars("da-giai-quyet", words % year, below, labels, settled),
        "line": charts.share_line("dung-hen", line % year, below, labels, [f.on_time_share for f in each]),
    }


@require_safe
def table_csv(request: HttpRequest, table: str) -> HttpResponse:
    """One table as a file, for the same choice as the page."""
    if table not in public.TABLES:
        raise Http404(_("Không có bảng này. Bạn tải các bảng ở trang Số liệu giải quyết hồ sơ."))
    there = public.ground()
    choice = public.read(request.GET, there)
    found = public.report(choice, there).table(table)
    titles = [_("Mã"), found.head, *(str(column.title) for column in columns.ALL)]
    rows = [[line.code, line.name, *columns.cells(line.figures)] for line in found.lines]
    whole = ["", _("Tổng cộng"), *columns.cells(found.whole)]
    month = f"-{choice.month:02d}" if choice.month and table != "thang" else ""
    return _file(csvfile.lines(titles, [*rows, whole]), f"{table}-{choice.year}{month}")


def _file(lines: Any, name: str) -> HttpResponse:
    answer = StreamingHttpResponse(lines, content_type=csvfile.CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer  # type: ignore[return-value]


@require_safe
def overdue_list(request: HttpRequest) -> HttpResponse:
    """By code, longest overdue first; `sau` is the code that the page begins behind."""
    there, today = public.ground(), timezone.localdate()
    choice = public.read(request.GET, there)
    page = overdue.page(overdue.overdue(today, **choice.narrow), today, common.word(request.GET, "sau"))
    context = {"page": page, "choice": choice, "there": there, "now": timezone.now()}
    return render(request, "submissions/statistics_overdue.html", context)


@require_safe
def overdue_csv(request: HttpRequest) -> HttpResponse:
    """The whole list as a file."""
    today = timezone.localdate()
    choice = public.read(request.GET, public.ground())
    titles = [
        _("Mã hồ sơ"),
        _("Mã thủ tục"),
        _("Thủ tục"),
        _("Cơ quan"),
        _("Ngày hẹn trả"),
        _("Số ngày làm việc quá hạn"),
    ]
    found = overdue.lines(overdue.overdue(today, **choice.narrow), today)
    rows: Iterator[list[csvfile.Cell]] = (
        [x.code, x.procedure_code, x.procedure, x.agency, x.due_on, x.days] for x in found
    )
    return _file(csvfile.lines(titles, rows), f"qua-han-{today:%Y-%m-%d}")

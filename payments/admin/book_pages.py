"""The book of money: sums by day and agency with their equation, and the entries of a period as a file."""

from __future__ import annotations

import datetime
import logging
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from payments import books, cashier
from payments.admin import desk
from payments.admin.cash import day_of
from payments.models import Entry
from portal.lib import csvfile, xlsx
from procedures.models import Agency
from submissions.admin.downloads import WORKBOOK

logger = logging.getLogger(__name__)
MOST_DAYS, MOST_LINES = 366, 20_000
Cell = str | int | datetime.date | datetime.datetime | None


@dataclass(frozen=True)
class Period:
    agencies: list[Agency]
    start: datetime.date
    end: datetime.date

    @property
    def keys(self) -> list[int]:
        return [agency.pk for agency in self.agencies]


def _period(request: HttpRequest) -> Period:
    """This month up to today unless the address says otherwise; at most a year, the later part of it."""
    officer = desk.reader(request, *cashier.BOOK_READERS)
    today = timezone.localdate()
    start, end = day_of(request, "tu", today.replace(day=1)), day_of(request, "den", today)
    if start > end:
        messages.warning(request, _("Ngày đầu sau ngày cuối nên trang đã đổi chỗ hai ngày."))
        start, end = end, start
    if (end - start).days >= MOST_DAYS:
        messages.warning(request, _("Trang chỉ xem được một năm mỗi lần; đang xem một năm tính đến ngày cuối."))
        start = end - datetime.timedelta(days=MOST_DAYS - 1)
    agencies = desk.agencies_of(officer)
    wanted = [agency for agency in agencies if agency.slug == request.GET.get("co-quan")]
    return Period(wanted or agencies, start, end)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    period = _period(request)
    today = timezone.localdate()
    found = books.book(period.agencies, period.start, period.end)
    context = {
        "title": _("Sổ thu"),
        "period": period,
        "today": today,
        "book": found,
        "agencies": desk.agencies_of(desk.reader(request, *cashier.BOOK_READERS)),
        "one": period.agencies[0] if len(period.agencies) == 1 else None,
        # Beside the charges themselves, as far as nothing was written later.
        "of_charges": books.standing(period.keys) if period.end >= today else None,
    }
    return desk.page(request, "book", context)


# --- the entries as a file -----------------------------------------------------------------------


def _columns() -> list[xlsx.Column]:
    return [
        xlsx.Column(_("Ngày"), 12, "day"),
        xlsx.Column(_("Giờ"), 8),
        xlsx.Column(_("Cơ quan"), 28),
        xlsx.Column(_("Mã hồ sơ"), 24),
        xlsx.Column(_("Thủ tục"), 40),
        xlsx.Column(_("Loại"), 12),
        xlsx.Column(_("Khoản thu"), 28),
        xlsx.Column(_("Số tiền (đồng)"), 16, "number"),
        xlsx.Column(_("Cách nộp, cách hoàn"), 20),
        xlsx.Column(_("Mã lượt nộp"), 24),
        xlsx.Column(_("Mã giao dịch"), 20),
        xlsx.Column(_("Số phiếu xác nhận"), 16),
        xlsx.Column(_("Cán bộ"), 24),
        xlsx.Column(_("Lý do"), 40),
        xlsx.Column(_("Giấy tờ chứng minh"), 40),
        xlsx.Column(_("Thử nghiệm"), 12),
    ]


def _lines(rows: QuerySet[Entry]) -> Iterator[list[Cell]]:
    """Without names of citizens: the books are about money."""
    related = ("agency", "charge__submission__procedure", "line", "attempt", "refund", "receipt", "officer__user")
    for row in rows.select_related(*related).iterator(chunk_size=1000):
        yield [
            row.day,
            f"{timezone.localtime(row.at):%H:%M}",
            str(row.agency),
            str(row.charge.submission),
            row.charge.submission.procedure.short_name,
            str(row.get_kind_display()),
            row.line.name if row.line else "",
            row.amount,
            _way(row),
            row.attempt.reference if row.attempt else "",
            _transaction(row),
            str(row.receipt) if hasattr(row, "receipt") else "",
            str(row.officer) if row.officer else "",
            row.reason,
            row.paper,
            _("THỬ NGHIỆM") if row.attempt and row.attempt.is_test else "",
        ]


def _way(row: Entry) -> str:
    if row.refund is not None:
        return str(row.refund.get_way_display())
    if row.attempt is None:
        return ""
    return str(cashier.way_words(row.attempt.gateway))


def _transaction(row: Entry) -> str:
    if row.refund is not None:
        return row.refund.provider_number
    return row.attempt.provider_number if row.attempt is not None else ""


@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """`dang` is csv or xlsx."""
    period = _period(request)
    rows = books.entries(period.keys, period.start, period.end)
    back = HttpResponseRedirect(f"{reverse('admin:payments_book')}?tu={period.start}&den={period.end}")
    if rows.order_by()[: MOST_LINES + 1].count() > MOST_LINES:
        messages.error(request, _("Kỳ này có quá 20.000 dòng. Bạn chọn kỳ ngắn hơn rồi tải từng phần."))
        return back
    name = f"so-thu-{period.start}-{period.end}"
    if request.GET.get("dang") != "xlsx":
        titles = [column.title for column in _columns()]
        answer = HttpResponse(csvfile.lines(titles, _lines(rows)), content_type=csvfile.CONTENT_TYPE)
        answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return answer
    try:
        return _workbook(rows, name)
    except (xlsx.WorkbookError, OSError) as problem:
        logger.error("Book of money not made: %s", problem)
        messages.error(request, _("Cổng chưa lập được bảng tính lúc này. Bạn thử lại sau ít phút, hoặc tải CSV."))
        return back


def _workbook(rows: QuerySet[Entry], name: str) -> HttpResponse:
    sheet = xlsx.Sheet(_("Sổ thu"), _columns(), _lines(rows))
    with tempfile.TemporaryDirectory(prefix="book-") as folder:
        path = Path(folder) / "book.xlsx"
        xlsx.write([sheet], path)
        answer = HttpResponse(path.read_bytes(), content_type=WORKBOOK)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer

"""What officers take away from the desk: the whole file of a submission, the register of a year."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import IO, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.lib import pdf, xlsx
from portal.lib.serving import file_answer
from submissions import register, transfer
from submissions.admin import access
from submissions.errors import NotAllowed, SubmissionError
from submissions.models import Officer
from submissions.rules import officer_actor

logger = logging.getLogger(__name__)
ZIP = "application/zip"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
# Lines that a request may wait for; longer registers are made by export_register.
MOST_LINES, MOST_PRINTED = 20_000, 500


def _answer(file: IO[bytes], name: str, content_type: str) -> FileResponse:
    size = file.seek(0, 2)
    file.seek(0)
    return file_answer(file, name=name, content_type=content_type, size=size, save=True)


# --- one submission ------------------------------------------------------------------------------


@require_POST
def pack(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The whole file as a zip, without the applicant's secret; the log remembers who took it."""
    officer, submission = access.record(request, pk)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it has been sent
    try:
        transfer.export(submission, file, by=officer_actor(officer))
    except NotAllowed:
        file.close()
        raise PermissionDenied from None
    except SubmissionError as problem:
        file.close()
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("admin:submissions_submission_change", args=[submission.pk]))
    return _answer(file, transfer.file_name(submission), ZIP)


# --- the register --------------------------------------------------------------------------------


def keeper(request: HttpRequest) -> Officer:
    """The officer when he or she keeps the register of the own agency. Raises PermissionDenied."""
    officer = access.desk_officer(request)
    if officer is None or not register.may_keep(officer):
        raise PermissionDenied
    return officer


@require_safe
def register_page(request: HttpRequest, site: dict[str, object]) -> HttpResponseBase:
    """Years to choose from; with `nam` and `dang` the register itself."""
    officer = keeper(request)
    years = register.years(officer.agency)
    wanted = request.GET.get("nam", "")
    if wanted.isascii() and wanted.isdigit() and int(wanted[:9]) in years:
        return _register(request, register.book_of(officer.agency, int(wanted)))
    books = [_shown(register.book_of(officer.agency, year)) for year in years]
    context = {**site, "title": _("Sổ theo dõi hồ sơ"), "books": books, "most": MOST_PRINTED}
    return TemplateResponse(request, "admin/submissions/register.html", context)


def _shown(book: register.Book) -> dict[str, Any]:
    """A book too long for a request is neither counted line by line nor compared with what it was when closed."""
    noted, given = register.closed(book), book.given
    is_long = given > MOST_LINES
    count = given if is_long else len(book)
    return {
        "book": book,
        "count": count,
        "may_count": count <= MOST_LINES,
        "may_print": count <= MOST_PRINTED,
        "closed": noted,
        "is_intact": noted is None or is_long or register.is_intact(noted),
        "may_close": noted is None and register.may_close(book.year) and count > 0,
        "closes_on": register.closes_on(book.year),
    }


@require_POST
def close_register(request: HttpRequest) -> HttpResponseBase:
    """Closes the own book of the year `nam`."""
    officer = keeper(request)
    year = request.POST.get("nam", "")
    known = register.years(officer.agency)
    if not (year.isascii() and year.isdigit() and int(year[:9]) in known):
        messages.error(request, _("Không có sổ của năm này. Bạn chọn một năm trong bảng."))
        return HttpResponseRedirect(reverse("admin:submissions_register"))
    try:
        noted = register.close(register.book_of(officer.agency, int(year)), by=request.user)
    except SubmissionError as problem:
        messages.error(request, str(problem))
    else:
        facts = {"year": noted.year, "last": noted.last}
        messages.success(request, _("Đã khóa sổ năm %(year)d, số cuối %(last)d.") % facts)
    return HttpResponseRedirect(reverse("admin:submissions_register"))


def _register(request: HttpRequest, book: register.Book) -> HttpResponseBase:
    on_paper = request.GET.get("dang") == "pdf"
    if len(book) > (MOST_PRINTED if on_paper else MOST_LINES):
        words = _("Sổ có %d hồ sơ, quá nhiều để lập ngay. Bạn đề nghị người quản trị xuất bằng lệnh export_register.")
        messages.error(request, words % len(book))
        return HttpResponseRedirect(request.path)
    try:
        return _printed(book) if on_paper else _workbook(book)
    except (xlsx.WorkbookError, pdf.PdfError) as problem:
        logger.error("Register not made: %s", problem)
        messages.error(request, _("Cổng chưa lập được sổ lúc này. Bạn thử lại sau ít phút."))
        return HttpResponseRedirect(request.path)


def _workbook(book: register.Book) -> HttpResponse | FileResponse:
    """Written by a process of its own into a file that is gone once it is open here."""
    with tempfile.TemporaryDirectory(prefix="register-") as folder:
        path = Path(folder) / "register.xlsx"
        register.write([book], path)
        file = path.open("rb")
    return _answer(file, register.file_name(book, "xlsx"), WORKBOOK)


def _printed(book: register.Book) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it has been sent
    try:
        register.drawn(book, file)
    except BaseException:
        file.close()
        raise
    return _answer(file, register.file_name(book, "pdf"), PDF)

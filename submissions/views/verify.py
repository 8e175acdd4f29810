"""Is this paper genuine? By number, day and mark of its QR code, or by the file. No login, nothing personal."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from submissions import genuine
from submissions.views import common

FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    typed = {name: common.word(given, name) for name in ("so", "ngay", "ma")}
    sent = request.FILES.get("tep")
    if not any(typed.values()) and sent is None:
        asked = request.method == "POST"
        return _page(request, typed, error=_("Bạn chưa nhập số văn bản, cũng chưa chọn tệp.") if asked else "")
    if common.is_throttled(request, "verify"):
        return common.throttled_page(request, "verify")
    return _by_file(request, typed, sent) if sent is not None else _by_number(request, typed)


def _by_number(request: HttpRequest, typed: dict[str, str]) -> HttpResponse:
    if not all(typed.values()):
        return _page(request, typed, error=_("Bạn cần nhập đủ ba ô: số văn bản, ngày và mã kiểm tra in cạnh mã QR."))
    day = _day(typed["ngay"])
    if day is None:
        words = _("Ngày “%s” chưa đúng. Bạn nhập ngày, tháng, năm như trên văn bản, ví dụ 24/02/2026.")
        return _page(request, typed, error=words % typed["ngay"])
    return _answer(request, typed, genuine.letter(typed["so"], day, typed["ma"]))


def _day(typed: str) -> datetime.date | None:
    for form in FORMATS:
        try:
            return datetime.datetime.strptime(typed, form).date()  # noqa: DTZ007 - a date, no moment
        except ValueError:
            continue
    return None


def _by_file(request: HttpRequest, typed: dict[str, str], sent: Any) -> HttpResponse:
    """Only the digest is taken of the file; nothing of it is kept."""
    if sent.size > settings.UPLOAD_FILE_BYTES:
        words = _("Tệp lớn hơn %d MB. Kết quả của cổng không lớn như vậy; bạn xem lại tệp đã chọn.")
        return _page(request, typed, error=words % (settings.UPLOAD_FILE_BYTES // 1024 // 1024))
    digest = hashlib.sha256()
    for chunk in sent.chunks():
        digest.update(chunk)
    return _answer(request, typed, genuine.file(digest.hexdigest()), filename=sent.name[: common.LONGEST_WORD])


def _answer(
    request: HttpRequest, typed: dict[str, str], found: genuine.Genuine | None, filename: str = ""
) -> HttpResponse:
    if found is None:
        common.count_try(request, "verify")
    return _page(request, typed, found=found, is_answer=True, filename=filename)


def _page(request: HttpRequest, typed: dict[str, str], *, error: str = "", **answer: Any) -> HttpResponse:
    context = {"typed": typed, "error": error, **answer}
    return render(request, "submissions/verify.html", context, status=common.error_status(request) if error else 200)

"""Look-up: a code alone tells how far the file has got; code and secret open the submission's own page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from submissions import access, timeline
from submissions.models import Submission
from submissions.views import common


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    code, secret = common.word(given, "ma"), common.word(given, "ma-tra-cuu")
    if not code:
        asked = request.method == "POST" or secret
        return _page(request, code, _("Bạn chưa nhập mã tra cứu hoặc mã hồ sơ.") if asked else "")
    if common.is_throttled(request, "lookup"):
        return common.throttled_page(request, "lookup")
    return _with_secret(request, code, secret) if secret else _with_code(request, code)


def _page(request: HttpRequest, code: str, error: str = "", found: Submission | None = None) -> HttpResponse:
    """The search boxes, with what was found or what is wrong. Only the state, the office and the day are shown."""
    context = {
        "code": code,
        "error": error,
        "found": found,
        "standing": timeline.standing(found) if found else None,
        "due": timeline.due_words(found.due_on) if found and found.due_on else "",
    }
    return render(request, "submissions/lookup.html", context, status=common.error_status(request) if error else 200)


def _with_secret(request: HttpRequest, code: str, secret: str) -> HttpResponse:
    found = access.by_secret(code, secret)
    if found is None:
        common.count_try(request, "lookup")
        return _page(request, code, _("Mã hồ sơ hoặc mã bí mật chưa đúng. Bạn xem lại cả hai mã rồi nhập lại."))
    access.grant_submission(common.visitor(request), found)
    return redirect(found)


def _with_code(request: HttpRequest, code: str) -> HttpResponse:
    found = access.by_code(code)
    if found is None:
        common.count_try(request, "lookup")
        return _page(request, code, _("Không thấy hồ sơ nào có mã này. Bạn xem lại mã rồi nhập lại."))
    return _page(request, code, found=found)

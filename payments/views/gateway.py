"""Where a payment gateway speaks to the portal: its notice, which counts, and the payer's browser on its way back."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from payments import noticing
from portal.lib import http
from submissions import access
from submissions.views import common

VNPAY = "vnpay"
LONGEST = 8000  # bytes of what a browser may bring back


class SeeOther(HttpResponseRedirect):
    """The browser asks the next address with GET, whatever it sent before."""

    status_code = 303


@never_cache
@require_GET
def notice(request: HttpRequest) -> HttpResponse:
    """Server to server. Always 200: what VNPAY reads is RspCode."""
    answer = noticing.take(VNPAY, request.META.get("QUERY_STRING", ""), http.client_address(request))
    return JsonResponse({"RspCode": answer.code, "Message": answer.message})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def came_back(request: HttpRequest) -> HttpResponse:
    """The payer is back. What the browser says is kept and believed by nobody."""
    if request.method == "POST":
        return _as_get(request)
    back = noticing.came_back(VNPAY, request.META.get("QUERY_STRING", ""), http.client_address(request))
    reference = (back.attempt.charge.submission.reference or "") if back.attempt else ""
    try:
        access.submission(common.visitor(request), reference)
    except access.NotHeld:
        return render(request, "payments/came_back.html", {"is_genuine": back.is_genuine})
    return redirect(reverse("payment", args=[reference]) + ("?ve=1" if back.is_genuine else ""))


def _as_get(request: HttpRequest) -> HttpResponse:
    """A form that another site sends comes without the session; the same as an address comes with it."""
    here, length = reverse("payment-return"), request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > LONGEST:
        return SeeOther(here)
    sent = request.read(LONGEST).decode("ascii", "ignore")
    query = "".join(c for c in sent if c.isprintable() and c not in ' "<>#\\')
    return SeeOther(f"{here}?{query}")

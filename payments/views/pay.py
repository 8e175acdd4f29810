"""Paying, for the holder of a submission: the bill and the ways to pay it, one try, the code of a bank transfer."""

from __future__ import annotations

import datetime
import logging
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from payments import billing, shown
from payments.errors import PaymentError
from payments.gateways import Gateway, GatewayError
from payments.gateways.vietqr import transfer
from payments.models import PaymentAttempt
from payments.views.gateway import SeeOther
from portal.lib import http
from submissions import access, rules, timeline
from submissions.models import Submission
from submissions.views import common, own

log = logging.getLogger(__name__)
LIMIT = "payment"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def payment(request: HttpRequest, reference: str) -> HttpResponse:
    """The bill; POST `way` begins to pay. Who comes back from a gateway (`ve`) sees the try he or she comes from."""
    try:
        found = access.submission(common.visitor(request), reference)
    except access.NotHeld:
        return own.not_held(request, reference)
    bill = shown.of(found)
    if bill is None:
        return _nothing(request, found)
    if request.method == "POST":
        return _start(request, bill)
    if "ve" in request.GET and (last := shown.latest_redirect(bill)) is not None:
        return redirect("payment-state", found.reference, last.number)
    return render(request, "payments/pay.html", _context(bill) | _last(bill))


def _nothing(request: HttpRequest, found: Submission) -> HttpResponse:
    return common.refused(request, "payments/nothing.html", 404, s=found, standing=timeline.standing(found))


def _context(bill: shown.Bill) -> dict[str, Any]:
    return {"bill": bill, "s": bill.submission, "standing": timeline.standing(bill.submission)}


def _last(bill: shown.Bill) -> dict[str, Any]:
    """The newest try, while it still tells something: money that came is in the bill itself."""
    last = bill.tries[0] if bill.tries and shown.is_worth_telling(bill.tries[0]) else None
    return {"last": last, "last_told": shown.told(last, bill.charge) if last else None}


# --- beginning to pay ----------------------------------------------------------------------------


def _start(request: HttpRequest, bill: shown.Bill) -> HttpResponse:
    """Opens a try and sends the browser on. The same button twice is the same try."""
    here = reverse("payment", args=[bill.submission.reference])
    way = next((w for w in bill.ways if w.key == common.word(request.POST, "way")), None)
    problem = _problem(request, bill, way)
    if problem:
        messages.error(request, problem)
    if problem or way is None or way.kind == "counter":
        return SeeOther(here)
    if common.is_throttled(request, LIMIT):
        return common.throttled_page(request, LIMIT)
    common.count_try(request, LIMIT)
    try:
        return SeeOther(_address(request, bill, way))
    except (PaymentError, GatewayError) as error:
        messages.error(request, _sorry(error))
        return SeeOther(here)


def _problem(request: HttpRequest, bill: shown.Bill, way: Gateway | None) -> str:
    """Why this button does nothing: nothing is due, the page is old, or the way is switched off."""
    if not bill.is_payable:
        return f"{bill.told.sentence} {bill.told.means}"
    if common.word(request.POST, "due") not in ("", str(bill.charge.due)):
        return _("Số tiền phải nộp vừa thay đổi. Bạn xem lại các khoản rồi bấm nộp lần nữa.")
    if way is None:
        return _("Cách nộp này hiện không dùng được. Bạn chọn một cách khác dưới đây.")
    return ""


def _address(request: HttpRequest, bill: shown.Bill, way: Gateway) -> str:
    """Where the browser goes. Raises PaymentError when nothing can be paid now, GatewayError when the way is shut."""
    by = rules.citizen(bill.submission.applicant_name, common.visitor(request).account)
    attempt = billing.start(bill.charge.pk, way.key, by=by, expires_at=_until(way), is_test=way.is_test)
    if way.kind == "transfer":
        return reverse("payment-transfer", args=[bill.submission.reference])
    back = settings.SITE_URL + reverse("payment-return")
    return way.start(attempt, return_url=back, address=http.client_address(request))


def _until(way: Gateway) -> datetime.datetime | None:
    """A transfer is never too late; a gateway closes its page."""
    return timezone.now() + datetime.timedelta(minutes=settings.PAYMENT_MINUTES) if way.kind == "redirect" else None


def _sorry(error: Exception) -> str:
    """The words of the portal are for people; those of a gateway are for the log."""
    if isinstance(error, PaymentError):
        return str(error)
    log.warning("payment not started: %s", error)
    return _("Chưa mở được trang thanh toán. Chưa có khoản tiền nào bị trừ. Bạn thử lại sau, hoặc chọn cách nộp khác.")


# --- one try -------------------------------------------------------------------------------------


@never_cache
@require_safe
def state(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """What became of one try, as far as it is known now. Looking at it changes nothing."""
    try:
        found = access.submission(common.visitor(request), reference)
    except access.NotHeld:
        return own.not_held(request, reference)
    bill = shown.of(found)
    attempt = next((a for a in bill.tries if a.number == number), None) if bill else None
    if bill is None or attempt is None:
        return _nothing(request, found) if bill is None else redirect("payment", found.reference)
    told = shown.told(attempt, bill.charge)
    context = _context(bill) | {"attempt": attempt, "told": told, "again": _again(bill, attempt)}
    return render(request, "payments/attempt.html", context)


def _again(bill: shown.Bill, attempt: PaymentAttempt) -> Gateway | None:
    """The way of this try, when it can be gone again."""
    return next((way for way in bill.ways if way.key == attempt.gateway), None)


# --- bank transfer -------------------------------------------------------------------------------


@never_cache
@require_safe
def by_transfer(request: HttpRequest, reference: str) -> HttpResponse:
    """The code and the words of a bank transfer that was chosen on the page of the bill; made to be printed."""
    try:
        found = access.submission(common.visitor(request), reference)
    except access.NotHeld:
        return own.not_held(request, reference)
    bill = shown.of(found)
    attempt = shown.open_transfer(bill) if bill else None
    if bill is None or attempt is None:
        return redirect("payment", found.reference)
    attempt.charge.submission = found
    return render(request, "payments/by_transfer.html", _context(bill) | {"transfer": transfer(attempt)})

"""Hand-over lists on the screen: overview, one list with its scan field, printing, closing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from payments import carriers, delivery, handover
from payments.admin import desk
from payments.admin.post import gate
from payments.admin.post.answers import pdf_answer
from payments.admin.post.page import PER_PAGE, list_address, tell
from payments.admin.post.scan import unknown
from payments.models import Delivery, HandoverList
from portal.lib import pdf
from submissions.errors import Incomplete, SubmissionError
from submissions.models import Officer
from submissions.rules import officer_actor

LAST = "vua"  # the parcel that was scanned last, whose sticker of the post comes next


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    officer = gate.keeper(request)
    shown = Paginator(handover.lists(officer), PER_PAGE).get_page(request.GET.get("trang"))
    return desk.page(request, "post/lists", {"title": _("Bảng kê giao bưu điện"), "page": shown})


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    officer, listed = gate.handover_list(request, pk)
    return _shown(request, officer, listed)


def _shown(request: HttpRequest, _officer: Officer, listed: HandoverList, **more: Any) -> HttpResponse:
    rows = list(handover.rows(listed))
    last = next((d for d in rows if str(d.pk) == request.GET.get(LAST)), None)
    carrier = carriers.CARRIERS.get(listed.carrier)
    context = {
        "title": _("Bảng kê %s") % listed,
        "list": listed,
        "rows": rows,
        "last": last,
        "carrier": carrier,
        "without_number": sum(not d.tracking_number for d in rows),
        **more,
    }
    return desk.page(request, "post/list", context)


@never_cache
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponseBase:
    _officer, listed = gate.handover_list(request, pk)
    try:
        content = handover.sheet(listed)
    except pdf.PdfError:
        messages.error(request, _("Chưa tạo được tệp bảng kê. Bạn thử lại sau ít phút."))
        return HttpResponseRedirect(list_address(listed))
    return pdf_answer(content, _("Bảng kê giao bưu điện %s.pdf") % str(listed).replace("/", "-"))


@require_POST
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """A label of ours puts its parcel on the list; what is scanned next, the sticker of the post, is its number."""
    officer, listed = gate.handover_list(request, pk)
    typed, last = request.POST.get("ma", ""), request.POST.get(LAST, "")[:15]
    label = gate.by_label(officer, typed)
    after: Delivery | None = label
    try:
        if label is not None:
            tell(request, handover.add(listed.pk, [label.pk], by=officer_actor(officer)), _("Đã thêm %d bưu gửi."))
        elif last.isdecimal() and gate.signs(typed):
            after = _number(request, officer, listed, int(last), typed)
        else:
            after = _by_number(request, officer, listed, typed)
    except SubmissionError as problem:
        messages.error(request, str(problem))
        # The sticker can be scanned once more.
        after = handover.rows(listed).filter(pk=last).first() if label is None and last.isdecimal() else None
    query = f"?{LAST}={after.pk}" if after is not None and not after.tracking_number else ""
    return HttpResponseRedirect(list_address(listed) + query)


def _number(request: HttpRequest, officer: Officer, listed: HandoverList, pk: int, typed: str) -> Delivery | None:
    """The post's number for the parcel that was scanned just before."""
    parcel = handover.rows(listed).filter(pk=pk).first()
    if parcel is None:
        messages.error(request, unknown(typed))
        return None
    doubts = delivery.set_tracking(parcel.pk, typed, by=officer_actor(officer))
    parcel.refresh_from_db(fields=["tracking_number"])
    words = _("%(label)s: mã bưu gửi %(number)s.") % {"label": parcel.code, "number": parcel.tracking_number}
    messages.success(request, words)
    for doubt in doubts:
        messages.warning(request, doubt)
    return parcel


def _by_number(request: HttpRequest, officer: Officer, listed: HandoverList, typed: str) -> Delivery | None:
    """A parcel that has its number already, known by it."""
    parcel = gate.by_tracking(officer, typed)
    if parcel is None:
        messages.error(request, unknown(typed))
        return None
    tell(request, handover.add(listed.pk, [parcel.pk], by=officer_actor(officer)), _("Đã thêm %d bưu gửi."))
    return parcel


@require_POST
def remove(request: HttpRequest, pk: int, parcel: int) -> HttpResponse:
    officer, listed = gate.handover_list(request, pk)
    try:
        handover.remove(listed.pk, parcel, by=officer_actor(officer))
    except SubmissionError as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(list_address(listed))


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on the list is given to the post now; a second click changes nothing."""
    officer, listed = gate.handover_list(request, pk)
    received_by = request.POST.get("received_by", "").replace("\0", "")[:300]
    try:
        done = handover.close(listed.pk, received_by, by=officer_actor(officer))
    except Incomplete as problem:
        return _shown(request, officer, listed, error=str(problem), typed=received_by)
    except SubmissionError as problem:
        for line in str(problem).split("\n"):
            messages.error(request, line)
        return HttpResponseRedirect(list_address(listed))
    tell(request, done, _("Đã giao bưu điện %d bưu gửi. Bạn in bảng kê để hai bên ký."))
    return HttpResponseRedirect(reverse("admin:payments_post_list", args=[listed.pk]))

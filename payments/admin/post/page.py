"""The post page of an agency: the shelves, and what is done with many parcels at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from payments import carriers, delivery, handover, labels, shelves
from payments.admin import desk
from payments.admin.post import gate
from payments.admin.post.answers import pdf_answer
from payments.models import Delivery, HandoverList
from portal.lib import pdf
from submissions.errors import SubmissionError
from submissions.models import Officer
from submissions.rules import officer_actor

PER_PAGE = 50


def address(section: str = shelves.FIRST, **more: Any) -> str:
    query = urlencode({"muc": section, **more} if section != shelves.FIRST else more)
    return reverse("admin:payments_post") + (f"?{query}" if query else "")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """One shelf, fifty parcels a page."""
    officer = gate.keeper(request)
    section = shelves.SECTIONS.get(request.GET.get("muc", ""), shelves.SECTIONS[shelves.FIRST])
    paginator = Paginator(shelves.rows(gate.parcels(officer), section), PER_PAGE)
    shown = paginator.get_page(request.GET.get("trang"))
    context = {
        "title": _("Bưu chính"),
        "shelves": shelves.counts(officer),
        "section": section,
        "page": shown,
        "lists": list(handover.lists(officer).filter(closed_at=None)[:20]),
        "carrier": carriers.current(),
        "sizes": labels.SIZES.values(),
    }
    return desk.page(request, "post/page", context)


# --- many at once --------------------------------------------------------------------------------


def _chosen(request: HttpRequest, officer: Officer) -> list[int]:
    """The keys that were ticked, of parcels of the agency only, in the order of the list."""
    typed = [pk for pk in request.POST.getlist("n") if pk.isascii() and pk.isdigit() and len(pk) < 16]
    rows = gate.parcels(officer).filter(pk__in=typed[: handover.MOST]).order_by("ready_at", "pk")
    return list(rows.values_list("pk", flat=True))


@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """What the button under the list says, done with the ticked parcels."""
    officer = gate.keeper(request)
    do, back = MANY.get(request.POST.get("do", "")), address(request.POST.get("muc", shelves.FIRST)[:20])
    pks = _chosen(request, officer)
    if do is None or not pks:
        messages.warning(request, _("Bạn đánh dấu ít nhất một bưu gửi rồi bấm nút."))
        return HttpResponseRedirect(back)
    try:
        return do(request, officer, pks) or HttpResponseRedirect(back)
    except SubmissionError as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(back)


def _print(request: HttpRequest, _officer: Officer, pks: list[int]) -> HttpResponse:
    size = request.POST.get("co", "A6")
    query = urlencode({"co": size if size in labels.SIZES else "A6", "n": pks}, doseq=True)
    return HttpResponseRedirect(f"{reverse('admin:payments_post_labels')}?{query}")


def _list(request: HttpRequest, officer: Officer, pks: list[int]) -> HttpResponse:
    by, onto = officer_actor(officer), request.POST.get("len", "")
    kept = handover.lists(officer).filter(pk=onto, closed_at=None).first() if onto.isdecimal() else None
    done = handover.add(kept.pk, pks, by=by) if kept else handover.make(by=by, pks=pks)
    tell(request, done, _("Đã đưa %d bưu gửi vào bảng kê."))
    return HttpResponseRedirect(list_address(done.list))


def _book(request: HttpRequest, officer: Officer, pks: list[int]) -> None:
    """One after another: what is wrong with one does not hold the others up."""
    count = 0
    for pk in pks:
        try:
            count += delivery.want_booking([pk], by=officer_actor(officer))
        except SubmissionError as problem:
            messages.warning(request, str(problem))
    if count:
        messages.success(request, _("%d bưu gửi đang được đặt với bưu điện; mã bưu gửi có sau ít phút.") % count)


MANY: dict[str, Callable[[HttpRequest, Officer, list[int]], HttpResponse | None]] = {
    "nhan": _print,
    "bang-ke": _list,
    "dat": _book,
}


def list_address(listed: HandoverList) -> str:
    return reverse("admin:payments_post_list", args=[listed.pk])


def tell(request: HttpRequest, done: handover.Done, words: str) -> None:
    """How many went, and each that did not with its reason."""
    if done.count:
        messages.success(request, words % done.count)
    for _delivery, why in done.left_out:
        messages.warning(request, why)


# --- labels --------------------------------------------------------------------------------------


@never_cache
@require_safe
def labels_pdf(request: HttpRequest) -> HttpResponseBase:
    """The labels of the named parcels; those of another agency are left out."""
    officer = gate.keeper(request)
    size = request.GET.get("co", "A6")
    keys = [pk for pk in request.GET.getlist("n") if pk.isascii() and pk.isdigit() and len(pk) < 16][: labels.MOST]
    rows: list[Delivery] = list(gate.parcels(officer).filter(pk__in=keys).order_by("ready_at", "pk"))
    if not rows:
        messages.warning(request, _("Bạn đánh dấu ít nhất một bưu gửi rồi bấm nút."))
        return HttpResponseRedirect(address())
    try:
        content = labels.sheet(rows, size if size in labels.SIZES else "A6")
    except pdf.PdfError:
        messages.error(request, _("Chưa tạo được tệp nhãn. Bạn thử lại sau ít phút, hoặc chép mã nhãn bằng tay."))
        return HttpResponseRedirect(address())
    name = rows[0].code if len(rows) == 1 else _("%d bưu gửi") % len(rows)
    return pdf_answer(content, _("Nhãn %s.pdf") % name)

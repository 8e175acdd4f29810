"""One input for a scanner, which types a code and presses Enter."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from payments import delivery
from payments.admin.post import gate, page
from payments.models import Delivery
from payments.states import Step
from submissions.errors import SubmissionError
from submissions.models import Officer
from submissions.rules import officer_actor


@require_POST
def scan(request: HttpRequest) -> HttpResponse:
    """A label or a number of the post opens the parcel; the label of announced originals says that they are here."""
    officer = gate.keeper(request)
    typed = request.POST.get("ma", "")
    found = gate.by_label(officer, typed) or gate.by_tracking(officer, typed)
    if found is None:
        messages.error(request, unknown(typed))
        return HttpResponseRedirect(page.address())
    if found.direction == Delivery.Direction.IN and found.step == Step.ANNOUNCED:
        arrived(request, officer, found)
    return HttpResponseRedirect(reverse("admin:payments_parcel", args=[found.pk]))


def arrived(request: HttpRequest, officer: Officer, parcel: Delivery) -> None:
    """Writes that announced originals have come."""
    try:
        delivery.arrive(parcel.code, by=officer_actor(officer))
    except SubmissionError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Đã ghi nhận bản chính của hồ sơ %s đến nơi.") % parcel.submission)


def unknown(typed: str) -> str:
    code = gate.signs(typed)
    if not code:
        return _("Bạn quét hoặc gõ mã nhãn, mã bưu gửi rồi bấm Enter.")
    return _("Không có bưu gửi nào của cơ quan bạn mang mã %s. Bạn quét lại, hoặc tìm theo mã hồ sơ.") % code

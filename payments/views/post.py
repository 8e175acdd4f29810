"""The post of a submission, for its holder: another address, the counter instead, originals sent in."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from payments import carriers, delivery, labels, posted
from payments.forms import ReceiverForm, receiver_of
from payments.models import Delivery
from portal.lib import pdf
from portal.lib.serving import file_answer
from submissions import access, rules
from submissions.errors import SubmissionError
from submissions.models import Submission
from submissions.notices.wording import desk_of
from submissions.rules import Actor
from submissions.views import common, own

View = Callable[..., HttpResponseBase]


def _held(view: Callable[[HttpRequest, Submission], HttpResponseBase]) -> View:
    """The view for the holder of the submission; everybody else is asked for its secret."""

    def for_holder(request: HttpRequest, reference: str) -> HttpResponseBase:
        try:
            found = access.submission(common.visitor(request), reference)
        except access.NotHeld:
            return own.not_held(request, reference)
        return view(request, found)

    return for_holder


def _by(request: HttpRequest, s: Submission) -> Actor:
    return rules.citizen(s.applicant_name, common.visitor(request).account)


def _nothing(request: HttpRequest, s: Submission) -> HttpResponse:
    messages.error(request, _("Ở bước này bạn không đổi được cách nhận trên cổng. Bạn hãy gọi nơi nhận hồ sơ."))
    return redirect(s)


def _changeable(s: Submission) -> Delivery | None:
    """The result's parcel while its receiver may still choose."""
    out = posted.of(s).out
    return out.parcel if out is not None and (out.may_change or out.has_choice) else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_held
def address(request: HttpRequest, s: Submission) -> HttpResponse:
    """Another receiver or address: before the post has it, or when it did not arrive."""
    parcel = _changeable(s)
    if parcel is None:
        return _nothing(request, s)
    form = ReceiverForm(request.POST if request.method == "POST" else None, initial=receiver_of(parcel))
    if request.method == "POST" and form.is_valid() and _sent(request, form, parcel, s):
        return redirect(s)
    return _address_page(request, s, parcel, form)


def _sent(request: HttpRequest, form: ReceiverForm, parcel: Delivery, s: Submission) -> bool:
    typed = form.cleaned_data
    try:
        delivery.send_again(parcel.pk, typed["name"], typed["phone"], typed["address"], by=_by(request, s))
    except SubmissionError as problem:
        form.add_error("address", str(problem))
        return False
    messages.success(request, _("Đã ghi người nhận và địa chỉ mới."))
    return True


def _address_page(request: HttpRequest, s: Submission, parcel: Delivery, form: ReceiverForm) -> HttpResponse:
    errors = [{"input_id": field.id_for_label, "message": message} for field in form for message in field.errors]
    came_back = parcel.step in posted.CAME_BACK
    context: dict[str, Any] = {"s": s, "form": form, "errors": errors, "came_back": came_back}
    context["postage"] = posted.postage(parcel)
    status = common.error_status(request) if errors else 200
    return render(request, "payments/post/address.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_held
def pickup(request: HttpRequest, s: Submission) -> HttpResponse:
    """Asks once more, then the result waits at the counter."""
    parcel = _changeable(s)
    if parcel is None:
        return _nothing(request, s)
    if request.method != "POST":
        return render(request, "payments/post/pickup.html", {"s": s, "parcel": parcel, "desk": desk_of(s.agency)})
    try:
        after = delivery.pick_up(parcel.pk, by=_by(request, s))
    except SubmissionError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _picked_up(after))
    return redirect(s)


def _picked_up(parcel: Delivery) -> str:
    if parcel.step == posted.Step.PICKUP:
        return _("Đã ghi nhận: bạn đến nhận kết quả tại quầy.")
    return _("Đã ghi nhận. Bưu điện còn giữ phong bì; khi phong bì về đến cơ quan, bạn được báo để đến nhận.")


# --- originals -----------------------------------------------------------------------------------


def _announced(s: Submission) -> Delivery | None:
    into = posted.of(s).into
    return into.parcel if into is not None and into.parcel.step == posted.Step.ANNOUNCED else None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_held
def originals(request: HttpRequest, s: Submission) -> HttpResponse:
    """How to send originals in; POST makes the label, once however often it is sent."""
    post = posted.of(s)
    parcel = _announced(s)
    if parcel is None and not post.may_announce:
        messages.error(request, _("Hồ sơ này không chờ bản chính nào gửi đến."))
        return redirect(s)
    if request.method == "POST":
        try:
            delivery.announce_originals(s, by=_by(request, s))
        except SubmissionError as problem:
            messages.error(request, str(problem))
            return redirect(s)
        return redirect("post-originals", s.reference)
    context: dict[str, Any] = {"s": s, "parcel": parcel, "documents": post.originals, "desk": desk_of(s.agency)}
    if parcel is not None:
        context |= {"spoken": labels.spoken(parcel.code), "is_test": carriers.of(parcel).is_test}
    return render(request, "payments/post/originals.html", context)


@never_cache
@require_safe
@_held
def label(request: HttpRequest, s: Submission) -> HttpResponseBase:
    """The label for the envelope with the originals."""
    parcel = _announced(s)
    if parcel is None:
        messages.error(request, _("Hồ sơ này không chờ bản chính nào gửi đến."))
        return redirect(s)
    parcel.submission = s
    try:
        content = labels.sheet([parcel], "A6")
    except pdf.PdfError:
        messages.error(request, _("Chưa tạo được tệp nhãn. Bạn chép mã nhãn và địa chỉ lên phong bì."))
        return redirect("post-originals", s.reference)
    name = _("Nhãn %s.pdf") % parcel.code
    return file_answer(io.BytesIO(content), name=name, content_type="application/pdf", size=len(content))

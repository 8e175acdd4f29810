"""The page of one parcel: to whom, where it is, and what reception may do with it now."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from payments import carriers, delivery, journeys, labels
from payments.admin import desk
from payments.admin.post import gate
from payments.forms import ReceiverForm, receiver_of
from payments.models import Delivery
from payments.states import AT_THE_POST, Booking, Step
from submissions.errors import SubmissionError
from submissions.models import Officer
from submissions.rules import Actor, officer_actor

MOST_POSTAGE = 10_000_000  # đồng
AT_THE_DESK = (Step.PREPARING, Step.READY, Step.RETURNED)
_t = gettext_lazy


class NumberForm(forms.Form):
    number = forms.CharField(
        label=_t("Mã bưu gửi"),
        max_length=60,
        help_text=_t("Quét tem của bưu điện hoặc gõ như in trên biên nhận, ví dụ EA000000014VN."),
        error_messages={"required": _t("Bạn cần quét hoặc gõ mã bưu gửi.")},
    )
    postage = forms.IntegerField(
        label=_t("Cước (đồng, không bắt buộc)"),
        required=False,
        min_value=0,
        max_value=MOST_POSTAGE,
        error_messages={"invalid": _t("Cước là số đồng, chỉ gồm chữ số.")},
    )


class SaidForm(forms.Form):
    at = forms.DateTimeField(
        label=_t("Lúc (để trống: bây giờ)"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": _t("Bạn ghi thời điểm như 23/11/2026 09:30.")},
    )
    note = forms.CharField(label=_t("Ghi chú (không bắt buộc)"), required=False, max_length=300)


@dataclass(frozen=True)
class Act:
    """What may be done with a parcel at some steps; `run` may return doubts, in sentences that refuse nothing."""

    key: str
    button: Any
    explain: Any
    steps: Collection[str]
    run: Callable[[Delivery, dict[str, Any], Actor], Any]
    done: Any
    form: type[forms.Form] = forms.Form
    is_main: bool = False


def _number(d: Delivery, typed: dict[str, Any], by: Actor) -> list[str]:
    return delivery.set_tracking(d.pk, typed["number"], by=by, postage=typed["postage"])


def _marked(step: Step) -> Callable[[Delivery, dict[str, Any], Actor], Any]:
    def run(d: Delivery, typed: dict[str, Any], by: Actor) -> None:
        at: datetime.datetime | None = typed["at"]
        delivery.mark(d.pk, step, by=by, at=at, note=typed["note"])

    return run


def _send_again(d: Delivery, typed: dict[str, Any], by: Actor) -> None:
    delivery.send_again(d.pk, typed["name"], typed["phone"], typed["address"], by=by)


ACTS: dict[str, Act] = {
    act.key: act
    for act in (
        Act("da-den", _t("Bản chính đã đến"), _t("Phong bì đã ở đây. Người nộp thấy ngay trên trang hồ sơ."),
            (Step.ANNOUNCED,), lambda d, _typed, by: delivery.arrive(d.code, by=by),
            _t("Đã ghi nhận bản chính đến nơi."), is_main=True),
        Act("ma-buu-gui", _t("Ghi mã bưu gửi"), _t("Người nhận theo dõi bưu gửi bằng mã này."),
            (Step.READY, *AT_THE_POST), _number, _t("Đã ghi mã bưu gửi."), NumberForm, is_main=True),
        Act("dat", _t("Đặt bưu gửi"), _t("Cổng đặt với bưu điện và nhận mã bưu gửi sau ít phút."),
            (Step.READY, Step.HANDED), lambda d, _typed, by: delivery.want_booking([d.pk], by=by),
            _t("Bưu gửi đang được đặt; mã bưu gửi có sau ít phút.")),
        Act("da-phat", _t("Đã phát"), _t("Người nhận đã cầm kết quả. Hồ sơ kết thúc: đã trả kết quả."),
            AT_THE_POST, _marked(Step.DELIVERED), _t("Đã ghi nhận phát thành công."), SaidForm),
        Act("khong-phat-duoc", _t("Phát không thành công"), _t("Người nhận được báo và chọn lại cách nhận."),
            (Step.HANDED, Step.MOVING), _marked(Step.FAILED), _t("Đã ghi nhận phát không thành công."), SaidForm),
        Act("chuyen-hoan", _t("Đã chuyển hoàn"), _t("Phong bì đã về lại cơ quan. Người nhận được báo."),
            AT_THE_POST, _marked(Step.RETURNED), _t("Đã ghi nhận chuyển hoàn."), SaidForm),
        Act("gui-lai", _t("Đổi người nhận, địa chỉ"), _t("Bưu gửi đã chuyển hoàn được gửi lại bằng nhãn mới."),
            (*AT_THE_DESK, Step.FAILED), _send_again, _t("Đã ghi địa chỉ mới."), ReceiverForm),
        Act("den-nhan", _t("Không gửi nữa, trả tại quầy"), _t("Người dân đến nhận tại bộ phận một cửa."),
            (*AT_THE_DESK, Step.FAILED), lambda d, _typed, by: delivery.pick_up(d.pk, by=by),
            _t("Đã chuyển sang nhận tại quầy.")),
    )
}  # fmt: skip


def _is_possible(act: Act, d: Delivery) -> bool:
    if d.step not in act.steps:
        return False
    if act.key == "dat":
        return carriers.of(d).is_automatic and not d.tracking_number and d.booking != Booking.WANTED
    return True


def _initial(act: Act, d: Delivery) -> dict[str, Any]:
    if act.form is ReceiverForm:
        return receiver_of(d)
    return {"number": d.tracking_number} if act.form is NumberForm else {}


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    officer, found = gate.parcel(request, pk)
    return _shown(request, officer, found)


def _shown(request: HttpRequest, _officer: Officer, d: Delivery, wrong: forms.Form | None = None) -> HttpResponse:
    """`wrong`: the form that was sent with errors, shown as it was typed."""
    acts = []
    for act in ACTS.values():
        if _is_possible(act, d):
            sent = wrong if wrong is not None and wrong.prefix == act.key else None
            acts.append((act, sent or act.form(prefix=act.key, initial=_initial(act, d))))
    others = d.submission.deliveries.exclude(pk=d.pk).order_by("pk")
    context = {
        "title": _("Bưu gửi %s") % d.code,
        "d": d,
        "spoken": labels.spoken(d.code),
        "tone": journeys.tone(d),
        "postage": labels.postage(d),
        "carrier": carriers.of(d),
        "doubts": delivery.doubts(d),
        "journey": journeys.journey(d, d.events.all()),
        "others": list(others),
        "acts": acts,
        "wrong": wrong,
        "sizes": labels.SIZES.values(),
    }
    return desk.page(request, "post/parcel", context)


@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    officer, d = gate.parcel(request, pk)
    row = ACTS[act]
    form = row.form(request.POST, prefix=row.key)
    if not _is_possible(row, d):
        messages.warning(request, _("Bưu gửi đã sang bước khác. Bạn xem lại diễn biến rồi chọn việc cần làm."))
    elif not form.is_valid() or not _done(request, row, form, d, officer_actor(officer)):
        return _shown(request, officer, d, form)
    return HttpResponseRedirect(_next(d))


def _next(d: Delivery) -> str:
    """The parcel that is under way now: a new one when it was sent anew."""
    latest = Delivery.objects.filter(submission=d.submission_id, direction=d.direction).order_by("-number").first()
    return reverse("admin:payments_parcel", args=[latest.pk if latest else d.pk])


def _done(request: HttpRequest, row: Act, form: forms.Form, d: Delivery, by: Actor) -> bool:
    """Runs the act; False when it was refused, with the reason on the form."""
    try:
        doubts = row.run(d, form.cleaned_data, by)
    except SubmissionError as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, str(row.done))
    for doubt in doubts if isinstance(doubts, list) else ():
        messages.warning(request, doubt)
    return True

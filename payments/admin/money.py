"""The money of one submission: one page an act. GET shows, POST acts through billing."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payments import billing, cashier
from payments.admin import desk
from payments.admin.desk import Money
from payments.admin.fields import amount_of
from payments.admin.money_forms import FORMS, PREVIEW, CashForm, MoneyForm
from payments.models import Refund
from payments.states import RefundState
from portal.templatetags.portal import vnd
from submissions import papers, states
from submissions.errors import ChangedMeanwhile, NotAllowed, SubmissionError
from submissions.models import Paper

RECORD = "admin:submissions_submission_change"
# The verb that each act leaves in the log, and for how long the same one again is taken for a second click.
VERBS = {
    cashier.AMOUNTS: states.CHARGE,
    cashier.EXEMPT: states.WAIVE,
    cashier.WAIVE: states.WAIVE,
    cashier.CASH: states.PAY,
    cashier.REFUND: states.REFUND,
}
SECOND_CLICK = datetime.timedelta(minutes=2)


def _record(money: Money) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse(RECORD, args=[money.submission.pk]))


def _back(request: HttpRequest, money: Money, problem: object) -> HttpResponse:
    messages.error(request, str(problem))
    return _record(money)


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    row = cashier.BY_KEY.get(act)
    if row is None:
        raise Http404
    money = desk.opened(request, pk)
    if not cashier.may(money.officer, row, money.submission.agency):
        return _back(request, money, NotAllowed())
    sent = request.method == "POST"
    if sent and _is_second_click(money, act, request.POST.get("seen", "")):
        messages.info(request, _("Việc này đã được ghi nhận, cổng không ghi thêm lần nữa."))
        return _record(money)
    why_not = row.why_not(money.charge)
    if why_not:
        return _back(request, money, why_not)
    form = FORMS[act](request.POST if sent else None, money=money, initial={} if sent else _preset(request))
    if sent and form.is_valid() and request.POST.get("step") != PREVIEW:
        answer = _do(request, form)
        if answer is not None:
            return answer
    return _shown(request, row, money, form)


def _shown(request: HttpRequest, row: cashier.Act, money: Money, form: MoneyForm) -> HttpResponse:
    context = {"title": row.button, "row": row, "form": form, "submission": money.submission, "charge": money.charge}
    context["back"] = reverse(RECORD, args=[money.submission.pk])
    return desk.page(request, "act", context)


def _preset(request: HttpRequest) -> dict[str, Any]:
    """What a link to the page has chosen already: a refund that is to be tried again."""
    given = {name: request.GET[name][:20] for name in ("attempt", "way", "amount") if request.GET.get(name)}
    amount = amount_of(given.pop("amount", ""))
    return {**given, **({"amount": amount} if amount else {})}


def _is_second_click(money: Money, act: str, known: str) -> bool:
    """The same officer has just done the same, and the page was opened before it."""
    if known == desk.seen(money.charge):
        return False
    last = money.submission.events.order_by("-number").first()
    if last is None or last.verb != VERBS[act] or last.actor_id != money.officer.user_id:
        return False
    return last.at > timezone.now() - SECOND_CLICK


def _do(request: HttpRequest, form: MoneyForm) -> HttpResponse | None:
    """Runs the act; None means that the form is shown again with what was typed."""
    money = form.money
    try:
        done = desk.once(money, form.cleaned_data["seen"], form.run)
    except ChangedMeanwhile:
        form.renew()
        form.add_error(None, _("Tiền của hồ sơ vừa thay đổi sau khi bạn mở trang. Bạn xem lại các số rồi gửi lại."))
        return None
    except SubmissionError as problem:
        form.add_error(None, str(problem))
        return None
    messages.success(request, form.done_words(done))
    if isinstance(form, CashForm):
        return HttpResponseRedirect(reverse("admin:payments_taken", args=[money.submission.pk, done.pk]))
    return _record(money)


@require_safe
def taken(request: HttpRequest, pk: int, attempt: int) -> HttpResponse:
    """The cash was booked: the paper to print, and where to go on."""
    money = desk.opened(request, pk)
    found = money.charge.attempts.filter(pk=attempt, received__gt=0).first()
    if found is None:
        raise Http404
    kept = papers.for_officer(money.submission).filter(kind=Paper.Kind.PAYMENT)
    paper = kept.filter(event__data__attempt=found.reference).first()
    back = reverse(RECORD, args=[money.submission.pk])
    context = {"title": _("Đã thu tiền"), "submission": money.submission, "charge": money.charge, "back": back}
    return desk.page(request, "taken", {**context, "attempt": found, "paper": paper})


# --- refunds that officers carry out themselves --------------------------------------------------


@require_POST
def refund_done(request: HttpRequest, pk: int, refund: int) -> HttpResponse:
    """The money was given back in cash or by transfer; said twice it is booked once."""
    money = desk.opened(request, pk)
    row = cashier.BY_KEY[cashier.REFUND]
    if not cashier.may(money.officer, row, money.submission.agency):
        return _back(request, money, NotAllowed())
    found = Refund.objects.filter(pk=refund, attempt__charge=money.charge).exclude(way=Refund.Way.GATEWAY).first()
    if found is None:
        raise Http404
    if found.state == RefundState.DONE:
        messages.info(request, _("Lần hoàn này đã được ghi nhận, cổng không ghi thêm lần nữa."))
        return _record(money)
    number = " ".join(request.POST.get("number", "").split())[:60]
    if found.way == Refund.Way.TRANSFER and not number:
        words = _("Bạn hãy ghi số giao dịch chuyển khoản của lần hoàn này rồi bấm “Đã hoàn”.")
        return _back(request, money, words)
    try:
        billing.refund_done(found.pk, number, by=money.actor)
    except SubmissionError as problem:
        return _back(request, money, problem)
    messages.success(request, _("Đã ghi nhận hoàn %s cho người nộp.") % vnd(found.amount))
    return _record(money)

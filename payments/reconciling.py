"""Finds out what nobody told: asks about silent payments, ends those whose time is up, sends refunds.

Every row is taken by a conditional UPDATE before anybody is called, so that two workers never do one twice; no lock is
held during a call. A worker that dies in between leaves a row that is taken up again later.
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from payments import billing, noticing
from payments.errors import PaymentError
from payments.gateways import GATEWAYS, Back, Gateway, GatewayError, Reading, RefundAnswer, Result
from payments.models import GatewayMessage, PaymentAttempt, Refund
from payments.states import Attempt, RefundState

logger = logging.getLogger(__name__)

STEP = 50  # of progress
# An attempt of at most this age is asked about again after that time.
PACE = (
    (datetime.timedelta(hours=1), datetime.timedelta(minutes=5)),
    (datetime.timedelta(days=1), datetime.timedelta(hours=1)),
    (datetime.timedelta.max, datetime.timedelta(hours=6)),
)
# A gateway that says "no" so long after the end says it for good; until then somebody may still be at its page.
AFTER_THE_END = datetime.timedelta(minutes=10)
# In a row: then the gateway counts as down for the rest of the run.
MOST_ERRORS = 3
# So often a refund is sent or asked about; the last ones are four hours apart.
MOST_TRIES, MOST_TRIES_AT_THE_BANK = 15, 60
SAYS_HOW_MUCH = (Result.PAID, Result.FAILED, Result.CANCELLED)
TAKEN_ON = ("00", "94")


@dataclass
class Tally:
    """What one run did. `trouble`: sentences about what somebody has to look at."""

    asked: int = 0
    settled: int = 0
    expired: int = 0
    refunded: int = 0
    waiting: int = 0
    trouble: list[str] = field(default_factory=list)

    @property
    def is_idle(self) -> bool:
        return not (self.asked or self.expired or self.refunded or self.waiting)


class Turn:
    """The time that one run has, and the gateways that are down in it."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._errors: dict[str, int] = {}

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def is_down(self, gateway: str) -> bool:
        return self._errors.get(gateway, 0) >= MOST_ERRORS

    def note(self, gateway: str, *, failed: bool) -> None:
        self._errors[gateway] = self._errors.get(gateway, 0) + 1 if failed else 0


def settle_pending(
    seconds: float = 45.0,
    *,
    limit: int | None = 1000,
    at_once: bool = False,
    said: Callable[[str], None] | None = None,
) -> Tally:
    """One run of at most `seconds` and one call more. `at_once`: asks also about those whose turn has not come.

    First the questions: who paid in the last minute is not told that the time is up. `said` is told how far it is.
    """
    tally, turn = Tally(), Turn(seconds)
    for attempt in _silent(turn, limit, at_once=at_once):
        _safely(_ask, attempt, tally, turn)
        if said is not None and tally.asked % STEP == 0:
            said(_("… đã hỏi %d lượt nộp") % tally.asked)
    tally.expired = billing.expire()
    for refund in _waiting_refunds(turn, limit):
        _safely(_send, refund, tally, turn)
    return tally


Row = TypeVar("Row", PaymentAttempt, Refund)


def _safely(step: Callable[[Row, Tally, Turn], None], row: Row, tally: Tally, turn: Turn) -> None:
    """One row that breaks does not hold up the others; it was taken, so it comes last next time."""
    try:
        step(row, tally, turn)
    except Exception as error:
        logger.exception("%s %s broke", type(row).__name__, row.pk)
        words = _("%(what)s: lỗi của cổng khi xử lý (%(error)s). Bạn báo người quản trị hệ thống xem nhật ký.")
        tally.trouble.append(words % {"what": row, "error": type(error).__name__})


# --- questions -----------------------------------------------------------------------------------


def silent(now: datetime.datetime, *, at_once: bool = False) -> QuerySet[PaymentAttempt]:
    """Attempts that a gateway can be asked about and has not decided, oldest question first.

    Also expired ones, and those of a bill that was paid otherwise: their notice may have been lost, and the money is
    there.
    """
    gateways = [key for key, gateway in GATEWAYS.items() if gateway.can_ask and gateway.is_on()]
    youngest = now if at_once else now - datetime.timedelta(minutes=settings.RECONCILE_AFTER_MINUTES)
    oldest = now - datetime.timedelta(days=settings.RECONCILE_DAYS)
    rows = PaymentAttempt.objects.filter(
        gateway__in=gateways,
        state__in=noticing.UNDECIDED,
        created_at__gte=oldest,
        created_at__lte=youngest,
    )
    # Whoever asked so recently may still be waiting for the answer.
    longest_call = datetime.timedelta(seconds=2 * settings.GATEWAY_TIMEOUT_SECONDS + 1)
    turn = Q(asked_at=None) | Q(asked_at__lte=now - longest_call) if at_once else _due(now)
    return rows.filter(turn).exclude(Exists(_last_words())).order_by("asked_at", "created_at")


def _due(now: datetime.datetime) -> Q:
    due, born_before = Q(asked_at=None), now
    for age, pause in PACE:
        born_after = now - age if age < datetime.timedelta.max else None
        band = Q(asked_at__lte=now - pause, created_at__lte=born_before)
        due |= band & Q(created_at__gt=born_after) if born_after else band
        born_before = born_after or born_before
    return due


def _last_words() -> QuerySet[GatewayMessage]:
    """A believed "no" that came well after the end of the attempt."""
    finals = Q()
    for gateway in GATEWAYS.values():
        finals |= Q(gateway=gateway.key, answer__in=gateway.final_codes)
    return GatewayMessage.objects.filter(
        finals,
        attempt=OuterRef("pk"),
        kind=GatewayMessage.Kind.QUERY,
        is_genuine=True,
        at__gte=OuterRef("expires_at") + AFTER_THE_END,
    )


def _silent(turn: Turn, limit: int | None, *, at_once: bool) -> Iterator[PaymentAttempt]:
    """Each taken just before it is handed out."""
    rows = silent(timezone.now(), at_once=at_once).values_list("pk", "gateway", "asked_at")
    for pk, gateway, asked_at in list(rows[:limit]):
        if turn.is_over:
            return
        if not turn.is_down(gateway) and billing.claim_question(pk, asked_at):
            yield PaymentAttempt.objects.select_related("charge__submission").get(pk=pk)


def _ask(attempt: PaymentAttempt, tally: Tally, turn: Turn) -> None:
    """Asks, keeps the answer, and books what it says."""
    tally.asked += 1
    gateway = GATEWAYS[attempt.gateway]
    try:
        reading = gateway.ask(attempt)
    except GatewayError as error:
        turn.note(gateway.key, failed=True)
        _keep_failure(gateway, GatewayMessage.Kind.QUERY, attempt, error)
        tally.trouble.append(f"{attempt.reference}: {error}")
        return
    turn.note(gateway.key, failed=False)
    is_odd = reading.result in SAYS_HOW_MUCH and reading.amount != attempt.amount
    answer = noticing.Answer.AMOUNT.code if is_odd else reading.code
    noticing.keep(gateway.key, GatewayMessage.Kind.QUERY, reading, attempt=attempt, answer=answer)
    if is_odd:
        words = _("%(what)s: cổng thanh toán báo số tiền khác với số đã yêu cầu. Bạn đối chiếu trên trang của cổng đó.")
        tally.trouble.append(words % {"what": attempt})
    else:
        _book(attempt, reading, tally)


def _book(attempt: PaymentAttempt, reading: Reading, tally: Tally) -> None:
    changed = noticing.apply(attempt, reading)
    tally.settled += changed and reading.result in SAYS_HOW_MUCH
    if reading.result is Result.WAITING and attempt.state != Attempt.STARTED:
        words = _("%(what)s: quá giờ mà cổng thanh toán còn giữ giao dịch (mã %(code)s). Bạn liên hệ cổng đó.")
        tally.trouble.append(words % {"what": attempt, "code": reading.code or "–"})


def _keep_failure(
    gateway: Gateway, kind: str, attempt: PaymentAttempt, error: GatewayError, reference: str = ""
) -> None:
    """A call that brought nothing, for whoever looks why a payment hangs."""
    raw = f"{error} {error.raw}".strip()
    noticing.keep(gateway.key, kind, Reading(reference=reference or attempt.reference, raw=raw), attempt=attempt)
    logger.warning("%s of %s failed", kind, gateway.key)


# --- refunds -------------------------------------------------------------------------------------


def waiting_refunds(now: datetime.datetime) -> QuerySet[Refund]:
    """Refunds to send or to ask about. Of one payment one at a time: an answer tells only of the latest."""
    under_way = Q(way=Refund.Way.GATEWAY, state__in=(RefundState.ASKED, RefundState.SENT))
    older = Refund.objects.filter(under_way, attempt=OuterRef("attempt"), pk__lt=OuterRef("pk"))
    gateways = [key for key, gateway in GATEWAYS.items() if gateway.can_refund and gateway.is_on()]
    rows = Refund.objects.filter(under_way, next_try_at__lte=now, attempt__gateway__in=gateways)
    return rows.exclude(Exists(older)).order_by("next_try_at", "pk")


def _waiting_refunds(turn: Turn, limit: int | None) -> Iterator[Refund]:
    rows = waiting_refunds(timezone.now()).values_list("pk", "attempt__gateway")
    for pk, gateway in list(rows[:limit]):
        if turn.is_over:
            return
        if not turn.is_down(gateway) and billing.claim_refund(pk):
            yield Refund.objects.select_related("attempt__charge__submission", "asked_by__user").get(pk=pk)


def _send(refund: Refund, tally: Tally, turn: Turn) -> None:
    gateway = GATEWAYS[refund.attempt.gateway]
    try:
        answer = _answer(gateway, refund)
    except GatewayError as error:
        turn.note(gateway.key, failed=True)
        _keep_failure(gateway, GatewayMessage.Kind.REFUND, refund.attempt, error, refund.request_id)
        answer = RefundAnswer(Back.REFUSED if error.permanent else Back.LATER, why=str(error))
    else:
        turn.note(gateway.key, failed=False)
    _conclude(refund, answer, tally)


def _answer(gateway: Gateway, refund: Refund) -> RefundAnswer:
    """Sent once; what was taken on is asked about, never sent again. Raises GatewayError."""
    if _may_send(refund):
        _keep_words(gateway, refund, _("Gửi yêu cầu hoàn tiền."))
        answer = gateway.refund(refund)
        _keep_refund(gateway, refund, answer, GatewayMessage.Kind.REFUND)
        if answer.result is not Back.SENT:
            return answer
    answer = gateway.ask_refund(refund)
    _keep_refund(gateway, refund, answer, GatewayMessage.Kind.QUERY)
    if answer.result is Back.DONE and _is_another(refund, answer):
        return RefundAnswer(Back.LATER, why=_("Cổng thanh toán chỉ mới báo về lần hoàn trước của lượt nộp này."))
    return answer


def _may_send(refund: Refund) -> bool:
    """A request number makes a repeat known for one day only: a refund that may have arrived is not sent on the next.

    The first row is written before the first call, and outlives a worker that dies in it.
    """
    rows = GatewayMessage.objects.filter(kind=GatewayMessage.Kind.REFUND, reference=refund.request_id)
    first = rows.order_by("at", "pk").first()
    if first is None:
        return True
    is_taken_on = rows.filter(is_genuine=True, answer__in=TAKEN_ON).exists()
    return not is_taken_on and timezone.localdate(first.at) == timezone.localdate()


def _is_another(refund: Refund, answer: RefundAnswer) -> bool:
    others = refund.attempt.refunds.filter(state=RefundState.DONE).exclude(pk=refund.pk)
    return bool(answer.provider_number) and others.filter(provider_number=answer.provider_number).exists()


def _keep_words(gateway: Gateway, refund: Refund, words: str) -> None:
    GatewayMessage.objects.create(
        gateway=gateway.key,
        kind=GatewayMessage.Kind.REFUND,
        attempt=refund.attempt,
        reference=refund.request_id,
        raw=words,
        is_genuine=True,
    )


def _keep_refund(gateway: Gateway, refund: Refund, answer: RefundAnswer, kind: str) -> None:
    GatewayMessage.objects.create(
        gateway=gateway.key,
        kind=kind,
        attempt=refund.attempt,
        reference=refund.request_id,
        raw=noticing.clean(answer.raw)[: noticing.LONGEST_RAW],
        is_genuine=answer.is_genuine,
        answer=answer.code[:20],
    )


def _conclude(refund: Refund, answer: RefundAnswer, tally: Tally) -> None:
    if answer.result is Back.DONE:
        _done(refund, answer, tally)
    elif answer.result is Back.SENT:
        _again(refund, _("Cổng thanh toán đã nhận yêu cầu; ngân hàng đang hoàn tiền."), MOST_TRIES_AT_THE_BANK, tally)
    elif answer.result is Back.REFUSED:
        _fail(refund, answer.why, tally)
    else:
        _again(refund, answer.why, MOST_TRIES, tally)
        tally.trouble.append(f"{refund.attempt.reference}: {answer.why}")


def _done(refund: Refund, answer: RefundAnswer, tally: Tally) -> None:
    try:
        billing.refund_done(refund.pk, answer.provider_number)
    except PaymentError as error:
        _fail(refund, str(error), tally)
    else:
        tally.refunded += 1


def _again(refund: Refund, why: str, most: int, tally: Tally) -> None:
    if refund.tries >= most:
        words = _("%s Cổng không thử nữa. Bạn xem trên trang của cổng thanh toán, rồi ghi đã hoàn hoặc hoàn cách khác.")
        _fail(refund, words % why, tally)
        return
    billing.refund_failed(refund.pk, why, permanent=False)
    tally.waiting += 1


def _fail(refund: Refund, why: str, tally: Tally) -> None:
    billing.refund_failed(refund.pk, why, permanent=True)
    tally.trouble.append(f"{refund.attempt.reference}: {why}")

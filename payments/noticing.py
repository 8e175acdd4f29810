"""What a message of a gateway does: it is kept as it came, judged in a fixed order, and only then booked.

Signature, then order, then amount, then state; written; answered. A browser that comes back changes nothing.
"""

from __future__ import annotations

import datetime
import logging
from dataclasses import dataclass
from enum import Enum

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from payments import billing
from payments.gateways import GATEWAYS, Reading, Result
from payments.models import Charge, GatewayMessage, PaymentAttempt
from payments.states import Attempt

logger = logging.getLogger(__name__)

Kind = GatewayMessage.Kind
# A gateway may still say of these that they are paid: its notice was lost, or is late.
UNDECIDED = (Attempt.STARTED, Attempt.EXPIRED, Attempt.CLOSED)
LONGEST_RAW = 4000  # characters of a message that are kept
# Whoever has no secret may call as often as he likes; so many of such messages are kept in an hour, and so many of
# one attempt for good. All are answered.
MOST_FORGED = 200
MOST_OF_ATTEMPT = 300


class Answer(Enum):
    """What a notice is answered: RspCode and Message."""

    RECORDED = ("00", "Confirm Success")
    NO_ORDER = ("01", "Order not found")
    KNOWN = ("02", "Order already confirmed")
    AMOUNT = ("04", "Invalid amount")
    SIGNATURE = ("97", "Invalid signature")
    OTHER = ("99", "Unknown error")

    @property
    def code(self) -> str:
        return self.value[0]

    @property
    def message(self) -> str:
        return self.value[1]


def take(gateway: str, raw: str, address: str) -> Answer:
    """A server-to-server notice. Never raises: what goes wrong here is answered so that the gateway calls again."""
    message: GatewayMessage | None = None
    try:
        reading = GATEWAYS[gateway].read(raw)
        attempt = attempt_of(gateway, reading)
        message = keep(gateway, Kind.NOTICE, reading, attempt=attempt, address=address)
        answer = _judged(reading, attempt)
    except Exception:
        logger.exception("A notice of %s could not be taken", gateway)
        answer = Answer.OTHER
    _note_answer(message, answer)
    return answer


def _judged(reading: Reading, attempt: PaymentAttempt | None) -> Answer:
    if not reading.raw:
        return Answer.OTHER
    if not reading.is_genuine:
        return Answer.SIGNATURE
    # Signed, but for somebody else's shop: there is no such order here.
    if not reading.merchant_ok or attempt is None:
        return Answer.NO_ORDER
    if reading.amount != attempt.amount:
        return Answer.AMOUNT
    return Answer.RECORDED if apply(attempt, reading) else Answer.KNOWN


def apply(attempt: PaymentAttempt, reading: Reading) -> bool:
    """Books what a genuine message about this attempt and its amount says; False when that was known.

    Nothing is decided while the other side itself has not: it will be asked.
    """
    outcome = billing.Outcome(
        paid=reading.result is Result.PAID,
        amount=reading.amount or 0,
        provider_number=reading.provider_number,
        code=reading.code,
        said=reading.said,
        cancelled=reading.result is Result.CANCELLED,
        at=reading.at,
    )
    if reading.result in (Result.WAITING, Result.UNKNOWN):
        return billing.note(attempt.pk, outcome)
    return billing.settle(attempt.pk, outcome).changed


def attempt_of(gateway: str, reading: Reading) -> PaymentAttempt | None:
    if not reading.reference or "\0" in reading.reference:
        return None
    rows = PaymentAttempt.objects.filter(gateway=gateway, reference=reading.reference)
    return rows.select_related("charge__submission").first()


@dataclass(frozen=True)
class Back:
    """A browser that came back: whose payment it was, if that can be told, and whether the other side sent it."""

    attempt: PaymentAttempt | None
    is_genuine: bool


def came_back(gateway: str, raw: str, address: str) -> Back:
    """Keeps what the browser brought and changes nothing."""
    reading = GATEWAYS[gateway].read(raw)
    attempt = attempt_of(gateway, reading)
    keep(gateway, Kind.RETURN, reading, attempt=attempt, address=address)
    return Back(attempt, reading.is_genuine and reading.merchant_ok)


# --- for officers --------------------------------------------------------------------------------


def unclear(charges: QuerySet[Charge]) -> QuerySet[PaymentAttempt]:
    """Attempts of these bills of which a gateway says something true that decides nothing: money it holds, or another
    amount than was asked for. Somebody has to look on the gateway's own pages."""
    odd = GatewayMessage.objects.filter(attempt=OuterRef("pk"), is_genuine=True, answer=Answer.AMOUNT.code)
    held = Q()
    for gateway in GATEWAYS.values():
        held |= Q(gateway=gateway.key, said__code__in=list(gateway.held_codes))
    rows = PaymentAttempt.objects.filter(Exists(odd) | held, charge__in=charges, state__in=UNDECIDED)
    return rows.select_related("charge__submission").order_by("-created_at", "-pk")


# --- keeping -------------------------------------------------------------------------------------


def keep(
    gateway: str,
    kind: str,
    reading: Reading,
    *,
    attempt: PaymentAttempt | None,
    address: str = "",
    answer: str = "",
) -> GatewayMessage | None:
    """The message as it came; None when there are too many of its sort that we did not ask for."""
    if kind in (Kind.NOTICE, Kind.RETURN) and not _has_room(gateway, reading, attempt):
        logger.warning("A message of %s is not kept: too many like it", gateway)
        return None
    return GatewayMessage.objects.create(
        gateway=gateway,
        kind=kind,
        attempt=attempt,
        reference=clean(reading.reference)[:100],
        raw=clean(reading.raw)[:LONGEST_RAW],
        is_genuine=reading.is_genuine,
        address=address[:45],
        answer=answer[:20],
    )


def clean(text: str) -> str:
    """Without what no database takes."""
    return text.replace("\0", "").encode(errors="replace").decode()


def _has_room(gateway: str, reading: Reading, attempt: PaymentAttempt | None) -> bool:
    rows = GatewayMessage.objects.filter(gateway=gateway).order_by()
    if reading.is_genuine:
        return attempt is None or rows.filter(attempt=attempt)[:MOST_OF_ATTEMPT].count() < MOST_OF_ATTEMPT
    hour_ago = timezone.now() - datetime.timedelta(hours=1)
    return rows.filter(is_genuine=False, at__gte=hour_ago)[:MOST_FORGED].count() < MOST_FORGED


def _note_answer(message: GatewayMessage | None, answer: Answer) -> None:
    if message is None:
        return
    try:
        GatewayMessage.objects.filter(pk=message.pk).update(answer=answer.code)
    except Exception:
        logger.exception("The answer to a notice could not be kept")

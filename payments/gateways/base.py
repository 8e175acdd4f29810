"""What every way to pay has in common. A gateway knows the models and its own protocol; it books nothing."""

from __future__ import annotations

import abc
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from payments.models import PaymentAttempt, Refund

NOBODY = gettext_lazy("Cách nộp này không có nơi nào để hỏi.")


class GatewayError(Exception):
    """The other side could not be asked, or its answer cannot be used; the text is a sentence for officers.

    `permanent`: another try would end the same way. `raw` is what came, when something came.
    """

    def __init__(self, message: str | Promise, *, permanent: bool = False, raw: str = "") -> None:
        super().__init__(str(message))
        self.permanent = permanent
        self.raw = raw


class Result(StrEnum):
    """How a payment stands by one message of the other side."""

    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"  # by the payer
    WAITING = "waiting"  # not finished, or held by the other side: ask again
    UNKNOWN = "unknown"  # the other side has never heard of it


@dataclass(frozen=True)
class Reading:
    """One message of a gateway. Nothing of it may be believed unless it is genuine and for this merchant."""

    result: Result = Result.WAITING
    is_genuine: bool = False
    merchant_ok: bool = False
    reference: str = ""
    amount: int | None = None  # đồng; None: not given, or not a whole number
    provider_number: str = ""
    code: str = ""
    said: Mapping[str, str] = field(default_factory=dict)
    at: datetime.datetime | None = None  # when it was paid, as the other side says
    raw: str = ""


class Back(StrEnum):
    """What becomes of a refund by one answer of the other side."""

    DONE = "done"
    SENT = "sent"  # taken on; the bank has still to do it
    REFUSED = "refused"
    LATER = "later"  # cannot be told, or not now: ask again


@dataclass(frozen=True)
class RefundAnswer:
    result: Back
    is_genuine: bool = False
    provider_number: str = ""
    code: str = ""
    why: str = ""  # a sentence for officers, when it is neither done nor sent
    raw: str = ""


class Gateway(abc.ABC):
    """A way to pay. `kind` says what the payer does: "redirect" (goes to another site), "transfer" (sends money with a
    purpose text) or "counter" (comes to the desk)."""

    key: str
    label: str | Promise
    explain: str | Promise
    kind: str
    # Can be asked how an attempt stands, and told to give money back.
    can_ask: bool = False
    can_refund: bool = False
    # Codes of an answer to a question after which, once the time of an attempt is up, nothing will come.
    final_codes: frozenset[str] = frozenset()
    # Codes that say: money was taken and not passed on.
    held_codes: frozenset[str] = frozenset()

    @property
    def is_test(self) -> bool:
        """No real money: every page and paper says so."""
        return False

    @abc.abstractmethod
    def is_on(self) -> bool:
        """Has the operator switched it on?"""

    def takes(self, amount: int) -> bool:
        """Can this amount in đồng be paid this way?"""
        return amount > 0

    def start(self, attempt: PaymentAttempt, *, return_url: str, address: str) -> str:
        """The address to send the payer to; empty when the payer stays on our page. `address` is the payer's IP."""
        return ""

    def why(self, code: str) -> str:
        """What a code of this gateway means to the payer, as a sentence with what to do; empty when not known."""
        return ""

    def read(self, query: str) -> Reading:
        """A notice, or the query string a browser came back with. Never raises; nothing is genuine by itself."""
        return Reading(raw=query)

    def ask(self, attempt: PaymentAttempt) -> Reading:
        """Asks how an attempt stands. A network call: never under a lock. Raises GatewayError."""
        raise GatewayError(NOBODY, permanent=True)

    def refund(self, refund: Refund) -> RefundAnswer:
        """Asks for money to go back; the same refund twice is the same request. Raises GatewayError."""
        raise GatewayError(NOBODY, permanent=True)

    def ask_refund(self, refund: Refund) -> RefundAnswer:
        """How a refund stands that the other side has taken on. Raises GatewayError."""
        raise GatewayError(NOBODY, permanent=True)

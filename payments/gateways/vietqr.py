"""Bank transfer by a VietQR code. Nothing tells us of the money but the account's statement (payments.statements)."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from payments.gateways import banks
from payments.gateways.base import Gateway
from payments.models import PaymentAttempt
from portal.lib import qr, vietqr


@dataclass(frozen=True)
class Transfer:
    """Everything a payer needs, to scan or to type. `amount` in đồng."""

    bank: str
    bank_bin: str
    account: str
    name: str
    amount: int
    purpose: str
    payload: str
    picture: SafeString
    is_test: bool


def purpose(attempt: PaymentAttempt) -> str:
    """The submission's reference without its hyphen: it is what the statement is searched for."""
    return (attempt.charge.submission.reference or "").replace("-", "")


def payload(attempt: PaymentAttempt) -> str:
    """The text of the code: the account, the amount asked for, the purpose."""
    return vietqr.encode(settings.VIETQR_BANK_BIN, settings.VIETQR_ACCOUNT, attempt.amount, purpose(attempt))


def picture(attempt: PaymentAttempt) -> SafeString:
    """The code as an <svg> element, sized by the style sheet."""
    return mark_safe(qr.svg(payload(attempt)))  # noqa: S308 - drawn here from figures and letters


def transfer(attempt: PaymentAttempt) -> Transfer:
    """For templates/payments/transfer.html, on the page and on the sheet to print."""
    return Transfer(
        bank=banks.name_of(settings.VIETQR_BANK_BIN),
        bank_bin=settings.VIETQR_BANK_BIN,
        account=settings.VIETQR_ACCOUNT,
        name=settings.VIETQR_NAME,
        amount=attempt.amount,
        purpose=purpose(attempt),
        payload=payload(attempt),
        picture=picture(attempt),
        is_test=settings.VIETQR_IS_TEST,
    )


class VietQr(Gateway):
    """Settled by a line of the statement alone: it can be neither asked nor told to give money back."""

    key = "vietqr"
    kind = "transfer"
    label = _("Chuyển khoản bằng mã VietQR")
    explain = _(
        "Bạn quét mã bằng ứng dụng ngân hàng. Cổng xác nhận khi sao kê tài khoản có khoản tiền này, thường trong ngày "
        "làm việc."
    )

    @property
    def is_test(self) -> bool:
        return bool(settings.VIETQR_IS_TEST)

    def is_on(self) -> bool:
        return bool(settings.VIETQR_BANK_BIN and settings.VIETQR_ACCOUNT)

    def takes(self, amount: int) -> bool:
        return 0 < amount < 10**vietqr.LONGEST_AMOUNT

"""VNPAY 2.1.0: what the portal says: the address of the payment page, a question, a refund.

Amounts leave as đồng × 100, moments as yyyyMMddHHmmss in GMT+7.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
import unicodedata
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from payments.gateways.vnpay import signing
from payments.models import PaymentAttempt, Refund

VERSION = "2.1.0"
ZONE = datetime.timezone(datetime.timedelta(hours=7))
# The portal itself asks and refunds; the other side wants an address of at least seven characters.
OWN_ADDRESS = "127.0.0.1"
ASKED = "RequestId Version Command TmnCode TxnRef TransactionDate CreateDate IpAddr OrderInfo".split()
REFUNDED = (
    "RequestId Version Command TmnCode TransactionType TxnRef Amount TransactionNo TransactionDate CreateBy CreateDate"
    " IpAddr OrderInfo"
).split()
FULL, PART = "02", "03"


@dataclass(frozen=True)
class Merchant:
    code: str
    secret: str


def merchant() -> Merchant:
    return Merchant(settings.VNPAY_TMN_CODE, settings.VNPAY_HASH_SECRET)


def moment(at: datetime.datetime) -> str:
    return f"{at.astimezone(ZONE):%Y%m%d%H%M%S}"


def plain(text: str, longest: int = 255) -> str:
    """ASCII letters, digits and single spaces: the only characters that every form encoder writes alike."""
    bare = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z0-9]+", " ", bare).split())[:longest]


def ip(address: str) -> str:
    """7 to 45 characters; what is no address is written as our own."""
    try:
        return ipaddress.ip_address(address).exploded
    except ValueError:
        return OWN_ADDRESS


def pay_fields(attempt: PaymentAttempt, *, return_url: str, address: str) -> dict[str, str]:
    ends = attempt.expires_at or attempt.created_at + datetime.timedelta(minutes=settings.PAYMENT_MINUTES)
    return {
        "vnp_Version": VERSION,
        "vnp_Command": "pay",
        "vnp_TmnCode": merchant().code,
        "vnp_Amount": str(attempt.amount * 100),
        # Of the attempt and not of the click: a question about it has to name the same moment.
        "vnp_CreateDate": moment(attempt.created_at),
        "vnp_ExpireDate": moment(ends),
        "vnp_CurrCode": "VND",
        "vnp_IpAddr": ip(address),
        "vnp_Locale": "vn",
        "vnp_OrderInfo": plain(f"Nop phi le phi ho so {_dossier(attempt)}"),
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": return_url,
        "vnp_TxnRef": attempt.reference,
    }


def _dossier(attempt: PaymentAttempt) -> str:
    return attempt.reference.rpartition("-")[0] or attempt.reference


def pay_address(fields: dict[str, str]) -> str:
    """Where the browser goes: the signed text itself, and its signature."""
    text = signing.query(fields)
    return f"{settings.VNPAY_URL}?{text}&vnp_SecureHash={signing.sign(text, merchant().secret)}"


def question(attempt: PaymentAttempt, request_id: str, now: datetime.datetime | None = None) -> dict[str, str]:
    return _signed(
        ASKED,
        {
            "RequestId": request_id,
            "Version": VERSION,
            "Command": "querydr",
            "TmnCode": merchant().code,
            "TxnRef": attempt.reference,
            "TransactionDate": moment(attempt.created_at),
            "CreateDate": moment(now or timezone.now()),
            "IpAddr": OWN_ADDRESS,
            "OrderInfo": plain(f"Truy van {_dossier(attempt)}"),
        },
    )


def refund(refund: Refund, now: datetime.datetime | None = None) -> dict[str, str]:
    attempt = refund.attempt
    return _signed(
        REFUNDED,
        {
            # The same however often it is sent: by it the other side knows a repeat.
            "RequestId": refund.request_id,
            "Version": VERSION,
            "Command": "refund",
            "TmnCode": merchant().code,
            "TransactionType": FULL if refund.amount == attempt.received else PART,
            "TxnRef": attempt.reference,
            "Amount": str(refund.amount * 100),
            "TransactionNo": attempt.provider_number or "0",
            "TransactionDate": moment(attempt.created_at),
            "CreateBy": plain(refund.asked_by.user.get_username(), 245) or "canbo",
            "CreateDate": moment(now or timezone.now()),
            "IpAddr": OWN_ADDRESS,
            "OrderInfo": plain(f"Hoan phi le phi {_dossier(attempt)}"),
        },
    )


def _signed(order: list[str], values: dict[str, str]) -> dict[str, str]:
    text = signing.piped(values[name] for name in order)
    return {f"vnp_{name}": value for name, value in values.items()} | {
        "vnp_SecureHash": signing.sign(text, merchant().secret)
    }

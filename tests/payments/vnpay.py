"""VNPAY's side of a notice, for tests: signed by the sandbox's own code, which shares nothing with the portal's."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from payments.models import GatewayMessage, PaymentAttempt
from payments.sandbox import signing

NOTICE, RETURN = "/thanh-toan/vnpay/ipn", "/thanh-toan/vnpay/ve"
OTHER_SECRET = "SOMEBODY-ELSES-SECRET-0123456789"


@pytest.fixture
def merchant(settings: Any) -> None:
    settings.VNPAY_TMN_CODE, settings.VNPAY_HASH_SECRET = "HLSAND01", "SANDBOX-SECRET-NOT-A-SECRET"
    settings.VNPAY_URL, settings.VNPAY_API_URL = "http://127.0.0.1:9/vnpay/pay", "http://127.0.0.1:9/vnpay/api"


def words(attempt: PaymentAttempt, **changes: str) -> dict[str, str]:
    """What VNPAY says of a paid attempt; `changes` are names without vnp_."""
    said = {
        "Amount": str(attempt.amount * 100),
        "BankCode": "NCB",
        "BankTranNo": "VNP14400001",
        "CardType": "ATM",
        "OrderInfo": "Nop phi le phi ho so",
        "PayDate": "20260302093512",
        "ResponseCode": "00",
        "TmnCode": settings.VNPAY_TMN_CODE,
        "TransactionNo": "14400001",
        "TransactionStatus": "00",
        "TxnRef": attempt.reference,
    }
    return {f"vnp_{name}": value for name, value in {**said, **changes}.items()}


def query(attempt: PaymentAttempt, secret: str = "", **changes: str) -> str:
    return signing.signed(secret or settings.VNPAY_HASH_SECRET, words(attempt, **changes))


def tell(raw: str, client: Client | None = None) -> str:
    """Sends the notice as it stands and returns its RspCode."""
    answer = (client or Client()).get(NOTICE, QUERY_STRING=raw)
    assert answer.status_code == 200
    assert set(answer.json()) == {"RspCode", "Message"}
    code: str = answer.json()["RspCode"]
    return code


def answers(**about: Any) -> list[str]:
    """What the kept messages were answered, oldest first."""
    return list(GatewayMessage.objects.filter(**about).order_by("at", "pk").values_list("answer", flat=True))


def query_of(address: str) -> str:
    return urlsplit(address).query

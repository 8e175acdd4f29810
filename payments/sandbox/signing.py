"""VNPAY's signatures: HMAC-SHA512 over the sorted query (request, return, notice) or over fields joined with | (API).

Written for the sandbox alone, from the publisher's documentation, so that two independent readings meet.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote_plus

UNSIGNED = ("vnp_SecureHash", "vnp_SecureHashType")

QUERY = (
    "RequestId", "Version", "Command", "TmnCode", "TxnRef", "TransactionDate", "CreateDate", "IpAddr", "OrderInfo",
)  # fmt: skip
REFUND = (
    "RequestId", "Version", "Command", "TmnCode", "TransactionType", "TxnRef", "Amount", "TransactionNo",
    "TransactionDate", "CreateBy", "CreateDate", "IpAddr", "OrderInfo",
)  # fmt: skip
REFUND_ANSWER = (
    "ResponseId", "Command", "ResponseCode", "Message", "TmnCode", "TxnRef", "Amount", "BankCode", "PayDate",
    "TransactionNo", "TransactionType", "TransactionStatus", "OrderInfo",
)  # fmt: skip
QUERY_ANSWER = (*REFUND_ANSWER, "PromotionCode", "PromotionAmount")


def digest(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.lower().encode(), expected.encode())


def query(fields: Mapping[str, str]) -> str:
    """What is signed and what is sent: sorted by name, empty values left out, blanks as +."""
    names = sorted(name for name, value in fields.items() if value and name not in UNSIGNED)
    return "&".join(f"{name}={quote_plus(fields[name])}" for name in names)


def signed(secret: str, fields: Mapping[str, str]) -> str:
    text = query(fields)
    return f"{text}&vnp_SecureHash={digest(secret, text)}"


def is_genuine(secret: str, raw: str) -> bool:
    """Judged on the query as it came, and only then on the same values encoded anew."""
    given = dict(parse_qsl(raw, keep_blank_values=True)).get("vnp_SecureHash", "")
    pairs = [pair.partition("=")[::2] for pair in raw.split("&")]
    kept = sorted((name, value) for name, value in pairs if value and name not in UNSIGNED)
    as_it_came = "&".join(f"{name}={value}" for name, value in kept)
    return any(same(given, digest(secret, text)) for text in (as_it_came, query(dict(parse_qsl(raw)))))


def joined(names: Iterable[str], fields: Mapping[str, str]) -> str:
    return "|".join(fields.get(f"vnp_{name}", "") for name in names)

"""VNPAY 2.1.0: what is signed and how. The text that is signed is the text that is sent, byte by byte."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, quote_plus

UNSIGNED = ("vnp_SecureHash", "vnp_SecureHashType")
LONGEST_QUERY = 8000  # characters; a notice has some five hundred
MOST_PAIRS = 60


def sign(text: str, secret: str) -> str:
    """HMAC-SHA512 in lower-case hex."""
    return hmac.new(secret.encode(), text.encode(errors="replace"), hashlib.sha512).hexdigest()


def is_signed(text: str, signature: str, secret: str) -> bool:
    return bool(secret) and hmac.compare_digest(sign(text, secret).encode(), signature.lower().encode(errors="replace"))


def query(fields: Mapping[str, str]) -> str:
    """The signed text of a request: without empty values, sorted by name, form-encoded."""
    return _joined((name, quote_plus(value)) for name, value in fields.items() if value and name not in UNSIGNED)


def fields(raw: str) -> dict[str, str]:
    """The parameters of a query string; nothing when it is too long, not text or names one twice."""
    if len(raw) > LONGEST_QUERY:
        return {}
    try:
        raw.encode()  # half characters: no text has them
        pairs = parse_qsl(raw, max_num_fields=MOST_PAIRS, errors="strict")
    except ValueError:
        return {}
    found = dict(pairs)
    return found if len(found) == len(pairs) else {}


def is_genuine(raw: str, secret: str) -> bool:
    """Was this query string signed with the secret?

    First as it came, pair by pair, without a round trip of decoding and encoding; form encoders differ on a few
    characters. Only when that fails, decoded and encoded anew, as for a proxy that writes the same text otherwise.
    """
    known = fields(raw)
    signature = known.get("vnp_SecureHash", "")
    return bool(signature) and any(is_signed(text, signature, secret) for text in (_as_it_came(raw), query(known)))


def _as_it_came(raw: str) -> str:
    pairs = (pair.partition("=") for pair in raw.split("&"))
    return _joined((name, value) for name, _, value in pairs if value and name not in UNSIGNED)


def _joined(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def piped(values: Iterable[str]) -> str:
    """The signed text of a question, a refund and the answers to them: raw values in a fixed order."""
    return "|".join(values)

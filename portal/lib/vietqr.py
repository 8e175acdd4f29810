"""VietQR: the text of a code that a bank's app reads as a transfer (NAPAS QR v1.5.2 on EMVCo merchant-presented QR)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

NAPAS = "A000000727"
TO_ACCOUNT, TO_CARD = "QRIBFTTA", "QRIBFTTC"
SERVICES = (TO_ACCOUNT, TO_CARD, "QRPUSH", "QRCASH")
STATIC, DYNAMIC = "11", "12"
DONG, COUNTRY = "704", "VN"
LONGEST_VALUE, LONGEST_WORDS, LONGEST_ACCOUNT, LONGEST_AMOUNT = 99, 25, 19, 13
# Some writers begin with 00; readers take it, this writer never does.
FORMATS = ("01", "00")
BILL, PURPOSE = "01", "08"
_CRC = re.compile(r"[0-9A-F]{4}")
_WORDS = re.compile(r"[ -~]*")


class NotVietQR(ValueError):
    """The text cannot be written as such a code, or is none."""


@dataclass(frozen=True)
class Transfer:
    """What a code asks for. `amount` in whole đồng; None: the payer types it."""

    bank_bin: str
    account: str
    amount: int | None = None
    purpose: str = ""
    bill: str = ""
    service: str = TO_ACCOUNT


def crc(text: str) -> str:
    """CRC-16/CCITT-FALSE as four capital hexadecimal figures."""
    return f"{binascii.crc_hqx(text.encode(), 0xFFFF):04X}"


# --- writing -------------------------------------------------------------------------------------


def encode(
    bank_bin: str,
    account: str,
    amount: int | None = None,
    purpose: str = "",
    bill: str = "",
    service: str = TO_ACCOUNT,
) -> str:
    """The text of the code: with an amount for one payment, without one for any. Raises NotVietQR.

    `purpose` and `bill` are at most 25 signs without tone marks; banks drop what is longer.
    """
    _check(Transfer(bank_bin, account, amount, purpose, bill, service))
    receiver = _joined([("00", bank_bin), ("01", account)])
    fields = [
        ("00", FORMATS[0]),
        ("01", STATIC if amount is None else DYNAMIC),
        ("38", _joined([("00", NAPAS), ("01", receiver), ("02", service)])),
        ("53", DONG),
        ("54", "" if amount is None else str(amount)),
        ("58", COUNTRY),
        ("62", _joined([(BILL, bill), (PURPOSE, purpose)])),
    ]
    unsigned = f"{_joined(fields)}6304"
    return unsigned + crc(unsigned)


def _joined(fields: Iterable[tuple[str, str]]) -> str:
    """Number, length, value; empty values are left out."""
    return "".join(f"{number}{len(value):02d}{value}" for number, value in fields if value)


def _check(wanted: Transfer) -> None:
    if not _is_receiver(wanted.bank_bin, wanted.account):
        raise NotVietQR("the bank is six figures, the account up to 19 letters and figures")
    if wanted.amount is not None and not 0 < wanted.amount < 10**LONGEST_AMOUNT:
        raise NotVietQR(f"not an amount to be paid: {wanted.amount}")
    for words in (wanted.purpose, wanted.bill):
        if len(words) > LONGEST_WORDS or not _WORDS.fullmatch(words):
            raise NotVietQR("purpose and bill are at most 25 signs without tone marks")
    if wanted.service not in SERVICES:
        raise NotVietQR(f"no such service: {wanted.service}")


def _is_receiver(bank_bin: str, account: str) -> bool:
    figures = len(bank_bin) == 6 and bank_bin.isascii() and bank_bin.isdigit()
    return figures and 0 < len(account) <= LONGEST_ACCOUNT and account.isascii() and account.isalnum()


# --- reading -------------------------------------------------------------------------------------


def parse(text: str) -> Transfer:
    """What the code asks for. Raises NotVietQR for whatever a bank's app should refuse."""
    if len(text) < 8 or text[-8:-4] != "6304" or not _CRC.fullmatch(text[-4:]) or crc(text[:-4]) != text[-4:]:
        raise NotVietQR("the check sum at the end is missing or wrong")
    fields = _fields(text[:-8])
    if fields.get("00") not in FORMATS or fields.get("53") != DONG or fields.get("58") != COUNTRY:
        raise NotVietQR("not a code for đồng in Việt Nam")
    if "63" in fields:
        raise NotVietQR("something stands behind the check sum")
    return _transfer(fields)


def _fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if len(head) < 4 or not (head.isascii() and head.isdigit()) or head[:2] in found:
            raise NotVietQR(f"no field at sign {at}")
        at += 4 + int(head[2:])
        if at > len(text):
            raise NotVietQR(f"field {head[:2]} is longer than the text")
        found[head[:2]] = text[at - int(head[2:]) : at]
    return found


def _transfer(fields: Mapping[str, str]) -> Transfer:
    merchant = _fields(fields.get("38", ""))
    receiver, words = _fields(merchant.get("01", "")), _fields(fields.get("62", ""))
    bank_bin, account = receiver.get("00", ""), receiver.get("01", "")
    if merchant.get("00") != NAPAS or not _is_receiver(bank_bin, account):
        raise NotVietQR("no account at a bank of NAPAS")
    service = merchant.get("02", TO_ACCOUNT)
    return Transfer(bank_bin, account, _amount(fields), words.get(PURPOSE, ""), words.get(BILL, ""), service)


def _amount(fields: Mapping[str, str]) -> int | None:
    """None also for a code marked for one payment that names none: readers let the payer type it."""
    written = fields.get("54")
    if written is None:
        return None
    if not (written.isascii() and written.isdigit() and len(written) <= LONGEST_AMOUNT and int(written)):
        raise NotVietQR(f"not an amount: {written}")
    return int(written)

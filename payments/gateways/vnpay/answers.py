"""VNPAY 2.1.0: what comes back, and what it means. Nothing whose signature is wrong is believed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from payments.gateways.base import Back, GatewayError, Reading, RefundAnswer
from payments.gateways.vnpay import codes, signing
from payments.gateways.vnpay.requests import ZONE, Merchant

SAID = {
    "bank": "BankCode",
    "bank_number": "BankTranNo",
    "card_type": "CardType",
    "pay_date": "PayDate",
    "response": "ResponseCode",
    "status": "TransactionStatus",
}
LONGEST_SAID = 60
REFUND_ANSWER = (
    "ResponseId Command ResponseCode Message TmnCode TxnRef Amount BankCode PayDate TransactionNo TransactionType"
    " TransactionStatus OrderInfo"
).split()
# Without a promotion the two last ones are signed as empty text.
QUERY_ANSWER = [*REFUND_ANSWER, "PromotionCode", "PromotionAmount"]


def read_query(raw: str, merchant: Merchant) -> Reading:
    """A notice or a return. Never raises."""
    said = {name.removeprefix("vnp_"): value for name, value in signing.fields(raw).items()}
    response, status = said.get("ResponseCode", ""), said.get("TransactionStatus", "")
    return _reading(
        said,
        merchant,
        raw=raw,
        is_genuine=signing.is_genuine(raw, merchant.secret),
        result=codes.result_of(response, status),
        code=response,
    )


def read_answer(answer: Mapping[str, Any], raw: str, reference: str, merchant: Merchant) -> Reading:
    """The answer to a question about the attempt `reference`. Raises GatewayError when it tells nothing of it."""
    said = _texts(answer)
    if not _is_ours(QUERY_ANSWER, said, "querydr", reference, merchant):
        raise GatewayError(_("VNPAY trả lời không đúng chữ ký; câu trả lời không được dùng."), raw=raw)
    response, status = said.get("ResponseCode", ""), said.get("TransactionStatus", "")
    if response not in codes.QUERY:
        raise GatewayError(codes.why_not_answered(response), raw=raw)
    result = codes.QUERY[response] or codes.result_of("00", status)
    # Its response code is of the question, not of the payment.
    paid = {name: value for name, value in said.items() if name != "ResponseCode"}
    return _reading(paid, merchant, raw=raw, is_genuine=True, result=result, code=status or response)


def read_refund(answer: Mapping[str, Any], raw: str, reference: str, merchant: Merchant) -> RefundAnswer:
    """The answer to a refund."""
    said = _texts(answer)
    if not _is_ours(REFUND_ANSWER, said, "refund", reference, merchant):
        return RefundAnswer(Back.LATER, why=_("VNPAY trả lời không đúng chữ ký; câu trả lời không được dùng."), raw=raw)
    code, status = said.get("ResponseCode", ""), said.get("TransactionStatus", "")
    result, why = codes.refund_result(code, status)
    return RefundAnswer(result, True, _number(said), code, why, raw)


def read_refund_state(
    answer: Mapping[str, Any], raw: str, reference: str, amount: int, merchant: Merchant
) -> RefundAnswer:
    """How a refund of `amount` đồng stands, by the answer to a question about the payment it belongs to: that tells of
    the payment's latest transaction."""
    said = _texts(answer)
    if not _is_ours(QUERY_ANSWER, said, "querydr", reference, merchant):
        return RefundAnswer(Back.LATER, why=_("VNPAY trả lời không đúng chữ ký; câu trả lời không được dùng."), raw=raw)
    code = said.get("ResponseCode", "")
    if code != "00":
        return RefundAnswer(Back.LATER, True, code=code, why=codes.why_not_answered(code), raw=raw)
    kind = said.get("TransactionType", "") if dong(said.get("Amount", "")) == amount else ""
    result, why = codes.refund_state(kind, said.get("TransactionStatus", ""))
    return RefundAnswer(result, True, _number(said), said.get("TransactionStatus", ""), why, raw)


def _is_ours(order: list[str], said: Mapping[str, str], command: str, reference: str, merchant: Merchant) -> bool:
    """Signed with our secret, and about what was asked; an answer that found nothing may leave the reference out."""
    known = said.get("TxnRef", "")
    is_about = known == reference or (not known and said.get("ResponseCode") != codes.OK)
    text = signing.piped(said.get(name, "") for name in order)
    return (
        is_about
        and (said.get("Command"), said.get("TmnCode")) == (command, merchant.code)
        and signing.is_signed(text, said.get("SecureHash", ""), merchant.secret)
    )


def _reading(said: Mapping[str, str], merchant: Merchant, **known: Any) -> Reading:
    return Reading(
        merchant_ok=said.get("TmnCode") == merchant.code,
        reference=said.get("TxnRef", "")[:100],
        amount=dong(said.get("Amount", "")),
        provider_number=_number(said),
        said={ours: said[name][:LONGEST_SAID] for ours, name in SAID.items() if said.get(name)},
        at=_moment(said.get("PayDate", "")),
        **known,
    )


def _number(said: Mapping[str, str]) -> str:
    """0 stands for: no number."""
    number = said.get("TransactionNo", "")[:LONGEST_SAID]
    return "" if number == "0" else number


def _texts(answer: Mapping[str, Any]) -> dict[str, str]:
    """Every value as the text that is signed; a missing one is empty, a nested one is none of theirs."""
    return {
        name.removeprefix("vnp_"): "" if value is None else str(value)
        for name, value in answer.items()
        if value is None or (isinstance(value, str | int) and not isinstance(value, bool))
    }


def dong(text: str) -> int | None:
    """Whole đồng of an amount × 100; None when it is not one."""
    if not re.fullmatch(r"[0-9]{3,14}", text) or int(text) % 100:
        return None
    return int(text) // 100


def _moment(text: str) -> datetime.datetime | None:
    if not re.fullmatch(r"[0-9]{14}", text):
        return None
    try:
        return datetime.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=ZONE)
    except ValueError:
        return None

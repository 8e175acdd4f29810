"""VNPAY's interface for merchants: querydr (what became of a payment) and refund, each signed both ways."""

from __future__ import annotations

import re
import secrets
from typing import Any

from payments.sandbox import signing
from payments.sandbox.answers import Answer, Asked, Refused, data
from payments.sandbox.faults import Fault, Faults, keeps_the_act, spoil
from payments.sandbox.store import Record, Store, now
from payments.sandbox.vnpay import Merchant, is_moment, stamp, tampered

MESSAGES = {
    "00": "Success",
    "02": "Invalid TmnCode",
    "03": "Invalid data format",
    "91": "Transaction not found",
    "94": "Duplicate request",
    "95": "Transaction was not successful",
    "97": "Invalid checksum",
    "99": "Unknown error",
}
NAMES = {"querydr": (signing.QUERY, signing.QUERY_ANSWER), "refund": (signing.REFUND, signing.REFUND_ANSWER)}
FORMATS = {
    "RequestId": r"[A-Za-z0-9_-]{1,32}",
    "Version": r"2\.1\.0",
    "TxnRef": r"[A-Za-z0-9_-]{1,100}",
    "OrderInfo": r"[A-Za-z0-9 .:_-]{1,255}",
    "TransactionDate": r"\d{14}",
    "CreateDate": r"\d{14}",
    "IpAddr": r"[0-9A-Fa-f.:]{3,45}",
    "TransactionType": r"02|03",
    "Amount": r"[1-9]\d{0,11}",
    "TransactionNo": r"\d{0,15}",
    "CreateBy": r"[^|]{1,245}",
}
PAID = ("pay",)
# Of the choice: vnp_TransactionStatus; nothing chosen is "not finished".
STATUS = {"pay": "00", "suspect": "07", "": "01"}


class VnpayApi:
    def __init__(self, store: Store, faults: Faults, merchant: Merchant) -> None:
        self.store, self.faults, self.merchant = store, faults, merchant

    def call(self, asked: Asked) -> Answer:
        """POST of a JSON object. Raises Refused for what is none, or is neither command."""
        fields = {name: str(value) for name, value in asked.json().items() if isinstance(value, str | int)}
        command = fields.get("vnp_Command", "")
        if command not in NAMES:
            raise Refused("vnp_Command: expected querydr or refund")
        fault = self.faults.take("vnpay.api", f"{command}:{fields.get('vnp_TxnRef', '')}")
        if not keeps_the_act(fault):
            code = fault.code if fault and fault.kind == "code" else "99"
            return spoil(self._answered(command, fields, {"ResponseCode": code}), fault)
        return spoil(self._answered(command, fields, self._judged(command, fields), fault), fault)

    def _judged(self, command: str, fields: dict[str, str]) -> dict[str, str]:
        """The answer's own fields. What is wrong comes as a code."""
        with self.store.lock:
            code = self._checked(command, fields)
            if code != "00":
                return {"ResponseCode": code}
            order = self.store.get("orders", fields["vnp_TxnRef"])
            if order is None or not _is_meant(order, fields):
                return {"ResponseCode": "91"}
            return self._refund(order, fields) if command == "refund" else _state(order)

    def _checked(self, command: str, fields: dict[str, str]) -> str:
        if _has_bad_format(command, fields):
            return "03"
        if fields.get("vnp_TmnCode") != self.merchant.code:
            return "02"
        expected = signing.digest(self.merchant.secret, signing.joined(NAMES[command][0], fields))
        if not signing.same(fields.get("vnp_SecureHash", ""), expected):
            return "97"
        request = f"{now():%Y%m%d}:{fields['vnp_RequestId']}"
        if self.store.get("requests", request) is not None:
            return "94"
        self.store.put("requests", request, {"command": command})
        return "00"

    # --- refund ----------------------------------------------------------------------------------

    def _refund(self, order: Record, fields: dict[str, str]) -> dict[str, str]:
        amount, full = int(fields["vnp_Amount"]), fields["vnp_TransactionType"] == "02"
        code = _refusal(order, amount, full)
        if code:
            return {"ResponseCode": code}
        number = str(14_000_000 + self.store.next_number("transactions"))
        refund = {
            "request": fields["vnp_RequestId"],
            "amount": amount,
            "number": number,
            "at": stamp(now()),
            "type": fields["vnp_TransactionType"],
        }
        self.store.put("orders", order["ref"], {**order, "refunds": [*order["refunds"], refund]})
        return {
            "ResponseCode": "00",
            "Message": "Refund Success",
            "Amount": str(amount),
            "BankCode": order["bank"],
            "PayDate": refund["at"],
            "TransactionNo": number,
            "TransactionType": fields["vnp_TransactionType"],
            "TransactionStatus": "05",
            "OrderInfo": fields["vnp_OrderInfo"],
        }

    # --- the answer ------------------------------------------------------------------------------

    def _answered(
        self, command: str, fields: dict[str, str], said: dict[str, str], fault: Fault | None = None
    ) -> Answer:
        """Signed; a "tamper" changes it as it changes a notice."""
        names = {
            "ResponseId": secrets.token_hex(16),
            "Command": command,
            "Message": MESSAGES.get(said["ResponseCode"], "Unknown error"),
            "TmnCode": self.merchant.code,
            "TxnRef": fields.get("vnp_TxnRef", "")[:100],
            **said,
        }
        answer = {f"vnp_{name}": value for name, value in names.items()}
        order = NAMES[command][1]
        checksum = signing.digest(self.merchant.secret, signing.joined(order, answer))
        if fault is not None and fault.kind == "tamper":
            answer.update(tampered({"vnp_Amount": "", **answer}, fault.what))
            if fault.signed:
                checksum = signing.digest(self.merchant.secret, signing.joined(order, answer))
            checksum = checksum[::-1] if fault.what == "signature" else checksum
        return data({**answer, "vnp_SecureHash": checksum})


def _has_bad_format(command: str, fields: dict[str, str]) -> bool:
    names = [name for name in NAMES[command][0] if name in FORMATS]
    wrong = [name for name in names if not re.fullmatch(FORMATS[name], fields.get(f"vnp_{name}", ""))]
    dates = (fields.get("vnp_TransactionDate", ""), fields.get("vnp_CreateDate", ""))
    return bool(wrong) or not all(map(is_moment, dates))


def _is_meant(order: Record, fields: dict[str, str]) -> bool:
    """The day of the payment must be told right; its number only when it is told."""
    number = fields.get("vnp_TransactionNo", "").strip("0")
    return fields["vnp_TransactionDate"] == order["created"] and number in ("", order["number"].strip("0"))


def _refusal(order: Record, amount: int, full: bool) -> str:
    """VNPAY's code, or nothing: never more than was paid, in full only what is still whole."""
    left: int = order["amount"] - sum(r["amount"] for r in order["refunds"])
    if order["choice"] not in PAID:
        return "95"
    if left == 0 or (full and left < order["amount"]):
        return "94"
    if amount > left or (full and amount != order["amount"]):
        return "99"
    return ""


def _state(order: Record) -> dict[str, str]:
    said: dict[str, Any] = {
        "ResponseCode": "00",
        "Message": "QueryDR Success",
        "Amount": str(order["amount"]),
        "BankCode": order["bank"] if order["choice"] else "",
        "PayDate": order["at"],
        "TransactionNo": order["number"] if order["choice"] in ("pay", "suspect") else "0",
        "TransactionType": "01",
        "TransactionStatus": STATUS.get(order["choice"], "02"),
        "OrderInfo": order["info"],
    }
    return {**said, **_latest_refund(order)}


def _latest_refund(order: Record) -> dict[str, str]:
    """A question tells of the latest transaction: money on its way back is with the bank by the time one asks."""
    if not order["refunds"]:
        return {}
    refund = order["refunds"][-1]
    return {
        "Amount": str(refund["amount"]),
        "PayDate": refund["at"],
        "TransactionNo": refund["number"],
        "TransactionType": refund["type"],
        "TransactionStatus": "06",
    }

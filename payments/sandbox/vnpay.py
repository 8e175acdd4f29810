"""VNPAY PAY 2.1.0 as a payer meets it: the request is checked, the payer chooses, the portal is told twice.

Once by the notice (IPN), which counts, and once by the browser that goes back. querydr and refund: vnpay_api.py.
Of the codes on the page of refusal only 70 (signature) is told of VNPAY's own; the others are the sandbox's.
"""

from __future__ import annotations

import datetime
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from payments.sandbox import pages, signing
from payments.sandbox.answers import Answer, Asked, Refused, data, moved, number, page
from payments.sandbox.faults import Fault, Faults
from payments.sandbox.sending import Message, Reply, Sender
from payments.sandbox.store import VIETNAM, Record, Store, now

IPN = "/thanh-toan/vnpay/ipn"

FORMATS: dict[str, str] = {
    "vnp_Version": r"2\.1\.0",
    "vnp_Command": r"pay",
    "vnp_TmnCode": r"[A-Za-z0-9]{8}",
    "vnp_Amount": r"[1-9]\d{0,11}",
    "vnp_CreateDate": r"\d{14}",
    "vnp_ExpireDate": r"\d{14}",
    "vnp_CurrCode": r"VND",
    "vnp_IpAddr": r"[0-9A-Fa-f.:]{3,45}",
    "vnp_Locale": r"vn|en",
    "vnp_OrderInfo": r"[A-Za-z0-9 .:_-]{1,255}",
    "vnp_OrderType": r"[A-Za-z0-9_-]{1,100}",
    "vnp_ReturnUrl": r"https?://[!-~]{3,247}",
    "vnp_TxnRef": r"[A-Za-z0-9_-]{1,100}",
}
BANK = re.compile(r"[A-Z0-9]{3,20}")

# choice: (vnp_ResponseCode, vnp_TransactionStatus, what the payer reads on the button)
CHOICES: dict[str, tuple[str, str, str]] = {
    "pay": ("00", "00", "Trả tiền"),
    "cancel": ("24", "02", "Hủy, không trả"),
    "poor": ("51", "02", "Thẻ không đủ tiền"),
    "expire": ("11", "02", "Để hết giờ"),
    "suspect": ("07", "07", "Bị trừ tiền nhưng nghi ngờ"),
}


def stamp(at: datetime.datetime) -> str:
    return f"{at.astimezone(VIETNAM):%Y%m%d%H%M%S}"


def moment(text: str) -> datetime.datetime:
    """14 digits as time in Việt Nam. Raises ValueError."""
    return datetime.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM)


def is_moment(text: str) -> bool:
    try:
        moment(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Merchant:
    code: str
    secret: str


class Vnpay:
    def __init__(self, store: Store, sender: Sender, faults: Faults, merchant: Merchant) -> None:
        self.store, self.sender, self.faults, self.merchant = store, sender, faults, merchant
        sender.speakers["vnpay.ipn"] = self

    # --- the request -----------------------------------------------------------------------------

    def pay(self, asked: Asked) -> Answer:
        """The page with the choices, or one that says what is wrong with the request."""
        try:
            order = self._taken_in(asked.query)
        except Refused as refused:
            return page(pages.refused(refused.code, str(refused)), 400)
        return self.show(order)

    def show(self, order: Record) -> Answer:
        if order["choice"]:
            return page(pages.decided(order, self.way_back(order, None)))
        if moment(order["expires"]) <= now():
            return page(pages.too_late(order))
        return page(pages.choose(order, {key: words for key, (_code, _status, words) in CHOICES.items()}))

    def _taken_in(self, raw: str) -> Record:
        """The order, a new one or the one that is there. Raises Refused with VNPAY's code."""
        fields = dict(parse_qsl(raw, keep_blank_values=True))
        if fields.get("vnp_TmnCode", "") != self.merchant.code:
            raise Refused("Không có đơn vị nhận tiền này (vnp_TmnCode).", code="72")
        if not signing.is_genuine(self.merchant.secret, raw):
            raise Refused("Sai chữ ký (vnp_SecureHash).", code="70")
        self._check_format(raw, fields)
        with self.store.lock:
            known = self.store.get("orders", fields["vnp_TxnRef"])
            if known is None:
                return self._open(fields)
            if (known["amount"], known["created"]) != (int(fields["vnp_Amount"]), fields["vnp_CreateDate"]):
                raise Refused("Mã đơn hàng này đã dùng cho một đơn khác (vnp_TxnRef).", code="01")
            return known

    def _check_format(self, raw: str, fields: Mapping[str, str]) -> None:
        wrong = [name for name, form in FORMATS.items() if not re.fullmatch(form, fields.get(name, ""))]
        wrong += [n for n in ("vnp_CreateDate", "vnp_ExpireDate") if n not in wrong and not is_moment(fields[n])]
        if not wrong and fields["vnp_ExpireDate"] <= fields["vnp_CreateDate"]:
            wrong = ["vnp_ExpireDate"]
        if fields.get("vnp_BankCode") and not BANK.fullmatch(fields["vnp_BankCode"]):
            wrong.append("vnp_BankCode")
        if len(fields) != len(raw.split("&")):
            wrong.append("tham số lặp lại")
        if wrong:
            raise Refused(f"Dữ liệu sai định dạng: {', '.join(wrong)}.", code="03")

    def _open(self, fields: Mapping[str, str]) -> Record:
        order: Record = {
            "ref": fields["vnp_TxnRef"],
            "token": secrets.token_urlsafe(16),
            "amount": int(fields["vnp_Amount"]),
            "info": fields["vnp_OrderInfo"],
            "created": fields["vnp_CreateDate"],
            "expires": fields["vnp_ExpireDate"],
            "back": fields["vnp_ReturnUrl"],
            "bank": fields.get("vnp_BankCode") or "NCB",
            "number": str(14_000_000 + self.store.next_number("transactions")),
            "choice": "",
            "at": "",
            "refunds": [],
        }
        self.store.put("orders", order["ref"], order)
        self.store.put("tokens", order["token"], {"ref": order["ref"]})
        return order

    # --- the choice ------------------------------------------------------------------------------

    def chosen(self, asked: Asked) -> Answer:
        """The payer pressed a button: the notice goes out and the browser goes back, in whatever order they arrive."""
        choice = asked.form().get("choice", "")
        if choice not in CHOICES:
            raise Refused("Không có lựa chọn này.")
        with self.store.lock:
            order = self._by_token(asked)
            if not order["choice"]:
                choice = "expire" if moment(order["expires"]) <= now() else choice
                order, _key = self.decide(order["ref"], choice)
        return self._go_back(order)

    def _by_token(self, asked: Asked) -> Record:
        """Raises Refused."""
        pointer = self.store.get("tokens", asked.path.rsplit("/", 1)[-1])
        order = self.store.get("orders", pointer["ref"]) if pointer else None
        if order is None:
            raise Refused("Không có đơn hàng này.", 404)
        return order

    def again(self, asked: Asked) -> Answer:
        """The page of an order that was opened before."""
        return self.show(self._by_token(asked))

    def decided(self, asked: Asked) -> Answer:
        """A payment without a browser: {"ref", "choice", "wait": seconds, "at": 14 digits}. Also after the expiry.

        The choice "nothing" leaves the order open. The answer has the address that a browser would be sent to.
        """
        given = asked.json()
        ref, choice = str(given.get("ref", "")), str(given.get("choice", ""))
        at = str(given.get("at", "")) or stamp(now())
        if choice not in (*CHOICES, "nothing"):
            raise Refused(f"choice: expected one of {', '.join(CHOICES)}, nothing")
        if not is_moment(at):
            raise Refused("at: expected yyyyMMddHHmmss")
        wait = number(given, "wait", 5, 60)
        order, key = self.decide(ref, choice, at)
        if key:
            self.sender.wait(key, wait)
        return data({"ref": ref, "choice": choice, "return": self.way_back(order, None) if key else ""})

    def decide(self, ref: str, choice: str, at: str = "") -> tuple[Record, str]:
        """The order as it is then, and the key of its notice. Raises Refused."""
        with self.store.lock:
            order = self.store.get("orders", ref)
            if order is None:
                raise Refused("ref: no such order; its payment page was never opened", 404)
            if order["choice"]:
                raise Refused(f"ref: already decided ({order['choice']})", 409)
            if choice == "nothing":
                return order, ""
            order = {**order, "choice": choice, "at": at or stamp(now())}
            self.store.put("orders", ref, order)
        return order, self.sender.add("vnpay.ipn", f"vnpay:{ref}", order=order)

    # --- telling the portal ----------------------------------------------------------------------

    def told(self, order: Record) -> dict[str, str]:
        """Return and notice say the same."""
        code, status, _words = CHOICES[order["choice"]]
        moved_money = order["choice"] in ("pay", "suspect")
        return {
            "vnp_Amount": str(order["amount"]),
            "vnp_BankCode": order["bank"] if moved_money else "VNPAY",
            "vnp_BankTranNo": f"VNP{order['number']}" if moved_money else "",
            "vnp_CardType": "ATM" if moved_money else "QRCODE",
            "vnp_OrderInfo": order["info"],
            "vnp_PayDate": order["at"],
            "vnp_ResponseCode": code,
            "vnp_TmnCode": self.merchant.code,
            "vnp_TransactionNo": order["number"] if moved_money else "0",
            "vnp_TransactionStatus": status,
            "vnp_TxnRef": order["ref"],
        }

    def spoken(self, order: Record, fault: Fault | None) -> str:
        """The signed query, with what a "tamper" makes of it."""
        fields = self.told(order)
        if fault is None:
            return signing.signed(self.merchant.secret, fields)
        true_hash = signing.digest(self.merchant.secret, signing.query(fields))
        fields.update(tampered(fields, fault.what))
        if fault.what == "signature":
            return f"{signing.query(fields)}&vnp_SecureHash={true_hash[::-1]}"
        if fault.signed:
            return signing.signed(self.merchant.secret, fields)
        return f"{signing.query(fields)}&vnp_SecureHash={true_hash}"

    def compose(self, notice: Record, fault: Fault | None) -> Message:
        return Message("GET", f"{IPN}?{self.spoken(notice['order'], fault)}")

    def is_taken(self, _notice: Record, reply: Reply) -> bool:
        """00 and 02 end the calls; everything else, a time-out too, is tried again."""
        return reply.status == 200 and json.loads(reply.text).get("RspCode") in ("00", "02")

    def way_back(self, order: Record, fault: Fault | None) -> str:
        glue = "&" if urlsplit(order["back"]).query else "?"
        return f"{order['back']}{glue}{self.spoken(order, fault)}"

    def _go_back(self, order: Record) -> Answer:
        fault = self.faults.take("vnpay.return", f"vnpay:{order['ref']}")
        kind = fault.kind if fault else ""
        if kind == "drop":
            return page(pages.browser_closed(order))
        answer = moved(self.way_back(order, fault if kind == "tamper" else None))
        answer.silence = fault.seconds if fault and kind == "delay" else 0.0
        return answer


def tampered(fields: Mapping[str, str], what: str) -> dict[str, str]:
    """The fields that change; every one stays well formed."""
    changes = {
        "amount": {"vnp_Amount": str(int(fields["vnp_Amount"] or "0") + 100_000)},
        "merchant": {"vnp_TmnCode": "STRANGER"},
        "reference": {"vnp_TxnRef": f"{fields['vnp_TxnRef'][:90]}-9999"},
        "status": {"vnp_ResponseCode": "00", "vnp_TransactionStatus": "00"},
    }
    return changes.get(what, {})

"""EMS "MyEMS Merchant API 2.0": orders are taken, parcels move, the portal is told by webhook and may ask.

    POST /ems/shipments?merchant_token=…  {"code": "success", "data": {"code": tracking number, "events", …}}
    GET  /ems/shipments/detail?code=…     the same; asked for by tracking number or order code
    webhook: POST <portal>/bao-chi/ems/<token>/ with header ems-transaction; the answer {"code": "success", …} ends it

The documentation gives the fields, not the envelope of an answer: this one is the older interface's (code, data).
"""

from __future__ import annotations

import contextlib
import datetime
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from payments.sandbox import pages
from payments.sandbox.answers import Answer, Asked, Refused, data, moved, number, page
from payments.sandbox.faults import Fault, Faults, keeps_the_act, spoil
from payments.sandbox.sending import Message, Reply, Sender
from payments.sandbox.store import VIETNAM, Record, Store, now

WEBHOOK = "/bao-chi/ems/{token}/"
S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


@dataclass(frozen=True)
class Status:
    code: str
    name: str
    state: str
    button: str = ""


# 1, 2, 4 and 11000 are EMS's own codes; the others are the sandbox's, for EMS's full list comes with its contract.
STATUSES: dict[str, Status] = {
    "created": Status("1", "Đã tạo, chờ duyệt", "waitForApprove"),
    "approved": Status("2", "Đã duyệt, chờ lấy hàng", "waitForPick"),
    "picked": Status("3", "Bưu điện đã nhận hàng", "picked", "Nhận hàng"),
    "moving": Status("4", "Đang vận chuyển", "delivering", "Đang chuyển"),
    "postman": Status("11000", "Đã giao cho bưu tá", "delivering", "Giao bưu tá"),
    "delivered": Status("12000", "Phát thành công", "delivered", "Phát thành công"),
    "failed": Status("13000", "Phát không thành công", "undelivered", "Phát không thành công"),
    "returning": Status("14000", "Đang chuyển hoàn", "returning", "Chuyển hoàn"),
    "returned": Status("15000", "Đã chuyển hoàn về người gửi", "returned", "Đã trả lại người gửi"),
    "unknown": Status("77777", "Lưu tại điểm trung chuyển", "delivering", "Mã lạ"),
}
ENDS = ("delivered", "returned")
BY_ITSELF = ("picked", "moving", "postman", "delivered")

TEXTS = {"order_code": 50, "to_name": 120, "to_address": 300, "product_name": 200}
OPTIONAL_TEXTS = {
    "to_province": 100, "to_district": 100, "to_ward": 100, "to_postal": 10, "description": 300,
    "warehouse_code": 50, "customer_code": 50, "service_type": 20,
}  # fmt: skip
NUMBERS = {"total_quantity": (1, 1000), "total_weight": (1, 30_000), "money_collect": (0, 100_000_000)}
PHONE = re.compile(r"\+?\d{9,14}")
# Make-believe postage in đồng: up to so many grams.
POSTAGE = ((100, 22_000), (250, 26_500), (500, 31_000), (30_000, 45_000))


def check_digit(eight: str) -> int:
    """Of eight digits, by standard S10 of the Universal Postal Union."""
    left = 11 - sum(int(d) * w for d, w in zip(eight, S10_WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(left, left)


def tracking_number(serial: int) -> str:
    eight = f"{serial % 100_000_000:08d}"
    return f"EA{eight}{check_digit(eight)}VN"


def written(at: datetime.datetime) -> str:
    return f"{at.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"


def moment(text: str) -> datetime.datetime:
    """Raises ValueError."""
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=VIETNAM)


@dataclass(frozen=True)
class Tokens:
    """`merchant`: what the portal shows; `webhook`: part of the address that EMS calls."""

    merchant: str
    webhook: str


class Ems:
    def __init__(self, store: Store, sender: Sender, faults: Faults, tokens: Tokens) -> None:
        self.store, self.sender, self.faults, self.tokens = store, sender, faults, tokens
        sender.speakers["ems.webhook"] = self

    # --- orders ----------------------------------------------------------------------------------

    def order(self, asked: Asked) -> Answer:
        return self._reply(asked, lambda: self._ordered(asked))

    def detail(self, asked: Asked) -> Answer:
        return self._reply(asked, lambda: self._described(self.find(asked.parameters.get("code", ""))))

    def _reply(self, asked: Asked, act: Any) -> Answer:
        fault = self.faults.take("ems.api", _name(asked))
        if not keeps_the_act(fault):
            return spoil(Answer(), fault)
        try:
            if not secrets.compare_digest(asked.parameters.get("merchant_token", "").encode(), self._merchant):
                raise Refused("merchant_token: not known", 401)
            said: Record = act()
        except Refused as refused:
            return spoil(data({"code": "error", "message": str(refused)}, refused.status), fault)
        if fault is not None and fault.kind == "tamper":
            said = self._tampered(said, fault)
        return spoil(data({"code": "success", "message": "", "data": said}), fault)

    @property
    def _merchant(self) -> bytes:
        return self.tokens.merchant.encode()

    def _ordered(self, asked: Asked) -> Record:
        """The same order again is the same parcel."""
        fields = _checked(asked.json())
        with self.store.lock:
            known = self._by_order(fields["order_code"])
            if known is not None:
                return self._described(known)
            code = tracking_number(self.store.next_number("shipments"))
            shipment = {**fields, "code": code, "total_fee": _postage(fields["total_weight"]), "events": []}
            shipment["created_at"] = written(now())
            self.store.put("shipments", code, shipment)
            for status in ("created", "approved"):
                shipment = self._happen(code, STATUSES[status])
            return self._described(shipment)

    def _by_order(self, order_code: str) -> Record | None:
        pointer = self.store.get("parcel-orders", order_code)
        return self.store.get("shipments", pointer["code"]) if pointer else None

    def find(self, code: str) -> Record:
        """By tracking number or order code. Raises Refused."""
        found = self.store.get("shipments", code.upper()) or self._by_order(code)
        if found is None:
            raise Refused("code: no such shipment", 404)
        return found

    def _described(self, shipment: Record) -> Record:
        last = shipment["events"][-1]
        state = next((s.state for s in STATUSES.values() if s.code == last["StatusCode"]), "delivering")
        names = ("code", "order_code", "total_fee", "created_at", "money_collect", "payment_config", "events")
        return {
            **{name: shipment[name] for name in names},
            "state": state,
            "status_code": last["StatusCode"],
            "status_name": last["StatusName"],
        }

    def _tampered(self, said: Record, fault: Fault) -> Record:
        changes: dict[str, Record] = {
            "amount": {"total_fee": -1},
            "reference": {"code": "EA999999995VN"},
            "status": {"state": "delivered", "status_code": STATUSES["delivered"].code},
            "merchant": {"order_code": "ANOTHER"},
            "signature": {"events": "none"},
        }
        return {**said, **changes[fault.what]}

    # --- moving ----------------------------------------------------------------------------------

    def move(self, asked: Asked) -> Answer:
        """{"code", "status": a name of STATUSES or a code, "at", "location", "note", "quiet": no webhook}."""
        given = asked.json()
        shipment = self.find(str(given.get("code", "")))
        status = _status(str(given.get("status", "")))
        at = str(given.get("at", ""))
        try:
            when = moment(at) if at else None
        except ValueError:
            raise Refused("at: expected yyyy-MM-dd HH:mm:ss") from None
        wait = number(given, "wait", 5, 60)
        words = {"Location": str(given.get("location", ""))[:200], "Note": str(given.get("note", ""))[:300]}
        shipment, key = self.moved(shipment["code"], status, when, words, quiet=given.get("quiet") is True)
        if key:
            self.sender.wait(key, wait)
        return data(self._described(shipment))

    def pressed(self, asked: Asked) -> Answer:
        """A button of the page."""
        form = asked.form()
        shipment = self.find(form.get("code", ""))
        self.moved(shipment["code"], _status(form.get("status", "")))
        return moved("/ems/")

    def moved(
        self,
        code: str,
        status: Status,
        at: datetime.datetime | None = None,
        words: dict[str, str] | None = None,
        *,
        quiet: bool = False,
    ) -> tuple[Record, str]:
        """The parcel as it is then, and the key of its notice."""
        with self.store.lock:
            shipment = self._happen(code, status, at, words)
            number = len(shipment["events"])
        if quiet:
            return shipment, ""
        name = f"ems:{shipment['order_code']}:{number}"
        transaction = hashlib.sha256(f"{code}:{number}:{self.tokens.webhook}".encode()).hexdigest()[:32]
        said = {
            "TrackingCode": code,
            "OrderCode": shipment["order_code"],
            **shipment["events"][-1],
            "Fee": [{"Name": "Cước chính", "Amount": shipment["total_fee"]}],
        }
        return shipment, self.sender.add("ems.webhook", name, said=said, transaction=transaction)

    def _happen(
        self, code: str, status: Status, at: datetime.datetime | None = None, words: dict[str, str] | None = None
    ) -> Record:
        """Two events of a parcel never bear the same second, for they are sorted by it."""
        shipment = self.store.get("shipments", code)
        assert shipment is not None
        times = [moment(event["CreatedAt"]) for event in shipment["events"]]
        if at is None:
            at = max([now(), *(t + datetime.timedelta(seconds=1) for t in times)])
        event = {
            "StatusCode": status.code,
            "StatusName": status.name,
            "Location": "Bưu cục Hồng Lĩnh (thử nghiệm)",
            "Note": "",
            "CreatedAt": written(at),
            **{name: text for name, text in (words or {}).items() if text},
        }
        shipment = {**shipment, "events": [*shipment["events"], event]}
        self.store.put("shipments", code, shipment)
        self.store.put("parcel-orders", shipment["order_code"], {"code": code})
        return shipment

    def go_on(self) -> None:
        """Every parcel that is not at its end takes its next step; by the sandbox's own clock (--ems-auto)."""
        codes = {STATUSES[name].code: place for place, name in enumerate(BY_ITSELF)}
        for shipment in self.store.all("shipments"):
            last = shipment["events"][-1]["StatusCode"]
            place = codes.get(last, -1 if last == STATUSES["approved"].code else len(BY_ITSELF)) + 1
            if place < len(BY_ITSELF):
                self.moved(shipment["code"], STATUSES[BY_ITSELF[place]])

    # --- telling the portal ----------------------------------------------------------------------

    def compose(self, notice: Record, fault: Fault | None) -> Message:
        token, transaction = self.tokens.webhook, notice["transaction"]
        said: dict[str, Any] = dict(notice["said"])
        if fault is not None:
            transaction = hashlib.sha256(f"{transaction}:{fault.what}".encode()).hexdigest()[:32]
            token = "another-token-that-is-wrong" if fault.what == "merchant" else token
            said.update(_forged(fault.what))
        headers = {"Content-Type": "application/json", "ems-transaction": transaction}
        if fault is not None and fault.what == "signature":
            del headers["ems-transaction"]
        return Message("POST", WEBHOOK.format(token=token), json.dumps(said, ensure_ascii=False).encode(), headers)

    def is_taken(self, notice: Record, reply: Reply) -> bool:
        said = json.loads(reply.text)
        return reply.status == 200 and said == {"code": "success", "transaction": notice["transaction"]}

    # --- its page --------------------------------------------------------------------------------

    def listed(self, _asked: Asked) -> Answer:
        rows = [{**s, **self._described(s)} for s in reversed(self.store.all("shipments"))]
        buttons = {name: status.button for name, status in STATUSES.items() if status.button}
        return page(pages.shipments(rows, buttons))


def _forged(what: str) -> Record:
    """A parcel that is said to be delivered and is not, one that is not ours, a price that cannot be."""
    delivered = STATUSES["delivered"]
    changes: dict[str, Record] = {
        "status": {"StatusCode": delivered.code, "StatusName": delivered.name},
        "reference": {"TrackingCode": "EA999999995VN", "OrderCode": "KHONGCO"},
        "amount": {"Fee": [{"Name": "Cước chính", "Amount": -1}]},
    }
    return changes.get(what, {})


def _status(wanted: str) -> Status:
    """Raises Refused."""
    found = STATUSES.get(wanted) or next((s for s in STATUSES.values() if s.code == wanted), None)
    if found is None:
        raise Refused(f"status: expected one of {', '.join(STATUSES)}")
    return found


def _name(asked: Asked) -> str:
    """What the dice of the random mode fall by: the order, or the parcel that is asked for."""
    with contextlib.suppress(Refused):
        return f"{asked.path}:{asked.parameters.get('code') or asked.json().get('order_code', '')}"
    return asked.path


def _postage(grams: int) -> int:
    return next(price for most, price in POSTAGE if grams <= most)


def _checked(given: dict[str, Any]) -> Record:
    """The fields of an order. Raises Refused with all that is wrong."""
    fields: Record = {}
    wrong = []
    for name, longest in {**TEXTS, **OPTIONAL_TEXTS}.items():
        fields[name] = value = given.get(name, "")
        if not isinstance(value, str) or len(value) > longest or (name in TEXTS and not value.strip()):
            wrong.append(f"{name}: expected a text of at most {longest} characters")
    for name, (least, most) in NUMBERS.items():
        fields[name] = value = given.get(name, least)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            wrong.append(f"{name}: expected a whole number from {least} to {most}")
    fields["payment_config"] = given.get("payment_config", 0)
    if fields["payment_config"] not in (0, 1):
        wrong.append("payment_config: expected 0 (sender pays) or 1 (recipient pays)")
    fields["to_phone"] = str(given.get("to_phone", "")).replace(" ", "").replace(".", "")
    if not PHONE.fullmatch(fields["to_phone"]):
        wrong.append("to_phone: expected 9 to 14 digits")
    if wrong:
        raise Refused("; ".join(wrong), 422)
    return fields

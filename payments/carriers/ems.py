"""EMS Việt Nam, MyEMS Merchant API 2.0 (POST /shipments, GET /shipments/detail, webhook with header ems-transaction).

The token goes in the query of every call: only paths are logged. Times are Vietnamese.
"""

from __future__ import annotations

import datetime
import json
import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.carriers.base import Booked, Carrier, CarrierError, Happened, Unreadable, WebhookMessage, meanings
from payments.models import CarrierStatus, Delivery
from portal.lib import calls

logger = logging.getLogger(__name__)

Data = Mapping[str, Any]
SANDBOX = "ems-test"  # whose codes no real parcel bears
TRANSACTION = "ems-transaction"
LONGEST_TRANSACTION = 100
# What is said of itself when the clock of the other side is a little ahead.
AHEAD = datetime.timedelta(hours=1)
FIRST_YEAR = 2020
# The key or the quota of the account is at fault: nothing gets through until that is mended, then everything may.
ACCOUNT = (401, 403, 429)
MOST_DONG = 100_000_000
# The names of one thing in both generations of the documents, and how each writes a moment.
TIMES = (("CreatedAt", "%Y-%m-%d %H:%M:%S"), ("created_at", "%Y-%m-%d %H:%M:%S"), ("datetime", "%d/%m/%Y %H:%M:%S"))
TRACKING = ("TrackingCode", "tracking_code", "code")
ORDER = ("OrderCode", "order_code")
STATUS = ("StatusCode", "status_code")
NAME = ("StatusName", "status_name")
PLACE = ("Location", "locate", "address")
HISTORY = ("histories", "events", "statuses")
NOTE = ("Note", "note", "description")


class Ems(Carrier):
    key = "ems"
    label = gettext_lazy("Bưu điện, dịch vụ EMS")
    is_automatic = True

    @property
    def is_test(self) -> bool:
        return bool(settings.EMS_IS_TEST)

    def book(self, delivery: Delivery) -> Booked:
        """A worker may have died between booking and writing: an order of this code that EMS knows is taken up."""
        known = self._find(delivery) if delivery.attempts > 1 else None
        return known or _booked(delivery, _ask("POST", "/shipments", _order(delivery)))

    def _find(self, delivery: Delivery) -> Booked | None:
        try:
            return _booked(delivery, _ask("GET", "/shipments/detail", code=delivery.code))
        except CarrierError as error:
            if error.permanent:
                return None
            raise

    def track(self, delivery: Delivery) -> list[Happened]:
        data = _ask("GET", "/shipments/detail", code=delivery.tracking_number)
        if delivery.tracking_number != _text(data, TRACKING, 40).upper():
            raise CarrierError(_("EMS trả lời về một bưu gửi khác."))
        lists = [data[key] for key in HISTORY if isinstance(data.get(key), list)]
        if not lists:
            raise CarrierError(_("EMS trả lời thiếu chặng đường của bưu gửi."))
        known = self._meanings()
        found = [_happened(row, known) for row in lists[0] if isinstance(row, dict)]
        return [happened for happened in found if happened is not None]

    def _meanings(self) -> dict[str, CarrierStatus]:
        return meanings(self.key, SANDBOX) if self.is_test else meanings(self.key)

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookMessage:
        transaction = next((v for k, v in headers.items() if k.lower() == TRANSACTION), "").strip()
        if not transaction or len(transaction) > LONGEST_TRANSACTION or not transaction.isprintable():
            raise Unreadable("Tin báo thiếu mã thông điệp (ems-transaction).")
        data = _object(body)
        if data is None:
            raise Unreadable("Tin báo không phải JSON đọc được.")
        happened = _happened(data, self._meanings())
        order, tracking = _text(data, ORDER, 40), _text(data, TRACKING, 40).upper()
        return WebhookMessage(transaction, order, tracking, happened, "" if happened else _wrong(data))


def _wrong(data: Data) -> str:
    if not _text(data, STATUS, 20):
        return _("Tin báo không có mã trạng thái.")
    return _("Giờ trong tin báo không đọc được hoặc không hợp lý.")


# --- what is sent --------------------------------------------------------------------------------


def _order(delivery: Delivery) -> dict[str, Any]:
    """An envelope with papers; the address is free text, for units changed in 2025 and districts are gone."""
    collects = settings.POSTAGE_PAYER == "recipient"
    return {
        "order_code": delivery.code,
        "to_name": delivery.name,
        "to_phone": delivery.phone,
        "to_address": delivery.address,
        "product_name": _("Hồ sơ hành chính"),
        "total_quantity": 1,
        "total_weight": settings.EMS_WEIGHT,
        "money_collect": 0,
        "payment_config": 1 if collects else 0,
        "can_check": 0,
        "is_fragile": 0,
        "description": _("Kết quả thủ tục hành chính"),
    }


def _ask(method: str, path: str, fields: Data | None = None, **query: str) -> Data:
    """The `data` of a successful answer. Raises CarrierError."""
    address = f"{settings.EMS_URL}{path}?" + urlencode({"merchant_token": settings.EMS_TOKEN, **query})
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    body = json.dumps(fields).encode() if fields is not None else None
    try:
        answer = calls.call(method, address, body, headers)
    except calls.NoAnswer as error:
        logger.warning("EMS %s %s: %s", method, path, error)
        raise CarrierError(_("Không nối được với EMS (%s).") % error) from None
    return _data(answer, method, path)


def _data(answer: calls.Answer, method: str, path: str) -> Data:
    said = _object(answer.body) or {}
    code, data = said.get("code"), said.get("data")
    if code == "success" and answer.status < 300 and isinstance(data, dict):
        return data
    logger.warning("EMS %s %s: HTTP %s", method, path, answer.status)
    if code == "error" and answer.status < 500 and answer.status not in ACCOUNT:
        why = _text(said, ("message", "error"), 200) or _("không nói lý do")
        raise CarrierError(_("EMS không nhận: %s") % why, permanent=True)
    raise CarrierError(_("EMS đang trục trặc hoặc không nhận khóa của cổng (HTTP %d).") % answer.status)


# --- what is read --------------------------------------------------------------------------------


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _booked(delivery: Delivery, data: Data) -> Booked:
    number = _text(data, TRACKING, 40).upper()
    if not number or _text(data, ORDER, 40) not in ("", delivery.code):
        raise CarrierError(_("EMS trả lời thiếu mã bưu gửi, hoặc về một đơn khác."))
    fee = _dong(data.get("total_fee"))
    return Booked(number, fee, fee if settings.POSTAGE_PAYER == "recipient" else 0)


def _dong(value: Any) -> int | None:
    """Whole đồng, or nothing: a price that makes no sense is no price."""
    whole = isinstance(value, int | float) and not isinstance(value, bool) and value == value and abs(value) < MOST_DONG
    return int(value) if whole and value >= 0 and value == int(value) else None


def _text(data: Data, names: tuple[str, ...], longest: int) -> str:
    """The first of the names that has words or a number; on one line, nothing that a database refuses."""
    for name in names:
        value = data.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool):
            words = "".join(c if c.isprintable() else " " for c in str(value)[:2000])
            if words.strip():
                return " ".join(words.split())[:longest]
    return ""


def _happened(data: Data, known: Mapping[str, CarrierStatus]) -> Happened | None:
    """One status with its time; None without a code or with a time that makes no sense."""
    code, at = _text(data, STATUS, 20), _moment(data)
    if not code or at is None:
        return None
    meaning = known.get(code)
    name = _text(data, NAME, 200) or (meaning.name if meaning else _("mã %s") % code)
    return Happened(at, meaning.step if meaning else "", code, name, _text(data, PLACE, 200), _text(data, NOTE, 300))


def _moment(data: Data) -> datetime.datetime | None:
    for name, pattern in TIMES:
        try:
            at = timezone.make_aware(datetime.datetime.strptime(str(data[name]), pattern))  # noqa: DTZ007
        except (KeyError, ValueError, OverflowError):
            continue
        return at if at.year >= FIRST_YEAR and at <= timezone.now() + AHEAD else None
    return None

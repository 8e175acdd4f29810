"""VNPAY PAY API 2.1.0: the same code against VNPAY and against the sandbox of a trial."""

from __future__ import annotations

import json
import secrets
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments.gateways.base import Gateway, GatewayError, Reading, RefundAnswer
from payments.gateways.vnpay import answers, codes, requests
from payments.models import PaymentAttempt, Refund
from portal.lib import calls

# vnp_Amount has at most twelve digits, two of which are for nothing.
MOST = 9_999_999_999
REQUEST_ID = 16  # bytes; 32 letters and figures


class Vnpay(Gateway):
    key = "vnpay"
    kind = "redirect"
    label = gettext_lazy("Thanh toán trực tuyến qua VNPAY")
    explain = gettext_lazy(
        "Thẻ ATM, tài khoản ngân hàng, thẻ quốc tế hoặc mã QR. Bạn sang trang VNPAY rồi quay lại đây."
    )
    can_ask = True
    can_refund = True
    final_codes = frozenset(codes.NOTHING_CAME)
    held_codes = frozenset(codes.HELD)

    @property
    def is_test(self) -> bool:
        return bool(settings.VNPAY_IS_TEST)

    def is_on(self) -> bool:
        return bool(settings.VNPAY_TMN_CODE)

    def takes(self, amount: int) -> bool:
        return 0 < amount <= MOST

    def start(self, attempt: PaymentAttempt, *, return_url: str, address: str) -> str:
        return requests.pay_address(requests.pay_fields(attempt, return_url=return_url, address=address))

    def why(self, code: str) -> str:
        return str(codes.WHY.get(code, ""))

    def read(self, query: str) -> Reading:
        return answers.read_query(query, requests.merchant())

    def ask(self, attempt: PaymentAttempt) -> Reading:
        answer, raw = _call(requests.question(attempt, secrets.token_hex(REQUEST_ID)))
        return answers.read_answer(answer, raw, attempt.reference, requests.merchant())

    def refund(self, refund: Refund) -> RefundAnswer:
        answer, raw = _call(requests.refund(refund))
        return answers.read_refund(answer, raw, refund.attempt.reference, requests.merchant())

    def ask_refund(self, refund: Refund) -> RefundAnswer:
        answer, raw = _call(requests.question(refund.attempt, secrets.token_hex(REQUEST_ID)))
        return answers.read_refund_state(answer, raw, refund.attempt.reference, refund.amount, requests.merchant())


def _call(fields: dict[str, str]) -> tuple[dict[str, Any], str]:
    """The answer and its text. Raises GatewayError when none came that can be read."""
    seconds, headers = settings.GATEWAY_TIMEOUT_SECONDS, {"Content-Type": "application/json"}
    try:
        body = json.dumps(fields).encode()
        got = calls.call("POST", settings.VNPAY_API_URL, body, headers, timeout=seconds, deadline=2 * seconds)
    except calls.NoAnswer as error:
        raise GatewayError(_("Không nối được với VNPAY (%s).") % error) from None
    raw = got.body.decode(errors="replace").replace("\0", "")
    answer = _object(raw) if got.status == HTTPStatus.OK else None
    if answer is None:
        raise GatewayError(_("VNPAY trả lời không đọc được (HTTP %d).") % got.status, raw=raw)
    return answer, raw


def _object(text: str) -> dict[str, Any] | None:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

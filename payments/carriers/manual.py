"""The post without an interface: numbers are typed, and officers write down what happened."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from payments.carriers.base import Booked, Carrier, CarrierError, Happened, Unreadable, WebhookMessage
from payments.models import Delivery


class Manual(Carrier):
    key = "manual"
    label = _("Bưu điện (nhập mã bưu gửi bằng tay)")

    def book(self, delivery: Delivery) -> Booked:
        words = _("Bưu điện này không đặt qua mạng. Bạn nhập mã bưu gửi in trên biên nhận của bưu điện.")
        raise CarrierError(str(words), permanent=True)

    def track(self, delivery: Delivery) -> list[Happened]:
        return []

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookMessage:
        raise Unreadable(str(_("Bưu điện này không gửi tin báo qua mạng.")))

"""Ways to pay: one file a gateway, one interface (base.Gateway), one exception."""

from __future__ import annotations

from payments.gateways.base import Back, Gateway, GatewayError, Reading, RefundAnswer, Result
from payments.gateways.cash import Cash
from payments.gateways.vietqr import VietQr
from payments.gateways.vnpay import Vnpay
from payments.models import Charge

# In the order in which they are offered.
GATEWAYS: dict[str, Gateway] = {gateway.key: gateway for gateway in (Vnpay(), VietQr(), Cash())}

__all__ = ["GATEWAYS", "Back", "Gateway", "GatewayError", "Reading", "RefundAnswer", "Result", "offered"]


def offered(charge: Charge) -> list[Gateway]:
    """The ways in which the citizen can pay what is due now."""
    return [gateway for gateway in GATEWAYS.values() if gateway.is_on() and gateway.takes(charge.due)]

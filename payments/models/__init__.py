"""Money and post: what is to be paid and what was, every parcel and where it is."""

from payments.models.books import Entry, Receipt, ReceiptSeries
from payments.models.charges import Charge, ChargeLine, PaymentAttempt, Refund
from payments.models.messages import CarrierMessage, GatewayMessage
from payments.models.post import CarrierStatus, Delivery, DeliveryEvent, HandoverList, PostageRate
from payments.models.statements import Statement, StatementLine

__all__ = [
    "CarrierMessage",
    "CarrierStatus",
    "Charge",
    "ChargeLine",
    "Delivery",
    "DeliveryEvent",
    "Entry",
    "GatewayMessage",
    "HandoverList",
    "PaymentAttempt",
    "PostageRate",
    "Receipt",
    "ReceiptSeries",
    "Refund",
    "Statement",
    "StatementLine",
]

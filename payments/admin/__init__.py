"""The staff side of money and post."""

from payments.admin.lists import ChargeAdmin
from payments.admin.others import (
    CarrierMessageAdmin,
    CarrierStatusAdmin,
    GatewayMessageAdmin,
    PostageRateAdmin,
    ReceiptSeriesAdmin,
)
from payments.admin.statement_lines import StatementLineAdmin
from payments.admin.statements import StatementAdmin

__all__ = [
    "CarrierMessageAdmin",
    "CarrierStatusAdmin",
    "ChargeAdmin",
    "GatewayMessageAdmin",
    "PostageRateAdmin",
    "ReceiptSeriesAdmin",
    "StatementAdmin",
    "StatementLineAdmin",
]

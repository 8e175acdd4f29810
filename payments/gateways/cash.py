"""Money over the counter: the cashier books it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from payments.gateways.base import Gateway


class Cash(Gateway):
    key = "cash"
    kind = "counter"
    label = _("Nộp tại quầy")
    explain = _("Bạn mang mã hồ sơ đến bộ phận một cửa và nộp tiền mặt, nhận phiếu xác nhận ngay tại quầy.")

    def is_on(self) -> bool:
        return True

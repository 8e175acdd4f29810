"""reconcile_payments: ask the gateways what became of every payment that is open, and send what waits."""

from __future__ import annotations

import math
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from payments import reconciling


class Command(BaseCommand):
    help = (
        "Hỏi cổng thanh toán về các lượt nộp chưa rõ kết quả, đóng các lượt quá giờ, gửi các lần hoàn tiền đang chờ. "
        "Chạy cùng lúc với worker cũng không ghi trùng. Ví dụ: manage.py reconcile_payments --seconds 300"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seconds", type=float, help="Dừng sau bấy nhiêu giây (mặc định: làm đến hết).")

    def handle(self, *args: Any, seconds: float | None, **options: Any) -> None:
        if seconds is not None and not seconds > 0:
            raise CommandError(_("--seconds: cần số lớn hơn 0."))
        tally = reconciling.settle_pending(seconds or math.inf, limit=None, at_once=True, said=self.stderr.write)
        for sentence in tally.trouble:
            self.stderr.write(sentence)
        words = _(
            "Đã hỏi %(asked)d lượt nộp, ghi nhận %(settled)d, đóng %(expired)d lượt quá giờ, "
            "hoàn xong %(refunded)d lần, còn chờ %(waiting)d lần hoàn."
        )
        summary = words % vars(tally)
        if tally.trouble:
            raise CommandError(_("%(summary)s Có %(n)d việc cần xem.") % {"summary": summary, "n": len(tally.trouble)})
        self.stdout.write(summary)

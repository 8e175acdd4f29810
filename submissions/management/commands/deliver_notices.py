"""deliver_notices: send what waits in the outbox, as the beat task does."""

from __future__ import annotations

import math
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from submissions import notices

STEP = 50


class Command(BaseCommand):
    help = (
        "Gửi các thông báo đang chờ (thư điện tử, tin nhắn). Chạy cùng lúc với worker cũng không gửi trùng. "
        "Ví dụ: manage.py deliver_notices --limit 200"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=10_000, help="Gửi nhiều nhất bấy nhiêu (mặc định 10000).")

    def handle(self, *args: Any, limit: int, **options: Any) -> None:
        if limit < 1:
            raise CommandError(_("--limit: cần số từ 1 trở lên."))
        total = self._deliver(limit)
        summary = _("Đã gửi %(sent)d, hẹn gửi lại %(later)d, không gửi được %(failed)d.") % vars(total)
        if total.later or total.failed:
            raise CommandError(summary)
        self.stdout.write(summary)

    def _deliver(self, limit: int) -> notices.Tally:
        total = notices.Tally()
        while total.tried < limit:
            done = notices.deliver_pending(min(STEP, limit - total.tried), seconds=math.inf)
            total += done
            if done.tried < STEP:
                break
            self.stderr.write(_("… đã xử lý %d thông báo") % total.tried)
        return total

"""flag_overdue: remind officers of what is due soon or late, as the beat task does."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from submissions import overdue


class Command(BaseCommand):
    help = (
        "Nhắc cán bộ những hồ sơ sắp đến hạn; hồ sơ quá hạn thì báo cả lãnh đạo. Mỗi ngày nhắc một lần, "
        "ngày nghỉ không nhắc, chạy lại không nhắc thêm. Hồ sơ nộp trực tuyến quá giờ trả lời được nhắc "
        "một lần. Ví dụ: manage.py flag_overdue"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = overdue.flag() + overdue.flag_unanswered()
        words = _(
            "Sắp đến hạn %(due_soon)d, quá hạn %(overdue)d, quá giờ trả lời %(unanswered)d hồ sơ; "
            "%(reminders)d lời nhắc mới."
        )
        self.stdout.write(words % vars(found))

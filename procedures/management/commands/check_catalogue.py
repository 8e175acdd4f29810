"""check_catalogue PATH: every problem of a catalogue folder, without touching the database."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from procedures.loading.console import checked_folder, folder_argument


class Command(BaseCommand):
    help = (
        "Liệt kê mọi lỗi của một thư mục danh mục (tệp, chỗ, câu giải thích) mà không nạp. "
        "Ví dụ: manage.py check_catalogue procedures/catalogue/hong-linh"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        folder_argument(parser)

    def handle(self, *args: Any, path: str, **options: Any) -> None:
        folder = checked_folder(self, path)
        counts = {"agencies": len(folder.agencies), "procedures": len(folder.procedures)}
        self.stdout.write(_("Không có lỗi: %(agencies)d cơ quan, %(procedures)d thủ tục.") % counts)

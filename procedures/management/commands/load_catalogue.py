"""load_catalogue PATH: check a catalogue folder and bring the tables to what it says."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from procedures.loading.console import Progress, checked_folder, folder_argument, print_summary
from procedures.loading.store import store


class Command(BaseCommand):
    help = (
        "Kiểm tra rồi nạp một thư mục danh mục. Có lỗi thì liệt kê mọi lỗi và không nạp gì. "
        "Nạp lại cùng thư mục thì không đổi gì. Ví dụ: manage.py load_catalogue procedures/catalogue/hong-linh"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        folder_argument(parser)
        parser.add_argument("--dry-run", action="store_true", help="Chỉ báo sẽ đổi những gì, không ghi.")

    def handle(self, *args: Any, path: str, dry_run: bool, **options: Any) -> None:
        folder = checked_folder(self, path)
        with Progress(self.stderr, _("Đang ghi"), len(folder.procedures)) as progress:
            summary = store(folder, dry_run=dry_run, step=progress.step)
        print_summary(self.stdout, summary, dry_run=dry_run)

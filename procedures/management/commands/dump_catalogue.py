"""dump_catalogue PATH: the catalogue in the database as a folder of files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from procedures.loading import dump
from procedures.models import Agency


class Command(BaseCommand):
    help = (
        "Ghi danh mục trong cơ sở dữ liệu ra thư mục; nạp lại thư mục đó thì không có gì thay đổi. "
        "Thủ tục đã bãi bỏ không được ghi. Ví dụ: manage.py dump_catalogue /srv/danh-muc-2026"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", metavar="PATH", help="Thư mục mới hoặc còn trống.")
        parser.add_argument(
            "--force",
            action="store_true",
            help="Ghi đè thư mục đã có tệp; tệp thủ tục cũ không còn trong danh mục sẽ bị xóa.",
        )

    def handle(self, *args: Any, path: str, force: bool, **options: Any) -> None:
        folder = Path(path)
        if not Agency.objects.exists():
            raise CommandError(_("Cơ sở dữ liệu chưa có danh mục. Hãy chạy load_catalogue trước."))
        files = dump.documents()
        try:
            self._check_folder(folder, force=force)
            stale = dump.write(folder, files)
        except OSError as error:
            raise CommandError(
                _("Không ghi được %(path)s (%(why)s).") % {"path": path, "why": error.strerror}
            ) from None
        for old in stale:
            self.stdout.write(_("Đã xóa tệp cũ: %(name)s") % {"name": old.name})
        count = sum(name.startswith(f"{dump.PROCEDURES}/") for name in files)
        self.stdout.write(_("Đã ghi %(count)d thủ tục vào %(path)s.") % {"count": count, "path": path})

    def _check_folder(self, folder: Path, *, force: bool) -> None:
        if folder.exists() and not folder.is_dir():
            raise CommandError(_("%(path)s là tệp. Hãy chỉ tới một thư mục.") % {"path": folder})
        if folder.is_dir() and any(folder.iterdir()) and not force:
            raise CommandError(
                _("Thư mục %(path)s đã có tệp. Hãy chọn thư mục khác hoặc thêm --force.") % {"path": folder}
            )

"""export_submission: one submission with all that belongs to it as a zip (docs/decisions/015-export-pack.md)."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.lib.outfile import written
from submissions import access, transfer
from submissions.errors import SubmissionError
from submissions.models import Submission
from submissions.rules import SYSTEM_ACTOR


class Command(BaseCommand):
    help = (
        "Xuất trọn bộ một hồ sơ (nội dung khai, tệp, giấy tờ, nhật ký) thành một tệp zip, để lưu giữ hoặc để nhập vào "
        "cổng khác bằng import_submission. Tệp có dữ liệu cá nhân: bạn giữ như giữ hồ sơ giấy. "
        "Ví dụ: manage.py export_submission HL7K-QM9Q ho-so.zip"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("code", metavar="MÃ", help="Mã tra cứu hoặc mã hồ sơ.")
        parser.add_argument("file", metavar="FILE.zip", help="Tệp sẽ ghi.")
        parser.add_argument("--force", action="store_true", help="Ghi đè khi tệp đã có.")
        parser.add_argument(
            "--with-secret",
            action="store_true",
            help="Kèm mã bí mật và các giấy có mã bí mật, khi chuyển hồ sơ sang cổng khác cho người dân dùng tiếp.",
        )

    def handle(self, *args: Any, code: str, file: str, force: bool, with_secret: bool, **options: Any) -> None:
        submission = access.by_code(code)
        if submission is None:
            raise CommandError(_("Không có hồ sơ nào mang mã “%s”. Bạn xem lại mã tra cứu hoặc mã hồ sơ.") % code)
        path = Path(file)
        if path.exists() and not force:
            raise CommandError(_("Tệp %s đã có. Bạn chọn tên khác, hoặc thêm --force để ghi đè.") % path)
        found = Submission.objects.with_context().get(pk=submission.pk)
        manifest = self._written(found, path, with_secret=with_secret)
        facts = {**manifest["counts"], "code": found, "file": path, "size": path.stat().st_size // 1024}
        words = _(
            "Đã xuất hồ sơ %(code)s vào %(file)s (%(size)d KB): %(attachments)d tệp, %(papers)d giấy tờ, "
            "%(events)d dòng nhật ký."
        )
        self.stdout.write(words % facts)

    def _written(self, submission: Submission, path: Path, *, with_secret: bool) -> dict[str, Any]:
        def write(to: BinaryIO) -> dict[str, Any]:
            return transfer.export(submission, to, by=SYSTEM_ACTOR, with_secret=with_secret)

        try:
            return written(path, write)
        except SubmissionError as problem:
            raise CommandError(str(problem)) from None
        except (OSError, ValueError):
            raise CommandError(_("Không ghi được tệp %s. Bạn kiểm tra thư mục và quyền ghi.") % path) from None

"""import_submission: brings in the zip that export_submission made (docs/decisions/015-export-pack.md)."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from submissions import transfer
from submissions.errors import SubmissionError
from submissions.rules import SYSTEM_ACTOR


class Command(BaseCommand):
    help = (
        "Nhập một hồ sơ từ tệp zip do export_submission của cổng khác lập. Mọi tệp và nhật ký được kiểm tra trước khi "
        "ghi; có lỗi thì không ghi gì. Nhập lại lần nữa không làm gì thêm. "
        "Ví dụ: manage.py import_submission ho-so.zip --dry-run"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.zip", help="Gói hồ sơ.")
        parser.add_argument("--agency", default="", metavar="SLUG", help="Khóa của cơ quan nhận hồ sơ ở cổng này.")
        parser.add_argument("--dry-run", action="store_true", help="Chỉ kiểm tra, không ghi gì.")

    def handle(self, *args: Any, file: str, agency: str, dry_run: bool, **options: Any) -> None:
        try:
            with transfer.opened(Path(file)) as pack:
                planned = transfer.plan(pack, agency)
                self._say(planned)
                if dry_run:
                    self.stdout.write(_("Chạy thử: gói nhập được; chưa ghi gì."))
                    return
                arrival = transfer.bring_in(pack, planned, by=SYSTEM_ACTOR)
        except transfer.AlreadyHere as here:
            self.stdout.write(str(here))
            return
        except SubmissionError as problem:
            raise CommandError(str(problem)) from None
        self._summary(planned, arrival)

    def _say(self, planned: transfer.Plan) -> None:
        found = planned.contents
        if planned.revision is None:
            words = _("Biểu mẫu hồ sơ đã dùng chưa có ở đây; nó được giữ thành bản cũ của thủ tục %s.")
            self.stdout.write(words % found.procedure["code"])
        if planned.shifts_register:
            words = _("Chú ý: số thứ tự trong sổ của hồ sơ tiếp nhận sau hồ sơ %s trong năm sẽ thay đổi.")
            self.stdout.write(words % found.submission["dossier_code"])

    def _summary(self, planned: transfer.Plan, arrival: transfer.Arrival) -> None:
        found = planned.contents
        if arrival.new_secret:
            self.stdout.write(
                _(
                    "Gói không kèm mã bí mật nên hồ sơ có mã bí mật mới; mã người nộp đang giữ không mở được hồ sơ ở "
                    "đây. Muốn giữ mã cũ, bạn xuất gói với --with-secret."
                )
            )
        words = _(
            "Đã nhập hồ sơ %(code)s vào %(agency)s: %(files)d tệp, %(papers)d giấy tờ, %(lines)d dòng nhật ký; "
            "chưa giao cho cán bộ nào."
        )
        facts = {"files": len(found.files), "papers": len(found.papers), "lines": len(found.lines)}
        self.stdout.write(words % {**facts, "code": arrival.submission, "agency": planned.agency})

"""import_statement FILE: the lines of a bank's statement into the books."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.translation import gettext as _

from payments import statements
from payments.statements import LAYOUTS, Parsed, Problem, Summary
from procedures.loading.console import Progress

MOST_PROBLEMS = 50  # shown one by one


class Command(BaseCommand):
    help = (
        "Nhập sao kê ngân hàng dạng CSV: tiền đến có mã hồ sơ trong nội dung được ghi nhận, dòng khác chờ khớp bằng "
        "tay trong trang quản trị. Nhập lại một tệp, hoặc tệp có dòng trùng, không ghi hai lần. "
        "Ví dụ: manage.py import_statement sao-ke-23-11.csv --layout vietcombank --dry-run"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="Tệp CSV tải từ ngân hàng, tối đa 5 MB và 20.000 dòng.")
        parser.add_argument(
            "--layout",
            default="",
            metavar="KEY",
            help=f"Mẫu sao kê: {', '.join(LAYOUTS)}; không ghi thì tự nhận theo dòng tiêu đề.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Chỉ đọc và đếm, không ghi gì.")

    def handle(self, *args: Any, file: str, layout: str, dry_run: bool, **options: Any) -> None:
        if layout and layout not in LAYOUTS:
            words = _("Không có mẫu sao kê “%(layout)s”. Các mẫu: %(known)s.")
            raise CommandError(words % {"layout": layout, "known": ", ".join(LAYOUTS)})
        parsed = self._read(file, layout)
        if parsed.is_refused:
            raise CommandError(" ".join(str(problem) for problem in parsed.problems))
        if parsed.is_foreign:
            self.stderr.write(_("Chú ý: tệp ghi tài khoản %s, khác tài khoản thu của cổng.") % parsed.account)
        summary = statements.would(parsed) if dry_run else self._taken(parsed)
        self._say(parsed, summary, dry_run=dry_run)
        if summary.problems:
            words = _("Có %d dòng chưa nhập được. Bạn tải lại tệp rồi nhập lại; dòng đã nhập không bị ghi hai lần.")
            raise CommandError(words % len(summary.problems))

    def _read(self, file: str, layout: str) -> Parsed:
        try:
            with Path(file).open("rb") as stream:
                return statements.read(stream, filename=Path(file).name, layout=layout)
        except (OSError, ValueError):
            raise CommandError(_("Không mở được tệp %s. Bạn kiểm tra đường dẫn và quyền đọc.") % file) from None

    def _taken(self, parsed: Parsed) -> Summary:
        with Progress(self.stderr, _("Đang nhập"), len(parsed.lines)) as progress:
            try:
                return statements.take_in(parsed, step=progress.step)
            except DatabaseError:
                if not progress.count:
                    raise  # it was never there; manage.py says so
                words = _("Cơ sở dữ liệu bị ngắt khi mới nhập %(done)d/%(total)d dòng. Bạn chạy lại lệnh này.")
                raise CommandError(words % {"done": progress.count, "total": progress.total}) from None

    def _say(self, parsed: Parsed, summary: Summary, *, dry_run: bool) -> None:
        """Counts and line numbers; what is in the lines stays in the file."""
        self._problems(summary.problems)
        facts = {
            "layout": LAYOUTS[parsed.layout].name,
            "new": summary.new,
            "matched": summary.matched,
            "unmatched": summary.unmatched,
            "repeated": summary.repeated,
            "outgoing": summary.outgoing,
        }
        self.stdout.write(
            _(
                "Mẫu %(layout)s: %(new)d dòng mới, %(matched)d khớp hồ sơ, %(unmatched)d chưa khớp; %(repeated)d đã "
                "nhập trước đây, %(outgoing)d dòng tiền ra."
            )
            % facts
        )
        if dry_run:
            self.stdout.write(_("Chạy thử: chưa ghi gì."))
        elif summary.unmatched:
            self.stdout.write(_("Bạn khớp những dòng còn lại trong trang quản trị, mục Sao kê."))

    def _problems(self, problems: Sequence[Problem]) -> None:
        for problem in problems[:MOST_PROBLEMS]:
            self.stderr.write(str(problem))
        if len(problems) > MOST_PROBLEMS:
            self.stderr.write(_("… và %d dòng khác.") % (len(problems) - MOST_PROBLEMS))

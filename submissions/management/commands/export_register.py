"""export_register: the register of a year as a workbook or as the official form."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.lib import pdf, xlsx
from portal.lib.outfile import written
from procedures.loading.console import Progress
from procedures.models import Agency, Procedure
from submissions import register

FIRST_YEAR, LAST_YEAR = 2000, 2099
ENDINGS = (".xlsx", ".pdf")


class Command(BaseCommand):
    help = (
        "Xuất Sổ theo dõi hồ sơ của một năm: .xlsx (mỗi cơ quan một trang tính) hoặc .pdf (mẫu giấy A4 ngang, một cơ "
        "quan). Thêm --procedure MÃ để lấy nội dung khai của một thủ tục thay cho sổ. "
        "Ví dụ: manage.py export_register 2026 --agency bac-hong so-2026.xlsx"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", metavar="YEAR", help="Năm của sổ, ví dụ 2026.")
        parser.add_argument("file", metavar="FILE", nargs="?", default="", help="Tệp sẽ ghi, .xlsx hoặc .pdf.")
        parser.add_argument("--agency", default="", metavar="SLUG", help="Khóa của cơ quan; không ghi thì mọi cơ quan.")
        parser.add_argument(
            "--procedure", default="", metavar="CODE", help="Mã thủ tục: xuất nội dung khai (.xlsx, cần --agency)."
        )
        parser.add_argument("--force", action="store_true", help="Ghi đè khi tệp đã có.")

    def handle(
        self, *args: Any, year: str, file: str, agency: str, procedure: str, force: bool, **options: Any
    ) -> None:
        number = self._year(year)
        books = [self._book(agency, number, procedure)] if agency else register.books(number)
        path = Path(file or "-".join(filter(None, ("so-theo-doi-ho-so", agency, procedure, f"{number}.xlsx"))))
        if procedure and not (agency and path.suffix.lower() == ".xlsx"):
            raise CommandError(_("Nội dung khai xuất thành .xlsx cho từng cơ quan. Bạn thêm --agency KHÓA."))
        self._check(path, books, force)
        total = sum(len(book) for book in books)
        with Progress(self.stderr, _("Sổ theo dõi hồ sơ"), total) as progress:
            self._written(path, books, progress.step)
        facts = {"year": number, "file": path, "books": len(books), "lines": total}
        self.stdout.write(_("Đã ghi %(file)s: sổ năm %(year)d của %(books)d cơ quan, %(lines)d hồ sơ.") % facts)

    def _year(self, typed: str) -> int:
        if not (typed.isascii() and typed.isdigit() and FIRST_YEAR <= int(typed[:9]) <= LAST_YEAR):
            raise CommandError(_("“%s” không phải một năm. Bạn ghi bốn chữ số, ví dụ 2026.") % typed)
        return int(typed)

    def _book(self, slug: str, year: int, procedure: str) -> register.Book:
        found = Agency.objects.select_related("parent").filter(slug=slug).first()
        if found is None:
            raise CommandError(_("Không có cơ quan nào có khóa “%s”. Bạn xem khóa ở mục Cơ quan.") % slug)
        if procedure and not Procedure.objects.filter(code=procedure).exists():
            raise CommandError(_("Không có thủ tục nào mang mã “%s”. Bạn xem mã ở mục Thủ tục.") % procedure)
        return register.book_of(found, year, procedure)

    def _check(self, path: Path, books: Sequence[register.Book], force: bool) -> None:
        if path.suffix.lower() not in ENDINGS:
            raise CommandError(_("Tên tệp phải kết thúc bằng .xlsx hoặc .pdf."))
        if path.suffix.lower() == ".pdf" and len(books) != 1:
            raise CommandError(_("Mẫu giấy lập riêng từng cơ quan. Bạn chỉ rõ cơ quan bằng --agency KHÓA."))
        if not books:
            raise CommandError(_("Cổng chưa có cơ quan nào. Bạn nạp danh mục bằng load_catalogue trước."))
        if path.exists() and not force:
            raise CommandError(_("Tệp %s đã có. Bạn chọn tên khác, hoặc thêm --force để ghi đè.") % path)

    def _written(self, path: Path, books: Sequence[register.Book], step: Callable[[], None]) -> None:
        def write(to: BinaryIO) -> None:
            if path.suffix.lower() == ".pdf":
                register.drawn(books[0], to, step)
            elif books[0].procedure:
                register.write_answers(books[0], Path(to.name), step)
            else:
                register.write(books, Path(to.name), step)

        try:
            written(path, write)
        except (xlsx.WorkbookError, pdf.PdfError) as problem:
            raise CommandError(_("Chưa lập được sổ: %s. Bạn thử lại sau ít phút.") % problem) from None
        except (OSError, ValueError):
            raise CommandError(_("Không ghi được tệp %s. Bạn kiểm tra thư mục và quyền ghi.") % path) from None

"""seed_demo: accounts and sample submissions for trying the portal out."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from procedures.models import Agency
from submissions import statistics
from submissions.errors import SubmissionError
from submissions.management.demo import samples, staff


class Command(BaseCommand):
    help = (
        "Tạo tài khoản cán bộ dùng thử cho thị xã và từng phường, xã, cùng hồ sơ mẫu ở nhiều trạng thái. "
        "Chạy lại không tạo trùng. Không chạy trên hệ thống thật nếu không có --yes. Ví dụ: manage.py seed_demo"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="Vẫn tạo dù đây không phải bản dùng thử.")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        if not (settings.TRIAL or settings.DEBUG or yes):
            raise CommandError(_("Đây không phải bản dùng thử nên chưa tạo gì. Nếu thật sự muốn, hãy thêm --yes."))
        if not Agency.objects.exists():
            raise CommandError(
                _("Chưa có danh mục. Hãy chạy trước: manage.py load_catalogue procedures/catalogue/hong-linh")
            )
        password = staff.FIXED_PASSWORD if settings.TRIAL else secrets.token_urlsafe(12)
        names = staff.create(password)
        made, kept, problems = self._samples()
        statistics.refresh()
        self._say_staff(names, password)
        for problem in problems:
            self.stderr.write(problem)
        summary = _("Đã tạo %(made)d hồ sơ mẫu, có sẵn %(kept)d, bỏ qua %(left)d.")
        self.stdout.write(summary % {"made": made, "kept": kept, "left": len(problems)})

    def _samples(self) -> tuple[int, int, list[str]]:
        made, kept, problems = 0, 0, []
        for sample in samples.load():
            if samples.exists(sample):
                kept += 1
            elif samples.missing_ground(sample):
                problems.append(_("Bỏ qua “%s”: danh mục không có thủ tục hoặc cơ quan này.") % sample["key"])
            else:
                try:
                    samples.make(sample)
                except SubmissionError as error:
                    problems.append(_("Bỏ qua “%(key)s”: %(why)s") % {"key": sample["key"], "why": error})
                else:
                    made += 1
        return made, kept, problems

    def _say_staff(self, names: list[str], password: str) -> None:
        if not names:
            self.stdout.write(_("Tài khoản dùng thử đã có đủ, mật khẩu giữ nguyên."))
            return
        self.stdout.write(_("Tài khoản mới (đăng nhập tại /admin/), mật khẩu chung: %s") % password)
        for name in names:
            self.stdout.write(f"  {name}")

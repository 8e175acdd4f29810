"""load_holidays YEAR: propose the days off and made-up working days of a year."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from portal.lib.publicdays import FIRST, LAST
from procedures.loading.year import load_year
from procedures.models import Holiday


class Command(BaseCommand):
    help = (
        "Thêm ngày nghỉ, ngày làm bù của một năm ở dạng đề xuất, chờ xác nhận theo thông báo của Thủ tướng. "
        "Ngày đã xác nhận và ngày nhập tay không bị đổi. Ví dụ: manage.py load_holidays 2027"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", metavar="YEAR", help="Năm dương lịch, ví dụ 2027.")

    def handle(self, *args: Any, year: str, **options: Any) -> None:
        if not (year.isascii() and year.isdecimal() and FIRST <= int(year) <= LAST):
            raise CommandError(_("Năm phải là số từ %(first)d đến %(last)d.") % {"first": FIRST, "last": LAST})
        summary = load_year(int(year))
        for label, days in ((_("mới"), summary.created), (_("đổi"), summary.changed), (_("bỏ"), summary.removed)):
            for day in days:
                self.stdout.write(f"{label}: {day:%d/%m/%Y}")
        unsure = Holiday.objects.filter(agency=None, date__year=int(year), confirmed=False).count()
        if unsure:
            self.stdout.write(_("Còn %s ngày chờ xác nhận trong trang quản trị, mục Ngày nghỉ, làm bù.") % unsure)
        self.stdout.write(
            _("Năm %(year)s: %(new)d mới, %(changed)d đổi, %(removed)d bỏ, %(same)d giữ, %(sure)d đã xác nhận.")
            % {
                "year": year,
                "new": len(summary.created),
                "changed": len(summary.changed),
                "removed": len(summary.removed),
                "same": summary.unchanged,
                "sure": summary.confirmed,
            }
        )

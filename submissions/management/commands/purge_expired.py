"""purge_expired: drafts that nobody came back for, stored uploads that nothing names, sessions that ran out."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.loading.console import Progress
from submissions import files, filing

# An upload is recorded within its request; a day is far beyond any request.
ORPHAN_AGE = datetime.timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Xóa bản nháp quá hạn cùng tệp của chúng, tệp đã lưu mà không hồ sơ nào nhắc đến, và phiên đã hết hạn. "
        "Hồ sơ đã nộp không bao giờ bị lệnh này xóa. Ví dụ: manage.py purge_expired --dry-run"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Chỉ đếm, không xóa gì.")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        drafts, attached = self._drafts(now, dry_run)
        orphans = self._orphans(now, dry_run)
        sessions = self._sessions(now, dry_run)
        words = _("Sẽ xóa") if dry_run else _("Đã xóa")
        summary = _(
            "%(words)s %(drafts)d bản nháp quá %(days)d ngày (%(files)d tệp), %(orphans)d tệp không thuộc hồ sơ nào, "
            "%(sessions)d phiên hết hạn."
        )
        counts = {"drafts": drafts, "files": attached, "orphans": orphans, "sessions": sessions}
        self.stdout.write(summary % {**counts, "words": words, "days": settings.DRAFT_DAYS})

    def _drafts(self, now: datetime.datetime, dry_run: bool) -> tuple[int, int]:
        with Progress(self.stderr, _("Bản nháp"), filing.expired(now).count()) as progress:
            return filing.delete_expired(now, dry_run=dry_run, step=progress.step)

    def _orphans(self, now: datetime.datetime, dry_run: bool) -> int:
        try:
            found = list(files.orphans(default_storage, before=now - ORPHAN_AGE))
        except OSError as problem:
            raise CommandError(_("Kho lưu trữ tệp không trả lời nên chưa tìm được tệp thừa: %s") % problem) from problem
        with Progress(self.stderr, _("Tệp"), len(found)) as progress:
            for name in found:
                if not dry_run:
                    files.delete_stored(default_storage, name)
                progress.step()
        return len(found)

    def _sessions(self, now: datetime.datetime, dry_run: bool) -> int:
        gone = Session.objects.filter(expire_date__lt=now)
        return gone.count() if dry_run else gone.delete()[0]

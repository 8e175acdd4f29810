"""purge_expired: drafts nobody came back for, kept declarations, uploads that nothing names, sessions that ran out."""

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
from submissions import batches, files, filing, kept_forms, notices, photos, rehearsal
from submissions.errors import FileNotOpened
from submissions.models import Submission
from submissions.purgers import PURGERS

# An upload is recorded within its request; a day is far beyond any request.
ORPHAN_AGE = datetime.timedelta(days=1)


class Command(BaseCommand):
    help = (
        "Xóa bản nháp quá hạn cùng tệp của chúng, tờ khai hết hạn giữ, hồ sơ thử, tệp đã lưu mà không hồ sơ nào "
        "nhắc đến, ảnh gốc của hồ sơ đã giải quyết mà bản ghép còn giữ, thông báo đã gửi từ lâu, tệp in của các lượt "
        "xử lý nhiều hồ sơ, thông điệp thanh toán và bưu chính đã quá hạn giữ, và phiên đã hết hạn. "
        "Hồ sơ đã nộp không bao giờ bị lệnh này xóa. Ví dụ: manage.py purge_expired --dry-run"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Chỉ đếm, không xóa gì.")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        drafts, attached = self._drafts(now, dry_run)
        kept = kept_forms.delete_expired(now, dry_run=dry_run)
        rehearsals = self._rehearsals(dry_run)
        originals, freed = self._originals(now, dry_run)
        old, printed = self._old_notices(now, dry_run), self._printed(now, dry_run)
        orphans = self._orphans(now, dry_run)
        sessions = self._sessions(now, dry_run)
        others = "".join(f"{purger.run(now, dry_run)} {purger.what}, " for purger in PURGERS)
        words = _("Sẽ xóa") if dry_run else _("Đã xóa")
        summary = _(
            "%(words)s %(drafts)d bản nháp quá %(days)d ngày (%(files)d tệp), %(kept)d tờ khai hết hạn giữ, "
            "%(rehearsals)d hồ sơ thử, "
            "%(originals)d ảnh gốc đã có bản ghép (%(freed)d MB), "
            "%(old)d thông báo cũ, %(printed)d tệp in nhiều hồ sơ, %(others)s%(orphans)d tệp không thuộc hồ sơ nào, "
            "%(sessions)d phiên hết hạn."
        )
        counts = {"drafts": drafts, "files": attached, "kept": kept, "rehearsals": rehearsals, "orphans": orphans}
        counts |= {"sessions": sessions, "old": old, "printed": printed}
        counts |= {"originals": originals, "freed": freed // files.MB}
        self.stdout.write(summary % {**counts, "words": words, "others": others, "days": settings.DRAFT_DAYS})

    def _drafts(self, now: datetime.datetime, dry_run: bool) -> tuple[int, int]:
        with Progress(self.stderr, _("Bản nháp"), filing.expired(now).count()) as progress:
            return filing.delete_expired(now, dry_run=dry_run, step=progress.step)

    def _rehearsals(self, dry_run: bool) -> int:
        found = Submission.objects.rehearsals().count()
        with Progress(self.stderr, _("Hồ sơ thử"), found) as progress:
            return found if dry_run else rehearsal.wipe(step=progress.step)

    def _originals(self, now: datetime.datetime, dry_run: bool) -> tuple[int, int]:
        """How many photos and how many bytes (would) go."""
        try:
            found = list(photos.purgeable(now))
        except FileNotOpened as problem:
            raise CommandError(_("Kho lưu trữ tệp không trả lời nên chưa xóa được ảnh gốc.")) from problem
        with Progress(self.stderr, _("Ảnh gốc"), len(found)) as progress:
            for photo in found:
                if not dry_run:
                    photos.purge(photo, now)
                progress.step()
        return len(found), sum(photo.size for photo in found)

    def _old_notices(self, now: datetime.datetime, dry_run: bool) -> int:
        return notices.forget(now, dry_run=dry_run)

    def _printed(self, now: datetime.datetime, dry_run: bool) -> int:
        with Progress(self.stderr, _("Tệp in"), batches.forget(now, dry_run=True)[0]) as progress:
            return batches.forget(now, dry_run=dry_run, step=progress.step)[0]

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

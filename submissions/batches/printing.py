"""The papers of a batch that prints, drawn where they are not yet, and put together as one PDF."""

from __future__ import annotations

import logging
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from django.core.files import File
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.lib import pdf, pdfjoin
from submissions.errors import FileNotOpened
from submissions.models import Batch, BatchRow
from submissions.papers import drawing

logger = logging.getLogger(__name__)
Outcome = BatchRow.Outcome
FILE = Batch._meta.get_field("file")


def finish(batch: Batch, stop_at: float) -> bool:
    """False when time is up before everything is drawn: what is drawn stays drawn."""
    if not pdf.is_available():
        _say(batch, _("Máy chủ này chưa tạo được tệp PDF. Bạn mở từng hồ sơ để in."))
        return True
    for row in _sheets(batch).filter(paper__file="").select_related("paper__submission"):
        if time.monotonic() > stop_at:
            return False
        _draw(row)
    try:
        _put_together(batch)
    except (pdfjoin.JoinError, OSError) as problem:
        logger.error("Batch %s: the papers were not put together (%s)", batch.pk, problem)
        _say(batch, _("Chưa nối được các giấy thành một tệp. Bạn lập lượt in mới sau ít phút."))
    return True


def _sheets(batch: Batch) -> QuerySet[BatchRow]:
    return batch.rows.filter(outcome=Outcome.DONE, paper__isnull=False).order_by("pk")


def _draw(row: BatchRow) -> None:
    assert row.paper is not None
    try:
        drawing.draw(row.paper, pdf.warm().draw)
    except (pdf.PdfError, FileNotOpened) as problem:
        logger.warning("Paper %s of batch %s: not drawn (%s)", row.paper_id, row.batch_id, problem)
        _skip(row, _("Chưa tạo được tệp PDF của giấy này. Bạn mở hồ sơ để in."))


def _skip(row: BatchRow, words: str) -> None:
    row.outcome, row.words = Outcome.SKIPPED, words
    row.save(update_fields=["outcome", "words"])


def _put_together(batch: Batch) -> None:
    """Raises JoinError, OSError."""
    with tempfile.TemporaryDirectory(prefix="batch-") as folder:
        copies = list(_copies(batch, Path(folder)))
        if not copies:
            return
        out = Path(folder) / "all.pdf"
        pdfjoin.join(copies, out)
        with out.open("rb") as joined:
            name = FILE.storage.save(FILE.generate_filename(batch, ""), File(joined))
        Batch.objects.filter(pk=batch.pk).update(file=name, size=out.stat().st_size)


def _copies(batch: Batch, folder: Path) -> Iterator[Path]:
    """The files beside each other, wherever the storage keeps them; a file that is lost leaves its row undone."""
    for row in _sheets(batch).select_related("paper"):
        assert row.paper is not None  # the query
        copy = folder / f"{row.pk}.pdf"
        try:
            with row.paper.file.open("rb") as stored, copy.open("wb") as target:
                shutil.copyfileobj(stored, target)
        except FileNotFoundError:
            _skip(row, _("Tệp của giấy này không còn trong kho lưu trữ. Bạn báo người quản trị."))
            continue
        yield copy


def _say(batch: Batch, words: str) -> None:
    Batch.objects.filter(pk=batch.pk).update(error=words)

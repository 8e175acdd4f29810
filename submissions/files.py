"""Accept an upload: limits, type by content, a real open, a random storage name, a row.

A file is never held whole in memory: Django spools it to disk (FILE_UPLOAD_HANDLERS), it is hashed in chunks and
handed to the storage as a stream. Sizes are bytes.
"""

from __future__ import annotations

import datetime
import hashlib
import logging
import unicodedata
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from portal.lib import photos, text
from portal.lib.prepared import Given, Prepared
from submissions import filetypes
from submissions.errors import FileNotOpened, FileNotStored, FilePurged, FileRefused
from submissions.models import Attachment, Batch, Paper, Submission, SupplementRequest

if TYPE_CHECKING:
    from django.core.files.storage import Storage
    from django.core.files.uploadedfile import UploadedFile

    Upload = UploadedFile[bytes]

NAME_LENGTH = 255
MB = 1024 * 1024
# For the picker of a file input: what may be chosen at all.
ACCEPT = ",".join(filetypes.EXTENSIONS)
FOLDER, PAPERS_FOLDER, BATCHES_FOLDER = "attachments", "papers", "batches"
# Every file of a submission, removed ones too.
KNOWN = Prepared(
    lambda: Attachment.objects.filter(submission=Given("submission", BigIntegerField)).order_by("order", "pk")
)

logger = logging.getLogger(__name__)


# --- names and limits ----------------------------------------------------------------------------


def clean_name(given: str) -> str:
    """A file name as shown to people: NFC, without path parts, control and direction signs, at most 255 long."""
    last = text.nfc(given or "").replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"))
    kept = " ".join(kept.split()).strip(". ")
    path = PurePosixPath(kept or "tep")
    return path.stem[: NAME_LENGTH - len(path.suffix)] + path.suffix[:NAME_LENGTH]


def _megabytes(size: int) -> int:
    return size // MB


def _advice() -> str:
    limit = _megabytes(settings.UPLOAD_FILE_BYTES)
    return _("Bạn hãy chọn ảnh JPG, PNG, HEIC hoặc tệp PDF, DOCX, tối đa %d MB.") % limit


def _check_size(name: str, size: int) -> None:
    if not size:
        raise FileRefused(_("Tệp “%s” trống, không có nội dung. Bạn hãy chụp lại hoặc chọn tệp khác.") % name)
    if size > settings.UPLOAD_FILE_BYTES:
        limit = _megabytes(settings.UPLOAD_FILE_BYTES)
        message = _(
            "Tệp “%(name)s” lớn quá %(limit)d MB. Bạn hãy chụp lại với cỡ ảnh nhỏ hơn, hoặc tách tệp thành nhiều phần."
        )
        raise FileRefused(message % {"name": name, "limit": limit})


def _place(row: Attachment) -> tuple[str, str]:
    """Where a file belongs: a paper, or a question of the form."""
    return row.purpose, row.key


def _counting(row: Attachment, known: list[Attachment]) -> list[Attachment]:
    """Those of the known files that count beside a new one: in the same filing or the same supplement."""
    came_in = (a for a in known if a.removed_at is None and a.purpose != Attachment.Purpose.COMBINED)
    return [a for a in came_in if a.supplement_id == row.supplement_id]


def _check_room(row: Attachment, known: list[Attachment]) -> None:
    """Limits per paper and for one filing or one supplement, over the files that count now."""
    name, size, together = row.name, row.size, _counting(row, known)
    if sum(_place(a) == _place(row) for a in together) >= settings.UPLOAD_FILES_PER_PAPER:
        message = _(
            "Chưa nhận tệp “%(name)s”: mỗi mục chỉ nhận %(count)d tệp. Bạn hãy bỏ bớt tệp, hoặc gộp thành một tệp PDF."
        )
        raise FileRefused(message % {"name": name, "count": settings.UPLOAD_FILES_PER_PAPER})
    if sum(a.size for a in together) + size > settings.UPLOAD_FILING_BYTES:
        message = _(
            "Chưa nhận tệp “%(name)s”: cả hồ sơ chỉ nhận %(limit)d MB. Bạn hãy bỏ bớt tệp hoặc dùng ảnh nhỏ hơn."
        )
        raise FileRefused(message % {"name": name, "limit": _megabytes(settings.UPLOAD_FILING_BYTES)})


# --- content -------------------------------------------------------------------------------------


SENTENCES = {
    filetypes.UNKNOWN: _lazy("Cổng không nhận loại tệp của “%(name)s”. %(advice)s"),
    filetypes.LYING: _lazy("Tệp “%(name)s” có nội dung không đúng với đuôi tên tệp. %(advice)s"),
    filetypes.LOCKED: _lazy(
        "Tệp “%(name)s” có đặt mật khẩu hoặc khóa nên cán bộ không mở được. "
        "Bạn hãy bỏ mật khẩu rồi chọn lại, hoặc chụp ảnh từng trang."
    ),
    filetypes.MACROS: _lazy(
        "Tệp “%(name)s” có chứa macro nên cổng không nhận. Bạn hãy lưu lại thành PDF rồi chọn tệp PDF."
    ),
    filetypes.TOO_MANY_PIXELS: _lazy("Ảnh “%(name)s” quá lớn. Bạn hãy chụp lại với cỡ ảnh nhỏ hơn."),
    filetypes.BROKEN_PICTURE: _lazy(
        "Tệp “%(name)s” không mở được. Bạn hãy chụp lại và chọn ảnh JPG, PNG hoặc HEIC, tối đa %(size)d MB."
    ),
    filetypes.BROKEN_DOCUMENT: _lazy(
        "Tệp “%(name)s” không mở được. Bạn hãy lưu lại tệp rồi chọn lại, hoặc chụp ảnh từng trang, tối đa %(size)d MB."
    ),
}


def _sentence(problem: filetypes.Problem, name: str) -> str:
    """What is wrong with the file and what to do, naming the file."""
    facts = {"name": name, "advice": _advice(), "size": _megabytes(settings.UPLOAD_FILE_BYTES)}
    return str(SENTENCES[problem]) % facts


def _examined(upload: Upload, name: str) -> filetypes.Content:
    try:
        found = filetypes.examine(upload, name)
    except filetypes.NotAccepted as refused:
        raise FileRefused(_sentence(refused.problem, name)) from None
    _check_pages(name, found.pages or 0)
    return found


def _check_pages(name: str, pages: int) -> None:
    if pages > settings.UPLOAD_PDF_PAGES:
        message = _(
            "Tệp “%(name)s” có %(pages)d trang; cổng nhận tối đa %(limit)d trang mỗi tệp. "
            "Bạn hãy chỉ gửi những trang cần thiết, hoặc tách tệp thành nhiều phần."
        )
        raise FileRefused(message % {"name": name, "pages": pages, "limit": settings.UPLOAD_PDF_PAGES})


def _digest(upload: Upload) -> str:
    found = hashlib.sha256()
    for chunk in upload.chunks():
        found.update(chunk)
    upload.seek(0)
    return found.hexdigest()


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _row(upload: Upload) -> Attachment:
    """An unsaved row for a file that passed every check; nothing is in the storage yet."""
    name = clean_name(upload.name or "")
    size = upload.size or 0
    _check_size(name, size)
    content = _examined(upload, name)
    row = Attachment(name=name, size=size, content_type=content.type, pages=content.pages, sha256=_digest(upload))
    row.doubts = list(content.doubts)
    photos.keep(row.sha256, content.small)
    return row


# --- the public doors ----------------------------------------------------------------------------


def accept(
    upload: Upload,
    *,
    submission: Submission,
    key: str,
    purpose: str = Attachment.Purpose.DOCUMENT,
    supplement: SupplementRequest | None = None,
) -> Attachment:
    """Checks, stores and records one upload; the same file sent again for the same paper is kept once.

    With `supplement` the file stays pending: officers see it only after the answer is sent.
    Raises FileRefused with a sentence that names the file; nothing is stored then.
    """
    row = _row(upload)
    row.submission, row.key, row.purpose = submission, key, purpose
    row.supplement, row.pending = supplement, supplement is not None
    known = KNOWN.all(submission=submission.pk)
    twin = _twin(row, known)
    if twin is not None:
        return twin
    _check_room(row, known)
    _store(row, upload)
    try:
        return _recorded(row)
    except BaseException:
        _delete_stored(row)
        raise


def _store(row: Attachment, upload: Upload) -> None:
    try:
        row.file.save(row.name, upload, save=False)
    except OSError as problem:
        _log("store", problem)
        message = _("Cổng chưa lưu được tệp “%(name)s”. Bạn hãy thử lại sau ít phút; những gì đã khai vẫn còn.")
        raise FileNotStored(message % {"name": row.name}) from problem


def _log(what: str, problem: OSError) -> None:
    """The text of an error may hold a path on this machine, never a person's words: stored names are random."""
    logger.error("Storage: could not %s a file (%s: %s)", what, type(problem).__name__, problem)


def _delete_stored(row: Attachment) -> None:
    delete_stored(row.file.storage, row.file.name or "")


def delete_stored(storage: Storage, name: str) -> None:
    """Deletes a file that no row names any more; what the storage keeps now, purge_expired finds as an orphan."""
    try:
        storage.delete(name)
    except OSError as problem:
        _log("delete", problem)


def open_stored(attachment: Attachment) -> IO[bytes]:
    """The file's bytes, ready to be read.

    Raises FilePurged when the portal has deleted it, FileNotFoundError when it is lost, FileNotOpened on other trouble.
    """
    if attachment.purged_at is not None:
        raise FilePurged
    try:
        opened: IO[bytes] = attachment.file.open("rb")
    except FileNotFoundError:
        raise
    except OSError as problem:
        _log("open", problem)
        raise FileNotOpened from problem
    return opened


def is_stored(attachment: Attachment) -> bool:
    """Is the file there, with something in it and all of it? Raises FileNotOpened while the storage is down."""
    try:
        return bool(attachment.size) and attachment.file.storage.size(attachment.file.name or "") == attachment.size
    except FileNotFoundError:
        return False
    except OSError as problem:
        _log("look for", problem)
        raise FileNotOpened from problem


def _twin(row: Attachment, known: list[Attachment]) -> Attachment | None:
    """The same content already there for the same paper: a second click, a retry after a broken upload."""
    same = (a for a in _counting(row, known) if (_place(a), a.sha256) == (_place(row), row.sha256))
    return next(same, None)


def _recorded(row: Attachment) -> Attachment:
    """The row, written under the submission's lock so that two uploads at once cannot pass a limit together."""
    with transaction.atomic():
        Submission.objects.select_for_update(of=("self",)).only("pk").order_by().get(pk=row.submission_id)
        known = KNOWN.all(submission=row.submission_id)
        twin = _twin(row, known)
        if twin is not None:
            transaction.on_commit(lambda: _delete_stored(row))
            return twin
        _check_room(row, known)
        row.order = max((a.order + 1 for a in known if _place(a) == _place(row)), default=0)
        row.save()
    return row


def result_file(upload: Upload) -> Attachment:
    """A result file for workflow.finish() or approve(): checked and stored, the row still unsaved."""
    row = _row(upload)
    row.purpose = Attachment.Purpose.RESULT
    _store(row, upload)
    return row


def remove(attachment: Attachment) -> None:
    """Takes a file out of a draft or an unsent supplement; the stored file goes when the row is gone."""
    attachment.delete()
    transaction.on_commit(lambda: _delete_stored(attachment))


def move(attachment: Attachment, places: int) -> None:
    """Puts a file that many places later among the files of its paper (earlier when negative), as far as there are."""
    with transaction.atomic():
        Submission.objects.select_for_update(of=("self",)).only("pk").order_by().get(pk=attachment.submission_id)
        known = _counting(attachment, KNOWN.all(submission=attachment.submission_id))
        together = [a for a in known if _place(a) == _place(attachment)]
        keys = [a.pk for a in together]
        if attachment.pk not in keys:
            return
        here = keys.index(attachment.pk)
        together.insert(min(max(here + places, 0), len(keys) - 1), together.pop(here))
        for order, row in enumerate(together):
            row.order = order
        Attachment.objects.bulk_update(together, ["order"])


# --- files without a row -------------------------------------------------------------------------


def orphans(storage: Storage, *, before: datetime.datetime) -> Iterator[str]:
    """Stored uploads, papers and printed batches that no row names: a process died between storing and recording."""
    owners: tuple[tuple[str, Any], ...] = (
        (FOLDER, Attachment.objects),
        (PAPERS_FOLDER, Paper.objects),
        (BATCHES_FOLDER, Batch.objects),
    )
    for parent, rows in owners:
        for folder in _folders(storage, parent):
            names = [f"{folder}/{name}" for name in storage.listdir(folder)[1]]
            known = set(rows.filter(file__startswith=f"{folder}/").values_list("file", flat=True))
            yield from (n for n in names if n not in known and storage.get_modified_time(n) < before)


def _folders(storage: Storage, parent: str) -> Iterator[str]:
    """attachments/<year>/<month>, as models.storage_name and paper_name make it; none while nothing was ever stored."""
    try:
        years = storage.listdir(parent)[0]
    except FileNotFoundError:
        return
    for year in sorted(years):
        yield from (f"{parent}/{year}/{month}" for month in sorted(storage.listdir(f"{parent}/{year}")[0]))

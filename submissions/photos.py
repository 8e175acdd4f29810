"""Photos of papers: put together as one PDF after filing, shown page by page, deleted after the decision.

All work on pictures runs in a process of its own (portal/lib/photos.py); this module says which photos, when and for
whom. Nothing here changes what was filed: the originals with their hashes stay in the list of proof.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import child, text
from portal.lib import photos as process
from procedures.spec import ProcedureSpec
from submissions import files, forms
from submissions.errors import FileNotOpened, SubmissionError
from submissions.models import Attachment, AttachmentQuerySet, Submission
from submissions.states import FINAL_STATES, OPEN_STATES, State

Purpose = Attachment.Purpose
# What photos are sent for; the `order` of a combined PDF is the place of its photos' purpose here.
SOURCES = (Purpose.DOCUMENT, Purpose.FIELD, Purpose.AUTHORITY)
UNREADABLE = "unreadable"  # a doubt that the portal itself has: the photo could not be put into the PDF
WORKED_ON = (*OPEN_STATES, State.RESULT_READY)
DECIDED = (*FINAL_STATES, State.RESULT_READY)
PDF = "application/pdf"
RUN_SECONDS = 200  # after which a run begins no further paper; the task itself is stopped at 300

logger = logging.getLogger(__name__)


# --- putting together ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A paper or a file question of one submission."""

    submission: int
    purpose: str
    key: str

    @property
    def number(self) -> int:
        return SOURCES.index(Purpose(self.purpose))

    def pictures(self) -> list[Attachment]:
        """The photos that count now, in the order that the sender gave them."""
        rows = _pictures(self.purpose).filter(submission=self.submission, key=self.key)
        return list(rows.order_by("order", "pk"))

    def combined(self) -> AttachmentQuerySet:
        return _combined(self.number).filter(submission=self.submission, key=self.key)


def _pictures(purpose: str) -> AttachmentQuerySet:
    return Attachment.objects.current().filter(purpose=purpose, content_type__startswith="image/", pending=False)


def _combined(number: int) -> AttachmentQuerySet:
    return Attachment.objects.current().filter(purpose=Purpose.COMBINED, order=number)


def due() -> Iterator[Place]:
    """Places whose photos are not in a PDF yet, or whose PDF outlived its photos.

    A combined PDF carries the time of its newest photo, so that a newer photo shows without reading `made_from`.
    """
    same = {"submission": OuterRef("submission"), "key": OuterRef("key")}
    for number, purpose in enumerate(SOURCES):
        fresh = _combined(number).filter(**same, uploaded_at__gte=OuterRef("uploaded_at"))
        bare = _pictures(purpose).filter(~Exists(fresh), purged_at=None).exclude(doubts=[UNREADABLE])
        # A photo that counted is taken away by a mark, which leaves few places to look at.
        gone = Attachment.objects.filter(
            **same, purpose=purpose, content_type__startswith="image/", removed_at__isnull=False, purged_at=None
        )
        outlived = _combined(number).filter(Exists(gone), ~Exists(_pictures(purpose).filter(**same)))
        for rows in (bare, outlived):
            found = rows.filter(submission__state__in=WORKED_ON).order_by("submission_id", "key")
            for submission, key in found.values_list("submission_id", "key").distinct():
                yield Place(submission, purpose, key)


def combine_due() -> int:
    """Makes what is missing and returns how many PDFs were made; at most one run on a machine at a time."""
    begun, made = time.monotonic(), 0
    try:
        with child.slot("photo-runs", 1, begun):
            for place in list(due()):
                if time.monotonic() - begun > RUN_SECONDS:
                    break
                made += combine(place)
    except child.ChildBusy:
        logger.info("Photos are being put together elsewhere; the next run goes on")
    return made


def combine(place: Place) -> bool:
    """One PDF of the photos of a place; the same photos make nothing new. Raises child.ChildBusy."""
    pictures = place.pictures()
    readable = [p for p in pictures if p.doubts != [UNREADABLE]]
    if any(p.purged_at for p in pictures):
        return False
    try:
        return _combined_anew(place, pictures, readable)
    except child.ChildBusy:
        raise
    except TROUBLE as problem:
        logger.warning("Photos of submission %s were not put together: %s", place.submission, type(problem).__name__)
        _mark_unreadable([p for p in readable if not _opens(p)])
        return False


TROUBLE = (OSError, SubmissionError, child.ChildError)


def _combined_anew(place: Place, pictures: Sequence[Attachment], readable: Sequence[Attachment]) -> bool:
    if not readable:
        return _recorded(place, pictures, None)
    title = title_of(readable[0])
    drawn = _drawn(readable, title)
    _mark_unreadable([readable[number] for number in drawn.left_out])
    if not drawn.pages:
        return _recorded(place, pictures, None)
    row = _row(readable, drawn, title)
    row.uploaded_at = max(p.uploaded_at for p in pictures)
    row.file.save(row.name, ContentFile(drawn.content), save=False)
    try:
        made = _recorded(place, pictures, row)
    except BaseException:
        files.delete_stored(row.file.storage, row.file.name or "")
        raise
    if not made:
        files.delete_stored(row.file.storage, row.file.name or "")
    return made


def _drawn(pictures: Sequence[Attachment], title: str) -> process.Combined:
    with contextlib.ExitStack() as stack:
        opened = [(stack.enter_context(files.open_stored(p)), process.KINDS[p.content_type]) for p in pictures]
        return process.combine(opened, title)


def _opens(picture: Attachment) -> bool:
    """Can this one be put into a PDF by itself? A storage that is down now is not the photo's fault."""
    try:
        return not _drawn([picture], "").left_out
    except FileNotFoundError:
        return False
    except (OSError, SubmissionError, child.ChildBusy):
        return True
    except child.ChildError:
        return False


def _mark_unreadable(pictures: Iterable[Attachment]) -> None:
    Attachment.objects.filter(pk__in=[p.pk for p in pictures]).update(doubts=[UNREADABLE])


def _row(pictures: Sequence[Attachment], drawn: process.Combined, title: str) -> Attachment:
    """The unsaved row of the combined PDF."""
    within = [p for number, p in enumerate(pictures) if number not in drawn.left_out]
    row = Attachment(purpose=Purpose.COMBINED, name=_file_name(title), content_type=PDF)
    row.submission_id, row.key, row.supplement_id = within[0].submission_id, within[0].key, within[-1].supplement_id
    row.order = SOURCES.index(Purpose(within[0].purpose))
    row.size, row.sha256, row.pages = len(drawn.content), files.digest_of(drawn.content), drawn.pages
    row.made_from = [{"pk": p.pk, "sha256": p.sha256} for p in within]
    return row


def _file_name(title: str) -> str:
    return files.clean_name(title.replace("/", "-").replace("\\", "-")[:200].strip() + ".pdf")


def _recorded(place: Place, seen: Sequence[Attachment], row: Attachment | None) -> bool:
    """Writes the row in place of the one before, when the photos are still those that were seen.

    Its file is stored already: a run that dies before the row is written leaves a stored file that nothing names, and
    purge_expired takes it away.
    """
    with transaction.atomic():
        Submission.objects.select_for_update(of=("self",)).only("pk").order_by().get(pk=place.submission)
        if [p.pk for p in place.pictures()] != [p.pk for p in seen]:
            return False
        before = place.combined()
        if row is not None and any(old.made_from == row.made_from for old in before):
            before.update(uploaded_at=row.uploaded_at)
            return False
        before.update(removed_at=timezone.now())
        if row is not None:
            row.save()
    return row is not None


# --- names ---------------------------------------------------------------------------------------


def title_of(attachment: Attachment) -> str:
    """What the paper or question is called."""
    return _title(attachment.submission.revision.spec, attachment.purpose, attachment.key)


def _title(spec: ProcedureSpec, purpose: str, key: str) -> str:
    if purpose == Purpose.AUTHORITY:
        return forms.authority_paper().name
    if purpose == Purpose.DOCUMENT:
        document = spec.document(key)
        return document.name if document else key
    field = spec.form.field(key) if spec.form else None
    return field.label if field else key


# --- identity papers -----------------------------------------------------------------------------


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b{re.escape(text.fold(word))}\b" for word in words))


def is_identity(key: str, name: str) -> bool:
    """Is a paper of this key and name an identity paper, or does it come with one? The words are a setting."""
    folded = text.fold(f"{key} {name}".replace("_", " "))
    return bool(settings.IDENTITY_PAPERS) and _pattern(tuple(settings.IDENTITY_PAPERS)).search(folded) is not None


def mark(submission: Submission, attachment: Attachment) -> str:
    """What is written across previews of this file: the code of the submission on identity papers, else nothing.

    A power of attorney is treated as one: copies of identity papers come with it.
    """
    purpose = SOURCES[attachment.order] if attachment.purpose == Purpose.COMBINED else attachment.purpose
    if purpose not in SOURCES:
        return ""
    name = _title(submission.revision.spec, purpose, attachment.key)
    marked = purpose == Purpose.AUTHORITY or is_identity(attachment.key, name)
    return str(submission) if marked else ""


# --- doubts --------------------------------------------------------------------------------------


def doubt(photo: Attachment) -> str:
    """What the sender is asked to look at again; empty when nothing is."""
    facts = {"name": photo.name}
    if {process.BLURRED, process.DARK} <= set(photo.doubts):
        words = _("Ảnh “%(name)s” có vẻ bị mờ và tối. Bạn xem lại; nếu không đọc rõ chữ thì chụp lại ở chỗ sáng hơn.")
    elif process.BLURRED in photo.doubts:
        words = _("Ảnh “%(name)s” có vẻ bị mờ. Bạn xem lại; nếu không đọc rõ chữ thì chụp lại.")
    elif process.DARK in photo.doubts:
        words = _("Ảnh “%(name)s” có vẻ bị tối. Bạn xem lại; nếu không đọc rõ chữ thì chụp lại ở chỗ sáng hơn.")
    else:
        return ""
    return words % facts


# --- previews ------------------------------------------------------------------------------------


def has_previews(attachment: Attachment) -> bool:
    return attachment.content_type in process.KINDS and attachment.purged_at is None


def preview(attachment: Attachment, page: int, *, small: bool, mark: str = "") -> bytes:
    """One page as WebP. Callers have checked access.

    Raises portal.lib.photos.NotDrawn when there is no such page, FileNotOpened when it cannot be drawn just now.
    """
    if not has_previews(attachment) or not 1 <= page <= (attachment.pages or 1):
        raise process.NotDrawn
    width = process.SMALL if small else process.LARGE
    known = process.remembered(sha256=attachment.sha256, page=page, width=width, mark=mark)
    if known is not None:
        return known
    kind = process.KINDS[attachment.content_type]
    try:
        with files.open_stored(attachment) as stream:
            return process.preview(stream, kind, sha256=attachment.sha256, page=page, width=width, mark=mark)
    except FileNotFoundError:
        raise process.NotDrawn from None
    except child.ChildBusy:
        busy = _("Cổng đang mở nhiều trang giấy tờ cùng lúc. Bạn hãy tải lại trang sau ít giây.")
        raise FileNotOpened(busy) from None


THUMBNAILS = 12  # of one file; the others are reached page by page


@dataclass(frozen=True)
class Arranged:
    """The files of one paper: the PDF that was made of its photos, the photos in it, and everything else."""

    combined: Attachment | None
    originals: tuple[Attachment, ...]
    others: tuple[Attachment, ...]

    @property
    def sheets(self) -> list[tuple[Attachment, range]]:
        """Every file that can be looked at, with the pages that are shown small."""
        shown = [f for f in (self.combined, *self.others) if f is not None and has_previews(f)]
        return [(f, range(1, min(f.pages or 1, THUMBNAILS) + 1)) for f in shown]


def arranged(of_paper: Sequence[Attachment], known: Iterable[Attachment]) -> Arranged:
    """`of_paper`: what came in for one paper; `known`: all files of the submission."""
    wanted = {f.pk for f in of_paper}
    current = (a for a in known if a.purpose == Purpose.COMBINED and a.removed_at is None)
    combined = next((a for a in current if wanted & {m["pk"] for m in a.made_from}), None)
    within = {m["pk"] for m in combined.made_from} if combined else set()
    originals = tuple(f for f in of_paper if f.pk in within)
    return Arranged(combined, originals, tuple(f for f in of_paper if f.pk not in within))


def combined_with(photo: Attachment) -> Attachment | None:
    """The PDF that stands for a photo whose original was deleted."""
    rows = Attachment.objects.filter(submission=photo.submission_id, purpose=Purpose.COMBINED, key=photo.key)
    return next((c for c in rows.order_by("-pk") if photo.pk in {m["pk"] for m in c.made_from}), None)


# --- after the decision --------------------------------------------------------------------------


def purgeable(now: datetime.datetime) -> Iterator[Attachment]:
    """Photos of submissions decided PHOTO_ORIGINAL_DAYS ago whose combined PDF is there to be read.

    Raises FileNotOpened while the storage is down.
    """
    before = now - datetime.timedelta(days=settings.PHOTO_ORIGINAL_DAYS)
    rows = Attachment.objects.filter(purpose__in=SOURCES, content_type__startswith="image/", purged_at=None)
    decided = rows.filter(submission__state__in=DECIDED).exclude(file="").order_by("submission_id", "pk")
    decided = decided.annotate(decided=Coalesce("submission__finished_at", "submission__closed_at"))
    covered: set[tuple[int, str]] = set()
    last = 0
    for photo in decided.filter(decided__lte=before):
        if photo.submission_id != last:
            last, covered = photo.submission_id, _covered(photo.submission_id)
        if (photo.pk, photo.sha256) in covered:
            yield photo


def _covered(submission: int) -> set[tuple[int, str]]:
    """The photos that a combined PDF of the submission holds, as long as that PDF is whole in the storage."""
    rows = Attachment.objects.filter(submission=submission, purpose=Purpose.COMBINED)
    return {(m["pk"], m["sha256"]) for c in rows if files.is_stored(c) for m in c.made_from}


def purge(photo: Attachment, now: datetime.datetime) -> None:
    """Deletes the stored file of a photo; name, size and hash stay, so that the list of what was filed stays whole."""
    storage, name = photo.file.storage, photo.file.name or ""
    Attachment.objects.filter(pk=photo.pk).update(file="", purged_at=now)
    files.delete_stored(storage, name)

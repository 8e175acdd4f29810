"""Writing a pack: streamed into a file, every member with its size and hash in the manifest."""

from __future__ import annotations

import contextlib
import datetime
import functools
import hashlib
import json
import time
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import child, pdf
from submissions import workflow
from submissions.errors import FileNotOpened
from submissions.models import Submission
from submissions.papers import drawing
from submissions.rules import Actor
from submissions.states import State
from submissions.transfer import layout, readable
from submissions.transfer.errors import PackRefused
from submissions.transfer.gathering import Gathered, gathered

CHUNK = 256 * 1024
PLACES, PATIENCE = 2, 10.0  # processes that draw for packs on one machine; seconds to wait for one
EARLIEST = 1980  # a zip cannot date its members before


@functools.cache
def portal_version() -> str:
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text(encoding="utf-8"))
    return str(project["project"]["version"])


def file_name(submission: Submission) -> str:
    return f"ho-so-{submission.dossier_code or submission.reference}.zip"


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(CHUNK), b"")


class _Writer:
    """A zip under way, and what the manifest says of its members."""

    def __init__(self, to: IO[bytes], now: datetime.datetime) -> None:
        self.zip, self.now = zipfile.ZipFile(to, "w"), now
        self.at = max(timezone.localtime(now).timetuple()[:6], (EARLIEST, 1, 1, 0, 0, 0))
        self.members: dict[str, dict[str, Any]] = {}

    def add(self, name: str, chunks: Iterable[bytes], *, squeeze: bool = False) -> str:
        """Returns the hash. Files are packed as they are: pictures and PDF do not get smaller."""
        info = zipfile.ZipInfo(name, self.at)
        info.compress_type = zipfile.ZIP_DEFLATED if squeeze else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self.zip.open(info, "w") as out:
            for chunk in chunks:
                out.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.members[name] = {"size": size, "sha256": digest.hexdigest()}
        return digest.hexdigest()

    def add_json(self, name: str, content: Any) -> None:
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        self.add(name, [text.encode()], squeeze=True)


def export(submission: Submission, to: IO[bytes], *, by: Actor, with_secret: bool = False) -> dict[str, Any]:
    """Writes the pack of a filed submission and returns its manifest; the log remembers who took it.

    The applicant's secret, and the papers that show it, are in the pack only `with_secret`: an officer must not be
    able to act as the applicant. Raises PackRefused when it is a draft or a rehearsal, or when a stored file is lost
    or damaged; NotAllowed when `by` may not have it.
    """
    _check_exportable(submission)
    workflow.log_export(submission.pk, by=by)
    with _pressing() as press:
        _draw_papers(submission, press)
        found = _read(submission, with_secret=with_secret)
        printables = list(readable.printables(found, press))
    writer = _Writer(to, timezone.now())
    with writer.zip:
        for name, document in found.documents.items():
            writer.add_json(f"{name}.json", document)
        writer.add_json(layout.ANSWERS, readable.answers(found.submission, found.attachments))
        for name, content in printables:
            writer.add(name, [content])
        for member in found.stored:
            _add_stored(writer, *member)
        manifest = _manifest(found, writer, with_secret=with_secret)
        writer.add_json(layout.MANIFEST, manifest)
    return manifest


def _read(submission: Submission, *, with_secret: bool) -> Gathered:
    with transaction.atomic():
        Submission.objects.select_for_update(of=("self",)).only("pk").order_by().get(pk=submission.pk)
        return gathered(submission, with_secret=with_secret)


@contextlib.contextmanager
def _pressing() -> Iterator[readable.Press]:
    """One process for all PDFs of the pack, and few such at once; when there is no place, none can be drawn now."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(child.slot("pack", PLACES, time.monotonic() + PATIENCE))
        except child.ChildBusy:
            yield _nothing
            return
        yield stack.enter_context(contextlib.closing(pdf.Renderer())).draw


def _nothing(_page: pdf.Page) -> pdf.Drawn:
    raise pdf.PdfError("all places taken")


def _check_exportable(submission: Submission) -> None:
    if submission.state == State.DRAFT:
        raise PackRefused(_("Bản nháp chưa nộp nên không xuất được. Bạn hãy xuất sau khi hồ sơ đã nộp."))
    if submission.is_rehearsal:
        raise PackRefused(_("Đây là hồ sơ thử nên không xuất được. Chỉ xuất hồ sơ thật."))


def _draw_papers(submission: Submission, press: readable.Press) -> None:
    """Papers that nobody has drawn yet; where no PDF can be made, their words travel alone."""
    with contextlib.suppress(pdf.PdfError, FileNotOpened):
        for paper in submission.papers.waiting().select_related("submission"):
            drawing.draw(paper, press)


def _add_stored(writer: _Writer, name: str, stored: Any, digest: str) -> None:
    lost = PackRefused(_("Tệp “%s” đã mất hoặc hỏng trong kho lưu trữ. Bạn hãy khôi phục tệp rồi xuất lại.") % name)
    try:
        with stored.open("rb") as stream:
            found = writer.add(name, _chunks(stream))
    except OSError:
        raise lost from None
    if found != digest:
        raise lost


def _manifest(found: Gathered, writer: _Writer, *, with_secret: bool) -> dict[str, Any]:
    s, rows = found.submission, found.documents["submission"]
    return {
        "format": layout.FORMAT,
        "version": layout.VERSION,
        "portal": portal_version(),
        "made_at": writer.now.astimezone(datetime.UTC).isoformat(timespec="seconds"),
        "site": settings.SITE_URL,
        "reference": s.reference,
        "dossier_code": s.dossier_code,
        "procedure": s.procedure.code,
        "agency": s.agency.slug,
        "state": s.state,
        "with_secret": with_secret,
        "counts": {
            "events": len(found.events),
            **{name: len(rows[name]) for name in ("attachments", "papers", "letters", "requests", "messages")},
        },
        "members": dict(writer.members),
    }

"""Files that come with a step: stored at once when acceptable, whatever else is wrong on the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from submissions import files
from submissions.errors import FileRefused
from submissions.filing import Journey, Step
from submissions.models import Attachment
from submissions.views import common

Purpose = Attachment.Purpose


class Throttled(Exception):
    """This address sent too many files in a short time."""


def limits() -> dict[str, Any]:
    """For the words beside a picker."""
    return {
        "accept": files.ACCEPT,
        "file_bytes": settings.UPLOAD_FILE_BYTES,
        "filing_bytes": settings.UPLOAD_FILING_BYTES,
        "files_per_paper": settings.UPLOAD_FILES_PER_PAPER,
    }


def _places(journey: Journey, here: Step) -> Iterator[tuple[str, str, str]]:
    """Input name, purpose and key of every picker of the step."""
    if here.section is not None:
        yield from ((f.key, Purpose.FIELD, f.key) for f in here.section.fields if f.kind == "file")
        return
    yield from ((f"document-{d.key}", Purpose.DOCUMENT, d.key) for d in journey.spec.documents if d.may_attach())


def take(request: HttpRequest, journey: Journey, here: Step) -> dict[str, str]:
    """Stores what was sent; returns sentences about refused files by key. Raises Throttled before storing anything."""
    places = _places(journey, here)
    sent = [(purpose, key, upload) for name, purpose, key in places for upload in request.FILES.getlist(name)]
    if not sent:
        return {}
    if common.is_throttled(request, "upload"):
        raise Throttled
    common.count_try(request, "upload", len(sent))
    refused: dict[str, list[str]] = {}
    for purpose, key, upload in sent:
        sentence = _stored(upload, journey, purpose, key)
        if sentence:
            refused.setdefault(key, []).append(sentence)
    journey.forget_files()
    return {key: " ".join(sentences) for key, sentences in refused.items()}


def _stored(upload: UploadedFile, journey: Journey, purpose: str, key: str) -> str:
    """Empty when the file was taken, else the sentence that says why not."""
    try:
        files.accept(upload, submission=journey.draft, key=key, purpose=purpose)
    except FileRefused as refused:
        return str(refused)
    return ""


def remove_pressed(request: HttpRequest, journey: Journey) -> None:
    """The button beside a file; a file of another draft is not touched."""
    wanted = request.POST.get("remove-file", "")
    found = next((a for a in journey.attachments if str(a.pk) == wanted), None) if wanted else None
    if found is not None:
        files.remove(found)
        journey.forget_files()

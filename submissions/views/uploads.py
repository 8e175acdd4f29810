"""Files that come with a step: stored at once when acceptable, whatever else is wrong on the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from submissions import files, photos
from submissions.errors import FileRefused
from submissions.filing import Journey, Step
from submissions.forms import AUTHORITY_KEY
from submissions.models import Attachment
from submissions.views import common

Purpose = Attachment.Purpose
Sent = tuple[str, str, UploadedFile]  # purpose, key, file


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
    if journey.is_for_other:
        yield f"document-{AUTHORITY_KEY}", Purpose.AUTHORITY, AUTHORITY_KEY


def take(request: HttpRequest, journey: Journey, here: Step) -> dict[str, str]:
    """Stores what was sent; returns sentences about refused files by key. Raises Throttled before storing anything."""
    places = _places(journey, here)
    sent = [(purpose, key, upload) for name, purpose, key in places for upload in request.FILES.getlist(name)]
    if not sent:
        return {}
    if common.is_throttled(request, "upload"):
        raise Throttled
    common.count_try(request, "upload", len(sent))
    refused = store(request, sent, submission=journey.draft)
    journey.forget_files()
    return refused


def store(request: HttpRequest, sent: Sequence[Sent], **where: Any) -> dict[str, str]:
    """Stores files one by one; `where` goes to files.accept(). Returns sentences about refused ones by key."""
    refused: dict[str, list[str]] = {}
    doubted: list[Attachment] = []
    for purpose, key, upload in sent:
        try:
            stored = files.accept(upload, key=key, purpose=purpose, **where)
        except FileRefused as problem:
            refused.setdefault(key, []).append(str(problem))
        else:
            doubted += [stored] if stored.doubts else []
    _tell_doubts(request, doubted)
    return {key: " ".join(sentences) for key, sentences in refused.items()}


def _tell_doubts(request: HttpRequest, doubted: Sequence[Attachment]) -> None:
    """On the next page; a person who only pressed "upload" sees it beside the file."""
    if request.POST.get("action") != "upload":
        for photo in doubted:
            messages.warning(request, photos.doubt(photo))


# Buttons beside an uploaded file: name, and how many places later it is put.
MOVES = {"file-up": -1, "file-down": 1}
REMOVE = "remove-file"


def is_file_button(request: HttpRequest) -> bool:
    """Was a button beside a file pressed, which leads back to the same page?"""
    return any(name in request.POST for name in (REMOVE, *MOVES))


def press_file_button(request: HttpRequest, known: Sequence[Attachment]) -> bool:
    """Does what the button beside a file says; only the `known` files can be touched. True when one was."""
    for name in (REMOVE, *MOVES):
        wanted = request.POST.get(name, "")
        found = next((a for a in known if str(a.pk) == wanted), None) if wanted else None
        if found is None:
            continue
        if name == REMOVE:
            files.remove(found)
        else:
            files.move(found, MOVES[name])
        return True
    return False

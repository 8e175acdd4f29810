"""A file of a record, for the officers of its agency only: as it is, or page by page without downloading it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.lib.photos import NotDrawn
from portal.lib.serving import file_answer, picture_answer, unreachable
from submissions import files, photos
from submissions.admin import access
from submissions.errors import FileNotOpened, FilePurged
from submissions.models import Attachment, Submission

GONE = 410


def _found(request: HttpRequest, pk: int, file: int) -> tuple[Submission, Attachment]:
    """The record and the file; files of a supplement that is not sent yet do not exist here."""
    _officer, submission = access.record(request, pk)
    found = submission.attachments.filter(pk=file, pending=False).first()
    if found is None:
        raise Http404
    return submission, found


@require_safe
def show(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """Streams one file."""
    submission, found = _found(request, pk, file)
    try:
        stream = files.open_stored(found)
    except FileNotFoundError:
        raise Http404(_("Không thấy tệp “%s” trong kho lưu trữ.") % found.name) from None
    except FilePurged:
        return _purged(request, submission, found)
    except FileNotOpened as problem:
        return unreachable(request, str(problem))
    save = "tai-ve" in request.GET
    return file_answer(stream, name=found.name, content_type=found.content_type, size=found.size, save=save)


def _purged(request: HttpRequest, submission: Submission, photo: Attachment) -> HttpResponseBase:
    combined = photos.combined_with(photo)
    address = reverse("admin:submissions_submission_file", args=[submission.pk, combined.pk]) if combined else ""
    back = reverse("admin:submissions_submission_change", args=[submission.pk])
    context = {"file": photo, "combined": combined, "address": address, "back": back}
    return TemplateResponse(request, "submissions/purged.html", context, status=GONE)


@require_safe
def preview(request: HttpRequest, pk: int, file: int, page: int) -> HttpResponseBase:
    """One page as a picture, small with "nho" in the address; identity papers carry the code of the submission."""
    submission, found = _found(request, pk, file)
    try:
        picture = photos.preview(found, page, small="nho" in request.GET, mark=photos.mark(submission, found))
    except NotDrawn:
        raise Http404 from None
    except FileNotOpened as problem:
        return unreachable(request, str(problem))
    return picture_answer(picture, settings.PREVIEW_CACHE_SECONDS)


@require_safe
def page(request: HttpRequest, pk: int, file: int, page: int, site: dict[str, Any]) -> HttpResponseBase:
    """One page large, with the pages before and after."""
    submission, found = _found(request, pk, file)
    if not photos.has_previews(found) or not 1 <= page <= (found.pages or 1):
        raise Http404
    context = {"submission": submission, "file": found, "page": page, "pages": found.pages or 1, "title": found.name}
    context |= {"before": page - 1, "after": page + 1 if page < (found.pages or 1) else 0}
    template = "admin/submissions/submission/page.html"
    return TemplateResponse(request, template, {**site, **context})

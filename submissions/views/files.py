"""Downloads: every file passes a permission check here; the storage has no public address."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.lib.photos import NotDrawn
from portal.lib.serving import file_answer, picture_answer, unreachable
from submissions import access, files, photos, rules, workflow
from submissions.errors import FileNotOpened, FilePurged
from submissions.models import Attachment
from submissions.states import State
from submissions.views.common import refused, visitor

OK, GONE = 200, 410


def served(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The file as a stream (portal/lib/serving.py), 503 while the storage is down. Callers have checked access."""
    try:
        stream = files.open_stored(attachment)
    except FileNotFoundError:
        raise Http404 from None
    except FilePurged:
        return _purged(request, attachment)
    except FileNotOpened as problem:
        return unreachable(request, str(problem))
    return file_answer(
        stream,
        name=attachment.name,
        content_type=attachment.content_type,
        size=attachment.size,
        save="tai-ve" in request.GET,
    )


def _purged(request: HttpRequest, photo: Attachment) -> HttpResponseBase:
    combined, reference = photos.combined_with(photo), photo.submission.reference
    address = reverse("submission-file", args=[reference, combined.pk]) if combined else ""
    back = photo.submission.get_absolute_url()
    context = {"file": photo, "combined": combined, "address": address, "back": back}
    return refused(request, "submissions/purged.html", GONE, **context)


def drawn(request: HttpRequest, attachment: Attachment, page: int, mark: str = "") -> HttpResponseBase:
    """One page as a picture, small with "nho" in the address; 404 when it has none. Callers have checked access."""
    try:
        picture = photos.preview(attachment, page, small="nho" in request.GET, mark=mark)
    except NotDrawn:
        raise Http404 from None
    except FileNotOpened as problem:
        return unreachable(request, str(problem))
    return picture_answer(picture, settings.PREVIEW_CACHE_SECONDS)


@require_safe
def submission_preview(request: HttpRequest, reference: str, pk: int, page: int) -> HttpResponseBase:
    """For the holder; an officer of the agency who comes this way sees what the desk sees, mark included."""
    try:
        found = access.attachment(visitor(request), reference, pk)
    except access.NotHeld:
        raise Http404 from None
    mark = photos.mark(found.submission, found) if rules.officer_of(request.user) else ""
    return drawn(request, found, page, mark)


@require_safe
def draft_preview(request: HttpRequest, code: str, draft: str, pk: int, page: int) -> HttpResponseBase:
    return drawn(request, _of_draft(request, code, draft, pk), page)


@never_cache
@require_safe
def submission_file(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    who = visitor(request)
    try:
        found = access.attachment(who, reference, pk)
    except access.NotHeld:
        raise Http404 from None
    answer = served(request, found)
    if answer.status_code == OK and request.method == "GET" and rules.officer_of(request.user) is None:
        workflow.take_result(found, by=rules.citizen(found.submission.applicant_name, who.account))
    return answer


@never_cache
@require_safe
def draft_file(request: HttpRequest, code: str, draft: str, pk: int) -> HttpResponseBase:
    return served(request, _of_draft(request, code, draft, pk))


def _of_draft(request: HttpRequest, code: str, draft: str, pk: int) -> Attachment:
    """A file of a draft that the visitor holds; Http404 otherwise."""
    try:
        held = access.draft(visitor(request), code, draft)
    except access.NotHeld:
        raise Http404 from None
    found = held.attachments.filter(pk=pk).first() if held.state == State.DRAFT else None
    if found is None:
        raise Http404
    return found

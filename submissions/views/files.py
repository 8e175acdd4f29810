"""Downloads: every file passes a permission check here; the storage has no public address."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.lib.serving import file_answer, unreachable
from submissions import access, files
from submissions.errors import FileNotOpened
from submissions.models import Attachment
from submissions.states import State
from submissions.views.common import visitor


def served(request: HttpRequest, attachment: Attachment) -> HttpResponseBase:
    """The file as a stream (portal/lib/serving.py), 503 while the storage is down. Callers have checked access."""
    try:
        stream = files.open_stored(attachment)
    except FileNotFoundError:
        raise Http404 from None
    except FileNotOpened as problem:
        return unreachable(request, str(problem))
    return file_answer(
        stream,
        name=attachment.name,
        content_type=attachment.content_type,
        size=attachment.size,
        save="tai-ve" in request.GET,
    )


@never_cache
@require_safe
def submission_file(request: HttpRequest, reference: str, pk: int) -> HttpResponseBase:
    try:
        found = access.attachment(visitor(request), reference, pk)
    except access.NotHeld:
        raise Http404 from None
    return served(request, found)


@never_cache
@require_safe
def draft_file(request: HttpRequest, code: str, draft: str, pk: int) -> HttpResponseBase:
    try:
        held = access.draft(visitor(request), code, draft)
    except access.NotHeld:
        raise Http404 from None
    found = held.attachments.filter(pk=pk).first() if held.state == State.DRAFT else None
    if found is None:
        raise Http404
    return served(request, found)

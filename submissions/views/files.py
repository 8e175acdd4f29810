"""Downloads: every file passes a permission check here; the storage has no public address."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.lib.serving import file_answer
from submissions import access
from submissions.models import Attachment
from submissions.states import State
from submissions.views.common import visitor


def served(attachment: Attachment, *, save: bool = False) -> FileResponse:
    """The file as a stream (portal/lib/serving.py). Callers have checked access."""
    return file_answer(
        attachment.file.open("rb"),
        name=attachment.name,
        content_type=attachment.content_type,
        size=attachment.size,
        save=save,
    )


@never_cache
@require_safe
def submission_file(request: HttpRequest, reference: str, pk: int) -> FileResponse:
    try:
        found = access.attachment(visitor(request), reference, pk)
    except access.NotHeld:
        raise Http404 from None
    return served(found, save="tai-ve" in request.GET)


@never_cache
@require_safe
def draft_file(request: HttpRequest, code: str, draft: str, pk: int) -> FileResponse:
    try:
        held = access.draft(visitor(request), code, draft)
    except access.NotHeld:
        raise Http404 from None
    found = held.attachments.filter(pk=pk).first() if held.state == State.DRAFT else None
    if found is None:
        raise Http404
    return served(found, save="tai-ve" in request.GET)

"""Downloads: every file passes a permission check here; the storage has no public address."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from submissions import access
from submissions.models import Attachment
from submissions.states import State
from submissions.views.common import visitor

# Shown by the browser itself; everything else is saved.
INLINE = ("application/pdf", "image/jpeg", "image/png")
# Nothing in a served file may run or load anything. Chromium's PDF viewer does not start in a sandbox.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; frame-ancestors 'self'"
SANDBOX = POLICY + "; sandbox"


def served(attachment: Attachment, *, save: bool = False) -> FileResponse:
    """The file as a stream, with headers that keep a hostile one from doing anything. Callers have checked access."""
    inline = attachment.content_type in INLINE and not save
    answer = FileResponse(
        attachment.file.open("rb"),
        as_attachment=not inline,
        filename=attachment.name,
        content_type=attachment.content_type,
    )
    answer["Content-Length"] = str(attachment.size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["X-Robots-Tag"] = "noindex"
    answer["Content-Security-Policy"] = POLICY if attachment.content_type == "application/pdf" else SANDBOX
    return answer


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

"""A file of a record, for the officers of its agency only."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from submissions.admin import access

# What a browser shows by itself; everything else is downloaded. Never HTML or SVG.
SHOWN_INLINE = ("application/pdf", "image/jpeg", "image/png")


@require_safe
def show(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """Streams one file; files of a supplement that is not sent yet do not exist here."""
    _officer, submission = access.record(request, pk)
    found = submission.attachments.filter(pk=file, pending=False).first()
    if found is None:
        raise Http404
    try:
        stream = found.file.open("rb")
    except FileNotFoundError:
        raise Http404(_("Không thấy tệp “%s” trong kho lưu trữ.") % found.name) from None
    inline = found.content_type in SHOWN_INLINE and "tai-ve" not in request.GET
    answer = FileResponse(
        stream, as_attachment=not inline, filename=found.name, content_type=found.content_type
    )
    answer["Cache-Control"] = "private, no-store"
    return answer

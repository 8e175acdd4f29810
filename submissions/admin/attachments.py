"""A file of a record, for the officers of its agency only."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.lib.serving import file_answer, unreachable
from submissions import files
from submissions.admin import access
from submissions.errors import FileNotOpened


@require_safe
def show(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """Streams one file; files of a supplement that is not sent yet do not exist here."""
    _officer, submission = access.record(request, pk)
    found = submission.attachments.filter(pk=file, pending=False).first()
    if found is None:
        raise Http404
    try:
        stream = files.open_stored(found)
    except FileNotFoundError:
        raise Http404(_("Không thấy tệp “%s” trong kho lưu trữ.") % found.name) from None
    except FileNotOpened as problem:
        return unreachable(request, str(problem))
    save = "tai-ve" in request.GET
    return file_answer(stream, name=found.name, content_type=found.content_type, size=found.size, save=save)

"""Blank forms to take home (level 2 and above)."""

from __future__ import annotations

import datetime
import logging
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.lib.pdf import PdfError
from procedures import blank_forms, listing, printing
from procedures.models import Procedure

log = logging.getLogger(__name__)
KEPT_SECONDS = 3600


@require_safe
def blank_form(request: HttpRequest, code: str, key: str, extension: str) -> HttpResponse:
    """The form as PDF or Word; the printable page itself when no PDF can be made at the moment."""
    procedure = _with_form(code, key)
    try:
        file = printing.blank_form(procedure.spec, key, extension, published_on(procedure))
    except PdfError as error:
        log.warning("blank form %s %s: %s", code, key, error)
        page = printing.printable_page(procedure.spec, static(printing.STYLESHEET), revised_on=published_on(procedure))
        return HttpResponse(page)
    response = file_response(file)
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return get_conditional_response(request, etag=file.etag, response=response) or response


def file_response(file: printing.File) -> HttpResponse:
    """A download with its full name, and a name in plain letters for software that knows no other."""
    names = f"filename=\"{file.ascii_name}\"; filename*=UTF-8''{quote(file.name)}"
    headers = {"Content-Disposition": f"attachment; {names}", "ETag": file.etag}
    return HttpResponse(file.content, content_type=file.content_type, headers=headers)


def _with_form(code: str, key: str) -> Procedure:
    """The published procedure that offers this blank form, or 404."""
    procedure = listing.published(code)
    if procedure is None or key not in blank_forms.keys(procedure.spec):
        raise Http404(_("Thủ tục này không có biểu mẫu ở địa chỉ này. Bạn mở trang thủ tục để xem các biểu mẫu."))
    return procedure


def published_on(procedure: Procedure) -> datetime.date | None:
    """The day that a form bears as that of its revision."""
    published = procedure.published.published_at if procedure.published else None
    return localtime(published).date() if published else None

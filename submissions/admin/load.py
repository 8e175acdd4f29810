"""The page of a desk's leaders: how much each officer has."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from submissions import worklist
from submissions.admin import access
from submissions.states import Role


def page(request: HttpRequest, site: dict[str, Any]) -> HttpResponse:
    """Http404 for who does not lead, as if the page did not exist."""
    officer = access.desk_officer(request)
    if officer is None or not officer.has_role(Role.LEADER):
        raise Http404
    at = access.page_clock(request)
    context = {**site, "title": _("Tải công việc"), "loads": worklist.loads(officer, at), "at": at}
    return TemplateResponse(request, "admin/submissions/load.html", context)

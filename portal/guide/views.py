"""Pages that explain: the four levels, the guide, and its hand-out as PDF."""

from __future__ import annotations

import hashlib
import logging
from typing import Any

import segno
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal import site_state
from portal.guide import facts, steps
from portal.lib import pdf
from portal.lib.keep import keep
from procedures import printing

log = logging.getLogger(__name__)
KEPT_SECONDS = 30 * 24 * 3600


@require_safe
def intro(request: HttpRequest) -> HttpResponse:
    context = {
        "levels": facts.levels(),
        "abilities": facts.ABILITIES,
        "from_home": facts.at_level_4(),
    }
    return keep(request, render(request, "portal/intro.html", context))


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    return keep(request, render(request, "portal/guide.html", _story()))


@require_safe
def handout(request: HttpRequest) -> HttpResponse:
    """Two pages A4 for meetings; the page itself when no PDF can be made at the moment."""
    code = segno.make(settings.SITE_URL, error="m").svg_data_uri(border=1)
    story = _story() | {"levels": facts.levels(), "qr": code, "shown": steps.SHOWN_ON_PAPER}
    html = _page(story, printing.STYLESHEET, "")
    try:
        content = _pdf(html)
    except pdf.PdfError as error:
        log.warning("hand-out: %s", error)
        return HttpResponse(_page(story, static(printing.STYLESHEET), static("")))
    file = printing.File(content, str(_("Hướng dẫn dịch vụ công trực tuyến")), "pdf")
    response = HttpResponse(content, content_type=file.content_type)
    response["Content-Disposition"] = f'inline; filename="{file.ascii_name}"'
    patch_cache_control(response, public=True, max_age=3600)
    return response


def _story() -> dict[str, Any]:
    from_home = facts.at_level_4()
    return {
        "level_3": steps.LEVEL_3,
        "level_4": steps.LEVEL_4,
        "from_home": from_home,
        "all_free": facts.all_free(from_home),
        "address": facts.address(),
    }


def _page(story: dict[str, Any], stylesheet: str, pictures: str) -> str:
    """`pictures` is the address below which img/guide lies: nothing for the PDF, /static/ for a browser."""
    context = {**story, "stylesheet": stylesheet, "pictures": pictures, "author": settings.TOWN_NAME}
    agency = site_state.current().agency
    context |= {"town": settings.TOWN_NAME, "phone": agency.phone if agency else ""}
    return render_to_string("portal/handout.html", context)


def _pdf(html: str) -> bytes:
    versions = printing.drawing_version() + steps.pictures_version()
    key = "handout:" + hashlib.sha256((html + versions).encode()).hexdigest()
    content: bytes | None = cache.get(key)
    if content is None:
        content = pdf.from_html(html)
        cache.set(key, content, KEPT_SECONDS)
    return content

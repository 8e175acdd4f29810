"""The faces of a draft as they would be once it is published: page, list of papers, form on screen and on paper."""

from __future__ import annotations

import copy
import io
import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.lib.pdf import PdfError
from portal.lib.serving import file_answer
from procedures import blank_forms, listing, overview, printing
from procedures.admin.opened import Opened, address, on_draft
from procedures.formbuilder import SectionForm, answers_before
from procedures.spec import ProcedureSpec

log = logging.getLogger(__name__)


def _spec(opened: Opened) -> ProcedureSpec:
    """The draft as a document; Http404 while it has problems, because nothing can be made of it then."""
    if opened.problems:
        raise Http404(_("Bản soạn còn chỗ cần sửa nên chưa xem thử được. Bạn sửa xong rồi mở lại."))
    return opened.draft.spec


def _overview(opened: Opened) -> overview.Overview:
    """The procedure as it would be: its columns follow the draft, and nothing of it is stored."""
    spec, shown = _spec(opened), copy.copy(opened.procedure)
    shown.level, shown.tier, shown.name, shown.short_name = spec.level, spec.tier, spec.name, spec.short_name
    today = timezone.localdate()
    return overview.Overview(shown, spec, listing.offices(spec.tier, today), today)


@require_safe
@on_draft(edit=False)
def public_page(request: HttpRequest, opened: Opened) -> HttpResponse:
    context = {"o": _overview(opened), "back": address("draft", opened.procedure)}
    return render(request, "admin/procedures/preview_page.html", context)


@require_safe
@on_draft(edit=False)
def papers(request: HttpRequest, opened: Opened) -> HttpResponse:
    context = {"o": _overview(opened), "back": address("draft", opened.procedure)}
    return render(request, "admin/procedures/preview_papers.html", context)


@require_safe
@on_draft(edit=False)
def form(request: HttpRequest, opened: Opened, number: int) -> HttpResponse:
    """One page of the form on screen. What is typed goes along in the address, so that conditions can be tried."""
    spec = _spec(opened)
    if spec.form is None or not 1 <= number <= len(spec.form.sections):
        raise Http404(_("Tờ khai không có trang này."))
    section, typed = spec.form.sections[number - 1], {name: list(map(str, v)) for name, v in request.GET.lists()}
    filled = SectionForm(section, before=answers_before(spec.form, section.key, typed), typed=typed or None)
    if typed:
        filled.is_valid()
    context: dict[str, Any] = {
        "opened": opened,
        "spec": spec,
        "section": section,
        "form": filled,
        "number": number,
        "next": number + 1 if number < len(spec.form.sections) else None,
        "before": number - 1 if number > 1 else None,
        "back": address("draft", opened.procedure),
        "carried": _carried(filled, typed),
    }
    return render(request, "admin/procedures/preview_form.html", context)


def _carried(filled: SectionForm, typed: dict[str, list[str]]) -> list[tuple[str, str]]:
    """What was typed on the other pages."""
    keys = {f.key for f in filled.section.fields}
    own = tuple(f"{key}-" for key in keys)
    return [(k, v) for k, values in typed.items() if k not in keys and not k.startswith(own) for v in values]


@require_safe
@on_draft(edit=False)
def blank(request: HttpRequest, opened: Opened, extension: str) -> HttpResponseBase:
    """The blank form; the printable page itself when no PDF can be made at the moment."""
    spec = _spec(opened)
    keys = blank_forms.keys(spec)
    if not keys or extension not in ("pdf", "docx"):
        raise Http404(_("Bản soạn này không có biểu mẫu để in."))
    try:
        file = printing.blank_form(spec, keys[0], extension)
    except PdfError as error:
        log.warning("trial form %s: %s", spec.code, error)
        return HttpResponse(printing.printable_page(spec, static(printing.STYLESHEET)))
    content = io.BytesIO(file.content)
    return file_answer(content, name=file.name, content_type=file.content_type, size=len(file.content), save=True)

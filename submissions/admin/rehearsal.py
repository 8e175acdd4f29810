"""Trying a draft revision: begin a filing on it, go on with those begun, see the record as an officer would."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from procedures import editing
from procedures.models import ProcedureRevision
from submissions import access, forms, rehearsal, rules, shown
from submissions.admin import record
from submissions.errors import NotPossible
from submissions.models import Submission


def _revision(site: Any, request: HttpRequest, pk: int) -> ProcedureRevision:
    """The draft, for who may edit the catalogue; Http404 when there is none any more."""
    if not site.may_edit_catalogue(request):
        raise PermissionDenied
    rows = ProcedureRevision.objects.select_related("procedure__published")
    found = rows.filter(pk=pk, state=ProcedureRevision.State.DRAFT).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, pk: int, *, site: Any) -> HttpResponse:
    revision = _revision(site, request, pk)
    problems = editing.problems(revision)
    offices = [] if problems else list(rehearsal.offices(revision))
    if request.method == "POST":
        chosen = next((o for o in offices if o.slug == request.POST.get("co-quan")), None)
        begun = _begin(request, revision, chosen or (offices[0] if len(offices) == 1 else None))
        return HttpResponseRedirect(begun or request.path)
    context = {
        "title": revision.procedure.short_name,
        "revision": revision,
        "problems": problems,
        "offices": offices,
        "begun": list(rehearsal.of(request.user, revision)),
        "first_step": forms.APPLICANT,
    }
    return TemplateResponse(request, "admin/submissions/rehearsal/page.html", {**site.each_context(request), **context})


def _begin(request: HttpRequest, revision: ProcedureRevision, office: Any) -> str:
    """Where to go on; empty, with a message, when it cannot begin."""
    if office is None:
        messages.error(request, _("Bạn chưa chọn nơi nộp. Hãy chọn một nơi rồi bấm lại."))
        return ""
    try:
        draft = rehearsal.start(revision, office, rules.officer_of(request.user), user=request.user)
    except NotPossible as problem:
        messages.error(request, str(problem))
        return ""
    return reverse("filing-step", args=[draft.procedure.code, draft.draft_key, forms.APPLICANT])


@require_safe
def record_page(request: HttpRequest, pk: int, *, site: Any) -> HttpResponse:
    """The record of a sent rehearsal, to read only: what an officer would see."""
    found = Submission.objects.rehearsals().sent().filter(pk=pk).with_context("assignee__user").first()
    if found is None or not access.may_open_rehearsal(request.user, found):
        raise Http404
    files = list(found.attachments.all())
    context = {
        "title": str(found),
        "submission": found,
        "sections": shown.filed(found, files),
        "papers": shown.papers(found, files),
        "log": record.log(found),
    }
    return TemplateResponse(
        request, "admin/submissions/rehearsal/record.html", {**site.each_context(request), **context}
    )

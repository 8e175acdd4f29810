"""The official papers on the record: the box that lists them, each paper to print, and the present control slip."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.lib.serving import file_answer, unreachable
from submissions import papers, rules, workflow
from submissions.admin import access
from submissions.errors import FileNotOpened, SubmissionError
from submissions.models import Submission


def box(submission: Submission) -> dict[str, Any]:
    """What templates/admin/submissions/submission/issued.html shows. One query."""
    return {
        "issued": papers.shelf(papers.for_officer(submission)),
        "has_slip": submission.received_at is not None,
        "paper_set": papers.current(),
    }


@never_cache
@require_safe
def show(request: HttpRequest, pk: int, paper: int) -> HttpResponseBase:
    """One paper of a record of the officer's own agency; the applicant's own copies are not here."""
    _officer, submission = access.record(request, pk)
    found = papers.for_officer(submission).filter(pk=paper).first()
    if found is None:
        raise Http404
    try:
        opened = papers.file_of(found)
    except papers.NotDrawn:
        return HttpResponse(papers.printable(found, static(papers.STYLESHEET)))
    except FileNotOpened as problem:
        return unreachable(request, str(problem))
    save = "tai-ve" in request.GET
    return file_answer(opened.stream, name=opened.name, content_type=opened.content_type, size=opened.size, save=save)


@require_POST
def print_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """The control slip as it stands now."""
    officer, submission = access.record(request, pk)
    try:
        slip = workflow.print_slip(submission.pk, by=rules.officer_actor(officer))
    except SubmissionError as problem:
        messages.error(request, str(problem))
        return HttpResponseRedirect(reverse("admin:submissions_submission_change", args=[submission.pk]))
    return HttpResponseRedirect(reverse("admin:submissions_submission_paper", args=[submission.pk, slip.pk]))

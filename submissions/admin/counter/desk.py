"""Around the page: who may enter, choosing the procedure, handing over the codes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from procedures import search
from submissions import counter, kept_forms, papers, rules
from submissions.admin import access
from submissions.models import Officer, Submission
from submissions.states import State


def at_desk(request: HttpRequest) -> Officer:
    """The officer who may enter files here; Http404 for anybody else."""
    officer = access.desk_officer(request)
    if officer is None or not counter.has_desk(officer):
        raise Http404
    return officer


def page(request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> TemplateResponse:
    site = admin.site.each_context(request)
    return TemplateResponse(request, f"admin/submissions/counter/{name}.html", {**site, "title": title, **context})


def form_address(code: str, **query: str) -> str:
    return reverse("admin:submissions_counter_form", args=[code], query=query or None)


def done_address(filed: Submission) -> str:
    return reverse("admin:submissions_counter_done", args=[filed.pk])


def _last_word(scanned: str) -> str:
    """The printed code holds the address of the kept form; typed by hand it is the reference alone."""
    return scanned.rstrip("/").rsplit("/", 1)[-1]


@never_cache
@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """By everyday words, by what the desk has most of, by a kept form's reference, or going on where one stopped."""
    officer, reference = at_desk(request), request.GET.get("to-khai", "").strip()
    problem = ""
    if reference:
        kept = kept_forms.find(_last_word(reference))
        if kept is not None:
            return HttpResponseRedirect(form_address(kept.procedure.code, **{"to-khai": kept.reference}))
        problem = _("Không thấy tờ khai mã “%s”, hoặc đã quá hạn giữ. Bạn xem lại mã, hoặc chọn thủ tục rồi nhập.")
    words = request.GET.get("q", "").strip()[: search.LONGEST]
    context = {
        "words": words,
        "hits": counter.found(officer, words) if words else [],
        "favourites": counter.favourites(officer),
        "unfinished": counter.unfinished(officer),
        "reference": reference[: search.LONGEST],
        "reference_problem": problem % reference[:40] if problem else "",
    }
    return page(request, "choose", _("Nhập hồ sơ tại quầy"), context)


@never_cache
@require_safe
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Reference, secret and dossier code to hand over; on the day of entry, for the officer who entered it only."""
    officer, submission = access.record(request, pk)
    fresh = submission.submitted_at and timezone.localdate(submission.submitted_at) == timezone.localdate()
    if submission.entered_by_id != officer.pk or not fresh:
        return HttpResponseRedirect(reverse("admin:submissions_submission_change", args=[submission.pk]))
    lacking = rules.lacking_papers(submission) if submission.state == State.SUBMITTED else []
    context = {
        "submission": submission,
        "lacking": lacking,
        "issued": papers.shelf(papers.for_officer(submission)),
        "may_enter_more": counter.has_desk(officer),
    }
    return page(request, "done", _("Đã nhập hồ sơ"), context)

"""The frame around every step: progress, office, when it was last saved, the link to go on elsewhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from submissions import access
from submissions.filing import Journey, Step
from submissions.models import Submission
from submissions.views import common


def step_url(draft: Submission, step: Step) -> str:
    return reverse("filing-step", args=[draft.procedure.code, draft.draft_key, step.key])


def resume_url(request: HttpRequest, draft: Submission) -> str:
    args = [draft.procedure.code, draft.draft_key, access.resume_token(draft)]
    return request.build_absolute_uri(reverse("filing-resume", args=args))


def _progress(journey: Journey, here: Step) -> list[dict[str, Any]]:
    """The list of steps; those behind and those already filled in are links."""
    at, steps = journey.number(here), list(enumerate(journey.steps, 1))
    saved = {s.key for n, s in steps if n != at and journey.was_saved(s)}
    return [
        {
            "title": s.title,
            "url": step_url(journey.draft, s) if n < at or s.key in saved else "",
            "is_done": s.key in saved,
            "is_here": n == at,
        }
        for n, s in steps
    ]


def _gone_office(journey: Journey) -> dict[str, Any]:
    """Set when the chosen unit was dissolved after the draft began."""
    agency = journey.draft.agency
    return {} if agency.is_active() else {"gone": agency, "successor": agency.successor}


def page(
    request: HttpRequest, template: str, journey: Journey, here: Step, *, failed: bool = False, **more: Any
) -> HttpResponse:
    draft, before = journey.draft, journey.before(here)
    context = {
        "draft": draft,
        "procedure": draft.procedure,
        "spec": journey.spec,
        "here": here,
        "number": journey.number(here),
        "progress": _progress(journey, here),
        "version_name": common.version_name(here.section),
        "back_url": step_url(draft, before) if before else "",
        "just_saved": "da-luu" in request.GET,
        "draft_days": settings.DRAFT_DAYS,
        "resume_url": lambda: resume_url(request, draft),
        **_gone_office(journey),
        **more,
    }
    return render(request, template, context, status=common.error_status(request) if failed else 200)

"""The address on a printed declaration: what a stranger may know, and for reception the way to the filled form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from procedures import listing, overview
from submissions import kept_forms, rules
from submissions.models import KeptForm
from submissions.states import Role
from submissions.views import common

THROTTLE = "lookup"


def _counter_address(kept: KeptForm) -> str:
    """The counter's page of this procedure, which fills itself with the kept form."""
    return reverse("admin:submissions_counter_form", args=[kept.procedure.code], query={"to-khai": kept.reference})


@never_cache
@require_safe
def kept_form(request: HttpRequest, reference: str) -> HttpResponse:
    if common.is_throttled(request, THROTTLE):
        return common.throttled_page(request, THROTTLE)
    kept = kept_forms.find(reference)
    procedure = listing.published(kept.procedure.code) if kept else None
    if kept is None or procedure is None:
        common.count_try(request, THROTTLE)
        return common.refused(request, "submissions/no_kept_form.html", 404)
    officer = rules.officer_of(request.user)
    if officer is not None and officer.has_role(Role.RECEPTION):
        return redirect(_counter_address(kept))
    context = {"o": overview.of(procedure, timezone.localdate()), "last_day": kept_forms.last_day(kept)}
    return render(request, "submissions/kept_form.html", context)

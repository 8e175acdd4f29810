"""How content somebody was: from the submission's own page, or by the link of a mail that opens this form alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procedures.formbuilder import SectionForm
from submissions import access, ratings, rules
from submissions.errors import NotPossible
from submissions.models import Rating, Submission
from submissions.views import common, own

CHOSEN = "muc"  # the grade that was pressed on the page before


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate_own(request: HttpRequest, reference: str) -> HttpResponse:
    try:
        found = access.submission(common.visitor(request), reference)
    except access.NotHeld:
        return own.not_held(request, reference)
    return _page(request, found, is_holder=True)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever has the mail; nothing of the submission is shown but the agency."""
    found = ratings.by_token(token)
    if found is None:
        return common.refused(request, "submissions/no_rating.html", 404)
    return _page(request, found, is_holder=False)


def _page(request: HttpRequest, found: Submission, *, is_holder: bool) -> HttpResponse:
    known = ratings.of(found)
    if known is None and not ratings.may_rate(found):
        return redirect(found) if is_holder else common.refused(request, "submissions/no_rating.html", 404)
    if known is None and request.method == "POST":
        return _posted(request, found, is_holder)
    if known is not None and is_holder:
        return redirect(found.get_absolute_url() + "#danh-gia")
    return _shown(request, found, _form(request), is_holder, known)


def _form(request: HttpRequest) -> SectionForm:
    if request.method == "POST":
        return SectionForm(ratings.section(), typed=dict(request.POST.lists()))
    chosen = common.word(request.GET, CHOSEN)
    stored = {ratings.GRADE: chosen} if chosen in map(str, Rating.Grade.values) else None
    return SectionForm(ratings.section(), stored=stored)


def _posted(request: HttpRequest, found: Submission, is_holder: bool) -> HttpResponse:
    form = _form(request)
    if not form.is_valid():
        return _shown(request, found, form, is_holder)
    try:
        ratings.rate(found.pk, form.answers, by=rules.citizen(user=common.visitor(request).account))
    except NotPossible:
        return common.refused(request, "submissions/no_rating.html", 404)
    return redirect(found.get_absolute_url() + "#danh-gia" if is_holder else request.path)


def _shown(
    request: HttpRequest, found: Submission, form: SectionForm, is_holder: bool, known: Rating | None = None
) -> HttpResponse:
    context = {"form": form, "errors": form.errors, "known": known, "office": found.agency.name}
    context["back"] = found.get_absolute_url() if is_holder else ""
    status = common.error_status(request) if form.errors else 200
    return render(request, "submissions/rating.html", context, status=status)

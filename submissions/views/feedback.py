"""Feedback to the town: the public form, the sender's own page, and what has been answered for everybody to read."""

from __future__ import annotations

import re
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib import codes
from procedures.formbuilder import FieldError, SectionForm
from procedures.models import Agency
from submissions import access, feedback
from submissions.errors import SubmissionError
from submissions.models import Feedback
from submissions.views import common

THROTTLE = "feedback"
KEY, TRAP, CODE = "form-key", "website", "ma-phan-anh"
KEY_SHAPE = re.compile(r"[A-Za-z0-9_-]{20,40}")
A_PAGE = 20
LONGEST_TYPED = 20_000


# --- sending -------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest) -> HttpResponse:
    code = common.word(request.GET, CODE)
    if code and request.method != "POST":
        return redirect("feedback-own", codes.normal(code) or "-")
    offices = feedback.agencies()
    if request.method != "POST":
        return _form_page(request, SectionForm(feedback.section(offices), stored=_begun(request, offices)), [])
    form = SectionForm(feedback.section(offices), typed=dict(request.POST.lists()))
    errors = _errors(request, form)
    if errors:
        return _form_page(request, form, errors)
    if common.is_throttled(request, THROTTLE):
        return common.throttled_page(request, THROTTLE)
    return _send(request, form, offices)


def _begun(request: HttpRequest, offices: list[Agency]) -> dict[str, Any] | None:
    """What a link to the form may fill in: the agency and the code of a submission."""
    slug, about = common.word(request.GET, "co-quan"), common.word(request.GET, "ma")
    known = {"agency": slug} if any(slug == agency.slug for agency in offices) else {}
    return {**known, **({"about": about} if about else {})} or None


def _errors(request: HttpRequest, form: SectionForm) -> list[FieldError]:
    """What is wrong with the answers; and one of telephone and mail must be there."""
    form.is_valid()
    answers = form.answers
    if not (answers.get("phone") or answers.get("email")) and not _has_error(form, "phone", "email"):
        form.form.add_error("phone", _("Bạn hãy ghi số điện thoại hoặc thư điện tử để cơ quan trả lời được."))
        form.__dict__.pop("errors", None)
    errors = list(form.errors)
    if request.POST.get(TRAP, "").strip():
        errors.append(FieldError(f"id_{TRAP}", "", _("Bạn hãy để trống ô “Không điền ô này” rồi gửi lại.")))
    return errors


def _has_error(form: SectionForm, *names: str) -> bool:
    return any(error.input_id in {f"id_{name}" for name in names} for error in form.errors)


def _send(request: HttpRequest, form: SectionForm, offices: list[Agency]) -> HttpResponse:
    answers = form.answers
    agency = next(a for a in offices if a.slug == answers["agency"])
    common.count_try(request, THROTTLE)
    try:
        sent = feedback.send(answers, agency, _form_key(request))
    except SubmissionError as problem:
        return _form_page(request, form, [FieldError("id_text", "", str(problem))])
    access.grant_feedback(common.visitor(request), sent)
    return redirect(sent)


def _form_key(request: HttpRequest) -> str:
    """The empty form's own key, so that it is sent once; a made-up one is replaced."""
    given = request.POST.get(KEY, "")
    return given if KEY_SHAPE.fullmatch(given) else codes.token()


def _form_page(request: HttpRequest, form: SectionForm, errors: list[FieldError]) -> HttpResponse:
    context = {
        "form": form,
        "errors": errors,
        "form_key": _form_key(request),
        "trapped": any(e.input_id == f"id_{TRAP}" for e in errors),
        "has_published": Feedback.objects.published().exists(),
    }
    status = common.error_status(request) if errors else 200
    return render(request, "submissions/feedback/form.html", context, status=status)


# --- one's own -----------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest, reference: str) -> HttpResponse:
    """How it stands, for who has sent it or knows the secret; anybody else is asked for the secret."""
    visitor = common.visitor(request)
    try:
        found = access.feedback(visitor, reference)
    except access.NotHeld:
        return _ask_secret(request, reference[:80])
    if request.method == "POST" and "more" in request.POST:
        return _say_more(request, found)
    return _own_page(request, found)


def _ask_secret(request: HttpRequest, reference: str) -> HttpResponse:
    """The same page whether there is such feedback or not."""
    template = "submissions/feedback/ask_secret.html"
    if request.method != "POST":
        return common.refused(request, template, 404, code=reference)
    if common.is_throttled(request, "lookup"):
        return common.throttled_page(request, "lookup")
    found = access.feedback_by_secret(reference, common.word(request.POST, "ma-tra-cuu"))
    if found is None:
        common.count_try(request, "lookup")
        error = _("Mã hoặc mã bí mật chưa đúng. Bạn xem lại cả hai mã rồi nhập lại.")
        return common.refused(request, template, common.error_status(request), code=reference, error=error)
    access.grant_feedback(common.visitor(request), found)
    return redirect(found)


def _say_more(request: HttpRequest, found: Feedback) -> HttpResponse:
    typed = request.POST.get("more", "")
    try:
        feedback.say_more(found.pk, typed)
    except SubmissionError as problem:
        return _own_page(request, found, typed=typed[:LONGEST_TYPED], error=str(problem))
    return redirect(found)


def _own_page(request: HttpRequest, found: Feedback, *, typed: str = "", error: str = "") -> HttpResponse:
    context = {
        "f": found,
        "lines": feedback.lines(found),
        "standing": feedback.standing(found),
        "typed": typed,
        "error": error,
    }
    status = common.error_status(request) if error else 200
    return render(request, "submissions/feedback/own.html", context, status=status)


# --- for everybody -------------------------------------------------------------------------------


@never_cache
@require_safe
def published(request: HttpRequest) -> HttpResponse:
    rows = Feedback.objects.published().select_related("agency")
    columns = ("kind", "published_text", "published_answer", "published_at", "answered_at", "agency__name")
    page = Paginator(rows.only(*columns), A_PAGE).get_page(common.word(request.GET, "trang"))
    return render(request, "submissions/feedback/published.html", {"page": page})

"""The supplement page: new files and new answers for exactly what was asked."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procedures.formbuilder import FieldError, press_row_button, pressed_button
from procedures.spec import Field
from submissions import access, rules, shown, timeline, workflow
from submissions.errors import NotPossible, SubmissionError
from submissions.filing.supplement import Answering
from submissions.models import Attachment
from submissions.views import common, uploads
from submissions.views.own import not_held


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def supplement(request: HttpRequest, reference: str) -> HttpResponse:
    try:
        found = access.submission(common.visitor(request), reference)
    except access.NotHeld:
        return not_held(request, reference)
    if found.open_request is None:
        messages.info(request, _("Hồ sơ này hiện không có gì cần bổ sung."))
        return redirect(found)
    answering = Answering(found, found.open_request)
    return _posted(request, answering) if request.method == "POST" else _page(request, answering)


def _page(
    request: HttpRequest,
    answering: Answering,
    *,
    refused: Mapping[str, str] | None = None,
    missing: Mapping[str, str] | None = None,
    report: bool = False,
) -> HttpResponse:
    submission = answering.submission
    papers = answering.papers({**(missing or {}), **(refused or {})})
    sections = answering.forms(dict(refused or {}), report=report)
    errors = [FieldError(p.input_id, p.document.name, p.error) for p in papers if p.error]
    errors += [e for form in sections for e in form.errors]
    context = {
        "s": submission,
        "ask": answering.request,
        "asked": shown.asked(submission, answering.request),
        "reasons": answering.reasons,
        "papers": papers,
        "forms": sections,
        "errors": errors,
        "closed": shown.filed(submission, ()),
        "desk": timeline.standing(submission).desk,
        "just_saved": "da-luu" in request.GET,
        "message_name": _message_name(answering),
        "message": request.POST.get(_message_name(answering), ""),
        **uploads.limits(),
    }
    status = common.error_status(request) if errors else 200
    return render(request, "submissions/supplement.html", context, status=status)


def _questions(answering: Answering) -> list[Field]:
    return [f for section in answering.sections for f in section.fields]


def _message_name(answering: Answering) -> str:
    """What the input for a word to the officer is called; a form may have a question called `message`."""
    is_taken = any(f.key == "message" for f in _questions(answering))
    return "officer-message" if is_taken else "message"


def _posted(request: HttpRequest, answering: Answering) -> HttpResponse:
    """Files and typed answers are stored first; then comes what the button asks for."""
    if uploads.press_file_button(request, answering.new_files):
        answering.forget_files()
    try:
        refused = _take(request, answering)
        typed = answering.typed_of(request.POST)
        pressed = [t for s in answering.sections if (t := press_row_button(s, request.POST, typed)) is not None]
        answering.save(pressed[0] if pressed else typed)
    except uploads.Throttled:
        return common.throttled_page(request, "upload")
    except NotPossible:
        return redirect(answering.submission)
    if refused:
        return _page(request, answering, refused=refused)
    action = pressed_button(_questions(answering), request.POST, "submit")
    if pressed or uploads.is_file_button(request) or action == "upload":
        return redirect("supplement", answering.submission.reference)
    if action == "save":
        return redirect(f"{request.path}?da-luu=1")
    if action == "back":
        return redirect(answering.submission)
    return _send(request, answering)


def _send(request: HttpRequest, answering: Answering) -> HttpResponse:
    missing = answering.missing_papers()
    answers, errors = answering.checked()
    if missing or errors:
        return _page(request, answering, missing=missing, report=True)
    submission = answering.submission
    by = rules.citizen(submission.applicant_name, common.visitor(request).account)
    message = common.paragraph(request.POST, _message_name(answering))
    try:
        workflow.supplement(submission.pk, by=by, answers=answers, version=submission.version, message=message)
    except SubmissionError as problem:
        messages.error(request, str(problem))
        return redirect("supplement", submission.reference)
    messages.success(request, _("Đã gửi phần bổ sung. Cán bộ sẽ xem và báo lại cho bạn."))
    return redirect(submission)


# --- files ---------------------------------------------------------------------------------------


def _sent(request: HttpRequest, answering: Answering) -> list[uploads.Sent]:
    names = [(f"document-{key}", Attachment.Purpose.DOCUMENT.value, key) for key in answering.request.document_keys]
    names += [
        (f.key, Attachment.Purpose.FIELD.value, f.key)
        for section in answering.sections
        for f in section.fields
        if f.kind == "file" and f.key in answering.opened
    ]
    return [(purpose, key, upload) for name, purpose, key in names for upload in request.FILES.getlist(name)]


def _take(request: HttpRequest, answering: Answering) -> dict[str, str]:
    """Stores the files as pending; returns sentences about refused ones by key."""
    sent = _sent(request, answering)
    if sent and common.is_throttled(request, "upload"):
        raise uploads.Throttled
    common.count_try(request, "upload", len(sent))
    refused = uploads.store(request, sent, submission=answering.submission, supplement=answering.request)
    answering.forget_files()
    return refused

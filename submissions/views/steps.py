"""One step of a filing: store what came first, then check it, then go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from procedures import blank_forms, overview
from procedures.display import show
from procedures.formbuilder import FieldError, SectionForm, press_row_button, pressed_button, typed_from
from submissions import access, filing, forms
from submissions.errors import ChangedMeanwhile, NotPossible
from submissions.filing import Journey, Step
from submissions.models import Submission
from submissions.states import State
from submissions.views import common, uploads
from submissions.views.check import check_page, send
from submissions.views.frame import page, step_url


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def filing_step(request: HttpRequest, code: str, draft: str, step: str) -> HttpResponse:
    try:
        held = access.draft(common.visitor(request), code, draft)
    except access.NotHeld:
        return common.refused(request, "submissions/other_browser.html", 404, code=code)
    if held.state != State.DRAFT:
        return _filed(request, held)
    changes = filing.follow_published(held)
    journey = Journey(held)
    here = journey.step(step)
    if changes is not None:
        return _tell_changes(request, journey, here, changes)
    if here is None:
        return redirect(step_url(held, journey.steps[0]))
    return _posted(request, journey, here) if request.method == "POST" else _shown(request, journey, here)


def _filed(request: HttpRequest, submission: Submission) -> HttpResponse:
    """A page of a draft that was filed meanwhile, or its button pressed twice: the same confirmation."""
    access.grant_submission(common.visitor(request), submission)
    return redirect("submission-done", submission.reference)


def _tell_changes(request: HttpRequest, journey: Journey, here: Step | None, changes: filing.Changes) -> HttpResponse:
    """The published form changed: nothing typed on the old page goes further before the person has seen the new one."""
    if request.method == "POST" and here is not None and here.section is not None:
        filing.save(journey.draft, here, typed_from(here.section, request.POST))
    lead = _("Biểu mẫu của thủ tục này vừa có bản mới. Những gì còn hợp với bản mới vẫn được giữ.")
    advice = _("Bạn xem lại các bước trước khi gửi.")
    messages.warning(request, " ".join([lead, *changes.sentences(), advice]))
    return redirect(step_url(journey.draft, here or journey.steps[0]))


# --- showing -------------------------------------------------------------------------------------


def _shown(request: HttpRequest, journey: Journey, here: Step) -> HttpResponse:
    """A step as stored. "xem-lai" in the address (links from the last step) shows at once what is wrong."""
    report = "xem-lai" in request.GET
    if here.key == forms.CHECK:
        return check_page(request, journey, here)
    if here.key == forms.PAPERS:
        return papers_page(request, journey, here, journey.missing_papers() if report else {})
    form = journey.form(here)
    if report:
        form = journey.form(here, typed=journey.typed(here.block))
        form.is_valid()
    return section_page(request, journey, here, form)


def section_page(
    request: HttpRequest,
    journey: Journey,
    here: Step,
    form: SectionForm,
    errors: list[FieldError] | None = None,
    **more: Any,
) -> HttpResponse:
    errors = form.errors if errors is None else errors
    context = {"failed": bool(errors), "form": form, "errors": errors, "warnings": [] if errors else form.warnings}
    return page(request, "submissions/step.html", journey, here, **{**context, **more})


def papers_page(request: HttpRequest, journey: Journey, here: Step, problems: Mapping[str, str]) -> HttpResponse:
    papers = journey.papers(problems)
    errors = [FieldError(p.input_id, p.document.name, p.error) for p in papers if p.error]
    blanks = [link for key in blank_forms.keys(journey.spec) for link in overview.blank_links(journey.spec.code, key)]
    context = {"papers": papers, "errors": errors, "blanks": blanks, **uploads.limits()}
    return page(request, "submissions/papers.html", journey, here, failed=bool(errors), **context)


# --- posting -------------------------------------------------------------------------------------


def _posted(request: HttpRequest, journey: Journey, here: Step) -> HttpResponse:
    if "move-office" in request.POST:
        return _move_office(request, journey, here)
    if here.key == forms.CHECK:
        return _posted_check(request, journey, here)
    if uploads.is_file_button(request) and uploads.press_file_button(request, journey.attachments):
        journey.forget_files()
    try:
        refused = uploads.take(request, journey, here)
    except uploads.Throttled:
        return common.throttled_page(request, "upload")
    posted = _posted_papers if here.section is None else _posted_section
    return posted(request, journey, here, refused)


def _posted_section(request: HttpRequest, journey: Journey, here: Step, refused: Mapping[str, str]) -> HttpResponse:
    assert here.section is not None
    typed = typed_from(here.section, request.POST)
    pressed = press_row_button(here.section, request.POST, typed)
    try:
        seen = common.posted_version(request, here.section)
        journey.draft = filing.save(journey.draft, here, typed if pressed is None else pressed, version=seen)
    except ChangedMeanwhile:
        return _conflict(request, journey, here, typed)
    except NotPossible:
        return redirect(step_url(journey.draft, here))
    if pressed is not None:
        return redirect(step_url(journey.draft, here) + f"#id_{_pressed_repeat(request, here)}")
    return _after_saving(request, journey, here, refused)


def _pressed_repeat(request: HttpRequest, here: Step) -> str:
    repeats = [f.key for f in here.section.fields if f.kind == "repeat"] if here.section else []
    return next((k for k in repeats if f"add-{k}" in request.POST or f"remove-{k}" in request.POST), "")


def _after_saving(request: HttpRequest, journey: Journey, here: Step, refused: Mapping[str, str]) -> HttpResponse:
    """Everything typed is stored by now."""
    fresh = Journey(journey.draft)
    action = pressed_button(here.section.fields if here.section else (), request.POST, "next")
    form = fresh.form(here, typed=fresh.typed(here.block), refused=refused)
    if uploads.is_file_button(request) and not refused:
        return redirect(step_url(journey.draft, here))
    if action in ("save", "back") and not refused:
        return _leave(request, fresh, here, action)
    if action == "next" and form.is_valid():
        return redirect(step_url(journey.draft, fresh.after(here)))
    return section_page(request, fresh, here, form)


def _leave(request: HttpRequest, journey: Journey, here: Step, action: str) -> HttpResponse:
    draft, before = journey.draft, journey.before(here)
    if action == "save":
        return redirect(step_url(draft, here) + "?da-luu=1")
    return redirect(step_url(draft, before)) if before else redirect("filing-start", draft.procedure.code)


def _posted_papers(request: HttpRequest, journey: Journey, here: Step, refused: Mapping[str, str]) -> HttpResponse:
    try:
        journey.draft = filing.save(journey.draft, here, {})
    except NotPossible:
        return redirect(step_url(journey.draft, here))
    action = request.POST.get("action", "next")
    journey.forget_files()
    if refused:
        return papers_page(request, journey, here, refused)
    if uploads.is_file_button(request) or action == "upload":
        return redirect(step_url(journey.draft, here))
    if action in ("save", "back"):
        return _leave(request, journey, here, action)
    missing = journey.missing_papers()
    if missing:
        return papers_page(request, journey, here, missing)
    return redirect(step_url(journey.draft, journey.after(here)))


def _posted_check(request: HttpRequest, journey: Journey, here: Step) -> HttpResponse:
    action = request.POST.get("action", "submit")
    if action in ("save", "back"):
        return _leave(request, journey, here, action)
    if action != "submit":  # only the button itself sends
        return check_page(request, journey, here)
    return send(request, journey, here, common.posted_version(request))


def _conflict(request: HttpRequest, journey: Journey, here: Step, typed: dict[str, list[str]]) -> HttpResponse:
    """Saved elsewhere meanwhile: what is stored is shown, what was typed now stays in the form, nothing is lost."""
    journey.draft.refresh_from_db()
    fresh = Journey(journey.draft)
    assert here.section is not None
    stored = fresh.form(here)
    return section_page(
        request, fresh, here, fresh.form(here, typed=typed), [], conflict=_shown_answers(stored), failed=True
    )


def _shown_answers(form: SectionForm) -> list[tuple[str, str]]:
    """Label and words of what is stored; what is not valid as it was typed."""
    typed, answers = form.typed or {}, form.answers
    return [
        (f.label, show(f, answers[f.key]) if f.key in answers else "; ".join(typed.get(f.key, [])))
        for f in form.section.fields
        if f.key in typed or f.key in answers
    ]


def _move_office(request: HttpRequest, journey: Journey, here: Step) -> HttpResponse:
    """To the successor of a unit that was dissolved while the draft lay."""
    successor = journey.draft.agency.successor
    if successor is not None:
        try:
            filing.change_office(journey.draft, successor)
        except NotPossible:
            messages.error(request, _("Chưa chuyển được nơi nộp. Bạn hãy gọi bộ phận một cửa để được hướng dẫn."))
    return redirect(step_url(journey.draft, here))


@never_cache
@require_http_methods(["GET", "HEAD"])
def resume(request: HttpRequest, code: str, draft: str, token: str) -> HttpResponse:
    """Opens a draft on another device by its signed link."""
    visitor = common.visitor(request)
    try:
        found = access.draft_by_token(visitor, code, draft, token)
    except access.NotHeld:
        return render(request, "submissions/other_browser.html", {"code": code, "link_was_dead": True}, status=404)
    access.grant_draft(visitor, found)
    return redirect("filing-step", code, draft, forms.APPLICANT)

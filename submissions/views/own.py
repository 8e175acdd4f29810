"""A submission as its holder sees it: confirmation, state and history, withdrawal."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from submissions import access, clock, conversation, papers, ratings, rules, shown, timeline, workflow
from submissions.errors import SubmissionError
from submissions.models import Attachment, Rating, Submission
from submissions.states import State
from submissions.views import common

WHOLE = "tat-ca"  # all messages, not the latest ones alone


def not_held(request: HttpRequest, reference: str) -> HttpResponse:
    """The same page whether the submission exists or not: it asks for code and secret."""
    return common.refused(request, "submissions/ask_secret.html", 404, code=reference[:80])


def may_withdraw(submission: Submission) -> bool:
    row = rules.row_now("withdraw", submission)
    return row is not None and rules.may(rules.citizen(), row, submission)


def _context(submission: Submission) -> dict[str, Any]:
    """What the confirmation and the own page both show."""
    attachments = list(submission.attachments.all())
    standing = timeline.standing(submission)
    request = submission.open_request
    return {
        "s": submission,
        "procedure": submission.procedure,
        "standing": standing,
        "due": timeline.due_words(submission.due_on) if submission.due_on else "",
        "sections": shown.filed(submission, attachments),
        "papers": shown.papers(submission, attachments),
        "attachments": attachments,
        "official": papers.shelf(papers.public_papers(submission)),
        "result_note": "" if access.awaits_money(submission) else submission.result_note,
        "results": shown.results(attachments) if access.shows_result(submission) else [],
        "request_open": request,
        "asked": shown.asked(submission, request) if request else [],
        "unsent": _unsent(attachments, request),
    }


def _unsent(attachments: list[Attachment], request: Any) -> bool:
    """Was an answer begun and not sent?"""
    return request is not None and (bool(request.typed) or any(a.pending and a.removed_at is None for a in attachments))


@never_cache
@require_safe
def submission(request: HttpRequest, reference: str) -> HttpResponse:
    try:
        found = access.submission(common.visitor(request), reference)
    except access.NotHeld:
        return not_held(request, reference)
    return page(request, found)


def page(request: HttpRequest, found: Submission, *, typed: str = "", message_error: str = "") -> HttpResponse:
    """The page of a submission that the visitor holds; `typed` is a message that was not sent, and why."""
    context = _context(found)
    more = {
        "lines": timeline.lines(found, context["standing"].desk.name),
        "may_withdraw": may_withdraw(found),
        "clock": clock.explain(found),
        "conversation": conversation.of(found, whole=WHOLE in request.GET),
        "may_write": conversation.may_write(found),
        "write_until": conversation.last_day(found),
        "typed": typed,
        "message_error": message_error,
        **_rating(found),
    }
    status = common.error_status(request) if message_error else 200
    return render(request, "submissions/submission.html", {**context, **more}, status=status)


def _rating(found: Submission) -> dict[str, Any]:
    """The rating that was given, or the question for one."""
    if found.state != State.HANDED_OVER:
        return {}
    rating = ratings.of(found)
    grades = [] if rating else [(grade.value, grade.label) for grade in Rating.Grade]
    return {"rating": rating, "grades": grades if ratings.may_rate(found) else []}


@never_cache
@require_safe
def done(request: HttpRequest, reference: str) -> HttpResponse:
    """The confirmation: the two codes, where it went, what comes next, everything that was sent. Made to be printed."""
    try:
        found = access.submission(common.visitor(request), reference)
    except access.NotHeld:
        return not_held(request, reference)
    return render(request, "submissions/done.html", _context(found))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, reference: str) -> HttpResponse:
    """Asks once more, then withdraws; a second press changes nothing."""
    visitor = common.visitor(request)
    try:
        found = access.submission(visitor, reference)
    except access.NotHeld:
        return not_held(request, reference)
    if found.state == State.WITHDRAWN:
        return redirect(found)
    if not may_withdraw(found):
        messages.error(request, _("Ở bước này hồ sơ không rút được trên cổng. Bạn hãy gọi nơi nhận hồ sơ."))
        return redirect(found)
    if request.method != "POST":
        return render(request, "submissions/withdraw.html", {"s": found, "desk": timeline.standing(found).desk})
    by, reason = rules.citizen(found.applicant_name, visitor.account), common.paragraph(request.POST, "reason")
    try:
        workflow.withdraw(found.pk, by=by, version=common.posted_version(request), reason=reason)
    except SubmissionError as problem:
        messages.error(request, str(problem))
    return redirect(found)

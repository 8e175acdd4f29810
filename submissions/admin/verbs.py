"""One page a verb: GET says what will happen and asks for what is needed, POST does it through the workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.templatetags.portal import day
from submissions import clock, rules, worklist
from submissions.admin import access, listing
from submissions.errors import (
    ChangedMeanwhile,
    FileRefused,
    Incomplete,
    LetterNotMade,
    NotAllowed,
    NotPossible,
    SubmissionError,
)
from submissions.models import Submission
from submissions.rules import Actor
from submissions.staff_forms import FORMS, VerbForm
from submissions.states import ACTS, TAKE, Act, Transition, rows_for

Row = Transition | Act


def page(request: HttpRequest, pk: str, verb: str, site: dict[str, Any]) -> HttpResponse:
    officer, submission = access.record(request, pk)
    actor = rules.officer_actor(officer)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    kept = request.session.pop(_kept_key(submission, verb), {}) if request.method == "GET" else {}
    form = FORMS[verb](*given, verb=verb, submission=submission, officer=officer, initial=kept)
    following = worklist.next_in(listing.left_behind(request, officer), submission)
    if request.method == "POST" and form.is_valid():
        answer = _do(request, form, actor, following)
        if answer is not None:
            return answer
    try:
        row = possible(actor, verb, submission)
    except SubmissionError as problem:
        messages.error(request, str(problem))
        return to_record(request, submission)
    context = {**site, "title": row.button, "row": row, "form": form, "submission": submission, "kept": bool(kept)}
    context |= {"facts": facts(verb, submission), "back": record_address(request, submission)}
    context["following"] = following
    return TemplateResponse(request, "admin/submissions/submission/verb.html", context)


def _do(request: HttpRequest, form: VerbForm, actor: Actor, following: Submission | None) -> HttpResponse | None:
    """Runs the verb; None means that the form is shown again with what is missing.

    `following` is what came next in the list before: where to go when the button says so.
    """
    try:
        done = form.run(actor)
    except (Incomplete, FileRefused, LetterNotMade) as missing:
        form.add_error(None, str(missing))
        return None
    except ChangedMeanwhile as changed:
        request.session[_kept_key(form.submission, form.verb)] = form.typed()
        messages.warning(request, str(changed))
    except SubmissionError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, sentence(form.verb, done))
        if following is not None and request.POST.get("then") == "next":
            return to_record(request, following)
    return to_record(request, form.submission)


def _kept_key(submission: Submission, verb: str) -> str:
    return f"desk-typed-{submission.pk}-{verb}"


def possible(actor: Actor, verb: str, submission: Submission) -> Row:
    """The row of the table that this officer may use now. Raises NotPossible or NotAllowed."""
    act = next((a for a in ACTS if a.verb == verb), None)
    row: Row | None = act or rules.row_now(verb, submission)
    if not any(rules.has_a_role(actor, r.roles) for r in ([act] if act else rows_for(verb))):
        raise NotAllowed
    if verb == TAKE and submission.assignee is not None:
        raise NotPossible(_("Hồ sơ đã có %s phụ trách.") % submission.assignee)
    if row is None or (act and act not in rules.acts_for(actor, submission)):
        raise NotPossible(rules.why_not(verb, submission))
    if not rules.may(actor, row, submission):
        raise NotAllowed
    return row


def sentence(verb: str, done: Submission) -> str:
    """What was done, in one sentence."""
    if verb == "receive":
        words = _("Đã tiếp nhận hồ sơ %(code)s, hẹn trả %(due)s.")
        return words % {"code": done.dossier_code, "due": day(done.due_on)}
    rows: tuple[Row, ...] = (*rows_for(verb), *ACTS)
    button = next(row.button for row in rows if row.verb == verb)
    return _("Đã ghi nhận “%(what)s” cho hồ sơ %(code)s.") % {"what": button, "code": done}


# --- where to ------------------------------------------------------------------------------------


def record_address(request: HttpRequest, submission: Submission) -> str:
    """The record, keeping the queue and filters that the officer came from."""
    address = reverse("admin:submissions_submission_change", args=[submission.pk])
    filters = request.GET.get(listing.FILTERS, "")
    return f"{address}?{urlencode({listing.FILTERS: filters})}" if filters else address


def to_record(request: HttpRequest, submission: Submission) -> HttpResponseRedirect:
    return HttpResponseRedirect(record_address(request, submission))


# --- what an officer wants to know before --------------------------------------------------------

Fact = tuple[str, str]


def _receive(s: Submission) -> list[Fact]:
    due = clock.promised(s, "receive", timezone.now(), {})
    return [(_("Ngày hẹn trả nếu tiếp nhận bây giờ"), day(due))]


def _request_supplement(s: Submission) -> list[Fact]:
    before = s.supplement_requests.count()
    if not before:
        return []
    words = _(
        "Đã yêu cầu bổ sung lần %d. Theo quy định, nên hướng dẫn một lần đầy đủ: bạn hãy rà lại mọi mục trước khi gửi."
    )
    return [(_("Lưu ý"), words % before)]


def _extend(s: Submission) -> list[Fact]:
    return [
        (_("Ngày hẹn hiện nay"), day(s.due_on)),
        (_("Lưu ý"), _("Chỉ hẹn lại được một lần, chậm nhất một ngày trước ngày hẹn.")),
    ]


def _hand_over(s: Submission) -> list[Fact]:
    return [
        (_("Người nộp muốn nhận"), s.get_delivery_display()),
        *([(_("Kết quả"), s.result_note)] if s.result_note else []),
    ]


def _refuse(s: Submission) -> list[Fact]:
    request = s.open_request
    return [(_("Hạn bổ sung đã qua"), day(request.answer_by))] if request else []


FACTS: dict[str, Callable[[Submission], list[Fact]]] = {
    "receive": _receive,
    "request_supplement": _request_supplement,
    "extend": _extend,
    "hand_over": _hand_over,
    "refuse": _refuse,
}


def facts(verb: str, submission: Submission) -> list[Fact]:
    return FACTS[verb](submission) if verb in FACTS else []

"""The page before: what will happen, to how many, and which are known not to be eligible. The press starts the batch.

The work list posts here: `verb`, the ticked rows as `_selected_action`, or `all=1` with the list's own address part
as `query`; the page of a finished batch posts `batch` instead, for the rows that were done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from portal.lib import codes
from submissions import batches, worklist
from submissions.admin import access
from submissions.batches import Job, Seen
from submissions.errors import Incomplete, NotAllowed, SubmissionError
from submissions.models import Batch, BatchRow, Officer, Submission, SubmissionQuerySet
from submissions.states import ASSIGN

logger = logging.getLogger(__name__)
LONGEST_QUERY = 2000
NOT_SHOWN = ("typed", "search_text", "reason", "result_note")


@dataclass(frozen=True)
class Choice:
    """`total` counts what was chosen, `rows` are as many of it as one batch takes."""

    rows: list[Submission]
    total: int


@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Asks, and after `confirm` starts. Without a choice it leads back to the list."""
    officer = access.desk_officer(request)
    if officer is None:
        raise Http404
    if request.method != "POST":
        return _back(request, _("Bạn hãy đánh dấu hồ sơ trong danh sách rồi chọn việc cần làm."))
    try:
        job = batches.job_of(request.POST.get("verb", ""))
        if job not in batches.jobs_for(officer):
            raise NotAllowed
        return _started(request, officer, job) if "confirm" in request.POST else _asked(request, officer, job)
    except NotAllowed:
        raise PermissionDenied from None
    except SubmissionError as problem:
        return _back(request, str(problem))


def _back(request: HttpRequest, sentence: str) -> HttpResponse:
    messages.warning(request, sentence)
    return HttpResponseRedirect(_list_address(request))


def _list_address(request: HttpRequest) -> str:
    """The list as it was. The part after the question mark is only ever read by the list itself."""
    address, query = reverse("admin:submissions_submission_changelist"), _query(request)
    return f"{address}?{query}" if query else address


def _query(request: HttpRequest) -> str:
    typed = request.POST.get("query", "")[:LONGEST_QUERY]
    return "".join(letter for letter in typed if letter.isprintable()).lstrip("?")


# --- asking --------------------------------------------------------------------------------------


def _asked(request: HttpRequest, officer: Officer, job: Job, problem: str = "") -> HttpResponse:
    choice = _choice(request, officer)
    if not choice.rows:
        return _back(request, _("Bạn chưa đánh dấu hồ sơ nào. Hãy đánh dấu ít nhất một hồ sơ."))
    found = batches.checked(officer, job.verb, choice.rows)
    able = [s for s, trouble in found if not trouble]
    context = {
        **admin.site.each_context(request),
        "title": _("%(what)s: %(count)d hồ sơ đã chọn") % {"what": job.button, "count": len(found)},
        "job": job,
        "able": able,
        "unable": [(s, trouble) for s, trouble in found if trouble],
        "left_out": choice.total - len(choice.rows),
        "most": settings.BATCH_ROWS,
        "soon": len(choice.rows) <= settings.BATCH_AT_ONCE and not job.prints,
        "people": _people(officer) if job.verb == ASSIGN else [],
        "note": request.POST.get("note", "")[:500],
        "problem": problem,
        "rows": ",".join(f"{s.pk}:{s.version}" for s in choice.rows),
        "key": codes.token(),
        "seen": timezone.now().isoformat(),
        "query": _query(request),
        "back": _list_address(request),
    }
    return TemplateResponse(request, "admin/submissions/batches/new.html", context)


def _people(officer: Officer) -> list[tuple[int, str]]:
    return [(o.pk, f"{o} – {o.role_labels}" if o.roles else str(o)) for o in worklist.colleagues(officer)]


def _choice(request: HttpRequest, officer: Officer) -> Choice:
    """In the order of the list; of more than one batch takes, the first ones."""
    ticked = [int(pk) for pk in request.POST.getlist(ACTION_CHECKBOX_NAME) if _is_key(pk)]
    rows = _chosen(request, officer, ticked).with_context("assignee__user").defer(*NOT_SHOWN)
    first = list(rows[: settings.BATCH_ROWS])
    total = rows.count() if len(first) == settings.BATCH_ROWS else len(first)
    place = {pk: number for number, pk in enumerate(ticked)}
    return Choice(sorted(first, key=lambda s: place.get(s.pk, 0)), total)


def _chosen(request: HttpRequest, officer: Officer, ticked: list[int]) -> SubmissionQuerySet:
    if request.POST.get("all") == "1":
        return worklist.matching(officer, _query(request), access.page_clock(request))
    seen, of_batch = worklist.visible_to(officer), request.POST.get("batch", "")
    if _is_key(of_batch):
        done = BatchRow.objects.filter(batch=int(of_batch), batch__officer=officer, outcome=BatchRow.Outcome.DONE)
        return seen.filter(pk__in=done.values("submission")).order_by("dossier_code")
    return seen.filter(pk__in=ticked).order_by("pk")


def _is_key(typed: str) -> bool:
    return typed.isascii() and typed.isdigit() and len(typed) < 19


# --- starting ------------------------------------------------------------------------------------


def _started(request: HttpRequest, officer: Officer, job: Job) -> HttpResponse:
    data = {name: request.POST.get(name, "") for name in ("to", "note", "seen")}
    try:
        batch = batches.start(officer, job.verb, _seen(request), data, key=request.POST.get("key", "")[:40])
    except Incomplete as missing:
        return _asked(request, officer, job, str(missing))
    if batch.rows.count() <= settings.BATCH_AT_ONCE and not job.prints:
        _run_now(batch)
    return HttpResponseRedirect(reverse("admin:submissions_batch", args=[batch.pk]))


def _seen(request: HttpRequest) -> Iterator[Seen]:
    """ "12:3,15:4": key and version of each row, as the page showed them."""
    for part in request.POST.get("rows", "").split(","):
        pk, _sign, version = part.partition(":")
        if _is_key(pk) and _is_key(version):
            yield Seen(int(pk), int(version))


def _run_now(batch: Batch) -> None:
    """A few rows are done while the officer waits; what goes wrong here, the worker takes up."""
    try:
        batches.run(batch)
    except DatabaseError:
        logger.exception("Batch %s is left to the worker", batch.pk)

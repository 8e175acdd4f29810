"""The pages after: how far a batch is, what became of every row, the file to print, the officer's recent batches."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from portal.lib.serving import file_answer, unreachable
from submissions import batches
from submissions.admin import access
from submissions.errors import FileNotOpened
from submissions.models import Batch, BatchRow

Outcome = BatchRow.Outcome
RECENT = 20
REFRESH = 5  # seconds, for whoever has asked for it
COUNTS = {
    "total": Count("rows"),
    "done": Count("rows", filter=Q(rows__outcome=Outcome.DONE)),
    "skipped": Count("rows", filter=Q(rows__outcome=Outcome.SKIPPED)),
    "waiting": Count("rows", filter=Q(rows__outcome=Outcome.WAITING)),
}
# What was not done first, what waits last.
FIRST = Case(
    When(outcome=Outcome.SKIPPED, then=Value(0)),
    When(outcome=Outcome.DONE, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def own(request: HttpRequest, pk: int) -> Batch:
    """A batch of this very officer, with its counts; Http404 for any other."""
    officer = access.desk_officer(request)
    batch = Batch.objects.filter(officer=officer).annotate(**COUNTS).filter(pk=pk).first() if officer else None
    if officer is None or batch is None:
        raise Http404
    return batch


@never_cache
@require_safe
def recent(request: HttpRequest) -> HttpResponse:
    officer = access.desk_officer(request)
    if officer is None:
        raise Http404
    found = Batch.objects.filter(officer=officer).annotate(**COUNTS)[:RECENT]
    context = {
        **admin.site.each_context(request),
        "title": _("Các lượt xử lý nhiều hồ sơ"),
        "batches": [(batches.job_of(b.verb), b) for b in found],
    }
    return TemplateResponse(request, "admin/submissions/batches/recent.html", context)


@never_cache
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    batch = own(request, pk)
    job = batches.job_of(batch.verb)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("%(what)s: %(count)d hồ sơ") % {"what": job.button, "count": batch.total},  # type: ignore[attr-defined]
        "batch": batch,
        "job": job,
        "settled": batch.total - batch.waiting,  # type: ignore[attr-defined]
        "rows": _rows(batch),
        "may_print": batch.verb == "receive" and batch.finished_at and batch.done,  # type: ignore[attr-defined]
        "every": REFRESH,
        "refresh": "tu-lam-moi" in request.GET and batch.finished_at is None,
    }
    answer = TemplateResponse(request, "admin/submissions/batches/show.html", context)
    if context["refresh"]:
        answer["Refresh"] = str(REFRESH)
    return answer


def _rows(batch: Batch) -> QuerySet[BatchRow]:
    """While it runs only what could not be done; afterwards everything."""
    rows = batch.rows.exclude(outcome=Outcome.WAITING) if batch.finished_at else batch.rows.filter(outcome="skipped")
    columns = ("batch", "outcome", "words", "submission__dossier_code", "submission__reference", "submission__due_on")
    known = rows.select_related("submission__procedure").order_by(FIRST, "pk")
    return known.only(*columns, "submission__state", "submission__procedure__short_name")


@never_cache
@require_safe
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The papers of a batch that prints, as long as every submission in it is still of the officer's own agency."""
    batch = own(request, pk)
    foreign = batch.rows.filter(outcome=Outcome.DONE).exclude(submission__agency__in=batch.officer.scope)
    if not batch.file or foreign.exists():
        raise Http404
    try:
        stream = batch.file.open("rb")
    except OSError:
        return unreachable(request, str(FileNotOpened()))
    name = _("%(what)s %(day)s.pdf") % {
        "what": batches.job_of(batch.verb).button, "day": f"{batch.created_at:%d-%m-%Y}",
    }  # fmt: skip
    return file_answer(stream, name=name, content_type="application/pdf", size=batch.size, save="tai-ve" in request.GET)


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    batch = own(request, pk)
    left = batches.cancel(batch)
    stopped = _("Đã dừng: %d hồ sơ chưa làm đến được giữ nguyên.") % left
    messages.info(request, stopped if left else _("Lượt này đã làm xong, không còn gì để dừng."))
    return HttpResponseRedirect(reverse("admin:submissions_batch", args=[batch.pk]))

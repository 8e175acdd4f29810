"""Bank statements at the desk: import, what became of the lines, and the lines that wait for somebody who knows.

Who may what is in payments/statements/gate.py and docs/decisions/029-statements.md.
"""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from payments import statements
from payments.admin import desk
from payments.admin.statement_forms import UploadForm
from payments.models import Statement, StatementLine
from payments.statements import LAYOUTS, Parsed, Problem
from submissions import rules

logger = logging.getLogger(__name__)
State = StatementLine.State
RECENT = 30
MOST_PROBLEMS = 100  # shown one by one
COUNTS = {
    "matched_count": Count("lines", filter=Q(lines__state__in=(State.MATCHED, State.BY_HAND))),
    "waiting_count": Count("lines", filter=Q(lines__state=State.UNMATCHED)),
    "aside_count": Count("lines", filter=Q(lines__state=State.SET_ASIDE)),
}


class ReadOnly(admin.ModelAdmin):
    """Lists whose rows no form changes."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.change_view(request, object_id)


@admin.register(Statement)
class StatementAdmin(ReadOnly):
    """The files: who keeps the town's account and who runs the portal import them; no line is shown here."""

    def has_view_permission(self, request: HttpRequest, obj: Statement | None = None) -> bool:
        return statements.may_import(request.user)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
        if form.is_valid():
            return _imported(request, form)
        return _home(request, form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The lines of the file."""
        if not (self.has_view_permission(request) and object_id.isdecimal()):
            raise Http404
        return HttpResponseRedirect(f"{reverse('admin:payments_statementline_changelist')}?statement={object_id}")


def _home(request: HttpRequest, form: UploadForm) -> HttpResponse:
    recent = Statement.objects.select_related("imported_by").annotate(**COUNTS)
    context = {
        "title": _("Sao kê ngân hàng"),
        "form": form,
        "statements": [(one, _layout_name(one.layout)) for one in recent[:RECENT]],
        "waiting": StatementLine.objects.filter(state=State.UNMATCHED).count(),
        "sees_lines": statements.reads(rules.officer_of(request.user)),
        "reads_books": True,
    }
    return desk.page(request, "statements/home", context)


def _layout_name(key: str) -> str:
    return LAYOUTS[key].name if key in LAYOUTS else key


def _imported(request: HttpRequest, form: UploadForm) -> HttpResponse:
    """Reads and books while the person waits. The page may be sent again without harm."""
    file = form.cleaned_data["file"]
    parsed = statements.read(file, filename=file.name, layout=form.cleaned_data["layout"])
    if parsed.is_refused:
        for problem in parsed.problems:
            form.add_error("file", str(problem))
        return _home(request, form)
    try:
        summary = statements.take_in(parsed, by=request.user)
    except DatabaseError:
        logger.exception("Statement %s is not taken in wholly", parsed.sha256)
        form.add_error("file", _("Cổng chưa ghi hết các dòng. Bạn nhập lại tệp này, dòng đã ghi không bị ghi hai lần."))
        return _home(request, form)
    return _result(request, parsed, {"summary": summary, "statement": summary.statement})


def _result(request: HttpRequest, parsed: Parsed, context: dict[str, Any]) -> HttpResponse:
    problems: list[Problem] = list(parsed.problems)
    page = {
        "title": _("Kết quả nhập sao kê"),
        "parsed": parsed,
        "layout": _layout_name(parsed.layout),
        "problems": problems[:MOST_PROBLEMS],
        "more_problems": max(len(problems) - MOST_PROBLEMS, 0),
        "sees_lines": statements.reads(rules.officer_of(request.user)),
    }
    return desk.page(request, "statements/result", {**page, **context})

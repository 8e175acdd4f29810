"""Lines of bank statements at the desk: what waits for somebody who knows, one page a line, what became of each."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import statements
from payments.admin import desk
from payments.admin.statement_forms import ACTS, LineForm
from payments.admin.statements import ReadOnly
from payments.models import StatementLine
from portal.templatetags.portal import vnd
from submissions import rules
from submissions.admin import paging
from submissions.errors import SubmissionError
from submissions.models import Officer

State = StatementLine.State
TONES = {State.MATCHED: "ok", State.UNMATCHED: "warning", State.BY_HAND: "ok", State.SET_ASIDE: "neutral"}
DONE = {
    State.BY_HAND: gettext_lazy("Đã khớp với hồ sơ và ghi nhận tiền."),
    State.SET_ASIDE: gettext_lazy("Đã ghi là không phải tiền hồ sơ."),
    State.UNMATCHED: gettext_lazy("Dòng sao kê đã trở lại danh sách chờ."),
}


class StateFilter(admin.SimpleListFilter):
    """What waits, unless something else is asked for; a ward has nothing that waits."""

    title = gettext_lazy("tình trạng")
    parameter_name = "tinh-trang"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*State.choices, ("all", _("tất cả"))]

    def choices(self, changelist: Any) -> Any:
        """The rows that wait are what the list opens with."""
        rest = list(super().choices(changelist))[1:]
        for (value, _words), one in zip(self.lookup_choices, rest, strict=True):
            yield {**one, "selected": value == (self.value() or State.UNMATCHED)}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value() or (State.UNMATCHED if "statement" not in request.GET else "all")
        return queryset.filter(state=wanted) if wanted in State.values else queryset


@admin.register(StatementLine)
class StatementLineAdmin(ReadOnly):
    list_display = ("day", "sum", "text", "state_tag", "file_code")
    list_display_links = ("day",)
    list_filter = (StateFilter,)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    search_fields = ("description__icontains", "bank_reference__istartswith", "charge__submission__reference__iexact")
    search_help_text = gettext_lazy("Tìm theo nội dung chuyển khoản, số giao dịch, mã tra cứu hồ sơ.")
    change_list_template = "admin/payments/statements/lines.html"

    def has_view_permission(self, request: HttpRequest, obj: StatementLine | None = None) -> bool:
        return statements.reads(rules.officer_of(request.user))

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        return lookup == "statement" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatementLine]:
        return statements.lines(rules.officer_of(request.user))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return paging.KeyList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """At a ward nothing waits: what came in is what there is to see."""
        officer = rules.officer_of(request.user)
        if statements.reads(officer) and not statements.keeps(officer) and not request.GET:
            return HttpResponseRedirect(f"{request.path}?{StateFilter.parameter_name}=all")
        context = {"title": _("Dòng sao kê"), "imports": statements.may_import(request.user), "reads_books": True}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One line, and what can be done with it."""
        officer = rules.officer_of(request.user)
        line = statements.lines(officer).filter(pk=object_id).first() if object_id.isdecimal() else None
        if line is None or officer is None:
            raise Http404
        kinds = ACTS.get(State(line.state), ()) if statements.keeps(officer) else ()
        chosen = request.POST.get("act", "") if request.method == "POST" else ""
        forms = [kind(request.POST if kind.act == chosen else None) for kind in kinds]
        if request.method == "POST" and _done(
            request, line, officer, next((f for f in forms if f.act == chosen), None)
        ):
            return HttpResponseRedirect(reverse("admin:payments_statementline_change", args=[line.pk]))
        context = {
            "title": _("Dòng sao kê: %s") % vnd(line.amount),
            "line": line,
            "tone": TONES[State(line.state)],
            "forms": forms,
            "opens": line.charge is not None and line.charge.agency_id in officer.scope,
            "reads_books": True,
        }
        return desk.page(request, "statements/line", context)

    @admin.display(description=gettext_lazy("ngày"), ordering="booked_on")
    def day(self, obj: StatementLine) -> str:
        return f"{obj.booked_on:%d/%m/%Y}"

    @admin.display(description=gettext_lazy("số tiền"), ordering="amount")
    def sum(self, obj: StatementLine) -> str:
        return format_html('<span class="figure">{}</span>', vnd(obj.amount))

    @admin.display(description=gettext_lazy("nội dung"))
    def text(self, obj: StatementLine) -> str:
        return format_html("{}<br><span class='quiet'>{}</span>", obj.description, obj.why)

    @admin.display(description=gettext_lazy("tình trạng"))
    def state_tag(self, obj: StatementLine) -> str:
        tone = TONES[State(obj.state)]
        tag = format_html('<span class="tag tag-{}">{}</span>', tone, obj.get_state_display())
        if obj.attempt is None or not obj.attempt.problem:
            return tag
        return format_html('{} <span class="tag tag-warning">{}</span>', tag, obj.attempt.get_problem_display())

    @admin.display(description=gettext_lazy("hồ sơ"))
    def file_code(self, obj: StatementLine) -> str:
        return format_html('<span class="code">{}</span>', obj.charge) if obj.charge else "–"


def _done(request: HttpRequest, line: StatementLine, officer: Officer, form: LineForm | None) -> bool:
    """Runs the act. False when the form is shown again, with what was typed."""
    if form is None:
        messages.error(request, _("Dòng sao kê này vừa được người khác xử lý. Bạn xem lại tình trạng dưới đây."))
        return True
    if not form.is_valid():
        return False
    try:
        row = form.run(line, officer)
    except SubmissionError as problem:
        form.add_error(None, str(problem))
        return False
    messages.success(request, str(DONE[State(row.state)]))
    return True

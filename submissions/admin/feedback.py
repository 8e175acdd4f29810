"""Feedback at the desk: the queue of the agency, the page of one piece, one page an act."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, re_path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.templatetags.portal import day
from submissions import feedback, worklist
from submissions.admin import access, paging
from submissions.errors import ChangedMeanwhile, Incomplete, SubmissionError
from submissions.feedback.queue import QUEUES
from submissions.models import Feedback, Notice, Officer
from submissions.notices import LABELS
from submissions.staff_forms.feedback import FORMS, FeedbackForm

TEMPLATES = "admin/submissions/feedback/"


def found(request: HttpRequest, pk: int | str) -> tuple[Officer, Feedback]:
    """Feedback to the officer's own agency; Http404 for any other, as if it did not exist."""
    officer = access.desk_officer(request)
    rows = Feedback.objects.filter(pk=pk) if str(pk).isdecimal() else Feedback.objects.none()
    one = rows.select_related("agency", "submission__agency", "answered_by__user").first()
    if officer is None or one is None or not feedback.covers(officer, one):
        raise Http404
    return officer, one


class QueueFilter(admin.SimpleListFilter):
    title = gettext_lazy("cần làm")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(q.key, q.label) for q in QUEUES]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        return feedback.narrowed(queryset, self.value() or "", timezone.localdate())


class FeedbackList(paging.KeyList):
    """Puts the words for lateness on every row, with one calendar for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        at = access.page_clock(request)
        for row in self.result_list:
            row.lateness = feedback.lateness(row, at)


@admin.register(Feedback)
class FeedbackAdmin(admin.ModelAdmin):
    list_display = ("code", "kind_words", "summary", "state_tag", "due", "sent_at")
    list_display_links = ("code",)
    list_filter = (QueueFilter, "kind", "state")
    list_select_related = ("agency",)
    search_fields = ("reference__istartswith", "about__istartswith")
    search_help_text = gettext_lazy("Tìm theo mã phản ánh hoặc mã hồ sơ.")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    ordering = ("due_on", "pk")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.desk_officer(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Feedback | None = None) -> bool:
        return access.desk_officer(request) is not None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Feedback | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Feedback | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Feedback]:
        officer = access.desk_officer(request)
        scope = officer.scope if officer is not None else set()
        rows = super().get_queryset(request).filter(agency__in=scope)
        return rows.defer("secret", "history", "answer", "published_text", "published_answer")

    # --- the list -------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return FeedbackList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Phản ánh, kiến nghị"), **(extra_context or {})})

    @admin.display(description=gettext_lazy("mã"), ordering="at")
    def code(self, obj: Feedback) -> str:
        return format_html('<span class="code">{}</span>', obj.reference)

    @admin.display(description=gettext_lazy("loại"))
    def kind_words(self, obj: Feedback) -> str:
        return obj.get_kind_display()

    @admin.display(description=gettext_lazy("nội dung"))
    def summary(self, obj: Feedback) -> str:
        return obj.text if len(obj.text) <= 120 else f"{obj.text[:119]}…"

    @admin.display(description=gettext_lazy("trạng thái"))
    def state_tag(self, obj: Feedback) -> str:
        tone = feedback.standing(obj).tone
        return format_html('<span class="tag tag-{}">{}</span>', tone, obj.get_state_display())

    @admin.display(description=gettext_lazy("hạn"), ordering="due_on")
    def due(self, obj: Feedback) -> str:
        late = obj.lateness  # type: ignore[attr-defined]
        return format_html('<span class="late late-{}">{}</span>', late.tone, late.words)

    @admin.display(description=gettext_lazy("gửi lúc"), ordering="at")
    def sent_at(self, obj: Feedback) -> str:
        return day(obj.at)

    # --- one piece, and what is done with it ----------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(self.act_view)
        keys = "|".join(feedback.KEYS)
        own = re_path(rf"^(?P<pk>\d+)/(?P<verb>{keys})/$", act, name="submissions_feedback_act")
        plain = path("<int:pk>/", self.admin_site.admin_view(self.plain_view))
        return [own, plain, *super().get_urls()]

    def plain_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:submissions_feedback_change", args=[pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        officer, one = found(request, object_id)
        context = {**self.admin_site.each_context(request), **_page(officer, one, access.page_clock(request))}
        return TemplateResponse(request, f"{TEMPLATES}change_form.html", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        _officer, one = found(request, object_id)
        return HttpResponseRedirect(reverse("admin:submissions_feedback_change", args=[one.pk]))

    def act_view(self, request: HttpRequest, pk: str, verb: str) -> HttpResponse:
        officer, one = found(request, pk)
        back = reverse("admin:submissions_feedback_change", args=[one.pk])
        form = FORMS[verb](*([request.POST] if request.method == "POST" else []), about=one)
        if request.method == "POST" and form.is_valid() and _done(request, form, verb, officer):
            return HttpResponseRedirect(back)
        row = next((v for v in feedback.verbs_for(officer, one) if v.key == verb), None)
        if row is None:
            messages.error(request, _("Ở trạng thái này bạn không làm được việc đó. Bạn xem lại diễn biến dưới đây."))
            return HttpResponseRedirect(back)
        context = {**self.admin_site.each_context(request), "title": row.button, "row": row, "form": form}
        return TemplateResponse(request, f"{TEMPLATES}act.html", {**context, "f": one, "back": back})


def _done(request: HttpRequest, form: FeedbackForm, verb: str, officer: Officer) -> bool:
    """Runs the act. False when the form is shown again, with what was written."""
    try:
        form.run(verb, officer)
    except (Incomplete, ChangedMeanwhile) as problem:
        form.add_error(None, str(problem))
        if isinstance(problem, ChangedMeanwhile):
            form.about.refresh_from_db()
            form.data = {**form.data.dict(), "seen": len(form.about.history)}  # type: ignore[attr-defined]
        return False
    except SubmissionError as problem:
        messages.error(request, str(problem))
    else:
        messages.success(request, _("Đã ghi nhận “%s”.") % feedback.LABELS[verb])
    return True


def _page(officer: Officer, one: Feedback, at: worklist.Clock) -> dict[str, Any]:
    filed = one.submission
    told = one.notices.filter(audience=Notice.Audience.CITIZEN).defer("body")
    return {
        "title": one.reference,
        "f": one,
        "late": feedback.lateness(one, at),
        "tone": feedback.standing(one).tone,
        "verbs": feedback.verbs_for(officer, one),
        "filed": filed if filed is not None and worklist.visible_to(officer).filter(pk=filed.pk).exists() else None,
        "history": feedback.history(one),
        "told": [{"label": LABELS.get(n.kind, n.kind), "notice": n} for n in told],
    }

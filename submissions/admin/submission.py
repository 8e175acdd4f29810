"""The work list, and the addresses of the record, its files and its verbs."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, re_path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions import worklist
from submissions.admin import (
    access,
    attachments,
    downloads,
    letters,
    listing,
    load,
    papers,
    record,
    rehearsal,
    reports,
    talk,
    verbs,
    views,
)
from submissions.models import Submission
from submissions.staff_forms import FORMS

MATTER_LENGTH = 90


@admin.register(Submission)
class SubmissionAdmin(admin.ModelAdmin):
    list_display = ("pick", "file_code", "person", "matter", "state_tag", "holder", "due")
    list_display_links = ("file_code",)
    list_select_related = ("procedure", "assignee__user")
    list_per_page = 30
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    search_fields = ("search_text",)
    search_help_text = gettext_lazy(
        "Tìm theo mã hồ sơ, mã tra cứu, họ tên (có dấu hay không), số căn cước, điện thoại."
    )

    # --- who may: the officer row decides, not Django's permission table ------------------------

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.desk_officer(request) is not None

    def has_view_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return access.desk_officer(request) is not None

    def has_add_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Submission | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        seen = worklist.visible_to(access.desk_officer(request))
        return seen.defer("typed", "answers", "fees", "reason", "result_note")

    # --- the list -------------------------------------------------------------------------------

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return listing.WorkList

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return worklist.order_of(request.GET.get("queue", ""))

    def get_sortable_by(self, request: HttpRequest) -> tuple[str, ...]:
        """By the promised day only where there are few rows: no index has the whole list in that order."""
        in_queue = request.GET.get("queue", "") in worklist.BY_KEY
        return ("file_code", "due") if in_queue else ("file_code",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return worklist.search(queryset, search_term), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        officer = access.desk_officer(request)
        context = listing.context(request, officer) if officer is not None else {}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    @admin.display(description=gettext_lazy("chọn"))
    def pick(self, obj: Submission) -> str:
        return format_html(
            '<label class="pick"><input type="checkbox" name="_selected_action" value="{}">'
            '<span class="visually-hidden">{}</span></label>',
            obj.pk, _("Chọn hồ sơ %s") % obj,
        )  # fmt: skip

    @admin.display(description=gettext_lazy("mã hồ sơ"), ordering="submitted_at")
    def file_code(self, obj: Submission) -> str:
        return format_html('<span class="code">{}</span>', str(obj))

    @admin.display(description=gettext_lazy("người nộp"))
    def person(self, obj: Submission) -> str:
        return format_html(
            '{}<br><span class="quiet code">{}<br>{}</span>',
            obj.applicant_name, worklist.masked(obj.applicant_id_number), obj.applicant_phone,
        )  # fmt: skip

    @admin.display(description=gettext_lazy("thủ tục"))
    def matter(self, obj: Submission) -> str:
        return Truncator(obj.procedure.short_name).chars(MATTER_LENGTH)

    @admin.display(description=gettext_lazy("trạng thái"))
    def state_tag(self, obj: Submission) -> str:
        return format_html_join(" ", '<span class="tag tag-{}">{}</span>', listing.tags(obj))

    @admin.display(description=gettext_lazy("phụ trách"))
    def holder(self, obj: Submission) -> str:
        return str(obj.assignee) if obj.assignee else _("chưa ai phụ trách")

    @admin.display(description=gettext_lazy("hạn trả"), ordering="due_on")
    def due(self, obj: Submission) -> str:
        late: worklist.Lateness = obj.lateness  # type: ignore[attr-defined]
        day = f"{obj.due_on:%d/%m/%Y}" if obj.due_on else ""
        return format_html(
            '<span class="late late-{}">{}</span> <span class="quiet">{}</span>', late.tone, late.words, day
        )

    # --- the record, its files, its verbs -------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        verb_names = "|".join(FORMS)
        wrap = self.admin_site.admin_view
        own = [
            path("thu/<int:pk>/", wrap(partial(rehearsal.page, site=self.admin_site)), name="submissions_rehearsal"),
            path(
                "thu/<int:pk>/ho-so/",
                wrap(partial(rehearsal.record_page, site=self.admin_site)),
                name="submissions_rehearsal_record",
            ),
            path(
                "<int:pk>/van-ban/xem-truoc/",
                wrap(partial(letters.preview, self.admin_site)),
                name="submissions_submission_letter_preview",
            ),
            path("bo-loc/", self._page(views.overview), name="submissions_views"),
            path("bo-loc/luu/", self._page(views.save), name="submissions_view_save"),
            path("bo-loc/<int:pk>/", self._page(views.change), name="submissions_view_change"),
            path("bo-loc/<int:pk>/xoa/", wrap(views.delete), name="submissions_view_delete"),
            path("tai-cong-viec/", self._page(load.page), name="submissions_load"),
            path("<int:pk>/tep/<int:file>/", wrap(attachments.show), name="submissions_submission_file"),
            path(
                "<int:pk>/tep/<int:file>/trang/<int:page>.webp",
                wrap(attachments.preview, cacheable=True),
                name="submissions_submission_preview",
            ),
            path(
                "<int:pk>/tep/<int:file>/trang/<int:page>/",
                wrap(self.page_view),
                name="submissions_submission_page",
            ),
            path("<int:pk>/giay-to/<int:paper>/", wrap(papers.show), name="submissions_submission_paper"),
            path("<int:pk>/trao-doi/", wrap(talk.post), name="submissions_submission_talk"),
            path("<int:pk>/tron-bo/", wrap(downloads.pack), name="submissions_submission_pack"),
            *reports.urls(self._page, wrap),
            path("so-theo-doi/", wrap(self.register_view), name="submissions_register"),
            path("so-theo-doi/khoa/", wrap(downloads.close_register), name="submissions_register_close"),
            path("<int:pk>/phieu-kiem-soat/", wrap(papers.print_slip), name="submissions_submission_slip"),
            re_path(
                rf"^(?P<pk>\d+)/(?P<verb>{verb_names})/$", wrap(self.verb_view), name="submissions_submission_verb"
            ),
        ]
        return [*own, *super().get_urls()]

    def _page(self, view: Any) -> Any:
        """A page of the desk, given what every page of the staff site shows."""

        def with_site(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            answer: HttpResponse = view(request, site=self.admin_site.each_context(request), **kwargs)
            return answer

        return self.admin_site.admin_view(with_site)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        officer, submission = access.record(request, object_id)
        context = {**self.admin_site.each_context(request), **record.context(request, officer, submission)}
        return TemplateResponse(request, "admin/submissions/submission/change_form.html", context)

    def page_view(self, request: HttpRequest, pk: int, file: int, page: int) -> HttpResponseBase:
        return attachments.page(request, pk, file, page, self.admin_site.each_context(request))

    def verb_view(self, request: HttpRequest, pk: str, verb: str) -> HttpResponse:
        return verbs.page(request, pk, verb, self.admin_site.each_context(request))

    def register_view(self, request: HttpRequest) -> HttpResponseBase:
        return downloads.register_page(request, self.admin_site.each_context(request))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The log is on the record itself; it is not Django's."""
        _officer, submission = access.record(request, object_id)
        return HttpResponseRedirect(reverse("admin:submissions_submission_change", args=[submission.pk]))

"""The conversation and the rating on the record, and the list of ratings for leaders."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from submissions import conversation, ratings, rules, worklist
from submissions.admin import access, paging, verbs
from submissions.errors import SubmissionError
from submissions.models import Rating, Submission
from submissions.states import Role, State

WHOLE = "tat-ca"
READ = "read"
PLACE = "#talk"
BULKY = [f"submission__{name}" for name in ("typed", "answers", "fees", "search_text", "procedure__search_text")]
TONES = {Rating.Grade.VERY_CONTENT: "ok", Rating.Grade.CONTENT: "info", Rating.Grade.NOT_CONTENT: "warning"}


def box(request: HttpRequest, submission: Submission) -> dict[str, Any]:
    """What the record shows of both; a GET leaves unread what is unread."""
    rating = ratings.of(submission) if submission.state == State.HANDED_OVER else None
    return {
        "conversation": conversation.of(submission, whole=WHOLE in request.GET),
        "talk_longest": conversation.LONGEST,
        "talk_typed": request.session.pop(_kept_key(submission), "") if request.method == "GET" else "",
        "rating": rating,
        "rating_lines": ratings.lines(rating) if rating else [],
    }


def _kept_key(submission: Submission) -> str:
    return f"desk-typed-{submission.pk}-talk"


@require_POST
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """An answer to the citizen, or the button that takes the conversation off the unread ones."""
    officer, submission = access.record(request, pk)
    by, typed = rules.officer_actor(officer), request.POST.get("text", "")
    try:
        if READ in request.POST:
            conversation.mark_read(submission.pk, by=by)
        else:
            conversation.say(submission.pk, typed, by=by)
            messages.success(request, _("Đã gửi tin nhắn cho người nộp."))
    except SubmissionError as problem:
        request.session[_kept_key(submission)] = typed[: 10 * conversation.LONGEST]
        messages.error(request, str(problem))
    return HttpResponseRedirect(verbs.record_address(request, submission) + PLACE)


@admin.register(Rating)
class RatingAdmin(admin.ModelAdmin):
    """Read by leaders, their own agency's alone."""

    list_display = ("file_code", "grade_tag", "matter", "opinion", "at")
    list_display_links = None
    list_filter = ("grade",)
    list_select_related = ("submission__procedure",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Rating | None = None) -> bool:
        officer = access.desk_officer(request)
        return officer is not None and officer.has_role(Role.LEADER)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Rating | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Rating | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rating]:
        seen = worklist.visible_to(access.desk_officer(request))
        return super().get_queryset(request).filter(submission__in=seen).defer("answers", *BULKY)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return paging.KeyList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Đánh giá của người nộp"), **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A rating is read on its record."""
        rows = self.get_queryset(request) if self.has_view_permission(request) else Rating.objects.none()
        found = rows.filter(pk=object_id).first() if object_id.isdecimal() else None
        _officer, submission = access.record(request, found.submission_id if found else 0)
        return HttpResponseRedirect(verbs.record_address(request, submission) + "#rating")

    @admin.display(description=gettext_lazy("hồ sơ"), ordering="at")
    def file_code(self, obj: Rating) -> str:
        address = reverse("admin:submissions_submission_change", args=[obj.submission_id])
        return format_html('<a class="code" href="{}#rating">{}</a>', address, str(obj.submission))

    @admin.display(description=gettext_lazy("mức hài lòng"), ordering="grade")
    def grade_tag(self, obj: Rating) -> str:
        tone = TONES[Rating.Grade(obj.grade)]
        return format_html('<span class="tag tag-{}">{}</span>', tone, obj.get_grade_display())

    @admin.display(description=gettext_lazy("thủ tục"))
    def matter(self, obj: Rating) -> str:
        return Truncator(obj.submission.procedure.short_name).chars(90)

    @admin.display(description=gettext_lazy("ý kiến"))
    def opinion(self, obj: Rating) -> str:
        return Truncator(obj.words).chars(200)

"""The preview of a letter before it is issued, and the register of issued ones."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions import letters, worklist
from submissions.admin import access, paging
from submissions.letters import body, layout
from submissions.models import Letter
from submissions.staff_forms import ResultForm

# --- pages to look at ----------------------------------------------------------------------------


def paper(content: dict[str, Any]) -> HttpResponse:
    """The letter under its banner, with the addresses of its style sheets in the browser."""
    sheets = tuple(static(sheet) for sheet in layout.STYLESHEETS)
    return HttpResponse(layout.page(content, sheets, preview=True))


def nothing(site: Any, request: HttpRequest, sentences: list[str]) -> HttpResponse:
    context = {**site.each_context(request), "title": _("Chưa xem trước được"), "sentences": sentences}
    return TemplateResponse(request, "admin/submissions/letter/no_preview.html", context)


def preview(site: Any, request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as it would be issued now with what is typed on the page of the verb; nothing is stored."""
    officer, submission = access.record(request, pk)
    given = request.POST if request.method == "POST" else request.GET
    offers = {str(o.template.pk): o for o in letters.offers(submission)}
    offer = offers.get(given.get("letter", ""))
    if offer is None or offer.trouble:
        return nothing(site, request, [offer.trouble if offer else _("Bạn hãy chọn mẫu văn bản trước khi xem.")])
    note = ResultForm.base_fields["result_note"].clean(given.get("result_note", "")[: body.LONGEST])
    submission.result_note = note or submission.result_note
    setting = letters.setting_of(submission, offer.template.symbol, officer, timezone.now())
    return paper(letters.compose(offer.template, setting))


# --- the register --------------------------------------------------------------------------------


@admin.register(Letter)
class LetterAdmin(admin.ModelAdmin):
    """The issued letters of the officer's own agency: read, never written."""

    list_display = ("full_number", "year", "title", "file_code", "issued_by", "issued_at")
    list_display_links = None
    list_filter = ("year", "symbol")
    list_select_related = ("submission", "issued_by__user", "attachment")
    search_fields = ("number",)
    search_help_text = gettext_lazy("Tìm theo số (12 hoặc 12/GXN-UBND), ký hiệu, mã hồ sơ, tên người nộp.")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return access.desk_officer(request) is not None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Sổ văn bản kết quả"), **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[Letter]:
        """A letter's agency is its submission's; letters of rehearsals have no number."""
        officer = access.desk_officer(request)
        scope = officer.scope if officer is not None else set()
        rows = super().get_queryset(request).filter(agency__in=scope, number__gt=0)
        return rows.annotate(named=KT("content__name")).defer("content")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return paging.KeyList

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        wanted = search_term.strip()
        if not wanted:
            return queryset, False
        number = re.fullmatch(r"0*(\d{1,9})(?:/(\S*))?", wanted)
        if number:
            return queryset.filter(number=int(number[1]), symbol__istartswith=number[2] or ""), False
        of_symbol = queryset.filter(symbol__icontains=wanted)
        if of_symbol.exists():
            return of_symbol, False
        return queryset.filter(worklist.wanted(wanted, "submission__search_text")), False

    def get_fields(self, request: HttpRequest, obj: Letter | None = None) -> list[Any]:
        return ["full_number", "year", "title", "file_code", "issued_by", "issued_at", "sha256"]

    def get_readonly_fields(self, request: HttpRequest, obj: Letter | None = None) -> list[Any]:
        return self.get_fields(request, obj)

    @admin.display(description=gettext_lazy("số"), ordering="number")
    def full_number(self, obj: Letter) -> str:
        return format_html('<span class="code">{}/{}</span>', layout.number_words(obj.number), obj.symbol)

    @admin.display(description=gettext_lazy("văn bản"))
    def title(self, obj: Letter) -> str:
        named: str = obj.named  # type: ignore[attr-defined]
        if obj.attachment is None:
            return named
        address = reverse("admin:submissions_submission_file", args=[obj.submission_id, obj.attachment.pk])
        return format_html('<a href="{}" target="_blank" rel="noopener">{}</a>', address, named)

    @admin.display(description=gettext_lazy("hồ sơ"))
    def file_code(self, obj: Letter) -> str:
        address = reverse("admin:submissions_submission_change", args=[obj.submission_id])
        return format_html('<a class="code" href="{}">{}</a>', address, str(obj.submission))

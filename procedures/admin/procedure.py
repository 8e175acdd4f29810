"""The procedure among the staff's pages: the list, and the addresses of everything that is done to it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.lib import text
from procedures.admin import draft_pages, form_editor, parts, preview, procedure_pages, question_pages
from procedures.admin.catalogue import CatalogueAdmin
from procedures.models import Procedure

# What stands behind a procedure's address, the name of the page, the view.
PAGES = (
    ("ban/<int:number>/", "revision", procedure_pages.revision),
    ("ban/<int:number>/khoi-phuc/", "restore", procedure_pages.restore),
    ("lien-ket/", "link", procedure_pages.link),
    ("nop-tien/", "pay_when", procedure_pages.pay_when),
    ("sua/", "start", procedure_pages.start),
    ("mo-lai/", "reopen", procedure_pages.reopen),
    ("tam-dung/", "pause", procedure_pages.pause),
    ("bai-bo/", "close", procedure_pages.close),
    ("ban-soan/", "draft", draft_pages.overview),
    ("ban-soan/cong-bo/", "publish", draft_pages.publish),
    ("ban-soan/bo/", "discard", draft_pages.discard),
    ("ban-soan/yaml/", "yaml", parts.text),
    ("ban-soan/to-khai/", "form", form_editor.form),
    ("ban-soan/to-khai/bo/<str:word>/", "remove", form_editor.remove),
    ("ban-soan/to-khai/them/<str:word>/", "add", question_pages.add),
    ("ban-soan/to-khai/phan/<str:word>/", "section", question_pages.section),
    ("ban-soan/to-khai/cau-hoi/<str:word>/", "question", question_pages.question),
    ("ban-soan/xem/trang/", "preview", preview.public_page),
    ("ban-soan/xem/giay-to/", "preview_papers", preview.papers),
    ("ban-soan/xem/to-khai/<int:number>/", "preview_form", preview.form),
    ("ban-soan/xem/bieu-mau.<str:extension>", "preview_blank", preview.blank),
    ("ban-soan/<slug:slug>/", "part", parts.part),
)


@admin.register(Procedure)
class ProcedureAdmin(CatalogueAdmin):
    list_display = ("code", "short_name", "tier", "level", "sector", "status_tag")
    list_display_links = ("code", "short_name")
    list_filter = ("status", "tier", "level", "sector")
    list_select_related = ("sector",)
    search_fields = ("code", "search_text")

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        return super().get_search_results(request, queryset, text.fold(search_term))

    @admin.display(description=_("tình trạng"), ordering="status")
    def status_tag(self, obj: Procedure) -> str:
        tone = {"open": "ok", "paused": "warning"}.get(obj.status, "error")
        return format_html('<span class="tag tag-{}">{}</span>', tone, obj.get_status_display())

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [path(f"<int:pk>/{rest}", wrap(view), name=f"procedures_procedure_{name}") for rest, name, view in PAGES]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return procedure_pages.show(request, object_id)

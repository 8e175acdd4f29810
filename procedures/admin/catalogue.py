"""The catalogue's tables as staff see them: most are loaded and only read.

Who may is asked of the site (portal/admin_site.py): may_view_catalogue, may_edit_catalogue.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from procedures.models import Agency, CatalogueVersion, ProcedureRevision, Sector


class CatalogueAdmin(admin.ModelAdmin):
    """Everybody of the staff reads; nobody changes, unless a subclass lets the editors."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def _sees(self, request: HttpRequest) -> bool:
        return bool(self.admin_site.may_view_catalogue(request))  # type: ignore[attr-defined]

    def _edits(self, request: HttpRequest) -> bool:
        return bool(self.admin_site.may_edit_catalogue(request))  # type: ignore[attr-defined]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._sees(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._sees(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        CatalogueVersion.bump()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        CatalogueVersion.bump()


@admin.register(Agency)
class AgencyAdmin(CatalogueAdmin):
    list_display = ("name", "kind", "parent", "phone", "identifier", "active_from", "active_to")
    list_filter = ("kind",)
    list_select_related = ("parent",)
    search_fields = ("name", "short_name", "slug")
    fields = (
        "name", "short_name", "kind", "parent", "successor", "identifier", "identifier_is_sample", "one_stop_name",
        "address", "phone", "email", "website", "hours", "contact_checked", "active_from", "active_to",
    )  # fmt: skip


@admin.register(Sector)
class SectorAdmin(CatalogueAdmin):
    list_display = ("name", "key", "order")
    search_fields = ("name", "key")
    fields = ("name", "key", "order")


@admin.register(ProcedureRevision)
class RevisionAdmin(CatalogueAdmin):
    """A published document is never changed; a new catalogue makes a new revision."""

    list_display = ("procedure", "number", "state", "published_at", "short_digest")
    list_filter = ("state",)
    list_select_related = ("procedure",)
    search_fields = ("procedure__code", "procedure__search_text")
    fields = (
        "procedure", "number", "state", "created_at", "published_at", "reason", "legal_document", "digest", "note",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content", "lists")

    @admin.display(description=_("mã băm"))
    def short_digest(self, obj: ProcedureRevision) -> str:
        return format_html('<span class="code">{}</span>', obj.digest[:12])

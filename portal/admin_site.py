"""The staff site: stock Django admin with the town's words, queues on the front page, the officer's place on top."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import include, path
from django.utils.translation import gettext_lazy as _

from procedures.models import Agency
from submissions import counter, register, rules, worklist
from submissions.models import Officer
from submissions.states import Role


class StaffAdminSite(admin.AdminSite):
    site_header = _("Một cửa điện tử")
    site_title = _("Một cửa điện tử")
    index_title = _("Bàn làm việc")
    enable_nav_sidebar = False
    empty_value_display = "–"

    def officer(self, request: HttpRequest) -> Officer | None:
        return rules.officer_of(request.user)

    def may_view_catalogue(self, request: HttpRequest) -> bool:
        return self.officer(request) is not None or bool(getattr(request.user, "is_superuser", False))

    def may_edit_catalogue(self, request: HttpRequest) -> bool:
        """The operator, and editors of the town or its centre: procedures and days off are the same for all wards."""
        officer = self.officer(request)
        town = (Agency.Kind.TOWN, Agency.Kind.ONE_STOP_CENTRE)
        edits = officer is not None and officer.has_role(Role.EDITOR) and officer.agency.kind in town
        return edits or bool(getattr(request.user, "is_superuser", False))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        header = f"{self.site_header} {settings.TOWN_NAME[:1].lower()}{settings.TOWN_NAME[1:]}"
        officer = self.officer(request)
        own = {"site_header": header, "officer": officer, "may_enter": counter.has_desk(officer)}
        own["keeps_register"] = register.may_keep(officer)
        return {**super().each_context(request), **own}

    def get_urls(self) -> list[Any]:
        return [path("submissions/counter/", include("submissions.admin.counter.urls")), *super().get_urls()]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Submissions first: that is what people come for."""
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: (app["app_label"] != "submissions", app["name"]))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        officer = self.officer(request)
        queues = worklist.links(officer, worklist.clock()) if officer and officer.has_role(*worklist.DESK_ROLES) else []
        return super().index(request, {"queues": queues, **(extra_context or {})})

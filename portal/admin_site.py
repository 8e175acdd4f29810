"""The staff site: stock Django admin with the town's words, the officer's desk as front page and place on top."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import include, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from payments import cashier, handover
from procedures.loading import days
from procedures.models import Agency
from submissions import counter, register, rules, saved_views, worklist
from submissions.models import Officer
from submissions.states import Role

# How many of the submissions to do stand on the desk itself.
TODO_ROWS = 8


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
        """What every page shows. Django's own asks everybody's permissions for a side bar that is not drawn here."""
        header = f"{self.site_header} {settings.TOWN_NAME[:1].lower()}{settings.TOWN_NAME[1:]}"
        officer = self.officer(request)
        own = {"site_header": header, "officer": officer, "may_enter": counter.has_desk(officer)}
        own["keeps_register"] = register.may_keep(officer)
        own["leads"] = officer is not None and officer.has_role(Role.LEADER)
        own["keeps_post"] = handover.keeps(officer)
        own["reads_money"] = officer is not None and officer.has_role(*cashier.READERS)
        own["reads_books"] = officer is not None and officer.has_role(*cashier.BOOK_READERS)
        frame = {"site_title": self.site_title, "site_url": self.site_url, "is_popup": False}
        frame |= {"has_permission": self.has_permission(request), "is_nav_sidebar_enabled": self.enable_nav_sidebar}
        return {**frame, **own}

    def get_urls(self) -> list[Any]:
        return [
            path("submissions/counter/", include("submissions.admin.counter.urls")),
            path("submissions/luot/", include("submissions.admin.batches.urls")),
            path("payments/buu-chinh/", include("payments.admin.post.urls")),
            path("payments/", include("payments.admin.urls")),
            *super().get_urls(),
        ]

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Submissions first: that is what people come for."""
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: (app["app_label"] != "submissions", app["name"]))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The officer's desk: queues with counts, what to do next; below it what else the person may use."""
        officer = self.officer(request)
        at_work = officer is not None and officer.has_role(*worklist.DESK_ROLES)
        desk = _desk(officer) if officer is not None and at_work else {}
        if self.may_edit_catalogue(request):
            desk["calendar_warnings"] = days.warnings(timezone.localdate())
        return super().index(request, {**desk, **(extra_context or {})})


def _desk(officer: Officer) -> dict[str, Any]:
    at = worklist.clock(agency=officer.agency)
    queues = worklist.links(officer, at)
    key = worklist.home_queue(officer)
    todo = worklist.first_in(worklist.choose(officer, {"queue": key}, at), TODO_ROWS) if key else None
    count = next((q.count for q in queues if q.key == key), 0)
    views = saved_views.links(officer)
    work = {"todo": todo, "todo_queue": worklist.BY_KEY.get(key), "todo_count": count}
    return {"queues": queues, **work, "views": views, "today": at.today}

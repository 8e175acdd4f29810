"""Side filters of the work list. The queue filter is drawn as links on top (change_list.html)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from procedures.models import Procedure
from submissions import worklist
from submissions.admin.access import desk_officer, page_clock
from submissions.states import CLOCK_STATES, State

NAME_LENGTH = 60


class QueueFilter(admin.SimpleListFilter):
    title = _("hàng việc")
    parameter_name = "queue"
    template = "admin/nothing.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(q.key, q.label) for q in worklist.QUEUES]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        officer = desk_officer(request)
        if officer is None or not self.value():
            return queryset
        return worklist.in_queue(queryset, str(self.value()), officer, page_clock(request))


class StateFilter(admin.SimpleListFilter):
    title = _("trạng thái")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(s.value, s.label) for s in State if s != State.DRAFT]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


class ProcedureFilter(admin.SimpleListFilter):
    """Only the procedures that this agency has submissions of."""

    title = _("thủ tục")
    parameter_name = "procedure"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        used = worklist.visible_to(desk_officer(request)).order_by().values("procedure")
        rows = Procedure.objects.filter(pk__in=used).order_by("short_name").values_list("code", "short_name")
        return [(code, Truncator(name).chars(NAME_LENGTH)) for code, name in rows]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        return queryset.filter(procedure__code=self.value()) if self.value() else queryset


class DueFilter(admin.SimpleListFilter):
    title = _("hạn trả")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("overdue", _("quá hạn")),
            ("today", _("hôm nay")),
            ("soon", _("sắp đến hạn")),
            ("later", _("còn hạn")),
            ("none", _("chưa hẹn ngày")),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        if not self.value():
            return queryset
        if self.value() == "none":
            return queryset.filter(due_on=None)
        at = page_clock(request)
        rule = {
            "overdue": Q(due_on__lt=at.today),
            "today": Q(due_on=at.today),
            "soon": Q(due_on__gte=at.today, due_on__lte=at.soon),
            "later": Q(due_on__gt=at.soon),
        }
        return queryset.filter(rule.get(str(self.value()), Q()), state__in=CLOCK_STATES)

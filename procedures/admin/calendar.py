"""Days off and days worked in exchange: single days, and the confirmation of a year at once."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.publicdays import FIRST, LAST
from procedures import deadlines
from procedures.admin.catalogue import CatalogueAdmin
from procedures.admin.forms.days import ALL_UNITS, ConfirmForm, DayForm
from procedures.loading import days
from procedures.loading.year import is_proposal, load_year
from procedures.models import CatalogueVersion, Holiday, WorkingBlock

TONES = {Holiday.Kind.OFF: "info", Holiday.Kind.WORKING: "warning"}


class WorkingTimeAdmin(CatalogueAdmin):
    """Tables that the promised days follow from. Editors change them one after another, under one lock."""

    empty_value_display = ALL_UNITS  # a row of no agency, in the filter

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._edits(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            if request.method == "POST":
                CatalogueVersion.lock()
            return super().changeform_view(request, *args, **kwargs)

    def tell_recount(self, request: HttpRequest) -> None:
        self.message_user(
            request,
            _("Hồ sơ đang giải quyết sẽ được tính lại hạn trả trong vài phút và người nộp được báo nếu hạn đổi."),
            messages.INFO,
        )

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        self.tell_recount(request)


@admin.register(Holiday)
class HolidayAdmin(WorkingTimeAdmin):
    """What stands here beats any library. Open submissions are counted anew when it changes, finished ones never."""

    form = DayForm
    list_display = ("day", "kind_tag", "name", "unit", "basis", "is_sure")
    list_filter = ("kind", "confirmed", ("agency", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("agency",)
    date_hierarchy = "date"
    ordering = ("-date",)
    change_list_template = "admin/procedures/days.html"
    change_form_template = "admin/procedures/day.html"
    delete_confirmation_template = "admin/procedures/day_delete.html"

    @admin.display(description=gettext_lazy("ngày"), ordering="date")
    def day(self, obj: Holiday) -> str:
        return f"{obj.date:%d/%m/%Y}, {WorkingBlock.Weekday(obj.date.weekday()).label}"

    @admin.display(description=gettext_lazy("loại"), ordering="kind")
    def kind_tag(self, obj: Holiday) -> str:
        return format_html('<span class="tag tag-{}">{}</span>', TONES[Holiday.Kind(obj.kind)], obj.get_kind_display())

    @admin.display(description=gettext_lazy("cơ quan"), ordering="agency")
    def unit(self, obj: Holiday) -> str:
        return str(obj.agency or ALL_UNITS)

    @admin.display(description=gettext_lazy("căn cứ"), ordering="source")
    def basis(self, obj: Holiday) -> str:
        return obj.source or "–"

    @admin.display(description=gettext_lazy("xác nhận"), ordering="confirmed")
    def is_sure(self, obj: Holiday) -> str:
        tone, words = ("ok", _("đã xác nhận")) if obj.confirmed else ("warning", _("đề xuất"))
        return format_html('<span class="tag tag-{}">{}</span>', tone, words)

    def get_urls(self) -> list[URLPattern]:
        own = path("nam/<int:year>/", self.admin_site.admin_view(self.year_view), name="procedures_holiday_year")
        return [own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        today = timezone.localdate()
        own = {"years": (today.year, today.year + 1), "calendar_warnings": days.warnings(today)}
        return super().changelist_view(request, {**own, **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        beside = days.complete(obj)
        if beside:
            words = _("Năm %(year)d chưa có lịch nên %(days)d ngày nghỉ tính sẵn được thêm cùng, chờ bạn xác nhận.")
            self.message_user(request, words % {"year": obj.date.year, "days": beside}, messages.WARNING)
        for remark in days.remarks(obj, timezone.localdate()):
            self.message_user(request, remark, messages.WARNING)
        if form.has_changed():
            self.tell_recount(request)

    def year_view(self, request: HttpRequest, year: int) -> HttpResponse:
        """The days of a year in order; POST `action`: "load" proposes them, "confirm" confirms those chosen."""
        sends = request.method == "POST"
        if not FIRST <= year <= LAST:
            raise Http404(_("Lịch có từ năm %(first)d đến năm %(last)d.") % {"first": FIRST, "last": LAST})
        if not (self._edits(request) if sends else self._sees(request)):
            raise PermissionDenied
        if sends and request.POST.get("action") == "load":
            return self._load(request, year)
        form = ConfirmForm(self._unsure(year), request.POST if sends else None)
        if sends and form.is_valid():
            return self._confirm(request, year, form)
        return self._year_page(request, year, form)

    def _unsure(self, year: int) -> QuerySet[Holiday]:
        return Holiday.objects.filter(date__year=year, confirmed=False)

    def _load(self, request: HttpRequest, year: int) -> HttpResponse:
        summary = load_year(year)
        new = len(summary.created) + len(summary.changed) + len(summary.removed)
        words = _("Đã nạp đề xuất năm %(year)d: %(days)d ngày thêm hoặc sửa.") if new else _("Đề xuất không có gì mới.")
        self.message_user(request, words % {"year": year, "days": new} if new else words, messages.SUCCESS)
        return self._changed(request, year) if new else redirect("admin:procedures_holiday_year", year)

    def _confirm(self, request: HttpRequest, year: int, form: ConfirmForm) -> HttpResponse:
        chosen = [row.pk for row in form.cleaned_data["days"]]
        count = days.confirm(chosen, form.cleaned_data["source"])
        words = _("Đã xác nhận %(days)d ngày của năm %(year)d.")
        self.message_user(request, words % {"days": count, "year": year}, messages.SUCCESS)
        return redirect("admin:procedures_holiday_year", year)

    def _changed(self, request: HttpRequest, year: int) -> HttpResponse:
        CatalogueVersion.bump()
        self.tell_recount(request)
        return redirect("admin:procedures_holiday_year", year)

    def _year_page(self, request: HttpRequest, year: int, form: ConfirmForm) -> HttpResponse:
        rows = list(Holiday.objects.filter(date__year=year).select_related("agency").order_by("date", "agency"))
        last_year, last_day = datetime.date(year - 1, 12, 31), datetime.date(year, 12, 31)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ngày nghỉ, làm bù năm %d") % year,
            "year": year,
            "rows": [(row, "" if is_proposal(row) else row.source) for row in rows],
            "form": form,
            "unsure": sum(not row.confirmed for row in rows),
            "working_days": deadlines.calendar(last_day).between(last_year, last_day),
            "edits": self._edits(request),
            "years": [y for y in range(year - 1, year + 2) if y != year and FIRST <= y <= LAST],
        }
        return TemplateResponse(request, "admin/procedures/year.html", context)

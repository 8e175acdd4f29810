"""Working hours of the desks: blocks of weekdays and seasons, and the weeks that come of them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.workdays import SATURDAY
from portal.lib.worktime import LEAP_YEAR, Blocks
from procedures import deadlines, wording
from procedures.admin.calendar import WorkingTimeAdmin
from procedures.admin.forms.days import ALL_UNITS, BlockForm, NewBlockForm
from procedures.models import Agency, WorkingBlock

Season = tuple[str, dict[int, Any]]


def seasons(blocks: Blocks) -> list[Season]:
    """The weeks of a year as they really are, each with its part of the year: "16/04–15/10", or "Cả năm"."""
    runs = [(list(days), week) for week, days in itertools.groupby(LEAP_YEAR, key=blocks.week)]
    if len(runs) == 1:
        return [(_("Cả năm"), runs[0][1])]
    if runs[0][1] == runs[-1][1]:
        # The last run goes on over New Year.
        runs = [(runs[-1][0] + runs[0][0], runs[0][1]), *runs[1:-1]]
    return [(f"{days[0]:%d/%m}–{days[-1]:%d/%m}", week) for days, week in runs]


@dataclass(frozen=True)
class WeekTable:
    """A desk's week: a column a season, a line a weekday."""

    owner: str
    heads: list[str]
    lines: list[tuple[str, list[list[str]]]]  # the blocks of each season
    closed: list[str]  # weekdays from Monday to Friday without hours in some season


def week_table(owner: str, blocks: Blocks) -> WeekTable:
    found = seasons(blocks)
    lines = [
        (str(day.label), [[wording.day_hours([block]) for block in week.get(day.value, ())] for _name, week in found])
        for day in WorkingBlock.Weekday
    ]
    closed = [name for name, cells in lines[:SATURDAY] if not all(cells)]
    return WeekTable(owner, [name for name, _week in found], lines, closed)


def week_tables() -> list[WeekTable]:
    """Of all units, and of each that has hours of its own. Two queries."""
    rows = list(WorkingBlock.objects.all())
    shared = [row for row in rows if row.agency_id is None]
    owners = Agency.objects.filter(pk__in={row.agency_id for row in rows if row.agency_id}).defer("content")
    own = ((str(a), [*shared, *(row for row in rows if row.agency_id == a.pk)], a) for a in owners)
    return [
        week_table(str(ALL_UNITS), deadlines.arranged(shared)),
        *(week_table(name, deadlines.arranged(found, agency)) for name, found, agency in own),
    ]


@admin.register(WorkingBlock)
class WorkingBlockAdmin(WorkingTimeAdmin):
    list_display = ("day", "hours", "season", "unit")
    list_display_links = ("day", "hours")
    list_filter = ("weekday", ("agency", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("agency",)
    change_list_template = "admin/procedures/hours.html"

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{**kwargs, "form": BlockForm if obj else NewBlockForm})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("agency", "weekday" if obj else "weekdays", "opens", "closes", "season_from", "season_to")

    @admin.display(description=gettext_lazy("ngày trong tuần"), ordering="weekday")
    def day(self, obj: WorkingBlock) -> str:
        return str(obj.get_weekday_display())

    @admin.display(description=gettext_lazy("giờ"), ordering="opens")
    def hours(self, obj: WorkingBlock) -> str:
        return wording.day_hours([(obj.opens, obj.closes)])

    @admin.display(description=gettext_lazy("mùa"))
    def season(self, obj: WorkingBlock) -> str:
        if not obj.season_from:
            return _("cả năm")
        return "–".join(f"{day[3:]}/{day[:2]}" for day in (obj.season_from, obj.season_to))

    @admin.display(description=gettext_lazy("cơ quan"), ordering="agency")
    def unit(self, obj: WorkingBlock) -> str:
        return str(obj.agency or ALL_UNITS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkingBlock]:
        return super().get_queryset(request).defer("agency__content")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return super().changelist_view(request, {"weeks": week_tables(), **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        first, *more = form.chosen_weekdays()
        obj.weekday = first
        super().save_model(request, obj, form, change)
        values = {name: getattr(obj, name) for name in ("agency", "opens", "closes", "season_from", "season_to")}
        WorkingBlock.objects.bulk_create([WorkingBlock(weekday=day, **values) for day in more])
        if more:
            words = _("Đã thêm giờ này cho %d ngày trong tuần.")
            self.message_user(request, words % (len(more) + 1), messages.SUCCESS)
        self.tell_recount(request)

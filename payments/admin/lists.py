"""The list of charges: what is still to be collected, what is to be given back, page after page."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import cashier
from payments.models import Charge
from payments.states import Money
from portal.templatetags.portal import day, vnd
from submissions import worklist
from submissions.admin import access, paging

OPEN = (Money.UNSET, Money.DUE)
TONES = {Money.UNSET: "warning", Money.DUE: "info", Money.PAID: "ok", Money.WAIVED: "neutral", Money.REFUND: "error"}
MATTER_LENGTH = 70


class StandingFilter(admin.SimpleListFilter):
    """What is to be collected, unless something else is asked for."""

    title = gettext_lazy("tình trạng")
    parameter_name = "tien"
    STATES: dict[str, tuple[str, ...]] = {
        "": OPEN,
        Money.UNSET: (Money.UNSET,),
        Money.DUE: (Money.DUE,),
        Money.REFUND: (Money.REFUND,),
        "done": (Money.PAID, Money.WAIVED),
        "all": tuple(Money.values),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            (Money.UNSET, _("chờ xác định mức thu")),
            (Money.DUE, _("chưa nộp đủ")),
            (Money.REFUND, _("cần hoàn tiền")),
            ("done", _("đã xong")),
            ("all", _("tất cả")),
        ]

    def choices(self, changelist: Any) -> Any:
        """The first choice, without a value, is what is to be collected."""
        first, *rest = super().choices(changelist)
        yield {**first, "display": _("còn phải thu")}
        yield from rest

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state__in=self.STATES.get(str(self.value() or ""), OPEN))


class AgeFilter(admin.SimpleListFilter):
    title = gettext_lazy("lập từ")
    parameter_name = "tuoi"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("0", _("hôm nay")), ("7", _("hơn 7 ngày")), ("30", _("hơn 30 ngày")), ("90", _("hơn 90 ngày"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = self.value()
        if chosen not in ("0", "7", "30", "90"):
            return queryset
        midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        if chosen == "0":
            return queryset.filter(created_at__gte=midnight)
        return queryset.filter(created_at__lt=midnight - datetime.timedelta(days=int(chosen)))


@admin.register(Charge)
class ChargeAdmin(admin.ModelAdmin):
    """Read only, of the officer's own agency; what is done with a charge is done on the submission's pages."""

    list_display = ("file_code", "person", "matter", "state_tag", "sum", "since")
    list_display_links = None
    list_filter = (StandingFilter, AgeFilter)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    search_fields = ("submission__search_text",)
    search_help_text = gettext_lazy("Tìm theo mã hồ sơ, họ tên, số căn cước, điện thoại.")
    change_list_template = "admin/payments/charges.html"

    def has_view_permission(self, request: HttpRequest, obj: Charge | None = None) -> bool:
        officer = access.desk_officer(request)
        return officer is not None and officer.has_role(*cashier.READERS)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Charge | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Charge | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Charge]:
        officer = access.desk_officer(request)
        rows = cashier.charges_of(officer) if officer is not None else Charge.objects.none()
        return rows.select_related("submission__procedure").only(*SHOWN)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        words = worklist.wanted(search_term, "submission__search_text")
        return queryset.filter(words) if search_term.strip() else queryset, False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return paging.KeyList

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        wanted = request.GET.get(StandingFilter.parameter_name, "")
        titles = {Money.REFUND: _("Cần hoàn tiền"), "done": _("Đã thu xong"), "all": _("Mọi khoản thu")}
        title = titles.get(wanted, _("Còn phải thu"))
        return super().changelist_view(request, {"title": title, "wanted": wanted, **(extra_context or {})})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The money is on the record itself."""
        charge = self.get_queryset(request).filter(pk=object_id).first() if object_id.isdecimal() else None
        if charge is None:
            raise Http404
        return HttpResponseRedirect(reverse("admin:submissions_submission_change", args=[charge.submission_id]))

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self.change_view(request, object_id)

    @admin.display(description=gettext_lazy("mã hồ sơ"))
    def file_code(self, obj: Charge) -> str:
        address = reverse("admin:submissions_submission_change", args=[obj.submission_id])
        return format_html('<a class="code" href="{}">{}</a>', address, str(obj.submission))

    @admin.display(description=gettext_lazy("người nộp"))
    def person(self, obj: Charge) -> str:
        s = obj.submission
        return format_html('{}<br><span class="quiet code">{}</span>', s.applicant_name, s.applicant_phone)

    @admin.display(description=gettext_lazy("thủ tục"))
    def matter(self, obj: Charge) -> str:
        return Truncator(obj.submission.procedure.short_name).chars(MATTER_LENGTH)

    @admin.display(description=gettext_lazy("tình trạng"))
    def state_tag(self, obj: Charge) -> str:
        tone = TONES.get(Money(obj.state), "neutral")
        tag = format_html('<span class="tag tag-{}">{}</span>', tone, obj.get_state_display())
        if obj.state == Money.DUE and obj.payable_from is None:
            return format_html('{}<br><span class="quiet">{}</span>', tag, _("thu khi đã tiếp nhận"))
        return tag

    @admin.display(description=gettext_lazy("còn phải thu, phải hoàn"))
    def sum(self, obj: Charge) -> str:
        if obj.state == Money.UNSET:
            return format_html('<span class="figure">{}</span>', _("chưa xác định"))
        words = _("hoàn %s") % vnd(obj.too_much) if obj.too_much else vnd(obj.due)
        return format_html('<span class="figure">{}</span>', words)

    @admin.display(description=gettext_lazy("lập ngày"))
    def since(self, obj: Charge) -> str:
        return day(obj.created_at)


SHOWN = (
    "agency", "state", "charged", "waived", "paid", "refunded", "payable_from", "created_at",
    "submission__reference", "submission__dossier_code", "submission__applicant_name",
    "submission__applicant_phone", "submission__state", "submission__procedure__short_name",
)  # fmt: skip

"""What operators and leaders of the town keep: receipt series, postage, words of carriers; what came from outside."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payments import cashier
from payments.admin.troubles import is_of_town, messages_of
from payments.models import CarrierMessage, CarrierStatus, Delivery, GatewayMessage, PostageRate, ReceiptSeries
from portal.templatetags.portal import vnd
from submissions.admin import access, paging
from submissions.models import Officer
from submissions.states import Role


class TownSettings(admin.ModelAdmin):
    """For the operator and the leaders of the town: nothing here says who files what."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def _may(self, request: HttpRequest) -> bool:
        officer = access.desk_officer(request)
        leads = officer is not None and officer.has_role(Role.LEADER) and is_of_town(officer)
        return leads or bool(getattr(request.user, "is_superuser", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request)


class SeriesForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first_number"), data.get("last_number")
        if first == 0:
            self.add_error("first_number", _("Số biên lai bắt đầu từ 1."))
        if first is not None and last is not None and last < first:
            self.add_error("last_number", _("Số cuối phải từ số đầu trở lên."))
        if last is not None and last < self.instance.last_used:
            words = _("Đã dùng đến số %d, số cuối không nhỏ hơn số này được.")
            self.add_error("last_number", words % self.instance.last_used)
        if last is not None and last > 9_999_999:
            self.add_error("last_number", _("Số biên lai có 7 chữ số, nhiều nhất là 9999999."))
        start, end = data.get("active_from"), data.get("active_to")
        if start and end and end < start:
            self.add_error("active_to", _("Ngày cuối phải từ ngày đầu trở đi."))
        return data

    class Meta:
        model = ReceiptSeries
        fields = (
            "agency", "form_sign", "series", "collector", "tax_code", "first_number", "last_number",
            "active_from", "active_to",
        )  # fmt: skip
        help_texts = {
            "form_sign": gettext_lazy("Như trên thông báo phát hành biên lai (Thông tư 303/2016/TT-BTC, điều 3)."),
            "active_to": gettext_lazy("Để trống khi chưa ngừng dùng."),
        }


@admin.register(ReceiptSeries)
class ReceiptSeriesAdmin(TownSettings):
    """What identifies a series that has been used stays as it is: receipts bear it."""

    form = SeriesForm
    list_display = ("agency", "form_sign", "series", "first_number", "last_number", "last_used", "active_from")
    list_select_related = ("agency",)

    def get_readonly_fields(self, request: HttpRequest, obj: ReceiptSeries | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        used = ("agency", "form_sign", "series", "first_number") if obj.last_used else ()
        return (*used, "last_used")

    def get_fields(self, request: HttpRequest, obj: ReceiptSeries | None = None) -> list[Any]:
        return [*SeriesForm.Meta.fields, *(["last_used"] if obj is not None else [])]

    def has_delete_permission(self, request: HttpRequest, obj: ReceiptSeries | None = None) -> bool:
        return self._may(request) and obj is not None and not obj.last_used


class RateForm(forms.ModelForm):
    def clean_amount(self) -> int:
        amount: int = self.cleaned_data["amount"]
        if not 0 <= amount <= 10_000_000:
            raise ValidationError(_("Cước là số đồng nguyên từ 0 đến 10.000.000."))
        return amount

    class Meta:
        model = PostageRate
        fields = ("name", "amount", "valid_from", "basis", "is_checked")
        help_texts = {
            "valid_from": gettext_lazy("Hồ sơ nộp từ ngày này tính theo mức này; hồ sơ đã nộp không đổi."),
            "is_checked": gettext_lazy("Chưa đánh dấu: mọi trang có mức này ghi “dữ liệu mẫu”."),
        }


@admin.register(PostageRate)
class PostageRateAdmin(TownSettings):
    form = RateForm
    list_display = ("name", "words", "valid_from", "basis", "checked")

    @admin.display(description=gettext_lazy("cước"))
    def words(self, obj: PostageRate) -> str:
        return vnd(obj.amount)

    @admin.display(description=gettext_lazy("đối chiếu"))
    def checked(self, obj: PostageRate) -> str:
        tone, words = ("ok", _("đã đối chiếu")) if obj.is_checked else ("warning", _("dữ liệu mẫu"))
        return format_html('<span class="tag tag-{}">{}</span>', tone, words)


@admin.register(CarrierStatus)
class CarrierStatusAdmin(TownSettings):
    """A code that is not known here moves no parcel: the list belongs to the contract with the carrier."""

    list_display = ("carrier", "code", "name", "step")
    list_display_links = ("code",)
    list_filter = ("carrier", "step")
    search_fields = ("code", "name")


# --- what came from outside ----------------------------------------------------------------------


class Messages(admin.ModelAdmin):
    """Read only, and never deleted: what was said is evidence.

    Cashiers and leaders see those about their own agency, word by word; the operator sees how it goes, without words.
    """

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    OPEN: tuple[str, ...] = ()  # what says nothing of a submission
    WORDS: tuple[str, ...] = ()

    def _officer(self, request: HttpRequest) -> Officer | None:
        officer = access.desk_officer(request)
        return officer if officer is not None and officer.has_role(*cashier.BOOK_READERS) else None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._officer(request) is not None or bool(getattr(request.user, "is_superuser", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return paging.KeyList

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        return (*self.OPEN, *self.WORDS[:1]) if self._officer(request) is not None else self.OPEN

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.OPEN, *self.WORDS) if self._officer(request) is not None else self.OPEN

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return self.get_fields(request, obj)


@admin.register(GatewayMessage)
class GatewayMessageAdmin(Messages):
    list_filter = ("kind", "is_genuine", "gateway")
    list_select_related = ("attempt__charge__submission",)
    OPEN = ("at", "gateway", "kind", "is_genuine", "answer")
    WORDS = ("reference", "file_code", "raw")

    def get_queryset(self, request: HttpRequest) -> QuerySet[GatewayMessage]:
        officer = self._officer(request)
        return messages_of(officer) if officer is not None else super().get_queryset(request).defer("raw")

    @admin.display(description=gettext_lazy("hồ sơ"))
    def file_code(self, obj: GatewayMessage) -> str:
        return str(obj.attempt.charge.submission) if obj.attempt else ""


@admin.register(CarrierMessage)
class CarrierMessageAdmin(Messages):
    list_filter = ("carrier", "used")
    OPEN = ("at", "carrier", "used", "problem")
    WORDS = ("tracking_number", "transaction", "raw")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CarrierMessage]:
        """Those about a parcel of the own agency; at the town also those about no parcel that is known."""
        rows, officer = super().get_queryset(request), self._officer(request)
        if officer is None:
            return rows.defer("raw")
        parcels = Delivery.objects.filter(tracking_number=OuterRef("tracking_number")).exclude(tracking_number="")
        mine = Q(Exists(parcels.filter(agency__in=officer.scope)))
        return rows.filter(mine | ~Exists(parcels) if is_of_town(officer) else mine)

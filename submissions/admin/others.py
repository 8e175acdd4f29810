"""Officers (kept by the operator) and the outbox (read by the desk and the operator)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from submissions import notices, worklist
from submissions.admin import paging
from submissions.admin.access import desk_officer
from submissions.models import Notice, Officer
from submissions.notices import LABELS
from submissions.states import Role


class OfficerForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Vai trò"), choices=Role.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = Officer
        fields = ("user", "agency", "roles", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "user" in self.fields:
            staff = self.fields["user"].queryset.filter(is_staff=True)  # type: ignore[attr-defined]
            self.fields["user"].queryset = staff  # type: ignore[attr-defined]


@admin.register(Officer)
class OfficerAdmin(admin.ModelAdmin):
    """For superusers: an officer is never deleted (the log names him or her), only set inactive."""

    form = OfficerForm
    list_display = ("name", "username", "agency", "role_words", "at_work")
    list_filter = ("agency", "is_active")
    list_select_related = ("user", "agency")
    search_fields = ("user__username", "user__full_name", "user__email")
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Officer | None = None) -> bool:
        return False

    @admin.display(description=gettext_lazy("họ và tên"), ordering="user__full_name")
    def name(self, obj: Officer) -> str:
        return str(obj)

    @admin.display(description=gettext_lazy("tên đăng nhập"), ordering="user__username")
    def username(self, obj: Officer) -> str:
        return obj.user.get_username()

    @admin.display(description=gettext_lazy("vai trò"))
    def role_words(self, obj: Officer) -> str:
        return obj.role_labels

    @admin.display(description=gettext_lazy("đang làm việc"), ordering="is_active")
    def at_work(self, obj: Officer) -> str:
        return _("có") if obj.is_active else _("không")


class SentFilter(admin.SimpleListFilter):
    title = gettext_lazy("tình trạng gửi")
    parameter_name = "sent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("chờ gửi")), ("sent", _("đã gửi")), ("failed", _("không gửi được"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        rules: dict[str, dict[str, Any]] = {
            "waiting": {"sent_at": None, "failed_at": None},
            "sent": {"sent_at__isnull": False},
            "failed": {"failed_at__isnull": False},
        }
        return queryset.filter(**rules.get(str(self.value()), {}))


@admin.register(Notice)
class NoticeAdmin(admin.ModelAdmin):
    """The outbox, read-only. Bodies and full addresses stay out: they tell who files what.

    Officers see the notices of their agency, superusers how the sending goes everywhere, without the submission.
    """

    list_display = ("kind_words", "channel", "to", "file_code", "created_at", "condition", "attempts")
    list_display_links = None
    list_filter = (SentFilter, "audience", "channel")
    list_select_related = ("submission",)
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = ("send_again",)
    change_list_template = "admin/submissions/notice/change_list.html"

    def has_view_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return desk_officer(request) is not None or bool(getattr(request.user, "is_superuser", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        rows = super().get_queryset(request).defer("body", "subject")
        officer = desk_officer(request)
        return rows.filter(submission__in=worklist.visible_to(officer)) if officer is not None else rows

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Those who look after what the agency sends, and the operator."""
        officer = desk_officer(request)
        if officer is None:
            return bool(getattr(request.user, "is_superuser", False))
        return officer.has_role(Role.RECEPTION, Role.LEADER)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Thông báo đã lập"), **(extra_context or {})})

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing is ever deleted here."""
        return {name: action for name, action in super().get_actions(request).items() if name == "send_again"}

    @admin.action(description=gettext_lazy("Gửi lại những thông báo không gửi được"), permissions=["retry"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notice]) -> HttpResponse | None:
        """Asks first: how many, and that the cause should be mended. Rows that were sent are left alone."""
        failed = queryset.filter(failed_at__isnull=False, sent_at=None)
        if "confirm" in request.POST:
            words = _("%d thông báo được xếp vào hàng gửi lại.")
            messages.success(request, words % notices.retry(failed.order_by()))
            return None
        rows = list(failed[: settings.BATCH_ROWS])
        if not rows:
            messages.warning(request, _("Trong những dòng đã chọn không có thông báo nào không gửi được."))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Gửi lại %d thông báo") % len(rows),
            "rows": [(n.pk, self.kind_words(n), n.get_channel_display(), self.to(n), n.error) for n in rows],
            "left_alone": queryset.count() - len(rows),
        }
        return TemplateResponse(request, "admin/submissions/notice/send_again.html", context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return paging.KeyList

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        names = list(super().get_list_display(request))
        return names if desk_officer(request) is not None else [n for n in names if n != "file_code"]

    def get_fields(self, request: HttpRequest, obj: Notice | None = None) -> list[Any]:
        return ["kind_words", "audience", "channel", "to", "created_at", "sent_at", "failed_at", "attempts", "error"]

    def get_readonly_fields(self, request: HttpRequest, obj: Notice | None = None) -> list[Any]:
        return self.get_fields(request, obj)

    @admin.display(description=gettext_lazy("loại"), ordering="kind")
    def kind_words(self, obj: Notice) -> str:
        return str(LABELS.get(obj.kind, obj.kind))

    @admin.display(description=gettext_lazy("nơi nhận"))
    def to(self, obj: Notice) -> str:
        name, at, domain = obj.recipient.partition("@")
        return f"{name[:2]}***{at}{domain}" if at else f"***{obj.recipient[-3:]}"

    @admin.display(description=gettext_lazy("hồ sơ"))
    def file_code(self, obj: Notice) -> str:
        return str(obj.submission or "")

    @admin.display(description=gettext_lazy("tình trạng"))
    def condition(self, obj: Notice) -> str:
        if obj.sent_at:
            return format_html('<span class="tag tag-ok">{}</span>', _("đã gửi"))
        if obj.failed_at:
            return format_html('<span class="tag tag-error">{}</span>', _("không gửi được"))
        return format_html('<span class="tag tag-neutral">{}</span>', _("chờ gửi"))

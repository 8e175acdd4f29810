"""Accounts and notices on the front page."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.models import SiteNotice, User

# Officer rows say who may do what; Django's groups and permission rows are not used.
if admin.site.is_registered(Group):
    admin.site.unregister(Group)


class NewUserForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "full_name")


class EditUserForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User


class NewPasswordForm(AdminPasswordChangeForm):
    """Without the switch for accounts without a password: staff always log in with one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)


def yes_no(value: object) -> str:
    return str(_("có") if value else _("không"))


@admin.register(User)
class UserAdmin(auth_admin.UserAdmin):
    """For superusers. An account is set inactive, not deleted: the log names it."""

    form = EditUserForm
    add_form = NewUserForm
    change_password_form = NewPasswordForm
    list_display = ("username", "full_name", "email", "active", "staff", "operator", "last_login")
    list_filter = ("is_staff", "is_superuser", "is_active")
    search_fields = ("username", "full_name", "email", "phone")
    ordering = ("username",)
    filter_horizontal = ()
    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    actions = None
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Người dùng"), {"fields": ("full_name", "email", "phone")}),
        (_("Quyền"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Thời điểm"), {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "full_name", "password1", "password2")}),)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("đang dùng"), ordering="is_active")
    def active(self, obj: User) -> str:
        return yes_no(obj.is_active)

    @admin.display(description=_("cán bộ"), ordering="is_staff")
    def staff(self, obj: User) -> str:
        return yes_no(obj.is_staff)

    @admin.display(description=_("quản trị"), ordering="is_superuser")
    def operator(self, obj: User) -> str:
        return yes_no(obj.is_superuser)


@admin.register(SiteNotice)
class SiteNoticeAdmin(admin.ModelAdmin):
    """Planned stops are announced 7 working days ahead (NĐ 224/2026 art. 13)."""

    formfield_overrides = {
        models.DateTimeField: {
            "form_class": forms.DateTimeField,
            "widget": forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        }
    }
    list_display = ("text", "show_from", "show_until")
    ordering = ("-show_from",)
    list_per_page = 50
    show_full_result_count = False
    actions = None

    def _edits(self, request: HttpRequest) -> bool:
        return bool(self.admin_site.may_edit_catalogue(request))  # type: ignore[attr-defined]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._edits(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._edits(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._edits(request)

"""App configurations of the shell."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = _("Cổng dịch vụ công")
    default = True

    def ready(self) -> None:
        from portal import checks  # noqa: F401, PLC0415 - registers itself


class StaffSite(admin_apps.AdminConfig):
    """Django admin with the portal's own site class (portal/admin_site.py)."""

    default = False
    default_site = "portal.admin_site.StaffAdminSite"

"""The staff site: stock Django admin with the town's words."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _


class StaffAdminSite(admin.AdminSite):
    site_header = _("Một cửa điện tử thị xã Hồng Lĩnh")
    site_title = _("Một cửa điện tử")
    index_title = _("Bàn làm việc")
    enable_nav_sidebar = False

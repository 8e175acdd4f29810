"""What every page shows: the town's name and contact, notices, the main links."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from portal import site_state

MAIN_LINKS = (
    ("catalogue", _("Thủ tục")),
    ("lookup", _("Tra cứu hồ sơ")),
    ("guide", _("Hướng dẫn")),
    ("account", _("Hồ sơ của tôi")),
)
FOOT_LINKS = (
    ("intro", _("Bốn mức độ dịch vụ công")),
    ("faq", _("Hỏi đáp")),
    ("statistics", _("Số liệu giải quyết hồ sơ")),
    ("accessibility", _("Trợ năng: dùng trang bằng bàn phím, trình đọc màn hình")),
    ("privacy", _("Dữ liệu cá nhân của bạn")),
    ("sitemap-page", _("Sơ đồ trang")),
)


def _links(entries: tuple[tuple[str, Any], ...], path: str) -> list[dict[str, Any]]:
    """Links to the pages that this installation has."""
    found = []
    for name, label in entries:
        try:
            url = reverse(name)
        except NoReverseMatch:
            continue
        found.append({"url": url, "label": label, "holds": path.startswith(url)})
    return found


def town(request: HttpRequest) -> dict[str, Any]:
    return {
        "TOWN_NAME": settings.TOWN_NAME,
        "TOWN_PROVINCE": settings.TOWN_PROVINCE,
        "RESPONSIBLE_PERSON": settings.RESPONSIBLE_PERSON,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
        "TRIAL": settings.TRIAL,
        "SITE": SimpleLazyObject(site_state.current),
        "SITE_NAV": SimpleLazyObject(lambda: _links(MAIN_LINKS, request.path)),
        "SITE_FOOT_NAV": SimpleLazyObject(lambda: _links(FOOT_LINKS, request.path)),
    }

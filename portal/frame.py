"""Head and foot of every page. They look the same on most pages, so each way they can look is drawn once a process."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.site_state import SiteState

MAIN_LINKS = (
    ("catalogue", _("Thủ tục")),
    ("lookup", _("Tra cứu hồ sơ")),
    ("guide", _("Hướng dẫn")),
    ("account", _("Hồ sơ của tôi")),
)
FOOT_LINKS = (
    ("intro", _("Bốn mức độ dịch vụ công")),
    ("faq", _("Hỏi đáp")),
    ("feedback", _("Phản ánh, kiến nghị, khiếu nại")),
    ("statistics", _("Số liệu giải quyết hồ sơ")),
    ("verify", _("Kiểm tra văn bản kết quả")),
    ("accessibility", _("Trợ năng: dùng trang bằng bàn phím, trình đọc màn hình")),
    ("privacy", _("Dữ liệu cá nhân của bạn")),
    ("sitemap-page", _("Sơ đồ trang")),
)


@dataclass(frozen=True)
class Link:
    """`current` is the value of aria-current: "page" on the page itself, "true" on a page below it."""

    url: str
    label: Any
    current: str = ""


@functools.lru_cache(maxsize=64)
def _address(name: str) -> str:
    """Empty for a page that this installation does not have."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _current(url: str, path: str) -> str:
    return "page" if path == url else "true" if path.startswith(url) else ""


def links(entries: tuple[tuple[str, Any], ...], path: str = "") -> tuple[Link, ...]:
    """Links to the pages that this installation has."""
    return tuple(Link(url, label, _current(url, path)) for name, label in entries if (url := _address(name)))


def _nearest(path: str) -> str:
    """The main link that a path is at or below, with a sign for "below": all that the head shows of a path."""
    for name, _label in MAIN_LINKS:
        url = _address(name)
        if url and path.startswith(url):
            return url if path == url else f"{url}-"
    return ""


def head(path: str, site: SiteState) -> SafeString:
    """Motto, name, main links and notices."""
    return _head(_nearest(path), site.notices, settings.TOWN_NAME)


@functools.lru_cache(maxsize=32)
def _head(path: str, notices: tuple[str, ...], town: str) -> SafeString:
    return render_to_string(
        "includes/site_head.html", {"links": links(MAIN_LINKS, path), "notices": notices, "TOWN_NAME": town}
    )


def foot(site: SiteState) -> SafeString:
    """Who answers for the portal, and the pages about it."""
    agency = site.agency
    contact = (agency.name, agency.address, agency.phone) if agency else ("", "", "")
    names = (settings.TOWN_NAME, settings.CONTACT_EMAIL, settings.RESPONSIBLE_PERSON)
    return _foot(contact, names, settings.TRIAL)


@functools.lru_cache(maxsize=32)
def _foot(contact: tuple[str, str, str], names: tuple[str, str, str], trial: bool) -> SafeString:
    agency, address, phone = contact
    town, email, responsible = names
    context = {
        "agency": agency or town,
        "address": address,
        "phone": phone,
        "TOWN_NAME": town,
        "CONTACT_EMAIL": email,
        "RESPONSIBLE_PERSON": responsible,
        "TRIAL": trial,
        "links": links(FOOT_LINKS),
    }
    return render_to_string("includes/site_foot.html", context)

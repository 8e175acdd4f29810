"""Home, static information and error pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from portal.lib.keep import FIGURES_AGE, keep
from portal.lib.text import fold
from portal.questions import QUESTIONS
from procedures import listing, wording

View = Callable[..., HttpResponse]

# What people ask for most; shown when the catalogue has it.
OFTEN_SOUGHT = (_("Khai sinh"), _("Kết hôn"), _("Hộ kinh doanh"), _("Giấy phép xây dựng"))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    entries = [e for e in listing.index() if e.is_offered]
    counts = listing.level_counts(entries)
    names = " · ".join(fold(e.short_name) for e in entries)
    context = {
        "often": [words for words in OFTEN_SOUGHT if fold(str(words)) in names],
        "levels": [{"level": wording.LEVELS[n], **counts[n]} for n in sorted(counts, reverse=True)],
        "places": listing.places(timezone.localdate()),
        "sectors": listing.sector_lines(entries),
        "total": len(entries),
    }
    return keep(request, render(request, "portal/home.html", context), FIGURES_AGE)


def _static_page(template: str, **context: Any) -> View:
    """A page of words only."""

    @require_safe
    def view(request: HttpRequest) -> HttpResponse:
        return keep(request, render(request, template, context))

    return view


faq = _static_page("portal/faq.html", questions=QUESTIONS)
accessibility = _static_page("portal/accessibility.html")
privacy = _static_page(
    "portal/privacy.html",
    draft_days=settings.DRAFT_DAYS,
    kept_form_days=settings.KEPT_FORM_DAYS,
    money_message_days=settings.MONEY_MESSAGE_DAYS,
)


@require_safe
def sitemap_page(request: HttpRequest) -> HttpResponse:
    """The site map for people: every page a visitor can go to."""
    context = {"groups": listing.by_sector(listing.index()), "levels": wording.LEVELS.values()}
    return keep(request, render(request, "portal/sitemap.html", context))


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The site map for search engines, with the addresses of SITE_URL."""
    context = {"site": settings.SITE_URL, "levels": listing.LEVELS, "entries": listing.index()}
    return keep(request, render(request, "portal/sitemap.xml", context, content_type="application/xml"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines stay away from everything personal."""
    return keep(request, render(request, "portal/robots.txt", {"site": settings.SITE_URL}, content_type="text/plain"))


def favicon(request: HttpRequest) -> HttpResponse:
    """The address that browsers and readers ask for on their own."""
    return redirect(static("img/favicon.svg"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's key was missing or old (cookies off, a page left open too long)."""
    return render(request, "403_csrf.html", status=403)

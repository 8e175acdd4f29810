"""The public pages of the catalogue: all procedures, a level, one procedure."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.lib.keep import FIGURES_AGE, keep
from procedures import filters, listing, overview, search, wording
from procedures.models import Tier

PAGE_SIZE = 30


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """All published procedures, found by words and narrowed by level, sector and place."""
    entries = listing.index()
    places = listing.places(timezone.localdate())
    sectors = listing.sector_lines(entries)
    chosen = filters.read(request.GET, sectors, places)
    found = [e for e in listing.matching(entries, chosen.q) if chosen.choice.holds(e)]
    pages = Paginator(found, PAGE_SIZE)
    context = {
        "filters": chosen,
        "suggestions": search.suggest(chosen.q) if chosen.q and not found else [],
        "page": pages.get_page(chosen.page),
        "sectors": sectors,
        "places": places,
        "levels": wording.LEVELS.values(),
        "total": len(entries),
        "beyond": chosen.page > pages.num_pages,
    }
    response = render(request, "procedures/catalogue.html", context)
    plain = not chosen.problems and not context["beyond"]
    return keep(request, response) if plain else response


@require_safe
def level(request: HttpRequest, level: int) -> HttpResponse:
    """Services at exactly this level: choose the place (none means the town), then the sector, then the procedure."""
    if level not in listing.LEVELS:
        raise Http404(_("Dịch vụ công có bốn mức độ, từ 1 đến 4."))
    entries = [e for e in listing.index() if e.is_offered]
    places = listing.places(timezone.localdate())
    at_level = [e for e in entries if e.level == level]
    chosen = filters.read(request.GET, listing.sector_lines(at_level), places)
    here = [e for e in at_level if e.tier == (chosen.agency.tier if chosen.agency else Tier.TOWN)]
    shown = [e for e in here if not chosen.sector or e.sector_key == chosen.sector.key]
    context = {
        "level": wording.LEVELS[level],
        "levels": wording.LEVELS.values(),
        "filters": chosen,
        "counts": listing.level_counts(entries)[level],
        "places": [p for p in places if p.tier == Tier.WARD],
        "sectors": listing.sector_lines(here),
        "here": here,
        "groups": listing.by_sector(shown),
    }
    response = render(request, "procedures/level.html", context)
    return response if chosen.problems else keep(request, response)


@require_safe
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    found = listing.published(code)
    if found is None:
        return _moved(code)
    context = {"o": overview.of(found, timezone.localdate())}
    return keep(request, render(request, "procedures/procedure.html", context), FIGURES_AGE)


def _moved(code: str) -> HttpResponse:
    """To the procedure that had this code (for good) or has it elsewhere (for the time being); else 404."""
    before = listing.former(code)
    if before:
        return redirect(before, permanent=True)
    elsewhere = listing.later(code)
    if elsewhere:
        return redirect(elsewhere)
    raise Http404(_("Không có thủ tục nào mang mã này."))

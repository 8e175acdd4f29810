"""Kept pages for visitors without a session."""

from __future__ import annotations

import gzip
import hashlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags

from portal import site_state
from portal.lib.keep import FOR_GOOD, MAY_KEEP, is_kept, kept_for

Key = tuple[bool, str, str, str]

WORDS = "q"
QUERY_NAMES = frozenset({WORDS, "muc-do", "linh-vuc", "co-quan", "trang"})
# Searches have a part of the budget to themselves: words are endless and must not push out the pages.
SEARCH_SHARE = 8
LONGEST_QUERY = 200
ACCEPTS_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(?:\.0*)?(?:\s*(?:,|$)))")
OWN_HEADERS = frozenset({"content-length", "content-encoding", "etag", "cache-control"})


@dataclass(frozen=True)
class Kept:
    """A finished page: compressed body, headers, the site mark (SiteState.mark) that it was made under, and its end
    in monotonic seconds.
    """

    mark: tuple[Any, ...]
    packed: bytes
    digest: str
    headers: tuple[tuple[str, str], ...]
    until: float = FOR_GOOD

    def body(self, packed: bool) -> bytes:
        return self.packed if packed else gzip.decompress(self.packed)

    def etag(self, packed: bool) -> str:
        """Strong: one value for each encoding."""
        return f'"{self.digest}{"-gz" if packed else ""}"'


class PageStore:
    """Finished pages of this process within a budget of bytes; the one not asked for the longest leaves first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[Key, Kept] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0

    def get(self, key: Key, mark: tuple[Any, ...]) -> Kept | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.mark != mark or page.until < time.monotonic():
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Kept, budget: int) -> None:
        with self._lock:
            self._drop(key)
            self._pages[key] = page
            self.size += len(page.packed)
            while self.size > budget:
                self._drop(next(iter(self._pages)))

    def _drop(self, key: Key) -> None:
        page = self._pages.pop(key, None)
        self.size -= len(page.packed) if page else 0

    def clear(self) -> None:
        with self._lock:
            self._pages.clear()
            self.size = 0


store, searches = PageStore(), PageStore()


def forget() -> None:
    """Empties the stores and the memory of the site's state in this process."""
    store.clear()
    searches.clear()
    site_state.forget()


def _names(query: str) -> set[str]:
    return {name for name, _value in parse_qsl(query, keep_blank_values=True)}


def _is_plain_query(query: str) -> bool:
    """Only the catalogue's own filters, so that made-up addresses cannot fill the store."""
    return not query or (len(query) <= LONGEST_QUERY and _names(query) <= QUERY_NAMES)


def _place(query: str) -> tuple[PageStore, int]:
    """Where a page with this query is kept, and the bytes that there are for its kind."""
    budget = settings.PAGE_CACHE_BYTES
    return (searches, budget // SEARCH_SHARE) if query and WORDS in _names(query) else (store, budget)


def may_keep(request: HttpRequest) -> bool:
    """Is this a question that a kept page may answer: no session, nothing to say?"""
    if request.method not in ("GET", "HEAD") or not settings.PAGE_CACHE_BYTES:
        return False
    if request.path_info.startswith(settings.STATIC_URL):
        return False
    if settings.SESSION_COOKIE_NAME in request.COOKIES or "messages" in request.COOKIES:
        return False
    return _is_plain_query(request.META.get("QUERY_STRING", ""))


def _key(request: HttpRequest) -> Key:
    """The Host is taken as sent: a page is only put in after Django has accepted the host."""
    meta = request.META
    host = meta.get("HTTP_X_FORWARDED_HOST" if settings.USE_X_FORWARDED_HOST else "HTTP_HOST", "")
    return request.is_secure(), host, request.path_info, meta.get("QUERY_STRING", "")


def _packed(response: HttpResponse, mark: tuple[Any, ...]) -> Kept:
    patch_vary_headers(response, ("Accept-Encoding", "Cookie"))
    headers = tuple((k, v) for k, v in response.items() if k.lower() not in OWN_HEADERS)
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    until = time.monotonic() + kept_for(response)
    return Kept(mark, gzip.compress(response.content, 6, mtime=0), digest, headers, until)


def _unchanged(request: HttpRequest, etag: str) -> bool:
    header = request.META.get("HTTP_IF_NONE_MATCH")
    if not header:
        return False
    return any(known == "*" or known.removeprefix("W/") == etag for known in parse_etags(header))


def _answer(request: HttpRequest, page: Kept, accepted: str) -> HttpResponse:
    packed = bool(ACCEPTS_GZIP.search(accepted))
    etag = page.etag(packed)
    if _unchanged(request, etag):
        response: HttpResponse = HttpResponseNotModified()
        response["Vary"] = dict(page.headers)["Vary"]
    else:
        response = HttpResponse(page.body(packed), headers=dict(page.headers))
        response["Content-Length"] = str(len(response.content))
        if packed:
            response["Content-Encoding"] = "gzip"
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"
    return response


def page_cache(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers anonymous requests for public pages from memory while the catalogue has not changed.

    The state is read before the page is made: a change in between leaves the page under the older mark, where
    nobody looks for it again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not may_keep(request):
            return get_response(request)
        accepted = request.META.get("HTTP_ACCEPT_ENCODING", "")
        key, mark = _key(request), site_state.current().mark
        kept, budget = _place(key[-1])
        page = kept.get(key, mark)
        if page is None:
            request.META[MAY_KEEP] = True
            response = get_response(request)
            if not is_kept(response):
                return response
            page = _packed(response, mark)
            kept.put(key, page, budget)
        return _answer(request, page, accepted)

    return middleware

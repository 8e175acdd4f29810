"""What a request tells about its sender, and limits per sender."""

import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The sender's address: behind TRUSTED_PROXIES proxies, that many places from the right of X-Forwarded-For."""
    remote: str = request.META.get("REMOTE_ADDR", "")
    hops = [h.strip() for h in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if h.strip()]
    trusted = settings.TRUSTED_PROXIES
    return hops[-trusted] if trusted and len(hops) >= trusted else remote


def _key(name: str, who: str) -> str:
    window = settings.THROTTLES[name][1]
    return f"throttle:{name}:{who}:{int(time.time() // window)}"


def is_throttled(name: str, who: str) -> bool:
    """True when this sender has used up the limit of settings.THROTTLES[name]; does not count."""
    times = settings.THROTTLES[name][0]
    return bool(times) and cache.get(_key(name, who), 0) >= times


def count_try(name: str, who: str) -> int:
    """Counts one try of this sender and returns how many there were in the window."""
    key = _key(name, who)
    if cache.add(key, 1, timeout=settings.THROTTLES[name][1]):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # ran out between the two lines
        cache.set(key, 1, timeout=settings.THROTTLES[name][1])
        return 1

"""HTTP calls to other parties' services, bounded in every way: an answer that drips, swells or redirects is none."""

from __future__ import annotations

import contextlib
import functools
import http.client
import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TIMEOUT = 10.0  # seconds for each step of the connection
DEADLINE = 20.0  # seconds for the whole answer, however slowly it drips
LONGEST = 256 * 1024  # bytes of an answer


class NoAnswer(Exception):
    """The service was not reached or said nothing usable; `str(error)` names the kind of failure, never the address."""


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class _Watch:
    """Ends one connection at the deadline, wherever the reading stands: even between two letters of a header."""

    def __init__(self) -> None:
        self.sock: socket.socket | None = None
        self.over = False

    def end(self) -> None:
        self.over = True
        if self.sock is not None:
            with contextlib.suppress(OSError):  # closed already
                self.sock.shutdown(socket.SHUT_RDWR)


class _Plain(http.client.HTTPConnection):
    def __init__(self, *args: Any, watch: _Watch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch = watch

    def connect(self) -> None:
        super().connect()
        self.watch.sock = self.sock


class _Secure(http.client.HTTPSConnection):
    def __init__(self, *args: Any, watch: _Watch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch = watch

    def connect(self) -> None:
        super().connect()
        self.watch.sock = self.sock


class _Watched(urllib.request.Request):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch = _Watch()


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: Any) -> Any:
        return self.do_open(functools.partial(_Plain, watch=req.watch), req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: Any) -> Any:
        return self.do_open(functools.partial(_Secure, watch=req.watch), req)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would send keys to another address; it is an answer like any other."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Http, _Https, _NoRedirect)


def call(
    method: str,
    address: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float = TIMEOUT,
    deadline: float = DEADLINE,
) -> Answer:
    """One request and its whole answer, whatever its status. Raises NoAnswer."""
    request = _Watched(address, body, dict(headers or {}), method=method)
    timer = threading.Timer(deadline, request.watch.end)
    timer.daemon = True
    timer.start()
    try:
        return _open(request, timeout)
    except (OSError, http.client.HTTPException, ValueError) as error:
        kind = "TimeoutError" if request.watch.over else type(getattr(error, "reason", None) or error).__name__
        raise NoAnswer(kind) from None
    finally:
        timer.cancel()


def _open(request: _Watched, timeout: float) -> Answer:
    try:
        with _opener.open(request, timeout=timeout) as response:
            return Answer(response.status, _read(response, request.watch))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _read(error.fp, request.watch))


def _read(response: Any, watch: _Watch) -> bytes:
    body: bytes = response.read(LONGEST + 1)
    if watch.over:
        raise TimeoutError
    if len(body) > LONGEST:
        raise ValueError("answer too long")
    if response.length:  # bytes that were promised and did not come
        raise http.client.IncompleteRead(body, response.length)
    return body

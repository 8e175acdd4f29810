"""HTTP calls to other parties' services, bounded in every way: an answer that drips or swells is none.

They go straight to the address: no redirect is followed and no proxy of the environment is used.
"""

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
    """Ends one connection at the deadline, wherever it stands: shaking hands, or between two letters of a header."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self.over = False

    def connect(self, *args: Any, **kwargs: Any) -> socket.socket:
        """In place of socket.create_connection. TLS takes the socket over, so that a second handle of it is kept."""
        sock = socket.create_connection(*args, **kwargs)
        with self._lock:
            self._line = sock.dup()
        if self.over:
            self.end()
        return sock

    def end(self) -> None:
        self.over = True
        with self._lock, contextlib.suppress(OSError):  # closed already
            if self._line is not None:
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self._lock:
            if self._line is not None:
                self._line.close()


def _connection(kind: type[http.client.HTTPConnection], watch: _Watch, *args: Any, **kwargs: Any) -> Any:
    made: Any = kind(*args, **kwargs)
    made._create_connection = watch.connect  # the one place of http.client where a connection begins
    return made


class _Watched(urllib.request.Request):
    def __init__(self, watch: _Watch, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watch = watch


class _Http(urllib.request.HTTPHandler):
    def http_open(self, req: Any) -> Any:
        return self.do_open(functools.partial(_connection, http.client.HTTPConnection, req.watch), req)


class _Https(urllib.request.HTTPSHandler):
    def https_open(self, req: Any) -> Any:
        return self.do_open(functools.partial(_connection, http.client.HTTPSConnection, req.watch), req)


def _only_http() -> urllib.request.OpenerDirector:
    """Nothing but HTTP and HTTPS to the address itself.

    A redirect would send keys to another address: it is an answer like any other. A proxy is never taken from the
    environment: plain calls would show it their keys, and a forgotten variable would lead everything astray. A file
    is no service.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.UnknownHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        _Http(),
        _Https(),
    ):
        opener.add_handler(handler)
    return opener


_opener = _only_http()


def call(
    method: str,
    address: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float | None = None,
    deadline: float | None = None,
) -> Answer:
    """One request and its whole answer, whatever its status. Raises NoAnswer."""
    watch = _Watch()
    timer = threading.Timer(deadline or DEADLINE, watch.end)
    timer.daemon = True
    timer.start()
    try:
        return _open(_Watched(watch, address, body, dict(headers or {}), method=method), timeout or TIMEOUT)
    except (OSError, http.client.HTTPException, ValueError) as error:
        kind = "TimeoutError" if watch.over else type(getattr(error, "reason", None) or error).__name__
        raise NoAnswer(kind) from None
    finally:
        timer.cancel()
        watch.close()


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

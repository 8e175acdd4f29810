"""Calls to others end in time and at a size, and go nowhere else, whatever the other side does."""

from __future__ import annotations

import gc
import socket
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from portal.lib import calls

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


@contextmanager
def server(act: Callable[[socket.socket], object]) -> Iterator[str]:
    """Takes one connection, reads the request and leaves the rest to `act`."""
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        line, _who = listener.accept()
        with line:
            line.recv(65536)
            with suppress(OSError):
                act(line)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/x?token=SECRET"
    finally:
        listener.close()
        thread.join(10)
    assert not thread.is_alive()


def drip(piece: bytes) -> Callable[[socket.socket], None]:
    def act(line: socket.socket) -> None:
        for _ in range(200):
            line.sendall(piece)
            time.sleep(0.02)

    return act


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_any_status_is_an_answer(status: int) -> None:
    head = f"HTTP/1.1 {status} X\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 2\r\n\r\nhi".encode()
    with server(lambda line: line.sendall(head)) as address:
        assert calls.call("POST", address, b"{}") == calls.Answer(status, b"hi")


@pytest.mark.parametrize(
    "act",
    [
        drip(b"X"),  # of the first line
        lambda line: (line.sendall(b"HTTP/1.1 200 OK\r\n"), drip(b"X-A: b\r\n")(line)),
        lambda line: (line.sendall(HEAD % 500), drip(b"x")(line)),
        lambda line: time.sleep(1.5),
    ],
)
def test_a_slow_answer_is_cut_off(act: Callable[[socket.socket], object]) -> None:
    began = time.monotonic()
    with server(act) as address, pytest.raises(calls.NoAnswer, match=r"^TimeoutError$"):
        calls.call("GET", address, deadline=0.3)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    "act",
    [
        lambda line: line.close(),
        lambda line: line.sendall(b"\x00\x01 not http\r\n\r\n"),
        lambda line: line.sendall(HEAD % 10 + b"short"),
        lambda line: line.sendall(HEAD % 1_000_000 + b"x" * 1_000_000),
    ],
)
def test_what_is_no_answer(act: Callable[[socket.socket], object]) -> None:
    with server(act) as address, pytest.raises(calls.NoAnswer) as failed:
        calls.call("GET", address)
    assert "SECRET" not in str(failed.value)


def test_a_handshake_that_never_comes_is_cut_off() -> None:
    began = time.monotonic()
    with server(lambda line: time.sleep(1.5)) as address, pytest.raises(calls.NoAnswer, match=r"^TimeoutError$"):
        calls.call("GET", address.replace("http:", "https:"), deadline=0.3)
    assert time.monotonic() - began < 3


def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    monkeypatch.delenv("no_proxy", raising=False)
    with server(lambda line: line.sendall(HEAD % 2 + b"hi")) as address:
        assert calls.call("GET", address) == calls.Answer(200, b"hi")


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:,x", "/x", "http://[x/SECRET"])
def test_only_http_is_a_service(address: str) -> None:
    with pytest.raises(calls.NoAnswer) as failed:
        calls.call("GET", address)
    assert "SECRET" not in str(failed.value)


def test_calls_leave_no_connection_open() -> None:
    with server(lambda line: line.sendall(HEAD % 2 + b"hi")) as address, warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        before = len(list(Path("/proc/self/fd").iterdir()))
        calls.call("GET", address)
        gc.collect()
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1  # the accepted end of this server


def test_nobody_there() -> None:
    with pytest.raises(calls.NoAnswer, match=r"^ConnectionRefusedError$"):
        calls.call("GET", "http://127.0.0.1:9/")

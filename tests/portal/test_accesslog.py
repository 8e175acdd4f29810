"""The secret part of a carrier's address stays out of the access log."""

from __future__ import annotations

import datetime
from types import SimpleNamespace

import pytest
from gunicorn.config import Config

from portal import run
from portal.lib.accesslog import Logger

ANSWER = SimpleNamespace(status="200 OK", sent=2, headers=[])
TOOK = datetime.timedelta(seconds=0.01)


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/bao-chi/ems/the-secret-token/", "/bao-chi/ems/…/"),
        ("/bao-chi/ems/the-secret-token", "/bao-chi/ems/…"),
        ("/bao-chi/", "/bao-chi/"),
        ("/thu-tuc/khai-sinh/", "/thu-tuc/khai-sinh/"),
    ],
)
def test_what_a_line_says(path: str, logged: str) -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "RAW_URI": path,
        "PATH_INFO": path,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
    }
    found = Logger(Config()).atoms(ANSWER, SimpleNamespace(headers=[]), environ, TOOK)
    assert (found["r"], found["U"]) == (f"POST {logged} HTTP/1.1", logged)


def test_the_web_server_writes_its_log_with_it() -> None:
    command = run.web_command()
    assert command[command.index("--logger-class") + 1] == "portal.lib.accesslog.Logger"

"""The secret part of a carrier's address stays out of every log."""

from __future__ import annotations

import datetime
import logging
import logging.config
from types import SimpleNamespace

import pytest
from django.conf import settings
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


def test_the_error_log_hides_it_too(capfd: pytest.CaptureFixture[str]) -> None:
    Logger(Config()).exception("Error handling request %s", "/bao-chi/ems/the-secret-token/")
    assert capfd.readouterr().err.splitlines()[0].endswith("Error handling request /bao-chi/ems/…/")


@pytest.mark.django_db
def test_the_log_of_the_portal_hides_it(client, caplog: pytest.LogCaptureFixture) -> None:
    """Django itself names the path of what it refuses."""
    assert client.post("/bao-chi/ems/the-secret-token/", b"x", content_type="text/plain").status_code == 404
    (record,) = [record for record in caplog.records if record.name == "django.request"]
    assert record.getMessage() == "Not Found: /bao-chi/ems/the-secret-token/"
    configurator = logging.config.DictConfigurator(settings.LOGGING)
    handler = settings.LOGGING["handlers"]["console"]
    line = configurator.configure_formatter(settings.LOGGING["formatters"][handler["formatter"]]).format(record)
    assert line.endswith("WARNING django.request Not Found: /bao-chi/ems/…/")


def test_the_web_server_writes_its_log_with_it() -> None:
    command = run.web_command()
    assert command[command.index("--logger-class") + 1] == "portal.lib.accesslog.Logger"

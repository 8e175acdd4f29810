"""A whole portal for the browser: gunicorn, a real worker and beat, on a database and a Redis of its own."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
import redis

ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1366, "height": 850}
START_SECONDS = 120


@dataclass
class Portal:
    """Where it runs and where its mail lies."""

    base: str
    var: Path
    env: dict[str, str]

    def mails(self) -> list[str]:
        return [f.read_text() for f in sorted((self.var / "mail").glob("*"))]

    def texts(self) -> list[str]:
        return [f.read_text() for f in sorted((self.var / "sms").glob("*"))]

    def health(self) -> dict[str, Any]:
        with urllib.request.urlopen(self.base + "/healthz", timeout=10) as answer:
            found: dict[str, Any] = json.loads(answer.read())
        return found


def wait_until(what: str, check: Any, seconds: float = 60) -> Any:
    """The first true answer of `check()`; fails with `what` when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = check()
        if answer:
            return answer
        time.sleep(0.3)
    pytest.fail(f"not within {seconds} s: {what}")


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextlib.contextmanager
def own_database() -> Iterator[str]:
    """A database beside the one of DATABASE_URL, dropped at the end."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    name = f"browser_{uuid.uuid4().hex[:12]}"
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(f'create database "{name}"')
        yield urlunsplit(parts._replace(path=f"/{name}"))
        cursor.execute(f'drop database "{name}" with (force)')
    connection.close()


@contextlib.contextmanager
def own_redis() -> Iterator[str]:
    """A numbered database of REDIS_URL that nothing else uses: 15, 14 … for the first, second … test process."""
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = urlunsplit(urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{15 - process}"))
    client = redis.Redis.from_url(url)
    client.flushdb()
    yield url
    client.flushdb()


def environment(var: Path, port: int, database: str, broker: str) -> dict[str, str]:
    base = f"http://127.0.0.1:{port}"
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TESTS_", "DJANGO_"))}
    return {
        **kept,
        "DATABASE_URL": database,
        "REDIS_URL": broker,
        "VAR": str(var),
        "PORT": str(port),
        "SITE_URL": base,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECRET_KEY": "browser-tests-" + "0" * 40,
        "DEMO": "true",
        "SANDBOX_PORT": str(free_port()),
        "THROTTLE_FILING": "0",
        "THROTTLE_UPLOAD": "0",
    }


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    var, port = tmp_path_factory.mktemp("portal"), free_port()
    with own_database() as database, own_redis() as broker:
        env = environment(var, port, database, broker)
        server = subprocess.Popen([sys.executable, "-m", "portal.run"], cwd=ROOT, env=env, start_new_session=True)
        found = Portal(f"http://127.0.0.1:{port}", var, env)
        try:
            _wait_for(found, server)
            yield found
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


def _wait_for(found: Portal, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        with contextlib.suppress(OSError, urllib.error.HTTPError, ValueError):
            if found.health()["status"] == "ok":
                return
        time.sleep(0.5)
    logs = "\n".join(f"{f.name}: {f.read_text()[-2000:]}" for f in sorted((found.var / "log").glob("*")))
    pytest.fail(f"the portal did not start\n{logs}")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    quiet = ["disable-gpu", "disable-quic", "no-first-run", "disable-background-networking"]
    quiet += ["disable-component-update", "disable-sync", *(["no-sandbox"] if os.geteuid() == 0 else [])]
    return {
        "executable_path": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
        "args": [f"--{flag}" for flag in quiet],
    }


@pytest.fixture(autouse=True)
def _no_django_database(request: pytest.FixtureRequest) -> None:
    """Browser tests look at the portal from outside only."""
    request.node.add_marker(pytest.mark.browser)

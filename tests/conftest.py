"""Fixtures that every test shares."""

from __future__ import annotations

import gc
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from portal.lib import po
from tests import cache as test_cache

LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0")
ROOT = Path(__file__).resolve().parent.parent
_connect = socket.socket.connect
# The smoke tests are the ones that run without any service, on SQLite: a run of their own (tests/services.py).
collect_ignore = [] if os.environ.get("TESTS_SQLITE") else ["smoke"]


class NetworkUsed(RuntimeError):
    """A test tried to leave this machine."""


def _guarded_connect(self: socket.socket, address: Any) -> None:
    if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
        raise NetworkUsed(f"tests may only reach this machine, not {address[0]}")
    _connect(self, address)


def pytest_configure(config: pytest.Config) -> None:
    socket.socket.connect = _guarded_connect  # type: ignore[method-assign]
    if not os.environ.get("DATABASE_URL") and not os.environ.get("TESTS_SQLITE"):
        pytest.exit("Tests run against PostgreSQL: set DATABASE_URL, or use `make test`, which starts one.", 4)
    if not hasattr(config, "workerinput"):  # once, before the test processes start
        po.compile_stale(ROOT / "locale")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser tests of a file run in one process; those of a process share one portal."""
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group(f"browser-{item.path.stem}"))


def pytest_collection_finish() -> None:
    """What collecting left behind stays to the end: looking through it for garbage took a tenth of the whole run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Nothing kept from the test before: pages, throttles, sessions."""
    test_cache.current.next()
    from portal import middleware

    middleware.forget()


@pytest.fixture(autouse=True)
def _own_media(tmp_path: Path, settings: Any) -> None:
    """Uploads of a test go to its own folder."""
    storages = settings.STORAGES
    if "FileSystemStorage" in storages["default"]["BACKEND"]:
        options = {**storages["default"]["OPTIONS"], "location": tmp_path / "media"}
        settings.STORAGES = {**storages, "default": {**storages["default"], "OPTIONS": options}}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium as installed on the machine (CHROMIUM), quiet, and without a sandbox only when root."""
    quiet = "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update"
    args = [*quiet.split(), "--disable-sync", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": args}

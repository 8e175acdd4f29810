"""Runs the tests against a real PostgreSQL, Redis and Chromium, then the smoke tests on the SQLite default.

    python -m tests.services [arguments of pytest]

Each service is taken from DATABASE_URL, REDIS_URL or CHROMIUM; else started from installed programs, privately, on a
free port of this machine; else, as root on Debian or Ubuntu, installed by apt-get; else the run stops and says what to
install. Nothing is ever replaced by something lighter.
"""

from __future__ import annotations

import contextlib
import ctypes.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

WAIT_SECONDS = 60
PROCESSES = os.environ.get("TEST_PROCESSES", "2")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PANGO = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
# Settings of a developer's own portal that must not reach the tests.
FOREIGN = (
    "DEBUG SITE_URL PORT BIND VAR ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS TRUSTED_PROXIES EMAIL_URL SMS_BACKEND S3_BUCKET "
    "CATALOGUE PAPER_SET DEMO SUPPLEMENT_CLOCK DJANGO_SETTINGS_MODULE SANDBOX_URL SANDBOX_PORT VNPAY_TMN_CODE "
    "VNPAY_HASH_SECRET VNPAY_URL VNPAY_API_URL VIETQR_BANK_BIN VIETQR_ACCOUNT CARRIER EMS_URL EMS_TOKEN "
    "EMS_WEBHOOK_TOKEN POSTAGE_PAYER"
).split()


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class Missing(SystemExit):
    """A service is neither given nor installed nor installable."""


# --- finding what is installed -------------------------------------------------------------------


def postgres_folder() -> Path | None:
    """The folder with initdb and postgres; the newest version wins."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def redis_program() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


def chromium_program() -> str | None:
    given = os.environ.get("CHROMIUM")
    if given and not shutil.which(given):
        raise Missing(f"CHROMIUM={given} is not a program.")
    return given or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def _has_pango() -> bool:
    return all(ctypes.util.find_library(name) for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"))


NEEDS: tuple[tuple[str, Callable[[], object], tuple[str, ...]], ...] = (
    ("PostgreSQL", lambda: os.environ.get("DATABASE_URL") or postgres_folder(), ("postgresql",)),
    ("Redis", lambda: os.environ.get("REDIS_URL") or redis_program(), ("redis-server",)),
    ("Chromium", chromium_program, ("chromium",)),
    ("pdftotext", lambda: shutil.which("pdftotext"), ("poppler-utils",)),
    ("Pango", _has_pango, PANGO),
)


def install_missing(*only: str) -> None:
    """Installs the programs that are not there, when root; raises Missing otherwise."""
    wanted = [need for need in NEEDS if not only or need[0] in only]
    missing = [(name, packages) for name, found, packages in wanted if not found()]
    if not missing:
        return
    names = ", ".join(name for name, _packages in missing)
    packages = [p for _name, several in missing for p in several]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        command = f"apt-get install {' '.join(packages)}"
        raise Missing(f"Not found: {names}. Give DATABASE_URL, REDIS_URL or CHROMIUM, or install: {command}")
    say(f"Installing {' '.join(packages)} …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=False, env=quiet, stdin=subprocess.DEVNULL)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(command, check=False, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    still = [name for name, found, _packages in wanted if not found()]
    if still:
        raise Missing(f"Not found, and apt-get could not install: {', '.join(still)}.")


# --- starting and stopping -----------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def as_postgres(folder: Path) -> list[str]:
    """PostgreSQL refuses to run as root: the words before its commands, and the folder made its own."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise Missing("PostgreSQL does not run as root and there is no user postgres.") from None
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


@contextlib.contextmanager
def server(name: str, command: Sequence[str], folder: Path, ready: Callable[[], bool], ending: int) -> Iterator[None]:
    """Runs a server as a child, waits until it is ready, ends it by its own pid."""
    log = folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, cwd=folder
        )
    try:
        until = time.monotonic() + WAIT_SECONDS
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                raise Missing(f"{name} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(ending)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _postgres_ready(url: str) -> bool:
    import psycopg2

    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The URL of a database server: given, or a private one that writes nothing safely and is gone afterwards."""
    given = os.environ.get("DATABASE_URL", "")
    if given:
        if not given.startswith(("postgres://", "postgresql://")):
            raise Missing("DATABASE_URL: the tests need PostgreSQL (postgres://…).")
        say("PostgreSQL: given by DATABASE_URL")
        yield given
        return
    programs = postgres_folder()
    if programs is None:
        raise Missing("PostgreSQL is not installed.")
    before, data, port = as_postgres(folder), folder / "data", free_port()
    make = [
        str(programs / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "--auth=trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    ]
    subprocess.run([*before, *make], check=True, stdout=subprocess.DEVNULL, cwd=folder)
    hasty = "fsync=off synchronous_commit=off full_page_writes=off listen_addresses=127.0.0.1 max_connections=200"
    options = [word for setting in hasty.split() for word in ("-c", setting)]
    run = [*before, str(programs / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *options]
    # Test databases get names of their own; this one is only where connections start from.
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    with server("PostgreSQL", run, folder, lambda: _postgres_ready(url), signal.SIGINT):
        say(f"PostgreSQL: started privately from {programs} on port {port}")
        yield url


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The URL of a Redis: given, or a private one that keeps nothing."""
    given = os.environ.get("REDIS_URL", "")
    if given:
        say("Redis: given by REDIS_URL")
        yield given
        return
    program, port = redis_program(), free_port()
    if program is None:
        raise Missing("Redis is not installed.")
    command = [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
    with server("Redis", command, folder, lambda: _answers(port), signal.SIGTERM):
        say(f"Redis: started privately from {program} on port {port}")
        yield f"redis://127.0.0.1:{port}/0"


# --- the runs ------------------------------------------------------------------------------------


def pytest(arguments: Sequence[str], environment: dict[str, str]) -> int:
    kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, check=False, env={**kept, **environment}, stdin=subprocess.DEVNULL).returncode


def main(arguments: Sequence[str]) -> int:
    install_missing()
    chromium = chromium_program() or ""
    say(f"Chromium: {chromium}")
    spread = [] if any(a.startswith("-n") for a in arguments) else ["-n", PROCESSES, "--dist", "loadgroup"]
    with contextlib.ExitStack() as running:
        folders = [Path(running.enter_context(tempfile.TemporaryDirectory(prefix="portal-test-"))) for _ in range(2)]
        for folder in folders:
            folder.chmod(0o755)
        environment = {
            "DATABASE_URL": running.enter_context(postgres(folders[0])),
            "REDIS_URL": running.enter_context(redis(folders[1])),
            "CHROMIUM": chromium,
        }
        # Chromium's driver leaves an event loop and greenlets behind in its process: other tests run in their own.
        runs = [arguments] if arguments else [["--ignore=tests/browser"], ["tests/browser"]]
        codes = [pytest([*spread, *run], environment) for run in runs]
    if any(codes) or arguments:
        return max(codes)
    say("Smoke tests on the SQLite default, without any service:")
    nothing = {"DATABASE_URL": "", "REDIS_URL": "", "TESTS_SQLITE": "1", "CHROMIUM": chromium}
    return pytest(["tests/smoke"], nothing)


if __name__ == "__main__":
    # A polite stop still ends the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))

"""Runs the portal on one machine: prepares it, then web server, worker and beat until one of them ends.

A trial without a gateway has a fourth process, the sandbox of payment and post (payments/sandbox).

    python -m portal.run                 everything (make run)
    python -m portal.run worker          only the named processes (make worker, make beat)
    python -m portal.run --prepare       only the preparation, as a step of a deployment

PORT, BIND, VAR, SANDBOX_PORT, WEB_WORKERS, WEB_THREADS and CELERY_CONCURRENCY come from the environment.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from django.utils.translation import gettext as _

from portal.lib import env

STOP_SECONDS = 20
READY_SECONDS = 60
LOG_BYTES = 5 * 1024 * 1024
TAIL_LINES = 25
SANDBOX_ABOVE = 10_000  # the sandbox listens that far above PORT, or on the next free port
PR_SET_PDEATHSIG = 1


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class CannotStart(Exception):
    """Something outside stops the start; the text says what to do."""


# --- what is started -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    host: str
    port: int

    def why_not(self) -> str:
        """Why nothing can listen there; empty when it is free."""
        with socket.socket(socket.AF_INET6 if ":" in self.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except (OSError, OverflowError) as error:
                return getattr(error, "strerror", "") or str(error)
        return ""

    def check_free(self, instead: str = "PORT=8001") -> None:
        """Raises CannotStart when another program listens there."""
        if why := self.why_not():
            raise CannotStart(
                _("Không dùng được %(where)s (%(why)s). Hãy chọn cổng khác: %(instead)s make run")
                % {"where": self, "why": why, "instead": instead}
            )

    def answers(self) -> bool:
        """Is a page served? Any answer counts, also one that refuses this host name."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared with
        connection = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address() -> Address:
    port = env.number("PORT", 8000, least=1)
    if port > 65535:
        raise CannotStart(_("PORT: số lớn nhất là 65535, đang là %s.") % port)
    return Address(env.text("BIND", "127.0.0.1"), port)


def web_command() -> list[str]:
    workers, threads = env.number("WEB_WORKERS", 2, least=1), env.number("WEB_THREADS", 4, least=1)
    options = (
        f"--preload --worker-class gthread --workers {workers} --threads {threads} --timeout 120 --graceful-timeout 15"
    )
    options += " --keep-alive 5 --max-requests 5000 --max-requests-jitter 500 --no-control-socket --access-logfile -"
    options += " --logger-class portal.lib.accesslog.Logger"
    return [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", str(address()), *options.split()]


def worker_command() -> list[str]:
    from django.conf import settings  # noqa: PLC0415 - settings are checked by main() first

    pool = "--pool solo" if settings.TRIAL else f"--concurrency {env.number('CELERY_CONCURRENCY', 2, least=1)}"
    options = f"worker --loglevel INFO --without-gossip --without-mingle {pool}"
    return [sys.executable, "-m", "celery", "--app", "portal", *options.split()]


def beat_command() -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "portal", "beat", "--loglevel", "INFO", "--pidfile", ""]


def sandbox_command() -> list[str]:
    from django.conf import settings  # noqa: PLC0415 - settings are checked by main() first

    where = Address(env.text("BIND", "127.0.0.1"), env.number("SANDBOX_PORT", 0))
    if not settings.SANDBOX_URL or not where.port:
        raise CannotStart(_("sandbox chỉ chạy trong bản dùng thử, ở cổng SANDBOX_PORT."))
    where.check_free(f"SANDBOX_PORT={where.port + 1}")
    options = {
        "--host": where.host,
        "--port": str(where.port),
        "--public": settings.SANDBOX_URL,
        "--notify": settings.SITE_URL,
        "--data": str(settings.VAR / "sandbox"),
    }
    return [sys.executable, "-m", "payments.sandbox", *(word for option in options.items() for word in option)]


COMMANDS = {"web": web_command, "worker": worker_command, "beat": beat_command, "sandbox": sandbox_command}


# --- the sandbox: its address has to stand in the environment before the settings are read -------


def has_sandbox() -> bool:
    """Only trials, and demonstrations that name a port for it; never beside a contract, never in production."""
    if env.text("SANDBOX_URL") or env.text("VNPAY_TMN_CODE"):
        return False
    return not env.text("DATABASE_URL") or (env.flag("DEMO") and bool(env.text("SANDBOX_PORT")))


def place_sandbox() -> None:
    """Chooses its port and tells web, worker and beat; browsers reach it under the host of SITE_URL."""
    port = env.number("SANDBOX_PORT", 0) or _free_port(env.text("BIND", "127.0.0.1"))
    parts = env.url("SITE_URL", ("http", "https"))
    host = (parts and parts.hostname) or "127.0.0.1"
    os.environ["SANDBOX_PORT"] = str(port)
    os.environ["SANDBOX_URL"] = f"http://{Address(host, port)}"


def _free_port(host: str) -> int:
    first = env.number("PORT", 8000, least=1) + SANDBOX_ABOVE
    for port in range(first, min(first + 100, 65536)):
        if not Address(host, port).why_not():
            return port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def with_sandbox(asked: Sequence[str]) -> list[str]:
    """The names to start. Raises ImproperlyConfigured when a port or an address is wrong."""
    names = list(asked or COMMANDS)
    if "sandbox" in names and has_sandbox():
        place_sandbox()
    elif "sandbox" in names and not asked:
        names.remove("sandbox")
    return names


@contextlib.contextmanager
def sandbox_named(names: Sequence[str], var: Path) -> Iterator[None]:
    """Commands of the same trial (manage.py) read where its sandbox is."""
    kept = var / "sandbox-url"
    if "sandbox" not in names:
        yield
        return
    kept.write_text(os.environ["SANDBOX_URL"])
    try:
        yield
    finally:
        kept.unlink(missing_ok=True)


# --- a child -------------------------------------------------------------------------------------


def _die_with_parent() -> None:
    """Linux ends the child when the supervisor is killed outright, so that nothing is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One process in a session of its own, with its log file."""

    def __init__(self, name: str, command: Sequence[str], folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        folder.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - the commands above, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-TAIL_LINES:])


def stop(children: Sequence[Child]) -> None:
    """Asks all to end, waits, and ends by force what is still there."""
    for child in children:
        if not child.ended:
            child.process.send_signal(signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        try:
            child.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


# --- the supervisor ------------------------------------------------------------------------------


class Stopping:
    """Set by Ctrl-C and by SIGTERM."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True


def lock(name: str, var: Path) -> IO[str]:
    """Held as long as this process lives: one web server, one worker and one beat for each VAR folder."""
    var.mkdir(parents=True, exist_ok=True)
    held = (var / f"{name}.lock").open("w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise CannotStart(
            _("%(name)s đang chạy với VAR=%(var)s. Hãy dùng thư mục khác: VAR=… make run") % {"name": name, "var": var}
        ) from None
    return held


def wait_until_ready(children: Sequence[Child], where: Address, stopping: Stopping) -> bool:
    """True when the web server answers; False when a child ended or a stop was asked meanwhile."""
    until = time.monotonic() + READY_SECONDS
    while not stopping.asked and not any(c.ended for c in children):
        if where.answers():
            return True
        if time.monotonic() > until:
            raise CannotStart(
                _("Máy chủ web không trả lời tại %(where)s sau %(seconds)s giây.")
                % {"where": where, "seconds": READY_SECONDS}
            )
        time.sleep(0.1)
    return False


def watch(children: Sequence[Child], stopping: Stopping) -> int:
    """Waits for the end; returns the exit code."""
    while not stopping.asked:
        for child in children:
            if child.ended:
                say(
                    _("\n%(name)s đã tắt với mã %(code)s. Những dòng cuối của %(log)s:\n")
                    % {"name": child.name, "code": child.process.returncode, "log": child.log}
                )
                say(child.tail())
                return 1
        time.sleep(0.3)
    return 0


def run(names: Sequence[str], var: Path, site: str) -> int:
    stopping = Stopping()
    where = address()
    if "web" in names:
        where.check_free()
    commands = {name: COMMANDS[name]() for name in names}
    children: list[Child] = []
    try:
        for name, command in commands.items():
            children.append(Child(name, command, var / "log"))
        if "web" in names and wait_until_ready(children, where, stopping):
            welcome(site, var, "sandbox" in names)
        return watch(children, stopping)
    finally:
        stop(children)
        say(_("Đã dừng."))


def welcome(site: str, var: Path, sandbox: bool) -> None:
    from django.conf import settings  # noqa: PLC0415 - settings are checked by main() first

    say(_("\n  Cổng dịch vụ công: %s/") % site)
    say(_("  Cán bộ đăng nhập:  %s/admin/") % site)
    if sandbox:
        say(_("  Thanh toán và bưu chính thử nghiệm: %s/") % settings.SANDBOX_URL)
    accounts = var / "demo-accounts.txt"
    if settings.DEMO and accounts.exists():
        say("\n" + "\n".join(f"  {line}" for line in accounts.read_text().splitlines()))
    if settings.TRIAL:
        say(_("\n  Bản chạy thử: dữ liệu, thư gửi đi (mail/) và nhật ký (log/) nằm trong %s.") % var)
    say(_("  Bấm Ctrl-C để dừng.\n"))


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    description = "Chạy cổng trên một máy: chuẩn bị, rồi máy chủ web, worker và beat."
    parser = argparse.ArgumentParser(prog="python -m portal.run", description=description)
    parser.add_argument("processes", nargs="*", metavar="PROCESS", help=f"{', '.join(COMMANDS)}; mặc định là tất cả")
    parser.add_argument("--prepare", action="store_true", help="chỉ chuẩn bị: bảng, danh mục, tệp tĩnh")
    given = parser.parse_args(argv)
    if unknown := [name for name in given.processes if name not in COMMANDS]:
        parser.error(f"không có tiến trình {unknown[0]!r}; hãy chọn trong {', '.join(COMMANDS)}")
    return given


def start(names: Sequence[str], *, only_prepare: bool) -> int:
    """Prepares and runs; expects Django to be set up."""
    from django.conf import settings  # noqa: PLC0415 - settings are checked by main() first

    from portal.prepare import prepare  # noqa: PLC0415 - needs the apps

    with contextlib.ExitStack() as held:
        for name in () if only_prepare else names:
            held.enter_context(lock(name, settings.VAR))
        if only_prepare or "web" in names:
            prepare(say)
        if only_prepare:
            return 0
        held.enter_context(sandbox_named(names, settings.VAR))
        return run(names, settings.VAR, settings.SITE_URL)


def main(argv: Sequence[str]) -> int:
    given = _arguments(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django  # noqa: PLC0415 - after the settings module is named
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415
    from django.core.management import CommandError  # noqa: PLC0415
    from django.db import DatabaseError  # noqa: PLC0415

    try:
        names = with_sandbox(given.processes)
        django.setup()
        return start(names, only_prepare=given.prepare)
    except KeyboardInterrupt:
        say("")
        return 130
    except (CannotStart, ImproperlyConfigured, CommandError, DatabaseError) as error:
        say(f"Cổng không khởi động được: {str(error).strip()}")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

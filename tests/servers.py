"""Servers of this machine that tests talk to: a mail server, an SMS service, a Redis of their own, a Celery worker."""

from __future__ import annotations

import contextlib
import datetime
import email
import email.policy
import http.server
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings
from django.db import connection

from tests.services import free_port, redis_program


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    """Returns when `what` is true; fails after `seconds`."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.05)


# --- mail ----------------------------------------------------------------------------------------


@dataclass
class MailServer:
    """Speaks enough SMTP. `answers` replaces the reply to a command, first come first served; "" hangs up."""

    port: int = 0
    answers: dict[str, list[str]] = field(default_factory=dict)
    mails: list[EmailMessage] = field(default_factory=list)
    # Reached by every mail before it is accepted; while `go` is not set the client waits there.
    arrived: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    go: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go.set()

    def answer(self, command: str, usual: str) -> str:
        waiting = self.answers.get(command, [])
        return waiting.pop(0) if waiting else usual

    @property
    def ids(self) -> list[str]:
        return sorted(str(m["Message-ID"]) for m in self.mails)


class _MailSession(socketserver.StreamRequestHandler):
    timeout = 60

    def handle(self) -> None:
        mail: MailServer = self.server.mail  # type: ignore[attr-defined]
        with contextlib.suppress(OSError):
            self._say(mail.answer("CONNECT", "220 test"))
            while line := self.rfile.readline():
                command = line[:4].decode().upper().strip()
                if command == "DATA":
                    self._data(mail)
                    continue
                usual = "250 ok" if command != "QUIT" else "221 bye"
                if not self._say(mail.answer(command, usual)) or command == "QUIT":
                    return

    def _data(self, mail: MailServer) -> None:
        self._say("354 go on")
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        mail.arrived.release()
        mail.go.wait(60)
        reply = mail.answer("DATA", "250 taken")
        if reply.startswith("250"):
            parsed = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
            mail.mails.append(parsed)  # type: ignore[arg-type]
        self._say(reply)

    def _say(self, reply: str) -> bool:
        if not reply:
            self.connection.shutdown(socket.SHUT_RDWR)
            return False
        self.wfile.write(f"{reply}\r\n".encode())
        return True


class _Threads(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextlib.contextmanager
def mail_server(port: int = 0) -> Iterator[MailServer]:
    mail = MailServer()
    with _Threads(("127.0.0.1", port), _MailSession) as server, _serving(server):
        mail.port = server.server_address[1]
        server.mail = mail  # type: ignore[attr-defined]
        yield mail
        mail.go.set()


@contextlib.contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


# --- SMS -----------------------------------------------------------------------------------------


@dataclass
class SmsService:
    """An HTTP service like eSMS. `replies` holds (status, body) to give, first come first served; else it accepts."""

    url: str = ""
    replies: list[tuple[int, bytes]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    delay: float = 0.0

    @staticmethod
    def code(code: str) -> tuple[int, bytes]:
        return 200, json.dumps({"CodeResult": code, "CountRegenerate": 0, "SMSID": "x"}).encode()


class _SmsCall(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        sms: SmsService = self.server.sms  # type: ignore[attr-defined]
        sms.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        time.sleep(sms.delay)
        status, body = sms.replies.pop(0) if sms.replies else sms.code("100")
        with contextlib.suppress(OSError):
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", sms.url)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Quiet."""


@contextlib.contextmanager
def sms_service() -> Iterator[SmsService]:
    sms = SmsService()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _SmsCall) as server, _serving(server):
        server.daemon_threads = True
        server.sms = sms  # type: ignore[attr-defined]
        sms.url = f"http://127.0.0.1:{server.server_address[1]}/send/"
        yield sms


# --- Redis and worker ----------------------------------------------------------------------------


@dataclass
class OwnRedis:
    """A Redis that a test may stop and start again on the same port; it keeps nothing."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = f"--bind 127.0.0.1 --port {self.port} --appendonly no --dir {self.folder}".split()
        command = [str(redis_program()), *options, "--save", ""]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_for(lambda: _listens(self.port))

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)
            self.process = None


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextlib.contextmanager
def own_redis(folder: Path) -> Iterator[OwnRedis]:
    redis = OwnRedis(folder)
    redis.start()
    try:
        yield redis
    finally:
        redis.stop()


def database_url() -> str:
    """The test database, as a child process has to name it."""
    d = connection.settings_dict
    return f"postgres://{d['USER']}:{d['PASSWORD']}@{d['HOST']}:{d['PORT']}/{d['NAME']}".replace(":@", "@")


@dataclass
class Worker:
    """A real worker on the test database, the product's own settings, one process.

    With `beat`, beat runs beside it in a hurry (tests/hasty.py).
    """

    var: Path
    redis_url: str
    mail_port: int
    beat: bool = False
    extra: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "VAR": str(self.var),
            "SECRET_KEY": settings.SECRET_KEY,
            "SITE_URL": settings.SITE_URL,
            "DATABASE_URL": database_url(),
            "REDIS_URL": self.redis_url,
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            **self.extra,
        }

    @property
    def log(self) -> Path:
        return self.var / "worker.log"

    def start(self) -> None:
        for folder in ("queue", "queue-done", "queue-control", "sms"):
            (self.var / folder).mkdir(parents=True, exist_ok=True)
        options = "worker --pool solo --loglevel INFO --without-gossip --without-mingle --without-heartbeat".split()
        app = ["--app", "tests.hasty" if self.beat else "portal"]
        command = [sys.executable, "-m", "celery", *app, *options, *(["--beat"] if self.beat else [])]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env=self.environment(),
                cwd=settings.BASE_DIR,
                start_new_session=True,
            )
        starts = self.log.read_text().count("ready.")
        wait_for(lambda: self.log.read_text().count("ready.") > starts, 60)

    def kill(self) -> None:
        """As the power cut does it: no goodbye."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(20)
            self.process = None

    def send(self, task: str, expires: datetime.datetime | None = None, **kwargs: Any) -> None:
        """Puts a message into the worker's queue. Raises kombu's OperationalError when the broker is down."""
        options: dict[str, Any] = {}
        if not self.redis_url:
            options = {
                "data_folder_in": str(self.var / "queue"),
                "data_folder_out": str(self.var / "queue"),
                "processed_folder": str(self.var / "queue-done"),
                "control_folder": str(self.var / "queue-control"),
            }
        with Celery("sender", broker=self.redis_url or "filesystem://", set_as_current=False) as app:
            app.conf.broker_transport_options = options
            app.send_task(task, kwargs=kwargs, expires=expires, retry=False)


@contextlib.contextmanager
def worker(var: Path, redis_url: str, mail_port: int, *, beat: bool = False, **extra: str) -> Iterator[Worker]:
    var.mkdir(parents=True, exist_ok=True)
    running = Worker(var, redis_url, mail_port, beat=beat, extra=extra)
    running.start()
    try:
        yield running
    finally:
        running.kill()

"""Calls the sandbox makes by itself (VNPAY's IPN, EMS's webhook): in the background, tried again until taken."""

from __future__ import annotations

import contextlib
import heapq
import http.client
import itertools
import logging
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from payments.sandbox.faults import Fault, Faults
from payments.sandbox.store import Log, Record, Store

logger = logging.getLogger(__name__)

THREADS = 16
MOST_TRIES = 10  # VNPAY's own number; its five minutes between two calls are `retry_seconds` here
LONGEST_REPLY = 64 * 1024  # bytes


@dataclass
class Options:
    """`notify`: the portal's address; empty: calls are written into the log and not made."""

    notify: str = ""
    retry_seconds: float = 2.0
    timeout: float = 15.0
    ems_auto: float = 0.0


@dataclass(frozen=True)
class Message:
    method: str
    path: str
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """`status` 0: nobody answered, `text` says why."""

    status: int
    text: str


class Speaker(Protocol):
    """What a channel says, and how it knows that it was heard."""

    def compose(self, notice: Record, fault: Fault | None) -> Message:
        """The message, or the one that a "tamper" makes of it."""

    def is_taken(self, notice: Record, reply: Reply) -> bool:
        """False: it is tried again."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def send(site: str, message: Message, timeout: float) -> Reply:
    """One call; never raises."""
    request = urllib.request.Request(  # noqa: S310 - the portal this sandbox was started for
        site + message.path, message.body, message.headers, method=message.method
    )
    try:
        with _opener.open(request, timeout=timeout) as answer:
            return Reply(answer.status, answer.read(LONGEST_REPLY).decode("utf-8", "replace"))
    except urllib.error.HTTPError as error:
        with error:
            return Reply(error.code, error.read(LONGEST_REPLY).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return Reply(0, type(error).__name__)


class Clockwork:
    """Does things at their time in a few threads."""

    def __init__(self, threads: int = THREADS) -> None:
        self._jobs: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()
        self._more = threading.Condition()
        for _ in range(threads):
            threading.Thread(target=self._work, daemon=True).start()

    def later(self, seconds: float, job: Callable[[], object]) -> None:
        with self._more:
            heapq.heappush(self._jobs, (time.monotonic() + seconds, next(self._numbers), job))
            self._more.notify()

    def _next(self) -> Callable[[], object]:
        with self._more:
            while True:
                wait = self._jobs[0][0] - time.monotonic() if self._jobs else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._jobs)[2]
                self._more.wait(wait)

    def _work(self) -> None:
        while True:
            job = self._next()
            try:
                job()
            except Exception:
                logger.exception("a call was not made")


class Sender:
    """Every notice is a record until it was taken or given up, so that a restart goes on with it."""

    def __init__(self, store: Store, log: Log, faults: Faults, options: Options) -> None:
        self.store, self.log, self.faults, self.options = store, log, faults, options
        self.speakers: dict[str, Speaker] = {}
        self.clockwork = Clockwork()
        self._held: dict[str, list[str]] = defaultdict(list)
        self._moved = threading.Condition()

    def go_on(self) -> None:
        """With what was waiting when the sandbox stopped."""
        for notice in self.store.all("notices"):
            self._later(0, notice["key"])

    def add(self, channel: str, name: str, **fields: Any) -> str:
        """`name` is the same in every run: the dice of the random mode fall by it."""
        key = str(self.store.next_number("notices"))
        notice = {"key": key, "channel": channel, "name": name, "tries": 0, "seen": False, **fields}
        self.store.put("notices", key, notice)
        self._later(0, key)
        return key

    def wait(self, key: str, seconds: float) -> None:
        """Until that notice was sent once, lost, or put off."""
        self._until(lambda: (self.store.get("notices", key) or {"seen": True})["seen"], seconds)

    def wait_for_all(self, seconds: float) -> int:
        """How many are still on their way after that time."""
        self._until(lambda: not self.store.count("notices"), seconds)
        return self.store.count("notices")

    def _until(self, done: Callable[[], object], seconds: float) -> None:
        with self._moved:
            self._moved.wait_for(done, seconds)

    def _later(self, seconds: float, key: str, *, spared: bool = False) -> None:
        self.clockwork.later(seconds, lambda: self._try(key, spared))

    def _mark(self, notice: Record, *, gone: bool = False, tried: bool = False) -> None:
        with self._moved:
            if gone:
                self.store.drop("notices", notice["key"])
            elif self.store.get("notices", notice["key"]) is not None:
                changed = {**notice, "seen": True, "tries": notice["tries"] + tried}
                self.store.put("notices", notice["key"], changed)
            self._moved.notify_all()

    # --- one try ---------------------------------------------------------------------------------

    def _try(self, key: str, spared: bool) -> None:
        """`spared`: its fault is behind it."""
        notice = self.store.get("notices", key)
        if notice is None:
            return
        fault = None if spared else self.faults.take(notice["channel"], notice["name"])
        kind = fault.kind if fault else "none"
        if fault is not None and kind in ("delay", "reorder", "drop", "lose"):
            self.log.add(notice["channel"], "out", "-", fault=fault.named(), name=notice["name"])
            {"delay": self._delay, "reorder": self._hold, "drop": self._drop, "lose": self._lose}[kind](notice, fault)
        elif fault is not None and kind == "tamper":
            self._call(notice, fault)
            self._again(notice)
        else:
            for _ in range(fault.n if fault else 0):
                self.clockwork.later(0, lambda: self._call(notice, fault))
            self._deliver(notice)

    def _delay(self, notice: Record, fault: Fault) -> None:
        self._later(fault.seconds, notice["key"], spared=True)
        self._mark(notice)

    def _hold(self, notice: Record, fault: Fault) -> None:
        self._held[notice["channel"]].append(notice["key"])
        self.clockwork.later(fault.seconds, lambda: self._release(notice["channel"], notice["key"]))
        self._mark(notice)

    def _drop(self, notice: Record, _fault: Fault) -> None:
        self._again(notice)

    def _lose(self, notice: Record, _fault: Fault) -> None:
        self._mark(notice, gone=True)

    def _release(self, channel: str, only: str = "") -> None:
        with self._moved:
            free = [key for key in self._held[channel] if only in ("", key)]
            self._held[channel] = [key for key in self._held[channel] if key not in free]
        for key in free:
            self._later(0, key, spared=True)

    def _deliver(self, notice: Record) -> None:
        taken = self._call(notice, None)
        if taken or not self.options.notify:
            self._mark(notice, gone=True)
        else:
            self._again(notice)
        self._release(notice["channel"])

    def _again(self, notice: Record) -> None:
        if notice["tries"] + 1 >= MOST_TRIES:
            self.log.add(notice["channel"], "out", "-", name=notice["name"], note="given up")
            self._mark(notice, gone=True)
        else:
            self._mark(notice, tried=True)
            self._later(self.options.retry_seconds, notice["key"])

    def _call(self, notice: Record, fault: Fault | None) -> bool:
        """One call over the wire; was it taken?"""
        speaker, site = self.speakers[notice["channel"]], self.options.notify
        message = speaker.compose(notice, fault if fault and fault.kind == "tamper" else None)
        started = time.monotonic()
        reply = send(site, message, self.options.timeout) if site else Reply(0, "no address to notify")
        taken = False
        with contextlib.suppress(ValueError, AttributeError, RecursionError):
            taken = speaker.is_taken(notice, reply)
        self.log.add(
            notice["channel"],
            "out",
            f"{message.method} {message.path}",
            headers=message.headers,
            body=(message.body or b"").decode(),
            status=reply.status,
            answer=reply.text,
            taken=taken,
            seconds=round(time.monotonic() - started, 3),
            name=notice["name"],
            **({"fault": fault.named()} if fault else {}),
        )
        return taken

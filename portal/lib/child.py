"""Work that must not grow or endanger a web worker, in a short-lived process of its own.

Each kind of work is one script beside this file (pdf_worker.py …). It reads its order from standard input, writes
its answer to standard output, imports nothing of the portal, sees no settings and no secrets, and limits its own
memory. At most `slots` processes of a kind run on one machine at a time; a place of a process that died is free
again by itself.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

SLOTS = 2  # places of one kind of work on one machine
KEPT_VARIABLES = ("PATH", "HOME", "PYTHONPATH", "XDG_CACHE_HOME", "FONTCONFIG_FILE", "LD_LIBRARY_PATH")


class ChildError(Exception):
    """The process could not be started in time, died, or refused its order; the text is for the log."""


class ChildBusy(ChildError):
    """No place became free in time; the order was not looked at."""


class ChildSlow(ChildError):
    """It was stopped because it took too long."""


def run(
    script: Path, order: bytes, *, timeout: float, slots: int = SLOTS, place: str = "", wait: float | None = None
) -> bytes:
    """What the script wrote. `timeout` is in seconds, waiting for a place included. Raises ChildError.

    `place` names the places that are taken, for work of one script that must not wait for its other work; `wait` is
    how long to wait for one, at most `timeout`.
    """
    begun = time.monotonic()
    with slot(place or script.stem, slots, begun + (timeout if wait is None else min(wait, timeout))):
        return _run(script, order, begun + timeout)


@contextlib.contextmanager
def slot(name: str, count: int, deadline: float) -> Iterator[None]:
    """Holds one of the machine's places for this kind of work until the block ends."""
    folder = settings.VAR / "slots" / name
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        places = [stack.enter_context((folder / str(i)).open("w")) for i in range(count)]
        while not any(_take(place) for place in places):
            if time.monotonic() > deadline:
                raise ChildBusy("all places taken")
            time.sleep(0.05)
        yield


def _take(place: IO[str]) -> bool:
    try:
        fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def command(script: Path) -> list[str]:
    return [sys.executable, "-P", str(script)]


def environment() -> dict[str, str]:
    """Only what Python and the font library need."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _run(script: Path, order: bytes, deadline: float) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no shell
            command(script),
            input=order,
            capture_output=True,
            timeout=max(1.0, deadline - time.monotonic()),
            env=environment(),
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ChildSlow("too slow") from error
    if done.returncode != 0:
        raise ChildError(done.stderr.decode("utf-8", "replace").strip()[-500:] or f"ended with {done.returncode}")
    return done.stdout

"""The whole portal as `make run` starts it, for tests that look at it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent


class Portal:
    """A supervisor started by a test."""

    def __init__(self, var: Path, *arguments: str, **environment: str) -> None:
        self.port = environment.get("PORT") or str(free_port())
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.out = var.parent / f"out-{self.port}-{time.monotonic_ns()}.txt"
        with self.out.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.run", *arguments],
                cwd=ROOT,
                stdout=out,
                stderr=subprocess.STDOUT,
                env={**kept, "VAR": str(var), "PORT": self.port, "DEMO": "false", **environment},
            )

    @property
    def said(self) -> str:
        return self.out.read_text()

    def wait_for(self, done: Callable[[], object], seconds: float = 60) -> None:
        until = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < until, self.said
            time.sleep(0.1)

    def wait_until_served(self) -> None:
        self.wait_for(lambda: "Ctrl-C" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self.said

    def children(self) -> dict[str, int]:
        """The processes of this supervisor by name."""
        found = {}
        for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split():
            words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            name = next((n for n in ("gunicorn", "worker", "beat", "payments.sandbox") if n in words), None)
            if name:
                found[name] = int(pid)
        return found

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)

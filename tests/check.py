"""Everything that is checked without running the portal, each tool with its result: python -m tests.check."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.services import install_missing

PRODUCTION = {
    "DATABASE_URL": "postgres://portal@127.0.0.1:1/portal",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "a-production-key-of-fifty-signs-and-more-0123456789-xyz",
    "SITE_URL": "https://dichvucong.example.vn",
    "ALLOWED_HOSTS": "dichvucong.example.vn",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.example.vn:587",
    "DEFAULT_FROM_EMAIL": "portal@example.vn",
    "TRUSTED_PROXIES": "1",
}


@dataclass(frozen=True)
class Check:
    name: str
    command: str
    environment: dict[str, str] = field(default_factory=dict)


def checks(var: str) -> list[Check]:
    trial = {"VAR": var, "DATABASE_URL": "", "REDIS_URL": ""}
    return [
        Check("format", "-m ruff format --check --quiet ."),
        Check("lint", "-m ruff check --quiet ."),
        Check("templates", "-m djlint templates --lint --quiet"),
        Check("import directions", f"{Path(sys.executable).with_name('lint-imports')}"),
        Check("types", "-m mypy", trial),
        Check("migrations", "manage.py makemigrations --check --dry-run", trial),
        Check("translations", "-m tests.translations", trial),
        Check("deployment", "manage.py check --deploy --fail-level WARNING", {**PRODUCTION, "VAR": var}),
    ]


def passes(check: Check) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *check.command.split()],
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **check.environment},
    )
    good = done.returncode == 0
    sys.stdout.write(f"{'ok    ' if good else 'FAILED'} {check.name} ({time.monotonic() - started:.1f} s)\n")
    if not good:
        sys.stdout.write(f"{done.stdout.rstrip()}\n\n")
    sys.stdout.flush()
    return good


def main() -> int:
    install_missing("Pango")
    with tempfile.TemporaryDirectory(prefix="portal-check-") as var:
        results = [passes(check) for check in checks(var)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

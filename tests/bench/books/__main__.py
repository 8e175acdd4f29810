"""Payments by every way, through the portal's own web server and the make-believe gateway, with faults all along.

    make books                                   10,000 payments
    make books ARGS="--payments 500 --seed 7"    fewer, other chances

Notices are lost, doubled, late, forged and out of order, the gateway answers slowly, wrongly or not at all, people pay
twice, too little and too much, matters end in between, money goes back. Then everything is settled, and the books are
compared with what the gateway, the bank and the cash box say. Exit 1 when a single đồng differs.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tests import services
from tests.sandboxes import Sandbox

RATES = {
    "duplicate": 0.06,
    "delay": 0.05,
    "drop": 0.05,
    "lose": 0.04,
    "tamper": 0.05,
    "reorder": 0.05,
    "http500": 0.04,
    "junk": 0.03,
    "huge": 0.01,
    "drip": 0.02,
}


@contextlib.contextmanager
def web(port: int, folder: Path) -> Iterator[None]:
    """The portal's web server, as it runs in production."""
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "8"]
    with (folder / "web.log").open("wb") as log:
        process = subprocess.Popen([*command, "--log-level", "error"], stdout=log, stderr=log)
        try:
            _wait(f"http://127.0.0.1:{port}/xac-minh/")
            yield
        finally:
            process.terminate()
            process.wait(20)


def _wait(address: str) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


def environment(folder: Path, database: str, redis: str, site: str, sandbox: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "SECRET_KEY": "for-this-run-alone-" + "0123456789" * 4,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SITE_URL": site,
        "VAR": str(folder / "var"),
        "DEMO": "1",
        "SANDBOX_URL": sandbox,
        "GATEWAY_TIMEOUT_SECONDS": "2",
        "LOG_LEVEL": "ERROR",
        "SMS_BACKEND": "none",
    }


def run(payments: int, seed: str, data: Path, sandbox: Sandbox) -> bool:
    from tests.bench.books import living, truth

    began = time.perf_counter()
    sandbox.faults(seed=seed, rates=RATES, seconds=0.4)
    town = living.Town(seed)
    bank = living.live(town, payments, sandbox, said=lambda line: print(line, flush=True))
    lived = time.perf_counter() - began
    living.settle_all(sandbox)
    found = truth.compare(bank, data / "sandbox.jsonl")
    for line in found.lines:
        print(line)
    for line in found.differences[:30]:
        print(f"DIFFERENCE {line}")
    spent = time.perf_counter() - began
    print(f"differences: {len(found.differences) or 'none'}; {lived:.0f} s of payments, {spent:.0f} s in all")
    return not found.differences


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.books", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--payments", type=int, default=10_000)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    services.install_missing("PostgreSQL", "Redis")
    with contextlib.ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="portal-books-")))
        folder.chmod(0o755)
        port = services.free_port()
        site = f"http://127.0.0.1:{port}"
        sandbox = held.enter_context(Sandbox(site, folder / "sandbox"))
        server = held.enter_context(services.postgres(folder))
        redis = held.enter_context(services.redis(folder))
        subprocess.run(["psql", server, "-qc", "create database books"], check=True)
        database = server.rsplit("/", 1)[0] + "/books"
        os.environ |= environment(folder, database, redis, site, sandbox.url)
        prepare()
        with web(port, folder):
            good = run(options.payments, options.seed, folder / "sandbox", sandbox)
            from django.db import connections

            connections.close_all()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

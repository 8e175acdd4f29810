"""Command: lives a year in a database of its own, checks it, and prints what it saw. Exit 1 when anything disagrees."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests import services

SHOWN = 30


@contextlib.contextmanager
def database() -> Iterator[None]:
    """A database that is there for this run alone, on the server of DATABASE_URL or on a private one."""
    services.install_missing("PostgreSQL")
    name = f"year_{int(time.time())}"
    with tempfile.TemporaryDirectory(prefix="portal-year-") as folder:
        Path(folder).chmod(0o755)
        with services.postgres(Path(folder)) as server:
            subprocess.run(["psql", server, "-qc", f"create database {name}"], check=True, stdout=subprocess.DEVNULL)
            os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
            try:
                yield
            finally:
                drop = ["psql", server, "-qc", f"drop database {name} with (force)"]
                subprocess.run(drop, check=False, stdout=subprocess.DEVNULL)


def prepare() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")


def _progress(began: float) -> Callable[[int], None]:
    def step(done: int) -> None:
        if done % 1000 == 0:
            gc.collect()
        if done % 5000 == 0:
            sys.stderr.write(f"{done} moments, {time.perf_counter() - began:.0f} s\n")

    return step


def run(submissions: int, seed: str) -> bool:
    from tests.bench.year import report

    began = time.perf_counter()
    gc.disable()  # it would look at all lives after every few rows; now and then is enough
    found = report.make(submissions, seed, step=_progress(began), between=gc.collect)
    for line in found.lines:
        print(line)
    kinds = Counter(what for what, _words in found.mismatches)
    for what, words in found.mismatches[:SHOWN]:
        print(f"MISMATCH {what}: {words}")
    print(f"mismatches: {dict(kinds) or 'none'}; {time.perf_counter() - began:.0f} s in all")
    return not found.mismatches


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.year", description=__doc__)
    parser.add_argument("--submissions", type=int, default=20_000)
    parser.add_argument("--seed", default="1")
    options = parser.parse_args()
    with database():
        prepare()
        good = run(options.submissions, options.seed)
        from django.db import connections

        connections.close_all()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

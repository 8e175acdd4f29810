"""A million submissions, and how fast the portal is on them.

    make bench-million                          all of it in a scratch database, which is dropped afterwards
    make bench-million ARGS="--rows 200000"     fewer
    python -m tests.bench.million --database postgres://… --rows 1000000
                                                in a database of your own, which must be empty and is kept

Prints goal, measured time of the whole page, number of statements, their time together and the slowest one. Ends with
an error when a goal is missed. Times are medians of five, warm; on a busy machine they say little.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django

from tests import services

CATALOGUE = Path(__file__).resolve().parents[3] / "procedures" / "catalogue" / "hong-linh"


@contextlib.contextmanager
def scratch(server: str) -> Iterator[str]:
    """A database of this run alone."""
    name = f"million_{os.getpid()}"
    subprocess.run(["psql", server, "-qc", f"create database {name}"], check=True)
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        subprocess.run(["psql", server, "-qc", f"drop database {name} with (force)"], check=True)


@contextlib.contextmanager
def database(given: str) -> Iterator[str]:
    """`given`, else a scratch one on the server of DATABASE_URL, else one on a private server."""
    if given:
        yield given
        return
    services.install_missing("PostgreSQL")
    with tempfile.TemporaryDirectory(prefix="portal-million-") as folder:
        Path(folder).chmod(0o755)
        with services.postgres(Path(folder)) as server, scratch(server) as address:
            yield address


def set_up(address: str, var: str) -> None:
    """This process becomes a portal on that database, in production's settings."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": address,
        "VAR": var,
        "SECRET_KEY": "bench-" + "0" * 44,
        "ALLOWED_HOSTS": "localhost",
        "LOG_LEVEL": "ERROR",
        "THROTTLE_LOOKUP": "0",
    }
    django.setup()


def fill(rows: int, open_ones: int) -> None:
    from django.core.management import call_command

    from tests.bench.million import sql
    from tests.bench.million.generate import generate

    call_command("migrate", verbosity=0)
    call_command("load_catalogue", str(CATALOGUE), verbosity=0)
    for year in range(time.localtime().tm_year - 2, time.localtime().tm_year + 2):
        call_command("load_holidays", str(year), stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)
    begun = time.monotonic()
    made = generate(rows, open_ones=open_ones)
    sql.run("vacuum analyze")
    print(f"{made.rows} submissions with what belongs to them: {time.monotonic() - begun:.0f} s (goal 180)\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--open", type=int, default=20_000, help="about how many of them are open")
    parser.add_argument("--database", default="", help="an empty database that is kept; without it a scratch one")
    parser.add_argument("--only", default="", help="measure what has this in its name")
    parser.add_argument("--measure", action="store_true", help="the rows are there already (with --database)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portal-million-") as var, database(options.database) as address:
        set_up(address, var)
        from django.core.management import call_command
        from django.db import connections

        from tests.bench.million import measure

        if options.measure:
            call_command("collectstatic", interactive=False, verbosity=0)
        else:
            fill(options.rows, options.open)
        good = measure.table(options.only)
        connections.close_all()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

"""The bench: the portal beside a bare-Django floor, both on the same PostgreSQL, in one run.

    make bench              all figures
    make bench ARGS=--quick shorter runs, for a first look

Prints requests a second, p50/p95 and failures for each job, its ratio to the floor, the memory of a web worker and the
time of a cold start. The figures of one run are comparable; those of two runs on a shared machine are not.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from procedures import spec
from tests import journey, values
from tests.bench import load

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "procedures" / "catalogue" / "hong-linh"
SERVER = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "error"]
MEGABYTE = 1024 * 1024
FILED = "1.001193"


@dataclass(frozen=True)
class Goal:
    """A job of the portal, the floor it is held against, and the least ratio of requests a second."""

    name: str
    path: str
    floor: str
    least: float


PAGES = (
    Goal("home", "/", "small template", 0.4),
    Goal("catalogue", "/thu-tuc/", "small template", 0.4),
    Goal("procedure page", f"/thu-tuc/{FILED}/", "small template", 0.4),
    Goal("search", "/thu-tuc/?q=giay+khai+sinh", "list of 30", 0.4),
)


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def manage(settings: str, env: dict[str, str], *words: str) -> None:
    command = [sys.executable, "-m", "django", *words, "--settings", settings]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stdout}{done.stderr}")


@contextlib.contextmanager
def served(application: str, env: dict[str, str]) -> Iterator[tuple[str, int, float]]:
    """A gunicorn on a free loopback port: its address, its pid, and the seconds until the first answer."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", *SERVER]
    began = time.perf_counter()
    server = subprocess.Popen(command, cwd=ROOT, env=env)
    base = f"http://127.0.0.1:{port}"
    try:
        while True:
            with contextlib.suppress(OSError), urllib.request.urlopen(base + "/", timeout=5):
                break
            if server.poll() is not None or time.perf_counter() - began > 60:
                sys.exit(f"{application} did not start")
            time.sleep(0.02)
        yield base, server.pid, time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(timeout=30)


def prepare(var: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Environments of the portal and of the floor, with their tables and rows."""
    database = os.environ["DATABASE_URL"]
    env = {
        **os.environ,
        "VAR": str(var),
        "SECRET_KEY": "bench-" + "0" * 40,
        "ALLOWED_HOSTS": "127.0.0.1",
        "THROTTLE_FILING": "0",
        "THROTTLE_UPLOAD": "0",
        "THROTTLE_LOOKUP": "0",
        "LOG_LEVEL": "ERROR",
        "PYTHONPATH": str(ROOT),
    }
    portal = {**env, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    manage("portal.settings", portal, "migrate", "--no-input")
    manage("portal.settings", portal, "load_catalogue", str(CATALOGUE))
    manage("portal.settings", portal, "load_holidays", str(time.localtime().tm_year))
    manage("portal.settings", portal, "collectstatic", "--no-input")
    manage("portal.settings", portal, "seed_demo", "--yes")
    floor = {**env, "DJANGO_SETTINGS_MODULE": "tests.bench.floor.settings"}
    subprocess.run(
        ["psql", database, "-qc", "drop table if exists floor_row, floor_filing"], check=True, capture_output=True
    )
    manage("tests.bench.floor.settings", floor, "migrate", "--run-syncdb", "--no-input", "floor")
    rows = (
        "insert into floor_row (code, name, sector) select '1.' || lpad(n::text, 6, '0'),"
        " 'Thủ tục đăng ký số ' || n, 'Hộ tịch' from generate_series(1, 70) n"
    )
    subprocess.run(["psql", database, "-qc", rows], check=True, capture_output=True)
    return portal, floor


def shipped(code: str) -> spec.ProcedureSpec:
    lists = yaml.safe_load((CATALOGUE / "lists.yaml").read_text())["lists"]
    content = yaml.safe_load(next((CATALOGUE / "procedures").glob(f"{code}-*.yaml")).read_text())
    return spec.build(content, lists)


def row(name: str, figures: load.Figures, ratio: float | None = None, goal: float | None = None) -> bool:
    """Prints one line; False when a goal is missed."""
    missed = ratio is not None and goal is not None and ratio < goal
    mark = "" if ratio is None else f"{ratio:6.2f}x of the floor (goal {goal})" + ("  MISSED" if missed else "")
    print(
        f"{name:28} {figures.rate:8.1f}/s  p50 {figures.p50:7.1f} ms  p95 {figures.p95:7.1f} ms"
        f"  failed {figures.failed:3}  cpu {figures.cpu:6.2f} ms  {mark}",
        flush=True,
    )
    return not missed and not figures.failed


def floor_filing(base: str, picture: bytes) -> bool:
    visitor = journey.HttpVisitor(base)
    visitor.get("/file/")
    page = visitor.post("/file/", {"name": ["Nguyễn Văn A"], "phone": ["0912345678"]}, [("file", "a.jpg", picture)])
    return page.status == 200 and "/done/" in page.path


def portal_filing(base: str, plan: journey.Plan) -> bool:
    page = journey.file(journey.HttpVisitor(base), plan)
    return page.status == 200 and page.mark("reference") is not None


def form_step(base: str) -> tuple[str, dict[str, str]]:
    """The address of a form step of a fresh draft, with the cookie that opens it."""
    visitor = journey.HttpVisitor(base)
    visitor.get(f"/nop-ho-so/{FILED}/")
    visitor.post(f"/nop-ho-so/{FILED}/", {"co-quan": ["bac-hong"]})
    page = visitor.post(
        visitor.get(f"/nop-ho-so/{FILED}/").path, {"co-quan": ["bac-hong"], "bat-dau": ["moi"]}
    )
    page = visitor.post(page.path, {**values.APPLICANT, "action": ["next"]})
    return base + page.path, visitor.cookies


def desk(base: str) -> tuple[str, dict[str, str]]:
    """The work list with the cookie of a demo clerk."""
    visitor = journey.HttpVisitor(base)
    visitor.get("/admin/login/")
    login = {"username": ["motcua-bachong"], "password": [os.environ.get("DEMO_PASSWORD", "demo-hong-linh-2026")]}
    visitor.post("/admin/login/?next=/admin/submissions/submission/", login)
    return base + "/admin/submissions/submission/", visitor.cookies


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short run a figure")
    parser.add_argument("--filings", type=int, default=0, help="filings at each number of clients")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        sys.exit("The bench needs wrk: apt-get install wrk")
    repeats, seconds = (1, 2) if options.quick else (3, 3)
    times = options.filings or (24 if options.quick else 64)
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as folder:
        portal_env, floor_env = prepare(Path(folder))
        with (
            served("django.core.wsgi:get_wsgi_application()", floor_env) as (floor, floor_pid, floor_start),
            served("portal.wsgi:application", portal_env) as (base, pid, start),
        ):
            return 0 if measure(base, pid, start, floor, floor_pid, floor_start, repeats, seconds, times) else 1


def measure(
    base: str, pid: int, start: float, floor: str, floor_pid: int, floor_start: float, repeats: int, seconds: int, times: int
) -> bool:
    good = True
    floors = {}
    for name, path in (("small template", "/"), ("list of 30", "/list/")):
        floors[name] = load.page(floor + path, floor_pid, seconds=seconds, repeats=repeats)
        row(f"floor: {name}", floors[name])
    for goal in PAGES:
        figures = load.page(base + goal.path, pid, seconds=seconds, repeats=repeats)
        good &= row(goal.name, figures, figures.rate / floors[goal.floor].rate, goal.least)
    for name, (address, cookies), least in (("form step", form_step(base), 0.4), ("work list", desk(base), None)):
        figures = load.page(address, pid, seconds=seconds, repeats=repeats, cookies=cookies)
        good &= row(name, figures, figures.rate / floors["list of 30"].rate, least)
    good &= filings(base, pid, floor, floor_pid, times)
    rss = load.memory_mb(pid)
    print(f"memory of a web worker        {rss:8.1f} MB (goal 120); floor {load.memory_mb(floor_pid):.1f} MB")
    print(f"cold start to the first 200   {start:8.2f} s (goal 2); floor {floor_start:.2f} s")
    return good and rss <= 120 and start <= 2


def filings(base: str, pid: int, floor: str, floor_pid: int, times: int) -> bool:
    picture = values.photo(at_least=MEGABYTE)
    plan = journey.Plan(shipped(FILED), photo=picture)
    good = True
    for clients in (1, 2, 4, 8):
        low = load.flow(lambda _n: floor_filing(floor, picture), floor_pid, clients=clients, times=times)
        row(f"floor: filing, {clients} clients", low)
        figures = load.flow(lambda _n: portal_filing(base, plan), pid, clients=clients, times=times)
        good &= row(f"whole filing, {clients} clients", figures, figures.rate / low.rate, 0.2)
    return good


if __name__ == "__main__":
    sys.exit(main())

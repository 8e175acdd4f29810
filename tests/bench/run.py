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
from urllib.parse import urlsplit, urlunsplit

import yaml

from procedures import spec
from tests import journey, services, values
from tests.bench import load

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "procedures" / "catalogue" / "hong-linh"
SERVER = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--log-level", "error"]
MEGABYTE = 1024 * 1024
FILED = "1.001193"
CLERK, PASSWORD = "do-tai", "Trua-nay-mua-rao-47"


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


def manage(settings: str, env: dict[str, str], *words: str, told: str = "") -> None:
    command = [sys.executable, "-m", "django", *words, "--settings", settings]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, input=told)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stdout}{done.stderr}")


@dataclass(frozen=True)
class Server:
    """Its address, the pid of its master process, and the seconds from the start to the first answer."""

    base: str
    pid: int
    start: float


@dataclass(frozen=True)
class Size:
    """How long each figure is measured."""

    repeats: int
    seconds: int
    filings: int


@contextlib.contextmanager
def served(application: str, env: dict[str, str]) -> Iterator[Server]:
    """A gunicorn on a free loopback port."""
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
        yield Server(base, server.pid, time.perf_counter() - began)
    finally:
        server.terminate()
        server.wait(timeout=30)


def prepare(var: Path, server: str, broker: str) -> tuple[dict[str, str], dict[str, str]]:
    """Environments of the portal and of the floor, with their tables and rows, in a fresh database of `server`."""
    name = f"bench_{int(time.time())}"
    subprocess.run(["psql", server, "-qc", f"create database {name}"], check=True, capture_output=True)
    database = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    env = {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": broker,
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
    clerk = ["create_officer", CLERK, "--agency", "bac-hong", "--role", "reception", "--password-stdin"]
    manage("portal.settings", portal, *clerk, told=PASSWORD)
    floor = {**env, "DJANGO_SETTINGS_MODULE": "tests.bench.floor.settings"}
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


def portal_filing(base: str, plan: journey.Plan, sent: list[int]) -> bool:
    """`sent` collects how many requests a filing takes."""
    visitor = journey.HttpVisitor(base)
    page = journey.file(visitor, plan)
    sent.append(visitor.requests)
    return page.status == 200 and page.mark("reference") is not None


def form_step(base: str) -> tuple[str, dict[str, str]]:
    """The address of a form step of a fresh draft, with the cookie that opens it."""
    visitor = journey.HttpVisitor(base)
    visitor.get(f"/nop-ho-so/{FILED}/")
    page = visitor.post(f"/nop-ho-so/{FILED}/", {"co-quan": ["bac-hong"]})
    page = visitor.post(page.path, {**values.APPLICANT, "action": ["next"]})
    return base + page.path, visitor.cookies


def desk(base: str) -> tuple[str, dict[str, str]]:
    """The work list with the cookie of a demo clerk."""
    visitor = journey.HttpVisitor(base)
    visitor.get("/admin/login/")
    login = {"username": [CLERK], "password": [PASSWORD]}
    visitor.post("/admin/login/?next=/admin/submissions/submission/", login)
    return base + "/admin/submissions/submission/", visitor.cookies


def install_wrk() -> None:
    """wrk makes the load: a Python client is too slow for kept pages."""
    if not shutil.which("wrk") and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "wrk"], check=False, stdout=subprocess.DEVNULL)
    if not shutil.which("wrk"):
        sys.exit("The bench needs wrk: apt-get install wrk")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="one short run a figure")
    parser.add_argument("--filings", type=int, default=0, help="filings at each number of clients")
    options = parser.parse_args()
    install_wrk()
    services.install_missing("PostgreSQL", "Redis")
    size = Size(1, 2, options.filings or 24) if options.quick else Size(3, 3, options.filings or 64)
    with contextlib.ExitStack() as running:
        folders = [Path(running.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-"))) for _ in range(3)]
        for folder in folders:
            folder.chmod(0o755)
        server, broker = (
            running.enter_context(services.postgres(folders[0])),
            running.enter_context(services.redis(folders[1])),
        )
        portal_env, floor_env = prepare(folders[2], server, broker)
        with (
            served("django.core.wsgi:get_wsgi_application()", floor_env) as floor,
            served("portal.wsgi:application", portal_env) as portal,
        ):
            return 0 if measure(portal, floor, size) else 1


def measure(portal: Server, floor: Server, size: Size) -> bool:
    """Everything, in one run; False when a goal is missed or a request failed."""
    good = True
    floors = {}
    for name, path in (("small template", "/"), ("list of 30", "/list/")):
        floors[name] = load.page(floor.base + path, floor.pid, seconds=size.seconds, repeats=size.repeats)
        row(f"floor: {name}", floors[name])
    for goal in PAGES:
        figures = load.page(portal.base + goal.path, portal.pid, seconds=size.seconds, repeats=size.repeats)
        good &= row(goal.name, figures, figures.rate / floors[goal.floor].rate, goal.least)
    held = (("form step", form_step(portal.base), 0.4), ("work list", desk(portal.base), None))
    for name, (address, cookies), least in held:
        figures = load.page(address, portal.pid, seconds=size.seconds, repeats=size.repeats, cookies=cookies)
        good &= row(name, figures, figures.rate / floors["list of 30"].rate, least)
    good &= filings(portal, floor, size.filings)
    rss = load.memory_mb(portal.pid)
    print(f"memory of a web worker        {rss:8.1f} MB (goal 120); floor {load.memory_mb(floor.pid):.1f} MB")
    print(f"cold start to the first 200   {portal.start:8.2f} s (goal 2); floor {floor.start:.2f} s")
    return good and rss <= 120 and portal.start <= 2


def filings(portal: Server, floor: Server, times: int) -> bool:
    picture = values.photo(at_least=MEGABYTE)
    plan = journey.Plan(shipped(FILED), photo=picture)
    sent: list[int] = []
    good = True
    for clients in (1, 2, 4, 8):
        low = load.flow(lambda _n: floor_filing(floor.base, picture), floor.pid, clients=clients, times=times)
        row(f"floor: filing, {clients} clients", low)
        figures = load.flow(lambda _n: portal_filing(portal.base, plan, sent), portal.pid, clients=clients, times=times)
        good &= row(f"whole filing, {clients} clients", figures, figures.rate / low.rate, 0.2)
        print(f"{'':30}{max(sent, default=0)} requests a filing (floor: 3)")
    return good


if __name__ == "__main__":
    sys.exit(main())

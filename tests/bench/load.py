"""Bounded load on this machine only: wrk for pages, whole filings by threads, CPU and memory from /proc."""

from __future__ import annotations

import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figures:
    """Requests (or filings) a second, latencies in milliseconds, failures, CPU milliseconds a request."""

    rate: float
    p50: float
    p95: float
    failed: int
    cpu: float


def family(pid: int) -> Iterator[int]:
    """A process and its children."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def cpu_seconds(pid: int) -> float:
    total = 0
    for one in family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory_mb(pid: int) -> float:
    """Resident size of the largest child: one web worker."""
    sizes = []
    for one in family(pid):
        line = next(row for row in Path(f"/proc/{one}/status").read_text().splitlines() if row.startswith("VmRSS"))
        sizes.append(int(line.split()[1]) / 1024)
    return max(sizes[1:] or sizes)


def page(
    url: str,
    pid: int,
    *,
    seconds: int = 3,
    clients: int = 8,
    repeats: int = 3,
    cookies: Mapping[str, str] | None = None,
) -> Figures:
    """The median of `repeats` runs of wrk against a loopback address, as a browser that takes gzip."""
    assert url.startswith("http://127.0.0.1:"), url
    cookie = "; ".join(f"{k}={v}" for k, v in (cookies or {}).items())
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "-s", str(HERE / "report.lua")]
    command += ["-H", "Accept-Encoding: gzip", *(["-H", f"Cookie: {cookie}"] if cookie else []), url]
    runs = []
    for _run in range(repeats):
        before = cpu_seconds(pid)
        out = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 30).stdout
        line = next(row for row in out.splitlines() if row.startswith("FIGURES")).split()[1:]
        count, micros, p50, p95, failed = map(int, line)
        cpu = (cpu_seconds(pid) - before) * 1000 / max(count, 1)
        runs.append(Figures(count * 1e6 / micros, p50 / 1000, p95 / 1000, failed, cpu))
    return median(runs)


def median(runs: list[Figures]) -> Figures:
    middle = sorted(runs, key=lambda f: f.rate)[len(runs) // 2]
    return Figures(middle.rate, middle.p50, middle.p95, sum(f.failed for f in runs), middle.cpu)


def flow(one: Callable[[int], bool], pid: int, *, clients: int, times: int) -> Figures:
    """`times` runs of `one(number)` by `clients` threads; False or an error counts as failed."""
    took: list[float] = []
    failed: list[int] = []
    numbers = iter(range(times))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            start = time.perf_counter()
            try:
                good = one(number)
            except (OSError, AssertionError) as error:
                print(f"  {number}: {error!r}"[:300])
                good = False
            took.append((time.perf_counter() - start) * 1000)
            if not good:
                failed.append(number)

    before, start = cpu_seconds(pid), time.perf_counter()
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    seconds = time.perf_counter() - start
    ranks = statistics.quantiles(took, n=20) if len(took) > 1 else took * 20
    cpu = (cpu_seconds(pid) - before) * 1000 / times
    return Figures(times / seconds, statistics.median(took), ranks[-1], len(failed), cpu)

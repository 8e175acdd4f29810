"""The work of the staff, the public pages and what beat runs, on the rows that are there: times against the goals.

Whole pages through Django's test client in this process, warm, and every statement by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from procedures.models import Procedure
from submissions import photos, signatures, worklist
from submissions.models import Officer, Submission
from submissions.notices import delivery
from submissions.papers import drawing
from submissions.states import Role

LIST = "/admin/submissions/submission/"
STATEMENT_MS = 100.0
REPEATS = 5
QUEUE, NAME, CODE, ANY, FIGURES = 80.0, 150.0, 40.0, 200.0, 200.0


@dataclass(frozen=True)
class Job:
    """Something to time; `goal` in milliseconds for the whole of it."""

    name: str
    goal: float
    run: Callable[[], Any]


@dataclass
class Times:
    """Milliseconds of the whole, of this process and the database's on a processor, and of each statement."""

    whole: float = 0.0
    busy: float = 0.0
    statements: list[tuple[float, str]] = field(default_factory=list)

    @property
    def slowest(self) -> tuple[float, str]:
        return max(self.statements, default=(0.0, ""))


@contextmanager
def listening(heard: list[tuple[float, str]]) -> Iterator[None]:
    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        begun = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            heard.append(((time.perf_counter() - begun) * 1000, sql))

    with connection.execute_wrapper(wrapper):
        yield


def processor_ms() -> float:
    """What this process and its PostgreSQL backend have used; the latter only where it runs on this machine (Linux)."""
    backend = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    own = time.process_time() * 1000
    return own + int(backend.read_text().split()[0]) / 1_000_000 if backend.exists() else own


def once(job: Job) -> Times:
    times = Times()
    connection.ensure_connection()
    before, begun = processor_ms(), time.perf_counter()
    with listening(times.statements):
        job.run()
    times.whole, times.busy = (time.perf_counter() - begun) * 1000, processor_ms() - before
    return times


def median(job: Job, repeats: int = REPEATS) -> Times:
    """The run in the middle, after one that warms up."""
    once(job)
    return sorted((once(job) for _ in range(repeats)), key=lambda t: t.whole)[repeats // 2]


# --- what is measured ----------------------------------------------------------------------------


class Desk:
    """A browser in which an officer is logged in."""

    def __init__(self, officer: Officer) -> None:
        self.officer, self.client = officer, Client()
        self.client.force_login(officer.user, "django.contrib.auth.backends.ModelBackend")

    def page(self, address: str) -> Callable[[], Any]:
        return lambda: opened(self.client, address)


def opened(client: Client, address: str) -> Any:
    response = client.get(address, HTTP_HOST="localhost")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if response.status_code != 200:
        raise RuntimeError(f"{address}: {response.status_code} {response.headers.get('Location', '')}")
    return body


def officers() -> dict[str, Officer]:
    """Of the unit with most files and of the one with least: a desk of all roles would be nobody's."""
    rows = Officer.objects.select_related("user", "agency").filter(user__username__startswith="bench-", is_active=True)
    by_size = sorted(
        {o.agency_id for o in rows}, key=lambda pk: Submission.objects.filter(agency=pk, state="HANDED_OVER").count()
    )
    places = {"town": by_size[-1], "ward": by_size[0]}
    return {
        f"{place}, {role.value}": next(o for o in rows if o.agency_id == agency and o.has_role(role))
        for place, agency in places.items()
        for role in (Role.RECEPTION, Role.SPECIALIST, Role.LEADER)
    }


def jobs() -> Iterator[Job]:
    staff = officers()
    for who, officer in staff.items():
        yield from queues(who, Desk(officer))
    for who in ("town, leader", "ward, leader"):
        yield from searches(who, Desk(staff[who]))
        yield from lists(who, Desk(staff[who]))
    yield from other_lists("town, leader", Desk(staff["town, leader"]))
    yield from public()
    yield from beat()
    yield from nightly()


def queues(who: str, desk: Desk) -> Iterator[Job]:
    """The desk home and the queues that this officer is offered."""
    yield Job(f"desk home ({who})", QUEUE, desk.page("/admin/"))
    for queue in worklist.queues_for(desk.officer):
        yield Job(f"queue {queue.key} ({who})", QUEUE, desk.page(f"{LIST}?queue={queue.key}"))


def sample(officer: Officer) -> Submission:
    """A closed file in the middle of the years."""
    rows = Submission.objects.visible_to(officer).filter(state="HANDED_OVER").order_by("submitted_at")
    return rows[rows.count() // 2]


def searches(who: str, desk: Desk) -> Iterator[Job]:
    known = sample(desk.officer)
    code, name = str(known.dossier_code), "+".join(known.applicant_name.split())
    terms = {
        "full name": (name, NAME),
        "name without tone marks": ("tran+thi+thanh+huyen", NAME),
        "family and middle name": ("nguyen+van", NAME),
        "a rare name": ("dinh+trong+xoan", NAME),
        "family name alone": ("nguyen", NAME),
        "two letters": ("an", ANY),
        "two short words": ("ho+an", NAME),
        "nobody of this name": ("nguyen+khongco", NAME),
        "whole code": (code, CODE),
        "code without signs": (code.replace("-", "").replace(".", ""), CODE),
        "part of a code": (code[-11:], CODE),
        "end of a code": (code[-7:].replace("-", ""), CODE),
        "part of a reference": (str(known.reference)[:4], CODE),
        "phone in groups": ("0912+345+678", CODE),
        "identity number": (known.applicant_id_number, CODE),
    }
    for what, (term, goal) in terms.items():
        yield Job(f"search: {what} ({who})", goal, desk.page(f"{LIST}?q={term}"))
    yield Job(f"search in state: name ({who})", NAME, desk.page(f"{LIST}?q=le+thi&state=DECLINED"))


def lists(who: str, desk: Desk) -> Iterator[Job]:
    rows = Submission.objects.visible_to(desk.officer)
    used = rows.order_by().values_list("procedure__code", "procedure__sector__key")
    code, sector = used.filter(procedure__in=Procedure.objects.exclude(published=None))[0]
    asked = (
        "", "o=1", "o=-1", "o=6", "o=-6", "o=7", "o=-7", "state=HANDED_OVER", "state=STOPPED", "state=WITHDRAWN&o=7",
        "channel=post", "channel=online&state=DECLINED", f"procedure={code}", f"procedure={code}&channel=post",
        f"sector={sector}", f"sector={sector}&state=REFUSED", "due=overdue", "due=later", "assignee=me",
        "assignee=none", f"assignee={desk.officer.pk}&channel=post", "reply=late", "p=9000",
    )  # fmt: skip
    for query in asked:
        yield Job(f"list ?{query} ({who})", ANY, desk.page(f"{LIST}?{query}"))
    yield Job(f"record ({who})", ANY, desk.page(f"{LIST}{sample(desk.officer).pk}/change/"))


def other_lists(who: str, desk: Desk) -> Iterator[Job]:
    addresses = (
        "/admin/submissions/notice/", "/admin/submissions/notice/?sent=failed",
        "/admin/submissions/notice/?sent=waiting",
        "/admin/submissions/notice/?channel=sms", "/admin/submissions/letter/", "/admin/submissions/letter/?q=tran+thi",
        "/admin/submissions/feedback/", "/admin/submissions/rating/", "/admin/submissions/rating/?grade__exact=1",
        f"{LIST}so-theo-doi/",
    )  # fmt: skip
    for address in addresses:
        yield Job(f"{address} ({who})", ANY, desk.page(address))


def public() -> Iterator[Job]:
    client, citizen = Client(), Client()
    citizen.force_login(
        get_user_model().objects.get(username="bench-dan-7"), "django.contrib.auth.backends.ModelBackend"
    )
    yield Job("/thong-ke/", FIGURES, lambda: opened(client, "/thong-ke/"))
    yield Job("/tai-khoan/", ANY, lambda: opened(citizen, "/tai-khoan/"))
    known = Submission.objects.filter(state="HANDED_OVER")[0]
    yield Job("/tra-cuu/", ANY, lambda: opened(client, f"/tra-cuu/?ma={known.dossier_code}"))
    yield Job("/healthz", ANY, lambda: client.get("/healthz", HTTP_HOST="localhost"))


def beat() -> Iterator[Job]:
    """The look at what waits, of what runs every few seconds."""
    yield Job("notices: next to send", ANY, lambda: delivery.next_keys("sms"))
    yield Job("papers: next to draw", ANY, drawing.next_keys)
    yield Job("signatures: waiting", ANY, lambda: list(signatures.waiting()[:5]))
    yield Job("photos: to put together", ANY, lambda: list(photos.due()))


def nightly() -> Iterator[Job]:
    """Once a night all photos that are kept are looked at."""
    now = timezone.now()
    yield Job("photos: originals to delete", 20 * ANY, lambda: list(photos.purgeable(now)))


# --- the table -----------------------------------------------------------------------------------


def table(wanted: str = "") -> bool:
    """Prints a line a job; False when a goal is missed."""
    good = True
    print(f"{'what':66} {'goal':>6} {'ms':>7} {'busy ms':>7} {'statements':>10} {'all ms':>7} {'slowest':>8}")
    for job in jobs():
        if wanted in job.name:
            good &= line(job)
    return good


def line(job: Job) -> bool:
    times = median(job)
    slowest, sql = times.slowest
    missed = times.whole > job.goal or slowest > STATEMENT_MS
    total = sum(t for t, _sql in times.statements)
    print(
        f"{job.name:66} {job.goal:6.0f} {times.whole:7.1f} {times.busy:7.1f}"
        f" {len(times.statements):10} {total:7.1f} {slowest:8.1f}" + (f"  MISSED\n    {sql[:600]}" if missed else ""),
        flush=True,
    )
    return not missed

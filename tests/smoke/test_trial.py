"""The main job on a machine with nothing but Python: SQLite, files, the queue in a folder, a real worker and beat."""

from __future__ import annotations

import contextlib
import datetime
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.utils import timezone

from procedures import spec
from submissions.management.demo.staff import FIXED_PASSWORD
from tests import journey
from tests.running import Portal

FOLDER = Path(settings.BASE_DIR) / "procedures" / "catalogue" / "hong-linh"
CODE = "1.001193"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("smoke") / "var"


@pytest.fixture(scope="module")
def portal(var: Path) -> Iterator[Portal]:
    found = Portal(var, DEMO="true")
    found.wait_until_served()
    yield found
    assert found.end() == 0


Visit = Callable[[], journey.HttpVisitor]


@pytest.fixture
def visit(portal: Portal) -> Iterator[Visit]:
    """Makes visitors, each with a browser of their own."""
    with contextlib.ExitStack() as open_connections:

        def arrive() -> journey.HttpVisitor:
            visitor = journey.HttpVisitor(f"http://127.0.0.1:{portal.port}")
            open_connections.callback(visitor.connection.close)
            return visitor

        yield arrive


def birth() -> spec.ProcedureSpec:
    lists = yaml.safe_load((FOLDER / "lists.yaml").read_text())["lists"]
    (path,) = (FOLDER / "procedures").glob(f"{CODE}-*.yaml")
    return spec.build(yaml.safe_load(path.read_text()), lists)


def log_in(staff: journey.HttpVisitor, name: str) -> None:
    staff.get("/admin/login/")
    page = staff.post("/admin/login/", {"username": [name], "password": [FIXED_PASSWORD], "next": ["/admin/"]})
    assert page.path == "/admin/"


def receive(staff: journey.HttpVisitor, reference: str) -> None:
    """Finds the submission by its reference, opens the page of the verb and confirms it."""
    found = staff.get(f"/admin/submissions/submission/?q={reference}").html
    (record,) = set(re.findall(r'href="(/admin/submissions/submission/\d+/)', found))
    page = staff.get(f"{record}receive/").html
    typed = dict(re.findall(r'<input type="hidden" name="(version)" value="(\d+)"', page))
    staff.post(f"{record}receive/", {name: [value] for name, value in typed.items()})


def test_a_birth_is_registered(portal: Portal, visit: Visit, var: Path) -> None:
    done = journey.file(visit(), journey.Plan(birth()))
    reference, secret = done.mark("reference"), done.mark("tracking-secret")
    assert reference is not None
    assert secret is not None

    # The receipt goes out by itself: beat, the queue in VAR, the worker.
    portal.wait_for(lambda: any(reference in mail.read_text() for mail in (var / "mail").glob("*")), 90)

    staff = visit()
    log_in(staff, "motcua-bachong")
    receive(staff, reference)

    # The citizen looks it up with the two codes on the paper.
    citizen = visit()
    citizen.get("/tra-cuu/")
    answer = citizen.post("/tra-cuu/", {"ma": [reference], "ma-tra-cuu": [secret]})
    assert answer.mark("state") == "RECEIVED"
    assert datetime.date.fromisoformat(answer.mark("due-on") or "") >= timezone.localdate()
    assert re.fullmatch(r"[\w.]+-\d{6}-\d{4}", answer.mark("dossier-code") or "")
    assert citizen.get("/healthz").status == 200

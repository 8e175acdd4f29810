"""A reception officer at the counter, for tests: what is typed for any procedure, and the pages it is sent to."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from procedures.models import Agency
from procedures.spec import ProcedureSpec
from submissions.models import Officer, Submission
from submissions.states import Role
from tests import values
from tests.factories import OfficerFactory

COUNTER = "/admin/submissions/counter/"
KEY = "mot-khoa-de-thu-nghiem-00"


def person(**more: str) -> dict[str, Any]:
    """The applicant's block with the names of the counter page."""
    return {f"counter-{name}": many[0] for name, many in values.APPLICANT.items()} | {
        f"counter-{name}": value for name, value in more.items()
    }


def ticks(spec: ProcedureSpec, *without: str) -> dict[str, str]:
    """Every paper ticked, with one original each."""
    typed = {}
    for d in spec.documents:
        if d.key not in without:
            typed[f"paper-{d.key}-in"] = "on"
            typed |= {f"paper-{d.key}-originals": "1"} if d.how == "submit" else {}
    return typed


def declaration(spec: ProcedureSpec, pick: int = 0) -> dict[str, Any]:
    """Valid answers to the whole form, nothing attached."""
    typed: dict[str, Any] = {}
    known: dict[str, Any] = {}
    for section in spec.form.sections if spec.form else ():
        typed |= values.section(section, known, pick)[0]
    return typed


def whole(spec: ProcedureSpec, *, pick: int = 0, without: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """A complete page; `more` replaces inputs, with "_" for "-" in names that begin with counter."""
    typed = {"counter-key": KEY, "counter-channel": "counter", "counter-sets": "1", "counter-delivery": "counter"}
    named = {k.replace("counter_", "counter-", 1): v for k, v in more.items()}
    return {**typed, **person(), **declaration(spec, pick), **ticks(spec, *without), **named}


def pressed(typed: dict[str, Any], button: str) -> dict[str, Any]:
    """A question may be called `action` too; the button comes last, as on the page."""
    return {**typed, "action": [*typed.get("action", []), button]}


class Reception:
    """One officer in one browser."""

    def __init__(self, agency: Agency, *roles: str, client: Client | None = None) -> None:
        self.officer: Officer = OfficerFactory(agency=agency, roles=list(roles or [Role.RECEPTION.value]))
        self.client = client or Client()
        self.client.force_login(self.officer.user)

    def open(self, code: str, **query: str) -> Any:
        return self.client.get(f"{COUNTER}{code}/", {k.replace("_", "-"): v for k, v in query.items()})

    def send(self, code: str, typed: dict[str, Any], button: str = "receive") -> Any:
        return self.client.post(f"{COUNTER}{code}/", pressed(typed, button))

    def entered(self, code: str, typed: dict[str, Any], button: str = "receive") -> Submission:
        """Sends a page that is complete; returns what was filed."""
        answer = self.send(code, typed, button)
        assert answer.status_code == 302, problems(answer)
        return Submission.objects.get(pk=int(re.findall(r"counter/(\d+)/xong/", answer["Location"])[0]))


def problems(answer: Any) -> list[str]:
    """The sentences of the error summary."""
    found = re.search(r'class="error-summary".*?</ul>', answer.content.decode(), re.DOTALL)
    return [html.unescape(s) for s in re.findall(r'<a href="[^"]+">([^<]+)</a>', found.group(0))] if found else []


def text(answer: Any) -> str:
    body = re.sub(r"<(script|style|template)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)))

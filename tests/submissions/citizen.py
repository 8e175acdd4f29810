"""A citizen at the browser, for tests of the pages: typed blocks of the birth form and short ways to each step."""

from __future__ import annotations

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions.models import Submission
from tests import factories, values

CHILD = {
    "child_name": "Nguyễn Thị Ánh",
    "child_birth_date": "03/02/2026",
    "child_sex": "nu",
    "birth_place": "here",
}
PARENTS = {"siblings-TOTAL_FORMS": "1", "siblings-0-sibling_name": "Nguyễn Văn Đức", "siblings-0-sibling_year": "2020"}
APPLICANT = {name: many[0] for name, many in values.APPLICANT.items()}
# What a page without a tick says of its boxes.
BOXES: dict[str, list[str]] = {"parents_married": [], "wants_copy": []}
DELIVERY = {"delivery": "counter"}
STEPS = ["nguoi-nop", "tre", "cha_me", "giay-to", "nhan-ket-qua", "kiem-tra"]


def picture(name: str = "ảnh.png", seed: int = 1) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, values.photo(16, 16, seed=seed, kind="PNG"))


class Citizen:
    """One browser with one draft of the birth procedure."""

    def __init__(self, draft: Submission | None = None, client: Client | None = None) -> None:
        self.client = client or Client()
        self.draft = draft or self.begin()

    def begin(self, procedure: Any = None, agency: Any = None) -> Submission:
        agency = agency or factories.AgencyFactory()
        procedure = procedure or factories.ProcedureFactory(content=factories.document())
        self.client.post(f"/nop-ho-so/{procedure.code}/", {"co-quan": agency.slug})
        return Submission.objects.get(procedure=procedure)

    def url(self, step: str) -> str:
        return f"/nop-ho-so/{self.draft.procedure.code}/{self.draft.draft_key}/{step}/"

    def get(self, step: str, **query: str) -> Any:
        return self.client.get(self.url(step), query)

    def post(self, step: str, typed: dict[str, Any], action: str = "next", **headers: Any) -> Any:
        return self.client.post(self.url(step), {**typed, "action": action}, **headers)

    def fill(self, *, but: str = "") -> None:
        """Every step but one."""
        blocks: dict[str, dict[str, Any]] = {
            "nguoi-nop": APPLICANT,
            "tre": CHILD,
            "cha_me": PARENTS,
            "giay-to": {"document-birth_proof": picture()},
            "nhan-ket-qua": DELIVERY,
        }
        for step, typed in blocks.items():
            if step != but:
                self.post(step, typed)

    def send(self, **typed: Any) -> Any:
        return self.post("kiem-tra", {"declare_true": "on", **typed}, "submit")

    def now(self) -> Submission:
        self.draft = Submission.objects.get(pk=self.draft.pk)
        return self.draft

    def file(self) -> Submission:
        self.fill()
        self.send()
        return self.now()


def text(answer: Any) -> str:
    """What a person reads in <main>, in one line."""
    body = answer.content.decode()
    main = re.sub(r"<(script|style|template)\b.*?</\1>", " ", body[body.index("<main") :], flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main.split("</main>")[0])).strip()


def mends(answer: Any) -> list[tuple[str, str]]:
    """Links and sentences of the error summary."""
    found = re.search(r'class="error-summary".*?</ul>', answer.content.decode(), re.DOTALL)
    return re.findall(r'<a href="([^"]+)">([^<]+)</a>', found.group(0)) if found else []


def mark(answer: Any, name: str) -> str | None:
    found = re.search(rf'data-{name}="([^"]*)"', answer.content.decode())
    return found.group(1) if found else None

"""An editor at the pages of one procedure's draft."""

from __future__ import annotations

import html
import re
from typing import Any

from django.test import Client

from procedures import editing
from procedures.models import Agency, Procedure, ProcedureRevision
from tests import factories
from tests.procedures.pageforms import Typed, editor_form

BIRTH_PROOF = 1  # the second paper of tests/data/birth.yaml


class Editor:
    """Signed in as editor of the town, with a draft of a procedure at hand."""

    def __init__(self, procedure: Procedure | None = None, *, drafts: bool = True) -> None:
        self.procedure = procedure or factories.ProcedureFactory()
        town = factories.AgencyFactory(kind=Agency.Kind.TOWN)
        self.user = factories.OfficerFactory(agency=town, roles=["editor"], user__full_name="Lê Thị Biên").user
        self.client = Client()
        self.client.force_login(self.user)
        if drafts:
            editing.start(self.procedure, self.user)

    def url(self, rest: str = "") -> str:
        return f"/admin/procedures/procedure/{self.procedure.pk}/{rest}"

    def draft_url(self, rest: str = "") -> str:
        return self.url(f"ban-soan/{rest}")

    def get(self, rest: str = "") -> Any:
        return self.client.get(self.draft_url(rest))

    def typed(self, rest: str) -> Typed:
        """What the page's form would send as it stands."""
        return editor_form(self.get(rest))

    def save(self, rest: str, **changes: Any) -> Any:
        """Opens the page, changes some inputs (names with - written as __), sends it."""
        given = {name.replace("__", "-"): value for name, value in changes.items()}
        return self.client.post(self.draft_url(rest), {**self.typed(rest), **given})

    def send(self, rest: str, typed: dict[str, Any]) -> Any:
        return self.client.post(self.draft_url(rest), typed)

    @property
    def draft(self) -> ProcedureRevision:
        found = editing.draft_of(self.procedure)
        assert found is not None
        return found

    @property
    def content(self) -> dict[str, Any]:
        found: dict[str, Any] = self.draft.content
        return found

    def keep(self, change: Any) -> None:
        """Saves the document after `change` worked on it, as the text page would."""
        draft = self.draft
        change(draft.content)
        editing.save(draft, draft.content, version=draft.version, by=self.user)


def words(answer: Any) -> str:
    """The page as it is read: without tags, entities and line breaks."""
    plain = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", plain)))


def links(answer: Any) -> list[tuple[str, str]]:
    """Address and words of the links inside alerts."""
    alerts = re.findall(r'role="alert".*?</div>', answer.content.decode(), flags=re.DOTALL)
    found = [m for alert in alerts for m in re.findall(r'<a href="([^"]+)">(.*?)</a>', alert, flags=re.DOTALL)]
    return [(html.unescape(a), html.unescape(w)) for a, w in found]


def ids(answer: Any) -> list[str]:
    return re.findall(r'\sid="([^"]+)"', answer.content.decode())

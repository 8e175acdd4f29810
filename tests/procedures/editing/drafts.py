"""A procedure with a draft, and short ways to change its document."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from procedures import editing
from procedures.models import Procedure, ProcedureRevision
from tests import factories

Content = dict[str, Any]


def editor() -> Any:
    return factories.UserFactory(is_staff=True, full_name="Lê Thị Biên")


def draft_of(procedure: Procedure | None = None) -> ProcedureRevision:
    return editing.start(procedure or factories.ProcedureFactory(), editor())


def fields(content: Content, section: int = 0) -> list[Content]:
    found: list[Content] = content["form"]["sections"][section]["fields"]
    return found


def changed(draft: ProcedureRevision, change: Callable[[Content], object]) -> ProcedureRevision:
    """The draft as saved after `change` worked on its content."""
    content = copy.deepcopy(draft.content)
    change(content)
    return editing.save(draft, content, version=draft.version, by=draft.edited_by)


def published(draft: ProcedureRevision) -> ProcedureRevision:
    return editing.publish(draft, by=draft.edited_by, reason="Theo quy định mới", legal_document="1/2026/NĐ-CP")

"""The differences between two documents as sentences that can be read aloud."""

from __future__ import annotations

from procedures.editing.comparing import money, papers, questions, texts
from procedures.spec import ProcedureSpec


def differences(old: ProcedureSpec, new: ProcedureSpec) -> list[str]:
    """In the order of a procedure's page; empty exactly when nothing differs."""
    found = [
        *texts.identity(old, new),
        *questions.form(old, new),
        *papers.documents(old, new),
        *money.fees(old, new),
        *texts.time_limit(old, new),
        *texts.legal_basis(old, new),
        *texts.rest(old, new),
    ]
    return [f"{sentence[0].upper()}{sentence[1:]}" for sentence in found]


__all__ = ["differences"]

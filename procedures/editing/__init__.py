"""Editing a procedure's document: a draft is started, saved, checked, compared, tried and published.

Rules live here; the screens are in procedures/admin. A published revision is never changed: whatever is edited is a
draft of its own, at most one a procedure, and becomes the next revision when it is published.
"""

from procedures.editing.checking import Problem, problems, warnings
from procedures.editing.comparing import differences
from procedures.editing.drafts import ON_DISCARD, discard, draft_of, lists_of, restore, save, start
from procedures.editing.errors import EditConflict, EditError, NotPublishable, YamlProblem
from procedures.editing.publishing import publish
from procedures.editing.standing import ON_PAY_WHEN, close, history, pause, reopen, set_pay_when
from procedures.editing.text import from_yaml, to_yaml

__all__ = [
    "ON_DISCARD",
    "ON_PAY_WHEN",
    "EditConflict",
    "EditError",
    "NotPublishable",
    "Problem",
    "YamlProblem",
    "close",
    "differences",
    "discard",
    "draft_of",
    "from_yaml",
    "history",
    "lists_of",
    "pause",
    "problems",
    "publish",
    "reopen",
    "restore",
    "save",
    "set_pay_when",
    "start",
    "to_yaml",
    "warnings",
]

"""The catalogue document of a procedure as frozen dataclasses: the one shape behind every page, form and paper.

`build()` makes them of content that was checked before it was stored (procedures/loading/check.py), `parsed()` keeps
them by digest. Nothing here knows Django.
"""

from procedures.spec.building import build, list_choices
from procedures.spec.changes import Matched, fits, match, match_fields, match_questions, newly_required
from procedures.spec.keeping import Load, digest, parsed
from procedures.spec.model import (
    KINDS,
    UNITS,
    Answers,
    Choice,
    Condition,
    Document,
    Fee,
    Field,
    FormSpec,
    Kinds,
    LegalBasis,
    ProcedureSpec,
    Section,
    TimeLimit,
    Variant,
)
from procedures.spec.visibility import visible_answers, visible_fields, visible_form

__all__ = [
    "KINDS",
    "UNITS",
    "Answers",
    "Choice",
    "Condition",
    "Document",
    "Fee",
    "Field",
    "FormSpec",
    "Kinds",
    "LegalBasis",
    "Load",
    "Matched",
    "ProcedureSpec",
    "Section",
    "TimeLimit",
    "Variant",
    "build",
    "digest",
    "fits",
    "list_choices",
    "match",
    "match_fields",
    "match_questions",
    "newly_required",
    "parsed",
    "visible_answers",
    "visible_fields",
    "visible_form",
]

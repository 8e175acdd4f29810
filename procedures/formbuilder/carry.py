"""What was typed on one revision of a form, taken over to another."""

from __future__ import annotations

import re

from procedures.formbuilder.typed import Typed
from procedures.spec import Field, ProcedureSpec, fits


def _fields(spec: ProcedureSpec) -> dict[str, Field]:
    return {f.key: f for f in spec.form.fields()} if spec.form else {}


def carried(typed: Typed, old: ProcedureSpec, new: ProcedureSpec) -> Typed:
    """The typed values whose question is still there with a kind that fits; they are checked anew in any case.

    A choice that is offered no more is left out: nobody chose what stands in its place.
    """
    before, after = _fields(old), _fields(new)
    found: Typed = {}
    for name, values in typed.items():
        was, now = _asked(name, before), _asked(name, after)
        if was is None or now is None or not fits(was, now):
            continue
        gone = _gone(was, now)
        left = [v for v in values if v not in gone]
        if left or not values:
            found[name] = left
    return found


def choices_lost(typed: Typed, old: ProcedureSpec, new: ProcedureSpec) -> list[Field]:
    """The questions, each once, whose chosen answer is offered no more."""
    before, after = _fields(old), _fields(new)
    found: dict[Field, None] = {}
    for name, values in typed.items():
        was, now = _asked(name, before), _asked(name, after)
        if was is not None and now is not None and fits(was, now) and _gone(was, now) & set(values):
            found[now] = None
    return list(found)


def _gone(was: Field, now: Field) -> set[str]:
    return {c.value for c in was.choices} - {c.value for c in now.choices}


def _asked(name: str, fields: dict[str, Field]) -> Field | None:
    """The question behind an input: one of the form, a repeat (its count of rows), or one of its cells."""
    if name in fields:
        return fields[name]
    for repeat in (f for f in fields.values() if f.kind == "repeat"):
        found = re.fullmatch(rf"{re.escape(repeat.key)}-(?:TOTAL_FORMS|\d+-(.+))", name, re.ASCII)
        if found:
            return repeat if found[1] is None else next((g for g in repeat.fields if g.key == found[1]), None)
    return None

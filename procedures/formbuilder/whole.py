"""All sections of a form, one after the other: at filing and whenever answers are checked again."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from procedures.formbuilder.errors import FieldError
from procedures.formbuilder.sections import SectionForm
from procedures.spec import Answers, FormSpec

Typed = Mapping[str, list[str]]


def checked_sections(
    form: FormSpec,
    typed: Typed,
    *,
    stored: Answers | None = None,
    files: Mapping[str, Sequence[Any]] | None = None,
    today: datetime.date | None = None,
    only: frozenset[str] | set[str] | None = None,
    until: str = "",
) -> Iterator[SectionForm]:
    """Each section up to the one named `until`, checked, knowing the answers of those before it."""
    before: dict[str, Any] = {}
    for section in form.sections:
        if section.key == until:
            return
        filled = SectionForm(section, before=before, typed=typed, stored=stored, files=files, today=today, only=only)
        filled.is_valid()
        before = {**before, **filled.answers}
        yield filled


def whole_form(
    form: FormSpec,
    typed: Typed,
    *,
    stored: Answers | None = None,
    files: Mapping[str, Sequence[Any]] | None = None,
    today: datetime.date | None = None,
    only: frozenset[str] | set[str] | None = None,
) -> tuple[dict[str, Any], dict[str, list[FieldError]]]:
    """The answers of the whole form, and the errors by section key; sections without errors are left out."""
    answers: dict[str, Any] = {}
    errors: dict[str, list[FieldError]] = {}
    for filled in checked_sections(form, typed, stored=stored, files=files, today=today, only=only):
        answers |= filled.answers
        if filled.errors:
            errors[filled.section.key] = filled.errors
    return answers, errors


def answers_before(
    form: FormSpec, section_key: str, typed: Typed, *, stored: Answers | None = None, today: datetime.date | None = None
) -> dict[str, Any]:
    """The valid answers of the sections before one, for its conditions; what is wrong there is left out."""
    answers: dict[str, Any] = {}
    for filled in checked_sections(form, typed, stored=stored, today=today, until=section_key):
        answers |= filled.answers
    return answers


def opened_fields(form: FormSpec, keys: Iterable[str]) -> frozenset[str]:
    """The keys together with every question that an open one can bring up."""
    opened = set(keys)
    for f in form.fields():
        if f.show_when is not None and f.show_when.field in opened:
            opened.add(f.key)
    return frozenset(opened)

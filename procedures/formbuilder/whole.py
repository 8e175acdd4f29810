"""All sections of a form, one after the other: at filing and whenever answers are checked again."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from procedures.formbuilder.errors import FieldError
from procedures.formbuilder.sections import SectionForm
from procedures.spec import Answers, Field, FormSpec, Section

Typed = Mapping[str, list[str]]


def checked_sections(
    sections: Iterable[Section],
    typed: Typed,
    *,
    stored: Answers | None = None,
    files: Mapping[str, Sequence[Any]] | None = None,
    today: datetime.date | None = None,
    only: frozenset[str] | set[str] | None = None,
) -> Iterator[SectionForm]:
    """Each section, checked, knowing the answers of those before it."""
    before: dict[str, Any] = {}
    for section in sections:
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
    for filled in checked_sections(form.sections, typed, stored=stored, files=files, today=today, only=only):
        answers |= filled.answers
        if filled.errors:
            errors[filled.section.key] = filled.errors
    return answers, errors


def answers_before(
    form: FormSpec, section_key: str, typed: Typed, *, stored: Answers | None = None, today: datetime.date | None = None
) -> dict[str, Any]:
    """The valid answers of earlier sections that this one's conditions look back at; what is wrong is left out."""
    answers: dict[str, Any] = {}
    for filled in checked_sections(_looked_at_by(form, section_key), typed, stored=stored, today=today):
        answers |= filled.answers
    return answers


def answers_to(form: FormSpec, keys: frozenset[str], typed: Typed) -> dict[str, Any]:
    """The valid answers to these questions, and to others of their sections; the rest of the form is not looked at."""
    answers: dict[str, Any] = {}
    for filled in checked_sections(_sections_with(form.sections, set(keys)), typed):
        answers |= filled.answers
    return answers


# --- which sections tell -------------------------------------------------------------------------


@functools.lru_cache(maxsize=1024)
def _looked_at_by(form: FormSpec, section_key: str) -> tuple[Section, ...]:
    """The earlier sections that a section's conditions depend on, however indirectly; most depend on none."""
    place = next((i for i, s in enumerate(form.sections) if s.key == section_key), len(form.sections))
    own = form.sections[place : place + 1]
    return _sections_with(form.sections[:place], _looks_at(own[0].fields) if own else {f.key for f in form.fields()})


def _sections_with(sections: tuple[Section, ...], keys: set[str]) -> tuple[Section, ...]:
    """The sections that ask one of the keys, and those before them that decide what these ask."""
    found: list[Section] = []
    for section in reversed(sections):
        if any(f.key in keys for f in section.fields):
            found.insert(0, section)
            keys = keys | _looks_at(section.fields)
    return tuple(found)


def _looks_at(fields: Iterable[Field]) -> set[str]:
    """Keys that the questions' conditions and limits name, rows of repeats included."""
    keys: set[str] = set()
    for f in fields:
        keys |= {f.show_when.field} if f.show_when else set()
        keys |= {f.after_field} if f.after_field else set()
        keys |= _looks_at(f.fields)
    return keys


def opened_fields(form: FormSpec, keys: Iterable[str]) -> frozenset[str]:
    """The keys together with every question that an open one can bring up."""
    opened = set(keys)
    for f in form.fields():
        if f.show_when is not None and f.show_when.field in opened:
            opened.add(f.key)
    return frozenset(opened)

"""Which questions are asked, given the answers."""

from __future__ import annotations

from typing import Any

from procedures.spec.model import Answers, Field, FormSpec, Section


def visible_fields(fields: tuple[Field, ...], answers: Answers, outer: Answers | None = None) -> list[Field]:
    """The fields that are asked, given the answers. A hidden field counts as unanswered for the conditions after it.

    `outer` holds the answers around a repeat's row; the row's own answers come first.
    """
    known: dict[str, Any] = dict(outer or {})
    shown = []
    for f in fields:
        if f.show_when is None or f.show_when.holds(known):
            shown.append(f)
            known[f.key] = answers.get(f.key)
        else:
            known.pop(f.key, None)
    return shown


def visible_form(form: FormSpec, answers: Answers) -> list[tuple[Section, list[Field]]]:
    """Sections with the fields that are asked; conditions may reach back into earlier sections."""
    result = []
    known: dict[str, Any] = {}
    for section in form.sections:
        shown = visible_fields(section.fields, answers, known)
        known.update({f.key: answers.get(f.key) for f in shown})
        result.append((section, shown))
    return result


def visible_answers(form: FormSpec, answers: Answers) -> dict[str, Any]:
    """Only the answers of fields that are asked: what may be stored, shown, printed and exported."""
    kept: dict[str, Any] = {}
    for _section, shown in visible_form(form, answers):
        for f in shown:
            if f.key not in answers:
                continue
            value = answers[f.key]
            if f.kind == "repeat":
                value = [_visible_row(f, row, kept) for row in value or []]
            kept[f.key] = value
    return kept


def _visible_row(repeat: Field, row: Answers, outer: Answers) -> dict[str, Any]:
    return {g.key: row[g.key] for g in visible_fields(repeat.fields, row, outer) if g.key in row}

"""Answers as people read them: on the check page, the own page, the staff view, papers and exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from procedures.fields import date_text, decimal_text, grouped
from procedures.spec import Answers, Field, FormSpec, visible_answers, visible_form

Show = Callable[[Field, Any], str]


def _money(f: Field, value: Any) -> str:
    return _("%(amount)s đồng") % {"amount": grouped(int(value))}


def _several(f: Field, value: Any) -> str:
    return "; ".join(f.label_of(v) for v in value)


def _tick(f: Field, value: Any) -> str:
    return _("Có") if value else _("Không")


SHOWN_AS: dict[str, Show] = {
    "date": lambda f, value: date_text(value),
    "integer": lambda f, value: grouped(int(value)),
    "decimal": lambda f, value: decimal_text(value),
    "money": _money,
    "choice": lambda f, value: f.label_of(value),
    "multichoice": _several,
    "checkbox": _tick,
}


def show(f: Field, value: Any) -> str:
    """One answer in words; "" when there is none. A value that does not fit its kind is shown as it is."""
    if value is None or value in ("", []):
        return ""
    try:
        return SHOWN_AS.get(f.kind, lambda _f, v: str(v))(f, value)
    except (TypeError, ValueError, ArithmeticError):
        return str(value)


@dataclass(frozen=True)
class ShownTable:
    """A repeat: one line a row; a cell that was not asked in its row is empty."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ShownRow:
    """A question with its answer: either `text` or `table`; both empty when it was not answered."""

    key: str
    label: str
    text: str = ""
    table: ShownTable | None = None


@dataclass(frozen=True)
class ShownSection:
    key: str
    title: str
    rows: tuple[ShownRow, ...]


def _cells(repeat: Field, row: Answers) -> tuple[str, ...]:
    return tuple(show(g, row.get(g.key)) for g in repeat.fields)


def table_of(repeat: Field, value: Any) -> ShownTable | None:
    """The rows of a repeat; None when there are none."""
    rows = [row for row in value or [] if isinstance(row, Mapping)]
    if not rows:
        return None
    return ShownTable(tuple(g.label for g in repeat.fields), tuple(_cells(repeat, row) for row in rows))


def _row(f: Field, answers: Answers, files: Mapping[str, Sequence[str]]) -> ShownRow:
    if f.kind == "repeat":
        return ShownRow(f.key, f.label, table=table_of(f, answers.get(f.key)))
    if f.kind == "file":
        return ShownRow(f.key, f.label, "; ".join(files.get(f.key, ())))
    return ShownRow(f.key, f.label, show(f, answers.get(f.key)))


def rows(form: FormSpec, answers: Answers, files: Mapping[str, Sequence[str]] | None = None) -> list[ShownSection]:
    """Every question that is asked, section by section, once each; sections without a question are left out.

    `files` holds the names of uploaded files by the key of their file field.
    """
    kept = visible_answers(form, answers)
    return [
        ShownSection(section.key, section.title, tuple(_row(f, kept, files or {}) for f in shown))
        for section, shown in visible_form(form, answers)
        if shown
    ]

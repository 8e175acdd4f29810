"""Faces of a definition for machines and letters: merge fields of templates, columns of exports.

Both carry answers as people read them (procedures/display.py). What was not asked is empty, whatever is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from procedures import display
from procedures.spec import Answers, Field, FormSpec, ProcedureSpec

Files = Mapping[str, Sequence[str]]
Merged = str | list[dict[str, str]]
NO_FORM = FormSpec("", ())
# Between the rows of a repeat, and between the answers of a row, when they stand in one cell.
ROW_BREAK, ANSWER_BREAK = "\n", "; "


@dataclass(frozen=True)
class MergeField:
    """A question that a template may name by its key; a repeat is gone through row by row and has columns."""

    name: str
    label: str
    columns: tuple[MergeField, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of an export."""

    key: str
    label: str


@dataclass(frozen=True)
class Sheet:
    """A repeat as a table of its own."""

    key: str
    title: str
    columns: tuple[Column, ...]


def _fields(spec: ProcedureSpec) -> tuple[Field, ...]:
    return tuple((spec.form or NO_FORM).fields())


def _shown(spec: ProcedureSpec, answers: Answers, files: Files | None) -> dict[str, display.ShownRow]:
    """Every question that is asked, by its key."""
    sections = display.rows(spec.form or NO_FORM, answers, files)
    return {row.key: row for section in sections for row in section.rows}


# --- merge fields --------------------------------------------------------------------------------


def _merge_field(f: Field) -> MergeField:
    return MergeField(f.key, f.label, tuple(_merge_field(g) for g in f.fields))


def merge_fields(spec: ProcedureSpec) -> tuple[MergeField, ...]:
    """What a template of this procedure may name, in the order of the form."""
    return tuple(_merge_field(f) for f in _fields(spec))


def merge_values(spec: ProcedureSpec, answers: Answers, files: Files | None = None) -> dict[str, Merged]:
    """A value for every merge field; a question that was hidden or left empty is "", a repeat a list of rows.

    `files` holds the names of uploaded files by the key of their file field.
    """
    shown = _shown(spec, answers, files)
    return {f.key: _merged(f, shown.get(f.key)) for f in _fields(spec)}


def _merged(f: Field, row: display.ShownRow | None) -> Merged:
    if f.kind != "repeat":
        return row.text if row else ""
    keys = [g.key for g in f.fields]
    return [dict(zip(keys, cells, strict=True)) for cells in _table_rows(row)]


def _table_rows(row: display.ShownRow | None) -> tuple[tuple[str, ...], ...]:
    return row.table.rows if row and row.table else ()


# --- exports -------------------------------------------------------------------------------------


def export_columns(spec: ProcedureSpec) -> tuple[Column, ...]:
    """One column a question; a repeat is one column that holds all its rows."""
    return tuple(Column(f.key, f.label) for f in _fields(spec))


def export_row(spec: ProcedureSpec, answers: Answers, files: Files | None = None) -> list[str]:
    """The cells of export_columns(), empty where nothing was asked or answered."""
    shown = _shown(spec, answers, files)
    return [_cell(shown.get(f.key)) for f in _fields(spec)]


def _cell(row: display.ShownRow | None) -> str:
    if row is None or row.table is None:
        return row.text if row else ""
    return ROW_BREAK.join(_in_words(row.table.headers, cells) for cells in row.table.rows)


def _in_words(headers: Sequence[str], cells: Sequence[str]) -> str:
    """One row of a repeat with the question before every answer."""
    return ANSWER_BREAK.join(f"{head}: {cell}" for head, cell in zip(headers, cells, strict=True) if cell)


def export_sheets(spec: ProcedureSpec) -> tuple[Sheet, ...]:
    """The repeats as tables of their own, for a workbook with more than one sheet."""
    return tuple(
        Sheet(f.key, f.label, tuple(Column(g.key, g.label) for g in f.fields))
        for f in _fields(spec)
        if f.kind == "repeat"
    )


def export_sheet_rows(spec: ProcedureSpec, answers: Answers) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The rows of every sheet of export_sheets(), by its key."""
    shown = _shown(spec, answers, None)
    return {sheet.key: _table_rows(shown.get(sheet.key)) for sheet in export_sheets(spec)}

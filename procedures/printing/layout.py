"""A declaration form as it stands on paper: the one description that the PDF and the Word file are both drawn from.

`laid_out()` turns the form part of a procedure, blank or with answers, into sections of blocks. The order is that of
the forms people know: heading, addressee, numbered sections, enclosed papers, pledge, place and date, signature.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from procedures import blank_forms, display
from procedures import spec as documents
from procedures.printing import words
from procedures.printing.blocks import (
    Block,
    Boxes,
    Column,
    Enclosure,
    Line,
    Mark,
    Option,
    Pair,
    PaperForm,
    PaperSection,
    Remark,
    Signature,
    Table,
)

MOST_BOXES = 8  # a longer list of choices is written by hand on a line
SHORT_LABEL, SHORT_DATE_LABEL = 26, 10  # letters that still leave room to write on half a line
SHORT_KINDS = ("year", "integer", "phone", "id_number", "tax_code", "email", "decimal", "date")
PLEDGE = re.compile(r"cam đoan|cam kết|chịu trách nhiệm", re.IGNORECASE)
TWO_SIDES = re.compile(r"(Bên|Người) (nữ|nam|vợ|chồng)", re.IGNORECASE)
ASIDE = re.compile(r"\s*\([^()]*\)")


def laid_out(
    procedure: documents.ProcedureSpec,
    answers: Mapping[str, Any] | None = None,
    *,
    agency: str = "",
    revised_on: datetime.date | None = None,
    mark: Mark | None = None,
    blanks: bool = False,
) -> PaperForm:
    """The form of a procedure that has one: blank without answers; with them, only the questions that apply.

    `blanks`: questions were left to the pen; those that hang on one of them stand there too, with their condition.
    """
    form = procedure.form
    assert form is not None
    undecided = _undecided(form, answers, blanks)
    fields = _asked(form, answers, undecided)
    addressee, is_open = _addressee(procedure, agency)
    return PaperForm(
        title=form.title or procedure.short_name,
        origin=_sentence(ASIDE.sub("", form.based_on)),
        addressee=addressee,
        addressee_is_open=is_open,
        sections=_sections(form, fields, answers, undecided),
        enclosures=_enclosures(procedure, [f for _s, f in fields]),
        pledges=tuple(f.label for _s, f in fields if is_pledge(f)),
        place=settings.TOWN_NAME.removeprefix("Thị xã ").removeprefix("Thành phố "),
        signatures=_signatures(form),
        code=procedure.code,
        revised=_revised(procedure, revised_on),
        address=settings.SITE_URL.split("://", 1)[-1] + reverse("procedure", args=[procedure.code]),
        mark=mark,
    )


def is_pledge(field: documents.Field) -> bool:
    """A checkbox that stands above the signature as a sentence: signing the paper ticks it."""
    return field.kind == "checkbox" and field.required and bool(PLEDGE.search(field.label))


def _visible(form: documents.FormSpec, answers: Mapping[str, Any]) -> set[str]:
    return {f.key for _section, shown in documents.visible_form(form, answers) for f in shown}


def _undecided(form: documents.FormSpec, answers: Mapping[str, Any] | None, blanks: bool) -> frozenset[str]:
    """The questions of which only the pen will tell whether they apply: on a blank form all that have a condition."""
    if answers is None:
        return frozenset(f.key for f in form.fields() if f.show_when is not None)
    visible, found = _visible(form, answers), set[str]()
    for f in form.fields() if blanks else ():
        asked = f.show_when.field if f.show_when else ""
        is_open = asked in visible and answers.get(asked) is None and f.key not in visible
        if is_open or asked in found:
            found.add(f.key)
    return frozenset(found)


def _asked(
    form: documents.FormSpec, answers: Mapping[str, Any] | None, undecided: frozenset[str]
) -> list[tuple[documents.Section, documents.Field]]:
    fields = [(section, f) for section in form.sections for f in section.fields]
    if answers is None:
        return fields
    shown = _visible(form, answers) | undecided
    return [(section, f) for section, f in fields if f.key in shown]


# --- sections ------------------------------------------------------------------------------------

ROMAN = "I II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII XIX XX".split()


def _sections(
    form: documents.FormSpec,
    fields: list[tuple[documents.Section, documents.Field]],
    answers: Mapping[str, Any] | None,
    undecided: frozenset[str],
) -> tuple[PaperSection, ...]:
    result: list[PaperSection] = []
    for section in form.sections:
        own = [f for s, f in fields if s is section and f.kind != "file" and not is_pledge(f)]
        if own:
            number = ROMAN[len(result)] if len(result) < len(ROMAN) else str(len(result) + 1)
            result.append(PaperSection(number, section.title, tuple(_blocks(form, own, answers, undecided))))
    return tuple(result)


def _blocks(
    form: documents.FormSpec,
    fields: list[documents.Field],
    answers: Mapping[str, Any] | None,
    undecided: frozenset[str],
) -> list[Block]:
    """The fields of one section in order; a condition is said once for all fields in a row that share it."""
    result: list[Block] = []
    said: documents.Condition | None = None
    previous: documents.Field | None = None
    for f in fields:
        when = f.show_when if f.key in undecided else None
        if when != said:
            said, previous = when, None
            _say(result, form, said, _is_nearest(said, fields, f))
        last = result[-1] if result else None
        block = replace(_block(f, answers), under=said is not None)
        if isinstance(last, Line) and isinstance(block, Line) and previous and _is_short(previous) and _is_short(f):
            result[-1], previous = Pair(last, block), None
        else:
            result.append(block)
            previous = f
    return result


def _say(result: list[Block], form: documents.FormSpec, when: documents.Condition | None, is_nearest: bool) -> None:
    """Puts the condition behind the boxes right above, or on a line of its own."""
    if when is None:
        return
    last = result[-1] if result else None
    if is_nearest and isinstance(last, Boxes):
        result[-1] = replace(last, then=words.condition(form, when, is_nearest))
    else:
        result.append(Remark(words.condition(form, when, is_nearest)))


def _is_nearest(when: documents.Condition | None, fields: list[documents.Field], at: documents.Field) -> bool:
    """Is the question that decides the last one to tick above this one? Then it need not be named."""
    asked = [f for f in fields[: fields.index(at)] if f.kind in ("choice", "multichoice", "checkbox")]
    return when is not None and bool(asked) and asked[-1].key == when.field


def _is_short(f: documents.Field) -> bool:
    """May it share a line? A name, an address or a sentence needs the whole width."""
    if f.kind == "date":
        return len(f.label) <= SHORT_DATE_LABEL
    is_word = f.kind == "text" and (f.max_length or 0) and (f.max_length or 0) <= 50
    is_listed = f.kind == "choice" and len(f.choices) > MOST_BOXES
    return (f.kind in SHORT_KINDS or bool(is_word) or is_listed) and len(f.label) <= SHORT_LABEL


def _block(f: documents.Field, answers: Mapping[str, Any] | None) -> Line | Boxes | Table:
    given = (answers or {}).get(f.key)
    if f.kind == "repeat":
        return _table(f, answers)
    if f.kind == "checkbox":
        return Boxes("", (Option(f.label, given is True),))
    if f.kind in ("choice", "multichoice") and 0 < len(f.choices) <= MOST_BOXES:
        chosen = given if isinstance(given, (list, tuple)) else [given]
        return Boxes(f.label, tuple(Option(c.label, c.value in chosen) for c in f.choices))
    unit = _("đồng") if f.kind == "money" and "đồng" not in f.label else ""
    return Line(f.label, f.kind, display.show(f, given), _rows(f), unit)


def _rows(f: documents.Field) -> int:
    if f.kind == "multiline":
        return 4 if (f.max_length or 0) > 1000 else 3
    needs_two = f.kind in ("address", "multichoice") or (f.kind == "text" and (f.max_length or 0) > 150)
    return 2 if needs_two else 1


# --- tables --------------------------------------------------------------------------------------

WEIGHTS = {"address": 9, "multiline": 9, "person_name": 8, "text": 8, "id_number": 7, "email": 7, "date": 6, "phone": 6}
WIDTH_STEP = 4  # per cent: paper.css has a class for each step
NUMBER_WIDTH = 8  # per cent, of the column that counts the rows


def _table(f: documents.Field, answers: Mapping[str, Any] | None) -> Table:
    columns = tuple(
        Column(g.label, g.kind, width, _choices_note(g))
        for g, width in zip(f.fields, _widths([WEIGHTS.get(g.kind, 5) for g in f.fields]), strict=True)
    )
    given = (answers or {}).get(f.key) or []
    rows = tuple(_row(f, row, answers or {}) for row in given if isinstance(row, Mapping))
    return Table(f.label, columns, rows or tuple(("",) * len(columns) for _i in range(_empty_rows(f))))


def _widths(weights: list[int]) -> list[int]:
    """Shares of the table beside its first column, in steps; what rounding leaves goes to the neediest."""
    steps = (100 - NUMBER_WIDTH) // WIDTH_STEP
    exact = [steps * weight / sum(weights) for weight in weights]
    shares = [max(1, int(share)) for share in exact]
    for i in sorted(range(len(weights)), key=lambda i: shares[i] - exact[i])[: max(0, steps - sum(shares))]:
        shares[i] += 1
    return [share * WIDTH_STEP for share in shares]


def _row(f: documents.Field, row: Mapping[str, Any], around: Mapping[str, Any]) -> tuple[str, ...]:
    shown = {g.key for g in documents.visible_fields(f.fields, row, around)}
    return tuple(_cell(g, row.get(g.key)) if g.key in shown else "" for g in f.fields)


def _cell(g: documents.Field, given: Any) -> str:
    if g.kind == "checkbox":
        return "x" if given is True else ""
    return display.show(g, given)


def _empty_rows(f: documents.Field) -> int:
    return min(f.max_items, max(f.min_items, 5 if f.min_items else 3))


def _choices_note(g: documents.Field) -> str:
    """A short list is named in the head of the column, so that the blank cell can be filled."""
    names = " / ".join(c.label for c in g.choices)
    return f"({names})" if names and len(names) <= 80 else ""


# --- around the sections -------------------------------------------------------------------------


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]


def _addressee(procedure: documents.ProcedureSpec, agency: str) -> tuple[str, bool]:
    """Whom the form speaks to, and whether the unit's name is still to be written."""
    if agency:
        return agency, False
    office = ASIDE.sub("", procedure.receiving_office).replace("UBND", "Ủy ban nhân dân").strip()
    office = office.removeprefix("Bộ phận tiếp nhận và trả kết quả ") or _("Ủy ban nhân dân")
    return office, procedure.tier == "ward" and not office.endswith(settings.TOWN_NAME)


def _enclosures(procedure: documents.ProcedureSpec, fields: list[documents.Field]) -> tuple[Enclosure, ...]:
    own = form_documents(procedure)
    title = procedure.form.title.casefold() if procedure.form else ""
    papers = [
        Enclosure(d.name, words.amount(d), words.when_needed(d))
        for d in procedure.documents
        if d not in own and d.name.casefold() != title
    ]
    return (*papers, *(Enclosure(f.label) for f in fields if f.kind == "file"))


def _signatures(form: documents.FormSpec) -> tuple[Signature, ...]:
    """One signature, or two side by side when the form is made by two people (marriage)."""
    sides = form.sections[:2]
    if len(sides) == 2 and all(TWO_SIDES.fullmatch(s.title) for s in sides):
        return tuple(Signature(s.title) for s in sides)
    return (Signature(words.signer(form.title)),)


def _revised(procedure: documents.ProcedureSpec, revised_on: datetime.date | None) -> str:
    if revised_on is None:
        try:
            revised_on = datetime.date.fromisoformat(procedure.as_of)
        except ValueError:
            return procedure.as_of
    return f"{revised_on:%d/%m/%Y}"


# --- which paper the form is ---------------------------------------------------------------------


def form_documents(procedure: documents.ProcedureSpec) -> tuple[documents.Document, ...]:
    """The papers of the dossier that the form is; none when no paper stands for it."""
    keys = blank_forms.keys(procedure)
    return tuple(d for d in procedure.documents if d.key in keys)

"""Forms whose labels, choices and answers each carry a mark of their own, so that each can be counted on a page.

A mark is a capital and two small Greek letters: it stands in no Vietnamese text, names may hold it, and marks side by
side make no third one.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from procedures import spec
from procedures.formbuilder import whole_form
from tests import values

CAPITALS = "ΓΔΘΛΞΠΣΦΨΩ"
SMALL = "αβγδεζηθικλμνξπρστυφχψω"
TEXTS = ("text", "multiline", "person_name", "address")
CHOICES = ("choice", "multichoice")
TAX_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)
STRONG = 6  # letters from which a value can stand nowhere else by chance


def squeezed(text: str) -> str:
    return "".join(text.split())


def marks() -> Iterator[str]:
    return ("".join(letters) for letters in itertools.product(CAPITALS, SMALL, SMALL))


# --- the form ------------------------------------------------------------------------------------


def _field(f: spec.Field, mark: Iterator[str]) -> spec.Field:
    return replace(
        f,
        label=f"{f.label} {next(mark)}",
        choices=tuple(replace(c, label=f"{c.label} {next(mark)}") for c in f.choices),
        fields=tuple(_field(g, mark) for g in f.fields),
    )


def marked(procedure: spec.ProcedureSpec, mark: Iterator[str]) -> spec.ProcedureSpec:
    """The same procedure with a mark behind every question and every choice."""
    assert procedure.form is not None
    sections = tuple(replace(s, fields=tuple(_field(f, mark) for f in s.fields)) for s in procedure.form.sections)
    return replace(procedure, form=replace(procedure.form, sections=sections))


# --- the answers ---------------------------------------------------------------------------------


def _text(f: spec.Field, number: int, mark: str) -> str:
    room = (f.max_length or 200) - len(mark)
    return f"{values.SIMPLE[f.kind](f)[: max(room - 1, 0)].strip()} {mark}".strip().ljust(f.min_length or 0, "a")


def _whole(f: spec.Field, number: int) -> int:
    least = int(f.min) if f.min is not None else 0
    wanted = max(least, 1_000_000) + number * 37
    return wanted if f.max is None or wanted <= f.max else least + number % (int(f.max) - least + 1)


def _decimal(f: spec.Field, number: int, mark: str) -> str:
    whole = _whole(f, number)
    return f"{whole},25" if f.max is None else str(max(whole, int(f.min or 0) + 1))


def _year(f: spec.Field, number: int, mark: str) -> str:
    least = max(int(f.min or 0), 1950)
    return str(least + number % (2024 - least))


def _date(f: spec.Field, number: int, mark: str) -> str:
    days = 400 + number if f.after_field else 30 + number if f.min_date == "today" else -30 - number
    return (values.TODAY() + datetime.timedelta(days=days)).strftime("%d/%m/%Y")


def _tax_code(f: spec.Field, number: int, mark: str) -> str:
    """The first ten-digit code from `number` on that has a check digit."""
    for stem in (f"{n:09d}" for n in itertools.count(100_000_000 + number * 20)):
        check = 10 - sum(int(d) * w for d, w in zip(stem, TAX_WEIGHTS, strict=True)) % 11
        if check < 10:
            return f"{stem}{check}"
    raise AssertionError


MAKE: dict[str, Any] = {
    **dict.fromkeys(TEXTS, _text),
    "integer": lambda f, number, mark: str(_whole(f, number)),
    "money": lambda f, number, mark: str(_whole(f, number)),
    "decimal": _decimal,
    "year": _year,
    "date": _date,
    "email": lambda f, number, mark: f"nguoi.{number:05d}@example.vn",
    "phone": lambda f, number, mark: f"09{number:08d}",
    "id_number": lambda f, number, mark: f"0420850{number:05d}",
    "tax_code": _tax_code,
}


class Filler:
    """Types an answer of its own into every question; `pick` chooses among the choices."""

    def __init__(self, mark: Iterator[str], pick: int) -> None:
        self.mark, self.pick, self.count = mark, pick, 0

    def value(self, f: spec.Field, pick: int) -> list[str] | None:
        self.count += 1
        if f.kind in MAKE:
            return [MAKE[f.kind](f, self.count, next(self.mark) if f.kind in TEXTS else "")]
        if f.kind == "multichoice":
            return [c.value for c in f.choices[pick % len(f.choices) :][:2]]
        given = values.value(f, pick)
        return [given] if isinstance(given, str) else given

    def typed(self, form: spec.FormSpec) -> dict[str, list[str]]:
        typed: dict[str, list[str]] = {}
        known: dict[str, Any] = {}
        for f in form.fields():
            if f.show_when is None or f.show_when.holds(known):
                typed |= self._one(f, "", known, self.pick)
        return typed

    def _one(self, f: spec.Field, prefix: str, known: dict[str, Any], pick: int) -> dict[str, list[str]]:
        if f.kind == "repeat":
            return self._rows(f, known)
        if f.kind == "file":
            return {}
        given = self.value(f, pick)
        known[f.key] = (
            given is not None if f.kind == "checkbox" else (given or [""])[0] if f.kind == "choice" else given
        )
        return {prefix + f.key: given} if given is not None else {}

    def _rows(self, f: spec.Field, outer: dict[str, Any]) -> dict[str, list[str]]:
        count = min(max(f.min_items, 2), f.max_items)
        typed = {f"{f.key}-TOTAL_FORMS": [str(count)], f"{f.key}-INITIAL_FORMS": ["0"]}
        for i in range(count):
            row: dict[str, Any] = {}
            for g in f.fields:
                if g.show_when is None or g.show_when.holds({**outer, **row}):
                    typed |= self._one(g, f"{f.key}-{i}-", row, self.pick + i)
        return typed


# --- one filled form -----------------------------------------------------------------------------


def _grouped(digits: str) -> str:
    return f"{int(digits):,}".replace(",", ".")


def _decimal_words(value: str) -> str:
    whole, _dot, fraction = value.partition(".")
    return _grouped(whole) + (f",{fraction}" if fraction else "")


WORDS: dict[str, Any] = {
    "integer": lambda f, v: _grouped(str(v)),
    "money": lambda f, v: f"{_grouped(str(v))} đồng",
    "decimal": lambda f, v: _decimal_words(v),
    "year": lambda f, v: str(v),
    "date": lambda f, v: datetime.date.fromisoformat(v).strftime("%d/%m/%Y"),
    "choice": lambda f, v: {c.value: c.label for c in f.choices}[v],
    "multichoice": lambda f, v: "; ".join({c.value: c.label for c in f.choices}[one] for one in v),
    "checkbox": lambda f, v: "Có" if v else "Không",
}


def in_words(f: spec.Field, value: Any) -> str:
    """What people should read: written down here once more, not taken from the portal's own code."""
    return "" if value in (None, "", []) else str(WORDS.get(f.kind, lambda f, v: v)(f, value))


@dataclass(frozen=True)
class Filled:
    """A marked form with one set of answers, in which everything that was hidden has an answer too."""

    procedure: spec.ProcedureSpec
    typed: dict[str, list[str]]
    answers: dict[str, Any]
    hidden: dict[str, str]
    files: dict[str, list[str]]

    @property
    def form(self) -> spec.FormSpec:
        assert self.procedure.form is not None
        return self.procedure.form

    @property
    def stored(self) -> dict[str, Any]:
        """As an old row may hold it: with left-over answers to questions that are hidden now."""
        return {**self.hidden, **self.answers}

    def shown(self) -> list[spec.Field]:
        return [f for _section, fields in spec.visible_form(self.form, self.answers) for f in fields]

    def unseen(self) -> list[spec.Field]:
        shown = {f.key for f in self.shown()}
        return [f for f in self.form.fields() if f.key not in shown]

    def rows(self) -> Iterator[tuple[spec.Field, int, dict[str, Any]]]:
        for f in self.shown():
            if f.kind == "repeat":
                yield from ((f, i, row) for i, row in enumerate(self.answers.get(f.key, ())))


def _left_over(form: spec.FormSpec, answers: dict[str, Any], mark: Iterator[str]) -> dict[str, str]:
    shown = {f.key for _section, fields in spec.visible_form(form, answers) for f in fields}
    return {f.key: f"cũ {next(mark)}" for f in form.fields() if f.kind in TEXTS and f.key not in shown}


def filled(procedure: spec.ProcedureSpec, pick: int) -> Filled:
    mark = marks()
    own = marked(procedure, mark)
    assert own.form is not None
    typed = Filler(mark, pick).typed(own.form)
    files = {f.key: [f"ảnh {next(mark)}.jpg"] for f in own.form.fields() if f.kind == "file"}
    answers, errors = whole_form(own.form, typed, files={key: [object()] for key in files})
    assert errors == {}, [(procedure.code, e.message) for many in errors.values() for e in many]
    return Filled(own, typed, answers, _left_over(own.form, answers, mark), files)


def mark_of(text: str) -> str:
    found = re.findall(f"[{CAPITALS}][{SMALL}]{{2}}", text)
    assert len(found) == 1, text
    return str(found[0])

"""Where a problem of a draft is mended: the page and the input on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from procedures.admin.forms.question import QuestionSheet, Surroundings
from procedures.admin.forms.section import FormBlock
from procedures.admin.forms.sheet import Sheet
from procedures.admin.opened import Opened, address
from procedures.admin.sheets import PARTS
from procedures.editing import Problem, outline

FORM_KEY = "form"


@dataclass(frozen=True)
class Mend:
    """A problem with the address of the input that mends it."""

    problem: Problem
    url: str


def mends(opened: Opened) -> list[Mend]:
    """In the order of the document."""
    sheets: dict[str, Sheet] = {}
    return [Mend(p, _url(opened, p, sheets)) for p in opened.problems]


def part_of(problem: Problem) -> str:
    """The slug of the part; "" for what only the text can mend."""
    top = problem.path[0] if problem.path else ""
    if top == FORM_KEY:
        return "to-khai"
    return next((part.slug for part in PARTS.values() if top in part.keys), "")


def _url(opened: Opened, problem: Problem, sheets: dict[str, Sheet]) -> str:
    slug = part_of(problem)
    if slug == "to-khai" and outline.fits(opened.content):
        return _form_url(opened, problem)
    part = PARTS.get(slug)
    if part is None or not part.fits(opened.content):
        return address("yaml", opened.procedure)
    sheet = sheets.setdefault(slug, part.make(opened, None))
    found = sheet.place(problem, problem.path)
    return address("part", opened.procedure, slug) + (f"#{found.anchor}" if found else "")


def _form_url(opened: Opened, problem: Problem) -> str:
    place = outline.place_of(problem.path)
    raw = outline.find(opened.content, place) if place else None
    if raw is None:
        found = FormBlock(opened.content).place(problem, problem.path)
        return address("form", opened.procedure) + (f"#{found.anchor}" if found else "")
    if len(place) == 1:
        return address("section", opened.procedure, place_word(place))
    inside = problem.path[len(outline.path_of(place)) :]
    found = QuestionSheet(raw, None, Surroundings(lists=opened.lists)).place(problem, inside)
    return address("question", opened.procedure, place_word(place)) + (f"#{found.anchor}" if found else "")


def place_word(place: Iterable[int]) -> str:
    """As it stands in addresses and buttons, counted from 1: "2.4"."""
    return ".".join(str(position + 1) for position in place)


def read_place(word: str) -> outline.Place:
    """() when it is none."""
    steps = word.split(".")
    if not all(step.isascii() and step.isdigit() and len(step) < 5 for step in steps):
        return ()
    return tuple(int(step) - 1 for step in steps)

"""The declaration form of a document as an outline: sections and questions that are added, moved and removed.

A place is a path of positions: (section,), (section, question), (section, question, question of a repeat's row).
The functions change the content they are given; callers pass a copy.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.lib import text
from procedures import spec
from procedures.loading.check_form import CONDITIONAL, RESERVED_FIELDS, RESERVED_SECTIONS, written
from procedures.models import Procedure, ProcedureRevision

Place = tuple[int, ...]
Content = dict[str, Any]
LONGEST_KEY = 40


def fits(content: Content) -> bool:
    """Is the form, if any, made of blocks and lists as it should be? Else it can only be mended as text."""
    form = content.get("form")
    if form is None:
        return True
    return isinstance(form, dict) and _are(form.get("sections"), _section_fits)


def _are(items: Any, check: Any) -> bool:
    return items is None or (isinstance(items, list) and all(isinstance(i, dict) and check(i) for i in items))


def _section_fits(section: Content) -> bool:
    return _are(section.get("fields"), lambda f: _are(f.get("fields"), lambda _inner: True))


def sections(content: Content) -> list[Content]:
    form = content.get("form")
    found: list[Content] = (form or {}).get("sections") or []
    return found


def _siblings(content: Content, place: Place) -> list[Content]:
    """The list in which the block at the place stands; made where the document has none yet."""
    if len(place) == 1:
        form = content.get("form") or content.setdefault("form", {})
        content["form"] = form
        return _list_in(form, "sections")
    parent = find(content, place[:-1])
    if parent is None:
        raise LookupError(place)
    return _list_in(parent, "fields")


def _list_in(block: Content, key: str) -> list[Content]:
    if block.get(key) is None:
        block[key] = []
    found: list[Content] = block[key]
    return found


def find(content: Content, place: Place) -> Content | None:
    """The section or question that stands there."""
    found: Content | None = None
    items = sections(content)
    for position in place:
        if not 0 <= position < len(items):
            return None
        found = items[position]
        items = found.get("fields") or []
    return found


def path_of(place: Place) -> tuple[str | int, ...]:
    """The same place as the problems name it: form, sections, 2, fields, 3."""
    path: tuple[str | int, ...] = ("form", "sections", *place[:1])
    for position in place[1:]:
        path += ("fields", position)
    return path


def place_of(path: tuple[str | int, ...]) -> Place:
    """The place of the section or question that a problem's path leads into; () for the form itself."""
    place: Place = ()
    for key, position in zip(path[1::2], path[2::2], strict=False):
        if key not in ("sections", "fields") or not isinstance(position, int):
            break
        place += (position,)
    return place


# --- changes -------------------------------------------------------------------------------------


def insert(content: Content, place: Place, block: Content) -> None:
    """Puts a new section or question at the place; what stood there moves down."""
    _siblings(content, place).insert(place[-1], block)


def remove(content: Content, place: Place) -> Content | None:
    if find(content, place) is None:
        return None
    return _siblings(content, place).pop(place[-1])


def neighbour(content: Content, place: Place, step: int) -> Place | None:
    """Where a move up (-1) or down (+1) leads; a question at the edge of its section goes on to the next one."""
    to = place[-1] + step
    if 0 <= to < len(_siblings(content, place)):
        return (*place[:-1], to)
    section = place[0] + step
    if len(place) != 2 or not 0 <= section < len(sections(content)):
        return None
    return (section, len(sections(content)[section].get("fields") or []) if step < 0 else 0)


def move(content: Content, place: Place, to: Place) -> None:
    """Takes a block away and puts it in so that it stands at `to` afterwards."""
    block = remove(content, place)
    if block is not None:
        insert(content, to, block)


# --- questions that a condition may look at ------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """A question whose answer decides, with its possible answers as the document writes them and in words."""

    key: str
    label: str
    is_box: bool
    options: tuple[tuple[str, str], ...]


def deciding(content: Content, lists: Mapping[str, Any], before: Place | None = None) -> list[Question]:
    """The choices and boxes of the form in their order; with `before`, only those asked earlier than that place."""
    found: list[Question] = []
    for place, raw in walk(content):
        if before is not None and place >= before:
            break
        of_other_row = len(place) == 3 and (before is None or len(before) != 3 or before[:2] != place[:2])
        if raw.get("kind") in CONDITIONAL and isinstance(raw.get("key"), str) and not of_other_row:
            found.append(_question(raw, lists))
    return found


def dates(content: Content, before: Place) -> list[tuple[str, str]]:
    """Key and label of the date questions asked earlier."""
    return [
        (str(f.get("key")), str(f.get("label"))) for p, f in walk(content) if p < before and f.get("kind") == "date"
    ]


def _question(raw: Content, lists: Mapping[str, Any]) -> Question:
    is_box = raw.get("kind") == "checkbox"
    options = (("true", _("được đánh dấu")), ("false", _("không được đánh dấu"))) if is_box else options_of(raw, lists)
    return Question(raw["key"], str(raw.get("label") or raw["key"]), is_box, options)


def options_of(raw: Content, lists: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Values and words of a choice, its own or those of a named list."""
    name = str(raw.get("choices_from") or "").removeprefix("lists.")
    items = raw.get("choices") or lists.get(name)
    blocks: list[Mapping[str, Any]] = [i for i in (items if isinstance(items, list) else []) if isinstance(i, dict)]
    return tuple((written(c.value), c.label) for c in spec.list_choices(blocks))


def walk(content: Content) -> Iterator[tuple[Place, Content]]:
    """Every question with its place, those in a repeat's rows behind the repeat."""
    for i, section in enumerate(sections(content)):
        for j, raw in enumerate(section.get("fields") or []):
            yield (i, j), raw
            yield from (((i, j, k), inner) for k, inner in enumerate(raw.get("fields") or []))


# --- keys ----------------------------------------------------------------------------------------


def keys(content: Content) -> set[str]:
    """The keys of all questions."""
    return {str(raw["key"]) for _place, raw in walk(content) if raw.get("key")} if fits(content) else set()


def section_keys(content: Content) -> set[str]:
    return {str(s["key"]) for s in sections(content) if s.get("key")} if fits(content) else set()


def labels(content: Content) -> dict[str, str]:
    """The words of the questions by their keys."""
    asked = [raw for _place, raw in walk(content)] if fits(content) else []
    return {str(raw["key"]): str(raw["label"]) for raw in asked if raw.get("key") and raw.get("label")}


@dataclass(frozen=True)
class Published:
    """Keys that were published once: answers are kept under them, so that they never change and never come back."""

    questions: frozenset[str]
    sections: frozenset[str]


def published_keys(procedure: Procedure) -> Published:
    """One query for all revisions of the procedure that are or were published."""
    revisions = procedure.revisions.exclude(state=ProcedureRevision.State.DRAFT)
    contents = list(revisions.values_list("content", flat=True))
    questions = frozenset().union(*(keys(c) for c in contents)) | frozenset(RESERVED_FIELDS)
    names = frozenset().union(*(section_keys(c) for c in contents)) | frozenset(RESERVED_SECTIONS)
    return Published(questions, names)


def propose_key(label: str, taken: Collection[str], *, fallback: str = "cau_hoi") -> str:
    """A key from the words of a label that nothing else has: "Họ tên cha" becomes ho_ten_cha."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.fold(label)).strip("_").lstrip("0123456789_")
    stem = plain[:LONGEST_KEY].rstrip("_") or fallback
    found, number = stem, 2
    while found in taken:
        found, number = f"{stem}_{number}", number + 1
    return found

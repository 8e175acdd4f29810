"""What was typed, unchecked: input names with lists of text, as a draft keeps it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict

from portal.lib.text import nfc
from procedures.formbuilder.builders import BUILDERS, typed_value
from procedures.spec import Answers, Field, Section

Typed = dict[str, list[str]]

# Names that every page's own form uses. A question may be called `action` too: pressed_button() tells its words from
# the button's. `csrfmiddlewaretoken` would hide the token from Django; the catalogue check refuses it.
BUTTON = "action"
RESERVED_KEYS = frozenset({BUTTON, "csrfmiddlewaretoken"})
BUTTONS = frozenset(
    {"next", "back", "save", "submit", "upload", "pdf", "docx", "refresh", "receive", "file", "discard"}
)

LONGEST_VALUE = 20_000
MOST_VALUES = 200
# A database cannot keep NUL, nor JSON a lone half of a character; the replacement sign is refused at checking.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def total_name(repeat: Field) -> str:
    return f"{repeat.key}-TOTAL_FORMS"


def _clean(value: Any) -> str:
    return nfc(_UNSTORABLE.sub("\ufffd", str(value)[:LONGEST_VALUE]))


def _button_place(given: list[Any]) -> int | None:
    """Where the button stands among the values called `action`: the last that is a button's."""
    return next((i for i in reversed(range(len(given))) if given[i] in BUTTONS), None)


def pressed_button(fields: Iterable[Field], post: MultiValueDict[str, Any], default: str) -> str:
    """The button that was pressed on a page with these questions; `default` when none was."""
    given = post.getlist(BUTTON)
    if any(f.key == BUTTON for f in fields):
        place = _button_place(given)
        return default if place is None else str(given[place])
    return str(given[-1]) if given else default


def _without_button(given: list[Any]) -> list[Any]:
    place = _button_place(given)
    return given if place is None else given[:place] + given[place + 1 :]


def _values(f: Field, given: list[Any]) -> list[str]:
    kept = given[:MOST_VALUES] if f.kind == "multichoice" else given[-1:]
    return [_clean(v) for v in kept]


def _inputs(fields: Iterable[Field], prefix: str = "") -> Iterable[tuple[str, Field]]:
    """Input names with their fields; files and repeats have no input of their own."""
    return ((f"{prefix}{f.key}", f) for f in fields if f.kind in BUILDERS)


def highest_row(repeat: Field, names: Iterable[str]) -> int:
    """The number of rows that input names speak of."""
    pattern = re.compile(rf"{re.escape(repeat.key)}-(\d{{1,4}})-.", re.ASCII)
    return max((int(m[1]) + 1 for name in names if (m := pattern.match(str(name)))), default=0)


def count_rows(repeat: Field, typed: Mapping[str, list[str]]) -> int:
    """Rows that were sent, at most one more than allowed; a broken count falls back on the inputs' names."""
    given = (typed.get(total_name(repeat)) or [""])[-1].strip()
    is_number = given.isascii() and given.isdigit()
    count = int(given[:9]) if is_number else highest_row(repeat, typed)
    return min(count, repeat.max_items + 1)


def typed_from(section: Section, post: MultiValueDict[str, Any]) -> Typed:
    """The part of a posted form that belongs to this section, in composed letters and of bounded size."""
    typed: Typed = {}
    for name, f in _inputs(section.fields):
        if name in post:
            given = post.getlist(name)
            typed[name] = _values(f, _without_button(given) if name == BUTTON else given)
    for repeat in section.fields:
        if repeat.kind == "repeat":
            typed |= _typed_rows(repeat, post)
    return typed


def unticked(section: Section) -> Typed:
    """What a browser says of boxes without a tick is nothing; kept as "answered: none", so that a default that was
    taken out does not come back.
    """
    return {f.key: [] for f in section.fields if f.kind in ("checkbox", "multichoice")}


def _typed_rows(repeat: Field, post: MultiValueDict[str, Any]) -> Typed:
    name = total_name(repeat)
    if name not in post and not highest_row(repeat, post):
        return {}
    sent = {name: [_clean(v) for v in post.getlist(name)], **{n: [] for n in post if n != name}}
    count = count_rows(repeat, sent)
    typed: Typed = {name: [str(count)]}
    for i in range(count):
        for row_name, f in _inputs(repeat.fields, f"{repeat.key}-{i}-"):
            if row_name in post:
                typed[row_name] = _values(f, post.getlist(row_name))
    return typed


def typed_of(fields: Iterable[Field], answers: Answers, today: datetime.date, prefix: str = "") -> Typed:
    """What would have been typed for these answers: typed_of() checked again gives the same answers."""
    typed: Typed = {}
    for f in fields:
        value = answers.get(f.key)
        if f.kind == "repeat" and isinstance(value, list):
            typed[total_name(f)] = [str(len(value))]
            for i, row in enumerate(value):
                typed |= typed_of(f.fields, row, today, f"{f.key}-{i}-")
        elif f.kind in BUILDERS and (raw := typed_value(f, value, today)):
            typed[prefix + f.key] = raw
    return typed


def blank_row(repeat: Field, index: int | str, today: datetime.date) -> Typed:
    """What stands in a new row: its defaults."""
    return typed_of(repeat.fields, {f.key: f.default for f in repeat.fields}, today, f"{repeat.key}-{index}-")


# --- the buttons that add and remove a row ---------------------------------------------------------


def _without_row(repeat: Field, typed: Typed, index: int) -> Typed:
    """The rows behind the removed one move up by one."""
    pattern = re.compile(rf"{re.escape(repeat.key)}-(\d{{1,4}})-(.+)", re.ASCII | re.DOTALL)
    kept: Typed = {}
    for name, values in typed.items():
        found = pattern.fullmatch(name)
        row = int(found[1]) if found else -1
        if not found or row < index:
            kept[name] = values
        elif row > index:
            kept[f"{repeat.key}-{row - 1}-{found[2]}"] = values
    return kept


def _removed(repeat: Field, typed: Typed, wanted: str) -> Typed:
    count = count_rows(repeat, typed)
    if not (wanted.isascii() and wanted.isdigit() and int(wanted[:9]) < count):
        return typed
    return {**_without_row(repeat, typed, int(wanted)), total_name(repeat): [str(count - 1)]}


def _added(repeat: Field, typed: Typed) -> Typed:
    count = max(count_rows(repeat, typed), least_rows(repeat))
    return {**typed, total_name(repeat): [str(min(count + 1, repeat.max_items))]}


def least_rows(repeat: Field) -> int:
    """Rows that must be filled in; an optional repeat may stay empty whatever its min_items."""
    return max(repeat.min_items, 1) if repeat.required else 0


def press_row_button(section: Section, post: Mapping[str, Any], typed: Mapping[str, list[str]]) -> Typed | None:
    """`typed` after "add-<repeat>" or "remove-<repeat>" was pressed; None when neither was."""
    for repeat in section.fields:
        if repeat.kind != "repeat":
            continue
        if f"add-{repeat.key}" in post:
            return _added(repeat, dict(typed))
        if f"remove-{repeat.key}" in post:
            return _removed(repeat, dict(typed), str(post[f"remove-{repeat.key}"]))
    return None

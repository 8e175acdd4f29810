"""A list of blocks of the document as rows of inputs that are added, removed and moved."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.datastructures import MultiValueDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from procedures.admin.forms.block import Block, Data, Input, Path
from procedures.editing import Problem


class Rows:
    """A list of blocks that grows, shrinks and changes its order.

    Every row remembers in a hidden input which block of the document it was drawn from.
    """

    def __init__(
        self, block: type[Block], name: str, raw: Any, data: Data | None = None, *, is_short: bool = False, **extra: Any
    ) -> None:
        """`is_short`: the rows have so few inputs that they need no heading; `extra` goes to every row."""
        self.is_short = is_short
        self.block, self.name, self.extra, self.data = block, name, extra, data
        self.raw: list[Any] = raw if isinstance(raw, list) else []
        self.unplaced: list[Problem] = []

    @property
    def total_name(self) -> str:
        return f"{self.name}-total"

    @cached_property
    def origins(self) -> list[int | None]:
        """For each row the place of its block in the document, None for a new one."""
        if self.data is None:
            return list(range(len(self.raw)))
        told = [self.data.get(f"{self.name}-{i}-origin", "") for i in range(total_of(self.data, self.name))]
        return _found(told, [self.mark(i) for i in range(len(self.raw))])

    def mark(self, origin: int | None) -> str:
        """How a row names the block it was drawn from: its place, what it held, and what it is called."""
        if origin is None:
            return ""
        block = self.raw[origin]
        return f"{origin}.{_print(block)}.{_print(_called(block))}"

    @cached_property
    def forms(self) -> list[Block]:
        return [self._form(i, origin) for i, origin in enumerate(self.origins)]

    def _form(self, i: int, origin: int | None) -> Block:
        raw = self.raw[origin] if origin is not None else self.block.NEW
        prefix = f"{self.name}-{i}"
        # A row that was just added has sent nothing yet: it shows what a new one starts with.
        is_sent = self.data is not None and any(key.startswith(f"{prefix}-") for key in self.data)
        form = self.block(raw, self.data if is_sent else None, prefix=prefix, **self.extra)
        form.mark, form.number = self.mark(origin), i  # type: ignore[attr-defined] # read by the template
        return form

    def is_valid(self) -> bool:
        checked = [form.is_valid() for form in self.forms if form.is_bound]
        return all(checked)

    def _kept(self) -> list[tuple[int | None, Block]]:
        """Rows to keep: those of the document, and new ones in which something was typed."""
        sent = [(o, f) for o, f in zip(self.origins, self.forms, strict=True) if f.is_bound]
        return [(o, f) for o, f in sent if o is not None or f.is_changed]

    @property
    def is_changed(self) -> bool:
        kept = self._kept()
        return [o for o, _form in kept] != list(range(len(self.raw))) or any(f.is_changed for _o, f in kept)

    def result(self) -> list[Any]:
        return [form.result() for _origin, form in self._kept()]

    def shows(self, path: Path) -> bool:
        return True

    def mends(self) -> Iterator[tuple[str, Problem]]:
        for form in self.forms:
            yield from form.mends()
        yield from (("", problem) for problem in self.unplaced)

    def place(self, problem: Problem, path: Path) -> Input | None:
        if path and isinstance(path[0], int) and path[0] < len(self.forms):
            return self.forms[path[0]].place(problem, path[1:])
        self.unplaced.append(problem)
        return None

    def faults(self) -> Iterator[tuple[str, str, str]]:
        for number, form in enumerate(self.forms, start=1):
            for anchor, label, message in form.faults():
                yield anchor, _("Mục %(number)d, %(label)s") % {"number": number, "label": label}, message


MOST_ROWS = 300


def _print(value: Any) -> str:
    return f"{zlib.crc32(repr(value).encode('utf-8', 'replace')):x}"


def _called(block: Any) -> Any:
    names = ("key", "value", "number", "name", "condition")
    return next((block[n] for n in names if block.get(n)), None) if isinstance(block, dict) else block


def _found(told: list[str], marks: list[str]) -> list[int | None]:
    """The blocks that the rows were drawn from: all the same, else with the same content, the same name, the same
    place. Where nobody else saved meanwhile, the first is always right.
    """
    found: list[int | None] = [None] * len(told)
    free = set(range(len(marks)))
    for likeness in (slice(0, 3), slice(1, 2), slice(2, 3), slice(0, 1)):
        for row, mark in enumerate(told):
            known = mark.split(".")[likeness]
            same = [i for i in sorted(free) if known and marks[i].split(".")[likeness] == known]
            if found[row] is None and same:
                found[row] = same[0]
                free.discard(same[0])
    return found


def total_of(data: Data, name: str) -> int:
    total = data.get(f"{name}-total", "")
    return min(int(total), MOST_ROWS) if total.isascii() and total.isdigit() else 0


def press(data: Data, button: str) -> Data:
    """What was typed after a row was added, removed or moved: `button` is "<rows>:<verb>:<row>"."""
    name, _mark, rest = button.partition(":")
    verb, _mark, number = rest.partition(":")
    order: list[int | None] = list(range(total_of(data, name)))
    at = int(number) if number.isdigit() and int(number) < len(order) else None
    if verb == "add" and len(order) < MOST_ROWS:
        order.append(None)
    elif verb == "remove" and at is not None:
        del order[at]
    elif verb in ("up", "down") and at is not None:
        to = at + (1 if verb == "down" else -1)
        if 0 <= to < len(order):
            order[at], order[to] = order[to], order[at]
    return _renumbered(data, name, order)


def _renumbered(data: Mapping[str, Any], name: str, order: list[int | None]) -> Data:
    assert isinstance(data, MultiValueDict)
    found: Data = MultiValueDict({key: values for key, values in data.lists() if not _of_row(key, name)})
    for new, old in enumerate(order):
        start = f"{name}-{old}-"
        for key, values in data.lists():
            if old is not None and key.startswith(start):
                found.setlist(f"{name}-{new}-{key.removeprefix(start)}", values)
    found[f"{name}-total"] = str(len(order))
    return found


def _of_row(key: str, name: str) -> bool:
    return key.startswith(f"{name}-") and key.removeprefix(f"{name}-").partition("-")[0].isdigit()

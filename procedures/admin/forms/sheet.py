"""Several blocks and lists of the document that are edited and saved together."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from procedures.admin.forms.block import Block, Input, Path, put
from procedures.admin.forms.rows import Rows
from procedures.editing import Problem


@dataclass(frozen=True)
class Group:
    """A heading with inputs over the part of the document at `at`."""

    title: Any
    at: tuple[str, ...]
    form: Block | Rows
    help: Any = ""

    @property
    def is_rows(self) -> bool:
        return isinstance(self.form, Rows)


class Sheet:
    """Several groups that are saved together."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self.groups = groups
        self.unplaced: list[Problem] = []

    def is_valid(self) -> bool:
        checked = [group.form.is_valid() for group in self.groups]
        return all(checked)

    def result(self, content: dict[str, Any]) -> dict[str, Any]:
        """The document with what was changed here."""
        found = copy.deepcopy(content)
        for group in self.groups:
            if isinstance(group.form, Block) and not group.at:
                group.form.write(found)
            elif group.form.is_changed:
                put(found, group.at, group.form.result())
        return found

    def faults(self) -> list[tuple[str, str, str]]:
        return [fault for group in self.groups for fault in group.form.faults()]

    def mends(self) -> list[tuple[str, Problem]]:
        """In the order of the page: address of the input or "", and the problem."""
        return [m for group in self.groups for m in group.form.mends()] + [("", p) for p in self.unplaced]

    def shows(self, path: Path) -> bool:
        return any(path[: len(g.at)] == g.at and g.form.shows(path[len(g.at) :]) for g in self.groups)

    def place(self, problem: Problem, path: Path) -> Input | None:
        """Puts a problem where it belongs; the closest group takes it."""
        steps = [g for g in self.groups if path[: len(g.at)] == g.at]
        for group in sorted(steps, key=lambda g: -len(g.at)):
            if group.form.shows(path[len(group.at) :]):
                return group.form.place(problem, path[len(group.at) :])
        self.unplaced.append(problem)
        return None

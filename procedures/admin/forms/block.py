"""One block of the document as a form."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from procedures.admin.forms.inputs import GONE
from procedures.editing import Problem

Data = MultiValueDict[str, str]
Path = tuple[str | int, ...]


def dig(value: Any, path: Sequence[str | int]) -> Any:
    """What stands there; None when there is nothing."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def put(content: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Writes a value, or with GONE takes its key out; a block that is left empty goes too."""
    key, rest = path[0], path[1:]
    if rest:
        inner = content.get(key)
        inner = inner if isinstance(inner, dict) else {}
        put(inner, rest, value)
        value = inner or GONE
    if value is GONE:
        content.pop(key, None)
    else:
        content[key] = value


@dataclass(frozen=True)
class Input:
    """A box on the page with what is wrong with the stored value."""

    bound: BoundField
    problems: list[Problem]

    @property
    def name(self) -> str:
        return str(self.bound.name)

    @property
    def anchor(self) -> str:
        """Where a link to this input leads: the first box of a group is the group's own element."""
        return str(self.bound.auto_id if self.bound.use_fieldset else self.bound.id_for_label)


class Block(forms.Form):
    """Inputs over one block. The name of an input is the path of its value, steps joined by two underscores.

    What was not touched keeps its value whatever it is, and keys that no input shows stay as they are.
    """

    use_required_attribute = False
    NEW: Mapping[str, Any] = {}  # what a block that is added starts with

    def __init__(self, raw: Any, data: Data | None = None, *, prefix: str | None = None) -> None:
        super().__init__(data, prefix=prefix, label_suffix="")
        self.raw: dict[str, Any] = dict(raw) if isinstance(raw, Mapping) else {}
        self.reports = False
        self.problems: dict[str, list[Problem]] = {}
        self.unplaced: list[Problem] = []
        self.prepare()
        for name, field in self.fields.items():
            self.initial[name] = field.shown(self.raw_of(name))  # type: ignore[attr-defined] # all are of inputs.py

    def prepare(self) -> None:
        """For subclasses: inputs that depend on the rest of the document."""

    def raw_of(self, name: str) -> Any:
        return dig(self.raw, self.path_of(name))

    def path_of(self, name: str) -> tuple[str, ...]:
        return tuple(name.split("__"))

    @property
    def errors(self) -> ErrorDict:
        """Nothing before is_valid(): a page on which a row was just added does not complain."""
        return super().errors if self.reports else ErrorDict()

    def is_valid(self) -> bool:
        self.reports = True
        return super().is_valid()

    def full_clean(self) -> None:
        """What stood there already is not complained about here: editing.problems() does."""
        super().full_clean()
        found = self._errors  # type: ignore[attr-defined] # Django's own, not among the types
        for name in set(found) & set(self.fields) - set(self.changed_data):
            del found[name]

    @property
    def head(self) -> str:
        """What a row is called: its own name as the document has it."""
        return str(next((self.raw[k] for k in ("name", "number", "condition", "label") if self.raw.get(k)), ""))

    @property
    def is_changed(self) -> bool:
        return bool(self.changed_data)

    def write(self, content: dict[str, Any]) -> None:
        """Puts into the block what was changed."""
        for name in self.changed_data:
            put(content, self.path_of(name), self.cleaned_data[name])

    def result(self) -> dict[str, Any]:
        found = copy.deepcopy(self.raw)
        self.write(found)
        return found

    # --- on the page -----------------------------------------------------------------------------

    @property
    def inputs(self) -> list[Input]:
        return [Input(self[name], self.problems.get(name, [])) for name in self.fields]

    def place(self, problem: Problem, path: Path) -> Input | None:
        """Puts a problem at the input it belongs to; `path` is its place within the block."""
        name = self.name_at(path)
        if name is None:
            self.unplaced.append(problem)
            return None
        self.problems.setdefault(name, []).append(problem)
        described = f"loi-{self[name].auto_id}"
        if self.fields[name].help_text:
            described += f" {self[name].auto_id}_helptext"
        self.fields[name].widget.attrs.update({"aria-invalid": "true", "aria-describedby": described})
        return Input(self[name], self.problems[name])

    def shows(self, path: Path) -> bool:
        return self.name_at(path) is not None if path else True

    def name_at(self, path: Path) -> str | None:
        """The input that shows this value, or the block or item it stands in."""
        steps = tuple(str(step) for step in path)
        for name in self.fields:
            own = self.path_of(name)
            if steps[: len(own)] == own or (steps and own[: len(steps)] == steps):
                return name
        return None

    def mends(self) -> Iterator[tuple[str, Problem]]:
        """Problems of the stored document with the addresses of their inputs; "" for those that have none here."""
        for name, problems in self.problems.items():
            yield from ((Input(self[name], problems).anchor, problem) for problem in problems)
        yield from (("", problem) for problem in self.unplaced)

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What was typed and cannot be kept: address of the input, its label, the sentence."""
        for name in self.errors:
            for message in self.errors[name]:
                input_ = Input(self[name], [])
                yield input_.anchor, str(self[name].label), str(message)

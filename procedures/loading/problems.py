"""What is wrong with a catalogue folder: file, place inside it, and a sentence for the operator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """`path` is such as "form.sections[2].fields[3].show_when.field"; empty when the whole file is meant."""

    file: str
    path: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.path, self.message) if part)


@dataclass
class Problems:
    """Collects problems of one file; `at()` narrows the place without copying the list."""

    file: str
    path: str = ""
    found: list[Problem] = field(default_factory=list)

    def at(self, *steps: str | int) -> Problems:
        path = self.path
        for step in steps:
            path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
        return Problems(self.file, path, self.found)

    def add(self, message: object) -> None:
        self.found.append(Problem(self.file, self.path, str(message)))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)

    def __bool__(self) -> bool:
        return bool(self.found)

"""What is wrong with a document of the catalogue: file, place inside it, and a sentence for who mends it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

Steps = tuple[str | int, ...]


def place(steps: Steps) -> str:
    """ "form.sections[2].fields[3].show_when.field"; empty when the whole document is meant."""
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


@dataclass(frozen=True)
class Problem:
    """`steps` lead from the top of the document to the place: keys and positions in lists, counted from 0."""

    file: str
    steps: Steps
    message: str

    @property
    def path(self) -> str:
        return place(self.steps)

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.path, self.message) if part)


@dataclass
class Problems:
    """Collects problems of one document; `at()` narrows the place without copying the list."""

    file: str = ""
    steps: Steps = ()
    found: list[Problem] = field(default_factory=list)

    def at(self, *steps: str | int) -> Problems:
        return Problems(self.file, (*self.steps, *steps), self.found)

    def add(self, message: object) -> None:
        self.found.append(Problem(self.file, self.steps, str(message)))

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.found)

    def __bool__(self) -> bool:
        return bool(self.found)

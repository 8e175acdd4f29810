"""What the error summary links to."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class FieldError:
    """A sentence about one input; `input_id` is the id of an element of the page.

    `is_missing`: nothing was answered, which can still be done by hand on paper; else what was answered is wrong.
    """

    input_id: str
    label: str
    message: str
    is_missing: bool = field(default=False, compare=False)

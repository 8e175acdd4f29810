"""What the error summary links to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """A sentence about one input; `input_id` is the id of an element of the page."""

    input_id: str
    label: str
    message: str

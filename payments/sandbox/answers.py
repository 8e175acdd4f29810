"""What is asked of the sandbox and what it answers, faults of the transport included."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


class Refused(Exception):
    """The request cannot be done; the text says why and what to do."""

    def __init__(self, message: str, status: int = 400, code: str = "error") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class Asked:
    """One request. `query` is kept as it came: signatures are judged on it."""

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """Of the query; the last one wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True))

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> dict[str, Any]:
        """Raises Refused unless the body is a JSON object."""
        try:
            found = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise Refused("The body is not JSON.") from None
        if not isinstance(found, dict):
            raise Refused("The body is not a JSON object.")
        return found


def number(given: dict[str, Any], name: str, default: float, most: float) -> float:
    """From 0 to `most`; what is not given is the default. Raises Refused, for what is no number too."""
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise Refused(f"{name}: expected a number from 0 to {most:g}")
    return float(value)


@dataclass
class Answer:
    """`silence`: seconds before the first byte; `drip`: seconds for the whole body, a little at a time; `cut`: the
    connection is closed without a word.
    """

    body: bytes = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    silence: float = 0.0
    drip: float = 0.0
    cut: bool = False


def page(text: str, status: int = 200) -> Answer:
    return Answer(text.encode(), status)


def data(value: Any, status: int = 200) -> Answer:
    return Answer(json.dumps(value, ensure_ascii=False).encode(), status, "application/json")


def moved(address: str) -> Answer:
    return Answer(status=303, headers={"Location": address})

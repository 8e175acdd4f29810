"""The shipped catalogue, read once in each test process: reading its seventy documents takes over a second."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from procedures import spec

FOLDER = Path(__file__).resolve().parent.parent / "procedures" / "catalogue" / "hong-linh"


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(), Loader=yaml.CSafeLoader)


@cache
def lists() -> dict[str, Any]:
    """The choice lists by name; all tests share them, so none may change them."""
    found: dict[str, Any] = _read(FOLDER / "lists.yaml")["lists"]
    return found


@cache
def procedures() -> dict[str, spec.ProcedureSpec]:
    """All procedures by code, in the order of their files."""
    contents = [_read(path) for path in sorted((FOLDER / "procedures").glob("*.yaml"))]
    return {c["code"]: spec.build(c, lists()) for c in contents}

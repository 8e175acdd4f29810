"""Many PDF files as one, put together by a process of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from portal.lib import child

WORKER = Path(__file__).with_name("pdfjoin_worker.py")
SECONDS = 60.0  # for a thousand receipts it takes about five


class JoinError(Exception):
    """The files could not be put together now; the text is for the log."""


def join(files: Sequence[Path], to: Path, timeout: float = SECONDS) -> int:
    """Writes the pages of all files, in order, to `to`; returns how many. Raises JoinError."""
    order = {"files": [str(path) for path in files], "out": str(to)}
    try:
        return int(child.run(WORKER, json.dumps(order).encode(), timeout=timeout))
    except (child.ChildError, ValueError) as problem:
        raise JoinError(str(problem)) from problem

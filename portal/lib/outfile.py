"""A file that an operator asked for: there whole and readable by its owner alone, or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

T = TypeVar("T")


def written(path: Path, write: Callable[[BinaryIO], T]) -> T:
    """What `write` returns after it has written the file; what was at `path` stays when it fails. Raises OSError."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:40]}-", delete=False) as file:
        try:
            result = write(cast("BinaryIO", file))
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return result

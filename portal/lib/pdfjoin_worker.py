"""The short-lived process that puts PDF files together. Run as a script by portal/lib/pdfjoin.py.

It reads one JSON order from standard input and writes the number of pages. It imports nothing of the portal.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

MEMORY_BYTES = 1024 * 1024 * 1024
TOGETHER = 50  # files that are open at a time: each takes half a megabyte, whatever its size


def _joined(files: list[str], out: str) -> int:
    import pikepdf  # noqa: PLC0415 - only this process may load it

    with ExitStack() as stack, pikepdf.new() as document:
        for path in files:
            # Kept open until the end: pages are copied when the document is saved.
            document.pages.extend(stack.enter_context(pikepdf.open(path)).pages)
        document.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return len(document.pages)


def joined(order: dict[str, Any]) -> int:
    files = order["files"]
    with tempfile.TemporaryDirectory(dir=Path(order["out"]).parent) as folder:
        parts = []
        for first in range(0, len(files), TOGETHER):
            parts.append(f"{folder}/{first}.pdf")
            _joined(files[first : first + TOGETHER], parts[-1])
        return _joined(parts, order["out"])


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    print(joined(json.load(sys.stdin)))  # noqa: T201 - the answer


if __name__ == "__main__":
    main()

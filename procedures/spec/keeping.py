"""A document's digest, and the parsed documents that are kept by it."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from procedures.spec.building import build
from procedures.spec.model import ProcedureSpec


def digest(content: Mapping[str, Any], lists: Mapping[str, Any]) -> str:
    """The same document always has the same digest, whatever the order of its keys."""
    canonical = json.dumps([content, lists], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


Load = Callable[[], tuple[Mapping[str, Any], Mapping[str, Any]]]


class _Kept:
    """What loads a document, carried past lru_cache, which must only look at the digest."""

    def __init__(self, key: str, load: Load) -> None:
        self.key, self.load = key, load

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.key == other.key


@functools.lru_cache(maxsize=256)
def _parsed(kept: _Kept) -> ProcedureSpec:
    return build(*kept.load())


def parsed(key: str, load: Load) -> ProcedureSpec:
    """build() of what `load` returns, remembered by digest: a document with the same digest never changes."""
    kept = _Kept(key, load)
    try:
        return _parsed(kept)
    finally:
        del kept.load  # the key may live on in the cache; the row behind it need not

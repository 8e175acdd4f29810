"""Cache keys that change with every test: none meets another's entries, none has to empty a shared Redis."""

import os
import uuid


class Generation:
    """The prefix in force; children of this process are given the same one through the environment."""

    def __init__(self) -> None:
        self.name = os.environ.get("TESTS_CACHE_GENERATION") or uuid.uuid4().hex

    def next(self) -> None:
        self.name = os.environ["TESTS_CACHE_GENERATION"] = uuid.uuid4().hex


current = Generation()


def key(key: str, key_prefix: str, version: int) -> str:
    return f"{current.name}:{key_prefix}:{version}:{key}"

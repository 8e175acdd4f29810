"""What the apps above let go of at night. Each registers what it is and how it goes; purge_expired runs them all."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Purger:
    """`what`: as it stands after a number; lazily translated. `run(now, dry_run)` says how many (would) go."""

    what: object
    run: Callable[[datetime.datetime, bool], int]


PURGERS: list[Purger] = []

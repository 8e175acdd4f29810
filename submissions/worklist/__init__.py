"""The officers' work list: who sees what, queues with counts, search, and the words for lateness.

Only queries and pure functions: nothing here changes a submission.
"""

from submissions.worklist.gate import DESK_ROLES, visible_to
from submissions.worklist.lateness import Clock, Lateness, clock, lateness
from submissions.worklist.queues import (
    BY_KEY,
    QUEUES,
    Queue,
    QueueLink,
    counts,
    home_queue,
    in_queue,
    links,
    next_in,
    order_of,
)
from submissions.worklist.search import masked, search

__all__ = [
    "BY_KEY",
    "DESK_ROLES",
    "QUEUES",
    "Clock",
    "Lateness",
    "Queue",
    "QueueLink",
    "clock",
    "counts",
    "home_queue",
    "in_queue",
    "lateness",
    "links",
    "masked",
    "next_in",
    "order_of",
    "search",
    "visible_to",
]

"""The officers' work list: who sees what, queues with counts, filters, search, and the words for lateness.

Only queries and pure functions: nothing here changes a submission.
"""

from submissions.worklist.chosen import Chip, Chosen, choose, first_in, matching, next_in
from submissions.worklist.filters import FILTERS, Filter, Option
from submissions.worklist.gate import DESK_ROLES, visible_to
from submissions.worklist.lateness import Clock, Lateness, clock, lateness
from submissions.worklist.load import Load, loads
from submissions.worklist.people import colleagues, home
from submissions.worklist.queues import (
    BY_KEY,
    DESK_STATES,
    QUEUES,
    Queue,
    QueueLink,
    counts,
    home_queue,
    in_queue,
    links,
    order_of,
    queues_for,
)
from submissions.worklist.search import masked, search, wanted

__all__ = [
    "BY_KEY",
    "DESK_ROLES",
    "DESK_STATES",
    "FILTERS",
    "QUEUES",
    "Chip",
    "Chosen",
    "Clock",
    "Filter",
    "Lateness",
    "Load",
    "Option",
    "Queue",
    "QueueLink",
    "choose",
    "clock",
    "colleagues",
    "counts",
    "first_in",
    "home",
    "home_queue",
    "in_queue",
    "lateness",
    "links",
    "loads",
    "masked",
    "matching",
    "next_in",
    "order_of",
    "queues_for",
    "search",
    "visible_to",
    "wanted",
]

"""When a result is due: a pure function of receipt, time limit, answers and working time; and that time's tables."""

from procedures.deadlines.counting import (
    Count,
    CountedDay,
    Period,
    chosen,
    count,
    counted,
    due_at,
    due_on,
    first_day,
    periods,
)
from procedures.deadlines.tables import (
    TownCalendar,
    arranged,
    as_block,
    blocks,
    calendar,
    calendar_digest,
    office_blocks,
    worktime,
)

__all__ = [
    "Count",
    "CountedDay",
    "Period",
    "TownCalendar",
    "arranged",
    "as_block",
    "blocks",
    "calendar",
    "calendar_digest",
    "chosen",
    "count",
    "counted",
    "due_at",
    "due_on",
    "first_day",
    "office_blocks",
    "periods",
    "worktime",
]

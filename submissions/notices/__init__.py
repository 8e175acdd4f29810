"""The outbox: who is told of an event and in which words, and how the rows leave."""

from submissions.notices.delivery import Tally, deliver_pending, retry
from submissions.notices.queue import queue_due, queue_for, tell_citizen
from submissions.notices.recipients import officers_with, working_assignee
from submissions.notices.table import LABELS, SILENT, TABLE

__all__ = [
    "LABELS",
    "SILENT",
    "TABLE",
    "Tally",
    "deliver_pending",
    "officers_with",
    "queue_due",
    "queue_for",
    "retry",
    "tell_citizen",
    "working_assignee",
]

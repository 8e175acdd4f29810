"""The outbox: who is told of an event and in which words, and how the rows leave."""

from submissions.notices.delivery import Tally, deliver_pending, retry
from submissions.notices.keeping import forget
from submissions.notices.queue import (
    Reminder,
    queue_for,
    remind,
    tell_citizen,
    tell_desk,
    tell_of_feedback,
    tell_officers,
)
from submissions.notices.recipients import by_email, officers_with, reach, working_assignee
from submissions.notices.table import LABELS, SILENT, TABLE

__all__ = [
    "LABELS",
    "SILENT",
    "TABLE",
    "Reminder",
    "Tally",
    "by_email",
    "deliver_pending",
    "forget",
    "officers_with",
    "queue_for",
    "reach",
    "remind",
    "retry",
    "tell_citizen",
    "tell_desk",
    "tell_of_feedback",
    "tell_officers",
    "working_assignee",
]

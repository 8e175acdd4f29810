"""Feedback to the town: remarks, questions and complaints with a clock of their own (docs/decisions/024-talk.md)."""

from submissions.feedback.acts import (
    answer,
    ask,
    covers,
    forward,
    publish,
    refuse,
    take,
    unpublish,
    verb_for,
    verbs_for,
)
from submissions.feedback.questions import LONGEST, agencies, section
from submissions.feedback.queue import history, lateness, narrowed
from submissions.feedback.sender import Line, Standing, lines, say_more, send, standing
from submissions.feedback.table import KEYS, LABELS, Verb

__all__ = [
    "KEYS",
    "LABELS",
    "LONGEST",
    "Line",
    "Standing",
    "Verb",
    "agencies",
    "answer",
    "ask",
    "covers",
    "forward",
    "history",
    "lateness",
    "lines",
    "narrowed",
    "publish",
    "refuse",
    "say_more",
    "section",
    "send",
    "standing",
    "take",
    "unpublish",
    "verb_for",
    "verbs_for",
]

"""The clock of a submission: replayed from its log, explained day by day; and the clock of the first answer.

Pure where it counts; nothing here changes a submission but mark_missed().
"""

from submissions.clock.kept import written
from submissions.clock.record import of, promised
from submissions.clock.replay import PAUSE, RESTART, VERBS, Clock, Moment, Step, chosen, replay, until
from submissions.clock.reply import mark_missed, reply_by
from submissions.clock.spans import Periods
from submissions.clock.words import Explanation, explain, explanation, in_short, sentence

__all__ = [
    "PAUSE",
    "RESTART",
    "VERBS",
    "Clock",
    "Explanation",
    "Moment",
    "Periods",
    "Step",
    "chosen",
    "explain",
    "explanation",
    "in_short",
    "mark_missed",
    "of",
    "promised",
    "replay",
    "reply_by",
    "sentence",
    "until",
    "written",
]

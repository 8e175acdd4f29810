"""Counter entry: an officer types in what came on paper, with the checklist, and receives it at once."""

from submissions.counter.desk import agency_for, favourites, found, has_desk, offered, procedure
from submissions.counter.drafts import begin, file, held, remove_file, save, take_files, take_over, unfinished
from submissions.counter.entry import Entry, blocks_from

__all__ = [
    "Entry",
    "agency_for",
    "begin",
    "blocks_from",
    "favourites",
    "file",
    "found",
    "has_desk",
    "held",
    "offered",
    "procedure",
    "remove_file",
    "save",
    "take_files",
    "take_over",
    "unfinished",
]

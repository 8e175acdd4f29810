"""Official papers: composed and hashed with their verb, drawn once afterwards, kept for ever."""

from submissions.papers.drawing import STYLESHEET, draw_waiting
from submissions.papers.issuing import compose, digest, is_intact, issue, named, record
from submissions.papers.numbers import book_entry, next_number
from submissions.papers.occasion import Occasion
from submissions.papers.opening import NotDrawn, Opened, file_of, printable
from submissions.papers.sets import SETS, PaperSet, current
from submissions.papers.shelf import Shelved, for_officer, public_papers, shelf

__all__ = [
    "SETS",
    "STYLESHEET",
    "NotDrawn",
    "Occasion",
    "Opened",
    "PaperSet",
    "Shelved",
    "book_entry",
    "compose",
    "current",
    "digest",
    "draw_waiting",
    "file_of",
    "for_officer",
    "is_intact",
    "issue",
    "named",
    "next_number",
    "printable",
    "public_papers",
    "record",
    "shelf",
]

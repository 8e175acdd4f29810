"""The monthly report of an agency: composed from the figures while it is a draft, kept as it was once reported."""

from submissions.reports.content import Content
from submissions.reports.frozen import Report, freeze, is_intact, may_freeze, months, report_of
from submissions.reports.workbook import file_name, write

__all__ = [
    "Content",
    "Report",
    "file_name",
    "freeze",
    "is_intact",
    "may_freeze",
    "months",
    "report_of",
    "write",
]

"""From a draft to a checked filing: steps, saving, following the published form, checking everything at the end."""

from submissions.filing.checking import Checked, Problem, check, compile_draft, fee_lines, filing_of, lost_files, send
from submissions.filing.drafts import change_office, delete_expired, expired, find_empty, save, start_draft
from submissions.filing.follow import Changes, follow_published
from submissions.filing.journey import Journey, Paper, Step
from submissions.filing.supplement import Answering

__all__ = [
    "Answering",
    "Changes",
    "Checked",
    "Journey",
    "Paper",
    "Problem",
    "Step",
    "change_office",
    "check",
    "compile_draft",
    "delete_expired",
    "expired",
    "fee_lines",
    "filing_of",
    "find_empty",
    "follow_published",
    "lost_files",
    "save",
    "send",
    "start_draft",
]

"""From a draft to a checked filing: steps, saving, following the published form, checking everything at the end."""

from submissions.filing.checking import Checked, Problem, check, compile_draft, fee_lines, filing_of, send
from submissions.filing.drafts import change_office, delete_expired, expired, find_empty, save, start_draft
from submissions.filing.follow import Changes, follow_published
from submissions.filing.journey import FilingForm, Journey, Paper, Step

__all__ = [
    "Changes",
    "Checked",
    "FilingForm",
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
    "save",
    "send",
    "start_draft",
]

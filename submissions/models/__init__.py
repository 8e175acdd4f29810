"""Submissions with their files, rounds, events and notices, the papers issued, and the officers who work on them."""

from submissions.models.files import Attachment, AttachmentQuerySet, storage_name
from submissions.models.letters import DossierCounter, Letter, LetterCounter, LetterIsIssued, LetterTemplate
from submissions.models.notices import Notice
from submissions.models.officers import Officer
from submissions.models.papers import KeptForm, Paper, PaperQuerySet, paper_name
from submissions.models.rounds import Event, SupplementRequest
from submissions.models.submissions import HEAVY, Submission, SubmissionQuerySet

__all__ = [
    "HEAVY",
    "Attachment",
    "AttachmentQuerySet",
    "DossierCounter",
    "Event",
    "KeptForm",
    "Letter",
    "LetterCounter",
    "LetterIsIssued",
    "LetterTemplate",
    "Notice",
    "Officer",
    "Paper",
    "PaperQuerySet",
    "Submission",
    "SubmissionQuerySet",
    "SupplementRequest",
    "paper_name",
    "storage_name",
]

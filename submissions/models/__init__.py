"""Submissions with their files, rounds, events and notices, the papers issued, what is said about them, and counts."""

from submissions.models.conversation import Feedback, Message, Rating
from submissions.models.desk import Batch, BatchRow, SavedView
from submissions.models.figures import ClosedRegister, CountedMonth, MonthFigure, MonthReport
from submissions.models.files import Attachment, AttachmentQuerySet, storage_name
from submissions.models.letters import DossierCounter, Letter, LetterCounter, LetterIsIssued, LetterTemplate
from submissions.models.notices import Notice
from submissions.models.officers import Officer
from submissions.models.papers import KeptForm, Paper, PaperQuerySet, paper_name
from submissions.models.recounts import RecountedFor
from submissions.models.rounds import Event, SupplementRequest
from submissions.models.submissions import HEAVY, Submission, SubmissionQuerySet

__all__ = [
    "HEAVY",
    "Attachment",
    "AttachmentQuerySet",
    "Batch",
    "BatchRow",
    "ClosedRegister",
    "CountedMonth",
    "DossierCounter",
    "Event",
    "Feedback",
    "KeptForm",
    "Letter",
    "LetterCounter",
    "LetterIsIssued",
    "LetterTemplate",
    "Message",
    "MonthFigure",
    "MonthReport",
    "Notice",
    "Officer",
    "Paper",
    "PaperQuerySet",
    "Rating",
    "RecountedFor",
    "SavedView",
    "Submission",
    "SubmissionQuerySet",
    "SupplementRequest",
    "paper_name",
    "storage_name",
]

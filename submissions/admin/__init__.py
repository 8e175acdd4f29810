"""The staff side of submissions: work list, record, one page a verb; officers and notices for the operator."""

from submissions.admin.feedback import FeedbackAdmin
from submissions.admin.letter_templates import LetterTemplateAdmin
from submissions.admin.letters import LetterAdmin
from submissions.admin.others import NoticeAdmin, OfficerAdmin
from submissions.admin.submission import SubmissionAdmin
from submissions.admin.talk import RatingAdmin

__all__ = [
    "FeedbackAdmin",
    "LetterAdmin",
    "LetterTemplateAdmin",
    "NoticeAdmin",
    "OfficerAdmin",
    "RatingAdmin",
    "SubmissionAdmin",
]

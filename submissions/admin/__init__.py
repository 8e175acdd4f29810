"""The staff side of submissions: work list, record, one page a verb; officers and notices for the operator."""

from submissions.admin.letter_templates import LetterTemplateAdmin
from submissions.admin.letters import LetterAdmin
from submissions.admin.others import NoticeAdmin, OfficerAdmin
from submissions.admin.submission import SubmissionAdmin

__all__ = ["LetterAdmin", "LetterTemplateAdmin", "NoticeAdmin", "OfficerAdmin", "SubmissionAdmin"]

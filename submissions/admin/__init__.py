"""The staff side of submissions: work list, record, one page a verb; officers and notices for the operator."""

from submissions.admin.others import NoticeAdmin, OfficerAdmin
from submissions.admin.submission import SubmissionAdmin

__all__ = ["NoticeAdmin", "OfficerAdmin", "SubmissionAdmin"]

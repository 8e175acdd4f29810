"""One small form a verb of the desk: what the verb needs in words, and the call that does it.

The rules are in submissions/workflow; a form only asks. `run()` may raise any SubmissionError.
"""

from submissions.staff_forms.base import ActForm, VerbForm, Words
from submissions.staff_forms.papers import CounterSupplementForm, PapersForm
from submissions.staff_forms.results import ResultForm
from submissions.staff_forms.verbs import (
    COMMON_REASONS,
    AssignForm,
    ExtendForm,
    HandOverForm,
    NoteForm,
    ReasonForm,
    RemarkForm,
    SendBackForm,
    SupplementForm,
    colleagues,
)
from submissions.states import ASSIGN, NOTE, PAPERS, TAKE

__all__ = ["COMMON_REASONS", "FORMS", "ResultForm", "VerbForm", "Words", "colleagues"]

FORMS: dict[str, type[VerbForm]] = {
    "receive": RemarkForm,
    "refuse": ReasonForm,
    "request_supplement": SupplementForm,
    "supplement": CounterSupplementForm,
    "start": RemarkForm,
    "propose": RemarkForm,
    "approve": ResultForm,
    "send_back": SendBackForm,
    "finish": ResultForm,
    "extend": ExtendForm,
    "decline": ReasonForm,
    "stop": ReasonForm,
    "hand_over": HandOverForm,
    TAKE: ActForm,
    ASSIGN: AssignForm,
    PAPERS: PapersForm,
    NOTE: NoteForm,
}

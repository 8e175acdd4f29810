"""Papers that come in over the counter after a file was entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from procedures import spec
from procedures.formbuilder import FieldError
from submissions import files, workflow
from submissions.counter import checklist
from submissions.errors import FileRefused
from submissions.filing import Answering
from submissions.models import Attachment, Submission
from submissions.rules import Actor
from submissions.staff_forms.base import VerbForm, Words


class ChecklistForm(VerbForm):
    """Papers with their counts and scans: of the whole file, or of what a supplement request asks for."""

    body = "admin/submissions/submission/checklist.html"
    message = Words(label=_("Ghi chú (không bắt buộc)"), required=False)
    wants_all = False  # every paper of the list must be there
    problems: Sequence[FieldError] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # A question of the declaration may be called like a field of ours.
        super().__init__(*args, **{**kwargs, "prefix": "desk"})
        documents = self.documents()
        typed = checklist.typed_from(documents, self.data) if self.is_bound else self.known()
        self.lines = checklist.lines(documents, typed, self.submission.answers, self.scanned())

    def documents(self) -> list[spec.Document]:
        return list(self.submission.revision.spec.documents)

    def known(self) -> dict[str, list[str]]:
        return checklist.typed_of(self.submission.papers_in)

    def scanned(self) -> dict[str, list[Attachment]]:
        found: dict[str, list[Attachment]] = {}
        for a in self.submission.attachments.current().filter(purpose=Attachment.Purpose.DOCUMENT, pending=False):
            found.setdefault(a.key, []).append(a)
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self.scans = [scan for line in self.lines for scan in self._scans(line)]
        for line in self.lines:
            line.check(must_be_there=self.wants_all)
        self.problems = [*(e for line in self.lines for e in line.all_errors), *self.wrong_answers()]
        if self.problems:
            self.add_error(None, _("Có %d chỗ cần sửa:") % len(self.problems))
        return cleaned

    def wrong_answers(self) -> list[FieldError]:
        return []

    def _scans(self, line: checklist.Line) -> list[Attachment]:
        uploads = self.files.getlist(line.file_name) if self.files else []
        try:
            found = [files.result_file(u) for u in uploads]
        except FileRefused as refused:
            line.refused = str(refused)
            return []
        for scan in found:
            scan.purpose, scan.key = Attachment.Purpose.DOCUMENT, line.document.key
        line.files = [*line.files, *found]
        return found

    def typed(self) -> dict[str, Any]:
        return {}


class PapersForm(ChecklistForm):
    def run(self, by: Actor) -> Submission:
        rows, note = checklist.rows(self.lines), self.cleaned_data["message"]
        return workflow.record_papers(self.submission.pk, by=by, papers=rows, scans=self.scans, note=note)


class CounterSupplementForm(ChecklistForm):
    """The answer to a supplement request that the applicant brings to the counter: its papers and its questions."""

    wants_all = True

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        request = submission.open_request
        self.answering = Answering(submission, request) if request is not None else None
        super().__init__(*args, submission=submission, **kwargs)
        if self.answering is not None:
            # What the applicant has begun on the portal and not sent is not for the desk to see.
            self.answering.new_files = []
            self.answering.request.typed = self.answering.typed_of(self.data) if self.is_bound else {}
        self.sections = self.answering.forms(report=self.is_bound) if self.answering else []
        for line in self.lines:
            line.is_needed = True

    def documents(self) -> list[spec.Document]:
        asked = self.answering.request.document_keys if self.answering else []
        return [d for d in super().documents() if d.key in asked]

    def known(self) -> dict[str, list[str]]:
        return {}

    def scanned(self) -> dict[str, list[Attachment]]:
        return {}

    def wrong_answers(self) -> list[FieldError]:
        return self.answering.checked()[1] if self.answering else []

    def arguments(self) -> dict[str, Any]:
        answers = self.answering.checked()[0] if self.answering else self.submission.answers
        handed_in, message = checklist.rows(self.lines), self.cleaned_data["message"]
        return {"answers": answers, "handed_in": handed_in, "scans": self.scans, "message": message}

"""A draft as a row of steps, each with the form that belongs to it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from portal.lib.prepared import Given, Prepared
from procedures import wording
from procedures.formbuilder import FieldError, SectionForm, answers_before, answers_to, whole_form
from procedures.spec import Document, Section
from submissions import forms
from submissions.forms import PAPERS
from submissions.models import Attachment, Submission

Typed = dict[str, list[str]]
# Which part of Submission.typed a step writes; sections of the procedure's form share one.
APPLICANT_BLOCK, FORM_BLOCK, DELIVERY_BLOCK = "applicant", "form", "delivery"
ATTACHMENTS = Prepared(lambda: Attachment.objects.current().filter(submission=Given("draft", BigIntegerField)))


def belongs(section: Section, name: str) -> bool:
    """Is this the input of a question of the section, or of a row of one of its lists?"""
    if any(name == f.key for f in section.fields):
        return True
    repeats = (f.key for f in section.fields if f.kind == "repeat")
    return any(re.match(rf"{re.escape(r)}-(\d+-|TOTAL)", name) for r in repeats)


@dataclass(frozen=True)
class Step:
    """One page of the filing. `block` is empty for the two steps that ask no typed questions."""

    key: str
    title: str
    block: str = ""
    section: Section | None = None


@dataclass(frozen=True)
class Paper:
    """A paper of the dossier on the upload step."""

    document: Document
    is_needed: bool
    files: list[Attachment] = field(default_factory=list)
    error: str = ""

    @property
    def input_name(self) -> str:
        return f"document-{self.document.key}"

    @property
    def input_id(self) -> str:
        return f"id_{self.input_name}"

    @property
    def copies(self) -> str:
        return wording.copies(self.document)


class Journey:
    """The steps of one draft. What is read from the database is read once."""

    def __init__(self, draft: Submission) -> None:
        self.draft, self.spec = draft, draft.revision.spec

    # --- steps -----------------------------------------------------------------------------------

    @cached_property
    def steps(self) -> list[Step]:
        applicant, delivery = forms.applicant(), forms.delivery(self.spec, {})
        sections = self.spec.form.sections if self.spec.form else ()
        return [
            Step(forms.APPLICANT, applicant.title, APPLICANT_BLOCK, applicant),
            *(Step(s.key, s.title, FORM_BLOCK, s) for s in sections),
            Step(forms.PAPERS, _("Giấy tờ kèm theo")),
            Step(forms.DELIVERY, delivery.title, DELIVERY_BLOCK, delivery),
            Step(forms.CHECK, _("Kiểm tra và gửi")),
        ]

    def step(self, key: str) -> Step | None:
        return next((s for s in self.steps if s.key == key), None)

    def number(self, step: Step) -> int:
        """Counted from 1."""
        return self.steps.index(step) + 1

    def after(self, step: Step) -> Step:
        return self.steps[min(self.number(step), len(self.steps) - 1)]

    def before(self, step: Step) -> Step | None:
        """The step to go back to; None on the first."""
        place = self.number(step) - 2
        return self.steps[place] if place >= 0 else None

    # --- what was typed --------------------------------------------------------------------------

    def typed(self, block: str) -> Typed:
        return dict(self.draft.typed.get(block, {}))

    def was_saved(self, step: Step) -> bool:
        """Was something of this step saved before?"""
        if step.section is None:
            return step.key == PAPERS and bool(self.document_files)
        section, typed = step.section, self.draft.typed.get(step.block, {})
        return any(f.key in typed for f in section.fields) or any(belongs(section, name) for name in typed)

    @cached_property
    def applicant_answers(self) -> dict[str, Any]:
        """The valid ones of the applicant's answers, whatever is still missing."""
        filled = SectionForm(forms.applicant(), typed=self.typed(APPLICANT_BLOCK))
        filled.is_valid()
        return filled.answers

    @cached_property
    def checked_form(self) -> tuple[dict[str, Any], dict[str, list[FieldError]]]:
        """The procedure's form as it stands: valid answers, and errors by section."""
        if self.spec.form is None:
            return {}, {}
        return whole_form(self.spec.form, self.typed(FORM_BLOCK), files=self.field_files)

    @property
    def answers(self) -> dict[str, Any]:
        """The valid answers so far."""
        return self.checked_form[0]

    @cached_property
    def paper_answers(self) -> dict[str, Any]:
        """The valid answers that conditions of papers look at."""
        if self.spec.form is None or "checked_form" in self.__dict__:
            return self.answers
        asked = frozenset(d.when.field for d in self.spec.documents if d.when is not None)
        return answers_to(self.spec.form, asked, self.typed(FORM_BLOCK))

    def form(self, step: Step, *, typed: Typed | None = None, refused: Mapping[str, str] | None = None) -> SectionForm:
        """The step's form, with what is stored or with `typed` of this request."""
        section, of_form, stored = self._section(step), step.block == FORM_BLOCK, self.typed(step.block)
        return SectionForm(
            section,
            before=answers_before(self.spec.form, step.key, stored) if of_form and self.spec.form else {},
            typed=stored if typed is None else typed,
            prefill=self._prefill(section) if of_form else {},
            files=self.field_files if any(f.kind == "file" for f in section.fields) else {},
            refused=refused,
        )

    def _prefill(self, section: Section) -> dict[str, Any]:
        return forms.prefilled(self.applicant_answers) if any(f.prefill for f in section.fields) else {}

    def _section(self, step: Step) -> Section:
        """With what the applicant said as proposals, where the step proposes any."""
        assert step.section is not None
        return forms.delivery(self.spec, self.applicant_answers) if step.key == forms.DELIVERY else step.section

    # --- files -----------------------------------------------------------------------------------

    @cached_property
    def attachments(self) -> list[Attachment]:
        return ATTACHMENTS.all(draft=self.draft.pk)

    def _by_key(self, purpose: str) -> dict[str, list[Attachment]]:
        found: dict[str, list[Attachment]] = defaultdict(list)
        for attachment in self.attachments:
            if attachment.purpose == purpose:
                found[attachment.key].append(attachment)
        return dict(found)

    @cached_property
    def field_files(self) -> dict[str, list[Attachment]]:
        return self._by_key(Attachment.Purpose.FIELD)

    @cached_property
    def document_files(self) -> dict[str, list[Attachment]]:
        return self._by_key(Attachment.Purpose.DOCUMENT)

    @property
    def authority_files(self) -> list[Attachment]:
        """What shows the right to file for somebody else."""
        return [a for a in self.attachments if a.purpose == Attachment.Purpose.AUTHORITY]

    @property
    def is_for_other(self) -> bool:
        return bool(self.applicant_answers.get("filed_for_other"))

    def forget_files(self) -> None:
        """After an upload or a removal: read the rows again."""
        for name in ("attachments", "field_files", "document_files", "checked_form"):
            self.__dict__.pop(name, None)

    def papers(self, errors: Mapping[str, str] | None = None) -> list[Paper]:
        """The papers that may be attached, needed ones first, that of a representative last."""
        errors = errors or {}
        found = [
            Paper(d, d.is_needed(self.paper_answers), self.document_files.get(d.key, []), errors.get(d.key, ""))
            for d in self.spec.documents
            if d.may_attach()
        ]
        return [*sorted(found, key=lambda p: not p.is_needed), *self._authority(errors)]

    def _authority(self, errors: Mapping[str, str]) -> list[Paper]:
        if not self.is_for_other:
            return []
        return [Paper(forms.authority_paper(), False, self.authority_files, errors.get(forms.AUTHORITY_KEY, ""))]

    def missing_papers(self) -> dict[str, str]:
        """Needed papers without a file: key and sentence."""
        sentence = _("Bạn chưa đính kèm “%s”. Hãy chụp hoặc chọn tệp của giấy tờ này.")
        return {p.document.key: sentence % p.document.name for p in self.papers() if p.is_needed and not p.files}

"""The answer to a supplement request: only what was asked is open, everything else stays as it was filed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from procedures.formbuilder import FieldError, SectionForm, opened_fields, typed_from, unticked, whole_form
from procedures.spec import Section
from submissions.errors import NotPossible
from submissions.filing.journey import Paper, Typed
from submissions.models import Attachment, Submission, SupplementRequest

Purpose = Attachment.Purpose


class Answering:
    """A submission with its open request and what was typed and uploaded for it so far."""

    def __init__(self, submission: Submission, request: SupplementRequest) -> None:
        self.submission, self.request = submission, request
        self.spec = submission.revision.spec

    # --- what is open ----------------------------------------------------------------------------

    @cached_property
    def opened(self) -> frozenset[str]:
        return opened_fields(self.spec.form, self.request.field_keys) if self.spec.form else frozenset()

    @cached_property
    def sections(self) -> list[Section]:
        """The sections in which something is open."""
        sections = self.spec.form.sections if self.spec.form else ()
        return [s for s in sections if any(f.key in self.opened for f in s.fields)]

    @cached_property
    def reasons(self) -> dict[str, str]:
        return {item["key"]: item["reason"] for item in (*self.request.documents, *self.request.fields)}

    # --- files -----------------------------------------------------------------------------------

    @cached_property
    def new_files(self) -> list[Attachment]:
        return list(self.request.attachments.filter(pending=True, removed_at=None))

    def forget_files(self) -> None:
        self.__dict__.pop("new_files", None)

    def _new(self, purpose: str, key: str) -> list[Attachment]:
        return [a for a in self.new_files if (a.purpose, a.key) == (purpose, key)]

    def papers(self, errors: dict[str, str]) -> list[Paper]:
        found = [d for d in self.spec.documents if d.key in self.request.document_keys]
        return [Paper(d, True, self._new(Purpose.DOCUMENT, d.key), errors.get(d.key, "")) for d in found]

    def missing_papers(self) -> dict[str, str]:
        sentence = _("Bạn chưa chọn tệp mới cho “%s”.")
        return {p.document.key: sentence % p.document.name for p in self.papers({}) if not p.files}

    @cached_property
    def _filed_files(self) -> dict[str, list[Attachment]]:
        found: dict[str, list[Attachment]] = {}
        for a in self.submission.attachments.current().filter(purpose=Purpose.FIELD, pending=False):
            found.setdefault(a.key, []).append(a)
        return found

    def field_files(self) -> dict[str, list[Attachment]]:
        """New files of a question; where none were sent yet, those that were filed count."""
        new = {a.key: self._new(Purpose.FIELD, a.key) for a in self.new_files if a.purpose == Purpose.FIELD}
        return {**self._filed_files, **new}

    # --- typed answers ---------------------------------------------------------------------------

    def typed_of(self, post: Any) -> Typed:
        typed: Typed = {}
        for section in self.sections:
            typed |= {name: none for name, none in unticked(section).items() if name in self.opened}
            typed |= typed_from(section, post)
        return typed

    def save(self, typed: Typed) -> None:
        """Stores what was typed, valid or not. Raises NotPossible when the answer was sent meanwhile."""
        with transaction.atomic():
            stored = SupplementRequest.objects.select_for_update(of=("self",)).get(pk=self.request.pk)
            if stored.answered_at is not None:
                raise NotPossible
            stored.typed = self.request.typed = typed
            stored.save(update_fields=["typed"])

    def forms(self, refused: dict[str, str] | None = None, *, report: bool = False) -> list[SectionForm]:
        """One form a section; conditions look at the filed answers of the sections before."""
        typed = self.request.typed or ({} if report else None)
        made = []
        for section in self.sections:
            form = SectionForm(
                section,
                before=self.submission.answers,
                typed=typed,
                stored=self.submission.answers,
                files=self.field_files(),
                only=self.opened,
                refused=refused,
            )
            if report:
                form.is_valid()
            made.append(form)
        return made

    def checked(self) -> tuple[dict[str, Any], list[FieldError]]:
        """All answers after the change, and what is wrong with the opened ones."""
        if self.spec.form is None or not self.sections:
            return dict(self.submission.answers), []
        answers, errors = whole_form(
            self.spec.form,
            self.request.typed or {},
            stored=self.submission.answers,
            files=self.field_files(),
            only=self.opened,
        )
        return answers, [e for found in errors.values() for e in found]

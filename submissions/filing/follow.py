"""A draft follows the published form: what still fits stays, the person is told what changed."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from procedures.formbuilder import carried, choices_lost
from procedures.models import ProcedureRevision
from procedures.spec import Field, ProcedureSpec, fits, match, match_questions, newly_required
from submissions import files
from submissions.filing.journey import FORM_BLOCK
from submissions.models import Attachment, Submission
from submissions.states import State


@dataclass
class Changes:
    """What is different, in labels; empty when nothing that the person sees changed."""

    added: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    now_required: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        parts = (
            (_("Câu hỏi, giấy tờ mới: %s."), self.added),
            (_("Không còn hỏi nữa, hoặc bạn cần khai lại: %s."), self.dropped),
            (_("Nay bắt buộc: %s."), self.now_required),
        )
        return [sentence % "; ".join(labels) for sentence, labels in parts if labels]


def _fields(spec: ProcedureSpec) -> dict[str, Field]:
    return {f.key: f for f in spec.form.fields()} if spec.form else {}


def compare(old: ProcedureSpec, new: ProcedureSpec) -> Changes:
    """The differences between two revisions as a person filling in the form meets them."""
    questions = match_questions(old, new)
    before, after = ([d for d in spec.documents if d.may_attach()] for spec in (old, new))
    papers = match(before, after, lambda d: d.key)
    unfit = [was for was, now in questions.kept if not fits(was, now)]
    return Changes(
        added=[*(f.label for f in questions.added), *(d.name for d in papers.added)],
        dropped=[*(f.label for f in (*questions.removed, *unfit)), *(d.name for d in papers.removed)],
        now_required=[f.label for f in newly_required(questions)]
        + [now.name for was, now in papers.kept if now.required and not was.required],
    )


def follow_published(draft: Submission) -> Changes | None:
    """Moves the draft to the published revision, in place; None when it is there already.

    A procedure without a published revision leaves the draft as it is, and a rehearsal stays where it was begun.
    """
    if draft.is_rehearsal or draft.procedure.published_id in (None, draft.revision_id):
        return None
    published = draft.procedure.published
    assert published is not None
    with transaction.atomic():
        stored = Submission.objects.select_for_update(of=("self",)).get(pk=draft.pk)
        if stored.state != State.DRAFT or stored.revision_id == published.pk:
            return None
        changes = _move(stored, draft.revision, published)
    draft.typed, draft.version, draft.revision = stored.typed, stored.version, published
    return changes


def _move(stored: Submission, old: ProcedureRevision, new: ProcedureRevision) -> Changes:
    before = stored.typed.get(FORM_BLOCK, {})
    typed = carried(before, old.spec, new.spec)
    stored.typed = {**stored.typed, FORM_BLOCK: typed}
    stored.revision, stored.version = new, stored.version + 1
    stored.save(update_fields=["typed", "revision", "version"])
    for lost in _lost_files(stored, new.spec):
        files.remove(lost)
    changes = compare(old.spec, new.spec)
    changes.dropped += [f.label for f in choices_lost(before, old.spec, new.spec)]
    return changes


def _lost_files(stored: Submission, new: ProcedureSpec) -> list[Attachment]:
    """At the counter any paper may be scanned; who files for another person may show it with whatever form."""
    attachments = stored.attachments.current().exclude(purpose=Attachment.Purpose.AUTHORITY)
    papers = {d.key for d in new.documents if d.may_attach() or stored.entered_by_id}
    questions = {k for k, f in _fields(new).items() if f.kind == "file"}
    purpose = Attachment.Purpose
    keys = {purpose.DOCUMENT: papers, purpose.FIELD: questions, purpose.COMBINED: papers | questions}
    return [a for a in attachments if a.key not in keys.get(purpose(a.purpose), set())]

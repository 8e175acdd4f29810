"""A draft follows the published form: what still fits stays, the person is told what changed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _

from procedures.models import ProcedureRevision
from procedures.spec import Field, ProcedureSpec
from submissions import files
from submissions.filing.journey import FORM_BLOCK, Typed
from submissions.models import Attachment, Submission
from submissions.states import State

# Kinds whose typed text may be carried over to another kind; it is checked anew in any case.
_TEXTS = {"text", "multiline", "person_name", "address"}
_NUMBERS = {"integer", "decimal", "money"}
_CHOICES = {"choice", "multichoice"}


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


def fits(old: Field, new: Field) -> bool:
    """May what was typed for the old question stand for the new one?"""
    if old.kind == new.kind:
        return True
    return any({old.kind, new.kind} <= kinds for kinds in (_TEXTS, _NUMBERS, _CHOICES))


def _fields(spec: ProcedureSpec) -> dict[str, Field]:
    return {f.key: f for f in spec.form.fields()} if spec.form else {}


def compare(old: ProcedureSpec, new: ProcedureSpec) -> Changes:
    """The differences between two revisions as a person filling in the form meets them."""
    before, after = _fields(old), _fields(new)
    papers_before = {d.key: d for d in old.documents if d.may_attach()}
    papers_after = {d.key: d for d in new.documents if d.may_attach()}
    changes = Changes()
    changes.added = [f.label for k, f in after.items() if k not in before]
    changes.added += [d.name for k, d in papers_after.items() if k not in papers_before]
    changes.dropped = [f.label for k, f in before.items() if k not in after or not fits(f, after[k])]
    changes.dropped += [d.name for k, d in papers_before.items() if k not in papers_after]
    optional = {k for k, f in before.items() if not f.required}
    changes.now_required = [f.label for k, f in after.items() if k in optional and f.required]
    spare = {k for k, d in papers_before.items() if not d.required}
    changes.now_required += [d.name for k, d in papers_after.items() if k in spare and d.required]
    return changes


def carried(typed: Typed, old: ProcedureSpec, new: ProcedureSpec) -> Typed:
    """The typed values whose question is still there with a kind that fits."""
    before, after = _fields(old), _fields(new)
    kept = {k for k in after if k in before and fits(before[k], after[k])}
    rows = {k: _kept_cells(before[k], after[k]) for k in kept if after[k].kind == "repeat"}
    return {name: values for name, values in typed.items() if name in kept or _in_rows(name, rows)}


def _kept_cells(old: Field, new: Field) -> set[str]:
    before = {g.key: g for g in old.fields}
    return {g.key for g in new.fields if g.key in before and fits(before[g.key], g)}


def _in_rows(name: str, rows: dict[str, set[str]]) -> bool:
    for repeat, cells in rows.items():
        found = re.fullmatch(rf"{re.escape(repeat)}-(?:TOTAL_FORMS|(?:\d+)-(.+))", name, re.ASCII)
        if found and (found[1] is None or found[1] in cells):
            return True
    return False


def follow_published(draft: Submission) -> Changes | None:
    """Moves the draft to the published revision, in place; None when it is there already.

    A procedure without a published revision leaves the draft as it is.
    """
    if draft.procedure.published_id in (None, draft.revision_id):
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
    typed = carried(stored.typed.get(FORM_BLOCK, {}), old.spec, new.spec)
    stored.typed = {**stored.typed, FORM_BLOCK: typed}
    stored.revision, stored.version = new, stored.version + 1
    stored.save(update_fields=["typed", "revision", "version"])
    for lost in _lost_files(stored.attachments.current(), new.spec):
        files.remove(lost)
    return compare(old.spec, new.spec)


def _lost_files(attachments: Iterable[Attachment], new: ProcedureSpec) -> list[Attachment]:
    papers = {d.key for d in new.documents if d.may_attach()}
    questions = {k for k, f in _fields(new).items() if f.kind == "file"}
    keys = {Attachment.Purpose.DOCUMENT.value: papers, Attachment.Purpose.FIELD.value: questions}
    return [a for a in attachments if a.key not in keys.get(a.purpose, set())]

"""Drafts: begin, save what was typed whether valid or not, throw away what nobody came back for."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from procedures.formbuilder import unticked
from procedures.models import Agency, Procedure
from procedures.spec import Section
from submissions import rules, workflow
from submissions.errors import ChangedMeanwhile, NotPossible
from submissions.filing.journey import Step, Typed, belongs
from submissions.models import Submission
from submissions.states import State


def start_draft(procedure: Procedure, agency: Agency, account: Any = None) -> Submission:
    """A new draft on the published revision. Raises NotPossible when the procedure takes no filings."""
    if not procedure.takes_filings or procedure.published is None:
        raise NotPossible(procedure.status_reason)
    return Submission.objects.create(procedure=procedure, revision=procedure.published, agency=agency, account=account)


def find_empty(drafts: Iterable[Submission], procedure: Procedure, agency: Agency) -> Submission | None:
    """A draft of the same kind in which nothing was saved yet: a second click on "begin" makes no second one."""
    for draft in drafts:
        same = draft.procedure_id == procedure.pk and draft.agency_id == agency.pk
        if same and draft.version == 0 and draft.revision_id == procedure.published_id:
            return draft
    return None


def _locked_draft(pk: int) -> Submission:
    draft = Submission.objects.select_for_update(of=("self",)).with_context().get(pk=pk)
    if draft.state != State.DRAFT:
        raise NotPossible
    return draft


def merged(kept: Mapping[str, list[str]], section: Section, typed: Typed) -> Typed:
    """The block with this section's inputs replaced by what was typed now."""
    others = {name: values for name, values in kept.items() if not belongs(section, name)}
    return {**others, **unticked(section), **typed}


def save(draft: Submission, step: Step, typed: Typed, *, version: int | None = None) -> Submission:
    """Stores what was typed on a step, valid or not, and counts the version up.

    Raises ChangedMeanwhile when the page was older than what is stored (`version` is what the page was drawn from;
    None skips the question), NotPossible when the draft was filed meanwhile. Nothing is overwritten then.
    """
    if version in (None, draft.version) and (stored := _saved(draft, step, typed)) is not None:
        return stored
    with transaction.atomic():
        stored = _locked_draft(draft.pk)
        if version is not None and version != stored.version:
            raise ChangedMeanwhile
        saved = _saved(stored, step, typed)
    assert saved is not None  # the row is locked
    return saved


def _saved(draft: Submission, step: Step, typed: Typed) -> Submission | None:
    """The draft with the step's answers, in one statement; None when it is not as it was read any more."""
    known = draft.typed
    if step.section is not None:
        known = {**known, step.block: merged(known.get(step.block, {}), step.section, typed)}
    fresh = {"typed": known, "version": draft.version + 1, "saved_at": timezone.now()}
    same = Submission.objects.filter(pk=draft.pk, state=State.DRAFT, version=draft.version)
    if not same.update(**fresh):
        return None
    stored = copy.copy(draft)
    stored.__dict__.update(fresh)
    return stored


def change_office(draft: Submission, agency: Agency) -> Submission:
    """Moves a draft to another unit that takes the procedure: the chosen one was dissolved meanwhile."""
    with transaction.atomic():
        stored = _locked_draft(draft.pk)
        if not stored.procedure.agencies().filter(pk=agency.pk).exists():
            raise NotPossible
        stored.agency, stored.version = agency, stored.version + 1
        stored.save(update_fields=["agency", "version"])
    return stored


def expired(now: datetime.datetime) -> QuerySet[Submission]:
    """Drafts that nobody saved for DRAFT_DAYS."""
    return Submission.objects.drafts().filter(saved_at__lt=now - datetime.timedelta(days=settings.DRAFT_DAYS))


def delete_expired(
    now: datetime.datetime, *, dry_run: bool = False, step: Callable[[], None] = lambda: None
) -> tuple[int, int]:
    """Deletes expired drafts with their files; returns how many drafts and files (would) go. `step`: after each."""
    drafts = files = 0
    for draft in list(expired(now).annotate(count=Count("attachments")).only("pk")):
        drafts, files = drafts + 1, files + draft.count
        if not dry_run:
            workflow.discard(draft.pk, by=rules.SYSTEM_ACTOR)
        step()
    return drafts, files

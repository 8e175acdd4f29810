"""Unfinished entries: begun with the page's one-time key, kept as drafts of the officer, filed once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from portal.lib import codes
from procedures.models import Procedure
from procedures.spec import ProcedureSpec, visible_form
from submissions import files, kept_forms, workflow
from submissions.counter.desk import agency_for
from submissions.counter.entry import AUTHORITY_INPUT, COUNTER_BLOCK, KEPT_INPUT, Blocks, Entry, Typed, form_of
from submissions.errors import ChangedMeanwhile, FileRefused
from submissions.filing.journey import APPLICANT_BLOCK, FORM_BLOCK
from submissions.forms import APART, AUTHORITY_KEY
from submissions.models import Attachment, KeptForm, Officer, Submission
from submissions.rules import Actor

if TYPE_CHECKING:
    from submissions.files import Upload

Channel, Purpose = Submission.Channel, Attachment.Purpose
KEY = re.compile(r"[\w-]{20,40}", re.ASCII)


def begin(officer: Officer, wanted: Procedure, key: str = "") -> Submission:
    """An entry that is stored nowhere yet. Raises NotPossible when the agency is dissolved."""
    return Submission(
        draft_key=key if KEY.fullmatch(key) else codes.token(),
        procedure=wanted,
        revision=wanted.published,
        agency=agency_for(officer, wanted),
        channel=Channel.COUNTER,
        entered_by=officer,
    )


def held(officer: Officer, wanted: Procedure, key: str) -> Submission | None:
    """The officer's own entry with this key under its lock, or what it has become; only inside a transaction."""
    rows = Submission.objects.select_for_update(of=("self",)).with_context()
    return rows.filter(entered_by=officer, procedure=wanted, draft_key=key).first() if KEY.fullmatch(key) else None


def take_over(draft: Submission, kept: KeptForm) -> bool:
    """Fills the declaration with a kept form; False when the published form has changed since."""
    typed = kept_forms.typed_for(kept, draft.revision)
    draft.typed = {**draft.typed, FORM_BLOCK: typed, COUNTER_BLOCK: {KEPT_INPUT: [kept.reference]}}
    return kept.revision_id == draft.revision_id


def save(draft: Submission, blocks: Blocks, *, version: int | None = None) -> Submission:
    """Stores what was typed, valid or not; `draft` is new, or locked.

    Raises ChangedMeanwhile when the page was drawn from an older version and says something else, or when the same
    new page was sent twice at once: then the other one has stored it.
    """
    fresh = {**draft.typed, **blocks}
    if draft.pk and version not in (None, draft.version) and fresh != draft.typed:
        raise ChangedMeanwhile
    draft.typed, draft.saved_at, draft.version = fresh, timezone.now(), draft.version + 1
    draft.channel = _channel(blocks[COUNTER_BLOCK])
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        raise ChangedMeanwhile from None
    return draft


def _channel(typed: Typed) -> str:
    return Channel.POST if _typed_word(typed, "channel") == Channel.POST else Channel.COUNTER


@dataclass(frozen=True)
class Unfinished:
    """An entry that was begun; `person` as far as it was typed."""

    draft: Submission
    person: str


def unfinished(officer: Officer) -> list[Unfinished]:
    """The officer's own entries that were begun and not filed, the last saved first."""
    mine = Submission.objects.drafts().filter(entered_by=officer, is_rehearsal=False).order_by("-saved_at")
    drafts = mine.select_related("procedure").defer("answers", "fees", "procedure__search_text")
    return [Unfinished(d, _typed_word(d.typed.get(APPLICANT_BLOCK, {}), "applicant_name")) for d in drafts]


def _typed_word(typed: Typed, name: str) -> str:
    return next(iter(typed.get(f"{APART}{name}", [])), "")


# --- scans ---------------------------------------------------------------------------------------


def _places(spec: ProcedureSpec) -> Iterator[tuple[str, str, str]]:
    """Input name, purpose and key of every picker of the page."""
    yield from ((f"document-{d.key}", Purpose.DOCUMENT, d.key) for d in spec.documents)
    yield AUTHORITY_INPUT, Purpose.AUTHORITY, AUTHORITY_KEY
    form = form_of(spec)
    yield from ((f.key, Purpose.FIELD, f.key) for f in form.fields() if f.kind == "file") if form else ()


def take_files(draft: Submission, sent: MultiValueDict[str, Upload]) -> dict[str, str]:
    """Stores the scans of a page; returns sentences about refused ones by input name."""
    refused: dict[str, list[str]] = {}
    for name, purpose, key in _places(draft.revision.spec):
        for upload in sent.getlist(name):
            try:
                files.accept(upload, submission=draft, key=key, purpose=purpose)
            except FileRefused as problem:
                refused.setdefault(name, []).append(str(problem))
    return {name: " ".join(sentences) for name, sentences in refused.items()}


def remove_file(draft: Submission, pk: str) -> bool:
    """Takes a scan out of the entry; another submission's is not touched."""
    found = draft.attachments.filter(pk=pk).first() if draft.pk and pk.isascii() and pk.isdigit() else None
    if found is not None:
        files.remove(found)
    return found is not None


# --- filing --------------------------------------------------------------------------------------


def file(entry: Entry, *, by: Actor, receive: bool) -> Submission:
    """Files an entry that check() found clean, in one transaction with the receipt when `receive`."""
    with transaction.atomic():
        for unasked in _unasked(entry):
            files.remove(unasked)
        filing, since = entry.filing(), entry.since
        filed = workflow.enter(entry.draft.pk, filing, by=by, receive=receive, since=since)
        kept = kept_forms.find(entry.kept) if entry.kept else None
        if kept is not None:
            kept_forms.mark_used(kept)
    return filed


def _unasked(entry: Entry) -> Iterable[Attachment]:
    """Scans for questions that another answer has hidden since, and of a right to act that nobody claims."""
    form, given = form_of(entry.spec), entry.applicant.answers
    asked = {f.key for _section, shown in visible_form(form, entry.answers) for f in shown} if form else set()
    yield from (a for key, many in entry.journey.field_files.items() if key not in asked for a in many)
    if not given.get(f"{APART}filed_for_other"):
        yield from entry.authority_files

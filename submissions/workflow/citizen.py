"""The citizen's verbs: submit, discard, withdraw, supplement. What filing writes is the same at the counter."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.lib import codes
from procedures import deadlines
from procedures.models import Procedure
from submissions import clock
from submissions.errors import ChangedMeanwhile, Incomplete, NotAllowed, NotPossible
from submissions.files import delete_stored
from submissions.models import Attachment, Submission, SupplementRequest
from submissions.rules import Actor, covers
from submissions.states import State, Transition
from submissions.workflow.core import Change, Filing, act, apply, locked


def submit(pk: int, filing: Filing, *, by: Actor) -> Submission:
    """Files a draft once, however often it is sent; gives the tracking reference and the secret.

    Raises NotPossible when the procedure or the agency takes no filings, ChangedMeanwhile when the draft or the
    published form changed after it was checked.
    """
    with transaction.atomic():
        submission = locked(pk)
        if submission.state != State.DRAFT:
            return submission
        _check_may_file(submission)
        # A draft has no event yet.
        apply(submission, "submit", by=by, version=filing.version, change=writing(filing), last=None)
    return submission


def writing(filing: Filing) -> Change:
    """What filing writes: the checked answers, the columns, reference and secret."""

    def change(draft: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        for name, value in {**filing.columns, "answers": filing.answers, "fees": list(filing.fees)}.items():
            setattr(draft, name, value)
        draft.submitted_at, draft.typed = now, {}
        draft.tracking_secret = codes.secret()
        _await_reply(draft, now)
        _give_reference(draft)
        files = draft.attachments.current().values_list("sha256", flat=True)
        return {"revision": draft.revision.number, "files": sorted(files)}

    return change


def locked_procedure(draft: Submission) -> Procedure:
    """The procedure under its lock, so that nobody closes it or publishes another form while it is filed on."""
    columns = ("level", "tier", "status", "status_reason", "published")
    rows = Procedure.objects.select_for_update(of=("self",)).only(*columns).order_by()
    return rows.get(pk=draft.procedure_id)


def _check_may_file(draft: Submission) -> None:
    """A rehearsal tries a form whatever the public may file; nobody else files on an unpublished one."""
    procedure = locked_procedure(draft)
    if draft.is_rehearsal:
        return
    if not procedure.takes_filings:
        reason = procedure.status_reason or _("Thủ tục này hiện không nhận hồ sơ trực tuyến.")
        raise NotPossible(reason)
    check_current(draft, procedure)


def check_current(draft: Submission, procedure: Procedure) -> None:
    """The form that was filled in is still the published one, and the agency still takes filings."""
    if procedure.published_id != draft.revision_id:
        raise ChangedMeanwhile(_("Biểu mẫu vừa có bản mới. Bạn hãy xem lại các bước rồi gửi."))
    if not draft.agency.is_active():
        raise NotPossible(_("%s không còn nhận hồ sơ mới.") % draft.agency.name)


def _give_reference(draft: Submission) -> None:
    """A reference is random; a clash (one in a hundred thousand million) is tried again."""
    for _try in range(5):
        draft.reference = codes.reference(codes.REHEARSAL if draft.is_rehearsal else "")
        try:
            with transaction.atomic():
                Submission.objects.filter(pk=draft.pk).update(reference=draft.reference)
            return
        except IntegrityError:
            continue
    raise NotPossible(_("Chưa cấp được mã tra cứu. Bạn hãy bấm gửi lại."))


def discard(pk: int, *, by: Actor) -> None:
    """Deletes a draft with its files; a filed submission is never deleted."""
    with transaction.atomic():
        draft = locked(pk)
        if draft.state != State.DRAFT:
            raise NotPossible
        if by.officer is not None and not covers(by.officer, draft):
            raise NotAllowed
        stored = [(a.file.storage, str(a.file.name)) for a in draft.attachments.all()]
        draft.delete()
        transaction.on_commit(lambda: _delete_files(stored))


def _delete_files(stored: Sequence[tuple[Storage, str]]) -> None:
    for storage, name in stored:
        delete_stored(storage, name)


def withdraw(pk: int, *, by: Actor, version: int | None = None, reason: str = "") -> Submission:
    def change(s: Submission, _row: Transition, now: datetime.datetime) -> None:
        s.supplement_requests.filter(answered_at=None).update(answered_at=now)

    return act(pk, "withdraw", by=by, version=version, note=reason, change=change)


def supplement(
    pk: int,
    *,
    by: Actor,
    answers: Mapping[str, Any],
    version: int | None = None,
    message: str = "",
    handed_in: Sequence[Mapping[str, Any]] = (),
    scans: Sequence[Attachment] = (),
) -> Submission:
    """Takes the answer to the open request: new answers of the opened fields, new files of its papers.

    `answers` is the whole of the answers after the change. Files that were uploaded for the request replace the
    ones they answer; replaced files and old answers are kept and stay readable. Who answers at the counter hands
    paper in: rows for Submission.papers_in, and unsaved rows of scans with their key.
    """

    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        request = s.supplement_requests.select_for_update().filter(answered_at=None).order_by("-round").first()
        if request is None:
            raise NotPossible
        if by.officer is not None:
            _leave_unsent(request, now)
        for scan in scans:
            scan.submission, scan.supplement, scan.pending = s, request, True
            scan.save()
        _check_supplement_files(request, {str(p["key"]) for p in handed_in})
        s.papers_in = [*(p for p in s.papers_in if p["key"] not in {q["key"] for q in handed_in}), *handed_in]
        changed = [k for k in request.field_keys if s.answers.get(k) != answers.get(k)]
        request.old_answers, request.answered_at, request.typed = dict(s.answers), now, {}
        request.save()
        replaced = _replace_files(s, request, now)
        s.answers = dict(answers)
        s.state = request.from_state
        resumed = _resume_clock(s, now)
        documents = list(dict.fromkeys([*replaced, *(p["key"] for p in handed_in)]))
        return {"round": request.round, "fields": changed, "documents": documents, **resumed}

    return act(pk, "supplement", by=by, version=version, note=message, change=change)


def _leave_unsent(request: SupplementRequest, now: datetime.datetime) -> None:
    """What the citizen uploaded and never sent is no answer when the desk takes one."""
    request.attachments.filter(pending=True, removed_at=None).update(removed_at=now)


def _replace_files(s: Submission, request: SupplementRequest, now: datetime.datetime) -> list[str]:
    """New files take the place of those they answer; returns the keys of what was answered."""
    sent = request.attachments.filter(pending=True, removed_at=None)
    answered = list(sent.values_list("purpose", "key").distinct())
    for purpose, key in answered:
        old = s.attachments.current().filter(purpose=purpose, key=key, pending=False)
        old.update(removed_at=now)
    sent.update(pending=False)
    return [key for _purpose, key in answered]


def _check_supplement_files(request: SupplementRequest, handed_in: set[str]) -> None:
    have = handed_in | set(request.attachments.filter(pending=True, removed_at=None).values_list("key", flat=True))
    spec = request.submission.revision.spec
    missing = [d for key in request.document_keys if key not in have and (d := spec.document(key))]
    if missing:
        raise Incomplete(_("Chưa có tệp mới cho: %s.") % "; ".join(d.name for d in missing))


def _resume_clock(s: Submission, now: datetime.datetime) -> dict[str, Any]:
    """After a supplement the whole limit anew (NĐ 61/2018 art. 19.4) or what was left; the rule is kept in the log.

    Before receipt no legal clock runs; what came online is to be answered within so many hours again.
    """
    if s.received_at is None:
        _await_reply(s, now)
        return {}
    data = {"rule": settings.SUPPLEMENT_CLOCK, "periods": clock.written(clock.chosen(s))}
    old, s.due_on = s.due_on, clock.promised(s, "supplement", now, data)
    was = {"old_due_on": old.isoformat()} if old else {}
    return {**was, "due_on": s.due_on.isoformat(), **data}


def _await_reply(s: Submission, now: datetime.datetime) -> None:
    """What came online waits for its answer, the first or a new one; the counter answers on the spot."""
    if s.channel == Submission.Channel.ONLINE:
        s.reply_by, s.replied_at = clock.reply_by(now, deadlines.worktime(s.agency)), None

"""The citizen's verbs: submit, discard, withdraw, supplement."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import codes
from procedures import deadlines
from procedures.models import Procedure
from submissions.errors import ChangedMeanwhile, Incomplete, NotAllowed, NotPossible
from submissions.files import delete_stored
from submissions.models import Submission, SupplementRequest
from submissions.rules import Actor
from submissions.states import State, Transition
from submissions.workflow.core import Filing, act, apply, locked


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
        if submission.version != filing.version:
            raise ChangedMeanwhile

        def change(draft: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
            for name, value in {**filing.columns, "answers": filing.answers, "fees": list(filing.fees)}.items():
                setattr(draft, name, value)
            draft.submitted_at, draft.typed = now, {}
            draft.tracking_secret = codes.secret()
            _give_reference(draft)
            files = draft.attachments.current().values_list("sha256", flat=True)
            return {"revision": draft.revision.number, "files": sorted(files)}

        # A draft has no event yet.
        apply(submission, "submit", by=by, version=filing.version, change=change, last=None)
    return submission


def _check_may_file(draft: Submission) -> None:
    columns = ("level", "status", "status_reason", "published")
    rows = Procedure.objects.select_for_update(of=("self",)).only(*columns).order_by()
    procedure = rows.get(pk=draft.procedure_id)
    if not procedure.takes_filings:
        reason = procedure.status_reason or _("Thủ tục này hiện không nhận hồ sơ trực tuyến.")
        raise NotPossible(reason)
    if procedure.published_id != draft.revision_id:
        raise ChangedMeanwhile(_("Biểu mẫu vừa có bản mới. Bạn hãy xem lại các bước rồi gửi."))
    if not draft.agency.is_active():
        raise NotPossible(_("%s không còn nhận hồ sơ mới.") % draft.agency.name)


def _give_reference(draft: Submission) -> None:
    """A reference is random; a clash (one in a hundred thousand million) is tried again."""
    for _try in range(5):
        draft.reference = codes.reference()
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
        if by.kind not in ("citizen", "system"):
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
    pk: int, *, by: Actor, answers: Mapping[str, Any], version: int | None = None, message: str = ""
) -> Submission:
    """Takes the citizen's answer to the open request: new answers of the opened fields, new files of its papers.

    `answers` is the whole of the answers after the change. Files that were uploaded for the request replace the
    ones they answer; replaced files and old answers are kept and stay readable.
    """

    def change(s: Submission, row: Transition, now: datetime.datetime) -> dict[str, Any]:
        request = s.supplement_requests.select_for_update().filter(answered_at=None).order_by("-round").first()
        if request is None:
            raise NotPossible
        _check_supplement_files(request)
        changed = [k for k in request.field_keys if s.answers.get(k) != answers.get(k)]
        request.old_answers, request.answered_at, request.typed = dict(s.answers), now, {}
        request.save()
        replaced = list(request.attachments.filter(pending=True).values_list("purpose", "key").distinct())
        for purpose, key in replaced:
            old = s.attachments.current().filter(purpose=purpose, key=key, pending=False)
            old.update(removed_at=now)
        request.attachments.filter(pending=True, removed_at=None).update(pending=False)
        s.answers = dict(answers)
        s.state = request.from_state
        if row.clock == "resume" and s.received_at is not None:
            _resume_clock(s, request, now)
        return {"round": request.round, "fields": changed, "documents": [key for _purpose, key in replaced]}

    return act(pk, "supplement", by=by, version=version, note=message, change=change)


def _check_supplement_files(request: SupplementRequest) -> None:
    have = set(request.attachments.filter(pending=True, removed_at=None).values_list("key", flat=True))
    spec = request.submission.revision.spec
    missing = [d for key in request.document_keys if key not in have and (d := spec.document(key))]
    if missing:
        raise Incomplete(_("Chưa có tệp mới cho: %s.") % "; ".join(d.name for d in missing))


def _resume_clock(s: Submission, request: SupplementRequest, now: datetime.datetime) -> None:
    """After a supplement during examination: the whole limit anew (NĐ 61/2018 art. 19.4) or the days that were left."""
    days = deadlines.calendar()
    limit = s.revision.spec.time_limit
    if settings.SUPPLEMENT_CLOCK == "restart" or s.due_on is None:
        s.due_on = deadlines.due_on(now, limit, s.answers, days)
    else:
        asked = timezone.localdate(request.requested_at)
        s.due_on = days.add(timezone.localdate(now), max(days.between(asked, s.due_on), 0))

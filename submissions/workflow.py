"""The only writer of Submission.state: one function a verb, each one transaction under the row lock.

Every verb locks the row, checks the table (states.py), the person (rules.py) and the version the person saw,
freezes one `now`, and writes state, event and notices together. A repeat of a finished act changes nothing.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.db.models import BigIntegerField
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import codes
from portal.lib.prepared import Given, Prepared
from procedures import deadlines
from procedures.models import Procedure
from submissions import notices, rules
from submissions.errors import ChangedMeanwhile, Incomplete, NotAllowed, NotPossible
from submissions.files import delete_stored
from submissions.models import Attachment, DossierCounter, Event, Officer, Submission, SupplementRequest
from submissions.rules import Actor
from submissions.states import ACTS, ASSIGN, NOTE, TAKE, State, Transition

Item = dict[str, str]


@dataclass(frozen=True)
class Filing:
    """A draft that passed every check: what workflow.submit() writes. Made by filing.compile_draft()."""

    version: int
    answers: Mapping[str, Any]
    columns: Mapping[str, Any]  # applicant and delivery columns of Submission
    fees: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


# --- locking, checking, logging ------------------------------------------------------------------


LOCKED = Prepared(
    lambda: Submission.objects.select_for_update(of=("self",)).with_context().filter(pk=Given("pk", BigIntegerField))
)


def _locked(pk: int) -> Submission:
    """Call it inside a transaction only."""
    found = LOCKED.first(pk=pk)
    if found is None:
        raise Submission.DoesNotExist
    return found


def _last_event(submission: Submission) -> Event | None:
    return submission.events.order_by("-number").first()


def _is_repeat(last: Event | None, verb: str, by: Actor, version: int | None) -> bool:
    """The same person sends the same act once more (double click, page sent again)."""
    return (
        last is not None
        and last.verb == verb
        and last.actor_id == getattr(by.user, "pk", None)
        and version is not None
        and last.data.get("version") == version
    )


def _check(submission: Submission, verb: str, by: Actor, version: int | None) -> Transition:
    row = rules.row_now(verb, submission)
    if by.officer is not None and not rules.covers(by.officer, submission):
        raise NotAllowed
    if row is None:
        label = submission.get_state_display()
        raise NotPossible(_("Hồ sơ đang ở trạng thái “%s” nên không làm được việc này.") % label)
    if not rules.may(by, row, submission):
        raise NotAllowed
    if version is not None and version != submission.version:
        raise ChangedMeanwhile
    return row


def event_hash(event: Event) -> str:
    """What makes an edited, removed or reordered log line visible."""
    fields = [
        event.previous_hash,
        event.submission_id,
        event.number,
        event.verb,
        event.from_state,
        event.to_state,
        event.actor_id,
        event.actor_label,
        event.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        event.note,
        event.is_public,
        event.data,
    ]
    canonical = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _log(
    submission: Submission,
    verb: str,
    by: Actor,
    now: datetime.datetime,
    *,
    before: str,
    last: Event | None,
    note: str = "",
    public: bool = True,
    data: Mapping[str, Any] | None = None,
) -> Event:
    event = Event(
        submission=submission,
        number=last.number + 1 if last else 1,
        verb=verb,
        from_state=before,
        to_state=submission.state,
        actor=by.user,
        actor_label=by.label[:200],
        at=now,
        note=note,
        is_public=public,
        data=dict(data or {}),
        previous_hash=last.hash if last else "",
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    return event


Change = Callable[[Submission, Transition, datetime.datetime], Mapping[str, Any] | None]


def _act(
    pk: int, verb: str, *, by: Actor, version: int | None, note: str = "", change: Change | None = None
) -> Submission:
    """Lock, check, change, log, queue notices: the frame of every transition.

    `change` sets the columns that belong to the verb and returns what the event should remember.
    """
    with transaction.atomic():
        submission = _locked(pk)
        last = _last_event(submission)
        if _is_repeat(last, verb, by, version):
            return submission
        _change(submission, verb, by=by, version=version, note=note, change=change, last=last)
    return submission


def _change(
    submission: Submission,
    verb: str,
    *,
    by: Actor,
    version: int | None,
    note: str = "",
    change: Change | None = None,
    last: Event | None,
) -> None:
    """The inside of _act(), on a row that is locked already; `last` is its last event."""
    row = _check(submission, verb, by, version)
    now, before, seen = timezone.now(), submission.state, submission.version
    data = dict((change(submission, row, now) if change else None) or {})
    if row.target is not None:
        submission.state = row.target
    if submission.is_final:
        submission.closed_at = now
    submission.version = seen + 1
    submission.search_text = submission.make_search_text()
    submission.save()
    event = _log(submission, verb, by, now, before=before, last=last, note=note, data={**data, "version": seen})
    notices.queue_for(submission, event)
    submission.__dict__.pop("open_request", None)


# --- the citizen's verbs -------------------------------------------------------------------------


def submit(pk: int, filing: Filing, *, by: Actor) -> Submission:
    """Files a draft once, however often it is sent; gives the tracking reference and the secret.

    Raises NotPossible when the procedure or the agency takes no filings, ChangedMeanwhile when the draft or the
    published form changed after it was checked.
    """
    with transaction.atomic():
        submission = _locked(pk)
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
        _change(submission, "submit", by=by, version=filing.version, change=change, last=None)
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
        draft = _locked(pk)
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

    return _act(pk, "withdraw", by=by, version=version, note=reason, change=change)


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

    return _act(pk, "supplement", by=by, version=version, note=message, change=change)


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


# --- the desk's verbs ----------------------------------------------------------------------------


def receive(pk: int, *, by: Actor, version: int | None = None, note: str = "") -> Submission:
    """Gives the dossier code and the due date; the legal clock starts now (NĐ 118/2025 art. 17.3)."""

    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        s.received_at = now
        s.dossier_code = s.dossier_code or _next_code(s, now)
        limit, days = s.revision.spec.time_limit, deadlines.calendar()
        s.due_on = s.original_due_on = deadlines.due_on(now, limit, s.answers, days)
        s.assignee = s.assignee or by.officer
        return {"due_on": s.due_on.isoformat(), "code": s.dossier_code}

    return _act(pk, "receive", by=by, version=version, note=note, change=change)


def _next_code(s: Submission, now: datetime.datetime) -> str:
    """`<agency identifier>-YYMMDD-NNNN` (NĐ 61/2018 art. 26), counted per identifier and day in Viet Nam."""
    identifier = s.agency.desk().identifier or s.agency.identifier
    if not identifier:
        problem = _("%s chưa có mã định danh nên chưa cấp được mã hồ sơ. Người quản trị điền mã ở mục Cơ quan.")
        raise NotPossible(problem % s.agency.name)
    day = timezone.localdate(now)
    DossierCounter.objects.get_or_create(identifier=identifier, day=day)
    counter = DossierCounter.objects.select_for_update().get(identifier=identifier, day=day)
    counter.last += 1
    counter.save()
    return f"{identifier}-{day:%y%m%d}-{counter.last:04d}"


def refuse(pk: int, *, by: Actor, reason: str, version: int | None = None) -> Submission:
    def change(s: Submission, _row: Transition, now: datetime.datetime) -> None:
        s.reason = _required(reason)
        s.supplement_requests.filter(answered_at=None).update(answered_at=now)

    return _act(pk, "refuse", by=by, version=version, note=reason, change=change)


def _required(reason: str) -> str:
    if not reason.strip():
        raise Incomplete(_("Bạn cần ghi lý do để người nộp hiểu."))
    return reason.strip()


def request_supplement(
    pk: int,
    *,
    by: Actor,
    documents: Sequence[Item] = (),
    fields: Sequence[Item] = (),
    message: str = "",
    answer_by: datetime.date | None = None,
    version: int | None = None,
) -> Submission:
    """Asks for the very papers and fields, each with its reason; the citizen's page opens only those.

    Raises Incomplete when nothing is ticked or a reason is missing, NotPossible for an unknown paper or field.
    """

    def change(s: Submission, row: Transition, now: datetime.datetime) -> dict[str, Any]:
        _check_items(s, documents, fields)
        assert by.officer is not None  # the table gives this verb to officers only
        count = s.supplement_requests.count()
        request = SupplementRequest.objects.create(
            submission=s,
            round=count + 1,
            stage=row.stage,
            from_state=s.state,
            documents=list(documents),
            fields=list(fields),
            message=message,
            requested_by=by.officer,
            requested_at=now,
            answer_by=answer_by or timezone.localdate(now) + datetime.timedelta(days=settings.SUPPLEMENT_DAYS),
        )
        return {"round": request.round, "documents": request.document_keys, "fields": request.field_keys}

    return _act(pk, "request_supplement", by=by, version=version, note=message, change=change)


def _check_items(s: Submission, documents: Sequence[Item], fields: Sequence[Item]) -> None:
    spec = s.revision.spec
    if not documents and not fields:
        raise Incomplete(_("Bạn cần đánh dấu ít nhất một giấy tờ hoặc một mục khai."))
    if any(not item.get("reason", "").strip() for item in (*documents, *fields)):
        raise Incomplete(_("Mỗi mục đã đánh dấu cần có lý do."))
    unknown = [d["key"] for d in documents if spec.document(d["key"]) is None]
    unknown += [f["key"] for f in fields if spec.form is None or spec.form.field(f["key"]) is None]
    if unknown:
        raise NotPossible(_("Không có mục này trong hồ sơ: %s.") % ", ".join(unknown))


def start(pk: int, *, by: Actor, version: int | None = None, note: str = "") -> Submission:
    def change(s: Submission, _row: Transition, _now: datetime.datetime) -> None:
        s.assignee = by.officer or s.assignee

    return _act(pk, "start", by=by, version=version, note=note, change=change)


def propose(pk: int, *, by: Actor, version: int | None = None, note: str = "") -> Submission:
    return _act(pk, "propose", by=by, version=version, note=note)


def send_back(pk: int, *, by: Actor, reason: str, version: int | None = None) -> Submission:
    def change(_s: Submission, _row: Transition, _now: datetime.datetime) -> None:
        _required(reason)

    return _act(pk, "send_back", by=by, version=version, note=reason, change=change)


def approve(
    pk: int, *, by: Actor, result_note: str = "", files: Sequence[Attachment] = (), version: int | None = None
) -> Submission:
    return _result(pk, "approve", by=by, result_note=result_note, files=files, version=version)


def finish(
    pk: int, *, by: Actor, result_note: str = "", files: Sequence[Attachment] = (), version: int | None = None
) -> Submission:
    """Records the result: a note, or unsaved Attachment rows made by files.result_file()."""
    return _result(pk, "finish", by=by, result_note=result_note, files=files, version=version)


def _result(
    pk: int, verb: str, *, by: Actor, result_note: str, files: Sequence[Attachment], version: int | None
) -> Submission:
    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        kept = s.attachments.current().filter(purpose=Attachment.Purpose.RESULT).exists()
        if not (result_note.strip() or files or kept or s.result_note):
            raise Incomplete(_("Bạn cần ghi kết quả hoặc đính kèm tệp kết quả."))
        for number, attachment in enumerate(files):
            attachment.submission, attachment.order = s, number
            attachment.purpose = Attachment.Purpose.RESULT
            attachment.save()
        s.result_note = result_note.strip() or s.result_note
        s.finished_at = now
        return {"files": [a.sha256 for a in files]}

    return _act(pk, verb, by=by, version=version, note=result_note, change=change)


def extend(pk: int, *, by: Actor, reason: str, new_due_on: datetime.date, version: int | None = None) -> Submission:
    """One new date with an apology, at the latest a day before the due date (NĐ 61/2018 art. 19.9)."""

    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        _required(reason)
        old = s.due_on
        if old is None or new_due_on <= old:
            raise Incomplete(_("Ngày hẹn mới phải sau ngày hẹn cũ."))
        if timezone.localdate(now) >= old:
            raise NotPossible(_("Chỉ hẹn lại được chậm nhất một ngày trước ngày hẹn trả."))
        if not deadlines.calendar().is_working_day(new_due_on):
            raise Incomplete(_("Ngày hẹn mới phải là ngày làm việc."))
        s.due_on, s.extended_at = new_due_on, now
        return {"old_due_on": old.isoformat(), "due_on": new_due_on.isoformat()}

    return _act(pk, "extend", by=by, version=version, note=reason, change=change)


def decline(pk: int, *, by: Actor, reason: str, version: int | None = None) -> Submission:
    def change(s: Submission, _row: Transition, now: datetime.datetime) -> None:
        s.reason, s.finished_at = _required(reason), now

    return _act(pk, "decline", by=by, version=version, note=reason, change=change)


def stop(pk: int, *, by: Actor, reason: str, version: int | None = None) -> Submission:
    def change(s: Submission, _row: Transition, _now: datetime.datetime) -> None:
        s.reason = _required(reason)

    return _act(pk, "stop", by=by, version=version, note=reason, change=change)


def hand_over(
    pk: int, *, by: Actor, how: str, note: str = "", receiver: str = "", version: int | None = None
) -> Submission:
    """Records that the result was given: counter, post or online, and to whom. Lateness never blocks it."""

    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        if how not in Submission.DeliveryWay.values:
            raise Incomplete(_("Bạn cần chọn cách trả kết quả."))
        s.handed_over_how, s.handed_over_at = how, now
        return {"how": how, "receiver": receiver}

    return _act(pk, "hand_over", by=by, version=version, note=note, change=change)


# --- who has the file, and notes -----------------------------------------------------------------


def _side_act(pk: int, verb: str, by: Actor, change: Callable[[Submission], str], note: str) -> Submission:
    row = next(a for a in ACTS if a.verb == verb)
    with transaction.atomic():
        submission = _locked(pk)
        if not rules.may(by, row, submission):
            raise NotAllowed
        if submission.is_final and verb != NOTE:
            raise NotPossible
        change_note = change(submission)
        submission.save()
        words = "; ".join(p for p in (change_note, note.strip()) if p)
        now, last = timezone.now(), _last_event(submission)
        event = _log(submission, verb, by, now, before=submission.state, last=last, note=words, public=False)
        notices.queue_for(submission, event)
    return submission


def take(pk: int, *, by: Actor) -> Submission:
    """The officer takes a file that nobody has; a second officer is refused."""

    def change(s: Submission) -> str:
        if s.assignee_id is not None and s.assignee != by.officer:
            raise NotPossible(_("Hồ sơ đã có %s phụ trách.") % s.assignee)
        s.assignee = by.officer
        return str(by.officer)

    return _side_act(pk, TAKE, by, change, "")


def assign(pk: int, *, by: Actor, to: Officer, note: str = "") -> Submission:
    """Gives the file to an officer of the same agency; logged, and the officer is told."""

    def change(s: Submission) -> str:
        if not to.is_active or s.agency_id not in to.scope:
            raise NotPossible(_("%s không làm việc ở cơ quan đang giữ hồ sơ.") % to)
        s.assignee = to
        return str(to)

    return _side_act(pk, ASSIGN, by, change, note)


def add_note(pk: int, *, by: Actor, note: str) -> Submission:
    """A note for colleagues; the citizen never sees it."""

    def change(_s: Submission) -> str:
        if not note.strip():
            raise Incomplete(_("Bạn chưa viết ghi chú."))
        return ""

    return _side_act(pk, NOTE, by, change, note)

"""The desk's verbs, from receive to hand_over."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from procedures import deadlines
from procedures.models import Procedure
from submissions import clock
from submissions.errors import Incomplete, NotPossible
from submissions.models import Attachment, DossierCounter, Submission, SupplementRequest
from submissions.papers.numbers import is_book_closed
from submissions.rules import Actor, lacking_words
from submissions.states import Transition
from submissions.workflow.core import Change, Item, act, required
from submissions.workflow.money import check_paid


def receive(pk: int, *, by: Actor, version: int | None = None, note: str = "") -> Submission:
    """Gives the dossier code and the due date; the legal clock starts now (NĐ 118/2025 art. 17.3).

    Raises Incomplete, naming each, while required papers of a file that came on paper are lacking.
    """
    return act(pk, "receive", by=by, version=version, note=note, change=receiving(by))


def receiving(by: Actor, since: datetime.datetime | None = None) -> Change:
    """What receipt writes; `since` is the start of the clock when it began before now."""

    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        _check_papers(s)
        if s.procedure.pay_when == Procedure.PayWhen.BEFORE_RECEIPT:
            check_paid(s)
        s.received_at = since or now
        s.dossier_code = s.dossier_code or _next_code(s, now)
        began = {"since": since.isoformat()} if since else {}
        data = {"code": s.dossier_code, "periods": clock.written(clock.chosen(s)), **began}
        s.due_on = s.original_due_on = clock.promised(s, "receive", now, data)
        s.assignee = s.assignee or by.officer
        return {"due_on": s.due_on.isoformat(), **data}

    return change


def _check_papers(s: Submission) -> None:
    lacking = lacking_words(s)
    if lacking:
        raise Incomplete(lacking)


def _next_code(s: Submission, now: datetime.datetime) -> str:
    """`<agency identifier>-YYMMDD-NNNN` (NĐ 61/2018 art. 26), counted per identifier and day in Viet Nam.

    A rehearsal gets a code of its own kind and uses up no number.
    """
    if s.is_rehearsal:
        return f"THU-{s.reference}"
    identifier = s.agency.desk().identifier or s.agency.identifier
    if not identifier:
        problem = _("%s chưa có mã định danh nên chưa cấp được mã hồ sơ. Người quản trị điền mã ở mục Cơ quan.")
        raise NotPossible(problem % s.agency.name)
    day = timezone.localdate(now)
    if is_book_closed(s.agency, day.year):
        words = _(
            "Sổ theo dõi hồ sơ năm %d đã khóa nên không cấp thêm số được. Bạn báo người quản trị xem lại giờ máy chủ."
        )
        raise NotPossible(words % day.year)
    DossierCounter.objects.get_or_create(identifier=identifier, day=day)
    counter = DossierCounter.objects.select_for_update().get(identifier=identifier, day=day)
    counter.last += 1
    counter.save()
    return f"{identifier}-{day:%y%m%d}-{counter.last:04d}"


def refuse(pk: int, *, by: Actor, reason: str, version: int | None = None) -> Submission:
    def change(s: Submission, _row: Transition, now: datetime.datetime) -> None:
        s.reason = required(reason)
        s.supplement_requests.filter(answered_at=None).update(answered_at=now)

    return act(pk, "refuse", by=by, version=version, note=reason, change=change)


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

    return act(pk, "request_supplement", by=by, version=version, note=message, change=change)


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

    return act(pk, "start", by=by, version=version, note=note, change=change)


def propose(pk: int, *, by: Actor, version: int | None = None, note: str = "") -> Submission:
    return act(pk, "propose", by=by, version=version, note=note)


def send_back(pk: int, *, by: Actor, reason: str, version: int | None = None) -> Submission:
    def change(_s: Submission, _row: Transition, _now: datetime.datetime) -> None:
        required(reason)

    return act(pk, "send_back", by=by, version=version, note=reason, change=change)


# Makes one more result file under the lock of the verb: a saved row, and what the event should remember of it.
Make = Callable[[Submission, datetime.datetime], tuple[Attachment, Mapping[str, Any]]]


def approve(
    pk: int,
    *,
    by: Actor,
    result_note: str = "",
    files: Sequence[Attachment] = (),
    letter: Make | None = None,
    version: int | None = None,
) -> Submission:
    change = _result(result_note, files, letter)
    return act(pk, "approve", by=by, version=version, note=result_note, change=change)


def finish(
    pk: int,
    *,
    by: Actor,
    result_note: str = "",
    files: Sequence[Attachment] = (),
    letter: Make | None = None,
    version: int | None = None,
) -> Submission:
    """Records the result: a note, unsaved Attachment rows made by files.result_file(), a letter (letters.maker())."""
    change = _result(result_note, files, letter)
    return act(pk, "finish", by=by, version=version, note=result_note, change=change)


def _result(result_note: str, files: Sequence[Attachment], letter: Make | None) -> Change:
    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        kept = s.attachments.current().filter(purpose=Attachment.Purpose.RESULT).exists()
        if not (result_note.strip() or files or letter or kept or s.result_note):
            raise Incomplete(_("Bạn cần ghi kết quả hoặc đính kèm tệp kết quả."))
        s.result_note = result_note.strip() or s.result_note
        s.finished_at = now
        _attach(s, files)
        made, remembered = letter(s, now) if letter else (None, {})
        return {"files": [a.sha256 for a in (*files, made) if a is not None], **remembered}

    return change


def _attach(s: Submission, files: Sequence[Attachment]) -> None:
    for number, attachment in enumerate(files):
        attachment.submission, attachment.order = s, number
        attachment.purpose = Attachment.Purpose.RESULT
        attachment.save()


def extend(pk: int, *, by: Actor, reason: str, new_due_on: datetime.date, version: int | None = None) -> Submission:
    """One new date with an apology, at the latest a day before the due date (NĐ 61/2018 art. 19.9)."""

    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        required(reason)
        old = s.due_on
        if old is None or new_due_on <= old:
            raise Incomplete(_("Ngày hẹn mới phải sau ngày hẹn cũ."))
        if timezone.localdate(now) >= old:
            raise NotPossible(_("Chỉ hẹn lại được chậm nhất một ngày trước ngày hẹn trả."))
        time = deadlines.worktime(s.agency)
        if not time.days.is_working_day(new_due_on):
            raise Incomplete(_("Ngày hẹn mới phải là ngày làm việc."))
        periods = clock.until(s.revision.spec.time_limit.unit, timezone.localdate(now), new_due_on, time)
        data = {"due_on": new_due_on.isoformat(), "periods": clock.written(periods)}
        s.due_on, s.extended_at = clock.promised(s, "extend", now, data), now
        return {"old_due_on": old.isoformat(), **data}

    return act(pk, "extend", by=by, version=version, note=reason, change=change)


def decline(pk: int, *, by: Actor, reason: str, version: int | None = None) -> Submission:
    def change(s: Submission, _row: Transition, now: datetime.datetime) -> None:
        s.reason, s.finished_at = required(reason), now

    return act(pk, "decline", by=by, version=version, note=reason, change=change)


def stop(pk: int, *, by: Actor, reason: str, version: int | None = None) -> Submission:
    def change(s: Submission, _row: Transition, _now: datetime.datetime) -> None:
        s.reason = required(reason)

    return act(pk, "stop", by=by, version=version, note=reason, change=change)


def hand_over(
    pk: int, *, by: Actor, how: str, note: str = "", receiver: str = "", version: int | None = None
) -> Submission:
    """Records that the result was given: counter, post or online, and to whom. Lateness never blocks it."""

    def change(s: Submission, _row: Transition, now: datetime.datetime) -> dict[str, Any]:
        if how not in Submission.DeliveryWay.values:
            raise Incomplete(_("Bạn cần chọn cách trả kết quả."))
        check_paid(s)
        s.handed_over_how, s.handed_over_at = how, now
        return {"how": how, "receiver": receiver}

    return act(pk, "hand_over", by=by, version=version, note=note, change=change)

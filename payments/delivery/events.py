"""What happened to a parcel, from whomever it is heard, and what follows from it.

Everything heard is kept, and the step is computed from all of it: repeats and any order lead to the same end. That a
parcel is delivered is believed of an answer to our own question and of an officer, never of a message alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from payments import carriers
from payments.carriers import Happened
from payments.delivery import wishes
from payments.delivery.parcels import OUT, check_officer, locked
from payments.models import Delivery, DeliveryEvent
from payments.states import AT_THE_POST, Booking, Step
from submissions import workflow
from submissions.errors import Incomplete, NotPossible, SubmissionError
from submissions.models import Event, Submission
from submissions.rules import SYSTEM_ACTOR, Actor
from submissions.states import DELIVERED, POSTED, RETURNED, UNDELIVERED

Source = DeliveryEvent.Source
TRUST = {Source.WEBHOOK: 0, Source.QUERY: 1, Source.OFFICER: 2}
# Of two things at the same second the later stage counts.
RANK = {Step.HANDED: 1, Step.MOVING: 2, Step.FAILED: 3}
# An officer, or the end of the submission, has decided: what the carrier says later is kept and changes nothing.
DECIDED = (Step.DELIVERED, Step.PICKUP, Step.CANCELLED, Step.ARRIVED)
MARKS = (Step.MOVING, Step.FAILED, Step.RETURNED, Step.DELIVERED)  # what an officer may write down


def _mark(event: DeliveryEvent, handed: bool) -> str:
    """The step that one event says, empty for none. A code that nobody knows: on its way, once the post has it."""
    if event.step == Step.DELIVERED:
        return Step.DELIVERED if TRUST[Source(event.source)] else Step.MOVING
    if event.step in (Step.HANDED, Step.MOVING, Step.FAILED, Step.RETURNED):
        return event.step
    return Step.MOVING if not event.step and handed else ""


def step_of(events: Iterable[DeliveryEvent], *, handed: bool) -> str:
    """Where the parcel is after all that; empty when the post does not have it yet. The order does not matter."""
    rows = list(events)
    has_it = handed or any(_mark(e, False) for e in rows)
    marks = [(e.at, mark) for e in rows if (mark := _mark(e, has_it))]
    said = {mark for _at, mark in marks}
    for last in (Step.DELIVERED, Step.RETURNED):
        if last in said:
            return last
    if marks:
        return max(marks, key=lambda m: (m[0], RANK[Step(m[1])]))[1]
    return Step.HANDED if has_it else ""


def apply(pk: int, events: Sequence[Happened], *, source: str, by: Actor = SYSTEM_ACTOR) -> Delivery:
    """Keeps what is new and moves the parcel to where it now is, with line, notice and, once delivered, hand-over."""
    with transaction.atomic():
        parcel = locked(pk)
        check_officer(by, parcel.submission)
        if parcel.direction != OUT:
            raise NotPossible(_("Chỉ ghi chặng đường cho bưu gửi trả kết quả."))
        fresh = _keep(parcel, events, source)
        if fresh:
            _move(parcel, fresh, by)
    return parcel


def _keep(parcel: Delivery, events: Sequence[Happened], source: str) -> list[DeliveryEvent]:
    """The rows that are new, or known better than before: from a better source, or by a code that now has a meaning."""
    known = {(e.at, e.code, e.name): e for e in parcel.events.all()}
    fresh = []
    for h in events:
        row = known.get((h.at, h.code[:20], h.name[:200]))
        if row is None:
            row = _row(parcel, h, source)
            known[(row.at, row.code, row.name)] = row
        elif not _is_better(row, h, source):
            continue
        row.save()
        fresh.append(row)
    return fresh


def _row(parcel: Delivery, h: Happened, source: str) -> DeliveryEvent:
    named = {"code": h.code[:20], "name": h.name[:200], "place": h.place[:200], "note": h.note[:300]}
    return DeliveryEvent(delivery=parcel, at=h.at, step=h.step, source=source, **named)


def _is_better(row: DeliveryEvent, h: Happened, source: str) -> bool:
    better = TRUST[Source(source)] > TRUST[Source(row.source)]
    learnt = bool(h.step) and not row.step
    row.source = source if better else row.source
    row.step = h.step if learnt else row.step
    return better or learnt


def _move(parcel: Delivery, fresh: Sequence[DeliveryEvent], by: Actor) -> None:
    rows, before = list(parcel.events.all()), parcel.step
    after = step_of(rows, handed=parcel.handed_at is not None)
    parcel.tries = sum(_mark(e, True) in (Step.FAILED, Step.DELIVERED) for e in rows)
    if any(e.step == Step.DELIVERED for e in fresh) and after != Step.DELIVERED:
        parcel.asked_at = None  # somebody says so; the carrier is asked first thing
    if before not in DECIDED and after:
        _go_to(parcel, before, Step(after), fresh, by)
    else:
        parcel.save()


def _go_to(parcel: Delivery, before: str, after: Step, fresh: Sequence[DeliveryEvent], by: Actor) -> None:
    parcel.step = after
    latest = max(fresh, key=lambda e: (e.at, e.code, e.name))
    if parcel.handed_at is None:
        # The postman came before anybody here had written it down.
        parcel.handed_at = timezone.now()
        tell_posted(parcel, by)
    parcel.save()
    if after == Step.FAILED and (before != after or _is_latest_failure(parcel, fresh)):
        _line(parcel, UNDELIVERED, latest, by)
    elif before != after and after in THEN:
        THEN[after](parcel, next((e for e in fresh if e.step == after), latest), by)


def _is_latest_failure(parcel: Delivery, fresh: Sequence[DeliveryEvent]) -> bool:
    last = parcel.events.filter(step=Step.FAILED).order_by("-at", "-pk").first()
    return last is not None and last.pk in {e.pk for e in fresh}


# --- what follows --------------------------------------------------------------------------------


def facts(parcel: Delivery, event: DeliveryEvent | None = None) -> dict[str, Any]:
    """What the log and the notices say of a parcel; no address."""
    said = {"parcel": parcel.code, "tracking": parcel.tracking_number, "carrier": str(carriers.of(parcel).label)}
    if event is None:
        return {**said, "payer": settings.POSTAGE_PAYER, "collect": parcel.collect}
    wish = "pickup" if parcel.wish.get("pickup") else "again" if parcel.wish else ""
    happened = {"happened": event.name, "place": event.place, "why": event.note, "on": event.at.isoformat()}
    return {**said, **happened, "wish": wish}


def tell_posted(parcel: Delivery, by: Actor) -> Event:
    return workflow.record_line(parcel.submission, POSTED, by=by, data=facts(parcel))


def _line(parcel: Delivery, verb: str, event: DeliveryEvent, by: Actor) -> Event:
    return workflow.record_line(
        parcel.submission, verb, by=by, note=event.note or event.name, data=facts(parcel, event)
    )


def _delivered(parcel: Delivery, event: DeliveryEvent, by: Actor) -> None:
    """The submission ends with its parcel. Money that became due meanwhile stops it there, for the desk to see."""
    parcel.ended_at = event.at
    parcel.save(update_fields=["ended_at"])
    _line(parcel, DELIVERED, event, by)
    try:
        receiver = parcel.name
        workflow.hand_over(parcel.submission_id, by=by, how=Submission.DeliveryWay.POST, receiver=receiver)
    except SubmissionError as error:
        parcel.error = _("Bưu điện đã phát nhưng hồ sơ chưa kết thúc được: %s") % error
        parcel.save(update_fields=["error"])


def _returned(parcel: Delivery, event: DeliveryEvent, by: Actor) -> None:
    """Back at the desk. A wish that the person has spoken already is done at once, and then there is nothing to ask."""
    _line(parcel, RETURNED, event, by)
    wishes.carry_out(parcel, by=by)


THEN = {Step.DELIVERED: _delivered, Step.RETURNED: _returned}


def arrived(parcel: Delivery, at: datetime.datetime) -> None:
    """The hand-over itself says that it arrived by post; the submission has ended already. Under the locks."""
    _keep(parcel, [Happened(at, Step.DELIVERED, "", str(Step.DELIVERED.label))], Source.OFFICER)
    parcel.step, parcel.ended_at, parcel.handed_at = Step.DELIVERED, at, parcel.handed_at or at
    parcel.wish = {}
    if parcel.booking != Booking.BOOKED:
        parcel.booking, parcel.claimed_at, parcel.error = "", None, ""
    parcel.save()


# --- written down by an officer ------------------------------------------------------------------


def mark(
    pk: int, step: str, *, by: Actor, at: datetime.datetime | None = None, place: str = "", note: str = ""
) -> Delivery:
    """An officer writes what the post said; without `at`, in this minute, so that a double click is one line.

    Raises Incomplete for a time that cannot be, NotPossible when the post does not have the parcel.
    """
    if step not in MARKS:
        raise Incomplete(_("Bạn cần chọn bưu gửi đang ở bước nào."))
    moment = at or timezone.now().replace(second=0, microsecond=0)
    if moment > timezone.now():
        raise Incomplete(_("Thời điểm không được ở tương lai."))
    with transaction.atomic():
        parcel = locked(pk)
        check_officer(by, parcel.submission)
        if parcel.step == step and step in (Step.DELIVERED, Step.RETURNED):
            return parcel
        if parcel.step not in AT_THE_POST:
            raise NotPossible(_("Bưu gửi này không ở bưu điện nên không ghi được."))
        happened = Happened(moment, step, "", str(Step(step).label), place.strip(), note.strip())
        return apply(pk, [happened], source=Source.OFFICER, by=by)


def confirm_delivered(pk: int, *, by: Actor, at: datetime.datetime | None = None, note: str = "") -> Delivery:
    """An officer knows that it arrived; the submission is handed over with it."""
    return mark(pk, Step.DELIVERED, by=by, at=at, note=note)

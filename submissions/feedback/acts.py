"""What the desk does with feedback: each act under the row's lock, in the table's order, with its line in the history.

Whoever repeats the act just done changes nothing; who acts on what has changed meanwhile is told so.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import text
from portal.lib.workdays import Calendar
from procedures import deadlines
from procedures.models import Agency
from submissions.errors import ChangedMeanwhile, Incomplete, NotAllowed, NotPossible
from submissions.feedback import limits, told
from submissions.feedback.questions import LONGEST, agencies
from submissions.feedback.table import ANSWER, ASK, FORWARD, PUBLISH, REFUSE, TAKE, UNPUBLISH, VERBS, Verb
from submissions.models import Feedback, Officer

State = Feedback.State


@dataclass(frozen=True)
class Moment:
    """When an act happens: the moment, its day in Viet Nam, and the calendar of the agency."""

    now: datetime.datetime
    today: datetime.date
    days: Calendar


Change = Callable[[Feedback, Moment], str | None]


def covers(officer: Officer, feedback: Feedback) -> bool:
    return feedback.agency_id in officer.scope


def verb_for(key: str, feedback: Feedback) -> Verb | None:
    """The row of the table that fits now, or None."""
    return next((verb for verb in VERBS if verb.key == key and verb.fits(feedback)), None)


def verbs_for(officer: Officer, feedback: Feedback) -> list[Verb]:
    """What this officer may do now, in the order of the table."""
    if not covers(officer, feedback):
        return []
    return [verb for verb in VERBS if verb.fits(feedback) and officer.has_role(*verb.roles(feedback))]


def locked(pk: int) -> Feedback:
    """The row under its lock; only inside a transaction."""
    return Feedback.objects.select_for_update(of=("self",)).select_related("agency__parent").get(pk=pk)


def moment(feedback: Feedback) -> Moment:
    now = timezone.now()
    return Moment(now, timezone.localdate(now), deadlines.calendar(agency=feedback.agency))


def line(feedback: Feedback, verb: str, at: datetime.datetime, by: Officer | None, note: str) -> dict[str, Any]:
    """One entry of the history; the office is the one that has it after the act."""
    who = {"by": f"{by} ({by.agency})", "officer": by.pk} if by else {"by": "", "officer": None}
    return {"at": at.isoformat(), "verb": verb, **who, "office": feedback.agency.name, "note": note}


def _is_repeat(feedback: Feedback, verb: str, by: Officer, seen: int | None) -> bool:
    last = feedback.history[-1] if feedback.history else {}
    same = (last.get("verb"), last.get("officer")) == (verb, by.pk)
    return same and seen == len(feedback.history) - 1


def _check(feedback: Feedback, key: str, by: Officer, seen: int | None) -> None:
    if not covers(by, feedback):
        raise NotAllowed
    verb = verb_for(key, feedback)
    if verb is None:
        words = _("Nội dung này đang ở trạng thái “%s” nên không làm được việc này.")
        raise NotPossible(words % feedback.get_state_display())
    if not by.has_role(*verb.roles(feedback)):
        raise NotAllowed
    if seen is not None and seen != len(feedback.history):
        raise ChangedMeanwhile(_("Nội dung này vừa được người khác xử lý. Bạn hãy xem lại trước khi làm tiếp."))


def _act(pk: int, key: str, by: Officer, seen: int | None, change: Change) -> Feedback:
    """`seen` is how many lines of history the officer saw; `change` returns the words for the history."""
    with transaction.atomic():
        feedback = locked(pk)
        if _is_repeat(feedback, key, by, seen):
            return feedback
        _check(feedback, key, by, seen)
        at, before = moment(feedback), feedback.agency
        note = change(feedback, at) or ""
        feedback.history = [*feedback.history, line(feedback, key, at.now, by, note)]
        feedback.save()
        told.of(feedback, key, before)
    return feedback


def required(typed: str, missing: str) -> str:
    """Cleaned words. Raises Incomplete with `missing` when there are none, and when there are too many."""
    words = text.message(typed)
    if not words:
        raise Incomplete(missing)
    if len(words) > LONGEST:
        said = _("Nội dung dài tối đa %(most)d ký tự. Bạn đã viết %(count)d ký tự, hãy rút gọn.")
        raise Incomplete(said % {"most": LONGEST, "count": len(words)})
    return words


def take(pk: int, *, by: Officer, seen: int | None = None) -> Feedback:
    """The agency accepts it; for a complaint the time to settle it begins."""

    def change(feedback: Feedback, at: Moment) -> None:
        feedback.state = State.TAKEN
        limits.accepted(feedback, at.today, at.days)

    return _act(pk, TAKE, by, seen, change)


def ask(pk: int, question: str, *, by: Officer, seen: int | None = None) -> Feedback:
    words = required(question, _("Bạn hãy ghi điều người gửi cần nói rõ."))

    def change(feedback: Feedback, at: Moment) -> str:
        feedback.state, feedback.question, feedback.asked_at = State.ASKED, words, at.now
        return words

    return _act(pk, ASK, by, seen, change)


def refuse(pk: int, reason: str, *, by: Officer, seen: int | None = None) -> Feedback:
    words = required(reason, _("Bạn hãy ghi lý do để người gửi hiểu và biết nên gửi đến đâu."))

    def change(feedback: Feedback, at: Moment) -> str:
        feedback.state = State.REFUSED
        feedback.answer, feedback.answered_at, feedback.answered_by = words, at.now, by
        return words

    return _act(pk, REFUSE, by, seen, change)


def answer(pk: int, reply: str, *, by: Officer, seen: int | None = None) -> Feedback:
    words = required(reply, _("Bạn hãy ghi trả lời."))

    def change(feedback: Feedback, at: Moment) -> str:
        feedback.state = State.ANSWERED
        feedback.answer, feedback.answered_at, feedback.answered_by = words, at.now, by
        if feedback.kind != Feedback.Kind.COMPLAINT:
            feedback.publish_by = limits.day_of(feedback.kind, "publish", at.today, at.days)
        return words

    return _act(pk, ANSWER, by, seen, change)


def forward(pk: int, to: Agency, *, by: Officer, note: str = "", seen: int | None = None) -> Feedback:
    """Another unit of the town goes on with it; the note is for colleagues."""

    def change(feedback: Feedback, at: Moment) -> str:
        if to.pk == feedback.agency_id or to not in agencies():
            raise Incomplete(_("Bạn hãy chọn một cơ quan khác đang hoạt động."))
        feedback.agency, feedback.state = to, State.NEW
        limits.forwarded(feedback, at.today, deadlines.calendar(agency=to))
        return text.message(note)[:LONGEST]

    return _act(pk, FORWARD, by, seen, change)


def publish(pk: int, question: str, reply: str, *, by: Officer, seen: int | None = None) -> Feedback:
    """Shows question and answer to everybody in the words given here, or replaces the words that are shown."""
    asked = required(question, _("Bạn hãy ghi nội dung công khai."))
    said = required(reply, _("Bạn hãy ghi trả lời công khai."))

    def change(feedback: Feedback, at: Moment) -> None:
        feedback.published_text, feedback.published_answer = asked, said
        feedback.published_at = feedback.published_at or at.now

    return _act(pk, PUBLISH, by, seen, change)


def unpublish(pk: int, *, by: Officer, seen: int | None = None) -> Feedback:
    """Takes it off the public page, or decides that it does not go there."""

    def change(feedback: Feedback, _at: Moment) -> None:
        feedback.published_at = feedback.publish_by = None

    return _act(pk, UNPUBLISH, by, seen, change)

"""Who hears of what happens to feedback: its sender, and the officers of the agency that has it."""

from __future__ import annotations

from procedures.models import Agency
from submissions import notices
from submissions.feedback.table import ANSWER, ASK, FORWARD, MORE, REFUSE, SENT, TAKE
from submissions.models import Feedback, Notice
from submissions.states import Role

SENDER = {
    SENT: "feedback_received",
    TAKE: "feedback_taken",
    ASK: "feedback_asked",
    FORWARD: "feedback_forwarded",
    REFUSE: "feedback_refused",
    ANSWER: "feedback_answered",
}
STAFF = {SENT: "staff_feedback", FORWARD: "staff_feedback", MORE: "staff_feedback_more"}


def of(feedback: Feedback, verb: str, before: Agency | None = None) -> None:
    """Writes the notices of the line that was just added; `before` is the agency that had it until then."""
    once = f"feedback-{feedback.pk}-{len(feedback.history)}"
    if verb in SENDER:
        to = notices.reach(feedback.email, feedback.phone)
        notices.tell_of_feedback(feedback, SENDER[verb], Notice.Audience.CITIZEN, to, once=once)
    if verb in STAFF:
        by = before.name if verb == FORWARD and before else ""
        officers = notices.officers_with(feedback.agency, *_desk(feedback))
        staff = notices.by_email(officers)
        notices.tell_of_feedback(feedback, STAFF[verb], Notice.Audience.STAFF, staff, once=once, forwarded_by=by)


def _desk(feedback: Feedback) -> tuple[Role, ...]:
    """A complaint is the leader's to settle; reception sees to the rest."""
    both = (Role.RECEPTION, Role.LEADER)
    return both if feedback.kind == Feedback.Kind.COMPLAINT else (Role.RECEPTION,)

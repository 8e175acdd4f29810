"""Until when the town looks at feedback, asks, answers and publishes. Days in Asia/Ho_Chi_Minh, never in code.

How many days each step has is in settings.FEEDBACK_LIMITS. The day of receipt is not counted (Civil Code 2015
art. 147), receipt on a day off counts as receipt on the next working day, and a last day that is not worked moves to
the next working day (art. 148).
"""

from __future__ import annotations

import datetime

from django.conf import settings

from portal.lib.workdays import Calendar
from submissions.models import Feedback

WORKING = "working_day"
# Luật Khiếu nại 2011 art. 28: the time to settle a complaint begins with its acceptance.
FROM_ACCEPTANCE = (Feedback.Kind.COMPLAINT,)


def day_of(kind: str, step: str, since: datetime.date, days: Calendar) -> datetime.date:
    """The last day of a step ("decide", "ask", "answer", "publish") that began on `since`."""
    count, unit = settings.FEEDBACK_LIMITS[kind][step]
    if unit == WORKING:
        return days.add(days.on_or_after(since), count)
    return days.on_or_after(since + datetime.timedelta(days=count))


def begin(feedback: Feedback, today: datetime.date, days: Calendar) -> None:
    """The three days of new feedback; a complaint has until the last day of acceptance plus the time to settle it."""
    feedback.decide_by = day_of(feedback.kind, "decide", today, days)
    feedback.ask_by = day_of(feedback.kind, "ask", today, days)
    since = feedback.decide_by if feedback.kind in FROM_ACCEPTANCE else today
    feedback.due_on = day_of(feedback.kind, "answer", since, days)


def forwarded(feedback: Feedback, today: datetime.date, days: Calendar) -> None:
    """The next agency has its own days to look and to ask; the day of the answer stays, but for complaints."""
    before = feedback.due_on
    begin(feedback, today, days)
    if feedback.kind not in FROM_ACCEPTANCE:
        feedback.due_on = before


def accepted(feedback: Feedback, today: datetime.date, days: Calendar) -> None:
    if feedback.kind in FROM_ACCEPTANCE:
        feedback.due_on = day_of(feedback.kind, "answer", today, days)


def waited(feedback: Feedback, asked: datetime.date, today: datetime.date, days: Calendar) -> None:
    """Days of waiting for the sender do not count; a day that had passed when the desk asked stays where it was."""
    for step, column in (("decide", "decide_by"), ("ask", "ask_by"), ("answer", "due_on")):
        last: datetime.date = getattr(feedback, column)
        if asked <= last:
            _count, unit = settings.FEEDBACK_LIMITS[feedback.kind][step]
            setattr(feedback, column, _moved(last, asked, today, unit, days))


def _moved(last: datetime.date, asked: datetime.date, today: datetime.date, unit: str, days: Calendar) -> datetime.date:
    if unit == WORKING:
        return days.add(last, days.between(asked, today))
    return days.on_or_after(last + (today - asked))

"""Money and post as lines of the log: written for the app that keeps the charge and the parcel, never by the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.templatetags.portal import vnd
from submissions import notices, papers
from submissions.errors import NotPossible
from submissions.models import Event, Submission
from submissions.rules import Actor
from submissions.workflow.core import last_event, log


@dataclass(frozen=True)
class MoneyNow:
    """How the money stands after the act: a states.Money value, đồng still to be paid (None: not known), and how the
    last payment came (Submission.PaidHow)."""

    state: str
    owed: int | None
    how: str = ""


def check_paid(submission: Submission) -> None:
    """Raises NotPossible while something is to be paid or an amount has to be set."""
    if submission.owed is None:
        words = _("Chưa xác định mức phí, lệ phí phải nộp. Bạn hãy xác định mức thu, hoặc ghi miễn kèm lý do.")
        raise NotPossible(words)
    if submission.owed > 0:
        words = _("Hồ sơ còn %s chưa nộp. Bạn hãy thu tiền, hoặc ghi miễn kèm lý do.")
        raise NotPossible(words % vnd(submission.owed))


def record_money(
    submission: Submission,
    verb: str,
    now: MoneyNow,
    *,
    by: Actor,
    note: str = "",
    public: bool = True,
    data: Mapping[str, Any] | None = None,
    issues: Sequence[str] = (),
) -> Event:
    """Writes how the money stands, a line of the log, the papers of `issues` (Paper kinds) and the notices.

    Inside a transaction, on a row that workflow.locked() gave. `verb` is one of states.CHARGE, WAIVE, PAY, REFUND.
    The composer of a paper reads its words from `data`.
    """
    submission.money, submission.owed = now.state, now.owed
    submission.paid_how = now.how or submission.paid_how
    submission.save(update_fields=["money", "owed", "paid_how"])
    facts = {**(data or {}), **({"paid_how": str(now.how)} if now.how else {})}
    return record_line(submission, verb, by=by, note=note, public=public, data=facts, issues=issues)


def record_line(
    submission: Submission,
    verb: str,
    *,
    by: Actor,
    note: str = "",
    public: bool = True,
    data: Mapping[str, Any] | None = None,
    issues: Sequence[str] = (),
) -> Event:
    """A line of the log that changes no state, with its papers and notices. Under the lock, like record_money()."""
    now, facts = timezone.now(), dict(data or {})
    occasion = papers.Occasion(submission, verb, now, by, note, facts, submission.state)
    issued = papers.compose(issues, occasion)
    facts |= papers.named(issued)
    last = last_event(submission)
    event = log(submission, verb, by, now, before=submission.state, last=last, note=note, public=public, data=facts)
    papers.record(issued, event)
    notices.queue_for(submission, event)
    return event

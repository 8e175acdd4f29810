"""Messages both ways inside a submission, between whoever holds it and the officers of its agency."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import text
from submissions import notices, rules
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.models import Message, Submission
from submissions.rules import Actor
from submissions.states import CITIZEN, Role, State
from submissions.workflow.core import locked

LONGEST = 2000
LATEST = 50  # how many a page shows at first
HOUR = datetime.timedelta(hours=1)
SPEAKERS = (Role.RECEPTION, Role.SPECIALIST, Role.LEADER)


def cleaned(typed: str) -> str:
    """The text as it is stored. Raises Incomplete when nothing is left of it or it is longer than 2000 signs."""
    words = text.message(typed)
    if not words:
        raise Incomplete(_("Bạn chưa viết gì. Hãy viết điều cần hỏi hoặc cần báo rồi bấm gửi."))
    if len(words) > LONGEST:
        said = _("Tin nhắn dài tối đa %(most)d ký tự. Bạn đã viết %(count)d ký tự, hãy rút gọn hoặc gửi làm hai lần.")
        raise Incomplete(said % {"most": LONGEST, "count": len(words)})
    return words


def last_day(submission: Submission) -> datetime.date | None:
    """Until when the citizen may write; None while the submission is open."""
    if submission.closed_at is None:
        return None
    return timezone.localdate(submission.closed_at) + datetime.timedelta(days=settings.MESSAGE_DAYS)


def may_write(submission: Submission) -> bool:
    """May the citizen write now?"""
    if submission.state == State.DRAFT:
        return False
    last = last_day(submission)
    return last is None or timezone.localdate() <= last


def say(pk: int, typed: str, *, by: Actor) -> Message:
    """Adds one message and tells the other side; the same words twice in a row are one message.

    Raises Incomplete (nothing written, too long), NotAllowed, or NotPossible (a draft, too long after the end, too
    many in an hour).
    """
    words = cleaned(typed)
    with transaction.atomic():
        submission = locked(pk)
        _check(submission, by)
        last = submission.messages.order_by("-at", "-pk").first()
        if last is not None and last.text == words and last.officer == by.officer:
            return last
        if by.officer is None:
            _check_pace(submission)
        message = Message.objects.create(submission=submission, officer=by.officer, text=words)
        if by.officer is None:
            _leave_unread(submission, message)
        else:
            _answered(submission, message)
    return message


def _check(submission: Submission, by: Actor) -> None:
    if submission.state == State.DRAFT:
        raise NotPossible(_("Hồ sơ chưa gửi nên chưa có cán bộ nào trả lời. Bạn gửi hồ sơ trước."))
    if by.officer is not None:
        _check_officer(submission, by)
    elif by.kind != CITIZEN:
        raise NotAllowed
    elif not may_write(submission):
        words = _("Hồ sơ đã kết thúc quá %d ngày nên không nhắn được nữa. Bạn hãy gọi nơi nhận hồ sơ.")
        raise NotPossible(words % settings.MESSAGE_DAYS)


def _check_officer(submission: Submission, by: Actor) -> None:
    if by.officer is None or not rules.covers(by.officer, submission) or not by.officer.has_role(*SPEAKERS):
        raise NotAllowed


def _check_pace(submission: Submission) -> None:
    written = submission.messages.filter(officer=None, at__gt=timezone.now() - HOUR).count()
    if written >= settings.MESSAGES_AN_HOUR:
        words = _(
            "Bạn đã gửi %d tin trong một giờ. Cán bộ đã nhận được; bạn hãy chờ trả lời, hoặc gửi tiếp sau một giờ."
        )
        raise NotPossible(words % settings.MESSAGES_AN_HOUR)


def _leave_unread(submission: Submission, message: Message) -> None:
    if submission.unread_since is None:
        submission.unread_since = message.at
        submission.save(update_fields=["unread_since"])
    notices.tell_desk(submission, "staff_message", once=f"message-{message.pk}")


def _answered(submission: Submission, message: Message) -> None:
    """Who answers has read what was written."""
    _clear(submission, message.at)
    notices.tell_citizen(submission, "message", once=f"message-{message.pk}", said=message.text)


def mark_read(pk: int, *, by: Actor) -> bool:
    """Takes the conversation off the list of unread ones; False when an officer had done so before.

    Raises NotAllowed to others than the desk's officers.
    """
    with transaction.atomic():
        submission = locked(pk)
        _check_officer(submission, by)
        if submission.unread_since is None:
            return False
        _clear(submission, timezone.now())
    return True


def _clear(submission: Submission, now: datetime.datetime) -> None:
    submission.messages.filter(officer=None, read_at=None).update(read_at=now)
    if submission.unread_since is not None:
        submission.unread_since = None
        submission.save(update_fields=["unread_since"])


# --- what the pages show -------------------------------------------------------------------------


@dataclass(frozen=True)
class Conversation:
    """The latest messages, oldest first; `older` were left out. `news` are the desk's since the citizen last wrote."""

    messages: tuple[Message, ...]
    older: int = 0
    news: int = 0

    def __bool__(self) -> bool:
        return bool(self.messages)


def of(submission: Submission, *, whole: bool = False) -> Conversation:
    """The conversation as both sides read it; at most two queries, nothing is written."""
    rows = submission.messages.select_related("officer__user", "officer__agency").order_by("-at", "-pk")
    found = list(rows if whole else rows[: LATEST + 1])
    older = 0
    if not whole and len(found) > LATEST:
        found, older = found[:LATEST], submission.messages.count() - LATEST
    news = next((i for i, message in enumerate(found) if message.from_citizen), len(found))
    return Conversation(tuple(reversed(found)), older, news)

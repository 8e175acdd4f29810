"""Drains the outbox: at least once, never lost, and never twice within one claim.

A row is taken by a conditional UPDATE, sent outside any transaction, and marked. Whoever takes a row has ten minutes;
after that the process counts as dead and the row may be taken again. A second copy that a death between sending and
marking may cause carries the same Message-ID (e-mail) or RequestId (SMS).
"""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from submissions import channels
from submissions.channels import ChannelError, Message, Unreachable
from submissions.models import Notice
from submissions.notices.wording import SECRET_MARK

logger = logging.getLogger(__name__)

CLAIM = datetime.timedelta(minutes=10)
ATTEMPTS = 8
BATCH = 20  # candidates looked up at once


@dataclass
class Tally:
    """What one run did."""

    sent: int = 0
    later: int = 0
    failed: int = 0

    @property
    def tried(self) -> int:
        return self.sent + self.later + self.failed

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.sent + other.sent, self.later + other.later, self.failed + other.failed)


def backoff(attempts: int) -> datetime.timedelta:
    """1, 4, 16, 64 … minutes after the first, second … attempt: nearly four days until the last."""
    return datetime.timedelta(minutes=4 ** (attempts - 1))


def deliver_pending(limit: int = 500, seconds: float = 45.0) -> Tally:
    """Sends what is due, at most `limit` rows and no new one after `seconds`.

    The channels take turns, so that a flood or a slow service on one does not hold up the other; a channel whose
    service is down is left alone for the rest of the run.
    """
    _give_up_abandoned(timezone.now())
    tally, stop_at = Tally(), time.monotonic() + seconds
    queues = {name: _claims(name) for name in channels.CHANNELS}
    while queues:
        for name in list(queues):
            if tally.tried >= limit or time.monotonic() > stop_at:
                return tally
            notice = next(queues[name], None)
            if notice is None or not _deliver(notice, tally):
                del queues[name]
    return tally


def _free(now: datetime.datetime) -> Q:
    return Q(sent_at=None, failed_at=None, next_try_at__lte=now) & (Q(claimed_at=None) | Q(claimed_at__lte=now - CLAIM))


def next_keys(channel: str) -> list[int]:
    """What is to be sent next on a channel: citizens first, then by age."""
    waiting = Notice.objects.filter(_free(timezone.now()), channel=channel, attempts__lt=ATTEMPTS)
    return list(waiting.order_by("audience", "next_try_at", "pk").values_list("pk", flat=True)[:BATCH])


def _claims(channel: str) -> Iterator[Notice]:
    """Rows of a channel, each taken just before it is handed out."""
    while True:
        keys = next_keys(channel)
        if not keys:
            return
        for pk in keys:
            if claim(pk):
                yield Notice.objects.select_related("submission", "feedback").get(pk=pk)


def claim(pk: int) -> bool:
    """Takes one row for ten minutes; False when it is sent, given up, not due or somebody else's."""
    now = timezone.now()
    free = Notice.objects.filter(_free(now), pk=pk)
    return free.update(claimed_at=now, attempts=F("attempts") + 1) == 1


def _deliver(notice: Notice, tally: Tally) -> bool:
    """Sends one claimed row and marks it. False when the channel's service itself is down."""
    try:
        channels.CHANNELS[notice.channel](_message(notice))
    except ChannelError as error:
        _put_back(notice, error, tally)
        return not isinstance(error, Unreachable)
    except Exception as error:
        logger.exception("Notice %s: the channel %s broke", notice.pk, notice.channel)
        _put_back(notice, ChannelError(f"Lỗi của cổng khi gửi ({type(error).__name__})."), tally)
        return True
    # Sent is sent, even when the claim has run out meanwhile.
    Notice.objects.filter(pk=notice.pk, sent_at=None).update(
        sent_at=timezone.now(), claimed_at=None, failed_at=None, error=""
    )
    tally.sent += 1
    return True


def _message(notice: Notice) -> Message:
    body = notice.body
    if notice.audience == Notice.Audience.CITIZEN and SECRET_MARK in body:
        body = body.replace(SECRET_MARK, _secret(notice))
    return Message(notice.recipient, notice.subject, body, notice.once_key)


def _secret(notice: Notice) -> str:
    if notice.feedback is not None:
        return notice.feedback.secret
    return notice.submission.tracking_secret if notice.submission is not None else SECRET_MARK


def _put_back(notice: Notice, error: ChannelError, tally: Tally) -> None:
    """Puts the row back for a later try, or gives it up; nothing when another process has taken it meanwhile."""
    now = timezone.now()
    given_up = error.permanent or notice.attempts >= ATTEMPTS
    own = Notice.objects.filter(pk=notice.pk, claimed_at=notice.claimed_at, sent_at=None)
    if given_up:
        own.update(failed_at=now, claimed_at=None, error=str(error))
        tally.failed += 1
    else:
        own.update(next_try_at=now + backoff(notice.attempts), claimed_at=None, error=str(error))
        tally.later += 1
    # The sentence may quote a mail server that repeats the address: it is for staff, not for the log.
    logger.warning("Notice %s (%s) attempt %s: %s", notice.pk, notice.channel, notice.attempts, type(error).__name__)


def _give_up_abandoned(now: datetime.datetime) -> None:
    """Rows on which the sending process died every time: staff see them as failed instead of a loop without end."""
    stale = Notice.objects.filter(_free(now), attempts__gte=ATTEMPTS)
    stale.update(failed_at=now, claimed_at=None, error="Tiến trình gửi bị dừng giữa chừng nhiều lần.")


def retry(notices: QuerySet[Notice]) -> int:
    """Gives failed or waiting rows a fresh start; returns how many. For staff who have mended the cause."""
    return notices.filter(sent_at=None).update(
        failed_at=None, claimed_at=None, attempts=0, next_try_at=timezone.now(), error=""
    )

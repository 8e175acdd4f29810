"""The owner takes a result file from the portal."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from submissions.models import Attachment, Submission
from submissions.rules import SYSTEM_ACTOR, Actor
from submissions.states import DOWNLOAD, State
from submissions.workflow.core import locked
from submissions.workflow.desk import hand_over
from submissions.workflow.money import record_line

DeliveryWay = Submission.DeliveryWay


def take_result(attachment: Attachment, *, by: Actor) -> None:
    """Logs it, once a day for each file. Who chose to receive the result online has it from then on: handed over.

    Nothing for other files and for rehearsals. Callers have checked that `by` holds the submission.
    """
    if attachment.purpose != Attachment.Purpose.RESULT or attachment.submission.is_rehearsal:
        return
    with transaction.atomic():
        submission = locked(attachment.submission_id)
        if not _is_logged(submission, attachment):
            record_line(submission, DOWNLOAD, by=by, data={"file": attachment.sha256})
        if _is_awaited_online(submission):
            hand_over(submission.pk, by=SYSTEM_ACTOR, how=DeliveryWay.ONLINE, receiver=submission.applicant_name)


def _is_logged(submission: Submission, attachment: Attachment) -> bool:
    """Today in Việt Nam."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = submission.events.filter(verb=DOWNLOAD, at__gte=midnight)
    return any(event.data.get("file") == attachment.sha256 for event in today)


def _is_awaited_online(submission: Submission) -> bool:
    return submission.state == State.RESULT_READY and submission.delivery == DeliveryWay.ONLINE and submission.owed == 0

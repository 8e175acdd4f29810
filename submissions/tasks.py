"""What beat calls; each task calls one function, the same as the command of its name."""

from celery import shared_task
from django.core.management import call_command

from submissions import (
    batches,
    digest,
    notices,
    overdue,
    papers,
    photos,
    register,
    rehearsal,
    signatures,
    statistics,
    workflow,
)

# Seconds that one kind of work may keep a worker when there is much of it: the others get their turn.
TURN = 15.0


@shared_task(name="submissions.deliver_notices")
def deliver_notices() -> None:
    notices.deliver_pending()


@shared_task(name="submissions.run_batches")
def run_batches() -> None:
    batches.run_waiting(seconds=TURN)


@shared_task(name="submissions.flag_overdue")
def flag_overdue() -> None:
    overdue.flag()


@shared_task(name="submissions.flag_unanswered")
def flag_unanswered() -> None:
    overdue.flag_unanswered()


@shared_task(name="submissions.send_digest")
def send_digest() -> None:
    digest.send()


@shared_task(name="submissions.purge_expired")
def purge_expired() -> None:
    call_command("purge_expired")


@shared_task(name="submissions.wipe_rehearsals")
def wipe_rehearsals() -> None:
    rehearsal.wipe()


@shared_task(name="submissions.check_signatures")
def check_signatures() -> None:
    signatures.check_waiting()


@shared_task(name="submissions.combine_photos")
def combine_photos() -> None:
    photos.combine_due()


@shared_task(name="submissions.draw_papers")
def draw_papers() -> None:
    papers.draw_waiting(seconds=TURN)


@shared_task(name="submissions.recount_open")
def recount_open() -> None:
    workflow.keep_counted()


@shared_task(name="submissions.count_figures")
def count_figures() -> None:
    statistics.refresh()


@shared_task(name="submissions.close_registers")
def close_registers() -> None:
    register.close_past()

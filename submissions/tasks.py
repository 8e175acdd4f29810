"""What beat calls; each task calls one function, the same as the command of its name."""

from celery import shared_task
from django.core.management import call_command

from submissions import notices, overdue, papers, photos, rehearsal, signatures


@shared_task(name="submissions.deliver_notices")
def deliver_notices() -> None:
    notices.deliver_pending()


@shared_task(name="submissions.flag_overdue")
def flag_overdue() -> None:
    overdue.flag()


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
    papers.draw_waiting()

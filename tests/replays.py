"""What the log gives must be what is stored: for tests that take submissions through their life."""

from __future__ import annotations

from submissions import clock
from submissions.models import Submission


def assert_replays(submission: Submission) -> None:
    """The stored dates follow from the log and the calendar of now."""
    stored = Submission.objects.with_context().get(pk=submission.pk)
    found = clock.of(stored)
    assert (found.due_on, found.original_due_on) == (stored.due_on, stored.original_due_on)
    assert found.counted == stored.due_on


def assert_all_replay() -> None:
    """Of everything that has been received."""
    for submission in Submission.objects.filter(received_at__isnull=False):
        assert_replays(submission)

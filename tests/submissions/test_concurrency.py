"""Many at once on real PostgreSQL: one submission, one event, codes without gaps or doubles."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from submissions import rules, workflow
from submissions.errors import SubmissionError
from submissions.models import Submission
from submissions.states import State
from tests.factories import APPLICANT, AgencyFactory, OfficerFactory, SubmissionFactory, clerk

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Runs the calls in threads that start together; a SubmissionError is the result of its call."""
    start = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = call()
        except SubmissionError as error:
            results[number] = type(error).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return results


def test_one_draft_sent_eight_times_is_one_submission() -> None:
    draft = SubmissionFactory()
    filing = workflow.Filing(version=draft.version, answers=draft.answers, columns=APPLICANT)
    by = rules.citizen("x")
    results = at_once(*[lambda: workflow.submit(draft.pk, filing, by=by).reference] * 8)
    assert len(set(results)) == 1
    assert Submission.objects.get().events.count() == 1


def test_codes_of_one_day_are_consecutive() -> None:
    ward = AgencyFactory()
    filed = [SubmissionFactory(at=State.SUBMITTED, agency=ward) for _ in range(8)]
    by = rules.officer_actor(clerk(ward))
    at_once(*[lambda s=s: workflow.receive(s.pk, by=by) for s in filed])
    serials = sorted(s.dossier_code.rsplit("-", 1)[1] for s in Submission.objects.all())  # type: ignore[union-attr]
    assert serials == [f"{n:04d}" for n in range(1, 9)]


def test_two_officers_on_one_submission_one_wins() -> None:
    s = SubmissionFactory(at=State.SUBMITTED)
    one, two = (rules.officer_actor(OfficerFactory(agency=s.agency)) for _ in range(2))
    results = at_once(
        lambda: workflow.receive(s.pk, by=one, version=s.version).state,
        lambda: workflow.refuse(s.pk, by=two, reason="Sai nơi nộp.", version=s.version).state,
    )
    assert sum(r in (State.RECEIVED, State.REFUSED) for r in results) == 1
    assert s.events.count() == 2


def test_two_officers_take_one_file() -> None:
    s = SubmissionFactory(at=State.SUBMITTED)
    actors = [rules.officer_actor(OfficerFactory(agency=s.agency)) for _ in range(4)]
    results = at_once(*[lambda by=by: workflow.take(s.pk, by=by).assignee_id for by in actors])
    assert sorted(map(str, results))[-3:] == ["NotPossible"] * 3

"""figures() by SQL equals the plain loop over the definitions, whatever the lives; and what it leaves out."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from procedures.models import Agency, Procedure
from submissions import statistics
from submissions.models import Event, Feedback, Officer, Rating, Submission, SupplementRequest
from submissions.states import State
from submissions.statistics import overdue
from submissions.statistics.rows import Figures
from tests.factories import (
    AgencyFactory,
    AttemptFactory,
    ChargeFactory,
    OfficerFactory,
    ProcedureFactory,
    SubmissionFactory,
    fee,
)
from tests.submissions.statistics.lives import Asked, Life, at, expected, on, write

pytestmark = pytest.mark.django_db
TODAY = 50
LAST = on(TODAY)
Ground = tuple[list[Agency], list[Procedure], Officer]


@pytest.fixture
def ground() -> Ground:
    places = [AgencyFactory(town=True), AgencyFactory()]
    return places, ProcedureFactory.create_batch(2), OfficerFactory(agency=places[0])


@st.composite
def lives(draw: st.DrawFn) -> Life:
    received = draw(st.integers(0, 45))
    ended = draw(st.one_of(st.none(), st.integers(received, TODAY)))
    last = TODAY if ended is None else ended
    days = sorted(draw(st.lists(st.integers(received, last), max_size=4, unique=True)))
    pairs = [Asked(days[i], days[i + 1] if i + 1 < len(days) else ended) for i in range(0, len(days), 2)]
    due = draw(st.integers(received, received + 12))
    moved = draw(st.one_of(st.none(), st.tuples(st.integers(received, last), st.integers(due, due + 9))))
    channel = draw(st.sampled_from(["online", "counter", "post"]))
    place, procedure = draw(st.integers(0, 1)), draw(st.integers(0, 1))
    hour = draw(st.sampled_from([0, 9, 23]))
    return Life(
        received,
        due,
        ended,
        tuple(pairs),
        moved,
        channel,
        place,
        procedure,
        draw(st.sampled_from([False] * 5 + [True])),
        hour,
    )


PERIODS = st.tuples(st.integers(-3, TODAY), st.integers(0, 40)).map(
    lambda p: (on(p[0]), on(min(p[0] + p[1], TODAY + 5)))
)


def as_counted(
    rows: list[statistics.Row], places: list[Agency], procedures: list[Procedure]
) -> dict[Any, dict[str, int]]:
    keys = {(a.pk, p.pk): (i, j) for i, a in enumerate(places) for j, p in enumerate(procedures)}
    return {
        keys[r.agency_id, r.procedure_id]: {
            name: n for name, n in [*r.figures._asdict().items(), ("carried_over", r.figures.carried_over)] if n
        }
        for r in rows
    }


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lives(), max_size=7), PERIODS)
def test_sql_and_the_plain_loop_agree(
    ground: Ground, many: list[Life], period: tuple[datetime.date, datetime.date]
) -> None:
    places, procedures, officer = ground
    for model in (Event, SupplementRequest, Submission):
        model.objects.all().delete()
    write(many, places, procedures, officer)
    start, end = period
    with time_machine.travel(at(TODAY, 12), tick=False):
        rows = statistics.figures(start, end)
    plain = expected(many, start, min(end, LAST))
    assert as_counted(rows, places, procedures) == {key: dict(+row) for key, row in plain.items()}


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lives(), max_size=6))
def test_the_public_list_is_the_overdue_bucket(ground: Ground, many: list[Life]) -> None:
    places, procedures, officer = ground
    for model in (Event, SupplementRequest, Submission):
        model.objects.all().delete()
    made = write(many, places, procedures, officer)
    with time_machine.travel(at(TODAY, 12), tick=False):
        listed = {s.pk for s in overdue.overdue(LAST)}
        counted = statistics.total(r.figures for r in statistics.figures(on(0), LAST))
    late = {s.pk for s, life in zip(made, many, strict=True) if _is_overdue(life)}
    assert listed == late
    assert len(listed) == counted.open_overdue


def _is_overdue(life: Life) -> bool:
    (row,) = expected([life], on(0), LAST).values() or [{}]
    return bool(row.get("open_overdue"))


def test_a_day_ends_at_midnight_in_viet_nam(ground: Ground) -> None:
    """31/12 at 23:59 is the old year, 1/1 at 00:01 the new one, though both are 31/12 in UTC."""
    places, procedures, officer = ground
    made = write([Life(0, 200), Life(0, 200)], places, procedures, officer)
    for s, minute in zip(made, ("2026-12-31T16:59:00+00:00", "2026-12-31T17:01:00+00:00"), strict=True):
        Submission.objects.filter(pk=s.pk).update(received_at=datetime.datetime.fromisoformat(minute))
    with time_machine.travel("2027-01-05T03:00:00+00:00", tick=False):
        old = statistics.figures(datetime.date(2026, 12, 1), datetime.date(2026, 12, 31))
        new = statistics.figures(datetime.date(2027, 1, 1), datetime.date(2027, 1, 31))
    assert [(r.figures.received, r.figures.carried_over, r.figures.open) for r in old] == [(1, 0, 1)]
    assert [(r.figures.received, r.figures.carried_over, r.figures.open) for r in new] == [(1, 1, 2)]


def test_paid_online_is_paid_without_a_counter_before_the_period_ends() -> None:
    with time_machine.travel("2026-11-02T02:00:00+00:00") as clock:
        where: dict[str, Any] = {"agency": AgencyFactory(), "procedure": ProcedureFactory()}
        SubmissionFactory(**where, at=State.RECEIVED)
        charges = [ChargeFactory(**where) for _ in range(5)]
        pay(charges[0], "vnpay")
        pay(charges[1], "cash")
        november = datetime.date(2026, 11, 1), datetime.date(2026, 11, 30)
        running = statistics.total(r.figures for r in statistics.figures(*november))
        clock.move_to("2026-11-30T16:59:00+00:00")
        pay(charges[2], "vietqr")
        clock.move_to("2026-11-30T17:01:00+00:00")
        pay(charges[3], "vnpay")
        over = statistics.total(r.figures for r in statistics.figures(*november))
    assert [(f.with_fee, f.paid_online) for f in (running, over)] == [(5, 1), (5, 2)]


def pay(charge: Any, gateway: str) -> None:
    AttemptFactory(charge=charge, gateway=gateway, paid=True)


def test_through_the_workflow_drafts_and_rehearsals_count_nowhere() -> None:
    with time_machine.travel("2026-11-02T02:00:00+00:00") as clock:
        ward, procedure = AgencyFactory(), ProcedureFactory()
        where = {"agency": ward, "procedure": procedure}
        SubmissionFactory(**where)
        rehearsal = SubmissionFactory(**where, at=State.RECEIVED)
        Submission.objects.filter(pk=rehearsal.pk).update(is_rehearsal=True)
        SubmissionFactory(**where, at=State.SUBMITTED)
        SubmissionFactory(**where, at=State.REFUSED)
        SubmissionFactory(**where, via="submit request_supplement")
        SubmissionFactory(**where, at=State.HANDED_OVER)
        SubmissionFactory(**where, at=State.DECLINED, fees=[fee()])
        SubmissionFactory(**where, at=State.WITHDRAWN)
        SubmissionFactory(**where, via="submit receive request_supplement")
        SubmissionFactory(**where, via="submit receive request_supplement withdraw")
        SubmissionFactory(**where, at=State.AWAITING_APPROVAL)
        clock.shift(datetime.timedelta(days=60))
        (running,) = statistics.figures(datetime.date(2026, 11, 1), datetime.date(2027, 1, 31))
        (past,) = statistics.figures(datetime.date(2026, 11, 1), datetime.date(2026, 11, 2))
    settled = running.figures.early + running.figures.on_time
    assert (running.figures.received_online, settled, running.figures.late) == (5, 3, 0)
    assert (running.figures.waiting_citizen, running.figures.open_overdue, running.figures.open_in_time) == (1, 1, 0)
    assert (running.figures.not_received, running.figures.refused, running.figures.supplemented) == (2, 1, 2)
    assert (past.figures.open_in_time, past.figures.waiting_citizen, past.figures.not_received) == (1, 1, 2)
    assert past.figures.with_fee == 1
    assert past.figures.online_payment_share == 0


def test_what_was_answered_since_stood_unanswered_then(ground: Ground) -> None:
    """Online filings received or refused after the period were waiting at its end."""
    places, procedures, officer = ground
    write([Life(9, 20)], places, procedures, officer)
    Submission.objects.update(submitted_at=at(3))
    with time_machine.travel(at(TODAY, 12), tick=False):
        (row,) = statistics.figures(on(0), on(5))
        (later,) = statistics.figures(on(0), on(9))
    assert (row.figures.not_received, row.figures.total) == (1, 0)
    assert (later.figures.not_received, later.figures.total) == (0, 1)


def _complain(s: Submission, when: datetime.datetime, kind: str = "complaint") -> None:
    Feedback.objects.create(
        reference=f"PA{Feedback.objects.count()}", secret="x", kind=kind, agency=s.agency, submission=s,
        name="A", text="B", at=when, decide_by=when.date(), ask_by=when.date(), due_on=when.date(),
    )  # fmt: skip


def test_grades_and_displeasure(ground: Ground) -> None:
    places, procedures, officer = ground
    one, two, three, four = write([Life(0, 9, 5)] * 4, places, procedures, officer)
    for s, grade, day in ((one, 1, 6), (two, 3, 6), (three, 2, 7)):
        Rating.objects.create(submission=s, grade=grade, at=at(day))
    _complain(one, at(8))  # displeased already
    _complain(two, at(12))
    _complain(two, at(13))
    _complain(four, at(8), kind="question")
    with time_machine.travel(at(TODAY), tick=False):
        (first,) = statistics.figures(on(0), on(10))
        (second,) = statistics.figures(on(11), on(20))
    assert (first.figures.very_content, first.figures.content, first.figures.not_content) == (1, 1, 1)
    assert (first.figures.displeased, str(first.figures.satisfaction)) == (1, "75.00")
    assert second.figures == Figures(displeased=1)
    assert second.figures.satisfaction is None


def test_narrowed_to_a_unit_a_sector_a_procedure(ground: Ground) -> None:
    places, procedures, officer = ground
    centre = AgencyFactory(centre=True, parent=places[0])
    write([Life(0, 9, place=p, procedure=q) for p in (0, 1, 2) for q in (0, 1)], [*places, centre], procedures, officer)
    other = ProcedureFactory(sector__key="dat_dai", sector__name="Đất đai")

    def received(**narrow: Any) -> int:
        rows = statistics.figures(on(0), on(9), **narrow)
        return statistics.total(r.figures for r in rows).received

    assert received() == 6
    assert received(agency=places[0]) == received(agency=centre) == 4
    assert received(agency=places[1], procedure=procedures[0]) == 1
    assert (received(sector=procedures[0].sector), received(sector=other.sector)) == (6, 0)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        statistics.figures(on(2), on(1))
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    assert statistics.figures(tomorrow, tomorrow) == []

"""Stored months: counted while they run, closed once, and true although the submissions are gone."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction

from procedures.models import Agency, Procedure
from submissions import statistics
from submissions.models import CountedMonth, Event, MonthFigure, Officer, Submission, SupplementRequest
from submissions.statistics import months
from submissions.tasks import count_figures
from tests.factories import AgencyFactory, OfficerFactory, ProcedureFactory
from tests.submissions.statistics.lives import Asked, Life, at, on, write

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER, DECEMBER = (datetime.date(2026, n, 1) for n in (10, 11, 12))
Ground = tuple[list[Agency], list[Procedure], Officer]
# FIRST is 20/10: day 12 is 1/11, day 42 is 1/12.
LIVES = (
    Life(0, 5, 5),
    Life(1, 5, 20, channel="counter"),
    Life(8, 30, moved=(25, 45), channel="post", place=1),
    Life(13, 18, asked=(Asked(15),), procedure=1),
    Life(14, 20, 44, place=1),
    Life(40, 50),
)


@pytest.fixture
def ground() -> Ground:
    places = [AgencyFactory(town=True), AgencyFactory()]
    found = places, ProcedureFactory.create_batch(2), OfficerFactory(agency=places[0])
    write(LIVES, *found)
    return found


def whole(month: datetime.date) -> statistics.Figures:
    return statistics.total(r.figures for r in statistics.month(month))


def test_months_are_counted_in_order_and_closed_when_over(ground: Ground) -> None:
    with time_machine.travel(at(43, 0, 2), tick=False):  # 2/12 at 00:02
        assert statistics.refresh() == [OCTOBER, NOVEMBER, DECEMBER]
        assert statistics.refresh() == [DECEMBER]
    closed = CountedMonth.objects.values_list("month", "is_closed", "counted_at")
    assert list(closed) == [
        (OCTOBER, True, at(43, 0, 2)),
        (NOVEMBER, True, at(43, 0, 2)),
        (DECEMBER, False, at(43, 0, 2)),
    ]
    october, november = whole(OCTOBER), whole(NOVEMBER)
    assert (october.received, october.carried_over, october.on_time, october.open_in_time, october.open_overdue) == (
        3,
        0,
        1,
        1,
        1,
    )
    assert (november.received, november.carried_over) == (3, 2)
    assert (november.late, november.open_in_time, november.open_overdue, november.waiting_citizen) == (1, 2, 1, 1)


def test_a_month_counted_the_night_it_ends_equals_one_counted_later(ground: Ground) -> None:
    with time_machine.travel(at(42, 0, 1), tick=False):  # 1/12 at 00:01
        late_change = Submission.objects.filter(ended_on=on(44))
        late_change.update(ended_on=None, state="IN_PROGRESS")
        statistics.rebuild(NOVEMBER)
        that_night = statistics.month(NOVEMBER)
    CountedMonth.objects.all().delete()
    MonthFigure.objects.all().delete()
    Submission.objects.filter(pk=Submission.objects.order_by("pk")[4].pk).update(ended_on=on(44), state="RESULT_READY")
    with time_machine.travel(at(80), tick=False):
        statistics.rebuild(NOVEMBER)
    assert statistics.month(NOVEMBER) == that_night


def test_a_closed_month_is_never_counted_again(ground: Ground) -> None:
    with time_machine.travel(at(43), tick=False):
        statistics.refresh()
        before = {month: statistics.month(month) for month in (OCTOBER, NOVEMBER)}
        for model in (Event, SupplementRequest):
            model.objects.all().delete()
        Submission.objects.all().delete()
        assert not statistics.rebuild(NOVEMBER)
        assert statistics.refresh() == [DECEMBER]
    assert {month: statistics.month(month) for month in (OCTOBER, NOVEMBER)} == before
    assert statistics.month(DECEMBER) == []


def test_what_arrives_with_an_old_date_is_carried_over(ground: Ground) -> None:
    with time_machine.travel(at(43), tick=False):
        statistics.refresh()
        before = whole(NOVEMBER), whole(DECEMBER)
        arrived = Submission.objects.order_by("pk").first()
        assert arrived is not None
        arrived.pk, arrived.reference, arrived.dossier_code, arrived.draft_key = None, "HLOLD", "H1-OLD", "old"
        arrived.ended_on = None
        arrived.save(force_insert=True)
        statistics.refresh()
        after = whole(NOVEMBER), whole(DECEMBER)
    assert after[0] == before[0]
    assert (after[1].received, after[1].carried_over, after[1].total) == (
        before[1].received, before[1].carried_over + 1, before[1].total + 1,
    )  # fmt: skip


def test_counting_again_changes_nothing_and_drops_what_is_no_more(ground: Ground) -> None:
    with time_machine.travel(at(43), tick=False):
        statistics.refresh()
        first = list(MonthFigure.objects.values_list("pk", "month"))
        statistics.refresh()
        assert list(MonthFigure.objects.values_list("pk", "month")) == first
        Submission.objects.filter(agency=ground[0][1]).update(is_rehearsal=True)
        statistics.refresh()
    december = {r.agency_id for r in statistics.month(DECEMBER)}
    assert december == {ground[0][0].pk}
    assert {r.agency_id for r in statistics.month(NOVEMBER)} == {a.pk for a in ground[0]}


def test_a_count_that_fails_changes_nothing(ground: Ground) -> None:
    def failing() -> None:
        with transaction.atomic():
            statistics.rebuild(DECEMBER)
            MonthFigure.objects.create(month=NOVEMBER, agency=ground[0][0], procedure=ground[1][0])

    with time_machine.travel(at(43), tick=False):
        statistics.refresh()
        MonthFigure.objects.filter(month=DECEMBER).update(early=7)
        with pytest.raises(IntegrityError):
            failing()
        assert [row.figures.early for row in statistics.month(DECEMBER)] == [7] * 3


def test_the_sum_of_the_months_is_the_period(ground: Ground) -> None:
    with time_machine.travel(at(43), tick=False):
        statistics.refresh()
        rows = months.over(statistics.stored(OCTOBER, DECEMBER), DECEMBER)
        summed = statistics.total(r.figures for r in rows)
        counted = statistics.total(r.figures for r in statistics.figures(OCTOBER, datetime.date(2026, 12, 31)))
    assert summed._replace(supplemented=0) == counted._replace(supplemented=0)
    assert summed.carried_over == counted.carried_over == 0


def test_units_add_up_to_the_whole(ground: Ground) -> None:
    with time_machine.travel(at(43), tick=False):
        statistics.refresh()
        by_unit = [statistics.total(r.figures for r in statistics.month(NOVEMBER, agency=a)) for a in ground[0]]
        assert statistics.total(by_unit) == whole(NOVEMBER)


def test_a_month_to_come_is_not_counted() -> None:
    with time_machine.travel(at(43), tick=False), pytest.raises(ValueError, match="not begun"):
        statistics.rebuild(datetime.date(2027, 1, 1))
    assert not CountedMonth.objects.exists()


def test_an_empty_portal_counts_the_running_month() -> None:
    with time_machine.travel(at(43), tick=False):
        count_figures()
        assert [c.month for c in CountedMonth.objects.all()] == [DECEMBER]
        assert statistics.headline() is None


def test_the_headline_is_the_latest_month_and_a_service_its_year(ground: Ground) -> None:
    with time_machine.travel(at(45), tick=False):
        statistics.refresh()
        headline = statistics.headline()
        service = statistics.service(ground[1][0].pk, 2026)
    assert headline is not None
    assert (headline.month, str(headline.on_time_share)) == (DECEMBER, "0.00")
    assert (service.received, service.received_online, service.settled, service.settled_online) == (5, 3, 3, 2)


def test_counting_takes_the_same_queries_for_any_number(ground: Ground, django_assert_num_queries: object) -> None:
    with time_machine.travel(at(43), tick=False):
        statistics.refresh()
        with django_assert_num_queries(16):  # type: ignore[operator]
            statistics.rebuild(DECEMBER)

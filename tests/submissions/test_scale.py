"""With 50,000 submissions nothing that people or beat ask for reads a large table from end to end.

The jobs are those of tests/bench/million/measure.py, where a million rows are timed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from submissions import indexes, overdue, worklist
from submissions.admin import paging
from submissions.models import Submission
from tests import plans
from tests.bench.million import generate, measure
from tests.factories import AgencyFactory, ProcedureFactory, SectorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.xdist_group("scale")]
ROWS = 50_000
LARGE = tuple(f"submissions_{name}" for name in "submission attachment event notice paper".split())


@pytest.fixture(scope="module")
def town(django_db_setup: Any, django_db_blocker: Any) -> Iterator[generate.Made]:
    """A town, five wards and their procedures with so many submissions, gone with the transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        for place in range(6):
            AgencyFactory(town=place == 0)
        for number in range(30):
            sector = SectorFactory(key=f"nganh_{number % 5}", name=f"Ngành {number % 5}")
            ProcedureFactory(tier="town" if number % 2 else "ward", sector=sector)
        yield generate.generate(ROWS, open_ones=2_000)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _no_table_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of a few ten thousand rows is counted, and read whole for it: these stand for larger ones."""
    monkeypatch.setattr(paging, "SMALL", 0)


def scans_of(jobs: Iterator[measure.Job]) -> dict[str, list[str]]:
    found = {job.name: plans.scans(job.run, *LARGE) for job in jobs}
    assert len(found) >= 4
    return {name: scans for name, scans in found.items() if scans}


def test_the_generator_makes_what_the_portal_itself_writes(town: generate.Made) -> None:
    assert Submission.objects.filed().count() == town.rows == ROWS
    open_ones = Submission.objects.filed().filter(state__in=worklist.DESK_STATES).count()
    assert 1_900 < open_ones < 2_100
    some = Submission.objects.filter(pk__in=range(town.first, town.first + town.rows, 1_000))
    assert [s.search_text for s in some] == [s.make_search_text() for s in some]
    assert len(some) == 50
    assert len({s.applicant_name for s in some}) > 40


@pytest.mark.parametrize("who", ["town, specialist", "ward, reception"])
def test_queues_and_desk_home(town: generate.Made, who: str) -> None:
    desk = measure.Desk(measure.officers()[who])
    assert scans_of(measure.queues(who, desk)) == {}


@pytest.mark.parametrize("who", ["town, leader", "ward, leader"])
def test_searches(town: generate.Made, who: str) -> None:
    assert scans_of(measure.searches(who, measure.Desk(measure.officers()[who]))) == {}


@pytest.mark.parametrize("who", ["town, leader", "ward, leader"])
def test_lists_filters_and_sorts(town: generate.Made, who: str) -> None:
    assert scans_of(measure.lists(who, measure.Desk(measure.officers()[who]))) == {}


def test_other_lists(town: generate.Made) -> None:
    assert scans_of(measure.other_lists("town, leader", measure.Desk(measure.officers()["town, leader"]))) == {}


def test_public_pages(town: generate.Made) -> None:
    assert scans_of(measure.public()) == {}


def test_what_beat_runs(town: generate.Made) -> None:
    assert scans_of(measure.beat()) == {}
    assert plans.scans(overdue.flag, *LARGE) == []


# --- the check itself ----------------------------------------------------------------------------


def test_a_missing_index_shows(town: generate.Made) -> None:
    wanted = worklist.search(Submission.objects.order_by(), "dinh trong xoan")
    assert plans.scans(lambda: list(wanted.all()), *LARGE) == []
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {indexes.SEARCH}")
    assert len(plans.scans(lambda: list(wanted.all()), *LARGE)) == 1


def test_a_list_takes_as_many_queries_however_many_there_are(
    town: generate.Made, django_assert_max_num_queries: Any
) -> None:
    desk = measure.Desk(measure.officers()["town, leader"])
    desk.client = Client()
    desk.client.force_login(desk.officer.user)
    lists = [measure.LIST, f"{measure.LIST}?queue=overdue", f"{measure.LIST}?q=tran+thi"]
    for address in (*lists, *(f"/admin/submissions/{name}/" for name in ("notice", "letter", "feedback", "rating"))):
        with django_assert_max_num_queries(12):
            measure.opened(desk.client, address)

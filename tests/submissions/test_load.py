"""The load of a desk's officers, as its leaders see it."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from procedures.models import Agency
from submissions import worklist
from submissions.models import Officer, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory, clerk
from tests.submissions.test_desk import LIST, like, page

pytestmark = pytest.mark.django_db
LOAD = f"{LIST}tai-cong-viec/"
D = datetime.date
WEDNESDAY = datetime.datetime(2026, 4, 1, 2, 0, tzinfo=datetime.UTC)  # the month began in the middle of the week


def at(day: D) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(2), tzinfo=datetime.UTC)


def ended(filed: Submission, officer: Officer | None, came: D, end: D, state: State = State.RESULT_READY) -> None:
    like(filed, state=state, assignee=officer, received_at=at(came), ended_on=end, due_on=end)


def row(load: worklist.Load) -> tuple[Any, ...]:
    return (load.open, load.due_today, load.overdue, load.approval, load.week, load.month, load.average)


def test_every_number_at_its_edges(django_assert_num_queries: Any) -> None:
    filed = SubmissionFactory(at=State.SUBMITTED)
    leader = OfficerFactory(agency=filed.agency, roles=[Role.LEADER])
    officer = OfficerFactory(agency=filed.agency, roles=[Role.SPECIALIST])
    idle = OfficerFactory(agency=filed.agency, roles=[Role.RECEPTION])
    left = OfficerFactory(agency=filed.agency, is_active=False)
    today = D(2026, 4, 1)
    for state, due in (
        (State.IN_PROGRESS, today), (State.IN_PROGRESS, D(2026, 3, 31)), (State.AWAITING_APPROVAL, D(2026, 3, 31)),
        (State.AWAITING_SUPPLEMENT, D(2026, 3, 1)), (State.RECEIVED, D(2026, 4, 2)),
    ):  # fmt: skip
        like(filed, state=state, assignee=officer, due_on=due)
    like(filed, state=State.RECEIVED, assignee=left, due_on=today)
    ended(filed, officer, D(2026, 3, 27), today)  # 3 working days, this week and month
    ended(filed, officer, today, today, State.HANDED_OVER)  # the same day
    ended(filed, officer, D(2026, 3, 25), D(2026, 3, 31))  # this week, last month
    ended(filed, officer, D(2026, 3, 25), D(2026, 3, 29))  # Sunday: last week, last month
    ended(filed, officer, D(2026, 3, 25), today, State.WITHDRAWN)
    ended(filed, officer, D(2026, 3, 31), today, State.DECLINED)
    SubmissionFactory(at=State.IN_PROGRESS)  # of another ward
    with time_machine.travel(WEDNESDAY, tick=False):
        clock = worklist.clock()
        _ = leader.scope, worklist.colleagues(leader)
        with django_assert_num_queries(3):
            loads = worklist.loads(leader, clock)
    assert [load.officer for load in loads[:2]] == [officer, left]
    assert loads[-1].officer is None
    assert {load.officer for load in loads} == {leader, officer, idle, left, clerk(filed.agency), None}
    assert row(loads[0]) == (5, 1, 2, 1, 4, 3, pytest.approx(4 / 3))
    assert row(loads[1]) == (1, 1, 0, 0, 0, 0, None)
    assert row(loads[-1]) == (1, 0, 0, 0, 0, 0, None)
    assert [load.at_work for load in loads] == [True, False, True, True, True, True]


def test_a_town_sees_its_departments_and_a_department_itself() -> None:
    town = AgencyFactory(town=True)
    ours = AgencyFactory(kind=Agency.Kind.DEPARTMENT, parent=town)
    theirs = AgencyFactory(kind=Agency.Kind.DEPARTMENT, parent=town)
    mayor, head = OfficerFactory(agency=town), OfficerFactory(agency=ours)
    mine, other = OfficerFactory(agency=ours), OfficerFactory(agency=theirs)
    filed = SubmissionFactory(at=State.SUBMITTED, agency=town, procedure__tier="town")
    like(filed, assignee=mine)
    like(filed, assignee=other)
    like(filed, assignee=mayor)
    seen = {who: {(x.officer, x.open) for x in worklist.loads(who, worklist.clock())} for who in (mayor, head)}
    assert seen == {
        mayor: {(mayor, 1), (head, 0), (mine, 1), (other, 1), (clerk(town), 0), (None, 1)},
        head: {(head, 0), (mine, 1), (None, 1)},
    }


def test_the_page_links_into_the_list(client: Client) -> None:
    filed = SubmissionFactory(at=State.SUBMITTED)
    leader = OfficerFactory(agency=filed.agency, roles=[Role.LEADER])
    stranger = OfficerFactory(agency=AgencyFactory(), roles=[Role.LEADER])
    like(filed, state=State.IN_PROGRESS, assignee=leader, due_on=D(2020, 1, 1))
    assert f'href="{LOAD}">Tải công việc' in page(client, leader, "/admin/")
    shown = page(client, leader, LOAD)
    late = f"{LIST}?queue=overdue&assignee={leader.pk}"
    assert f'<a href="{late}">1</a>' in shown
    assert f'<a href="{LIST}?state=open&assignee=none">1</a>' in shown
    for address in re.findall(rf'href="({re.escape(LIST)}\?[^"]+)"', shown):
        count = re.search(rf'"{re.escape(address)}">(\d+)<', shown)
        assert count is not None
        assert page(client, leader, address).count('class="field-person"') == int(count[1]), address
    assert str(leader) not in page(client, stranger, LOAD)


@pytest.mark.parametrize("roles", [[Role.RECEPTION, Role.SPECIALIST], [Role.EDITOR]])
def test_only_leaders(client: Client, roles: list[str]) -> None:
    officer = OfficerFactory(roles=roles)
    client.force_login(officer.user)
    assert client.get(LOAD).status_code == 404
    assert worklist.loads(officer, worklist.clock()) == []
    assert "Tải công việc" not in client.get("/admin/").content.decode()

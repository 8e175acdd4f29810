"""Pages of admin lists by key: every row once, forwards and backwards, whatever the order and the empty values."""

from __future__ import annotations

import datetime
import random
import re
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Coalesce
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from submissions.admin import paging
from submissions.admin.submission import SubmissionAdmin
from submissions.models import Notice, Submission
from submissions.states import State
from tests.factories import AgencyFactory, SubmissionFactory, clerk

pytestmark = pytest.mark.django_db
LIST = "/admin/submissions/submission/"
EARLY, LATE = datetime.datetime.min.replace(tzinfo=datetime.UTC), datetime.datetime.max.replace(tzinfo=datetime.UTC)


# --- any order -----------------------------------------------------------------------------------


@pytest.fixture
def outbox() -> list[Notice]:
    """Sixty rows with many equal and empty values."""
    rng, now = random.Random(7), timezone.now().replace(microsecond=123456)
    hours = [None, 1, 2, 3]
    rows = [
        Notice(
            kind="x", body="x", recipient="x", once_key=f"key-{n}", attempts=rng.randrange(3),
            created_at=now - datetime.timedelta(hours=rng.randrange(4)),
            sent_at=None if (h := rng.choice(hours)) is None else now - datetime.timedelta(hours=h),
        )
        for n in range(60)
    ]  # fmt: skip
    return Notice.objects.bulk_create(rows)


# An order, and the same for Python.
ORDERS: dict[str, tuple[list[Any], Any]] = {
    "empty last": (["sent_at", "pk"], lambda n: (n.sent_at or LATE, n.pk)),
    "backwards": (["-sent_at", "-pk"], lambda n: (-(n.sent_at or LATE).timestamp(), -n.pk)),
    "empty first": (
        [F("sent_at").asc(nulls_first=True), "-attempts", "pk"],
        lambda n: (n.sent_at or EARLY, -n.attempts, n.pk),
    ),
    "never empty": (["-created_at", "attempts", "pk"], lambda n: (-n.created_at.timestamp(), n.attempts, n.pk)),
    "computed": ([Coalesce("sent_at", "created_at"), "pk"], lambda n: (n.sent_at or n.created_at, n.pk)),
}


@pytest.mark.parametrize("name", ORDERS)
def test_every_row_once_in_either_direction(outbox: list[Notice], name: str) -> None:
    order, key = ORDERS[name]
    expected = [n.pk for n in sorted(outbox, key=key)]
    rows = Notice.objects.order_by(*order)
    ordered = paging.Ordered(rows, Notice.objects.all())
    assert ordered.first(100) == expected
    for place, pk in enumerate(expected):
        assert ordered.after(pk, 7) == expected[place + 1 : place + 8]
        assert ordered.after(pk, 7, backwards=True) == expected[max(place - 7, 0) : place]


def test_a_row_that_left_the_list_still_names_its_place_but_one_of_others_does_not(outbox: list[Notice]) -> None:
    order, key = ORDERS["never empty"]
    sent = [n for n in sorted(outbox, key=key) if n.sent_at]
    waiting = next(n for n in outbox if not n.sent_at)
    ordered = paging.Ordered(Notice.objects.filter(sent_at__isnull=False).order_by(*order), Notice.objects.all())
    assert ordered.after(waiting.pk, 100) == [n.pk for n in sent if key(n) > key(waiting)]
    seen = Notice.objects.filter(sent_at__isnull=False)
    assert paging.Ordered(seen.order_by(*order), seen).after(waiting.pk, 100) is None


# --- the list ------------------------------------------------------------------------------------


@pytest.fixture
def five(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[Submission]:
    """Two on a page, two pages by number, four are counted; the oldest first. Their officer is logged in."""
    monkeypatch.setattr(SubmissionAdmin, "list_per_page", 2)
    monkeypatch.setattr(paging, "PAGES", 2)
    monkeypatch.setattr(paging, "MOST", 4)
    first = SubmissionFactory(at=State.SUBMITTED)
    others = [SubmissionFactory(at=State.SUBMITTED, agency=first.agency, procedure=first.procedure) for _ in range(4)]
    client.force_login(clerk(first.agency).user)
    return [first, *others]


def opened(client: Client, address: str, rows: list[Submission]) -> tuple[list[int], dict[str, str], str]:
    """Which rows are on the page (as places in `rows`), its links by rel, and its line below the table."""
    answer = client.get(address)
    assert answer.status_code == 200
    html = answer.content.decode()
    line = re.search(r'<p class="paginator">(.*?)</p>', html, re.DOTALL)
    below = line[1] if line else ""
    links = {rel: href.replace("&amp;", "&") for href, rel in re.findall(r'href="([^"]*)" rel="(\w+)"', below)}
    shown = re.findall(r'<span class="code">([A-Z0-9]{4}-[A-Z0-9]{4})</span>', html)
    references = [escape(row.reference) for row in rows]
    return [references.index(code) for code in shown], links, " ".join(re.sub(r"<[^>]+>", " ", below).split())


def test_there_and_back(client: Client, five: list[Submission]) -> None:
    rows, links, line = opened(client, LIST, five)
    assert (rows, set(links), line) == ([4, 3], {"next"}, "1–2 trong hơn 4 hồ sơ Trang sau")
    rows, links, line = opened(client, LIST + links["next"], five)
    assert (rows, set(links)) == ([2, 1], {"prev", "next"})
    assert line == "hơn 4 hồ sơ Đầu danh sách Trang trước Trang sau"
    rows, links, line = opened(client, LIST + links["next"], five)
    assert (rows, set(links), line) == ([0], {"prev"}, "hơn 4 hồ sơ Đầu danh sách Trang trước")
    rows, links, _line = opened(client, LIST + links["prev"], five)
    assert (rows, set(links)) == ([2, 1], {"prev", "next"})
    rows, links, _line = opened(client, LIST + links["prev"], five)
    assert (rows, set(links)) == ([4, 3], {"next"})


def test_a_new_filing_moves_nothing_on_the_next_page(client: Client, five: list[Submission]) -> None:
    _rows, links, _line = opened(client, LIST, five)
    newest = SubmissionFactory(at=State.SUBMITTED, agency=five[0].agency, procedure=five[0].procedure)
    assert opened(client, LIST + links["next"], [*five, newest])[0] == [2, 1]
    assert opened(client, LIST, [*five, newest])[0] == [5, 4]


def test_a_queue_goes_on_in_its_own_order(client: Client, five: list[Submission]) -> None:
    address = f"{LIST}?queue=waiting"
    rows, links, _line = opened(client, address, five)
    assert rows == [0, 1]
    assert opened(client, LIST + links["next"], five)[0] == [2, 3]
    assert "queue=waiting" in links["next"]


def test_whatever_stands_in_an_old_address(client: Client, five: list[Submission]) -> None:
    expected = {
        "p=2": [2, 1], "p=1": [4, 3], "p=3": [4, 3], "p=9000": [4, 3], "p=0": [4, 3], "p=-1": [4, 3], "p=zwei": [4, 3],
        "p=99999999999999999999": [4, 3], "after=x": [4, 3], "after=-5": [4, 3], "before=0": [4, 3],
        "after=99999999999999999999999": [4, 3], "after=9223372036854775807": [4, 3], "after=%00": [4, 3],
        "all=": [4, 3], "o=1": [0, 1], "o=1&p=2": [2, 3],
    }  # fmt: skip
    assert {query: opened(client, f"{LIST}?{query}", five)[0] for query in expected} == expected


def test_the_key_of_another_agencys_submission_is_no_place(client: Client, five: list[Submission]) -> None:
    strange = SubmissionFactory(at=State.SUBMITTED, agency=AgencyFactory(), procedure=five[0].procedure)
    assert opened(client, f"{LIST}?after={strange.pk}", five)[0] == [4, 3]
    assert opened(client, f"{LIST}?after={five[3].pk}", five)[0] == [2, 1]


def test_of_a_large_table_only_queues_are_counted(
    client: Client, five: list[Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST", 100)
    assert opened(client, LIST, five)[2] == "1–2 trong 5 hồ sơ Trang sau"
    monkeypatch.setattr(paging, "SMALL", -2)
    assert opened(client, LIST, five)[2] == "1–2 trong hơn 2 hồ sơ Trang sau"
    assert opened(client, f"{LIST}?p=2", five)[2] == "3–4 trong hơn 4 hồ sơ Đầu danh sách Trang trước Trang sau"
    assert opened(client, f"{LIST}?queue=waiting", five)[2] == "1–2 trong 5 hồ sơ Trang sau"


def test_a_short_list_says_its_number_and_has_no_links(client: Client, five: list[Submission]) -> None:
    rows, links, line = opened(client, f"{LIST}?q={five[0].reference}", five)
    assert (rows, links, line) == ([0], {}, "1 hồ sơ")

"""A register book closed at the end of its year: when, once, what it holds still, what can no longer get in."""

from __future__ import annotations

import datetime
import threading
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from submissions import register, rules, tasks, workflow
from submissions.errors import NotPossible
from submissions.models import ClosedRegister, Submission
from submissions.states import State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory, clerk
from tests.procedures import pdftext
from tests.submissions.test_register import received

pytestmark = pytest.mark.django_db
LAST = datetime.date(2025, 12, 31)
AFTER = datetime.datetime(2026, 1, 1, 17, 0, tzinfo=datetime.UTC)  # midnight in Việt Nam: 2 January begins


def after(**more: int) -> Any:
    return time_machine.travel(AFTER + datetime.timedelta(**more), tick=False)


def test_a_book_is_closed_only_once_its_year_is_over() -> None:
    first, second = (received(a, LAST) for a in [AgencyFactory()] * 2)
    book = register.book_of(first.agency, 2025)
    with after(seconds=-1), pytest.raises(NotPossible, match="02/01/2026"):
        register.close(book)
    with after():
        noted = register.close(book, by=clerk(first.agency).user)
    assert (noted.agency, noted.year, noted.last) == (first.agency, 2025, 2)
    assert timezone.localdate(noted.closed_at) == datetime.date(2026, 1, 2)
    assert register.is_intact(noted)
    assert second.dossier_code is not None
    with after(days=3):
        assert register.close(register.book_of(first.agency, 2025)) == noted
    assert ClosedRegister.objects.count() == 1


@pytest.mark.parametrize("change", ["code", "received_at", "gone", "another"])
def test_a_change_of_a_closed_book_shows(change: str) -> None:
    kept, touched = (received(a, LAST) for a in [AgencyFactory()] * 2)
    with after():
        noted = register.close(register.book_of(kept.agency, 2025))
    row = Submission.objects.filter(pk=touched.pk)
    if change == "code":
        row.update(dossier_code=f"{touched.dossier_code}0")
    elif change == "received_at":
        row.update(received_at=touched.received_at - datetime.timedelta(microseconds=1))
    elif change == "gone":
        row.update(is_rehearsal=True)
    else:
        received(kept.agency, datetime.date(2024, 12, 31))
        Submission.objects.filter(received_at__year=2024).update(dossier_code="HS 9", received_at=touched.received_at)
    assert not register.is_intact(noted)


def test_how_a_dossier_goes_on_does_not_touch_the_closed_book() -> None:
    s = received(AgencyFactory(), LAST)
    by = rules.officer_actor(clerk(s.agency))
    with after(days=5):
        noted = register.close(register.book_of(s.agency, 2025))
        workflow.start(s.pk, by=by)
        workflow.finish(s.pk, by=by, result_note="Đã cấp.")
        workflow.hand_over(s.pk, by=by, how="counter")
        assert register.is_intact(noted)


def test_no_number_is_given_in_a_closed_book() -> None:
    """Only a clock set back could want one; the new year's book is open."""
    s = received(AgencyFactory(), LAST)
    waiting = SubmissionFactory(at=State.SUBMITTED, agency=s.agency)
    with after():
        register.close(register.book_of(s.agency, 2025))
    by = rules.officer_actor(clerk(s.agency))
    with after(days=-2), pytest.raises(NotPossible, match="2025 đã khóa"):
        workflow.receive(waiting.pk, by=by)
    with after():
        assert "-260102-0001" in str(workflow.receive(waiting.pk, by=by).dossier_code)


def test_post_that_counts_since_december_stands_in_the_new_book() -> None:
    s = received(AgencyFactory(), LAST)
    officer = clerk(s.agency)
    papers = [{"key": d.key, "originals": 1} for d in s.revision.spec.documents]
    more: dict[str, Any] = {"channel": "post", "papers_in": papers, "entered_by": officer, "procedure": s.procedure}
    with after():
        noted = register.close(register.book_of(s.agency, 2025))
        draft = SubmissionFactory(agency=s.agency, **more)
        filing = workflow.Filing(version=0, answers=draft.answers, columns={})
        since = timezone.now() - datetime.timedelta(days=2)
        workflow.enter(draft.pk, filing, by=rules.officer_actor(officer), receive=True, since=since)
        assert [e.number for e in register.book_of(s.agency, 2026).entries()] == [1]
        assert Submission.objects.get(pk=draft.pk).received_at == since
        assert timezone.localdate(since).year == 2025
        assert register.is_intact(noted)


def test_a_dossier_from_elsewhere_stays_out_of_a_closed_book() -> None:
    s = received(AgencyFactory(), LAST)
    other, moment = AgencyFactory(), datetime.datetime(2025, 5, 4, 2, 0, tzinfo=datetime.UTC)
    with after():
        register.close(register.book_of(s.agency, 2025))
    own = f"{s.agency.identifier}-250504-0001"
    for agency, code in ((s.agency, own), (other, own), (s.agency, "HS 17")):
        with pytest.raises(NotPossible, match="năm 2025"):
            register.check_open(agency, code, moment)
    register.check_open(other, f"{other.identifier}-250504-0001", moment)
    register.check_open(s.agency, f"{s.agency.identifier}-260504-0001", moment)
    register.check_open(s.agency, None, None)


def test_the_portal_closes_what_nobody_closed() -> None:
    town, centre = (t := AgencyFactory(town=True)), AgencyFactory(centre=True, parent=t)
    received(centre, LAST)
    received(AgencyFactory(), datetime.date(2024, 3, 4))
    with after(seconds=-1):
        assert register.close_past() == 1
    with after():
        tasks.close_registers()
        assert register.close_past() == 0
    found = ClosedRegister.objects.order_by("year").values_list("year", "last", "closed_by")
    assert list(found) == [(2024, 1, None), (2025, 1, None)]
    assert ClosedRegister.objects.get(year=2025).agency == town


def test_the_closing_is_printed_in_the_book(tmp_path: Path) -> None:
    s = received(AgencyFactory(), LAST)
    book = register.book_of(s.agency, 2025)
    with after():
        register.close(book)
        words = "Sổ đã khóa ngày 02/01/2026, số cuối 1."
        register.write([book], tmp_path / "so.xlsx")
        assert openpyxl.load_workbook(tmp_path / "so.xlsx").active.cell(4, 1).value == words
        with (tmp_path / "so.pdf").open("wb") as file:
            register.drawn(book, file)
    printed = pdftext.words(pdftext.open_pdf((tmp_path / "so.pdf").read_bytes()))
    assert words.replace(" ", "") in printed


def test_keepers_close_their_own_book_on_the_page(client: Client) -> None:
    s, stranger = received(AgencyFactory(), LAST), received(AgencyFactory(), LAST)
    address, page = reverse("admin:submissions_register_close"), reverse("admin:submissions_register")
    with after():
        client.force_login(OfficerFactory(agency=s.agency, roles=["specialist"]).user)
        assert client.post(address, {"nam": "2025"}).status_code == 403
        client.force_login(OfficerFactory(agency=s.agency, roles=["leader"]).user)
        assert "Khóa sổ" in client.get(page).content.decode()
        for wrong in ("2026", "1999", "x", ""):
            client.post(address, {"nam": wrong})
        assert ClosedRegister.objects.count() == 0
        assert "Đã khóa sổ năm 2025, số cuối 1." in client.post(address, {"nam": "2025"}, follow=True).content.decode()
        assert list(ClosedRegister.objects.values_list("agency", flat=True)) == [s.agency.pk] != [stranger.agency.pk]
        Submission.objects.filter(pk=s.pk).update(dossier_code=f"{s.dossier_code}1")
        assert "nội dung khác lúc khóa" in client.get(page).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_close_it_once() -> None:
    s = received(AgencyFactory(), LAST)
    found: list[int] = []
    ready = threading.Barrier(2)

    def one() -> None:
        ready.wait()
        found.append(register.close(register.book_of(s.agency, 2025)).pk)
        connection.close()

    with after():
        both = [threading.Thread(target=one) for _n in range(2)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    assert len(found) == 2
    assert len(set(found)) == ClosedRegister.objects.count() == 1

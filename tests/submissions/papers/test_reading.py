"""Who reads a paper, and what they get: the one file, drawn once whoever comes first, or a clear page."""

from __future__ import annotations

import datetime
import re
import threading
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings as project
from django.core.files.storage import default_storage
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from portal.lib import pdf
from submissions import files, papers, tasks, workflow
from submissions.models import Paper, Submission
from submissions.papers import drawing
from submissions.states import State
from tests import factories
from tests.submissions.citizen import Citizen, text
from tests.submissions.papers import cases
from tests.submissions.test_access import login

pytestmark = pytest.mark.django_db


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def status(client: Client, address: str) -> int:
    """What the address answers; the file that comes with it is read and closed."""
    answer = client.get(address)
    body(answer)
    return int(answer.status_code)


def links(page: Any) -> list[tuple[str, str]]:
    return re.findall(r'<a data-paper="([a-z-]+)" href="([^"]+)"', page.content.decode())


def staff(s: Submission) -> Client:
    client = Client()
    client.force_login(factories.clerk(s.agency).user)
    return client


def stored() -> list[str]:
    folder = Path(default_storage.location) / "papers"
    return sorted(str(p.relative_to(folder.parent)) for p in folder.rglob("*") if p.is_file())


# --- the citizen ---------------------------------------------------------------------------------


def test_the_confirmation_links_the_receipt_of_filing() -> None:
    citizen = Citizen()
    s = citizen.file()
    page = citizen.client.get(f"/ho-so/{s.reference}/da-gui/")
    ((kind, address),) = links(page)
    answer = citizen.client.get(address)
    assert (kind, answer.status_code, answer["Content-Type"]) == ("filing-receipt", 200, "application/pdf")
    name = unquote(answer["Content-Disposition"])
    assert f"Giấy xác nhận đã nộp hồ sơ {s.reference}.pdf" in name
    words = cases.text_of(body(answer))
    for said in (s.reference, s.tracking_secret, "Nguyễn Thị Ánh", "03/02/2026", "ảnh.png"):
        assert said in words


@pytest.mark.parametrize(
    ("at", "kinds"),
    [
        (State.SUBMITTED, ["filing-receipt"]),
        (State.RECEIVED, ["filing-receipt", "receipt"]),
        (State.AWAITING_SUPPLEMENT, ["filing-receipt", "supplement"]),
        (State.REFUSED, ["filing-receipt", "refusal"]),
        (State.DECLINED, ["filing-receipt", "receipt", "refusal"]),
        (State.STOPPED, ["filing-receipt", "receipt", "stop"]),
    ],
)
def test_the_own_page_links_every_paper_that_the_person_may_read(at: str, kinds: list[str]) -> None:
    s = factories.SubmissionFactory(at=at)
    assert [kind for kind, _address in links(login(s).get(f"/ho-so/{s.reference}/"))] == kinds


def test_what_stays_inside_is_not_the_citizen_s() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    client = login(s)
    for kind in ("receipt-copy", "control-slip"):
        assert client.get(f"/ho-so/{s.reference}/giay-to/{cases.paper(s, kind).pk}/").status_code == 404


def test_strangers_and_wrong_numbers_get_nothing() -> None:
    s, other = (factories.SubmissionFactory(at=State.RECEIVED) for _time in range(2))
    mine, theirs = cases.paper(s, "receipt").pk, cases.paper(other, "receipt").pk
    assert Client().get(f"/ho-so/{s.reference}/giay-to/{mine}/").status_code == 404
    assert login(s).get(f"/ho-so/{s.reference}/giay-to/{theirs}/").status_code == 404
    assert login(s).get(f"/ho-so/{other.reference}/giay-to/{theirs}/").status_code == 404
    assert staff(s).get(f"/ho-so/{s.reference}/giay-to/{mine}/").status_code == 404
    assert Paper.objects.exclude(file="").count() == 0


@pytest.mark.parametrize("page", ["", "da-gui/"])
def test_the_pages_cost_one_query_however_many_papers(page: str) -> None:
    s = factories.SubmissionFactory(at=State.STOPPED)
    client = login(s)
    client.get(f"/ho-so/{s.reference}/{page}")
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/ho-so/{s.reference}/{page}")
    about_papers = [q for q in asked if "submissions_paper" in q["sql"]]
    assert len(about_papers) == 1
    assert '"submissions_paper"."content",' not in about_papers[0]["sql"]


# --- staff ---------------------------------------------------------------------------------------


def test_the_record_offers_what_the_desk_may_print() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    client = staff(s)
    page = client.get(f"/admin/submissions/submission/{s.pk}/change/")
    found = links(page)
    assert [kind for kind, _address in found] == ["receipt-copy", "control-slip"]
    answers = [client.get(address) for _kind, address in found]
    assert [a["Content-Type"] for a in answers] == ["application/pdf"] * 2
    assert all(s.tracking_secret not in cases.text_of(body(a)) for a in answers)


def test_the_applicant_s_copies_are_printed_only_where_the_desk_filed() -> None:
    online, counter = (
        factories.SubmissionFactory(at=State.SUBMITTED, channel=channel) for channel in ("online", "counter")
    )
    codes = {}
    for s in (online, counter):
        address = f"/admin/submissions/submission/{s.pk}/giay-to/{cases.paper(s, 'filing-receipt').pk}/"
        codes[s.channel] = status(staff(s), address)
    assert codes == {"online": 404, "counter": 200}


def test_officers_of_another_agency_get_nothing() -> None:
    s, other = (factories.SubmissionFactory(at=State.RECEIVED) for _time in range(2))
    slip = cases.paper(s, "control-slip")
    assert staff(other).get(f"/admin/submissions/submission/{s.pk}/giay-to/{slip.pk}/").status_code == 404
    assert staff(other).get(f"/admin/submissions/submission/{other.pk}/giay-to/{slip.pk}/").status_code == 404
    assert staff(other).post(f"/admin/submissions/submission/{s.pk}/phieu-kiem-soat/").status_code == 404
    assert Client().get(f"/admin/submissions/submission/{s.pk}/giay-to/{slip.pk}/").status_code == 302


def test_the_present_slip_is_printed_by_a_button() -> None:
    s = factories.SubmissionFactory(at=State.IN_PROGRESS)
    client, where = staff(s), f"/admin/submissions/submission/{s.pk}/phieu-kiem-soat/"
    assert where in client.get(f"/admin/submissions/submission/{s.pk}/change/").content.decode()
    assert client.get(where).status_code == 405
    answer = client.post(where, follow=True)
    assert answer["Content-Type"] == "application/pdf"
    assert "Phiếu kiểm soát quá trình giải quyết hồ sơ" in unquote(answer["Content-Disposition"])
    assert cases.paper(s, "control-slip").number == 2
    body(answer)
    early = factories.SubmissionFactory(at=State.SUBMITTED)
    words = text(staff(early).post(f"/admin/submissions/submission/{early.pk}/phieu-kiem-soat/", follow=True))
    assert "Hồ sơ chưa được tiếp nhận nên chưa có phiếu kiểm soát." in words


# --- drawing once --------------------------------------------------------------------------------


def test_the_task_draws_what_waits_and_once() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    tasks.draw_papers()
    drawn = {p.pk: (p.file.name, p.file_sha256, p.drawn_at) for p in s.papers.all()}
    assert all(all(facts) for facts in drawn.values())
    tasks.draw_papers()
    assert status(login(s), f"/ho-so/{s.reference}/giay-to/{cases.paper(s, 'receipt').pk}/") == 200
    assert {p.pk: (p.file.name, p.file_sha256, p.drawn_at) for p in s.papers.all()} == drawn
    assert len(stored()) == 4


def test_a_claim_is_one_process_s_until_it_is_stale() -> None:
    paper = cases.issued("receipt")
    assert [drawing.claim(paper.pk) for _time in range(2)] == [True, False]
    Paper.objects.filter(pk=paper.pk).update(claimed_at=timezone.now() - drawing.CLAIM)
    assert drawing.claim(paper.pk)
    assert Paper.objects.get(pk=paper.pk).attempts == 2


def test_a_death_between_storing_and_recording_leaves_one_file() -> None:
    paper = cases.issued("supplement")
    Paper.objects.exclude(pk=paper.pk).delete()
    assert drawing.claim(paper.pk)
    left = drawing._stored(paper, pdf.warm().draw(drawing.page(paper)).content)  # and the process dies here
    assert drawing.draw_waiting() == 0  # its claim holds
    Paper.objects.filter(pk=paper.pk).update(claimed_at=timezone.now() - drawing.CLAIM)
    assert drawing.draw_waiting() == 1
    paper.refresh_from_db()
    assert stored() == sorted([left, paper.file.name])
    later = timezone.now() + datetime.timedelta(minutes=1)
    assert list(files.orphans(default_storage, before=later)) == [left]


@pytest.mark.django_db(transaction=True)
def test_two_readers_at_once_end_with_one_file() -> None:
    paper = cases.issued("refusal")
    Paper.objects.exclude(pk=paper.pk).delete()
    ready, found = threading.Barrier(2), []

    def press(page: pdf.Page) -> pdf.Drawn:
        drawn = pdf.draw(page)
        ready.wait(60)  # both have drawn before either records
        return drawn

    def read() -> None:
        one = Paper.objects.select_related("submission").get(pk=paper.pk)
        drawing.draw(one, press)
        with one.file.open("rb") as file:
            found.append((one.file.name, file.read()))
        connections.close_all()

    readers = [threading.Thread(target=read) for _time in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert len(found) == 2
    assert found[0] == found[1]
    assert stored() == [found[0][0]]


def test_one_paper_that_cannot_be_drawn_does_not_stop_the_others() -> None:
    good, bad = cases.issued("refusal"), cases.issued("refusal")
    Paper.objects.exclude(pk__in=[good.pk, bad.pk]).delete()
    bad.content.pop("lookup")
    bad.save()
    assert drawing.draw_waiting() == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bool(good.file), bool(bad.file), bad.attempts) == (True, False, 1)
    assert bad.error.startswith("KeyError")


# --- when something is missing -------------------------------------------------------------------


def test_without_the_libraries_the_page_itself_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "missing_libraries", lambda: ("libpango-1.0-0",))
    s = factories.SubmissionFactory(at=State.RECEIVED)
    answer = login(s).get(f"/ho-so/{s.reference}/giay-to/{cases.paper(s, 'receipt').pk}/")
    html = answer.content.decode()
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert s.dossier_code in html
    assert s.tracking_secret in html
    assert 'href="/static/css/official.css"' in html
    assert not re.search(r"<script|<style|\sstyle=", html)
    assert drawing.draw_waiting() == 0
    assert Paper.objects.filter(attempts__gt=0).count() == 0


def test_a_storage_that_is_down_is_a_clear_503(settings: Any, tmp_path: Path) -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    paper = cases.paper(s, "receipt")
    address = f"/ho-so/{s.reference}/giay-to/{paper.pk}/"
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    working = settings.STORAGES
    options = {**working["default"]["OPTIONS"], "location": blocked}
    settings.STORAGES = {**working, "default": {**working["default"], "OPTIONS": options}}
    answer = login(s).get(address)
    assert answer.status_code == 503
    assert "Cổng chưa mở được tệp này." in text(answer)
    settings.STORAGES = working
    assert status(login(s), address) == 200


def test_the_look_up_that_the_code_opens_has_the_code_in_its_box() -> None:
    paper = cases.issued("receipt")
    address = paper.content["lookup"].removeprefix(project.SITE_URL)
    assert f'name="ma" value="{paper.submission.reference}"' in Client().get(address).content.decode()


def test_the_file_names_its_issue() -> None:
    s = factories.SubmissionFactory(at=State.IN_PROGRESS)
    slip = workflow.print_slip(s.pk, by=cases.officer(s))
    opened = papers.file_of(slip)
    opened.stream.close()
    assert opened.name == f"Phiếu kiểm soát quá trình giải quyết hồ sơ {s.reference} (lần 2).pdf"

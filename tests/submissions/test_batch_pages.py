"""The pages of acts on many submissions, as officers press them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from submissions import batches
from submissions.models import Batch, Officer, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory
from tests.submissions.desk import text
from tests.submissions.many import many

pytestmark = pytest.mark.django_db
NEW = "/admin/submissions/luot/moi/"


class Desk:
    def __init__(self, agency: Any, *roles: str) -> None:
        self.officer: Officer = OfficerFactory(agency=agency, roles=list(roles or [Role.RECEPTION.value]))
        self.client = Client()
        self.client.force_login(self.officer.user)

    def ask(self, verb: str, *rows: Submission, **more: str) -> Any:
        return self.client.post(NEW, {"verb": verb, "_selected_action": [s.pk for s in rows], **more})

    def press(self, page: Any, **more: str) -> Any:
        """Sends the form of the page that asks."""
        hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
        return self.client.post(NEW, {**dict(hidden), **more})


@pytest.fixture
def ward() -> Any:
    return AgencyFactory()


@pytest.fixture
def desk(ward: Any) -> Desk:
    return Desk(ward)


def test_a_few_rows_are_asked_about_done_at_once_and_listed(ward, desk):
    good, gone = (SubmissionFactory(at=at, agency=ward) for at in (State.SUBMITTED, State.WITHDRAWN))
    asked = desk.ask("receive", good, gone)
    said = text(asked)
    assert "Tiếp nhận: 1 hồ sơ" in said
    assert "1 hồ sơ không làm được" in said
    assert "Hồ sơ đang ở trạng thái “đã rút” nên không làm được việc này." in said
    assert Batch.objects.count() == 0
    pressed = desk.press(asked)
    batch = Batch.objects.get()
    assert pressed["Location"] == f"/admin/submissions/luot/{batch.pk}/"
    shown = text(desk.client.get(pressed["Location"]))
    assert "Đã xong. Làm được 1/2 hồ sơ, 1 hồ sơ không làm được và được giữ nguyên" in shown
    good.refresh_from_db()
    assert good.state == State.RECEIVED
    assert good.dossier_code in shown


def test_pressed_twice_it_is_one_batch(ward, desk):
    asked = desk.ask("receive", SubmissionFactory(at=State.SUBMITTED, agency=ward))
    first, second = desk.press(asked), desk.press(asked)
    assert first["Location"] == second["Location"]
    assert Batch.objects.count() == 1


def test_all_rows_of_a_filter_leave_other_agencies_alone(ward, desk):
    like = SubmissionFactory(at=State.SUBMITTED, agency=ward)
    many(like, 29)
    SubmissionFactory(at=State.RECEIVED, agency=ward)
    foreign = SubmissionFactory(at=State.SUBMITTED)
    asked = desk.ask("receive", foreign, all="1", query="queue=waiting")
    assert "Tiếp nhận: 30 hồ sơ" in text(asked)
    pressed = desk.press(asked)
    batch = Batch.objects.get()
    assert batch.rows.filter(submission=foreign).count() == 0
    # More than BATCH_AT_ONCE: the worker does them; the page says how far it is and can be left.
    page = desk.client.get(pressed["Location"])
    assert "Đã làm đến 0/30 hồ sơ. Bạn có thể rời trang này, việc vẫn chạy." in text(page)
    assert "Refresh" not in page.headers
    assert desk.client.get(f"{pressed['Location']}?tu-lam-moi=1")["Refresh"] == "5"
    batches.cancel(batch)
    batches.run_waiting()
    done = desk.client.get(f"{pressed['Location']}?tu-lam-moi=1")
    assert "Đã xong. Làm được 0/30 hồ sơ" in text(done)
    assert "Refresh" not in done.headers


def test_of_more_than_one_batch_takes_the_first_are_taken_and_it_says_so(ward, desk, settings):
    settings.BATCH_ROWS = 3
    many(SubmissionFactory(at=State.SUBMITTED, agency=ward), 4)
    asked = desk.ask("receive", all="1", query="queue=waiting")
    assert "Lượt này lấy 3 hồ sơ đầu danh sách; còn 2 hồ sơ bạn làm ở lượt sau." in text(asked)
    desk.press(asked)
    assert Batch.objects.get().rows.count() == 3


def test_assign_without_a_colleague_asks_again_with_everything_kept(ward, desk):
    row = SubmissionFactory(at=State.SUBMITTED, agency=ward)
    asked = desk.ask("assign", row, query="queue=waiting")
    again = desk.press(asked, to="", note="Gấp.", _selected_action=str(row.pk))
    assert "Chưa bắt đầu được: Bạn hãy chọn cán bộ phụ trách." in text(again)
    assert ">Gấp.</textarea>" in again.content.decode()
    desk.press(again, to=str(desk.officer.pk))
    row.refresh_from_db()
    assert row.assignee == desk.officer


@pytest.mark.parametrize("verb", ["receive", "assign"])
def test_only_roles_that_may(ward, verb):
    specialist = Desk(ward, Role.SPECIALIST.value)
    assert specialist.ask(verb, SubmissionFactory(at=State.SUBMITTED, agency=ward)).status_code == 403


@pytest.mark.parametrize("typed", [{}, {"verb": "refuse"}, {"verb": "receive"}, {"verb": "receive", "batch": "x'"}])
def test_nothing_chosen_leads_back_to_the_list(desk, typed):
    answer = desk.client.post(NEW, {**typed, "query": "queue=waiting"})
    assert answer["Location"] == "/admin/submissions/submission/?queue=waiting"
    assert desk.client.get(NEW)["Location"] == "/admin/submissions/submission/"


@pytest.mark.parametrize("rows", ["", "x", "1:1", "0:0,-1:2", "9" * 40 + ":1", "\u0661:1"])
def test_a_press_with_made_up_rows_starts_nothing(desk, rows):
    answer = desk.client.post(NEW, {"verb": "receive", "confirm": "1", "rows": rows, "key": "k", "seen": "hôm qua"})
    assert answer.status_code == 302
    assert Batch.objects.count() == 0


def test_a_batch_is_its_officers_alone(ward, desk):
    batch = batches.start(desk.officer, "receive", [SubmissionFactory(at=State.SUBMITTED, agency=ward)])
    other = Desk(ward)
    for name in ("submissions_batch", "submissions_batch_file"):
        assert other.client.get(reverse(f"admin:{name}", args=[batch.pk])).status_code == 404
    assert other.client.post(reverse("admin:submissions_batch_cancel", args=[batch.pk])).status_code == 404
    assert text(other.client.get("/admin/submissions/luot/")).count("đang chạy") == 0
    assert text(desk.client.get("/admin/submissions/luot/")).count("đang chạy, còn 1") == 1
    assert Client().get(reverse("admin:submissions_batch", args=[batch.pk])).status_code == 302


def test_what_is_left_is_stopped_by_a_press(ward, desk):
    row = SubmissionFactory(at=State.SUBMITTED, agency=ward)
    batch = batches.start(desk.officer, "receive", [row])
    answer = desk.client.post(reverse("admin:submissions_batch_cancel", args=[batch.pk]), follow=True)
    assert "Đã dừng: 1 hồ sơ chưa làm đến được giữ nguyên." in text(answer)


def test_receipts_of_a_finished_batch_are_one_press_away_and_one_file(ward, desk):
    rows = [SubmissionFactory(at=State.SUBMITTED, agency=ward) for _ in range(2)]
    desk.press(desk.ask("receive", *rows))
    received = Batch.objects.get()
    asked = desk.client.post(NEW, {"verb": "print_receipts", "batch": received.pk})
    assert "In giấy tiếp nhận: 2 hồ sơ" in text(asked)
    place = desk.press(asked)["Location"]
    assert "Đang lập tệp in" not in text(desk.client.get(place))
    batches.run_waiting()
    assert "Mở tệp in (PDF" in text(desk.client.get(place))
    file = desk.client.get(f"{place}in/")
    assert b"".join(file.streaming_content).startswith(b"%PDF-")
    assert file["Content-Type"] == "application/pdf"
    # Moved to another agency, the officer has no more to do with these people.
    Officer.objects.filter(pk=desk.officer.pk).update(agency=AgencyFactory())
    assert desk.client.get(f"{place}in/").status_code == 404


def test_the_page_costs_the_same_for_few_and_for_many(ward, desk, django_assert_max_num_queries):
    like = SubmissionFactory(at=State.SUBMITTED, agency=ward)
    many(like, 120)
    with django_assert_max_num_queries(16):
        asked = desk.ask("take", all="1", query="queue=waiting")
    place = desk.press(asked)["Location"]
    batches.cancel(Batch.objects.get())
    with django_assert_max_num_queries(9):
        desk.client.get(place)

"""One's own submissions: the page at every state, the confirmation, withdrawing, the account page."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from submissions import timeline
from submissions.models import Attachment, Submission
from submissions.states import EXPORT, IMPORT, LOGGED, RATE, SLIP, TRANSITIONS, WORDINGS, State
from tests import factories
from tests.submissions.citizen import APPLICANT, Citizen, mark, text
from tests.submissions.test_access import login

pytestmark = pytest.mark.django_db
FILED = [s for s in State if s != State.DRAFT]


def opened(submission: Submission) -> Any:
    return login(submission).get(f"/ho-so/{submission.reference}/")


# --- words ---------------------------------------------------------------------------------------


def test_every_verb_of_the_table_has_its_sentence() -> None:
    untold = {EXPORT, IMPORT, SLIP, RATE}
    assert set(timeline.TOLD) == {*(t.verb for t in TRANSITIONS), *LOGGED} - untold


def test_a_day_is_said_with_weekday_and_part_of_day() -> None:
    assert timeline.due_words(datetime.date(2026, 2, 24)) == "chiều thứ Ba 24/02/2026"
    assert timeline.due_words("2026-02-24") == "chiều thứ Ba 24/02/2026"
    assert timeline.due_words(None) == "chưa có ngày hẹn"


@pytest.mark.parametrize("state", FILED)
def test_the_page_opens_with_a_big_sentence_at_every_state(state: State) -> None:
    submission = factories.SubmissionFactory(at=state)
    page = opened(submission)
    words = text(page)
    office = submission.agency.name
    said = {"office": office, "due": timeline.due_words(submission.due_on)}
    assert page.status_code == 200
    assert mark(page, "state") == state
    assert str(WORDINGS[state].citizen).format(**said) in words
    assert "Bạn cần làm gì?" in words
    assert "{" not in words


def test_code_and_day_appear_with_receipt() -> None:
    filed, received = factories.SubmissionFactory(at=State.SUBMITTED), factories.SubmissionFactory(at=State.RECEIVED)
    assert [mark(opened(filed), m) for m in ("dossier-code", "due-on")] == [None, None]
    assert [mark(opened(received), m) for m in ("dossier-code", "due-on")] == [
        received.dossier_code, received.due_on.isoformat()
    ]  # fmt: skip


def test_the_department_is_named_while_its_officer_has_the_file() -> None:
    town = factories.AgencyFactory(town=True)
    department = factories.AgencyFactory(kind="department", name="Phòng Tài chính – Kế hoạch", parent=town)
    submission = factories.SubmissionFactory(at=State.IN_PROGRESS, agency=town)
    Submission.objects.filter(pk=submission.pk).update(assignee=factories.OfficerFactory(agency=department))
    assert "Hồ sơ đang được Phòng Tài chính – Kế hoạch xử lý." in text(opened(submission))


def test_the_timeline_is_newest_first_and_names_no_officer() -> None:
    submission = factories.SubmissionFactory(at=State.HANDED_OVER)
    page = opened(submission)
    lines = [line.sentence for line in timeline.lines(submission, submission.agency.name)]
    assert lines == [
        "Đã trả kết quả: nhận tại bộ phận một cửa.",
        "Hồ sơ đã có kết quả.",
        "Cán bộ chuyên môn bắt đầu xử lý hồ sơ.",
        f"{submission.agency.name} đã tiếp nhận hồ sơ, cấp mã hồ sơ {submission.dossier_code}. "
        f"Hẹn trả: {timeline.due_words(submission.due_on)}.",
        f"Bạn đã gửi hồ sơ đến {submission.agency.name}.",
    ]
    assert str(factories.clerk(submission.agency)) not in page.content.decode()


def test_reasons_for_the_citizen_are_shown_and_inner_notes_are_not() -> None:
    refused = factories.SubmissionFactory(at=State.REFUSED)
    assert "Lý do: Không đúng nơi cư trú." in text(opened(refused))
    busy = factories.SubmissionFactory(at=State.IN_PROGRESS)
    from submissions import rules, workflow

    by = rules.officer_actor(factories.clerk(busy.agency))
    workflow.add_note(busy.pk, by=by, note="Gọi lại cho bà này.")
    workflow.propose(busy.pk, by=by, note="Trình anh xem.")
    words = text(opened(busy))
    assert "Gọi lại cho bà này." not in words
    assert "Trình anh xem." not in words


@pytest.mark.parametrize(
    ("way", "said"),
    [
        ("counter", "Mang giấy tờ bản chính và mã hồ sơ đến"),
        ("post", "Bưu tá mang kết quả đến: Số 1, Hà Tĩnh. Bạn trả cước cho bưu tá khi nhận."),
        ("online", "Tải kết quả ở mục “Kết quả” dưới đây."),
    ],
)
def test_how_to_get_the_result_follows_the_chosen_way(way: str, said: str) -> None:
    submission = factories.SubmissionFactory(at=State.RESULT_READY, delivery=way, delivery_address="Số 1, Hà Tĩnh")
    assert said in text(opened(submission))


def test_result_files_are_marked_links_once_ready() -> None:
    ready = factories.SubmissionFactory(at=State.RESULT_READY)
    kept = factories.AttachmentFactory(
        submission=ready, purpose=Attachment.Purpose.RESULT, key="", name="khai sinh.pdf"
    )
    html = opened(ready).content.decode()
    assert f'<a data-paper="result" href="/ho-so/{ready.reference}/tep/{kept.pk}/">khai sinh.pdf</a>' in html
    assert "Đã cấp Giấy khai sinh." in html
    busy = factories.SubmissionFactory(at=State.IN_PROGRESS)
    factories.AttachmentFactory(submission=busy, purpose=Attachment.Purpose.RESULT, key="", name="khai sinh.pdf")
    assert 'data-paper="result"' not in opened(busy).content.decode()


def test_what_was_filed_is_there_with_its_files() -> None:
    submission = factories.SubmissionFactory(at=State.SUBMITTED, fees=[factories.fee()])
    kept = submission.attachments.get()
    page = opened(submission)
    words = text(page)
    for said in ("Nguyễn Văn Bình", "NGUYỄN THỊ ÁNH", "03/02/2026", "Giấy chứng sinh", "10.000 đồng/lần"):
        assert said in words
    assert f'href="/ho-so/{submission.reference}/tep/{kept.pk}/"' in page.content.decode()


def test_the_page_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    submission = factories.SubmissionFactory(at=State.HANDED_OVER)
    client = login(submission)
    with django_assert_max_num_queries(14):  # three of them for the count of the days, one for the post
        client.get(f"/ho-so/{submission.reference}/")


# --- others --------------------------------------------------------------------------------------


@pytest.mark.parametrize("tail", ["", "da-gui/", "rut/", "bo-sung/"])
def test_strangers_meet_the_same_question_for_real_and_made_up_references(tail: str) -> None:
    submission = factories.SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    real, made_up = Client().get(f"/ho-so/{submission.reference}/{tail}"), Client().get(f"/ho-so/HL7K-QM9Q/{tail}")
    assert real.status_code == made_up.status_code == 404
    assert text(real) == text(made_up)
    assert "Cần mã bí mật để xem hồ sơ" in text(real)
    assert 'action="/tra-cuu/"' in real.content.decode()


def test_officers_have_their_own_desk_and_not_this_page() -> None:
    submission = factories.SubmissionFactory(at=State.SUBMITTED)
    client = Client()
    client.force_login(factories.clerk(submission.agency).user)
    assert client.get(f"/ho-so/{submission.reference}/").status_code == 404


# --- withdrawing ---------------------------------------------------------------------------------


def test_withdrawing_asks_first_and_then_does_it_once() -> None:
    submission = factories.SubmissionFactory(at=State.SUBMITTED)
    client, where = login(submission), f"/ho-so/{submission.reference}/rut/"
    assert f"Bạn muốn rút hồ sơ {submission.reference}?" in text(client.get(where))
    assert Submission.objects.get().state == State.SUBMITTED
    sent = {"version": str(submission.version), "reason": "Nộp nhầm phường.\0"}
    assert [client.post(where, sent)["Location"] for _time in range(2)] == [f"/ho-so/{submission.reference}/"] * 2
    assert Submission.objects.get().state == State.WITHDRAWN
    assert [(e.verb, e.note) for e in submission.events.order_by("number")] == [
        ("submit", ""), ("withdraw", "Nộp nhầm phường.")
    ]  # fmt: skip


@pytest.mark.parametrize("state", [State.RECEIVED, State.IN_PROGRESS, State.REFUSED])
def test_what_cannot_be_withdrawn_is_not_offered_and_refused(state: State) -> None:
    submission = factories.SubmissionFactory(at=state)
    client = login(submission)
    assert "Rút hồ sơ" not in text(client.get(f"/ho-so/{submission.reference}/"))
    answer = client.post(f"/ho-so/{submission.reference}/rut/", follow=True)
    assert "Ở bước này hồ sơ không rút được trên cổng. Bạn hãy gọi nơi nhận hồ sơ." in text(answer)
    assert Submission.objects.get().state == state


def test_an_old_page_does_not_withdraw_what_has_moved_on() -> None:
    submission = factories.SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    answer = login(submission).post(f"/ho-so/{submission.reference}/rut/", {"version": "1"}, follow=True)
    assert "Hồ sơ vừa được người khác cập nhật." in text(answer)
    assert Submission.objects.get().state == State.AWAITING_SUPPLEMENT


# --- the account page ----------------------------------------------------------------------------


def test_the_account_page_lists_what_this_browser_holds_and_no_more() -> None:
    citizen = Citizen()
    citizen.post("nguoi-nop", APPLICANT)
    filed = factories.SubmissionFactory(at=State.RECEIVED)
    login(filed, citizen.client)
    other = factories.SubmissionFactory(at=State.RECEIVED)
    words = text(citizen.client.get("/tai-khoan/"))
    assert filed.dossier_code in words
    assert other.dossier_code not in words
    html = citizen.client.get("/tai-khoan/").content.decode()
    assert citizen.url("nguoi-nop") in html
    assert "Chưa có bản nháp nào." in text(Client().get("/tai-khoan/"))


def test_a_draft_is_removed_with_its_files_by_its_holder_only(django_capture_on_commit_callbacks: Any) -> None:
    citizen = Citizen()
    citizen.fill()
    kept = citizen.draft.attachments.get()
    Client().post("/tai-khoan/", {"remove-draft": citizen.draft.draft_key})
    assert Submission.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        answer = citizen.client.post("/tai-khoan/", {"remove-draft": citizen.draft.draft_key}, follow=True)
    assert "Đã xóa bản nháp “Đăng ký khai sinh” cùng các tệp của nó." in text(answer)
    assert Submission.objects.count() == 0
    assert not kept.file.storage.exists(kept.file.name)


def test_a_filed_submission_is_not_removed_as_a_draft() -> None:
    citizen = Citizen()
    filed = citizen.file()
    citizen.client.post("/tai-khoan/", {"remove-draft": filed.draft_key})
    assert Submission.objects.get().state == State.SUBMITTED


def test_a_shared_computer_can_forget() -> None:
    citizen = Citizen()
    filed = citizen.file()
    citizen.client.post("/tai-khoan/", {"forget": "1"})
    assert citizen.client.get(f"/ho-so/{filed.reference}/").status_code == 404
    assert citizen.get("tre").status_code == 404


def test_an_account_finds_its_submissions_on_any_machine() -> None:
    user = factories.UserFactory()
    mine = factories.SubmissionFactory(at=State.RECEIVED, account=user)
    client = Client()
    client.force_login(user)
    assert mine.dossier_code in text(client.get("/tai-khoan/"))
    assert client.get(f"/ho-so/{mine.reference}/").status_code == 200


def test_the_account_page_costs_the_same_for_one_and_for_three(django_assert_num_queries: Any) -> None:
    client = login(factories.SubmissionFactory(at=State.RECEIVED))
    client.get("/tai-khoan/")
    with CaptureQueriesContext(connection) as one:
        client.get("/tai-khoan/")
    count = len(one)
    for submission in factories.SubmissionFactory.create_batch(2, at=State.RECEIVED):
        login(submission, client)
    with django_assert_num_queries(count):
        client.get("/tai-khoan/")
    assert count <= 6

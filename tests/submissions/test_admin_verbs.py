"""Each verb on its own address: what GET tells and asks, what POST does, and what happens when it cannot."""

from __future__ import annotations

import datetime
import html as html_lib
import io
import re
from typing import Any

import pikepdf
import pytest
import time_machine
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from procedures import deadlines
from submissions import rules, workflow
from submissions.models import Attachment, Submission
from submissions.staff_forms import FORMS
from submissions.states import ACTS, TRANSITIONS, Role, State
from tests.factories import OfficerFactory, SubmissionFactory, clerk

pytestmark = pytest.mark.django_db
LIST = "/admin/submissions/submission/"
THURSDAY = datetime.datetime(2026, 3, 5, 2, 0, tzinfo=datetime.UTC)  # 09:00 in Việt Nam


@pytest.fixture
def desk(client: Client) -> Any:
    """Logs an officer of the submission's agency in; returns what opens and sends its pages."""

    def enter(submission: Submission, *roles: str) -> Desk:
        officer = OfficerFactory(agency=submission.agency, roles=list(roles)) if roles else clerk(submission.agency)
        client.force_login(officer.user)
        return Desk(client, submission)

    return enter


class Desk:
    def __init__(self, client: Client, submission: Submission) -> None:
        self.client, self.submission = client, submission

    def address(self, verb: str) -> str:
        return f"{LIST}{self.submission.pk}/{verb}/"

    def open(self, verb: str) -> str:
        answer = self.client.get(self.address(verb))
        assert answer.status_code == 200
        return html_lib.unescape(answer.content.decode())

    def send(self, verb: str, **typed: Any) -> Any:
        return self.client.post(self.address(verb), {"version": self.submission.version, **typed})

    def done(self, verb: str, **typed: Any) -> Submission:
        """Sends and expects success; returns the submission as it is now."""
        answer = self.send(verb, **typed)
        assert answer.status_code == 302, html_lib.unescape(answer.content.decode())
        assert list(get_messages(answer.wsgi_request))[-1].level_tag == "success"
        assert answer["Location"] == f"{LIST}{self.submission.pk}/change/"
        return Submission.objects.get(pk=self.submission.pk)

    def refused(self, verb: str, **typed: Any) -> str:
        """Sends and expects the form again, with nothing changed."""
        before = Submission.objects.get(pk=self.submission.pk)
        answer = self.send(verb, **typed)
        assert answer.status_code == 200
        after = Submission.objects.get(pk=self.submission.pk)
        assert (after.state, after.version) == (before.state, before.version)
        page = html_lib.unescape(answer.content.decode())
        assert 'role="alert"' in page
        return page

    def told(self, verb: str, **typed: Any) -> str:
        """Sends and expects to be sent back to the record; returns what is said there."""
        answer = self.send(verb, **typed)
        assert answer.status_code == 302
        message = list(get_messages(answer.wsgi_request))[-1]
        assert message.level_tag in ("error", "warning")
        return str(message)


def test_every_verb_of_the_desk_has_a_form() -> None:
    citizen = {"submit", "withdraw"}
    assert set(FORMS) == {row.verb for row in (*TRANSITIONS, *ACTS)} - citizen


# --- what each page tells and does ---------------------------------------------------------------


def test_receive_shows_the_date_beforehand_and_gives_it(desk: Any) -> None:
    with time_machine.travel(THURSDAY, tick=False):
        d = desk(SubmissionFactory(at=State.SUBMITTED))
        page = d.open("receive")
        assert "thứ Năm 12/03/2026" in page
        assert "Cấp mã hồ sơ, tính ngày hẹn trả và báo cho người nộp." in page
        after = d.done("receive", note="Đủ giấy tờ.")
    assert after.state == State.RECEIVED
    assert after.due_on == datetime.date(2026, 3, 12)
    assert str(after.dossier_code).endswith("-260305-0001")
    assert after.events.get(verb="receive").note == "Đủ giấy tờ."


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("refuse", State.SUBMITTED, State.REFUSED),
        ("decline", State.IN_PROGRESS, State.DECLINED),
        ("stop", State.IN_PROGRESS, State.STOPPED),
        ("send_back", State.AWAITING_APPROVAL, State.IN_PROGRESS),
    ],
)
def test_verbs_that_want_a_reason(desk: Any, verb: str, before: State, after: State) -> None:
    d = desk(SubmissionFactory(at=before))
    page = d.refused(verb, reason="   ")
    assert "Bạn hãy ghi" in page
    assert d.done(verb, reason="Không đúng nơi cư trú.").state == after
    assert d.submission.events.get(verb=verb).note == "Không đúng nơi cư trú."


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [("start", State.RECEIVED, State.IN_PROGRESS), ("propose", State.IN_PROGRESS, State.AWAITING_APPROVAL)],
)
def test_verbs_that_want_nothing(desk: Any, verb: str, before: State, after: State) -> None:
    assert desk(SubmissionFactory(at=before)).done(verb).state == after


def test_supplement_asks_the_very_papers_and_answers(desk: Any) -> None:
    d = desk(SubmissionFactory(at=State.SUBMITTED))
    page = d.open("request_supplement")
    assert 'name="paper-birth_proof"' in page
    assert 'name="paper-declaration"' not in page
    assert 'name="answer-child_name"' in page
    assert 'name="answer-birth_place_name"' not in page
    assert '<option value="ảnh mờ, không đọc được">' in page
    answers = {"paper-birth_proof": "on", "why-paper-birth_proof": "ảnh mờ", "why-answer-child_name": "sai  thông tin"}
    after = d.done("request_supplement", **answers, message="Chụp nơi đủ sáng.", answer_by="2999-01-04")
    request = after.open_request
    assert after.state == State.AWAITING_SUPPLEMENT
    assert request is not None
    assert request.documents == [{"key": "birth_proof", "reason": "ảnh mờ"}]
    assert request.fields == [{"key": "child_name", "reason": "sai thông tin"}]
    assert (request.message, request.answer_by) == ("Chụp nơi đủ sáng.", datetime.date(2999, 1, 4))


def test_supplement_refused_keeps_what_was_typed(desk: Any) -> None:
    d = desk(SubmissionFactory(at=State.SUBMITTED))
    page = d.refused(
        "request_supplement",
        **{"paper-birth_proof": "on", "why-answer-child_name": "sai thông tin", "message": "Giữ lại."},
    )
    assert "Bạn hãy ghi lý do cho mục đã đánh dấu này." in page
    assert re.search(r'name="paper-birth_proof"[^>]* checked', page)
    assert 'value="sai thông tin"' in page
    assert "Giữ lại." in page
    assert "Bạn cần đánh dấu ít nhất một giấy tờ" in d.refused("request_supplement")
    past = d.refused("request_supplement", **{"why-paper-birth_proof": "mờ", "answer_by": "2020-01-01"})
    assert "Hạn bổ sung phải sau hôm nay." in past


def test_second_request_warns(desk: Any) -> None:
    submission = SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    request = submission.open_request
    request.attachments.create(
        submission=submission,
        key="birth_proof",
        name="a.pdf",
        size=1,
        sha256="0",
        content_type="application/pdf",
        pending=True,
    )
    workflow.supplement(submission.pk, by=rules.citizen("Bình"), answers=submission.answers)
    d = desk(Submission.objects.get(pk=submission.pk))
    assert "Đã yêu cầu bổ sung lần 1." in d.open("request_supplement")


@pytest.mark.parametrize(("verb", "before"), [("finish", State.IN_PROGRESS), ("approve", State.AWAITING_APPROVAL)])
def test_result_is_a_note_or_files(desk: Any, verb: str, before: State) -> None:
    d = desk(SubmissionFactory(at=before))
    assert "Bạn hãy ghi kết quả hoặc đính kèm tệp kết quả." in d.refused(verb)
    after = d.done(verb, result_files=[SimpleUploadedFile("Giấy khai sinh.pdf", real_pdf())])
    assert after.state == State.RESULT_READY
    result = after.attachments.get(purpose=Attachment.Purpose.RESULT)
    assert (result.name, result.content_type) == ("Giấy khai sinh.pdf", "application/pdf")


def real_pdf() -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.save(out)
    return out.getvalue()


def test_result_by_words_alone(desk: Any) -> None:
    after = desk(SubmissionFactory(at=State.IN_PROGRESS)).done("finish", result_note="Giấy khai sinh số 12/2026.")
    assert (after.state, after.result_note) == (State.RESULT_READY, "Giấy khai sinh số 12/2026.")


def test_bad_result_file_is_named_and_the_note_stays(desk: Any) -> None:
    d = desk(SubmissionFactory(at=State.IN_PROGRESS))
    page = d.refused("finish", result_note="Số 12.", result_files=[SimpleUploadedFile("kq.exe", b"MZ\x90\x00" * 50)])
    assert "kq.exe" in page
    assert "Số 12." in page
    assert not d.submission.attachments.filter(purpose=Attachment.Purpose.RESULT).exists()


def test_extend_once_with_reason(desk: Any) -> None:
    with time_machine.travel(THURSDAY, tick=False):
        d = desk(SubmissionFactory(at=State.IN_PROGRESS))
        assert "thứ Năm 12/03/2026" in d.open("extend")
        assert "Bạn hãy chọn ngày." in d.refused("extend", reason="Chờ xác minh.")
        assert "Ngày chưa đúng." in d.refused("extend", reason="Chờ xác minh.", new_due_on="32/13/2026")
        assert "Ngày hẹn mới phải sau ngày hẹn cũ." in d.refused("extend", reason="Chờ.", new_due_on="2026-03-12")
        assert "phải là ngày làm việc" in d.refused("extend", reason="Chờ.", new_due_on="14/03/2026")
        after = d.done("extend", reason="Chờ xác minh.", new_due_on="2026-03-16")
        assert after.due_on == datetime.date(2026, 3, 16)
        d.submission = after
        assert "Hồ sơ đã được hẹn lại một lần" in d.told("extend", reason="Nữa.", new_due_on="2026-03-20")


def test_extend_too_late_is_told_on_the_record(desk: Any) -> None:
    with time_machine.travel(THURSDAY, tick=False) as now:
        d = desk(SubmissionFactory(at=State.IN_PROGRESS))
        now.shift(datetime.timedelta(days=7))
        d.client.force_login(clerk(d.submission.agency).user)
        told = d.told("extend", reason="Chờ xác minh.", new_due_on="2026-03-16")
    assert told == "Chỉ hẹn lại được chậm nhất một ngày trước ngày hẹn trả."


def test_hand_over_offers_what_was_asked_for(desk: Any) -> None:
    d = desk(SubmissionFactory(at=State.RESULT_READY, delivery="post", delivery_name="Nguyễn Văn Nhận"))
    page = d.open("hand_over")
    assert re.search(r'value="post"[^>]* checked', page)
    assert 'name="receiver" value="Nguyễn Văn Nhận"' in page
    assert "Đã cấp Giấy khai sinh." in page
    assert "Bạn hãy chọn cách trả kết quả." in d.refused("hand_over", how="")
    after = d.done("hand_over", how="post", receiver="Nguyễn Văn Nhận")
    assert (after.state, after.handed_over_how) == (State.HANDED_OVER, "post")
    assert after.events.get(verb="hand_over").data["receiver"] == "Nguyễn Văn Nhận"


# --- acts ----------------------------------------------------------------------------------------


def test_assign_offers_colleagues_only(desk: Any) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    colleague, stranger = OfficerFactory(agency=submission.agency, roles=[Role.SPECIALIST]), OfficerFactory()
    d = desk(submission)
    page = d.open("assign")
    assert f'<option value="{colleague.pk}">{colleague} – chuyên môn</option>' in page
    assert f'value="{stranger.pk}"' not in page
    assert "Cán bộ này không làm việc ở cơ quan đang giữ hồ sơ." in d.refused("assign", to=str(stranger.pk))
    assert "Bạn hãy chọn cán bộ." in d.refused("assign", to="")
    after = d.done("assign", to=str(colleague.pk), note="Nhờ bạn xem.")
    assert (after.assignee, after.state) == (colleague, State.SUBMITTED)


def test_take_only_what_nobody_has(desk: Any) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    assert desk(submission).done("take").assignee == clerk(submission.agency)
    assert desk(submission, Role.SPECIALIST).told("take") == f"Hồ sơ đã có {clerk(submission.agency)} phụ trách."
    assert Submission.objects.get(pk=submission.pk).assignee == clerk(submission.agency)


def test_note_stays_inside(desk: Any) -> None:
    d = desk(SubmissionFactory(at=State.HANDED_OVER))
    assert "Bạn chưa viết ghi chú." in d.refused("note", note=" ")
    d.done("note", note="Người dân gọi cảm ơn.")
    assert d.submission.events.get(verb="note").is_public is False


# --- when it cannot be done ----------------------------------------------------------------------


def test_two_officers_the_second_is_told_and_keeps_the_words(desk: Any) -> None:
    submission = SubmissionFactory(at=State.IN_PROGRESS)
    d = desk(submission)
    workflow.extend(
        submission.pk,
        by=rules.officer_actor(clerk(submission.agency)),
        reason="Chờ.",
        new_due_on=next_working_day(submission),
    )
    told = d.told("decline", reason="Một lý do dài đã viết.")
    assert told == "Hồ sơ vừa được người khác cập nhật. Bạn hãy xem lại trước khi làm tiếp."
    assert Submission.objects.get(pk=submission.pk).state == State.IN_PROGRESS
    page = d.open("decline")
    assert "Một lý do dài đã viết." in page
    assert "Những gì bạn đã viết được giữ lại dưới đây" in page
    assert f'name="version" value="{submission.version + 1}"' in page
    assert "Một lý do dài đã viết." not in d.open("decline")


def next_working_day(submission: Submission) -> datetime.date:
    assert submission.due_on is not None
    return deadlines.calendar().next_working_day(submission.due_on)


def test_sent_twice_does_it_once(desk: Any) -> None:
    d = desk(SubmissionFactory(at=State.SUBMITTED))
    d.done("receive")
    d.done("receive")
    assert d.submission.events.filter(verb="receive").count() == 1


def test_wrong_state_is_told(desk: Any) -> None:
    d = desk(SubmissionFactory(at=State.HANDED_OVER))
    for answer in (d.client.get(d.address("receive")), d.send("receive")):
        assert answer["Location"] == f"{LIST}{d.submission.pk}/change/"
        assert "“đã trả kết quả”" in str(list(get_messages(answer.wsgi_request))[-1])


def test_wrong_role_is_told(desk: Any) -> None:
    d = desk(SubmissionFactory(at=State.SUBMITTED), Role.SPECIALIST)
    for answer in (d.client.get(d.address("receive")), d.send("receive")):
        assert str(list(get_messages(answer.wsgi_request))[-1]) == "Bạn không có quyền làm việc này với hồ sơ."
    assert Submission.objects.get(pk=d.submission.pk).state == State.SUBMITTED


def test_verbs_need_the_forms_key() -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(clerk(submission.agency).user)
    assert strict.post(f"{LIST}{submission.pk}/receive/", {"version": submission.version}).status_code == 403
    assert Submission.objects.get(pk=submission.pk).state == State.SUBMITTED


@pytest.mark.parametrize("version", ["", "abc", "-1", "99"])
def test_odd_versions_never_break_the_page(desk: Any, version: str) -> None:
    d = desk(SubmissionFactory(at=State.SUBMITTED))
    answer = d.send("receive", version=version)
    assert answer.status_code in (200, 302)

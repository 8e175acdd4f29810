"""The morning mail: what stands in it, for whom, and that it comes once."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from submissions import digest
from submissions.models import Feedback, Notice, Officer, Paper, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, HolidayFactory, OfficerFactory, SubmissionFactory, clerk
from tests.submissions.many import many

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, WEDNESDAY, SATURDAY = (datetime.date(2027, 3, d) for d in (1, 2, 3, 6))
HOUR = datetime.timedelta(hours=1)


@pytest.fixture
def leader() -> Officer:
    return OfficerFactory(agency=AgencyFactory(), roles=[Role.LEADER.value], user__email="chu.tich@example.vn")


def due(leader: Officer, day: datetime.date, count: int = 1, **columns: object) -> Submission:
    """In the hands of clerk(), who leads too and has no address here."""
    first = SubmissionFactory(at=State.IN_PROGRESS, agency=leader.agency)
    Submission.objects.filter(pk=first.pk).update(due_on=day, **columns)
    first.refresh_from_db()
    many(first, count - 1)
    user = clerk(leader.agency).user
    user.email = ""
    user.save()
    Notice.objects.all().delete()
    return first


def mails() -> dict[str, str]:
    rows = Notice.objects.filter(kind="staff_digest").order_by("recipient")
    return dict(rows.values_list("recipient", "body"))


def body(leader: Officer, today: datetime.date = TUESDAY) -> str:
    digest.send(today)
    return mails().get(leader.user.email, "")


def test_what_waits_stands_in_the_leaders_mail_with_codes_and_links(leader):
    late, today = due(leader, MONDAY), due(leader, TUESDAY)
    assert digest.send(TUESDAY) == 1
    notice = Notice.objects.get()
    assert notice.subject == "Việc cần để ý thứ Ba 02/03/2027: 1 quá hạn, 1 đến hạn hôm nay"
    link = "http://testserver/admin/submissions/submission/?queue="
    assert f"Quá hạn: 1\n- {late.dossier_code}\nXem: {link}overdue\n" in notice.body
    assert f"Đến hạn hôm nay: 1\n- {today.dossier_code}\nXem: {link}due-today\n" in notice.body
    assert notice.submission is None
    assert (notice.audience, notice.channel) == ("staff", "email")


def test_it_comes_once_a_working_day_and_never_when_nothing_waits(leader):
    assert digest.send(TUESDAY) == 0
    due(leader, MONDAY)
    HolidayFactory(date=WEDNESDAY)
    assert [digest.send(day) for day in (TUESDAY, TUESDAY, WEDNESDAY, SATURDAY)] == [1, 0, 0, 0]
    assert digest.send(datetime.date(2027, 3, 4)) == 1


def test_it_names_no_citizen(leader):
    first = due(leader, MONDAY)
    said = body(leader)
    personal = (first.applicant_name, first.applicant_id_number, first.applicant_phone, first.applicant_email)
    assert [p for p in personal if p in said] == []


def test_twenty_codes_are_named_and_the_rest_is_counted(leader):
    due(leader, MONDAY, count=23)
    said = body(leader)
    assert "Quá hạn: 23\n" in said
    assert said.count("\n- ") == 20
    assert "… và 3 mã nữa\n" in said


def test_leaders_read_of_their_own_agency_alone(leader):
    other = OfficerFactory(agency=AgencyFactory(), roles=[Role.LEADER.value], user__email="khac@example.vn")
    here, there = due(leader, MONDAY), due(other, MONDAY)
    digest.send(TUESDAY)
    both = mails()
    assert list(both) == ["chu.tich@example.vn", "khac@example.vn"]
    assert [here.dossier_code in said for said in both.values()] == [True, False]
    assert [there.dossier_code in said for said in both.values()] == [False, True]


def test_an_officer_reads_of_what_he_or_she_has(leader):
    mine = OfficerFactory(agency=leader.agency, roles=[Role.SPECIALIST.value], user__email="toi@example.vn")
    has = due(leader, MONDAY, assignee=mine)
    due(leader, MONDAY)
    digest.send(TUESDAY)
    said = mails()["toi@example.vn"]
    assert "Những hồ sơ bạn đang phụ trách, thứ Ba 02/03/2027:" in said
    assert f"Quá hạn: 1\n- {has.dossier_code}\nXem: http" in said
    assert "queue=overdue&assignee=me\n" in said
    assert "Quá hạn: 2\n" in mails()["chu.tich@example.vn"]


def test_who_left_reads_nothing(leader):
    due(leader, MONDAY)
    Officer.objects.filter(pk=leader.pk).update(is_active=False)
    assert digest.send(TUESDAY) == 0


def test_the_last_day_for_an_apology_is_said_to_leaders(leader):
    due(leader, WEDNESDAY)
    assert "Hôm nay là hạn chót để xin lỗi và hẹn lại: 1\n" in body(leader)
    Notice.objects.all().delete()
    Submission.objects.update(extended_at=timezone.now())
    assert "hạn chót" not in body(leader)


def test_late_answers_supplements_and_messages(leader):
    filed = SubmissionFactory(at=State.SUBMITTED, agency=leader.agency)
    Submission.objects.filter(pk=filed.pk).update(reply_by=timezone.now() - HOUR)
    far = datetime.date(2027, 6, 1)
    back, unread = due(leader, far, is_back=True), due(leader, far, unread_since=timezone.now())
    said = body(leader)
    assert f"Quá giờ trả lời người nộp trực tuyến: 1\n- {filed.reference}\n" in said
    assert f"Người dân vừa bổ sung: 1\n- {back.dossier_code}\n" in said
    assert f"Có tin nhắn chưa đọc: 1\n- {unread.dossier_code}\n" in said


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"failed_at": -HOUR}, True),
        ({"failed_at": -9 * 24 * HOUR}, False),
        ({"created_at": -2 * HOUR}, True),
        ({"created_at": -HOUR / 2}, False),
        ({"created_at": -2 * HOUR, "sent_at": -HOUR}, False),
    ],
)
def test_stuck_notices(leader, columns, told):
    stuck = due(leader, datetime.date(2027, 6, 1))
    now = timezone.now()
    given = {name: now + age for name, age in columns.items()}
    Notice.objects.create(submission=stuck, kind="received", audience="citizen", channel="email", once_key="x", **given)
    assert (f"Thông báo không gửi được hoặc chờ gửi quá một giờ: 1\n- {stuck}\n" in body(leader)) is told


def test_papers_photos_and_signatures_that_failed(leader):
    far = datetime.date(2027, 6, 1)
    paper, photo, signed, _fine = (due(leader, far) for _ in range(4))
    Paper.objects.filter(submission=paper).update(error="PdfError: x")
    photo.attachments.update(doubts=["unreadable"])
    signed.attachments.update(purpose="result", signature={"state": "unknown"})
    listed = "\n".join(f"- {s.dossier_code}" for s in (paper, photo, signed))
    assert f"Giấy tờ, ảnh hoặc chữ ký số chưa xử lý được: 3\n{listed}\n" in body(leader)


def test_feedback_past_its_day(leader):
    given = {"agency": leader.agency, "name": "Nguyễn Văn Bình", "text": "Chờ lâu.", "secret": "x"}
    late = Feedback.objects.create(reference="PA-1", decide_by=MONDAY, ask_by=MONDAY, due_on=MONDAY, **given)
    Feedback.objects.create(reference="PA-2", decide_by=TUESDAY, ask_by=TUESDAY, due_on=TUESDAY, **given)
    said = body(leader)
    assert f"Phản ánh, kiến nghị quá hạn trả lời: 1\n- {late.reference}\n" in said
    assert "Bình" not in said


def test_the_cost_does_not_grow_with_the_rows(leader, django_assert_max_num_queries):
    due(leader, MONDAY, count=60)
    with django_assert_max_num_queries(40):
        assert digest.send(TUESDAY) == 1

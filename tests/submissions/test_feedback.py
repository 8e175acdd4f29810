"""Feedback: the form, the clock, the desk's acts, the sender's page, and what everybody may read."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.lib import gsm
from procedures.models import Agency
from submissions import channels, feedback, notices
from submissions.errors import ChangedMeanwhile, Incomplete, NotAllowed, NotPossible
from submissions.models import Feedback, Notice, Officer
from submissions.states import State as Step
from tests import factories
from tests.submissions.citizen import mends, text

pytestmark = pytest.mark.django_db
State = Feedback.State
TYPED = {
    "kind": "remark",
    "about": "",
    "text": "Đèn đường ngõ 5 hỏng từ tuần trước.",
    "name": "Trần Thị Hoa",
    "phone": "0912 345 678",
    "email": "hoa@example.vn",
}
MONDAY = "2026-03-02T09:00:00+07:00"
DAY = datetime.date


def moment(day: DAY, clock: str = "09:00") -> str:
    return f"{day}T{clock}:00+07:00"


@pytest.fixture
def ward() -> Agency:
    return factories.AgencyFactory(name="Ủy ban nhân dân phường Bắc Hồng", slug="bac-hong")


def officer(agency: Agency, *roles: str) -> Officer:
    return factories.OfficerFactory(agency=agency, roles=list(roles or ("reception",)))


def sent(agency: Agency, **more: Any) -> Feedback:
    return feedback.send({**TYPED, **more}, agency, f"mot-khoa-de-thu-nghiem-{Feedback.objects.count():04d}")


def now(one: Feedback) -> Feedback:
    return Feedback.objects.get(pk=one.pk)


def at_desk(who: Officer) -> Client:
    client = Client()
    client.force_login(who.user)
    return client


def path(one: Feedback, verb: str = "change") -> str:
    return f"/admin/submissions/feedback/{one.pk}/{verb}/"


# --- the clock -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "decide", "ask", "due"),
    [
        ("2026-03-02T23:59:00+07:00", DAY(2026, 3, 4), DAY(2026, 3, 9), DAY(2026, 3, 23)),
        ("2026-03-03T00:01:00+07:00", DAY(2026, 3, 5), DAY(2026, 3, 10), DAY(2026, 3, 24)),
        ("2026-03-07T10:00:00+07:00", DAY(2026, 3, 11), DAY(2026, 3, 16), DAY(2026, 3, 30)),  # a Saturday
    ],
)
def test_a_remark_has_two_five_and_fifteen_working_days(when: str, decide: DAY, ask: DAY, due: DAY, ward: Any) -> None:
    with time_machine.travel(when, tick=False):
        one = sent(ward)
    assert (one.decide_by, one.ask_by, one.due_on) == (decide, ask, due)


def test_days_off_of_the_agency_are_not_counted(ward: Agency) -> None:
    factories.HolidayFactory(date=DAY(2026, 3, 3), name="Nghỉ bù")
    with time_machine.travel(MONDAY, tick=False):
        one = sent(ward)
    assert (one.decide_by, one.due_on) == (DAY(2026, 3, 5), DAY(2026, 3, 24))


def test_the_time_to_settle_a_complaint_begins_with_its_acceptance(ward: Agency) -> None:
    with time_machine.travel(MONDAY, tick=False):
        one = sent(ward, kind="complaint")
    assert (one.decide_by, one.due_on) == (DAY(2026, 3, 12), DAY(2026, 4, 13))  # the 30th day is a Saturday
    with time_machine.travel(moment(DAY(2026, 3, 5)), tick=False):
        feedback.take(one.pk, by=officer(ward))
    assert now(one).due_on == DAY(2026, 4, 6)  # 4 April is a Saturday


def test_days_of_waiting_for_the_sender_do_not_count(ward: Agency) -> None:
    with time_machine.travel(MONDAY, tick=False):
        one = sent(ward)
    by = officer(ward)
    with time_machine.travel(moment(DAY(2026, 3, 4)), tick=False):
        feedback.ask(one.pk, "Ngõ 5 của đường nào?", by=by)
    with time_machine.travel(moment(DAY(2026, 3, 9), "23:59"), tick=False):
        done = feedback.say_more(one.pk, "Đường Nguyễn Ái Quốc.")
    assert (done.state, done.decide_by, done.due_on) == (State.NEW, DAY(2026, 3, 9), DAY(2026, 3, 26))
    with time_machine.travel(moment(DAY(2026, 3, 10)), tick=False):
        feedback.take(one.pk, by=by)
        feedback.ask(one.pk, "Cột số mấy?", by=by)
        assert feedback.say_more(one.pk, "Cột 12.").state == State.TAKEN


def test_a_day_that_had_passed_when_the_desk_asked_stays_where_it_was(ward: Agency) -> None:
    with time_machine.travel(MONDAY, tick=False):
        one = sent(ward)
    with time_machine.travel(moment(DAY(2026, 3, 5)), tick=False):
        feedback.ask(one.pk, "Ở đâu?", by=officer(ward))
    with time_machine.travel(moment(DAY(2026, 3, 6)), tick=False):
        done = feedback.say_more(one.pk, "Ở tổ 3.")
    assert (done.decide_by, done.ask_by, done.due_on) == (DAY(2026, 3, 4), DAY(2026, 3, 10), DAY(2026, 3, 24))


def test_late_is_what_the_desk_owes_and_not_what_waits_for_the_sender(ward: Agency) -> None:
    with time_machine.travel(MONDAY, tick=False):
        unseen, taken, asked, done = (sent(ward) for _n in range(4))
        by = officer(ward)
        feedback.take(taken.pk, by=by)
        feedback.ask(asked.pk, "Ở đâu?", by=by)
        feedback.answer(done.pk, "Đã sửa.", by=by)
    late = [set(Feedback.objects.late(day)) for day in (DAY(2026, 3, 4), DAY(2026, 3, 5), DAY(2026, 3, 24))]
    assert late == [set(), {unseen}, {unseen, taken}]


# --- what the desk does --------------------------------------------------------------------------


def test_from_the_first_look_to_the_published_answer(ward: Agency) -> None:
    with time_machine.travel(MONDAY, tick=False):
        one, by = sent(ward), officer(ward)
        feedback.take(one.pk, by=by)
        done = feedback.answer(one.pk, "Đã thay bóng\u202e đèn.", by=by)
        assert (done.state, done.answer, done.answered_by) == (State.ANSWERED, "Đã thay bóng đèn.", by)
        assert done.publish_by == DAY(2026, 3, 4)
        shown = feedback.publish(one.pk, "Đèn đường hỏng.", "Đã thay.", by=by)
    assert (shown.published_text, shown.published_answer) == ("Đèn đường hỏng.", "Đã thay.")
    assert [e["verb"] for e in shown.history] == ["sent", "take", "answer", "publish"]
    assert [e["officer"] for e in shown.history] == [None, by.pk, by.pk, by.pk]
    with pytest.raises(NotPossible, match="đã trả lời"):
        feedback.refuse(one.pk, "Muộn rồi.", by=by)


def test_the_same_act_twice_is_done_once_and_an_old_page_is_told_so(ward: Agency) -> None:
    one, by, colleague = sent(ward), officer(ward), officer(ward)
    first = feedback.ask(one.pk, "Ở đâu?", by=by, seen=1)
    assert feedback.ask(one.pk, "Ở đâu?", by=by, seen=1).history == first.history
    with pytest.raises(ChangedMeanwhile, match="vừa được người khác xử lý"):
        feedback.answer(one.pk, "Đã sửa.", by=colleague, seen=1)
    assert Notice.objects.filter(kind="feedback_asked").count() == 2  # one mail, one SMS


@pytest.mark.parametrize("verb", ["ask", "refuse", "answer"])
@pytest.mark.parametrize("words", ["", " \u200b\n", "x" * 4001])
def test_nothing_and_too_much_are_refused(verb: str, words: str, ward: Agency) -> None:
    one = sent(ward)
    with pytest.raises(Incomplete):
        getattr(feedback, verb)(one.pk, words, by=officer(ward))
    assert now(one).state == State.NEW


def test_a_complaint_is_settled_by_the_leader_and_never_published(ward: Agency) -> None:
    one, reception, leader = sent(ward, kind="complaint"), officer(ward), officer(ward, "leader")
    for act in (feedback.answer, feedback.refuse):
        with pytest.raises(NotAllowed):
            act(one.pk, "Không có căn cứ.", by=reception)
    feedback.take(one.pk, by=reception)
    done = feedback.answer(one.pk, "Quyết định được giữ nguyên.", by=leader)
    assert done.publish_by is None
    with pytest.raises(NotPossible):
        feedback.publish(one.pk, "Nội dung", "Trả lời", by=leader)


def test_forwarding_hands_it_over_with_its_day_and_the_old_desk_sees_it_no_more(ward: Agency) -> None:
    next_door = factories.AgencyFactory(slug="nam-hong")
    by, theirs = officer(ward), officer(next_door)
    with time_machine.travel(MONDAY, tick=False):
        one = sent(ward)
    with time_machine.travel(moment(DAY(2026, 3, 4)), tick=False):
        done = feedback.forward(one.pk, next_door, by=by, note="Của phường bạn.")
    assert (done.agency, done.state, done.decide_by, done.due_on) == (
        next_door, State.NEW, DAY(2026, 3, 6), DAY(2026, 3, 23)
    )  # fmt: skip
    assert at_desk(by).get(path(one)).status_code == 404
    assert "Của phường bạn." in at_desk(theirs).get(path(one)).content.decode()
    assert Notice.objects.get(kind="staff_feedback", recipient=theirs.user.email).body.count(ward.name) == 1
    with pytest.raises(NotAllowed):
        feedback.take(one.pk, by=by)
    gone = factories.AgencyFactory(active_to=DAY(2025, 6, 30))
    with pytest.raises(Incomplete, match="một cơ quan khác"):
        feedback.forward(one.pk, gone, by=theirs)


def test_after_the_answer_it_is_published_or_decided_not_to_be(ward: Agency) -> None:
    one, by = sent(ward), officer(ward)
    feedback.answer(one.pk, "Đã sửa.", by=by)
    assert list(Feedback.objects.to_publish()) == [one]
    feedback.unpublish(one.pk, by=by)
    assert list(Feedback.objects.to_publish()) == []
    feedback.publish(one.pk, "Đèn hỏng.", "Đã sửa.", by=by)
    assert list(Feedback.objects.published()) == [one]
    feedback.unpublish(one.pk, by=by)
    assert list(Feedback.objects.published()) == []


# --- notices -------------------------------------------------------------------------------------


def test_every_kind_of_notice_is_written_and_no_sms_is_longer_than_one_part(ward: Agency) -> None:
    by, leader = officer(ward), officer(ward, "leader")
    for kind in ("remark", "complaint"):
        one, other = sent(ward, kind=kind), sent(ward, kind=kind)
        feedback.take(one.pk, by=by)
        feedback.ask(one.pk, "Ở đâu?", by=by)
        feedback.say_more(one.pk, "Ở tổ 3.")
        feedback.answer(one.pk, "Đã sửa.", by=leader)
        feedback.refuse(other.pk, "Không thuộc thị xã.", by=leader)
        feedback.forward(sent(ward, kind=kind).pk, factories.AgencyFactory(), by=by)
    rows = list(Notice.objects.filter(feedback__isnull=False))
    assert {n.kind for n in rows} == {k for k in notices.LABELS if "feedback" in k}
    for row in rows:
        assert row.feedback is not None
        assert row.feedback.secret not in row.body
        if row.channel == Notice.Channel.EMAIL:
            assert 10 < len(row.subject) <= 120
            assert re.findall(r"\{[{%#]|None|&#|[ \t]\n|\n\n\n|  ", row.body) == []
        if row.channel == Notice.Channel.SMS:
            assert (row.body, ".." in row.body) == (gsm.one_part(row.body), False)
            assert "Hoa" not in row.body
        if row.audience == Notice.Audience.STAFF:
            assert "Hoa" not in row.body
    assert {n.recipient for n in rows if n.kind == "staff_feedback" and n.feedback.kind == "complaint"} >= {
        by.user.email, leader.user.email
    }  # fmt: skip


def test_the_secret_is_put_in_while_the_mail_is_being_sent(ward: Agency, mailoutbox: list[Any]) -> None:
    one = sent(ward, phone="")
    notices.deliver_pending()
    mine = next(m for m in mailoutbox if m.to == ["hoa@example.vn"])
    assert f"Mã bí mật: {one.secret}" in mine.body
    assert one.text not in mine.body
    assert channels.is_on(Notice.Channel.SMS)


# --- the public form -----------------------------------------------------------------------------


def posted(client: Client, **typed: str) -> Any:
    return client.post("/phan-anh/", {**TYPED, "agency": "bac-hong", **typed})


def test_a_guest_sends_follows_and_answers_a_question_without_script(ward: Agency) -> None:
    client, by = Client(), officer(ward)
    page = client.get("/phan-anh/").content.decode()
    key = re.findall(r'name="form-key" value="([^"]+)"', page)[0]
    answers = [posted(client, **{"form-key": key}) for _time in range(2)]
    one = Feedback.objects.get()
    assert [a["Location"] for a in answers] == [f"/phan-anh/{one.reference}/"] * 2
    own = client.get(f"/phan-anh/{one.reference}/")
    assert f'data-reference="{one.reference}"' in own.content.decode()
    assert f'data-tracking-secret="{one.secret}"' in own.content.decode()
    feedback.ask(one.pk, "Cột số mấy?", by=by)
    assert "Cột số mấy?" in text(client.get(f"/phan-anh/{one.reference}/"))
    assert "Bạn chưa viết gì" in text(client.post(f"/phan-anh/{one.reference}/", {"more": " "}))
    for _time in range(2):
        client.post(f"/phan-anh/{one.reference}/", {"more": "Cột 12."})
    feedback.answer(one.pk, "Đã thay bóng.", by=by)
    words = text(client.get(f"/phan-anh/{one.reference}/"))
    for said in ("đã trả lời", "Đã thay bóng.", "Cột 12.", "Bạn đã nói rõ thêm."):
        assert said in words
    assert str(by) not in words
    assert len(now(one).history) == 4


def test_the_secret_opens_it_elsewhere_and_guessing_ends(ward: Agency, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "lookup": (2, 900)}
    one, stranger = sent(ward), Client()
    where = f"/phan-anh/{one.reference}/"
    real, made_up = stranger.get(where), stranger.get("/phan-anh/HHHH-HHHH/")
    assert (real.status_code, made_up.status_code) == (404, 404)
    assert text(real).replace(one.reference, "") == text(made_up).replace("HHHH-HHHH", "")
    assert stranger.get("/phan-anh/", {"ma-phan-anh": one.reference.lower()})["Location"] == where
    assert stranger.post(where, {"ma-tra-cuu": "sai"}).status_code == 200
    assert Client().post(where, {"ma-tra-cuu": one.secret.lower()})["Location"] == where
    assert stranger.post(where, {"ma-tra-cuu": ""}).status_code == 200
    assert stranger.post(where, {"ma-tra-cuu": one.secret}).status_code == 429
    assert stranger.post(where, {"more": "x"}).status_code == 429


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ({"kind": ""}, "#id_kind"),
        ({"kind": "curse"}, "#id_kind"),
        ({"agency": "khong-co"}, "#id_agency"),
        ({"text": "ngắn"}, "#id_text"),
        ({"text": "x" * 4001}, "#id_text"),
        ({"name": ""}, "#id_name"),
        ({"phone": "", "email": ""}, "#id_phone"),
        ({"phone": "123"}, "#id_phone"),
        ({"email": "khong@"}, "#id_email"),
        ({"website": "http://spam.example"}, "#id_website"),
    ],
)
def test_what_is_wrong_is_said_once_and_nothing_is_lost(typed: dict[str, str], where: str, ward: Agency) -> None:
    page = posted(Client(), **typed)
    assert page.status_code == 200
    assert [to for to, _words in mends(page)] == [where]
    assert "Trần Thị Hoa" in page.content.decode() or "name" in typed
    assert Feedback.objects.count() == 0


def test_one_of_telephone_and_mail_is_enough(ward: Agency) -> None:
    for typed in ({"phone": ""}, {"email": ""}):
        assert posted(Client(), **typed).status_code == 302
    assert Feedback.objects.count() == 2


def test_one_address_sends_so_many_an_hour(ward: Agency, settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "feedback": (1, 3600)}
    client = Client()
    assert posted(client).status_code == 302
    refused = posted(client)
    assert (refused.status_code, "Từ địa chỉ mạng này đã gửi 1 phản ánh" in text(refused)) == (429, True)
    assert Feedback.objects.count() == 1


def test_a_code_is_linked_only_when_the_agency_has_it(ward: Agency) -> None:
    mine = factories.SubmissionFactory(at=Step.RECEIVED, agency=ward)
    foreign = factories.SubmissionFactory(at=Step.RECEIVED)
    linked = [sent(ward, about=code).submission for code in (mine.dossier_code, foreign.reference, "không có")]
    assert linked == [mine, None, None]
    page = Client().get("/phan-anh/", {"co-quan": "bac-hong", "ma": mine.reference}).content.decode()
    assert f'value="{mine.reference}"' in page
    assert re.findall(r'value="bac-hong"[^>]*(checked|selected)', page) != []


# --- what everybody reads ------------------------------------------------------------------------


def test_the_public_page_shows_the_published_words_and_nothing_personal(
    ward: Agency, django_assert_num_queries: Any
) -> None:
    by = officer(ward)
    for n in range(3):
        one = sent(ward, text=f"Tôi là Hoa, số 0912345678, việc {n}.")
        feedback.answer(one.pk, "Chào chị Hoa, đã sửa.", by=by)
    for one in Feedback.objects.all()[:2]:
        feedback.publish(one.pk, f"Đèn hỏng {one.pk}.", "Đã sửa.", by=by)
    client = Client()
    client.get("/phan-anh/da-tra-loi/")
    with django_assert_num_queries(4):
        words = text(client.get("/phan-anh/da-tra-loi/"))
    assert words.count("Đã sửa.") == 2
    for personal in ("Hoa", "0912345678", str(by)):
        assert personal not in words
    assert client.get("/phan-anh/da-tra-loi/", {"trang": "x"}).status_code == 200


# --- the desk's pages ----------------------------------------------------------------------------


def test_the_queue_shows_the_own_agency_alone_with_its_days(ward: Agency, django_assert_max_num_queries: Any) -> None:
    with time_machine.travel(MONDAY, tick=False):
        ones, foreign = [sent(ward) for _n in range(3)], sent(factories.AgencyFactory())
        by = officer(ward)
        feedback.take(ones[0].pk, by=by)
    with time_machine.travel(moment(DAY(2026, 3, 5)), tick=False):
        client = at_desk(by)
        client.get("/admin/submissions/feedback/")
        with django_assert_max_num_queries(12):
            page = client.get("/admin/submissions/feedback/").content.decode()
        late = client.get("/admin/submissions/feedback/", {"queue": "late"}).content.decode()
    assert [one.reference in page for one in [*ones, foreign]] == [True, True, True, False]
    assert [one.reference in late for one in [*ones, foreign]] == [False, True, True, False]
    assert "xem xét: hết thứ Tư 04/03/2026, quá hạn 1 ngày" in page
    assert "trả lời: hết thứ Hai 23/03/2026" in page


@pytest.mark.parametrize("verb", ["change", *feedback.KEYS])
def test_nobody_else_opens_a_page_of_it(verb: str, ward: Agency) -> None:
    one = sent(ward)
    editor, stranger = officer(ward, "editor"), officer(factories.AgencyFactory())
    operator = factories.UserFactory(is_staff=True, is_superuser=True)
    clients = [at_desk(editor), at_desk(stranger), Client()]
    clients[2].force_login(operator)
    assert [c.get(path(one, verb)).status_code for c in clients] == [404] * 3
    assert Client().get(path(one, verb)).status_code == 302


def test_an_officer_goes_through_all_acts_on_the_pages(ward: Agency) -> None:
    next_door = factories.AgencyFactory(slug="nam-hong")
    one, client = sent(ward), at_desk(officer(ward))
    acts: list[tuple[str, dict[str, str], str]] = [
        ("take", {}, State.TAKEN),
        ("ask", {"question": "Ở đâu?"}, State.ASKED),
        ("answer", {"reply": "Đã sửa."}, State.ANSWERED),
        ("publish", {"question": "Đèn hỏng.", "reply": "Đã sửa."}, State.ANSWERED),
        ("publish", {"question": "Đèn hỏng ở ngõ.", "reply": "Đã sửa."}, State.ANSWERED),
        ("unpublish", {}, State.ANSWERED),
    ]
    for verb, typed, state in acts:
        seen = {"seen": str(len(now(one).history))}
        assert client.get(path(one, verb)).status_code == 200
        assert client.post(path(one, verb), {**seen, **typed})["Location"] == path(one)
        assert now(one).state == state
        assert client.get(path(one)).status_code == 200
    assert "Ở trạng thái này bạn không làm được việc đó." in client.get(path(one, "take"), follow=True).content.decode()
    other = sent(ward)
    assert "Bạn hãy chọn cơ quan." in client.post(path(other, "forward"), {"to": ""}).content.decode()
    client.post(path(other, "forward"), {"to": "nam-hong", "note": ""})
    assert now(other).agency == next_door


def test_what_was_written_survives_a_colleague_who_was_faster(ward: Agency) -> None:
    one, client = sent(ward), at_desk(officer(ward))
    feedback.take(one.pk, by=officer(ward))
    page = client.post(path(one, "answer"), {"reply": "Đã thay bóng đèn.", "seen": "1"}).content.decode()
    assert "vừa được người khác xử lý" in page
    assert "Đã thay bóng đèn." in page
    seen = re.findall(r'name="seen" value="(\d+)"', page)
    client.post(path(one, "answer"), {"reply": "Đã thay bóng đèn.", "seen": seen[0]})
    assert now(one).answer == "Đã thay bóng đèn."


def test_the_dossier_is_a_link_for_its_own_desk_only(ward: Agency) -> None:
    filed = factories.SubmissionFactory(at=Step.RECEIVED, agency=ward)
    one, next_door = sent(ward, about=filed.reference), factories.AgencyFactory(slug="nam-hong")
    link = f"/admin/submissions/submission/{filed.pk}/change/"
    by = officer(ward)
    assert link in at_desk(by).get(path(one)).content.decode()
    feedback.forward(one.pk, next_door, by=by)
    page = at_desk(officer(next_door)).get(path(one)).content.decode()
    assert (link in page, filed.reference in page) == (False, True)

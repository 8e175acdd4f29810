"""Messages both ways inside a submission: rules, notices, both pages, and the pack."""

from __future__ import annotations

import datetime
import io
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib import gsm, text
from submissions import conversation, ratings, rules
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.models import Message, Notice, Officer, Rating, Submission
from submissions.states import State
from tests import factories
from tests.submissions.citizen import mark
from tests.submissions.citizen import text as seen_text
from tests.submissions.test_access import login

ME = rules.citizen("Nguyễn Văn Bình")


def desk(submission: Submission) -> rules.Actor:
    return rules.officer_actor(factories.clerk(submission.agency))


def at_desk(submission: Submission, officer: Officer | None = None) -> Client:
    client = Client()
    client.force_login((officer or factories.clerk(submission.agency)).user)
    return client


def now(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)


# --- the words -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Chào  anh,\r\n\r\n\r\n\r\ncho tôi hỏi\t giờ. ", "Chào anh,\n\ncho tôi hỏi giờ."),
        ("a\u202eb\u2066c\u200fd\u0007e\0f", "abcdef"),
        ("dòng 1\u2028dòng 2\x0bdòng 3", "dòng 1\ndòng 2\ndòng 3"),
        (unicodedata.normalize("NFD", "Giấy chứng sinh"), "Giấy chứng sinh"),
        ("e\u200b\u0302", "ê"),
    ],
)
def test_what_cannot_be_seen_is_not_kept(typed: str, kept: str) -> None:
    assert text.message(typed) == kept


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_cleaning_is_done_once_and_leaves_only_what_can_be_seen(typed: str) -> None:
    kept = text.message(typed)
    assert text.message(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert {unicodedata.category(c) for c in kept if c != "\n"} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == set()


def test_an_empty_message_and_one_that_is_too_long_are_refused_with_what_to_do() -> None:
    assert conversation.cleaned("x" * 2000) == "x" * 2000
    with pytest.raises(Incomplete, match=r"Tin nhắn dài tối đa 2000 ký tự\. Bạn đã viết 2001 ký tự"):
        conversation.cleaned("x" * 2001)
    for nothing in ("", " \n\t", "\u202e\u200b"):
        with pytest.raises(Incomplete, match="Bạn chưa viết gì"):
            conversation.cleaned(nothing)


# --- who may say what, and when ------------------------------------------------------------------


@pytest.mark.django_db
def test_a_message_of_the_citizen_waits_until_an_officer_has_read_it() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    first = conversation.say(s.pk, "Khi nào tôi đến được?", by=ME)
    second = conversation.say(s.pk, "Tôi cần gấp.", by=ME)
    assert now(s).unread_since == first.at
    assert conversation.mark_read(s.pk, by=desk(s)) is True
    assert now(s).unread_since is None
    assert [m.read_at is not None for m in (now(s).messages.all())] == [True, True]
    assert conversation.mark_read(s.pk, by=desk(s)) is False
    third = conversation.say(s.pk, "Còn điều nữa.", by=ME)
    assert now(s).unread_since == third.at
    conversation.say(s.pk, "Chiều mai bạn nhé.", by=desk(s))
    assert now(s).unread_since is None
    assert [m.from_citizen for m in conversation.of(s).messages] == [True, True, True, False]
    assert (second.text, now(s).version) == ("Tôi cần gấp.", s.version)


@pytest.mark.django_db
def test_the_same_words_twice_in_a_row_are_one_message() -> None:
    s = factories.SubmissionFactory(at=State.SUBMITTED)
    assert conversation.say(s.pk, "Tôi hỏi", by=ME) == conversation.say(s.pk, " Tôi  hỏi ", by=ME)
    conversation.say(s.pk, "Tôi hỏi", by=desk(s))
    conversation.say(s.pk, "Tôi hỏi", by=ME)
    assert Message.objects.count() == 3


@pytest.mark.django_db
def test_a_draft_has_nobody_to_talk_to() -> None:
    draft = factories.SubmissionFactory()
    with pytest.raises(NotPossible, match="Hồ sơ chưa gửi"):
        conversation.say(draft.pk, "Alô", by=ME)


@pytest.mark.django_db
def test_the_citizen_may_write_until_the_end_of_the_last_day_after_the_end(settings: Any) -> None:
    settings.MESSAGE_DAYS = 30
    with time_machine.travel("2026-03-02T08:00:00+07:00", tick=False):
        s = factories.SubmissionFactory(at=State.REFUSED)
    assert conversation.last_day(s) == datetime.date(2026, 4, 1)
    with time_machine.travel("2026-04-01T23:59:00+07:00", tick=False):
        conversation.say(s.pk, "Vì sao?", by=ME)
    with time_machine.travel("2026-04-02T00:01:00+07:00", tick=False):
        with pytest.raises(NotPossible, match="quá 30 ngày"):
            conversation.say(s.pk, "Thế còn…", by=ME)
        conversation.say(s.pk, "Bạn nộp lại ở phường khác.", by=desk(s))
        page = login(s).get(f"/ho-so/{s.reference}/")
    assert 'name="text"' not in page.content.decode()
    assert "Hồ sơ đã kết thúc nên không nhắn thêm được." in seen_text(page)
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_ten_messages_an_hour_and_then_patience(settings: Any) -> None:
    settings.MESSAGES_AN_HOUR = 2
    s = factories.SubmissionFactory(at=State.RECEIVED)
    start = timezone.now()
    for minute, words in ((0, "một"), (30, "hai")):
        with time_machine.travel(start + datetime.timedelta(minutes=minute), tick=False):
            conversation.say(s.pk, words, by=ME)
    with time_machine.travel(start + datetime.timedelta(minutes=59), tick=False):
        with pytest.raises(NotPossible, match="Bạn đã gửi 2 tin trong một giờ"):
            conversation.say(s.pk, "ba", by=ME)
        conversation.say(s.pk, "Cán bộ thì được.", by=desk(s))
    with time_machine.travel(start + datetime.timedelta(minutes=61), tick=False):
        conversation.say(s.pk, "ba", by=ME)
    assert Message.objects.count() == 4


@pytest.mark.django_db
def test_officers_of_other_agencies_and_of_no_desk_say_and_read_nothing() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    stranger = factories.OfficerFactory()
    editor = factories.OfficerFactory(agency=s.agency, roles=["editor"])
    for officer in (stranger, editor):
        by = rules.officer_actor(officer)
        with pytest.raises(NotAllowed):
            conversation.say(s.pk, "Xin chào", by=by)
        with pytest.raises(NotAllowed):
            conversation.mark_read(s.pk, by=by)
        answer = at_desk(s, officer).post(f"/admin/submissions/submission/{s.pk}/trao-doi/", {"text": "Xin chào"})
        assert answer.status_code == 404
    with pytest.raises(NotAllowed):
        conversation.say(s.pk, "Xin chào", by=rules.SYSTEM_ACTOR)
    assert Message.objects.count() == 0


# --- who is told ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_assignee_hears_of_a_message_else_reception_and_the_mail_says_nothing_of_it() -> None:
    s = factories.SubmissionFactory(at=State.SUBMITTED)
    factories.OfficerFactory(agency=s.agency, roles=["leader"])
    conversation.say(s.pk, "Con tôi tên Ánh.", by=ME)
    told = Notice.objects.get(kind="staff_message")
    assert told.recipient == factories.clerk(s.agency).user.email
    assert "Ánh" not in told.body
    assert "Bình" not in told.body
    chosen = factories.OfficerFactory(agency=s.agency, roles=["specialist"])
    Submission.objects.filter(pk=s.pk).update(assignee=chosen)
    conversation.say(s.pk, "Còn một việc.", by=ME)
    assert Notice.objects.filter(kind="staff_message").order_by("pk").last().recipient == chosen.user.email


@pytest.mark.django_db
def test_the_citizen_reads_the_answer_in_the_mail_and_a_hint_in_the_sms() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    officer = factories.clerk(s.agency)
    conversation.say(s.pk, "Chị <b>mang</b> bản chính & căn cước.", by=desk(s))
    mail, sms = (Notice.objects.get(kind="message", channel=c) for c in ("email", "sms"))
    assert "Chị <b>mang</b> bản chính & căn cước." in mail.body
    assert str(officer) not in mail.body
    assert sms.body == gsm.one_part(sms.body)
    assert sms.body.startswith(f"DVC Hong Linh: Can bo co tin nhan cho ban ve ho so {s.reference}.")
    assert "mang" not in sms.body


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_citizen_writes_on_the_page_and_a_double_press_sends_once() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    client, where = login(s), f"/ho-so/{s.reference}/trao-doi/"
    answers = [client.post(where, {"text": "Tôi hỏi <script>alert(1)</script>"}) for _time in range(2)]
    assert [a["Location"] for a in answers] == [f"/ho-so/{s.reference}/#trao-doi"] * 2
    page = client.get(f"/ho-so/{s.reference}/")
    assert "Tôi hỏi &lt;script&gt;alert(1)&lt;/script&gt;" in page.content.decode()
    assert Message.objects.count() == 1
    assert client.get(where)["Location"] == f"/ho-so/{s.reference}/#trao-doi"


@pytest.mark.django_db
def test_a_text_that_is_too_long_comes_back_with_the_reason() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    client = login(s)
    page = client.post(f"/ho-so/{s.reference}/trao-doi/", {"text": "câu " * 600})
    assert page.status_code == 200
    assert "Tin nhắn dài tối đa 2000 ký tự. Bạn đã viết 2399 ký tự" in seen_text(page)
    assert "câu " * 600 in page.content.decode()
    assert (mark(page, "state"), Message.objects.count()) == ("RECEIVED", 0)


@pytest.mark.django_db
def test_answers_are_marked_new_until_the_citizen_writes_again_and_name_no_officer() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    client = login(s)
    conversation.say(s.pk, "Chiều mai.", by=desk(s))
    page = client.get(f"/ho-so/{s.reference}/")
    assert "1 tin mới" in seen_text(page)
    assert str(factories.clerk(s.agency)) not in page.content.decode()
    client.post(f"/ho-so/{s.reference}/trao-doi/", {"text": "Cảm ơn."})
    assert "tin mới" not in seen_text(client.get(f"/ho-so/{s.reference}/"))


@pytest.mark.django_db
def test_strangers_can_neither_read_nor_write() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    answer = Client().post(f"/ho-so/{s.reference}/trao-doi/", {"text": "Alô"})
    assert answer.status_code == 404
    assert "Cần mã bí mật để xem hồ sơ" in seen_text(answer)
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_opening_the_record_reads_nothing_and_the_button_does() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    conversation.say(s.pk, "Tôi hỏi", by=ME)
    client, record = at_desk(s), f"/admin/submissions/submission/{s.pk}/change/"
    page = client.get(record).content.decode()
    assert "Đã đọc, không cần trả lời" in page
    assert now(s).unread_since is not None
    where = f"/admin/submissions/submission/{s.pk}/trao-doi/"
    assert client.get(where).status_code == 405
    assert client.post(where, {"read": "1"})["Location"] == f"{record}#talk"
    assert now(s).unread_since is None
    assert "Đã đọc, không cần trả lời" not in client.get(record).content.decode()


@pytest.mark.django_db
def test_the_desk_answers_on_the_record_and_keeps_what_was_refused() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    client, record = at_desk(s), f"/admin/submissions/submission/{s.pk}/change/"
    where = f"/admin/submissions/submission/{s.pk}/trao-doi/"
    page = client.post(where, {"text": "dài " * 600}, follow=True).content.decode()
    assert "Tin nhắn dài tối đa 2000 ký tự" in page
    assert "dài " * 600 in page
    assert "dài dài" not in client.get(record).content.decode()
    client.post(where, {"text": "Chiều mai."})
    assert [(m.text, m.officer) for m in Message.objects.all()] == [("Chiều mai.", factories.clerk(s.agency))]


@pytest.mark.django_db
def test_a_long_conversation_shows_the_latest_and_offers_the_rest() -> None:
    s = factories.SubmissionFactory(at=State.RECEIVED)
    Message.objects.bulk_create([Message(submission=s, text=f"tin số {n}.") for n in range(53)])
    client = login(s)
    with CaptureQueriesContext(connection) as asked:
        page = client.get(f"/ho-so/{s.reference}/")
    assert len([q for q in asked if "submissions_message" in q["sql"]]) == 2
    assert "Xem cả 3 tin trước đó" in seen_text(page)
    assert ("tin số 2." in seen_text(page), "tin số 3." in seen_text(page)) == (False, True)
    assert "tin số 2." in seen_text(client.get(f"/ho-so/{s.reference}/?tat-ca=1"))


# --- the pack ------------------------------------------------------------------------------------


def _travelled(s: Submission, path: Path) -> Submission:
    s.papers.all().delete()  # drawing them is most of the time, and tested elsewhere
    call_command("export_submission", s.reference, str(path), stdout=io.StringIO(), stderr=io.StringIO())
    Submission.objects.filter(pk=s.pk).delete()
    call_command("import_submission", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    return Submission.objects.get(reference=s.reference)


@pytest.mark.django_db
def test_messages_and_rating_travel_with_the_pack(tmp_path: Path) -> None:
    s = factories.SubmissionFactory(at=State.HANDED_OVER)
    conversation.say(s.pk, "Cảm ơn cán bộ.", by=ME)
    conversation.say(s.pk, "Không có gì.", by=desk(s))
    conversation.say(s.pk, "Còn một việc.", by=ME)
    ratings.rate(s.pk, {"grade": "3", "contacts": "0", "words": "Nhanh."}, by=ME)
    before, said = now(s), list(s.messages.values_list("text", "at", "read_at"))
    rated = Rating.objects.values("grade", "answers", "words", "at").get()
    again = _travelled(s, tmp_path / "1.zip")
    assert list(again.messages.values_list("text", "at", "read_at")) == said
    assert [m.from_citizen for m in again.messages.all()] == [True, False, True]
    assert Rating.objects.values("grade", "answers", "words", "at").get() == rated
    marks = ("ended_on", "rounds", "is_back", "asked_at", "unread_since", "reply_by", "replied_at")
    assert {m: getattr(again, m) for m in marks} == {m: getattr(before, m) for m in marks}

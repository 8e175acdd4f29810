"""The ways out against real servers of this machine: what counts as sent, as worth another try, as final."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import calls
from submissions.channels import CHANNELS, ChannelError, Message, Unreachable, is_on, sms
from submissions.channels import email as email_channel
from tests.servers import MailServer, SmsService, mail_server, sms_service
from tests.services import free_port

MAIL = Message(
    "an@example.vn", "Đã tiếp nhận hồ sơ", "Chào bạn,\n\nHồ sơ …\n.\ncòn dòng nữa\n", "event-1:received:email:aa"
)
TEXT = Message("0912345678", "", "DVC Hong Linh: Ho so HL7K-2M9Q da co ket qua.", "event-1:received:sms:bb")


def outcome(channel: str, message: Message) -> str:
    """How the channel judged it: sent, later, down or final."""
    try:
        CHANNELS[channel](message)
    except Unreachable:
        return "down"
    except ChannelError as error:
        return "final" if error.permanent else "later"
    return "sent"


# --- e-mail --------------------------------------------------------------------------------------


@pytest.fixture
def smtp(settings) -> Iterator[MailServer]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 1
    with mail_server() as server:
        settings.EMAIL_PORT = server.port
        yield server


def test_a_mail_arrives_as_it_was_written(smtp, settings):
    assert outcome("email", MAIL) == "sent"
    (got,) = smtp.mails
    assert got["To"] == "an@example.vn"
    assert got["Subject"] == "Đã tiếp nhận hồ sơ"
    assert got["From"] == settings.DEFAULT_FROM_EMAIL
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content_type() == "text/plain"
    assert got.get_content().replace("\r\n", "\n") == MAIL.body


def test_a_second_copy_carries_the_same_message_id(smtp):
    for _time in range(2):
        assert outcome("email", MAIL) == "sent"
    assert len(set(smtp.ids)) == 1
    assert smtp.ids[0] == email_channel.message_id(MAIL.once_key)
    assert smtp.ids[0].endswith("@testserver>")
    assert email_channel.message_id("another") != smtp.ids[0]


@pytest.mark.parametrize(
    ("command", "answer", "expected"),
    [
        ("RCPT", "550 no such user", "final"),
        ("RCPT", "553 bad mailbox", "final"),
        ("RCPT", "450 greylisted, come back", "later"),
        ("RCPT", "452 mailbox full", "later"),
        ("RCPT", "421 too busy", "down"),
        ("DATA", "554 looks like spam", "final"),
        ("DATA", "451 try later", "later"),
        ("DATA", "421 closing", "down"),
        ("MAIL", "550 sender not allowed", "down"),
        ("MAIL", "451 local error", "down"),
        ("CONNECT", "554 no service for you", "down"),
        ("CONNECT", "", "down"),
        ("RCPT", "", "down"),
        ("DATA", "", "down"),
    ],
)
def test_what_the_mail_server_says(smtp, command, answer, expected):
    smtp.answers = {command: [answer]}
    assert outcome("email", MAIL) == expected
    assert smtp.mails == []


def test_the_sentence_for_staff_quotes_the_server(smtp):
    smtp.answers = {"RCPT": ["550 5.1.1 no such user"]}
    with pytest.raises(ChannelError) as caught:
        CHANNELS["email"](MAIL)
    assert str(caught.value) == "Máy chủ thư không nhận thư này (550 5.1.1 no such user)."


def test_a_mail_server_that_is_not_there(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", free_port(), 1
    with pytest.raises(Unreachable) as caught:
        CHANNELS["email"](MAIL)
    assert str(caught.value) == ("Dịch vụ gửi đang trục trặc: không nối được máy chủ thư (ConnectionRefusedError)")


def test_a_mail_server_that_never_answers(smtp):
    smtp.go.clear()
    assert outcome("email", MAIL) == "down"


@pytest.mark.parametrize("address", ["a@b\nBcc: c@example.vn", "tên@ví-dụ\udc80.vn"])
def test_an_impossible_address_is_final(smtp, address):
    assert outcome("email", Message(address, "x", "y", "k")) == "final"
    assert smtp.mails == []


def test_a_subject_cannot_add_headers():
    assert outcome("email", Message("a@example.vn", "x\nBcc: b@example.vn", "y", "k")) == "final"
    assert mail.outbox == []


# --- eSMS ----------------------------------------------------------------------------------------


@pytest.fixture
def esms(settings, monkeypatch) -> Iterator[SmsService]:
    settings.SMS_BACKEND = "esms"
    settings.ESMS_API_KEY, settings.ESMS_SECRET_KEY, settings.ESMS_BRANDNAME = (
        "khoa",
        "bi-mat-cua-dich-vu",
        "DVCHONGLINH",
    )
    monkeypatch.setattr(calls, "TIMEOUT", 0.5)
    with sms_service() as service:
        settings.ESMS_URL = service.url
        yield service


def test_an_sms_is_asked_for_as_esms_documents_it(esms):
    assert outcome("sms", TEXT) == "sent"
    assert esms.asked == [
        {
            "ApiKey": "khoa",
            "SecretKey": "bi-mat-cua-dich-vu",
            "Phone": "0912345678",
            "Content": TEXT.body,
            "Brandname": "DVCHONGLINH",
            "SmsType": "2",
            "IsUnicode": "0",
            "Sandbox": "0",
            "RequestId": sms.request_id(TEXT.once_key),
        }
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("100", "sent"),
        ("124", "sent"),  # this RequestId was accepted before
        ("99", "final"),
        ("108", "final"),
        ("118", "final"),
        ("146", "final"),
        ("177", "final"),
        ("101", "down"),
        ("103", "down"),
        ("104", "down"),
        ("140", "down"),
        ("999", "later"),
        ("", "later"),
    ],
)
def test_every_code_of_esms(esms, code, expected):
    esms.replies = [esms.code(code)]
    assert outcome("sms", TEXT) == expected


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (503, b""),
        (403, b"{}"),
        (302, b""),
        (200, b""),
        (200, b"<html>bao tri</html>"),
        (200, b"[1, 2]"),
        (200, b"\xff\xfe"),
        (200, b'"100"'),
        (200, b"[" * 5000),
        (200, b" " * (calls.LONGEST + 1)),
    ],
)
def test_anything_but_an_answer_is_a_failure_of_the_service(esms, status, body):
    esms.replies = [(status, body)]
    assert outcome("sms", TEXT) == "down"


def test_a_redirect_is_not_followed_with_the_keys(esms):
    esms.replies = [(302, b"")]
    outcome("sms", TEXT)
    assert len(esms.asked) == 1


def test_a_number_in_the_answer_counts_like_a_word(esms):
    esms.replies = [(200, b'{"CodeResult": 100}')]
    assert outcome("sms", TEXT) == "sent"


def test_a_service_that_takes_too_long(esms):
    esms.delay = 1.0
    assert outcome("sms", TEXT) == "down"


def test_a_service_that_is_not_there(esms, settings):
    settings.ESMS_URL = f"http://127.0.0.1:{free_port()}/"
    assert outcome("sms", TEXT) == "down"


@given(st.binary(max_size=200))
def test_no_answer_breaks_the_reader(body):
    """Whatever comes back is one of the four outcomes, never another exception."""
    keys = {"ESMS_API_KEY": "k", "ESMS_SECRET_KEY": "s", "ESMS_BRANDNAME": "b"}
    with sms_service() as service, override_settings(SMS_BACKEND="esms", ESMS_URL=service.url, **keys):
        service.replies = [(200, body)]
        assert outcome("sms", TEXT) in {"sent", "later", "down", "final"}


@pytest.mark.parametrize("reply", [(500, b""), (200, b"junk"), SmsService.code("101")])
def test_errors_and_logs_hold_no_keys_and_no_number(esms, reply, caplog):
    esms.replies = [reply]
    with caplog.at_level(logging.DEBUG), pytest.raises(ChannelError) as caught:
        CHANNELS["sms"](TEXT)
    told = f"{caught.value} {caught.value!r} {caplog.text}"
    assert [secret for secret in ("bi-mat-cua-dich-vu", 'khoa"', "0912345678") if secret in told] == []


# --- console and none ----------------------------------------------------------------------------


@pytest.fixture
def console(settings, tmp_path):
    settings.SMS_BACKEND, settings.VAR = "console", tmp_path
    return tmp_path / "sms"


def test_the_console_writes_one_file_a_message_and_masks_the_log(console, caplog):
    with caplog.at_level(logging.INFO):
        for _time in range(2):
            assert outcome("sms", TEXT) == "sent"
    (file,) = console.iterdir()
    assert file.read_text() == f"0912345678\n{TEXT.body}\n"
    assert caplog.messages == [f"SMS to 091•••••78: {TEXT.body}"] * 2


def test_a_folder_that_cannot_be_written(console, settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.VAR = tmp_path / "file"
    assert outcome("sms", TEXT) == "down"


def test_sms_switched_off_is_final(settings):
    settings.SMS_BACKEND = "none"
    assert outcome("sms", TEXT) == "final"
    assert (is_on("sms"), is_on("email")) == (False, True)


@pytest.mark.parametrize("number", ["", "0239 3835356", "12345"])
def test_only_mobile_numbers_get_an_sms(console, number):
    assert outcome("sms", Message(number, "", "x", "k")) == "final"
    assert not console.exists()


@pytest.mark.parametrize(("number", "shown"), [("0912345678", "091•••••78"), ("12345", "•••••"), ("", "")])
def test_masked_numbers(number, shown):
    assert sms.masked(number) == shown

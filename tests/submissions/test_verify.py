"""Genuine papers at /xac-minh/: by number, day and mark, by file; what the owner takes is logged and handed over."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from submissions import access, letters, rules, workflow
from submissions.letters import layout
from submissions.models import Attachment, Letter, Submission
from submissions.states import State
from tests.factories import AttachmentFactory, SubmissionFactory, clerk
from tests.submissions.letters.made import in_progress, template

PAGE = "/xac-minh/"
NOW = datetime.datetime(2026, 2, 5, 3, 0, tzinfo=datetime.UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter() -> Letter:
    made = template()
    with time_machine.travel(NOW, tick=False):
        s = in_progress(made)
        officer = clerk(s.agency)
        workflow.finish(s.pk, by=rules.officer_actor(officer), letter=letters.maker(made, officer))
    return Letter.objects.select_related("submission", "attachment").get()


def verdict(page: str) -> str:
    found = re.search(r'data-verified="(\w+)"', page)
    return found[1] if found else ""


def asked(letter: Letter, **changes: str) -> str:
    given = {"so": str(letter), "ngay": "2026-02-05", "ma": letter.sha256[:16].upper(), **changes}
    return Client().get(PAGE, given).content.decode()


def sent(content: bytes) -> str:
    return Client().post(PAGE, {"tep": SimpleUploadedFile("ket-qua.pdf", content)}).content.decode()


# --- by number, day and mark ---------------------------------------------------------------------


def test_the_code_on_the_paper_opens_the_answer_and_names_nobody(letter: Letter) -> None:
    page = Client().get(layout.verify_address(letter.content).removeprefix("http://testserver")).content.decode()
    assert verdict(page) == "yes"
    assert all(
        word in page for word in ("01/GXN-UBND", "thứ Năm 05/02/2026", letter.agency.name, letter.content["name"])
    )
    s = letter.submission
    assert [w for w in (s.applicant_name, s.owner, s.reference, s.dossier_code, s.applicant_phone) if w in page] == []


@pytest.mark.parametrize(
    "changes",
    [{"so": "1/gxn-ubnd"}, {"so": " 01 / GXN-UBND "}, {"ngay": "05/02/2026"}, {"ngay": "5.2.2026"}, {"ma": "lower"}],
)
def test_as_people_type_it(letter: Letter, changes: dict[str, str]) -> None:
    mark = letter.sha256[:16]
    typed = {"ma": f"{mark[:4]} {mark[4:8]}-{mark[8:]}"} if "ma" in changes else changes
    assert verdict(asked(letter, **typed)) == "yes"


@pytest.mark.parametrize(
    "changes",
    [
        {"so": "02/GXN-UBND"}, {"so": "01/QĐ-UBND"}, {"so": "mot"}, {"ngay": "06/02/2026"},
        {"ma": "0000000000000000"}, {"ma": "%"}, {"ma": "_" * 16}, {"ma": "short"},
    ],
)  # fmt: skip
def test_whatever_differs_is_no_match(letter: Letter, changes: dict[str, str]) -> None:
    assert verdict(asked(letter, **changes)) == "no"


def test_a_mark_too_short_is_never_enough(letter: Letter) -> None:
    assert verdict(asked(letter, ma=letter.sha256[:11])) == "no"
    assert verdict(asked(letter, ma=letter.sha256[:12])) == "yes"


def test_an_edited_row_no_longer_matches(letter: Letter) -> None:
    Letter.objects.filter(pk=letter.pk).update(content={**letter.content, "place": "Nơi khác"})
    assert verdict(asked(letter)) == "no"


def test_a_replaced_letter_says_so(letter: Letter) -> None:
    Attachment.objects.filter(pk=letter.attachment_id).update(removed_at=timezone.now())
    assert verdict(asked(letter)) == "replaced"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"so": "01/GXN-UBND"}, "Bạn cần nhập đủ ba ô"),
        ({"so": "01/GXN-UBND", "ngay": "31/02/2026", "ma": "0" * 16}, "Ngày “31/02/2026” chưa đúng"),
    ],
)
def test_what_is_lacking_is_said(given: dict[str, str], words: str) -> None:
    page = Client().post(PAGE, given).content.decode()
    assert (words in page, 'role="alert"' in page, verdict(page)) == (True, True, "")


def test_nothing_typed(client: Client) -> None:
    assert "Chưa kiểm tra được" not in client.get(PAGE).content.decode()
    assert "Bạn chưa nhập số văn bản" in client.post(PAGE).content.decode()


def test_guessing_ends(settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "verify": (2, 900)}
    given = {"so": "1/A", "ngay": "01/02/2026", "ma": "0" * 16}
    client = Client(REMOTE_ADDR="203.0.113.77")
    assert [client.get(PAGE, given).status_code for _ in range(3)] == [200, 200, 429]


# --- by file -------------------------------------------------------------------------------------


def test_the_very_file_is_known_and_one_byte_more_is_not(letter: Letter) -> None:
    assert letter.attachment is not None
    with letter.attachment.file.open() as stream:
        content = stream.read()
    page = sent(content)
    assert (verdict(page), letter.submission.applicant_name in page) == ("yes", False)
    assert verdict(sent(content + b"\n")) == "no"


def test_what_a_citizen_uploaded_is_no_paper_of_ours() -> None:
    theirs = AttachmentFactory(submission=SubmissionFactory(at=State.RECEIVED))
    with theirs.file.open() as stream:
        assert verdict(sent(stream.read())) == "no"


def test_too_large_a_file_is_not_read(settings: Any) -> None:
    settings.UPLOAD_FILE_BYTES = 1024 * 1024
    assert "Tệp lớn hơn 1 MB" in sent(b"x" * (1024 * 1024 + 1))


# --- what the owner takes ------------------------------------------------------------------------


def holder(s: Submission) -> Client:
    client = Client()
    session = client.session
    session[access.FILED] = [s.reference]
    session.save()
    return client


def taken(client: Client, letter: Letter) -> int:
    answer = client.get(f"/ho-so/{letter.submission.reference}/tep/{letter.attachment_id}/")
    assert b"".join(answer.streaming_content if answer.streaming else [answer.content])  # type: ignore[attr-defined]
    return answer.status_code


def downloads(letter: Letter) -> int:
    return letter.submission.events.filter(verb="download").count()


def test_taking_the_result_is_logged_once_a_day(letter: Letter) -> None:
    client = holder(letter.submission)
    with time_machine.travel(NOW, tick=False):
        assert [taken(client, letter) for _ in range(2)] == [200, 200]
    assert downloads(letter) == 1
    with time_machine.travel(NOW + datetime.timedelta(days=1), tick=False):
        taken(client, letter)
    assert downloads(letter) == 2
    assert letter.submission.events.filter(verb="download").first().data["file"] == letter.attachment.sha256  # type: ignore[union-attr]
    letter.submission.refresh_from_db()
    assert letter.submission.state == State.RESULT_READY  # it is to be fetched at the counter


def test_who_receives_online_has_it_then(letter: Letter) -> None:
    s = letter.submission
    Submission.objects.filter(pk=s.pk).update(delivery="online")
    taken(holder(s), letter)
    s.refresh_from_db()
    assert (s.state, s.handed_over_how) == (State.HANDED_OVER, "online")
    assert [e.verb for e in s.events.order_by("number")][-2:] == ["download", "hand_over"]
    assert taken(holder(s), letter) == 200


def test_a_look_without_reading_and_an_officer_are_no_taking(letter: Letter) -> None:
    address = f"/ho-so/{letter.submission.reference}/tep/{letter.attachment_id}/"
    looked = holder(letter.submission).head(address)
    for close in looked._resource_closers:  # type: ignore[attr-defined]  # close() would end the connection of the test
        close()
    officer = Client()
    officer.force_login(clerk(letter.agency).user, "django.contrib.auth.backends.ModelBackend")
    assert b"".join(officer.get(address).streaming_content)  # type: ignore[attr-defined]
    assert downloads(letter) == 0

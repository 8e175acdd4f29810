"""After the entry: papers that come later, and the answer to a supplement request, at the counter."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from submissions import rules, workflow
from submissions.models import Attachment, Submission
from submissions.states import State
from tests.factories import AgencyFactory, AttachmentFactory, ProcedureFactory, SubmissionFactory, document
from tests.submissions.citizen import picture
from tests.submissions.desk import Reception, text, whole

pytestmark = pytest.mark.django_db
RECORD = "/admin/submissions/submission/"


@pytest.fixture
def desk() -> Reception:
    return Reception(AgencyFactory())


@pytest.fixture
def waiting(desk: Reception) -> Submission:
    """Entered without the proof of birth."""
    birth = ProcedureFactory(content=document())
    return desk.entered(birth.code, whole(birth.spec, without=("birth_proof",)), "file")


def send(desk: Reception, submission: Submission, verb: str, **typed: Any) -> Any:
    named = {k.replace("__", "-"): v for k, v in typed.items()}
    return desk.client.post(f"{RECORD}{submission.pk}/{verb}/", named)


def summary(answer: Any) -> list[tuple[str, str]]:
    """Target and sentence of every link of the summary."""
    body = answer.content.decode()
    found = re.search(r'class="errornote".*?</ul>', body, re.DOTALL)
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', found.group(0)) if found else []
    assert all(body.count(f'id="{target}"') == 1 for target, _words in links)
    return [(target, html.unescape(words)) for target, words in links]


def now(submission: Submission) -> Submission:
    return Submission.objects.get(pk=submission.pk)


ONE = {"paper__birth_proof__in": "on", "paper__birth_proof__originals": "1"}


# --- papers that come later ----------------------------------------------------------------------


def test_papers_are_ticked_later_and_the_file_is_received(desk: Reception, waiting: Submission) -> None:
    refused = send(desk, waiting, "receive", version=waiting.version)
    assert "Chưa đủ giấy tờ để tiếp nhận: Giấy chứng sinh." in text(refused)
    page = desk.client.get(f"{RECORD}{waiting.pk}/papers/").content.decode()
    assert re.search(r'name="paper-declaration-in"[^>]* checked', page)
    assert not re.search(r'name="paper-birth_proof-in"[^>]* checked', page)
    kept = {f"paper-{p['key']}-in": "on" for p in waiting.papers_in}
    kept |= {f"paper-{p['key']}-originals": "1" for p in waiting.papers_in if "originals" in p}
    answer = desk.client.post(
        f"{RECORD}{waiting.pk}/papers/",
        {**kept, **{k.replace("__", "-"): v for k, v in ONE.items()}, "desk-message": "Nộp thêm lúc 10 giờ."},
    )
    assert answer.status_code == 302
    assert {p["key"] for p in now(waiting).papers_in} == {"declaration", "birth_proof", "marriage_paper", "identity"}
    event = waiting.events.get(verb="papers")
    assert (event.note, event.is_public) == ("Nộp thêm lúc 10 giờ.", False)
    assert send(desk, waiting, "receive", version=now(waiting).version).status_code == 302
    assert now(waiting).state == State.RECEIVED


def test_a_scan_that_comes_later_counts(desk: Reception, waiting: Submission) -> None:
    assert send(desk, waiting, "papers", document__birth_proof=picture()).status_code == 302
    scan = Attachment.objects.get()
    assert (scan.purpose, scan.key, scan.pending) == ("document", "birth_proof", False)
    assert waiting.events.get(verb="papers").data["files"] == [scan.sha256]
    assert [d.key for d in rules.lacking_papers(now(waiting))] == ["declaration", "marriage_paper"]


def test_a_checklist_that_contradicts_itself_changes_nothing(desk: Reception, waiting: Submission) -> None:
    answer = send(desk, waiting, "papers", paper__birth_proof__copies="2")
    assert [(target, "chưa đánh dấu" in words) for target, words in summary(answer)] == [
        ("id_paper-birth_proof-in", True)
    ]
    assert now(waiting).papers_in == waiting.papers_in
    assert not waiting.events.filter(verb="papers").exists()


def test_originals_of_an_online_file_may_be_seen_and_ticked(desk: Reception) -> None:
    online = SubmissionFactory(at=State.RECEIVED, agency=desk.officer.agency)
    assert send(desk, online, "papers", paper__identity__in="on").status_code == 302
    assert now(online).papers_in == [{"key": "identity", "seen": True}]
    assert "đã xem bản chính" in text(desk.client.get(f"{RECORD}{online.pk}/change/"))


def test_an_online_file_is_received_without_paper(desk: Reception) -> None:
    online = SubmissionFactory(at=State.SUBMITTED, agency=desk.officer.agency)
    assert send(desk, online, "receive", version=online.version).status_code == 302
    assert now(online).state == State.RECEIVED


# --- supplements ---------------------------------------------------------------------------------


@pytest.fixture
def asked(desk: Reception, waiting: Submission) -> Submission:
    by = rules.officer_actor(desk.officer)
    items = [{"key": "birth_proof", "reason": "chưa có"}]
    fields = [{"key": "child_name", "reason": "sai tên"}]
    workflow.request_supplement(waiting.pk, by=by, documents=items, fields=fields)
    return now(waiting)


def test_papers_that_cannot_be_sent_online_can_be_asked_for(desk: Reception, waiting: Submission) -> None:
    page = desk.client.get(f"{RECORD}{waiting.pk}/request_supplement/").content.decode()
    assert 'name="paper-declaration"' in page
    online = SubmissionFactory(at=State.SUBMITTED, agency=desk.officer.agency)
    page = desk.client.get(f"{RECORD}{online.pk}/request_supplement/").content.decode()
    assert 'name="paper-declaration"' not in page


def test_an_empty_answer_names_what_is_missing(desk: Reception, asked: Submission) -> None:
    answer = send(desk, asked, "supplement", child_name="")
    assert [target for target, _words in summary(answer)] == ["id_paper-birth_proof-in", "id_child_name"]
    assert "Giấy chứng sinh" in summary(answer)[0][1]
    assert now(asked).state == State.AWAITING_SUPPLEMENT


def test_the_answer_is_taken_at_the_counter(desk: Reception, asked: Submission) -> None:
    page = desk.client.get(f"{RECORD}{asked.pk}/supplement/").content.decode()
    assert 'name="child_name"' in page
    assert 'name="child_sex"' not in page
    assert 'name="paper-identity-in"' not in page
    answer = send(desk, asked, "supplement", child_name="Nguyễn Bảo An", **ONE)
    assert answer.status_code == 302
    after = now(asked)
    assert (after.state, after.answers["child_name"]) == (State.SUBMITTED, "Nguyễn Bảo An")
    assert {p["key"] for p in after.papers_in} == {"declaration", "marriage_paper", "identity", "birth_proof"}
    request = after.supplement_requests.get()
    assert request.old_answers["child_name"] == asked.answers["child_name"]
    assert after.events.get(verb="supplement").actor == desk.officer.user
    assert rules.lacking_papers(after) == []


def test_a_scan_answers_too_and_takes_the_place_of_the_old_one(desk: Reception) -> None:
    online = SubmissionFactory(at=State.AWAITING_SUPPLEMENT, agency=desk.officer.agency)
    old = online.attachments.get()
    assert send(desk, online, "supplement", document__birth_proof=picture()).status_code == 302
    current = online.attachments.current().get()
    assert (current.pk != old.pk, current.pending, current.key) == (True, False, "birth_proof")
    assert now(online).state == State.SUBMITTED


def test_what_the_citizen_has_not_sent_yet_is_not_shown(desk: Reception, asked: Submission) -> None:
    request = asked.supplement_requests.get()
    request.typed = {"child_name": ["Điều Chưa Gửi"]}
    request.save()
    unsent = AttachmentFactory(submission=asked, supplement=request, pending=True, name="chưa gửi.pdf")
    page = desk.client.get(f"{RECORD}{asked.pk}/supplement/").content.decode()
    assert "Điều Chưa Gửi" not in page
    assert "chưa gửi.pdf" not in page
    assert [t for t, _w in summary(send(desk, asked, "supplement", child_name="An Bình"))] == [
        "id_paper-birth_proof-in"
    ]
    assert send(desk, asked, "supplement", child_name="An Bình", **ONE).status_code == 302
    unsent.refresh_from_db()
    assert (unsent.pending, unsent.removed_at is not None) == (True, True)
    assert "chưa gửi.pdf" not in desk.client.get(f"{RECORD}{asked.pk}/change/").content.decode()


@pytest.mark.parametrize("verb", ["papers", "supplement"])
def test_nobody_else_may(desk: Reception, asked: Submission, verb: str) -> None:
    specialist, stranger = Reception(desk.officer.agency, "specialist"), Reception(AgencyFactory())
    for other in (specialist, stranger):
        send(other, asked, verb, child_name="Nguyễn Bảo An", **ONE)
    assert (now(asked).state, now(asked).papers_in) == (State.AWAITING_SUPPLEMENT, asked.papers_in)

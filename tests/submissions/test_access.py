"""Who gets a draft, a submission, a file; and who does not."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from submissions import access
from submissions.access import NotHeld, Visitor
from submissions.models import Attachment, Submission, SupplementRequest
from submissions.states import State
from tests import factories

pytestmark = pytest.mark.django_db


def visitor(user: Any = None) -> Visitor:
    return Visitor({}, user or AnonymousUser())


def holder(submission: Submission) -> Visitor:
    who = visitor()
    access.grant_submission(who, submission)
    return who


def login(submission: Submission, client: Client | None = None) -> Client:
    """A browser that gave code and secret."""
    client = client or Client()
    client.post("/tra-cuu/", {"ma": submission.reference, "ma-tra-cuu": submission.tracking_secret})
    return client


# --- grants --------------------------------------------------------------------------------------


def test_a_stranger_holds_nothing() -> None:
    draft, filed = factories.SubmissionFactory(), factories.SubmissionFactory(at=State.SUBMITTED)
    assert list(access.drafts(visitor())) == []
    assert list(access.submissions(visitor())) == []
    with pytest.raises(NotHeld):
        access.draft(visitor(), draft.procedure.code, draft.draft_key)
    with pytest.raises(NotHeld):
        access.submission(visitor(), filed.reference)


def test_a_grant_opens_exactly_one() -> None:
    mine, other = factories.SubmissionFactory.create_batch(2, at=State.SUBMITTED)
    who = holder(mine)
    assert access.submission(who, mine.reference) == mine
    assert access.submission(who, mine.reference.lower().replace("-", " ")) == mine
    with pytest.raises(NotHeld):
        access.submission(who, other.reference)
    assert list(access.submissions(who)) == [mine]


def test_a_draft_needs_its_own_procedure_in_the_address() -> None:
    draft = factories.SubmissionFactory()
    who = visitor()
    access.grant_draft(who, draft)
    assert access.draft(who, draft.procedure.code, draft.draft_key) == draft
    with pytest.raises(NotHeld):
        access.draft(who, "9.999999", draft.draft_key)


def test_grants_are_kept_once_and_the_oldest_give_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "MOST_GRANTS", 2)
    who, drafts = visitor(), factories.SubmissionFactory.create_batch(3)
    for draft in (*drafts, drafts[1]):
        access.grant_draft(who, draft)
    assert who.holds(access.DRAFTS) == [drafts[2].draft_key, drafts[1].draft_key]


def test_forgetting_takes_every_grant_back() -> None:
    draft, filed = factories.SubmissionFactory(), factories.SubmissionFactory(at=State.SUBMITTED)
    who = holder(filed)
    access.grant_draft(who, draft)
    access.forget(who)
    assert [list(access.drafts(who)), list(access.submissions(who))] == [[], []]


def test_an_account_holds_what_it_made_and_staff_hold_nothing_here() -> None:
    user = factories.UserFactory()
    mine = factories.SubmissionFactory(account=user)
    factories.SubmissionFactory(account=factories.UserFactory())
    assert list(access.drafts(visitor(user))) == [mine]
    officer = factories.OfficerFactory()
    factories.SubmissionFactory(account=officer.user, agency=officer.agency)
    assert list(access.drafts(visitor(officer.user))) == []


# --- the resume link -----------------------------------------------------------------------------


def test_a_resume_token_opens_its_own_draft_only() -> None:
    draft, other = factories.SubmissionFactory.create_batch(2)
    token = access.resume_token(draft)
    assert access.draft_by_token(visitor(), draft.procedure.code, draft.draft_key, token) == draft
    for key, text in ((other.draft_key, token), (draft.draft_key, token[:-1]), (draft.draft_key, "")):
        with pytest.raises(NotHeld):
            access.draft_by_token(visitor(), draft.procedure.code, key, text)


def test_a_resume_token_works_on_the_last_day_and_not_after(settings: Any) -> None:
    settings.DRAFT_DAYS = 10
    draft, now = factories.SubmissionFactory(), timezone.now().replace(microsecond=0)
    with time_machine.travel(now, tick=False):
        token = access.resume_token(draft)
    with time_machine.travel(now + timezone.timedelta(days=10), tick=False):
        assert access.draft_by_token(visitor(), draft.procedure.code, draft.draft_key, token) == draft
    with time_machine.travel(now + timezone.timedelta(days=10, seconds=1), tick=False), pytest.raises(NotHeld):
        access.draft_by_token(visitor(), draft.procedure.code, draft.draft_key, token)


def test_a_resume_token_of_an_account_asks_for_that_account() -> None:
    user = factories.UserFactory()
    draft = factories.SubmissionFactory(account=user)
    where = (draft.procedure.code, draft.draft_key, access.resume_token(draft))
    assert access.draft_by_token(visitor(user), *where) == draft
    for who in (visitor(), visitor(factories.UserFactory())):
        with pytest.raises(NotHeld):
            access.draft_by_token(who, *where)


def test_a_resume_token_dies_with_the_filing() -> None:
    draft = factories.SubmissionFactory()
    where = (draft.procedure.code, draft.draft_key, access.resume_token(draft))
    factories.STEPS["submit"](draft, None)
    with pytest.raises(NotHeld):
        access.draft_by_token(visitor(), *where)


# --- code and secret -----------------------------------------------------------------------------


def test_codes_are_read_however_they_are_typed() -> None:
    found = factories.SubmissionFactory(at=State.RECEIVED)
    code, reference = found.dossier_code, found.reference
    typed = [reference, reference.lower(), reference.replace("-", ""), f" {reference[:4]}  {reference[5:]} "]
    typed += [
        code,
        code.lower(),
        f"  {code} ",
        code.replace("-", " - "),
        code.replace("-", " "),
        code.replace("-", "–"),
    ]
    assert [access.by_code(t) for t in typed] == [found] * len(typed)


def test_drafts_and_unknown_codes_are_not_found() -> None:
    draft = factories.SubmissionFactory()
    assert [access.by_code(t) for t in ("", " ", draft.draft_key, "HL7K-QM9Q", "None")] == [None] * 5


@given(st.text(max_size=120), st.text(max_size=120))
def test_no_text_opens_anything(code: str, secret: str) -> None:
    assert access.by_secret(code, secret) is None


def test_the_secret_is_read_without_dashes_and_only_the_right_one_opens() -> None:
    found, other = factories.SubmissionFactory.create_batch(2, at=State.SUBMITTED)
    secret = found.tracking_secret
    for typed in (secret, secret.lower(), secret.replace("-", ""), f" {secret} "):
        assert access.by_secret(found.reference, typed) == found
    for wrong in ("", other.tracking_secret, secret[:-1], found.reference):
        assert access.by_secret(found.reference, wrong) is None


def test_a_submission_without_a_secret_is_never_opened_by_an_empty_one() -> None:
    found = factories.SubmissionFactory(at=State.SUBMITTED)
    Submission.objects.filter(pk=found.pk).update(tracking_secret="")
    assert [access.by_secret(found.reference, s) for s in ("", access.NO_SECRET)] == [None, None]


# --- files ---------------------------------------------------------------------------------------


def file_of(submission: Submission, **columns: Any) -> Attachment:
    return factories.AttachmentFactory(submission=submission, **columns)


def test_a_file_is_for_its_holder_and_the_officers_of_its_agency() -> None:
    filed = factories.SubmissionFactory(at=State.SUBMITTED)
    kept = filed.attachments.get()
    own = factories.OfficerFactory(agency=filed.agency)
    assert access.attachment(holder(filed), filed.reference, kept.pk) == kept
    assert access.attachment(visitor(own.user), filed.reference, kept.pk) == kept
    other = factories.SubmissionFactory(at=State.SUBMITTED)
    away = factories.OfficerFactory(agency=other.agency)
    retired = factories.OfficerFactory(agency=filed.agency, is_active=False)
    for who in (visitor(), holder(other), visitor(away.user), visitor(retired.user), visitor(factories.UserFactory())):
        with pytest.raises(NotHeld):
            access.attachment(who, filed.reference, kept.pk)
    with pytest.raises(NotHeld):
        access.attachment(holder(other), other.reference, kept.pk)


def test_an_unsent_file_is_the_citizens_alone() -> None:
    waiting = factories.SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    request = SupplementRequest.objects.get()
    kept = file_of(waiting, supplement=request, pending=True)
    officer = factories.OfficerFactory(agency=waiting.agency)
    assert access.attachment(holder(waiting), waiting.reference, kept.pk) == kept
    with pytest.raises(NotHeld):
        access.attachment(visitor(officer.user), waiting.reference, kept.pk)


@pytest.mark.parametrize(
    ("state", "is_given"), [(State.IN_PROGRESS, False), (State.RESULT_READY, True), (State.HANDED_OVER, True)]
)
def test_a_result_is_the_citizens_once_it_is_ready(state: State, is_given: bool) -> None:
    filed = factories.SubmissionFactory(at=state)
    kept = file_of(filed, purpose=Attachment.Purpose.RESULT, key="")
    answer = login(filed).get(f"/ho-so/{filed.reference}/tep/{kept.pk}/")
    assert answer.status_code == (200 if is_given else 404)
    b"".join(answer.streaming_content) if is_given else None


def read(client: Client, filed: Submission, kept: Attachment, **query: str) -> tuple[Any, bytes]:
    answer = client.get(f"/ho-so/{filed.reference}/tep/{kept.pk}/", query)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer, body


def test_a_download_is_private_and_harmless() -> None:
    filed = factories.SubmissionFactory(at=State.SUBMITTED)
    kept = file_of(filed, name='giấy "chứng" sinh;\'.pdf', content_type="application/pdf", data=b"%PDF-1.4")
    answer, body = read(login(filed), filed, kept)
    assert body == b"%PDF-1.4"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"] == (
        "inline; filename*=utf-8''gi%E1%BA%A5y%20%22ch%E1%BB%A9ng%22%20sinh%3B%27.pdf"
    )
    assert read(login(filed), filed, kept, **{"tai-ve": "1"})[0]["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "kind", ["image/heic", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"]
)
def test_what_a_browser_cannot_show_is_saved_and_sandboxed(kind: str) -> None:
    filed = factories.SubmissionFactory(at=State.SUBMITTED)
    kept = file_of(filed, name="a.heic", content_type=kind)
    answer, _body = read(login(filed), filed, kept)
    assert answer["Content-Disposition"] == 'attachment; filename="a.heic"'
    assert answer["Content-Security-Policy"].endswith("; sandbox")


def test_strangers_get_the_same_answer_for_files_that_exist_and_that_do_not() -> None:
    filed = factories.SubmissionFactory(at=State.SUBMITTED)
    stranger = Client()
    there = stranger.get(f"/ho-so/{filed.reference}/tep/{filed.attachments.get().pk}/")
    missing = stranger.get("/ho-so/HL7K-QM9Q/tep/1/")
    assert (there.status_code, missing.status_code) == (404, 404)


def test_a_draft_shows_its_files_only_to_its_own_browser() -> None:
    draft = factories.SubmissionFactory()
    kept = file_of(draft)
    where = f"/nop-ho-so/{draft.procedure.code}/{draft.draft_key}/tep/{kept.pk}/"
    assert Client().get(where).status_code == 404
    client = Client()
    client.get(f"/nop-ho-so/{draft.procedure.code}/{draft.draft_key}/tiep-tuc/{access.resume_token(draft)}/")
    answer = client.get(where)
    assert b"".join(answer.streaming_content) == factories.PDF
    assert client.get(where.replace(f"/{kept.pk}/", "/0/")).status_code == 404

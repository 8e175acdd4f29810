"""Look-up: a code tells how far the file is; code and secret open it; guessing gets nowhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from submissions.models import Submission
from submissions.states import State
from tests import factories
from tests.submissions.citizen import mark, mends, text

pytestmark = pytest.mark.django_db
WRONG = "Mã hồ sơ hoặc mã bí mật chưa đúng. Bạn xem lại cả hai mã rồi nhập lại."
UNKNOWN = "Không thấy hồ sơ nào có mã này. Bạn xem lại mã rồi nhập lại."


def ask(client: Client | None = None, how: str = "post", **given: str) -> Any:
    named = {k.replace("_", "-"): v for k, v in given.items()}
    return getattr(client or Client(), how)("/tra-cuu/", named)


@pytest.fixture
def received() -> Submission:
    return factories.SubmissionFactory(at=State.RECEIVED)


@pytest.mark.parametrize("how", ["get", "post"])
def test_a_code_alone_tells_state_office_and_day_and_nothing_personal(received: Submission, how: str) -> None:
    for code in (received.reference, received.dossier_code):
        answer = ask(how=how, ma=code)
        words = text(answer)
        assert answer.status_code == 200
        assert (mark(answer, "state"), mark(answer, "dossier-code"), mark(answer, "due-on")) == (
            "RECEIVED", received.dossier_code, received.due_on.isoformat()
        )  # fmt: skip
        assert received.agency.name in words
        html = answer.content.decode()
        for personal in (
            received.applicant_name, received.applicant_phone, received.applicant_id_number, "NGUYỄN THỊ ÁNH",
            received.tracking_secret, received.procedure.short_name,
        ):  # fmt: skip
            assert personal not in html


def test_before_receipt_there_is_no_dossier_code_and_no_day() -> None:
    answer = ask(ma=factories.SubmissionFactory(at=State.SUBMITTED).reference)
    assert (mark(answer, "state"), mark(answer, "dossier-code"), mark(answer, "due-on")) == ("SUBMITTED", None, None)


@pytest.mark.parametrize("how", ["get", "post"])
def test_code_and_secret_open_the_page_in_this_browser(received: Submission, how: str) -> None:
    client = Client()
    answer = ask(
        client, how, ma=f" {received.reference.lower()} ", ma_tra_cuu=received.tracking_secret.replace("-", "")
    )
    assert answer["Location"] == f"/ho-so/{received.reference}/"
    assert client.get(answer["Location"]).status_code == 200
    assert Client().get(answer["Location"]).status_code == 404


def test_the_dossier_code_opens_it_too(received: Submission) -> None:
    answer = ask(ma=received.dossier_code, ma_tra_cuu=received.tracking_secret)
    assert answer["Location"] == f"/ho-so/{received.reference}/"


def test_a_wrong_secret_answers_alike_for_existing_and_missing(received: Submission) -> None:
    there = ask(ma=received.reference, ma_tra_cuu="XXXX-XXXX-XXXX")
    missing = ask(ma="HL7K-QM9Q", ma_tra_cuu="XXXX-XXXX-XXXX")
    assert there.status_code == missing.status_code == 200
    assert mends(there) == mends(missing) == [("#ma", WRONG)]
    assert text(there) == text(missing)
    assert mark(there, "state") is None


def test_an_unknown_code_says_what_to_do() -> None:
    answer = ask(ma="HL7K-QM9Q")
    assert mends(answer) == [("#ma", UNKNOWN)]
    assert 'value="HL7K-QM9Q"' in answer.content.decode()


def test_nothing_typed_is_a_sentence_when_sent_and_an_empty_form_when_opened() -> None:
    assert mends(ask()) == [("#ma", "Bạn chưa nhập mã tra cứu hoặc mã hồ sơ.")]
    assert mends(ask(how="get", ma_tra_cuu="XXXX")) == [("#ma", "Bạn chưa nhập mã tra cứu hoặc mã hồ sơ.")]
    assert mends(ask(how="get")) == []


@pytest.mark.parametrize("code", ["\0", "%00", "a" * 5000, "' OR 1=1 --", "<script>", "\U0001d7d8", "-"])
def test_nonsense_is_answered_like_any_unknown_code(code: str) -> None:
    answer = ask(ma=f"x{code}")
    assert (answer.status_code, mends(answer)) == (200, [("#ma", UNKNOWN)])
    assert b"<script>" not in answer.content.split(b"<main")[1].split(b"</main>")[0]


def test_ten_wrong_guesses_close_the_door_for_that_address_only(received: Submission) -> None:
    agency = factories.AgencyFactory(town=True, phone="0239.3835356")
    for guess in range(10):
        given = {"ma": "HL7K-QM9Q"} if guess % 2 else {"ma": received.reference, "ma_tra_cuu": "XXXX"}
        assert ask(**given).status_code == 200
    refused = ask(ma=received.reference, ma_tra_cuu=received.tracking_secret)
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert "Bạn đã nhập sai 10 lần. Hãy thử lại sau 15 phút, hoặc gọi 0239.3835356 ." in text(refused)
    assert agency.phone in text(refused)
    elsewhere = Client(REMOTE_ADDR="127.0.0.9")
    assert ask(elsewhere, ma=received.reference).status_code == 200


def test_right_answers_are_not_counted(received: Submission) -> None:
    for _time in range(12):
        assert ask(ma=received.reference).status_code == 200
    assert ask(ma=received.reference, ma_tra_cuu=received.tracking_secret).status_code == 302


def test_the_limit_can_be_switched_off(settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "lookup": (0, 900)}
    assert {ask(ma="HL7K-QM9Q").status_code for _time in range(12)} == {200}


def test_the_answer_is_not_kept_by_caches(received: Submission) -> None:
    assert "no-store" in ask(how="get", ma=received.reference)["Cache-Control"]


def test_it_costs_few_queries(received: Submission, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(6):
        ask(ma=received.reference)

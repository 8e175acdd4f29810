"""Notices of a gateway: what is answered, what is kept, and that nothing is ever booked twice."""

from __future__ import annotations

import datetime
import threading
import urllib.request
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from payments import billing, noticing
from payments.gateways import GATEWAYS, offered
from payments.models import Charge, Entry, GatewayMessage, PaymentAttempt, Receipt
from payments.states import Attempt, Money, Problem
from submissions import access
from submissions.states import Role
from tests.factories import AttemptFactory, ChargeFactory, OfficerFactory
from tests.payments.vnpay import NOTICE, OTHER_SECRET, RETURN, answers, merchant, query, tell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("merchant")]
__all__ = ["merchant"]


def minutes(n: int) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(minutes=n)


def open_attempt(**more: Any) -> PaymentAttempt:
    return AttemptFactory(**{"expires_at": minutes(15), **more})


def standing(attempt: PaymentAttempt) -> tuple[str, int, str]:
    """State of the attempt, what came, and the state of the bill."""
    now = PaymentAttempt.objects.select_related("charge").get(pk=attempt.pk)
    return now.state, now.received, now.charge.state


# --- what is answered ----------------------------------------------------------------------------


def test_a_paid_notice_settles_once_and_is_known_afterwards() -> None:
    attempt = open_attempt()
    raw = query(attempt)
    assert [tell(raw), tell(raw)] == ["00", "02"]
    assert standing(attempt) == (Attempt.PAID, 10_000, Money.PAID)
    assert answers() == ["00", "02"]
    message = GatewayMessage.objects.earliest("pk")
    assert (message.attempt, message.reference, message.raw) == (attempt, attempt.reference, raw)
    assert (message.gateway, message.kind, message.is_genuine, message.address) == (
        "vnpay",
        "notice",
        True,
        "127.0.0.1",
    )


def test_what_the_bank_said_is_kept_with_the_attempt() -> None:
    attempt = open_attempt()
    tell(query(attempt))
    attempt.refresh_from_db()
    assert attempt.provider_number == "14400001"
    assert attempt.said == {
        "bank": "NCB",
        "bank_number": "VNP14400001",
        "card_type": "ATM",
        "pay_date": "20260302093512",
        "response": "00",
        "status": "00",
        "code": "00",
        "paid_at": "2026-03-02T09:35:12+07:00",
    }


@pytest.mark.parametrize(("code", "state"), [("24", Attempt.CANCELLED), ("51", Attempt.FAILED), ("11", Attempt.FAILED)])
def test_a_failure_that_is_recorded_is_answered_00(code: str, state: Attempt) -> None:
    attempt = open_attempt()
    raw = query(attempt, ResponseCode=code, TransactionStatus="02", TransactionNo="0")
    assert [tell(raw), tell(raw)] == ["00", "02"]
    assert standing(attempt) == (state, 0, Money.DUE)


@pytest.mark.parametrize(
    ("changes", "secret", "answer"),
    [
        ({"Amount": "900000"}, "", "04"),
        ({"Amount": "1000050"}, "", "04"),
        ({"Amount": "-1000000"}, "", "04"),
        ({"Amount": ""}, "", "04"),
        ({"Amount": "900000", "ResponseCode": "24", "TransactionStatus": "02"}, "", "04"),
        ({"TxnRef": "HLXXXXXXX-1"}, "", "01"),
        ({"TxnRef": ""}, "", "01"),
        ({"TmnCode": "OTHER001"}, "", "01"),
        ({}, OTHER_SECRET, "97"),
        ({"Amount": "900000"}, OTHER_SECRET, "97"),
        ({"TxnRef": "HLXXXXXXX-1"}, OTHER_SECRET, "97"),
    ],
)
def test_what_is_wrong_is_refused_and_kept(changes: dict[str, str], secret: str, answer: str) -> None:
    """In this order: signature, then order, then amount."""
    attempt = open_attempt()
    assert tell(query(attempt, secret, **changes)) == answer
    assert standing(attempt) == (Attempt.STARTED, 0, Money.DUE)
    message = GatewayMessage.objects.get()
    assert (message.answer, message.is_genuine) == (answer, not secret)


def test_another_amount_stays_with_its_attempt_for_the_officer() -> None:
    attempt = open_attempt()
    tell(query(attempt, Amount="900000"))
    assert [(m.answer, m.is_genuine) for m in attempt.messages.all()] == [("04", True)]


def test_the_officer_sees_what_the_gateway_holds_or_says_otherwise() -> None:
    other, held, fine, _quiet = (open_attempt() for _n in range(4))
    tell(query(other, Amount="900000"))
    tell(query(held, ResponseCode="07", TransactionStatus="07"))
    tell(query(fine))
    assert set(noticing.unclear(Charge.objects.all())) == {other, held}
    cashier = OfficerFactory(agency=held.charge.agency, roles=[Role.CASHIER])
    client = Client()
    client.force_login(cashier.user)
    page = client.get("/admin/payments/vuong-mac/").content.decode()
    assert "Cổng thanh toán báo khác hoặc còn giữ tiền (1)" in page
    assert [held.reference in page, other.reference in page] == [True, False]


def test_a_changed_notice_is_refused() -> None:
    attempt = open_attempt()
    assert tell(query(attempt, Amount="900000").replace("900000", "1000000")) == "97"
    assert standing(attempt) == (Attempt.STARTED, 0, Money.DUE)


@pytest.mark.parametrize(
    ("raw", "answer"),
    [("", "99"), ("x", "97"), ("vnp_SecureHash=", "97"), ("%00=%00&vnp_TxnRef=%00", "97"), ("a=" + "9" * 20_000, "97")],
)
def test_junk_is_answered_and_kept_short(raw: str, answer: str) -> None:
    assert tell(raw) == answer
    assert len(GatewayMessage.objects.get().raw) <= noticing.LONGEST_RAW


def test_only_get_is_a_notice() -> None:
    assert Client().post(NOTICE, query(open_attempt()), content_type="text/plain").status_code == 405


def test_money_that_is_held_is_noted_and_decides_nothing() -> None:
    attempt = open_attempt()
    raw = query(attempt, ResponseCode="07", TransactionStatus="07")
    assert [tell(raw), tell(raw)] == ["00", "02"]
    assert standing(attempt) == (Attempt.STARTED, 0, Money.DUE)
    attempt.refresh_from_db()
    assert attempt.said["code"] == "07"
    assert tell(query(attempt)) == "00"
    assert standing(attempt) == (Attempt.PAID, 10_000, Money.PAID)


@pytest.mark.parametrize("state", [Attempt.EXPIRED, Attempt.CANCELLED, Attempt.FAILED])
def test_money_that_comes_after_the_end_is_taken(state: Attempt) -> None:
    attempt = open_attempt(expires_at=minutes(5))
    if state == Attempt.EXPIRED:
        billing.expire(minutes(6))
    else:
        billing.settle(attempt.pk, billing.Outcome(paid=False, amount=0, cancelled=state == Attempt.CANCELLED))
    assert [tell(query(attempt)), tell(query(attempt))] == ["00", "02"]
    attempt.refresh_from_db()
    assert (attempt.state, attempt.problem, attempt.charge.state) == (Attempt.PAID, Problem.LATE, Money.PAID)


def test_a_failure_after_the_payment_is_known_and_unpays_nothing() -> None:
    attempt = open_attempt()
    tell(query(attempt))
    assert tell(query(attempt, ResponseCode="24", TransactionStatus="02")) == "02"
    assert standing(attempt) == (Attempt.PAID, 10_000, Money.PAID)


def test_paid_twice_is_two_receipts_of_two_payments_and_a_refund_due() -> None:
    charge = ChargeFactory()
    first = AttemptFactory(charge=charge, expires_at=minutes(15))
    cash = AttemptFactory(charge=charge, gateway="vietqr", paid=True)
    assert tell(query(first)) == "00"
    assert standing(first) == (Attempt.PAID, 10_000, Money.REFUND)
    assert (first.charge.attempts.get(pk=first.pk).problem, cash.problem) == (Problem.DOUBLE, "")
    assert Receipt.objects.filter(entry__charge=charge).count() == 2


def test_an_error_of_ours_makes_the_gateway_call_again(caplog: Any) -> None:
    """Nothing of it is booked, and neither the secret nor who paid is in a log."""
    attempt = open_attempt()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE payments_receipt RENAME TO away")
        assert tell(query(attempt)) == "99"
        cursor.execute("ALTER TABLE away RENAME TO payments_receipt")
    assert standing(attempt) == (Attempt.STARTED, 0, Money.DUE)
    assert "A notice of vnpay could not be taken" in caplog.text
    assert "SANDBOX-SECRET" not in caplog.text
    assert [tell(query(attempt)), *answers()] == ["00", "99", "00"]


def test_a_notice_without_vnpay_is_refused(settings: Any) -> None:
    raw = query(open_attempt())
    settings.VNPAY_TMN_CODE = settings.VNPAY_HASH_SECRET = ""
    assert tell(raw) == "97"


# --- what is kept --------------------------------------------------------------------------------


def test_a_flood_without_the_secret_is_answered_but_fills_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noticing, "MOST_FORGED", 5)
    attempt = open_attempt()
    assert {tell(query(attempt, OTHER_SECRET)) for _time in range(8)} == {"97"}
    assert GatewayMessage.objects.count() == 5
    assert tell(query(attempt)) == "00"
    assert answers(is_genuine=True) == ["00"]
    with time_machine.travel(minutes(61), tick=False):
        tell("vnp_TxnRef=later")
    assert GatewayMessage.objects.filter(is_genuine=False).count() == 6


def test_a_flood_of_one_true_notice_fills_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noticing, "MOST_OF_ATTEMPT", 5)
    attempt = open_attempt()
    assert [tell(query(attempt)) for _time in range(8)] == ["00", *["02"] * 7]
    assert GatewayMessage.objects.count() == 5


def test_a_notice_costs_few_queries(django_assert_max_num_queries: Any) -> None:
    attempt = open_attempt()
    raw = query(attempt)
    tell(raw)
    with django_assert_max_num_queries(12):
        assert tell(raw) == "02"


# --- a hundred at once ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_hundred_notices_at_once_settle_once(live_server: Any) -> None:
    """The same notice, from many connections, over HTTP: one is recorded, 99 are known, one receipt."""
    attempt = open_attempt()
    address, said = f"{live_server.url}{NOTICE}?{query(attempt)}", []
    start = threading.Barrier(20)

    def knock() -> None:
        start.wait()
        for _time in range(5):
            with urllib.request.urlopen(address, timeout=60) as answer:
                said.append(answer.read().decode())

    threads = [threading.Thread(target=knock) for _n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(s[s.index("RspCode") + 11 :][:2] for s in said) == ["00", *["02"] * 99]
    assert standing(attempt) == (Attempt.PAID, 10_000, Money.PAID)
    assert Entry.objects.filter(kind=Entry.Kind.PAY).count() == 1
    assert Receipt.objects.count() == 1
    assert sorted(answers()) == ["00", *["02"] * 99]
    assert attempt.charge.submission.papers.filter(kind="payment").count() == 1


# --- the browser comes back ----------------------------------------------------------------------


def holder(attempt: PaymentAttempt) -> Client:
    """A browser that holds the submission."""
    client = Client()
    session = client.session
    session[access.FILED] = [attempt.charge.submission.reference]
    session.save()
    return client


def test_the_browser_changes_nothing_and_is_sent_to_the_payment_page() -> None:
    attempt = open_attempt()
    answer = holder(attempt).get(RETURN, QUERY_STRING=query(attempt))
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/thanh-toan/{attempt.charge.submission.reference}/?ve=1",
    )
    assert standing(attempt) == (Attempt.STARTED, 0, Money.DUE)
    message = GatewayMessage.objects.get()
    assert (message.kind, message.is_genuine, message.attempt, message.answer) == ("return", True, attempt, "")


def test_the_return_before_the_notice_and_after_the_end() -> None:
    attempt = open_attempt(expires_at=minutes(5))
    client, raw = holder(attempt), query(attempt)
    client.get(RETURN, QUERY_STRING=raw)
    billing.expire(minutes(6))
    client.get(RETURN, QUERY_STRING=raw)
    assert standing(attempt) == (Attempt.EXPIRED, 0, Money.DUE)
    assert tell(raw) == "00"
    assert standing(attempt) == (Attempt.PAID, 10_000, Money.PAID)
    assert answers() == ["", "", "00"]


def test_a_forged_return_is_kept_as_such_and_gives_no_hint() -> None:
    attempt = open_attempt()
    answer = holder(attempt).get(RETURN, QUERY_STRING=query(attempt, OTHER_SECRET))
    assert answer["Location"] == f"/thanh-toan/{attempt.charge.submission.reference}/"
    assert GatewayMessage.objects.get().is_genuine is False


@pytest.mark.parametrize("secret", ["", OTHER_SECRET])
def test_a_browser_without_a_session_sees_a_page_without_names(secret: str) -> None:
    attempt = open_attempt()
    page = Client().get(RETURN, QUERY_STRING=query(attempt, secret))
    text = page.content.decode()
    submission = attempt.charge.submission
    assert page.status_code == 200
    assert "Bạn vừa rời trang thanh toán" in text
    assert 'href="/tra-cuu/"' in text
    for private in (submission.applicant_name, submission.reference, attempt.reference, "10.000"):
        assert private not in text


@pytest.mark.parametrize("raw", ["", "vnp_TxnRef=%00", "vnp_TxnRef=nobody", "\xff=1", "a=" + "9" * 9000])
def test_a_return_with_junk_shows_the_page(raw: str) -> None:
    assert Client().get(RETURN, QUERY_STRING=raw).status_code == 200


def test_a_return_by_post_becomes_a_get() -> None:
    """Another site's form comes without our session: the address that it becomes comes with it."""
    attempt = open_attempt()
    client, raw = holder(attempt), query(attempt)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(RETURN, raw, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer["Location"]) == (303, f"{RETURN}?{raw}")
    answer = client.get(answer["Location"])
    assert answer["Location"].endswith("/?ve=1")
    assert GatewayMessage.objects.get().is_genuine is True


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\r\nX: y", b"a=" + b"9" * 9000, b"a=<script>"])
def test_junk_by_post_is_bounded(body: bytes) -> None:
    answer = Client().post(RETURN, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 303
    assert answer["Location"].startswith(RETURN)
    assert len(answer["Location"]) < 8100
    assert not set(answer["Location"]) & set("\r\n<>")


# --- what is offered -----------------------------------------------------------------------------


def test_what_is_switched_on_and_takes_the_amount_is_offered(settings: Any) -> None:
    settings.VIETQR_BANK_BIN, settings.VIETQR_ACCOUNT = "970436", "1234567890"
    charge = ChargeFactory()
    assert [way.key for way in offered(charge)] == ["vnpay", "vietqr", "cash"]
    settings.VNPAY_TMN_CODE = ""
    settings.VIETQR_ACCOUNT = ""
    assert [way.key for way in offered(charge)] == ["cash"]
    charge.paid = 10_000
    assert offered(charge) == []
    assert offered(Charge(charged=10**10, submission=charge.submission)) == [GATEWAYS["cash"]]


def test_every_way_says_what_it_is() -> None:
    assert {way.key: way.kind for way in GATEWAYS.values()} == {
        "vnpay": "redirect",
        "vietqr": "transfer",
        "cash": "counter",
    }
    for way in GATEWAYS.values():
        assert str(way.label)
        assert str(way.explain).endswith(".")

"""Money that comes in and goes back: right, late, twice, short, over, for nothing; at once and again."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from payments import billing
from payments.billing import Outcome
from payments.errors import PaymentError
from payments.models import Charge, Entry, PaymentAttempt, Receipt, ReceiptSeries, Refund
from payments.states import Attempt, Money, Problem, RefundState
from submissions import rules, workflow
from submissions.models import LetterCounter, Paper, Submission
from submissions.states import State
from tests.factories import AgencyFactory, AttemptFactory, ChargeFactory, SubmissionFactory, fee
from tests.payments.test_billing import officer, sums, verbs
from tests.submissions.test_concurrency import at_once

pytestmark = pytest.mark.django_db
PAID = Outcome(paid=True, amount=10_000, provider_number="14422574", code="00")
FAILED = Outcome(paid=False, amount=0, code="51")
CANCELLED = Outcome(paid=False, amount=0, code="24", cancelled=True)


def receipts() -> list[str]:
    return [str(r) for r in Receipt.objects.order_by("number")]


# --- the outcome of an attempt -------------------------------------------------------------------


def test_a_paid_attempt_is_booked_with_its_number_and_paper() -> None:
    attempt = AttemptFactory()
    at = datetime.datetime(2026, 11, 20, 3, 5, tzinfo=datetime.UTC)
    done = billing.settle(attempt.pk, Outcome(True, 10_000, "14422574", "00", {"bank": "NCB"}, at=at))
    assert (done.changed, done.problem) == (True, "")
    kept = PaymentAttempt.objects.get()
    assert (kept.state, kept.received, kept.provider_number) == (Attempt.PAID, 10_000, "14422574")
    assert kept.said == {"bank": "NCB", "code": "00", "paid_at": "2026-11-20T03:05:00+00:00"}
    assert sums(attempt.charge) == (10_000, 0, 10_000, 0, Money.PAID)
    filed = Submission.objects.get(pk=attempt.charge.submission_id)
    assert (filed.paid_how, verbs(attempt.charge)[-1]) == ("gateway", "pay")
    paper = filed.papers.get(kind=Paper.Kind.PAYMENT)
    assert paper.content["number"] == "000001/PXNTT"
    assert receipts() == [f"000001/{timezone.localdate().year}"]


@pytest.mark.parametrize("again", [PAID, FAILED, CANCELLED, Outcome(True, 99_000)])
def test_a_paid_attempt_stays_as_it_is_whatever_is_said_again(again: Outcome) -> None:
    attempt = AttemptFactory(paid=True)
    before = verbs(attempt.charge)
    done = billing.settle(attempt.pk, again)
    assert (done.changed, done.attempt.state, done.attempt.received) == (False, Attempt.PAID, 10_000)
    assert (verbs(attempt.charge), len(receipts())) == (before, 1)


@pytest.mark.parametrize(("outcome", "state"), [(FAILED, Attempt.FAILED), (CANCELLED, Attempt.CANCELLED)])
def test_a_failure_leaves_the_charge_due_and_a_new_reference_for_the_next_try(outcome: Outcome, state: str) -> None:
    attempt = AttemptFactory()
    assert [billing.settle(attempt.pk, outcome).changed for _time in range(2)] == [True, False]
    kept = PaymentAttempt.objects.get()
    assert (kept.state, kept.said, kept.received) == (state, {"code": outcome.code}, 0)
    assert sums(attempt.charge) == (10_000, 0, 0, 0, Money.DUE)
    again = billing.start(attempt.charge_id, "vnpay", by=rules.citizen())
    assert again.reference == attempt.reference.replace("-1", "-2")


@pytest.mark.parametrize("state", [Attempt.EXPIRED, Attempt.FAILED, Attempt.CANCELLED])
def test_late_money_pays_what_is_still_due(state: str) -> None:
    attempt = AttemptFactory()
    PaymentAttempt.objects.update(state=state)
    assert billing.settle(attempt.pk, PAID).problem == Problem.LATE
    assert sums(attempt.charge) == (10_000, 0, 10_000, 0, Money.PAID)


def test_late_money_that_was_paid_another_way_is_double() -> None:
    attempt = AttemptFactory()
    billing.take_cash(attempt.charge_id, 10_000, by=officer(attempt.charge))
    assert PaymentAttempt.objects.get(pk=attempt.pk).state == Attempt.CLOSED
    assert billing.settle(attempt.pk, PAID).problem == Problem.DOUBLE
    assert sums(attempt.charge) == (10_000, 0, 20_000, 0, Money.REFUND)
    assert len(receipts()) == 2


@pytest.mark.parametrize("how", ["waived", "ended"])
def test_money_for_what_is_not_due_any_more(how: str) -> None:
    attempt = AttemptFactory()
    by = officer(attempt.charge)
    if how == "waived":
        billing.waive(attempt.charge_id, by=by, reason="Hộ nghèo.")
    else:
        workflow.stop(attempt.charge.submission_id, by=by, reason="Người nộp đề nghị.")
    assert PaymentAttempt.objects.get().state == Attempt.EXPIRED
    assert billing.settle(attempt.pk, PAID).problem == Problem.NOT_DUE
    assert sums(attempt.charge) == (10_000, 10_000, 10_000, 0, Money.REFUND)


def test_short_money_leaves_the_rest_due() -> None:
    attempt = AttemptFactory()
    assert billing.settle(attempt.pk, Outcome(True, 4000)).problem == Problem.SHORT
    assert sums(attempt.charge) == (10_000, 0, 4000, 0, Money.DUE)
    rest = billing.start(attempt.charge_id, "vnpay", by=rules.citizen())
    assert rest.amount == 6000
    assert billing.settle(rest.pk, Outcome(True, 6000)).problem == ""
    assert sums(attempt.charge) == (10_000, 0, 10_000, 0, Money.PAID)


def test_money_above_what_is_due_is_to_go_back() -> None:
    attempt = AttemptFactory()
    assert billing.settle(attempt.pk, Outcome(True, 12_000)).problem == Problem.OVER
    assert sums(attempt.charge) == (10_000, 0, 12_000, 0, Money.REFUND)


@pytest.mark.parametrize("amount", [0, -10_000])
def test_no_money_is_no_payment(amount: int) -> None:
    attempt = AttemptFactory()
    with pytest.raises(PaymentError):
        billing.settle(attempt.pk, Outcome(True, amount))
    assert PaymentAttempt.objects.get().state == Attempt.STARTED


def test_what_pays_closes_the_other_open_attempts() -> None:
    one = AttemptFactory()
    other = AttemptFactory(charge=one.charge, gateway="vietqr")
    billing.settle(other.pk, PAID)
    assert PaymentAttempt.objects.get(pk=one.pk).state == Attempt.CLOSED
    with pytest.raises(PaymentError, match="đã nộp đủ"):
        billing.start(one.charge_id, "vnpay", by=rules.citizen())


def test_cash_is_taken_for_exactly_what_is_due() -> None:
    charge = ChargeFactory()
    by = officer(charge)
    for amount in (0, -1, 9999, 10_001):
        with pytest.raises(PaymentError, match=r"còn phải nộp 10\.000 đồng"):
            billing.take_cash(charge.pk, amount, by=by)
    attempt = billing.take_cash(charge.pk, 10_000, by=by)
    assert (attempt.gateway, attempt.state, attempt.officer) == ("cash", Attempt.PAID, by.officer)
    entry = Entry.objects.get(kind=Entry.Kind.PAY)
    assert (entry.officer, entry.attempt) == (by.officer, attempt)
    assert Submission.objects.get().paid_how == "cash"
    with pytest.raises(PaymentError, match="đã nộp đủ"):
        billing.take_cash(charge.pk, 10_000, by=by)


@pytest.mark.parametrize(
    ("amount", "problem", "state"),
    [(10_000, "", Money.PAID), (4000, Problem.SHORT, Money.DUE), (12_000, Problem.OVER, Money.REFUND)],
)
def test_a_transfer_pays_the_open_attempt_by_transfer(amount: int, problem: str, state: str) -> None:
    attempt = AttemptFactory(gateway="vietqr")
    said = {"bank_reference": "FT26327"}
    taken = billing.take_transfer(attempt.charge_id, amount, said=said, provider_number="FT26327")
    assert (taken, taken.problem, taken.provider_number, taken.said) == (attempt, problem, "FT26327", said)
    assert sums(attempt.charge)[-1] == state


def test_a_transfer_is_never_refused() -> None:
    """Before receipt, before an amount is known, twice, and after the end."""
    early = ChargeFactory(at=State.SUBMITTED)
    assert billing.take_transfer(early.pk, 10_000, said={}).problem == ""
    assert billing.take_transfer(early.pk, 10_000, said={}).problem == Problem.DOUBLE
    unset = ChargeFactory(amount=None)
    assert billing.take_transfer(unset.pk, 10_000, said={}).problem == ""
    assert sums(unset) == (0, 0, 10_000, 0, Money.UNSET)
    line = unset.lines.get()
    billing.set_amounts(unset.pk, {line.pk: billing.LineChange(unit_amount=10_000)}, by=officer(unset))
    assert sums(unset) == (10_000, 0, 10_000, 0, Money.PAID)
    ended = ChargeFactory(via="submit refuse")
    assert billing.take_transfer(ended.pk, 10_000, said={}).problem == Problem.NOT_DUE


# --- receipts ------------------------------------------------------------------------------------


def series(agency: Any, **more: Any) -> ReceiptSeries:
    today = timezone.localdate()
    facts = {"series": "AB-26E", "active_from": today, "form_sign": "01BLP", "collector": "UBND", "tax_code": "3000"}
    return ReceiptSeries.objects.create(**{"agency": agency, **facts, **more})


def test_an_approved_series_gives_its_numbers_until_it_is_used_up() -> None:
    ward = AgencyFactory()
    series(ward, first_number=8, last_number=9)
    series(ward, series="AC-26E", active_from=timezone.localdate() - datetime.timedelta(days=1), last_number=0)
    charges = [ChargeFactory(agency=ward) for _ in range(3)]
    for charge in charges:
        billing.take_cash(charge.pk, 10_000, by=officer(charge))
    rows = Receipt.objects.order_by("number").values_list("number", "series__series", "series_number")
    assert list(rows) == [(1, "AB-26E", 8), (2, "AB-26E", 9), (3, None, None)]


@pytest.mark.parametrize(("begins", "ends", "used"), [(0, 0, True), (0, None, True), (1, None, False), (-9, -1, False)])
def test_a_series_is_used_within_its_days(begins: int, ends: int | None, used: bool) -> None:
    charge, today = ChargeFactory(), timezone.localdate()
    until = None if ends is None else today + datetime.timedelta(days=ends)
    series(charge.agency, active_from=today + datetime.timedelta(days=begins), active_to=until)
    billing.take_cash(charge.pk, 10_000, by=officer(charge))
    assert (Receipt.objects.get().series is not None) == used


def test_money_for_nothing_uses_no_fee_receipt() -> None:
    charge = ChargeFactory()
    series(charge.agency)
    for _time in range(2):
        billing.take_transfer(charge.pk, 10_000, said={})
    assert list(Receipt.objects.order_by("number").values_list("series_number", flat=True)) == [1, None]


def test_town_and_centre_number_together() -> None:
    town = AgencyFactory(town=True)
    centre = AgencyFactory(centre=True, parent=town)
    for agency in (town, centre):
        charge = ChargeFactory(agency=agency)
        billing.take_cash(charge.pk, 10_000, by=officer(charge))
    assert list(Receipt.objects.order_by("number").values_list("agency", "number")) == [(town.pk, 1), (town.pk, 2)]


# --- refunds -------------------------------------------------------------------------------------


def ask(attempt: PaymentAttempt, amount: int, way: str = "cash") -> Refund:
    return billing.ask_refund(attempt.pk, amount, way, by=officer(attempt.charge), reason="Nộp thừa.")


def test_a_refund_is_booked_when_it_is_done_and_once() -> None:
    attempt = AttemptFactory(paid=True)
    billing.waive(attempt.charge_id, by=officer(attempt.charge), reason="Nhầm.", whole=True)
    refund = ask(attempt, 10_000)
    assert sums(attempt.charge) == (10_000, 10_000, 10_000, 0, Money.REFUND)
    for _time in range(2):
        billing.refund_done(refund.pk, "RF1", by=officer(attempt.charge))
    assert sums(attempt.charge) == (10_000, 10_000, 10_000, 10_000, Money.WAIVED)
    kept = Refund.objects.get()
    assert (kept.state, kept.provider_number, PaymentAttempt.objects.get().refunded) == ("done", "RF1", 10_000)
    assert verbs(attempt.charge)[-3:] == ["waive", "refund", "refund"]


def test_refunds_never_exceed_what_came() -> None:
    attempt = AttemptFactory(paid=True)
    for amount in (0, -1, 10_001):
        with pytest.raises(PaymentError, match=r"không quá 10\.000 đồng"):
            ask(attempt, amount)
    first = ask(attempt, 4000)
    with pytest.raises(PaymentError, match=r"không quá 6\.000 đồng"):
        ask(attempt, 6001)
    billing.refund_failed(first.pk, "Từ chối", permanent=True)
    second = ask(attempt, 10_000)
    billing.refund_done(second.pk)
    with pytest.raises(PaymentError, match="nhiều hơn số đã nhận"):
        billing.refund_done(first.pk)
    assert sums(attempt.charge) == (10_000, 0, 10_000, 10_000, Money.DUE)


def test_only_money_that_came_goes_back_and_only_by_a_way_there_is() -> None:
    with pytest.raises(PaymentError, match="chưa nhận được tiền"):
        ask(AttemptFactory(), 1)
    with pytest.raises(PaymentError, match="Không hoàn theo cách này"):
        ask(AttemptFactory(paid=True), 1, "pigeon")
    charge = ChargeFactory()
    cash = billing.take_cash(charge.pk, 10_000, by=officer(charge))
    with pytest.raises(PaymentError, match="Không hoàn theo cách này"):
        ask(cash, 1, "gateway")
    with pytest.raises(PaymentError, match="lý do"):
        billing.ask_refund(cash.pk, 1, "cash", by=officer(charge), reason=" ")


def test_a_refund_by_a_gateway_is_claimed_by_one_and_tried_again_later() -> None:
    refund = ask(AttemptFactory(paid=True), 10_000, "gateway")
    assert [billing.claim_refund(refund.pk) for _time in range(2)] == [True, False]
    billing.refund_failed(refund.pk, "504", permanent=False)
    kept = Refund.objects.get()
    assert (kept.state, kept.tries, kept.error, kept.claimed_at) == (RefundState.SENT, 1, "504", None)
    assert not billing.claim_refund(refund.pk)
    Refund.objects.update(next_try_at=timezone.now())
    assert billing.claim_refund(refund.pk)
    Refund.objects.update(claimed_at=timezone.now() - datetime.timedelta(minutes=11))
    assert billing.claim_refund(refund.pk)
    billing.refund_failed(refund.pk, "94", permanent=True)
    assert Refund.objects.get().state == RefundState.FAILED
    assert not billing.claim_refund(refund.pk)


def test_cash_refunds_are_not_for_the_gateway() -> None:
    assert not billing.claim_refund(ask(AttemptFactory(paid=True), 1).pk)


# --- many at once --------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_notice_replayed_by_many_at_once_is_one_payment() -> None:
    attempt = AttemptFactory()
    results = at_once(*[lambda: billing.settle(attempt.pk, PAID).changed] * 20)
    assert sorted(results) == [False] * 19 + [True]
    assert sums(attempt.charge) == (10_000, 0, 10_000, 0, Money.PAID)
    assert (Entry.objects.filter(kind="pay").count(), Receipt.objects.count()) == (1, 1)
    assert verbs(attempt.charge).count("pay") == 1
    assert Paper.objects.filter(kind=Paper.Kind.PAYMENT).count() == 1


@pytest.mark.django_db(transaction=True)
def test_every_way_at_once_pays_once_and_the_rest_is_to_go_back() -> None:
    charge = ChargeFactory()
    vnpay, vietqr = AttemptFactory(charge=charge), AttemptFactory(charge=charge, gateway="vietqr")
    by = officer(charge)
    at_once(
        lambda: billing.settle(vnpay.pk, PAID),
        lambda: billing.take_transfer(charge.pk, 10_000, said={}),
        lambda: billing.take_cash(charge.pk, 10_000, by=by),
        lambda: billing.waive(charge.pk, by=by, reason="Hộ nghèo."),
        lambda: billing.expire(),
        lambda: workflow.stop(charge.submission_id, by=by, reason="Đề nghị dừng."),
    )
    now = Charge.objects.get()
    paid = sum(PaymentAttempt.objects.filter(state=Attempt.PAID).values_list("received", flat=True))
    assert (now.paid, vietqr.number) == (paid, 2)
    assert now.paid >= 20_000
    assert Receipt.objects.count() == Entry.objects.filter(kind="pay").count() == paid // 10_000
    assert sums(charge)[-1] == Money.REFUND


@pytest.mark.django_db(transaction=True)
def test_numbers_of_many_payments_at_once_have_no_gap() -> None:
    ward = AgencyFactory()
    series(ward, last_number=5)
    attempts = [AttemptFactory(agency=ward) for _ in range(8)]
    at_once(*[lambda a=a: billing.settle(a.pk, PAID) for a in attempts])
    assert list(Receipt.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 9))
    used = Receipt.objects.exclude(series=None).order_by("series_number").values_list("series_number", flat=True)
    assert list(used) == [1, 2, 3, 4, 5]
    assert LetterCounter.objects.get(symbol="PXNTT").last == 8


@pytest.mark.django_db(transaction=True)
def test_refunds_asked_at_once_stay_within_what_came() -> None:
    attempt = AttemptFactory(paid=True)
    results = at_once(*[lambda: ask(attempt, 6000).amount] * 4)
    assert sorted(map(str, results)) == ["6000", *["PaymentError"] * 3]


def test_a_rehearsal_has_no_money() -> None:
    rehearsal = SubmissionFactory(is_rehearsal=True, fees=[fee()], at=State.SUBMITTED)
    assert (billing.of(rehearsal), rehearsal.money, rehearsal.owed) == (None, "", 0)

"""Bills: what is to be paid, and every way in which it changes."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from payments import billing
from payments.errors import PaymentError
from payments.models import Charge, Entry, PaymentAttempt, PostageRate
from payments.states import Attempt, Money
from procedures.models import Procedure
from submissions import rules, workflow
from submissions.errors import NotAllowed, NotPossible
from submissions.models import Submission
from submissions.rules import Actor
from submissions.states import State
from tests.factories import (
    AttemptFactory,
    ChargeFactory,
    ChargeLineFactory,
    OfficerFactory,
    ProcedureFactory,
    SubmissionFactory,
    clerk,
    fee,
)

pytestmark = pytest.mark.django_db


def officer(charge: Charge) -> Actor:
    return rules.officer_actor(clerk(charge.agency))


def fresh(charge: Charge) -> Charge:
    return Charge.objects.select_related("submission", "agency").get(pk=charge.pk)


def sums(charge: Charge) -> tuple[int, int, int, int, str]:
    """charged, waived, paid, refunded and the state; the columns of the submission must say the same."""
    now = fresh(charge)
    owed = None if now.state == Money.UNSET else max(now.due, 0)
    assert (now.submission.money, now.submission.owed) == (now.state, owed)
    return now.charged, now.waived, now.paid, now.refunded, now.state


def verbs(charge: Charge) -> list[str]:
    return list(charge.submission.events.order_by("number").values_list("verb", flat=True))


# --- opening -------------------------------------------------------------------------------------


def test_what_was_filed_with_fees_has_a_bill_that_is_payable_from_receipt() -> None:
    charge = ChargeFactory(at=State.SUBMITTED)
    assert sums(charge) == (10_000, 0, 0, 0, Money.DUE)
    assert charge.payable_from is None
    workflow.receive(charge.submission.pk, by=officer(charge))
    assert fresh(charge).payable_from is not None
    line = charge.lines.get()
    assert (line.name, line.kind, line.unit_amount, line.quantity) == ("Lệ phí đăng ký khai sinh", "le_phi", 10_000, 1)
    entry = charge.entries.get()
    assert (entry.kind, entry.amount, entry.line, entry.day) == ("charge", 10_000, line, timezone.localdate())


def test_paid_before_receipt_where_the_procedure_says_so() -> None:
    procedure = ProcedureFactory(pay_when=Procedure.PayWhen.BEFORE_RECEIPT)
    charge = ChargeFactory(procedure=procedure, at=State.SUBMITTED)
    by = officer(charge)
    with pytest.raises(NotPossible):
        workflow.receive(charge.submission.pk, by=by)
    billing.take_cash(charge.pk, 10_000, by=by)
    assert workflow.receive(charge.submission.pk, by=by).state == State.RECEIVED


@pytest.mark.parametrize("fees", [[], [fee(0)], [fee(0), fee(0, condition="Đúng hạn")]])
def test_nothing_to_pay_is_no_bill(fees: list[dict[str, Any]]) -> None:
    filed = SubmissionFactory(fees=fees, at=State.RECEIVED)
    assert billing.of(filed) is None
    assert (filed.money, filed.owed) == ("", 0)
    assert set(filed.events.values_list("verb", flat=True)) == {"submit", "receive"}


@pytest.mark.parametrize(
    ("line", "quantity"),
    [
        (fee(None), 1),
        (fee(8000, unit="bản"), None),
        (fee(8000, condition="Khi quá hạn"), None),
        (fee(None, unit="tờ"), None),
    ],
)
def test_what_is_not_known_waits_for_the_officer(line: dict[str, Any], quantity: int | None) -> None:
    charge = ChargeFactory(fees=[fee(20_000), line])
    assert sums(charge) == (20_000, 0, 0, 0, Money.UNSET)
    assert charge.lines.get(order=1).quantity == quantity
    with pytest.raises(PaymentError, match="chưa xác định"):
        billing.start(charge.pk, "vnpay", by=rules.citizen())
    with pytest.raises(NotPossible, match="xác định mức thu"):
        handed_over(charge)


def handed_over(charge: Charge) -> Submission:
    """From received to the counter."""
    by, pk = officer(charge), charge.submission.pk
    workflow.start(pk, by=by)
    workflow.finish(pk, by=by, result_note="Đã cấp.")
    return workflow.hand_over(pk, by=by, how="counter")


def test_a_bill_is_opened_once() -> None:
    charge = ChargeFactory()
    assert billing.open_charge(charge.submission, by=rules.SYSTEM_ACTOR) == charge
    assert Charge.objects.count() == 1


def test_later_prices_do_not_touch_the_bill() -> None:
    charge = ChargeFactory()
    Submission.objects.filter(pk=charge.submission_id).update(fees=[fee(99_000)])
    assert sums(charge) == (10_000, 0, 0, 0, Money.DUE)


@pytest.mark.parametrize(
    ("payer", "delivery", "rates", "expected"),
    [
        ("recipient", "post", [(25_000, -1)], None),
        ("charge", "counter", [(25_000, -1)], None),
        ("charge", "post", [(25_000, -1)], (25_000, Money.DUE)),
        ("charge", "post", [(25_000, -9), (30_000, 0), (40_000, 1)], (30_000, Money.DUE)),
        ("charge", "post", [(25_000, 1)], (0, Money.UNSET)),
        ("charge", "post", [(0, 0)], None),
    ],
)
def test_postage_in_advance(
    payer: str, delivery: str, rates: list[tuple[int, int]], expected: tuple[int, str] | None, settings: Any
) -> None:
    settings.POSTAGE_PAYER = payer
    for amount, days in rates:
        day = timezone.localdate() + datetime.timedelta(days=days)
        PostageRate.objects.create(name="Chuyển phát nhanh", amount=amount, valid_from=day)
    charge = billing.of(SubmissionFactory(delivery=delivery, at=State.SUBMITTED))
    assert (charge and (charge.charged, charge.state)) == expected


# --- amounts -------------------------------------------------------------------------------------


def test_an_officer_sets_what_was_not_known() -> None:
    charge = ChargeFactory(fees=[fee(20_000), fee(None), fee(8000, unit="bản"), fee(5000, condition="Quá hạn")])
    _known, amount, copies, late = charge.lines.all()
    change = billing.LineChange
    changes = {amount.pk: change(unit_amount=7000), copies.pk: change(quantity=3), late.pk: change(quantity=0)}
    billing.set_amounts(charge.pk, changes, by=officer(charge))
    assert sums(charge) == (20_000 + 7000 + 24_000, 0, 0, 0, Money.DUE)
    assert [line.amount for line in charge.lines.all()] == [20_000, 7000, 24_000, 0]


def test_all_set_to_nothing_is_nothing_to_pay() -> None:
    line = ChargeLineFactory(amount=None)
    billing.set_amounts(line.charge_id, {line.pk: billing.LineChange(unit_amount=0)}, by=officer(line.charge))
    assert sums(line.charge) == (0, 0, 0, 0, Money.WAIVED)
    assert handed_over(line.charge).state == State.HANDED_OVER


def test_a_correction_needs_a_reason_and_is_an_entry_of_its_own() -> None:
    line = ChargeLineFactory()
    charge, by = line.charge, officer(line.charge)
    with pytest.raises(PaymentError, match="lý do"):
        billing.set_amounts(charge.pk, {line.pk: billing.LineChange(unit_amount=8000)}, by=by)
    billing.set_amounts(charge.pk, {line.pk: billing.LineChange(unit_amount=8000)}, by=by, reason="Nhập nhầm.")
    entries = list(charge.entries.order_by("pk").values_list("kind", "amount", "reason"))
    assert entries == [("charge", 10_000, ""), ("charge", -2000, "Nhập nhầm.")]
    assert sums(charge) == (8000, 0, 0, 0, Money.DUE)


def test_the_same_amount_again_writes_nothing() -> None:
    line = ChargeLineFactory()
    before = verbs(line.charge)
    billing.set_amounts(line.charge_id, {line.pk: billing.LineChange(10_000, 1)}, by=officer(line.charge))
    assert verbs(line.charge) == before


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (15_000, (15_000, 0, 10_000, 0, Money.DUE)),
        (4000, (4000, 0, 10_000, 0, Money.REFUND)),
        (0, (0, 0, 10_000, 0, Money.REFUND)),
    ],
)
def test_a_correction_after_payment(amount: int, expected: tuple[int, int, int, int, str]) -> None:
    attempt = AttemptFactory(paid=True)
    line = attempt.charge.lines.get()
    change = {line.pk: billing.LineChange(unit_amount=amount)}
    billing.set_amounts(attempt.charge_id, change, by=officer(attempt.charge), reason="Tính lại.")
    assert sums(attempt.charge) == expected


@pytest.mark.parametrize(
    "change", [billing.LineChange(unit_amount=-1), billing.LineChange(quantity=-1), billing.LineChange(10**9, 2)]
)
def test_amounts_without_sense_are_refused(change: billing.LineChange) -> None:
    line = ChargeLineFactory()
    with pytest.raises(PaymentError):
        billing.set_amounts(line.charge_id, {line.pk: change}, by=officer(line.charge), reason="x")
    assert sums(line.charge) == (10_000, 0, 0, 0, Money.DUE)


def test_a_line_of_another_bill_is_refused() -> None:
    line, other = ChargeLineFactory(), ChargeLineFactory()
    with pytest.raises(PaymentError, match="không thuộc hồ sơ"):
        billing.set_amounts(line.charge_id, {other.pk: billing.LineChange(1)}, by=officer(line.charge), reason="x")


def test_amounts_of_an_ended_submission_stand() -> None:
    line = ChargeLineFactory(via="submit receive stop")
    with pytest.raises(PaymentError, match="đã kết thúc"):
        billing.set_amounts(line.charge_id, {line.pk: billing.LineChange(1)}, by=officer(line.charge), reason="x")


def test_lowering_takes_back_what_was_waived_above_it() -> None:
    line = ChargeLineFactory()
    charge, by = line.charge, officer(line.charge)
    billing.exempt(charge.pk, line.pk, by=by, reason="Hộ nghèo", paper="Sổ hộ nghèo số 12")
    billing.set_amounts(charge.pk, {line.pk: billing.LineChange(unit_amount=4000)}, by=by, reason="Nhập nhầm.")
    assert sums(charge) == (4000, 4000, 0, 0, Money.WAIVED)
    assert charge.lines.get().waived == 4000


def test_a_correction_ends_open_attempts_for_another_amount() -> None:
    attempt = AttemptFactory()
    line = attempt.charge.lines.get()
    change = {line.pk: billing.LineChange(unit_amount=4000)}
    billing.set_amounts(attempt.charge_id, change, by=officer(attempt.charge), reason="Nhập nhầm.")
    assert PaymentAttempt.objects.get().state == Attempt.EXPIRED
    again = billing.start(attempt.charge_id, "vnpay", by=rules.citizen())
    assert (again.amount, again.number) == (4000, 2)


# --- exempt, waived ------------------------------------------------------------------------------


def test_an_exempt_line_keeps_reason_and_paper() -> None:
    charge = ChargeFactory(fees=[fee(10_000), fee(30_000)])
    one, _two = charge.lines.all()
    by = officer(charge)
    billing.exempt(charge.pk, one.pk, by=by, reason="Người có công", paper="Giấy xác nhận số 3")
    assert sums(charge) == (40_000, 10_000, 0, 0, Money.DUE)
    entry = charge.entries.get(kind=Entry.Kind.WAIVE)
    kept = (entry.amount, entry.line, entry.reason, entry.paper, entry.officer)
    assert kept == (10_000, one, "Người có công", "Giấy xác nhận số 3", by.officer)
    with pytest.raises(PaymentError, match="đã được miễn hết"):
        billing.exempt(charge.pk, one.pk, by=by, reason="Người có công")


def test_part_of_a_line_is_exempt() -> None:
    line = ChargeLineFactory()
    by = officer(line.charge)
    for amount, is_good in ((0, False), (10_001, False), (5000, True), (5001, False), (5000, True)):
        if is_good:
            billing.exempt(line.charge_id, line.pk, by=by, reason="Giảm 50 %", amount=amount)
            continue
        with pytest.raises(PaymentError, match="từ 1 đồng đến"):
            billing.exempt(line.charge_id, line.pk, by=by, reason="Giảm 50 %", amount=amount)
    assert sums(line.charge) == (10_000, 10_000, 0, 0, Money.WAIVED)


def test_a_line_without_amount_is_exempt_as_a_whole() -> None:
    line = ChargeLineFactory(amount=None)
    by = officer(line.charge)
    with pytest.raises(PaymentError, match="trước khi miễn một phần"):
        billing.exempt(line.charge_id, line.pk, by=by, reason="Trẻ em", amount=5)
    billing.exempt(line.charge_id, line.pk, by=by, reason="Trẻ em")
    assert sums(line.charge) == (0, 0, 0, 0, Money.WAIVED)
    assert line.charge.entries.get().reason == "Trẻ em"


def test_a_waiver_needs_a_reason_and_something_to_waive() -> None:
    charge = ChargeFactory()
    by = officer(charge)
    with pytest.raises(PaymentError, match="lý do"):
        billing.waive(charge.pk, by=by, reason=" ")
    billing.waive(charge.pk, by=by, reason="Thu nhầm đối tượng.")
    assert sums(charge) == (10_000, 10_000, 0, 0, Money.WAIVED)
    with pytest.raises(PaymentError, match="Không còn khoản nào"):
        billing.waive(charge.pk, by=by, reason="Lần nữa.")
    assert handed_over(charge).state == State.HANDED_OVER


def test_waiving_what_was_paid_makes_it_a_refund() -> None:
    attempt = AttemptFactory(paid=True)
    charge, by = attempt.charge, officer(attempt.charge)
    with pytest.raises(PaymentError, match="Không còn khoản nào"):
        billing.waive(charge.pk, by=by, reason="Nhầm.")
    billing.waive(charge.pk, by=by, reason="Nhầm.", amount=3000)
    assert sums(charge) == (10_000, 3000, 10_000, 0, Money.REFUND)
    billing.waive(charge.pk, by=by, reason="Nhầm.", whole=True)
    assert sums(charge) == (10_000, 10_000, 10_000, 0, Money.REFUND)


def test_a_waiver_of_everything_drops_what_is_not_known() -> None:
    charge = ChargeFactory(fees=[fee(10_000), fee(None)])
    billing.waive(charge.pk, by=officer(charge), reason="Bão lụt.")
    assert sums(charge) == (10_000, 10_000, 0, 0, Money.WAIVED)


def test_another_agency_does_nothing_with_the_bill() -> None:
    attempt = AttemptFactory(paid=True)
    charge, by = attempt.charge, rules.officer_actor(OfficerFactory())
    line = charge.lines.get()
    acts = [
        lambda: billing.set_amounts(charge.pk, {line.pk: billing.LineChange(1)}, by=by, reason="x"),
        lambda: billing.exempt(charge.pk, line.pk, by=by, reason="x"),
        lambda: billing.waive(charge.pk, by=by, reason="x", whole=True),
        lambda: billing.take_cash(charge.pk, 1, by=by),
        lambda: billing.ask_refund(attempt.pk, 1, "cash", by=by, reason="x"),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()
    assert sums(charge) == (10_000, 0, 10_000, 0, Money.PAID)


# --- the end of the submission -------------------------------------------------------------------


@pytest.mark.parametrize("via", ["submit refuse", "submit withdraw", "submit request_supplement withdraw"])
def test_an_end_before_receipt_waives_the_whole(via: str) -> None:
    charge = ChargeFactory(via=via, fees=[fee(10_000), fee(None)])
    assert sums(charge) == (10_000, 10_000, 0, 0, Money.WAIVED)


@pytest.mark.parametrize("via", ["receive stop", "receive start decline", "receive request_supplement withdraw"])
def test_an_end_after_receipt_waives_what_is_unpaid_and_keeps_what_was_paid(via: str) -> None:
    unpaid = ChargeFactory(via=f"submit {via}")
    assert sums(unpaid) == (10_000, 10_000, 0, 0, Money.WAIVED)
    assert unpaid.entries.get(kind="waive").officer is None


def paid_then(verb: str, pay_when: str) -> Charge:
    charge = ChargeFactory(procedure=ProcedureFactory(pay_when=pay_when), at=State.SUBMITTED)
    by, pk = officer(charge), charge.submission.pk
    if pay_when == Procedure.PayWhen.AFTER_RECEIPT:
        workflow.receive(pk, by=by)
    billing.take_cash(charge.pk, 10_000, by=by)
    acts = {
        "refuse": lambda: workflow.refuse(pk, by=by, reason="Sai nơi nộp."),
        "withdraw": lambda: workflow.withdraw(pk, by=rules.citizen()),
        "stop": lambda: workflow.stop(pk, by=by, reason="Người nộp đề nghị."),
    }
    acts[verb]()
    return charge


@pytest.mark.parametrize(
    ("verb", "pay_when", "expected"),
    [
        ("refuse", "before_receipt", (10_000, 10_000, 10_000, 0, Money.REFUND)),
        ("withdraw", "before_receipt", (10_000, 10_000, 10_000, 0, Money.REFUND)),
        ("stop", "after_receipt", (10_000, 0, 10_000, 0, Money.PAID)),
    ],
)
def test_what_was_paid_at_the_end(verb: str, pay_when: str, expected: tuple[int, int, int, int, str]) -> None:
    assert sums(paid_then(verb, pay_when)) == expected


def test_a_double_click_on_a_verb_that_waives_is_the_same_act() -> None:
    charge = ChargeFactory()
    by, version = officer(charge), Submission.objects.get(pk=charge.submission_id).version
    for _click in range(2):
        workflow.stop(charge.submission_id, by=by, reason="Người nộp đề nghị.", version=version)
    assert verbs(charge) == ["submit", "charge", "receive", "stop", "waive"]


# --- attempts ------------------------------------------------------------------------------------


def test_a_started_attempt_is_given_again_until_its_time_is_up() -> None:
    charge, by = ChargeFactory(), rules.citizen()
    soon = timezone.now() + datetime.timedelta(minutes=15)
    one = billing.start(charge.pk, "vnpay", by=by, expires_at=soon)
    assert one.reference == f"{charge.submission.reference.replace('-', '')}-1"
    assert billing.start(charge.pk, "vnpay", by=by, expires_at=soon) == one
    assert billing.start(charge.pk, "vietqr", by=by).number == 2
    PaymentAttempt.objects.filter(pk=one.pk).update(expires_at=timezone.now())
    assert billing.start(charge.pk, "vnpay", by=by, expires_at=soon).number == 3


def test_not_before_receipt() -> None:
    charge = ChargeFactory(at=State.SUBMITTED)
    with pytest.raises(PaymentError, match="chưa được tiếp nhận"):
        billing.start(charge.pk, "vnpay", by=rules.citizen())


def test_only_attempts_whose_time_is_up_expire() -> None:
    now = timezone.now()
    early = AttemptFactory(expires_at=now - datetime.timedelta(seconds=1))
    late = AttemptFactory(expires_at=now + datetime.timedelta(minutes=1))
    endless, paid = AttemptFactory(), AttemptFactory(paid=True)
    assert (billing.expire(), billing.expire()) == (1, 0)
    states = [PaymentAttempt.objects.get(pk=a.pk).state for a in (early, late, endless, paid)]
    assert states == [Attempt.EXPIRED, Attempt.STARTED, Attempt.STARTED, Attempt.PAID]

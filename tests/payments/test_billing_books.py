"""Any sequence of acts, right or refused, leaves the books exact."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments import billing
from payments.billing import Outcome
from payments.models import Charge, Entry, PaymentAttempt, Receipt, Refund
from payments.states import Money
from submissions import rules, workflow
from submissions.errors import SubmissionError
from submissions.models import LetterCounter, Paper
from submissions.states import State
from tests.factories import ChargeFactory, clerk, fee

pytestmark = pytest.mark.django_db
AMOUNTS = st.integers(min_value=-1, max_value=5).map(lambda n: n * 5000)
GATEWAYS = st.sampled_from(["vnpay", "vietqr"])


class Life:
    """One bill and what is done to it; every act may be refused, none may leave the books wrong."""

    def __init__(self, data: Any) -> None:
        self.draw = data.draw
        fees = self.draw(st.sampled_from([[fee()], [fee(), fee(None)], [fee(5000, unit="bản"), fee(20_000)]]))
        self.charge = ChargeFactory(fees=fees, at=self.draw(st.sampled_from([State.SUBMITTED, State.RECEIVED])))
        self.pk, self.submission_pk = self.charge.pk, self.charge.submission_id
        self.by = rules.officer_actor(clerk(self.charge.agency))

    def line(self) -> int:
        return int(self.draw(st.sampled_from(list(self.charge.lines.values_list("pk", flat=True)))))

    def some(self, rows: Any) -> Any:
        keys = list(rows.values_list("pk", flat=True))
        return self.draw(st.sampled_from(keys)) if keys else None

    # --- the acts --------------------------------------------------------------------------------

    def set_amounts(self) -> None:
        change = billing.LineChange(self.draw(AMOUNTS), self.draw(st.sampled_from([None, 0, 1, 2])))
        billing.set_amounts(self.pk, {self.line(): change}, by=self.by, reason="Tính lại.")

    def exempt(self) -> None:
        amount = self.draw(st.none() | AMOUNTS)
        billing.exempt(self.pk, self.line(), by=self.by, reason="Hộ nghèo", amount=amount)

    def waive(self) -> None:
        amount, whole = self.draw(st.none() | AMOUNTS), self.draw(st.booleans())
        billing.waive(self.pk, by=self.by, reason="Bão lụt", amount=amount, whole=whole)

    def start(self) -> None:
        billing.start(self.pk, self.draw(GATEWAYS), by=rules.citizen())

    def settle(self) -> None:
        attempt = self.some(PaymentAttempt.objects.filter(charge=self.pk))
        if attempt:
            paid, amount = self.draw(st.booleans()), self.draw(AMOUNTS)
            billing.settle(attempt, Outcome(paid, amount, cancelled=self.draw(st.booleans())))

    def cash(self) -> None:
        billing.take_cash(self.pk, Charge.objects.get(pk=self.pk).due, by=self.by)

    def transfer(self) -> None:
        billing.take_transfer(self.pk, self.draw(AMOUNTS), said={})

    def ask_refund(self) -> None:
        attempt = self.some(PaymentAttempt.objects.filter(charge=self.pk))
        if attempt:
            way = self.draw(st.sampled_from(Refund.Way.values))
            billing.ask_refund(attempt, self.draw(AMOUNTS), way, by=self.by, reason="Nộp thừa")

    def end_refund(self) -> None:
        refund = self.some(Refund.objects.filter(attempt__charge=self.pk))
        if refund and self.draw(st.booleans()):
            billing.refund_done(refund)
        elif refund:
            billing.refund_failed(refund, "x", permanent=self.draw(st.booleans()))

    def move(self) -> None:
        acts: list[Callable[[], object]] = [
            lambda: workflow.receive(self.submission_pk, by=self.by),
            lambda: workflow.refuse(self.submission_pk, by=self.by, reason="x"),
            lambda: workflow.stop(self.submission_pk, by=self.by, reason="x"),
        ]
        self.draw(st.sampled_from(acts))()


ACTS = [
    Life.set_amounts,
    Life.exempt,
    Life.waive,
    Life.start,
    Life.settle,
    Life.cash,
    Life.transfer,
    Life.ask_refund,
    Life.end_refund,
    Life.move,
]


def check(charge_pk: int) -> None:
    charge = Charge.objects.select_related("submission").get(pk=charge_pk)
    booked = dict(charge.entries.order_by().values_list("kind").annotate(sum=Sum("amount")))
    written = {"charge": charge.charged, "waive": charge.waived, "pay": charge.paid, "refund": charge.refunded}
    assert written == {kind: booked.get(kind, 0) for kind in Entry.Kind.values}
    lines = list(charge.lines.all())
    assert charge.charged == sum(line.amount or 0 for line in lines)
    assert 0 <= charge.waived <= charge.charged
    assert all(0 <= line.waived <= (line.amount or 0) for line in lines)
    assert 0 <= charge.refunded <= charge.paid
    is_set = all(line.amount is not None for line in lines)
    assert (charge.state != Money.UNSET) == is_set
    owed = max(charge.charged - charge.waived - charge.paid + charge.refunded, 0) if is_set else None
    assert (charge.submission.money, charge.submission.owed) == (charge.state, owed)
    for attempt in charge.attempts.all():
        assert 0 <= attempt.refunded <= attempt.received
    came = sum(charge.attempts.values_list("received", flat=True))
    back = sum(charge.attempts.values_list("refunded", flat=True))
    assert (charge.paid, charge.refunded) == (came, back)


def check_receipts(charge_pk: int) -> None:
    paid = Entry.objects.filter(charge=charge_pk, kind=Entry.Kind.PAY)
    numbers = list(Receipt.objects.filter(entry__in=paid).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, paid.count() + 1))
    counter = LetterCounter.objects.filter(agency=Charge.objects.get(pk=charge_pk).agency, symbol="PXNTT").first()
    assert (counter.last if counter else 0) == len(numbers)
    papers = Paper.objects.filter(submission__charge=charge_pk, kind=Paper.Kind.PAYMENT)
    assert papers.count() == len(numbers)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_books_are_exact_after_any_sequence_of_acts(data: Any) -> None:
    life = Life(data)
    for act in data.draw(st.lists(st.sampled_from(ACTS), min_size=1, max_size=12)):
        with contextlib.suppress(SubmissionError):
            act(life)
        check(life.pk)
    check_receipts(life.pk)


def test_the_equation_holds_for_an_agency_and_a_day() -> None:
    """charged = paid + due + waived - refunded, of the entries of one day at one agency."""
    charge = ChargeFactory(fees=[fee(10_000), fee(20_000)])
    by = rules.officer_actor(clerk(charge.agency))
    one, _two = charge.lines.all()
    billing.exempt(charge.pk, one.pk, by=by, reason="Hộ nghèo")
    billing.take_transfer(charge.pk, 25_000, said={})
    billing.refund_done(billing.ask_refund(charge.attempts.get().pk, 5000, "cash", by=by, reason="Thừa").pk, by=by)
    ChargeFactory(agency=charge.agency, procedure=charge.submission.procedure)
    rows = Entry.objects.filter(agency=charge.agency, day=charge.entries.first().day)
    of = {kind: rows.filter(kind=kind).aggregate(sum=Sum("amount"))["sum"] for kind in Entry.Kind.values}
    due = sum(c.due for c in Charge.objects.filter(agency=charge.agency))
    assert of == {"charge": 40_000, "waive": 10_000, "pay": 25_000, "refund": 5000}
    assert due == 10_000
    assert of["charge"] == of["pay"] + due + of["waive"] - of["refund"]

"""Sample payments and parcels. Nothing of them leaves this machine: no gateway and no carrier is called for them.

Online payments are marked as a test. What is given to the post goes by the carrier whose numbers are typed, whatever
the setting says: a made-up parcel is never ordered or asked about.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings

from payments import billing, delivery, handover
from payments.models import Charge, Delivery
from payments.states import ALIVE
from submissions import rules
from submissions.models import Officer, Submission
from submissions.notices import officers_with
from submissions.states import Role

DATA = Path(__file__).with_name("samples.yaml")
Words = Mapping[str, Any]


@contextlib.contextmanager
def around(sample: Words) -> Iterator[None]:
    """`carrier` of a sample for as long as it is made. A command is alone in its process."""
    real = settings.CARRIER
    settings.CARRIER = sample.get("carrier", real)
    try:
        yield
    finally:
        settings.CARRIER = real


def _bill(submission: Submission) -> Charge:
    return Charge.objects.get(submission=submission)


def _parcel(submission: Submission) -> Delivery:
    return submission.deliveries.get(direction=Delivery.Direction.OUT, step__in=ALIVE)


def _by(submission: Submission, *roles: str) -> rules.Actor:
    """The first officer of the agency with the first of the roles that somebody has."""
    found: Iterator[Officer] = (o for role in roles for o in officers_with(submission.agency, role))
    return rules.officer_actor(next(found))


def pay_online(submission: Submission, words: Words) -> None:
    """At the payment gateway, as its notice would book it; a test, whatever the contract."""
    charge, by = _bill(submission), rules.citizen(submission.applicant_name)
    attempt = billing.start(charge.pk, "vnpay", by=by, is_test=True)
    said = {"bank": words["bank"], "card_type": "ATM", "response": "00", "status": "00"}
    billing.settle(attempt.pk, billing.Outcome(True, attempt.amount, str(words["number"]), "00", said))


def pay_cash(submission: Submission, _words: Words) -> None:
    charge = _bill(submission)
    billing.take_cash(charge.pk, charge.due, by=_by(submission, Role.CASHIER, Role.RECEPTION))


def exempt(submission: Submission, words: Words) -> None:
    """The first line of the bill."""
    charge = _bill(submission)
    line, by = charge.lines.order_by("order")[0], _by(submission, Role.CASHIER, Role.RECEPTION)
    billing.exempt(charge.pk, line.pk, by=by, reason=words["reason"], paper=words["paper"])


def post(submission: Submission, words: Words) -> None:
    """The parcel gets its number and goes to the post on a list of its own."""
    parcel, by = _parcel(submission), _by(submission, Role.RECEPTION)
    delivery.set_tracking(parcel.pk, words["number"], by=by)
    listed = handover.make(by=by, pks=[parcel.pk]).list
    handover.close(listed.pk, words["received_by"], by=by)


def mark(submission: Submission, words: Words) -> None:
    parcel, by = _parcel(submission), _by(submission, Role.RECEPTION)
    delivery.mark(parcel.pk, words["step"], by=by, place=words.get("place", ""), note=words.get("note", ""))


ACTS: Mapping[str, Callable[[Submission, Words], None]] = {
    "pay_online": pay_online,
    "pay_cash": pay_cash,
    "exempt": exempt,
    "post": post,
    "mark": mark,
}

"""Messages of gateways and carriers go after their time; what somebody still has to care for stays."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from payments import billing, old_messages, tasks
from payments.billing import Outcome
from payments.models import CarrierMessage, GatewayMessage, PaymentAttempt
from payments.states import Step
from submissions import rules
from submissions.purgers import PURGERS
from tests.factories import AttemptFactory, clerk
from tests.payments import parcels

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture(autouse=True)
def short(settings: Any) -> None:
    settings.MONEY_MESSAGE_DAYS = 30


def told(attempt: PaymentAttempt | None, days: float = 31, **more: Any) -> GatewayMessage:
    at = NOW - datetime.timedelta(days=days)
    return GatewayMessage.objects.create(gateway="vnpay", kind="notice", attempt=attempt, raw="x", at=at, **more)


def heard(number: str, days: float = 31, carrier: str = "manual") -> CarrierMessage:
    at = NOW - datetime.timedelta(days=days)
    name = f"{carrier} {number} {days}"
    return CarrierMessage.objects.create(carrier=carrier, transaction=name, tracking_number=number, at=at, raw="{}")


def kept(model: Any) -> set[int]:
    return set(model.objects.values_list("pk", flat=True))


def test_the_day_counts_to_the_second() -> None:
    paid = AttemptFactory(paid=True)
    old, young = told(paid, 30 + 1e-5), told(paid, 30)
    lost, later = heard("", 30 + 1e-5), heard("", 30)
    assert old_messages.forget(NOW, dry_run=True) == 2
    assert kept(GatewayMessage) == {old.pk, young.pk}
    assert old_messages.forget(NOW) == 2
    assert (kept(GatewayMessage), kept(CarrierMessage)) == ({young.pk}, {later.pk})
    assert not CarrierMessage.objects.filter(pk=lost.pk).exists()
    assert old_messages.forget(NOW) == 0


def test_money_that_is_not_settled_keeps_its_messages() -> None:
    over = AttemptFactory()
    billing.settle(over.pk, Outcome(True, over.amount + 500, "1"))
    short = AttemptFactory()
    billing.settle(short.pk, Outcome(True, short.amount - 500, "2"))
    going_back = AttemptFactory(paid=True)
    by = rules.officer_actor(clerk(going_back.charge.agency))
    refund = billing.ask_refund(going_back.pk, 3000, "cash", by=by, reason="Thu thừa.")
    odd = AttemptFactory()
    told(odd, 1, is_genuine=True, answer="04")
    open_ones = [told(attempt) for attempt in (over, short, going_back, odd)]
    told(None)
    told(AttemptFactory())
    assert old_messages.forget(NOW) == 2
    assert {m.pk for m in open_ones} <= kept(GatewayMessage)
    billing.refund_done(refund.pk, by=by)
    billing.take_cash(short.charge_id, 500, by=rules.officer_actor(clerk(short.charge.agency)))
    assert old_messages.forget(NOW) == 2
    assert {open_ones[0].pk, open_ones[3].pk} == kept(GatewayMessage) & {m.pk for m in open_ones}


def test_a_parcel_under_way_keeps_its_messages() -> None:
    moving, done = parcels.handed(), parcels.handed()
    for parcel, number in ((moving, "EA123456785VN"), (done, "EA123456799VN")):
        parcel.tracking_number = number
        parcel.save()
    parcels.hear(done, Step.DELIVERED, parcels.on(5))
    stays = heard("EA123456785VN", carrier=moving.carrier)
    heard("EA123456799VN", carrier=done.carrier)
    heard("EA123456785VN", carrier="another")
    heard("")
    assert old_messages.forget(NOW) == 3
    assert kept(CarrierMessage) == {stays.pk}


def test_the_night_and_the_command_do_it() -> None:
    told(None)
    assert [str(purger.what) for purger in PURGERS] == ["thông điệp thanh toán và bưu chính cũ"]

    def say(*options: str) -> str:
        out = io.StringIO()
        call_command("purge_expired", *options, stdout=out, stderr=io.StringIO())
        return out.getvalue()

    assert "Sẽ xóa" in (dry := say("--dry-run"))
    assert " 1 thông điệp thanh toán và bưu chính cũ," in dry
    assert " 1 thông điệp thanh toán và bưu chính cũ," in say()
    assert not GatewayMessage.objects.exists()
    told(None)
    tasks.purge_messages.delay()
    assert not GatewayMessage.objects.exists()

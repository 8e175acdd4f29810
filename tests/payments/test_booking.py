"""The carrier over real HTTP: booked once whatever happens, followed to the end whether or not it tells."""

from __future__ import annotations

import datetime
import http.client
import json
import os
import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections
from django.utils import timezone

from payments import booking, delivery
from payments.carriers import CARRIERS, CarrierError
from payments.delivery import outbox
from payments.models import CarrierMessage, Delivery
from payments.states import Booking, Step
from portal.lib import s10
from submissions.states import State
from tests.payments.parcels import fresh, handed, kinds, officer, ready, verbs
from tests.sandboxes import Sandbox, point_at

API, WEBHOOK = "ems.api", "ems.webhook"


@pytest.fixture(autouse=True)
def _ems(settings: Any, sandbox: Sandbox) -> None:
    point_at(settings, sandbox)


def wanted() -> Delivery:
    """READY, and to be booked."""
    parcel = ready()
    delivery.want_booking([parcel.pk], by=officer(parcel.submission))
    return fresh(parcel)


def booked() -> Delivery:
    """With the post, booked, its number known."""
    parcel = handed()
    booking.move()
    return fresh(parcel)


def orders(sandbox: Sandbox) -> list[str]:
    """The calls that ordered something."""
    return [row["what"] for row in sandbox.log(API) if "POST" in row["what"]]


def due_again(parcel: Delivery) -> None:
    """The time until the next try has passed."""
    Delivery.objects.filter(pk=parcel.pk).update(next_try_at=timezone.now())


def to_be_asked(parcel: Delivery) -> None:
    Delivery.objects.filter(pk=parcel.pk).update(asked_at=timezone.now() - outbox.ASK_EVERY)


# --- booking -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_is_ordered_and_what_comes_back(sandbox: Sandbox, settings: Any) -> None:
    parcel = wanted()
    assert booking.move().booked == 1
    parcel = fresh(parcel)
    assert (parcel.booking, parcel.step, s10.is_right(parcel.tracking_number)) == (Booking.BOOKED, Step.READY, True)
    assert (parcel.postage, parcel.collect, parcel.error, parcel.claimed_at) == (22_000, 22_000, "", None)
    known = sandbox.parcel(parcel.code)
    assert (known["code"], known["payment_config"]) == (parcel.tracking_number, 1)
    assert booking.move().booked == 0
    assert len(orders(sandbox)) == 1


@pytest.mark.django_db
def test_the_postman_collects_nothing_where_somebody_else_pays(sandbox: Sandbox, settings: Any) -> None:
    settings.POSTAGE_PAYER = "town"
    parcel = wanted()
    booking.move()
    parcel = fresh(parcel)
    assert (parcel.postage, parcel.collect) == (22_000, 0)
    assert sandbox.parcel(parcel.code)["payment_config"] == 0


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["http500", "junk", "drop", "huge", "tamper", "silence"])
def test_a_carrier_in_trouble_is_tried_again_and_books_once(sandbox: Sandbox, fault: str) -> None:
    parcel = wanted()
    more = {"tamper": {"what": "merchant"}, "silence": {"seconds": 0.3}}.get(fault, {})
    sandbox.faults(API, fault, **more)
    assert booking.move() == booking.Tally(failed=1)
    parcel = fresh(parcel)
    assert (parcel.booking, parcel.tracking_number, parcel.attempts, parcel.claimed_at) == ("wanted", "", 1, None)
    assert parcel.error.startswith(("Không nối được với EMS", "EMS"))
    assert parcel.next_try_at > timezone.now()
    assert booking.move() == booking.Tally()
    due_again(parcel)
    assert booking.move() == booking.Tally(booked=1)
    assert fresh(parcel).tracking_number == sandbox.parcel(parcel.code)["code"]
    # What was lost on the way back was done: it is found by our code and not ordered again.
    assert len(orders(sandbox)) == (2 if fault == "http500" else 1)


@pytest.mark.django_db
def test_a_carrier_that_is_down_is_left_alone_for_the_run(sandbox: Sandbox) -> None:
    first, second = wanted(), wanted()
    sandbox.faults(API, "http500")
    assert booking.move() == booking.Tally(failed=1)
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 1]
    assert booking.move() == booking.Tally(booked=1)
    due_again(first)
    due_again(second)
    assert booking.move() == booking.Tally(booked=1)
    assert Delivery.objects.filter(booking=Booking.BOOKED).count() == 2


@pytest.mark.django_db
def test_what_the_carrier_refuses_waits_for_an_officer(sandbox: Sandbox) -> None:
    parcel = wanted()
    Delivery.objects.filter(pk=parcel.pk).update(phone="113")
    assert booking.move() == booking.Tally(failed=1)
    assert (fresh(parcel).booking, fresh(parcel).error[:14]) == (Booking.FAILED, "EMS không nhận")
    assert booking.move() == booking.Tally()
    Delivery.objects.filter(pk=parcel.pk).update(phone="0912345678")
    delivery.want_booking([parcel.pk], by=officer(parcel.submission))
    assert booking.move() == booking.Tally(booked=1)


@pytest.mark.django_db
def test_a_wrong_key_is_the_operators_matter_and_fails_nothing_for_good(sandbox: Sandbox, settings: Any) -> None:
    parcel = wanted()
    settings.EMS_TOKEN = "not-the-key"
    booking.move()
    assert (fresh(parcel).booking, "khóa của cổng" in fresh(parcel).error) == (Booking.WANTED, True)


@pytest.mark.django_db
def test_after_the_last_try_it_is_given_up(settings: Any) -> None:
    settings.EMS_URL = "http://127.0.0.1:9"
    parcel = wanted()
    waits = []
    for _ in range(outbox.ATTEMPTS):
        due_again(parcel)
        booking.move()
        waits.append(fresh(parcel).next_try_at - timezone.now())
    assert fresh(parcel).booking == Booking.FAILED
    assert [round(w.total_seconds() / 60) for w in waits[:3]] == [1, 4, 16]
    assert fresh(parcel).error == "Không nối được với EMS (ConnectionRefusedError)."


@pytest.mark.django_db
def test_the_token_is_never_logged(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.EMS_URL, settings.EMS_TOKEN = "http://127.0.0.1:9", "SECRET-OF-THE-TOWN"
    wanted()
    booking.move()
    assert "EMS POST /shipments" in caplog.text
    assert "SECRET-OF-THE-TOWN" not in caplog.text


@pytest.mark.django_db
def test_a_number_typed_during_the_call_stays(sandbox: Sandbox) -> None:
    parcel = wanted()
    taken = outbox.claim_booking(parcel.pk)
    assert taken is not None
    assert outbox.claim_booking(parcel.pk) is None
    order = CARRIERS["ems"].book(taken)
    delivery.set_tracking(parcel.pk, "RR473124829VN", by=officer(parcel.submission))
    outbox.booked(taken, order)
    parcel = fresh(parcel)
    assert (parcel.tracking_number, parcel.booking) == ("RR473124829VN", "")
    assert f"Bưu điện cũng đã nhận đơn {order.tracking_number}" in parcel.error


@pytest.mark.django_db
def test_rows_on_which_the_worker_always_died_are_seen(sandbox: Sandbox) -> None:
    parcel = wanted()
    Delivery.objects.filter(pk=parcel.pk).update(attempts=outbox.ATTEMPTS, claimed_at=timezone.now() - outbox.CLAIM)
    assert booking.move() == booking.Tally()
    assert (fresh(parcel).booking, "bị dừng nhiều lần" in fresh(parcel).error) == (Booking.FAILED, True)


def until(holds: Callable[[], Any]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def in_a_process_of_its_own(call: Callable[[], Any]) -> int:
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        call()
    finally:
        os._exit(0)


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_booking_and_writing_books_once(sandbox: Sandbox) -> None:
    """The carrier has the order, the portal has not heard of it: SIGKILL while it waits for the answer."""
    parcel = wanted()
    sandbox.faults(API, "silence", seconds=20)
    worker = in_a_process_of_its_own(booking.move)
    until(lambda: orders(sandbox))
    os.kill(worker, signal.SIGKILL)
    os.waitpid(worker, 0)
    parcel = fresh(parcel)
    assert (parcel.booking, parcel.tracking_number, parcel.attempts) == (Booking.WANTED, "", 1)
    assert booking.move() == booking.Tally()  # the claim of the dead
    Delivery.objects.filter(pk=parcel.pk).update(claimed_at=timezone.now() - outbox.CLAIM)
    assert booking.move() == booking.Tally(booked=1)
    assert len(orders(sandbox)) == 1
    assert fresh(parcel).tracking_number == sandbox.parcel(parcel.code)["code"]


# --- on the way ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_from_the_desk_to_the_door(sandbox: Sandbox, live_server: Any) -> None:
    """Handed over, booked, told by webhook at every stage, and delivered once the carrier says so when asked."""
    sandbox.settings(notify=live_server.url)
    parcel = booked()
    assert (parcel.step, parcel.booking) == (Step.HANDED, Booking.BOOKED)
    for status, step in [("picked", Step.HANDED), ("moving", Step.MOVING), ("unknown", Step.MOVING),
                         ("postman", Step.MOVING), ("failed", Step.FAILED), ("postman", Step.MOVING)]:  # fmt: skip
        sandbox.move(parcel.tracking_number, status)
        sandbox.wait()
        assert fresh(parcel).step == step
    booking.move()  # asked in the meantime, it says nothing new
    sandbox.move(parcel.tracking_number, "delivered")
    sandbox.wait()
    assert (fresh(parcel).step, fresh(parcel).submission.state) == (Step.MOVING, State.RESULT_READY)
    assert booking.move().asked == 1
    parcel = fresh(parcel)
    assert (parcel.step, parcel.tries, parcel.submission.state) == (Step.DELIVERED, 2, State.HANDED_OVER)
    assert verbs(parcel.submission)[-4:] == ["posted", "undelivered", "delivered", "hand_over"]
    assert kinds(parcel.submission)[-3:] == ["posted", "undelivered", "handed_over"]
    assert booking.move() == booking.Tally()
    assert CarrierMessage.objects.filter(used=False).count() == 0
    assert "Lưu tại điểm trung chuyển" in parcel.events.values_list("name", flat=True)


@pytest.mark.django_db(transaction=True)
def test_notices_repeated_delayed_changed_and_reordered(sandbox: Sandbox, live_server: Any) -> None:
    sandbox.settings(notify=live_server.url)
    parcel = booked()
    number = parcel.tracking_number
    sandbox.faults(WEBHOOK, "duplicate", n=5)
    sandbox.move(number, "picked")
    sandbox.faults(WEBHOOK, "reorder", seconds=5)
    sandbox.move(number, "moving", wait=0)
    sandbox.move(number, "failed", wait=0)
    sandbox.wait()
    assert fresh(parcel).step == Step.FAILED
    sandbox.faults(WEBHOOK, "tamper", what="status", signed=False)
    sandbox.move(number, "postman")
    sandbox.faults(WEBHOOK, "tamper", what="reference", signed=False)
    sandbox.move(number, "postman")
    sandbox.wait()
    booking.move()
    parcel = fresh(parcel)
    assert (parcel.step, parcel.submission.state) == (Step.MOVING, State.RESULT_READY)
    assert kinds(parcel.submission).count("undelivered") == 1


@pytest.mark.django_db
def test_when_no_notice_comes_the_portal_asks(sandbox: Sandbox) -> None:
    parcel = booked()
    for status in ("picked", "moving", "failed", "returning", "returned"):
        sandbox.move(parcel.tracking_number, status, quiet=True)
    assert booking.move() == booking.Tally()  # it was asked a moment ago
    to_be_asked(parcel)
    sandbox.faults(API, "junk")
    assert booking.move() == booking.Tally(failed=1)
    waits = fresh(parcel).asked_at + outbox.ASK_EVERY - timezone.now()
    assert datetime.timedelta(minutes=2) < waits <= outbox.ASK_AGAIN
    to_be_asked(parcel)
    assert booking.move() == booking.Tally(asked=1)
    parcel = fresh(parcel)
    assert (parcel.step, kinds(parcel.submission)[-1]) == (Step.RETURNED, "returned")
    assert booking.move() == booking.Tally()


@pytest.mark.django_db
def test_a_number_that_the_carrier_does_not_know_is_said(sandbox: Sandbox) -> None:
    parcel = handed()
    delivery.set_tracking(parcel.pk, "EA000000015VN", by=officer(parcel.submission))
    assert booking.move() == booking.Tally(failed=1)
    assert fresh(parcel).error.startswith("EMS không nhận")


@pytest.mark.django_db
def test_an_answer_about_something_else_is_none(sandbox: Sandbox) -> None:
    parcel = booked()
    for what in ("reference", "signature"):
        sandbox.faults(API, "tamper", what=what)
        with pytest.raises(CarrierError):
            CARRIERS["ems"].track(parcel)
    assert fresh(parcel).step == Step.HANDED


@pytest.mark.django_db(transaction=True)
def test_a_flood_of_notices_leaves_each_thing_once(sandbox: Sandbox, live_server: Any, settings: Any) -> None:
    """200 calls, repeated and out of order, from eight sides at once."""
    parcel = booked()
    stages = [
        "picked",
        "moving",
        "postman",
        "failed",
        "moving",
        "postman",
        "failed",
        "returning",
        "postman",
        "delivered",
    ]
    for status in stages:
        sandbox.move(parcel.tracking_number, status, quiet=True)
    told = sandbox.parcel(parcel.code)["events"]
    calls = [(number % len(told), told[number % len(told)]) for number in range(200)]
    random.Random(7).shuffle(calls)

    def call(number: int, event: dict[str, Any]) -> int:
        body = json.dumps({"TrackingCode": parcel.tracking_number, "OrderCode": parcel.code, **event})
        line = http.client.HTTPConnection(urlsplit(live_server.url).netloc, timeout=60)
        headers = {"ems-transaction": f"t-{number}", "Content-Type": "application/json"}
        line.request("POST", f"/bao-chi/ems/{settings.EMS_WEBHOOK_TOKEN}/", body.encode(), headers)
        status = line.getresponse().status
        line.close()
        return status

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda c: call(*c), calls))
    connections.close_all()
    assert set(answers) == {200}
    assert CarrierMessage.objects.filter(used=True).count() == len(told)
    assert fresh(parcel).events.count() == len(told)
    assert (fresh(parcel).step, fresh(parcel).asked_at) == (Step.MOVING, None)
    booking.move()
    parcel = fresh(parcel)
    assert (parcel.step, parcel.tries, parcel.submission.state) == (Step.DELIVERED, 3, State.HANDED_OVER)
    assert [verbs(parcel.submission).count(v) for v in ("posted", "delivered", "hand_over")] == [1, 1, 1]

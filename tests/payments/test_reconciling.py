"""Payments nobody told of, refunds, and a gateway that fails: against the real sandbox over HTTP."""

from __future__ import annotations

import datetime
import io
import itertools
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from payments import billing, noticing, reconciling, tasks
from payments.gateways import GATEWAYS
from payments.models import Charge, Entry, GatewayMessage, PaymentAttempt, Receipt, Refund
from payments.states import Attempt, Money, Problem, RefundState
from submissions import rules
from tests.factories import AttemptFactory, clerk
from tests.payments.vnpay import answers
from tests.sandboxes import Sandbox, point_at
from tests.servers import database_url, wait_for

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parent.parent.parent
QUERY, REFUND = GatewayMessage.Kind.QUERY, GatewayMessage.Kind.REFUND
API = "vnpay.api"


@pytest.fixture(autouse=True)
def _pays_there(settings: Any, sandbox: Sandbox) -> None:
    point_at(settings, sandbox)
    settings.GATEWAY_TIMEOUT_SECONDS = 0.3


def ago(**span: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**span)


def begun(minutes: int = 0, **more: Any) -> PaymentAttempt:
    """An attempt that began so long ago and is open for 15 minutes."""
    attempt = AttemptFactory(expires_at=timezone.now() + datetime.timedelta(minutes=15), **more)
    made = ago(minutes=minutes)
    ends = made + datetime.timedelta(minutes=15)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(created_at=made, expires_at=ends)
    attempt.refresh_from_db()
    return attempt


def chooses(sandbox: Sandbox, attempt: PaymentAttempt, choice: str) -> None:
    """The payer goes to the gateway's page; nobody is told."""
    fields = GATEWAYS["vnpay"].start(attempt, return_url="http://127.0.0.1:9/ve", address="127.0.0.1")
    sandbox.decide(fields, choice, wait=0)


def payer(sandbox: Sandbox, choice: str = "pay", minutes: int = 0) -> PaymentAttempt:
    attempt = begun(minutes)
    chooses(sandbox, attempt, choice)
    return attempt


RUNS = itertools.count(1)


def run(seconds: float = 20) -> reconciling.Tally:
    """A run somewhat later than the one before: who was asked about a moment ago is not asked about again."""
    with time_machine.travel(timezone.now() + datetime.timedelta(seconds=3 * next(RUNS)), tick=True):
        return reconciling.settle_pending(seconds, at_once=True)


def standing(attempt: PaymentAttempt) -> tuple[str, int, str, str]:
    now = PaymentAttempt.objects.select_related("charge").get(pk=attempt.pk)
    return now.state, now.received, now.problem, now.charge.state


PAID = (Attempt.PAID, 10_000, "", Money.PAID)
OPEN = (Attempt.STARTED, 0, "", Money.DUE)


def asked(sandbox: Sandbox, command: str = "querydr") -> int:
    return sum(f'"{command}"' in row.get("body", "") for row in sandbox.log(API))


# --- what an answer does -------------------------------------------------------------------------


def test_a_payment_nobody_told_of_is_found(sandbox: Sandbox) -> None:
    attempt = payer(sandbox)
    tally = run()
    assert (tally.asked, tally.settled, tally.trouble) == (1, 1, [])
    assert standing(attempt) == PAID
    message = GatewayMessage.objects.get()
    assert (message.kind, message.is_genuine, message.answer, message.attempt) == (QUERY, True, "00", attempt)
    assert "SANDBOX-SECRET" not in message.raw
    assert (run().asked, asked(sandbox)) == (0, 1)


@pytest.mark.parametrize(
    ("choice", "state", "answer"),
    [
        ("poor", Attempt.FAILED, "02"),
        ("cancel", Attempt.FAILED, "02"),
        ("suspect", Attempt.STARTED, "07"),
        ("nothing", Attempt.STARTED, "01"),
    ],
)
def test_what_is_not_paid_is_never_taken_for_paid(sandbox: Sandbox, choice: str, state: Attempt, answer: str) -> None:
    attempt = payer(sandbox, choice)
    assert run().trouble == []
    assert standing(attempt) == (state, 0, "", Money.DUE)
    assert answers() == [answer]


def test_who_never_opened_the_page_is_unknown_there(sandbox: Sandbox) -> None:
    attempt = begun()
    assert run().trouble == []
    assert (standing(attempt), answers()) == (OPEN, ["91"])


def test_who_paid_in_the_last_minute_is_not_told_that_the_time_is_up(sandbox: Sandbox) -> None:
    attempt, idle = payer(sandbox, minutes=16), payer(sandbox, "nothing", minutes=16)
    tally = run()
    assert (tally.settled, tally.expired) == (1, 1)
    assert standing(attempt) == PAID
    assert standing(idle) == (Attempt.EXPIRED, 0, "", Money.DUE)


def test_money_of_an_expired_attempt_is_found(sandbox: Sandbox) -> None:
    attempt = payer(sandbox, minutes=20)
    billing.expire()
    assert run().settled == 1
    assert standing(attempt) == (Attempt.PAID, 10_000, Problem.LATE, Money.PAID)


def test_money_of_a_bill_that_was_paid_otherwise_is_found(sandbox: Sandbox) -> None:
    attempt = payer(sandbox)
    AttemptFactory(charge=attempt.charge, gateway="vietqr", paid=True)
    assert standing(attempt)[0] == Attempt.CLOSED
    assert run().settled == 1
    assert standing(attempt) == (Attempt.PAID, 10_000, Problem.DOUBLE, Money.REFUND)


def test_money_held_beyond_the_end_is_somebodys_work(sandbox: Sandbox) -> None:
    attempt = payer(sandbox, "suspect", minutes=20)
    billing.expire()
    assert run().trouble == [
        f"{attempt.reference}: quá giờ mà cổng thanh toán còn giữ giao dịch (mã 07). Bạn liên hệ cổng đó."
    ]


# --- a gateway that fails ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"fault": "http500"}, "(HTTP 500)"),
        ({"fault": "junk"}, "trả lời không đọc được"),
        ({"fault": "huge"}, "Không nối được"),
        ({"fault": "drip", "seconds": 5}, "Không nối được"),
        ({"fault": "silence", "seconds": 1}, "Không nối được"),
        ({"fault": "drop"}, "Không nối được"),
        ({"fault": "tamper", "what": "signature"}, "không đúng chữ ký"),
        ({"fault": "tamper", "what": "amount", "signed": False}, "không đúng chữ ký"),
        ({"fault": "tamper", "what": "merchant"}, "không đúng chữ ký"),
        ({"fault": "tamper", "what": "reference"}, "không đúng chữ ký"),
        ({"fault": "code", "code": "97"}, "(mã 97)"),
        ({"fault": "code", "code": "99"}, "(mã 99)"),
    ],
    ids=lambda value: "-".join(map(str, value.values())) if isinstance(value, dict) else "",
)
def test_a_fault_changes_nothing_and_can_be_seen(sandbox: Sandbox, fault: dict[str, Any], said: str) -> None:
    attempt = payer(sandbox)
    sandbox.faults(API, **fault)
    tally = run()
    assert (tally.asked, tally.settled, len(tally.trouble)) == (1, 0, 1)
    assert said in tally.trouble[0]
    assert standing(attempt) == OPEN
    message = GatewayMessage.objects.get()
    assert (message.is_genuine, message.answer, message.attempt) == (False, "", attempt)
    assert said in message.raw
    assert len(message.raw) <= 4000
    assert (run().settled, standing(attempt)) == (1, PAID)


def test_a_true_answer_with_another_amount_is_somebodys_work(sandbox: Sandbox) -> None:
    attempt = payer(sandbox)
    sandbox.faults(API, "tamper", what="amount", signed=True)
    assert "số tiền khác" in run().trouble[0]
    assert standing(attempt) == OPEN
    assert [(m.is_genuine, m.answer) for m in attempt.messages.all()] == [(True, "04")]
    assert list(noticing.unclear(Charge.objects.all())) == [attempt]
    assert run().settled == 1
    assert list(noticing.unclear(Charge.objects.all())) == []


def test_a_gateway_that_is_down_is_left_alone_for_the_run(sandbox: Sandbox) -> None:
    attempts = [payer(sandbox) for _n in range(5)]
    sandbox.faults(API, "http500", times=3)
    assert run().asked == 3
    assert {standing(a) for a in attempts} == {OPEN}
    assert run().settled == 5


def test_a_row_that_breaks_does_not_hold_up_the_others(sandbox: Sandbox) -> None:
    """Here the books already have its money, against every rule."""
    broken, fine = payer(sandbox, minutes=2), payer(sandbox, minutes=1)
    facts = {"charge": broken.charge, "agency": broken.charge.agency, "day": timezone.localdate(), "amount": 10_000}
    Entry.objects.create(kind=Entry.Kind.PAY, attempt=broken, **facts)
    tally = run()
    assert (standing(broken), standing(fine)) == (OPEN, PAID)
    assert tally.trouble == [
        f"{broken.reference}: lỗi của cổng khi xử lý (IntegrityError). Bạn báo người quản trị hệ thống xem nhật ký."
    ]


# --- whose turn it is ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "asked_ago", "is_due"),
    [
        (4, None, False),
        (6, None, True),
        (20, 4, False),
        (20, 6, True),
        (59, 6, True),
        (90, 6, False),
        (90, 61, True),
        (25 * 60, 61, False),
        (25 * 60, 6 * 60 + 1, True),
        (71 * 60, 6 * 60 + 1, True),
        (73 * 60, None, False),
    ],
)
def test_the_older_the_less_often(age: int, asked_ago: int | None, is_due: bool) -> None:
    attempt = begun(age)
    PaymentAttempt.objects.update(asked_at=None if asked_ago is None else ago(minutes=asked_ago))
    assert reconciling.silent(timezone.now()).filter(pk=attempt.pk).exists() is is_due


def test_what_is_decided_or_paid_elsewhere_is_not_asked(settings: Any) -> None:
    AttemptFactory(paid=True)
    AttemptFactory(gateway="vietqr")
    begun(10)
    assert reconciling.silent(timezone.now()).count() == 1
    settings.VNPAY_TMN_CODE = ""
    assert reconciling.silent(timezone.now()).count() == 0


def test_a_no_well_after_the_end_is_the_last_word(sandbox: Sandbox) -> None:
    attempt = begun(5)
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=15), tick=True):
        run()  # five minutes after its end: unknown there, and expired here
        assert standing(attempt)[0] == Attempt.EXPIRED
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=25), tick=True):
        assert run().asked == 1
        assert run().asked == 0
    assert answers() == ["91", "91"]


def test_a_run_without_time_asks_nobody(sandbox: Sandbox) -> None:
    payer(sandbox)
    assert run(seconds=0).asked == 0


def test_the_task_is_what_beat_calls(sandbox: Sandbox) -> None:
    attempt = payer(sandbox, minutes=6)
    assert tasks.settle.name == "payments.settle"
    tasks.settle()
    assert standing(attempt) == PAID


def together(work: Callable[[], object], times: int) -> None:
    """Each with a database connection of its own."""

    def one() -> None:
        try:
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _n in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


# --- refunds -------------------------------------------------------------------------------------


def refund_of(attempt: PaymentAttempt, amount: int = 10_000) -> Refund:
    by = rules.officer_actor(clerk(attempt.charge.agency))
    return billing.ask_refund(attempt.pk, amount, Refund.Way.GATEWAY, by=by, reason="Nộp thừa")


def paid(sandbox: Sandbox) -> PaymentAttempt:
    attempt = payer(sandbox)
    run()
    return attempt


def state_of(refund: Refund) -> tuple[str, bool]:
    """Its state, and whether it has a sentence."""
    refund.refresh_from_db()
    return refund.state, bool(refund.error)


def later() -> Any:
    """When a refund is tried again."""
    return time_machine.travel(timezone.now() + datetime.timedelta(minutes=30), tick=True)


DONE, WAITS, FAILED = (RefundState.DONE, False), (RefundState.SENT, True), (RefundState.FAILED, True)


def test_all_goes_back(sandbox: Sandbox) -> None:
    attempt = paid(sandbox)
    refund = refund_of(attempt)
    tally = run()
    assert (tally.refunded, tally.waiting, tally.trouble) == (1, 0, [])
    assert state_of(refund) == DONE
    assert refund.provider_number != ""
    attempt.refresh_from_db()
    assert (attempt.refunded, attempt.charge.refunded) == (10_000, 10_000)
    kept = list(attempt.messages.filter(reference=refund.request_id).order_by("pk").values_list("kind", "answer"))
    assert kept == [(REFUND, ""), (REFUND, "00"), (QUERY, "06")]
    assert (run().refunded, asked(sandbox, "refund")) == (0, 1)


def test_parts_go_back_one_after_the_other(sandbox: Sandbox) -> None:
    """Two of the same amount are two: an answer about the first says nothing of the second."""
    attempt = paid(sandbox)
    first, second = refund_of(attempt, 4_000), refund_of(attempt, 4_000)
    assert run().refunded == 1
    assert (state_of(first), state_of(second)) == (DONE, (RefundState.ASKED, False))
    assert run().refunded == 1
    assert state_of(second) == DONE
    assert first.provider_number != second.provider_number
    attempt.refresh_from_db()
    assert attempt.refunded == 8_000


def test_a_refund_whose_answer_was_lost_is_not_done_twice(sandbox: Sandbox) -> None:
    """It is sent again with its own number, and that is answered 94: known there."""
    attempt = paid(sandbox)
    refund = refund_of(attempt)
    sandbox.faults(API, "drop")
    assert len(run().trouble) == 1
    assert state_of(refund) == WAITS
    with later():
        assert run().refunded == 1
    assert state_of(refund) == DONE
    assert asked(sandbox, "refund") == 2
    assert list(refund.attempt.messages.filter(kind=REFUND).order_by("pk").values_list("answer", flat=True))[-1] == "94"
    assert Entry.objects.filter(kind=Entry.Kind.REFUND).count() == 1


def test_a_refund_that_was_taken_on_is_asked_about_and_never_sent_again(sandbox: Sandbox) -> None:
    attempt = paid(sandbox)
    refund = refund_of(attempt)
    sandbox.faults(API, "code", code="94")
    sandbox.faults(API, "http500")
    run()
    assert state_of(refund) == WAITS
    with later():
        run()
    assert state_of(refund) == WAITS  # the gateway has no refund: nothing is booked
    assert asked(sandbox, "refund") == 1


def test_what_may_have_arrived_yesterday_is_not_sent_again(sandbox: Sandbox) -> None:
    """A request number is known for a day; after that the same refund could be done twice."""
    attempt = paid(sandbox)
    refund = refund_of(attempt)
    sandbox.faults(API, "http500")
    run()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1), tick=True):
        run()
    assert state_of(refund) == WAITS
    assert asked(sandbox, "refund") == 1


@pytest.mark.parametrize("fault", [{"fault": "http500"}, {"fault": "junk"}, {"fault": "silence", "seconds": 1}])
def test_a_refund_the_gateway_did_not_hear_is_sent_later(sandbox: Sandbox, fault: dict[str, Any]) -> None:
    attempt = paid(sandbox)
    refund = refund_of(attempt)
    sandbox.faults(API, **fault)
    assert run().waiting == 1
    assert state_of(refund) == WAITS
    assert run().waiting == 0  # not yet its turn
    with later():
        run()
    assert state_of(refund) == DONE


def test_a_refund_that_is_refused_is_left_to_the_officer(sandbox: Sandbox) -> None:
    attempt = paid(sandbox)
    refund = refund_of(attempt)
    sandbox.faults(API, "code", code="95")
    assert len(run().trouble) == 1
    assert state_of(refund) == FAILED
    assert refund.error == "VNPAY chưa hoàn tiền: giao dịch gốc không thành công (mã 95)."
    assert attempt.charge.refunded == 0


def test_a_refund_is_not_tried_for_ever(sandbox: Sandbox) -> None:
    refund = refund_of(paid(sandbox))
    Refund.objects.update(tries=reconciling.MOST_TRIES - 1)
    sandbox.faults(API, "code", code="99")
    run()
    assert state_of(refund) == FAILED
    assert refund.error.endswith("Bạn xem trên trang của cổng thanh toán, rồi ghi đã hoàn hoặc hoàn cách khác.")


def test_a_forged_answer_to_a_refund_is_not_believed(sandbox: Sandbox) -> None:
    refund = refund_of(paid(sandbox))
    sandbox.faults(API, "tamper", what="signature")
    run()
    assert state_of(refund) == WAITS
    assert "không đúng chữ ký" in refund.error


# --- several workers, and one that dies ----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_workers_side_by_side_ask_and_send_once(sandbox: Sandbox, settings: Any) -> None:
    settings.GATEWAY_TIMEOUT_SECONDS = 10
    refund_of(paid(sandbox))
    attempts = [payer(sandbox) for _n in range(6)]
    before = asked(sandbox)
    tallies: list[reconciling.Tally] = []
    together(lambda: tallies.append(reconciling.settle_pending(at_once=True)), 4)
    assert sum(t.asked for t in tallies) == 6
    assert {standing(a) for a in attempts} == {PAID}
    assert (asked(sandbox) - before, asked(sandbox, "refund")) == (7, 1)  # the refund is asked about once
    assert Receipt.objects.count() == 7
    assert Entry.objects.filter(kind=Entry.Kind.REFUND).count() == 1


def command(sandbox: Sandbox, var: Path, settings: Any) -> subprocess.Popen[bytes]:
    """reconcile_payments as a process of its own, on the test's database."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR": str(var),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": database_url(),
        "VNPAY_TMN_CODE": settings.VNPAY_TMN_CODE,
        "VNPAY_HASH_SECRET": settings.VNPAY_HASH_SECRET,
        "VNPAY_URL": settings.VNPAY_URL,
        "VNPAY_API_URL": settings.VNPAY_API_URL,
        "GATEWAY_TIMEOUT_SECONDS": "60",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "reconcile_payments"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def killed_while_it_waits(sandbox: Sandbox, var: Path, settings: Any) -> None:
    """The gateway has done what it was asked for; whoever asked is dead before it hears of it."""
    before = len(sandbox.log(API))
    sandbox.faults(API, "silence", seconds=2)
    process = command(sandbox, var, settings)
    try:
        wait_for(lambda: len(sandbox.log(API)) > before)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait(20)


@pytest.mark.django_db(transaction=True)
@pytest.mark.worker
def test_a_worker_killed_between_refunding_and_writing(sandbox: Sandbox, settings: Any, tmp_path: Path) -> None:
    refund = refund_of(paid(sandbox))
    killed_while_it_waits(sandbox, tmp_path, settings)
    refund.refresh_from_db()
    assert (refund.state, refund.claimed_at is not None) == (RefundState.SENT, True)
    assert run().refunded == 0  # still its claim
    with later():
        assert run().refunded == 1
    assert state_of(refund) == DONE
    assert Entry.objects.filter(kind=Entry.Kind.REFUND).count() == 1
    kept = refund.attempt.messages.filter(kind=REFUND).order_by("pk").values_list("answer", flat=True)
    assert list(kept) == ["", "", "94"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.worker
def test_a_worker_killed_between_asking_and_writing(sandbox: Sandbox, settings: Any, tmp_path: Path) -> None:
    attempt = payer(sandbox, minutes=6)
    killed_while_it_waits(sandbox, tmp_path, settings)
    assert standing(attempt) == OPEN
    attempt.refresh_from_db()
    assert attempt.asked_at is not None
    assert reconciling.settle_pending().asked == 0  # it counts as asked for a while
    with later():
        assert reconciling.settle_pending().settled == 1
    assert attempt.charge.attempts.get().state == Attempt.PAID
    assert Receipt.objects.count() == 1


# --- the notices of the gateway itself -----------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_notices_repeated_lost_changed_and_out_of_order(sandbox: Sandbox, live_server: Any) -> None:
    """The gateway's own calls over HTTP; it calls until it is answered 00 or 02."""
    sandbox.settings(notify=live_server.url)

    def told(fault: str, **more: Any) -> PaymentAttempt:
        sandbox.faults("vnpay.ipn", fault, **more)
        attempt = payer(sandbox)
        sandbox.wait()
        assert standing(attempt) == PAID
        return attempt

    repeated = told("duplicate", n=3)
    wait_for(lambda: sorted(answers(attempt=repeated)) == ["00", "02", "02", "02"])
    assert answers(attempt=told("drop")) == ["00"]
    assert answers(attempt=told("tamper", what="amount", signed=False)) == ["97", "00"]
    assert answers(attempt=told("tamper", what="amount", signed=True)) == ["04", "00"]
    assert answers(attempt=told("tamper", what="merchant", signed=True)) == ["01", "00"]
    sandbox.faults("vnpay.ipn", "reorder", seconds=0.5)
    swapped, cancelled = payer(sandbox), payer(sandbox, "cancel")
    sandbox.wait()
    assert standing(swapped) == PAID
    assert standing(cancelled) == (Attempt.CANCELLED, 0, "", Money.DUE)
    assert Receipt.objects.count() == 6


# --- the command ---------------------------------------------------------------------------------


def reconcile(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("reconcile_payments", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_says_what_it_did(sandbox: Sandbox) -> None:
    payer(sandbox)
    payer(sandbox, "nothing", minutes=16)
    assert reconcile() == (
        "Đã hỏi 2 lượt nộp, ghi nhận 1, đóng 1 lượt quá giờ, hoàn xong 0 lần, còn chờ 0 lần hoàn.\n",
        "",
    )


def test_the_command_tells_how_far_it_is(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciling, "STEP", 1)
    payer(sandbox)
    assert reconcile()[1] == "… đã hỏi 1 lượt nộp\n"


def test_the_command_ends_badly_when_something_is_to_be_seen_to(sandbox: Sandbox) -> None:
    attempt = payer(sandbox)
    sandbox.faults(API, "http500")
    with pytest.raises(CommandError) as raised:
        reconcile()
    assert str(raised.value).endswith("Có 1 việc cần xem.")
    assert standing(attempt) == OPEN


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_the_command_refuses_what_is_no_time(seconds: str) -> None:
    with pytest.raises(CommandError) as raised:
        reconcile("--seconds", seconds)
    assert str(raised.value) == "--seconds: cần số lớn hơn 0."


def test_the_command_gives_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        call_command("reconcile_payments", "--help")
    assert raised.value.code == 0
    assert "Ví dụ: manage.py reconcile_payments" in " ".join(capsys.readouterr().out.split())

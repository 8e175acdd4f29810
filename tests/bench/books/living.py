"""A town whose people pay: each payment is a story drawn by chance, told by several threads at once."""

from __future__ import annotations

import csv
import datetime
import io
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from payments import billing, reconciling, statements
from payments.errors import PaymentError
from payments.gateways import GATEWAYS
from payments.models import Charge, PaymentAttempt, Refund
from payments.states import Attempt, RefundState
from portal.lib import codes
from submissions import rules, workflow
from submissions.errors import SubmissionError
from submissions.models import Officer, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, ProcedureFactory, SubmissionFactory, fee
from tests.sandboxes import Sandbox

THREADS = 4
PLACES = 3
CHUNK = 1000
CITIZEN = rules.citizen()
# What becomes of a payment, and how often of a hundred.
STORIES = {
    "gateway": 48, "again": 8, "late": 5, "nothing": 4, "cash": 12, "transfer": 12,
    "twice": 5, "short": 2, "over": 2, "ended": 2,
}  # fmt: skip
AFTERWARDS = {"nothing": 86, "refund": 8, "exempt": 3, "corrected": 3}


@dataclass
class Bank:
    """What the outside knows: money in the cash box and on the account, and money given back from them."""

    cash: int = 0
    cash_back: int = 0
    account: int = 0
    account_back: int = 0
    stories: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rows: list[tuple[str, str, int, str]] = field(default_factory=list)
    imported: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, **sums: int) -> None:
        with self.lock:
            for name, amount in sums.items():
                setattr(self, name, getattr(self, name) + amount)

    def transfer(self, amount: int, words: str) -> None:
        """A line of the account's statement."""
        with self.lock:
            self.account += amount
            self.rows.append((f"{timezone.localdate():%d/%m/%Y}", f"FT{len(self.rows):08d}", amount, words))


class Town:
    """Agencies, a cashier and a leader each, and one received submission to copy."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        procedure = ProcedureFactory()
        self.models: list[Submission] = []
        self.cashiers: dict[int, rules.Actor] = {}
        for _place in range(PLACES):
            agency = AgencyFactory()
            officer = OfficerFactory(agency=agency, roles=[Role.RECEPTION, Role.SPECIALIST, Role.LEADER, Role.CASHIER])
            self.models.append(SubmissionFactory(agency=agency, procedure=procedure, at=State.RECEIVED))
            self.cashiers[agency.pk] = rules.officer_actor(Officer.objects.select_related("user").get(pk=officer.pk))
        self.references = _references(seed)

    def people(self, count: int, chance: random.Random) -> list[int]:
        """Received submissions with fees, in the thousands at once; the workflow made the one they are copied from."""
        rows = []
        for _one in range(count):
            model = chance.choice(self.models)
            row = Submission.objects.get(pk=model.pk) if not rows else _copy(model)
            row.pk, row._state.adding = None, True
            row.reference, row.draft_key = next(self.references), codes.token()
            row.dossier_code = f"BENCH-{row.reference}"
            row.fees = _fees(chance)
            rows.append(row)
        return [row.pk for row in Submission.objects.bulk_create(rows)]


def _copy(model: Submission) -> Submission:
    names = [f.attname for f in Submission._meta.concrete_fields if f.attname != "id"]
    return Submission(**{name: getattr(model, name) for name in names})


def _references(seed: str) -> Iterator[str]:
    """Never one twice; of the kind that the portal gives."""
    seen: set[str] = set()
    while True:
        reference = codes.reference()
        if reference not in seen:
            seen.add(reference)
            yield reference


def _fees(chance: random.Random) -> list[dict[str, Any]]:
    amounts = [chance.choice([8_000, 10_000, 15_000, 75_000, 500_000]) for _ in range(chance.randint(1, 3))]
    lines = [fee(amount, name=f"Lệ phí {n}") for n, amount in enumerate(amounts, start=1)]
    return [*lines, fee(None, name="Phí thẩm định")] if chance.random() < 0.1 else lines


# --- one payment ---------------------------------------------------------------------------------


@dataclass
class Payer:
    """Whoever tells one story."""

    charge: Charge
    by: rules.Actor
    chance: random.Random
    bank: Bank
    sandbox: Sandbox

    @property
    def due(self) -> int:
        self.charge.refresh_from_db()
        return self.charge.due

    def start(self) -> str:
        expires = timezone.now() + datetime.timedelta(minutes=15)
        attempt = billing.start(self.charge.pk, "vnpay", by=CITIZEN, expires_at=expires, is_test=True)
        gateway = GATEWAYS["vnpay"]
        return gateway.start(attempt, return_url="http://127.0.0.1/thanh-toan/vnpay/ve", address="203.0.113.9")

    def choose(self, address: str, choice: str) -> None:
        self.sandbox.decide(address, choice, wait=0)

    def gateway(self) -> None:
        self.choose(self.start(), "pay")

    def again(self) -> None:
        """Goes wrong, is tried again; the portal may hear of it in any order."""
        self.choose(self.start(), self.chance.choice(["cancel", "poor", "expire"]))
        self._await(lambda: not self._open())
        if not self._open():
            self.gateway()

    def late(self) -> None:
        """Pays at the gateway's page after the portal has given the attempt up."""
        address = self.start()
        PaymentAttempt.objects.filter(charge=self.charge, state=Attempt.STARTED).update(expires_at=timezone.now())
        billing.expire()
        self.choose(address, "pay")

    def nothing(self) -> None:
        self.choose(self.start(), "nothing")

    def cash(self) -> None:
        amount = self.due
        billing.take_cash(self.charge.pk, amount, by=self.by)
        self.bank.note(cash=amount)

    def transfer(self, factor: float = 1.0) -> None:
        code = str(self.charge.submission.reference).replace("-", "")
        words = self.chance.choice([code, f"CT DEN {code} NOP LE PHI", code.lower(), f"{code[:4]} {code[4:]}"])
        self.bank.transfer(max(1000, int(self.due * factor)), words)

    def short(self) -> None:
        self.transfer(0.5)

    def over(self) -> None:
        self.transfer(1.5)

    def twice(self) -> None:
        """At the counter while the gateway's page is open."""
        address = self.start()
        self.cash()
        self.choose(address, "pay")

    def ended(self) -> None:
        """The matter is stopped while somebody pays."""
        address = self.start()
        workflow.stop(self.charge.submission_id, by=self.by, reason="Người nộp đề nghị dừng.")
        self.choose(address, "pay")

    def _open(self) -> bool:
        return PaymentAttempt.objects.filter(charge=self.charge, state=Attempt.STARTED).exists()

    @staticmethod
    def _await(what: Callable[[], bool], seconds: float = 3) -> None:
        until = time.monotonic() + seconds
        while not what() and time.monotonic() < until:
            time.sleep(0.05)

    # afterwards

    def refund(self) -> None:
        """Part or all of what has come, as soon as something has."""
        rows = PaymentAttempt.objects.filter(charge=self.charge, state=Attempt.PAID).order_by("-pk")
        self._await(rows.exists)
        paid = rows.first()
        if paid is None:
            raise PaymentError("Nothing has come.")
        way = Refund.Way.GATEWAY if paid.gateway == "vnpay" else Refund.Way.CASH
        amount = self.chance.randint(1, billing.refundable(paid))
        refund = billing.ask_refund(paid.pk, amount, way, by=self.by, reason="Nộp thừa.")
        if way == Refund.Way.CASH:
            billing.refund_done(refund.pk, by=self.by)
            self.bank.note(cash_back=amount)

    def exempt(self) -> None:
        line = self.charge.lines.order_by("order").first()
        assert line is not None
        billing.exempt(self.charge.pk, line.pk, by=self.by, reason="Hộ nghèo.", paper="Giấy chứng nhận hộ nghèo")

    def corrected(self) -> None:
        line = self.charge.lines.order_by("order").first()
        assert line is not None
        change = billing.LineChange(unit_amount=self.chance.choice([5_000, 20_000]))
        billing.set_amounts(self.charge.pk, {line.pk: change}, by=self.by, reason="Tính lại.")


def _drawn(chance: random.Random, table: dict[str, int]) -> str:
    return chance.choices(list(table), list(table.values()))[0]


def bill(pk: int, by: rules.Actor) -> Charge:
    """The charge, made as filing and receipt make it, with what an officer has to set."""
    with transaction.atomic():
        row = workflow.locked(pk)
        charge = billing.open_charge(row, by=CITIZEN)
        billing.make_payable(row)
    assert charge is not None
    unset = [line.pk for line in charge.lines.all() if line.amount is None]
    if unset:
        changes = {line: billing.LineChange(unit_amount=30_000, quantity=1) for line in unset}
        billing.set_amounts(charge.pk, changes, by=by, reason="Theo hồ sơ.")
    return Charge.objects.select_related("submission").get(pk=charge.pk)


def tell(pk: int, town: Town, bank: Bank, sandbox: Sandbox) -> None:
    chance = random.Random(f"{town.seed}:{pk}")
    agency = Submission.objects.values_list("agency_id", flat=True).get(pk=pk)
    by = town.cashiers[agency]
    payer = Payer(bill(pk, by), by, chance, bank, sandbox)
    for table in (STORIES, AFTERWARDS):
        story = _drawn(chance, table)
        try:
            if table is STORIES or story != "nothing":
                getattr(payer, story)()
                bank.stories[story] += 1
        except SubmissionError as problem:  # what the portal refuses is part of life
            bank.refused[f"{story}: {problem}"] += 1


# --- all of them ---------------------------------------------------------------------------------


def live(town: Town, payments: int, sandbox: Sandbox, said: Callable[[str], None]) -> Bank:
    bank, chance = Bank(), random.Random(town.seed)
    for first in range(0, payments, CHUNK):
        waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
        for pk in town.people(min(CHUNK, payments - first), chance):
            waiting.put(pk)
        errors: list[BaseException] = []
        work = (waiting, town, bank, sandbox, errors)
        threads = [threading.Thread(target=_work, args=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            reconciling.settle_pending(2.0, at_once=True)
            time.sleep(1)
        if errors:
            raise errors[0]
        import_statement(bank)
        said(f"{first + CHUNK if first + CHUNK < payments else payments} payments")
    return bank


def _work(
    waiting: queue.SimpleQueue[int],
    town: Town,
    bank: Bank,
    sandbox: Sandbox,
    errors: list[BaseException],
) -> None:
    try:
        while not errors:
            tell(waiting.get_nowait(), town, bank, sandbox)
    except queue.Empty:
        pass
    except BaseException as error:
        errors.append(error)
    finally:
        connection.close()


def import_statement(bank: Bank) -> None:
    """All lines so far, as a bank gives them: most of them were there in the file before."""
    out = io.StringIO()
    sheet = csv.writer(out)
    sheet.writerow(["Ngày giao dịch", "Số tham chiếu", "Số tiền ghi nợ", "Số tiền ghi có", "Mô tả"])
    for day, number, amount, words in bank.rows:
        sheet.writerow([day, number, "", f"{amount:,}".replace(",", "."), words])
    for _again in range(2):
        parsed = statements.read(io.BytesIO(out.getvalue().encode("utf-8-sig")), filename="sao-ke.csv")
        statements.take_in(parsed)


def settle_all(sandbox: Sandbox) -> None:
    """The faults are over; what is open is asked about, what goes back is sent, until nothing moves any more."""
    sandbox.clear_faults()
    sandbox.wait(120)
    for _round in range(200):
        PaymentAttempt.objects.update(asked_at=None)
        Refund.objects.filter(state__in=(RefundState.ASKED, RefundState.SENT)).update(
            next_try_at=timezone.now(), claimed_at=None
        )
        before = _open()
        reconciling.settle_pending(60.0, limit=None, at_once=True)
        if _open() == before == (before[0], 0):
            break


def _open() -> tuple[int, int]:
    """Payments that somebody may still make at the gateway, and refunds that are under way."""
    return (
        PaymentAttempt.objects.filter(state=Attempt.STARTED, gateway="vnpay").count(),
        Refund.objects.filter(way=Refund.Way.GATEWAY, state__in=(RefundState.ASKED, RefundState.SENT)).count(),
    )

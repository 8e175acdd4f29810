"""The books beside what the others say: the gateway's own journal, the cash box, the account."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db.models import Count, Max, Min, Sum
from django.utils import timezone

from payments import books
from payments.models import Charge, Entry, PaymentAttempt, Receipt, Refund, StatementLine
from payments.states import Attempt, Problem, RefundState
from submissions.models import Event, Paper
from tests.bench.books.living import Bank


@dataclass
class Found:
    lines: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def same(self, what: str, ours: Any, theirs: Any) -> None:
        self.lines.append(f"{what}: {ours:,}" if isinstance(ours, int) else f"{what}: {ours}")
        if ours != theirs:
            self.differences.append(f"{what}: books {ours}, elsewhere {theirs}")


def journal(path: Path) -> dict[str, dict[str, Any]]:
    """The gateway's orders by reference, each as it stands at the end."""
    orders: dict[str, dict[str, Any]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, key, record = json.loads(line)
        if kind == "orders" and record is not None:
            orders[key] = record
    return orders


def _sum(rows: Any, column: str = "amount") -> int:
    return int(rows.aggregate(sum=Sum(column))["sum"] or 0)


def compare(bank: Bank, path: Path) -> Found:
    found, orders = Found(), journal(path)
    _money(found, bank, orders)
    _books(found)
    _receipts(found)
    found.lines.append(f"stories: {dict(sorted(bank.stories.items()))}")
    found.lines.append(f"refused: {sum(bank.refused.values())} ({len(bank.refused)} sentences)")
    problems = Counter(PaymentAttempt.objects.exclude(problem="").values_list("problem", flat=True))
    found.lines.append(f"for an officer to see: { ({Problem(k).value: n for k, n in sorted(problems.items())}) }")
    return found


def _money(found: Found, bank: Bank, orders: dict[str, dict[str, Any]]) -> None:
    """Every đồng that the others have is in the books, and no other."""
    paid = {ref: o["amount"] // 100 for ref, o in orders.items() if o["choice"] == "pay"}
    ours = PaymentAttempt.objects.filter(gateway="vnpay", state=Attempt.PAID)
    found.same("paid at the gateway, payments", ours.count(), len(paid))
    found.same("paid at the gateway, đồng", _sum(ours, "received"), sum(paid.values()))
    wrong = {ref for ref, amount in ours.values_list("reference", "received") if paid.get(ref) != amount}
    found.same("payments that the gateway knows otherwise", len(wrong), 0)
    back = sum(r["amount"] // 100 for o in orders.values() for r in o["refunds"])
    done = Refund.objects.filter(state=RefundState.DONE)
    found.same("refunded by the gateway", _sum(done.filter(way=Refund.Way.GATEWAY)), back)
    found.same("cash taken", _sum(PaymentAttempt.objects.filter(gateway="cash"), "received"), bank.cash)
    found.same("cash given back", _sum(done.filter(way=Refund.Way.CASH)), bank.cash_back)
    matched = StatementLine.objects.filter(state=StatementLine.State.MATCHED)
    found.same("transfers, lines", StatementLine.objects.count(), len(bank.rows))
    found.same("transfers, matched", _sum(matched), bank.account)
    found.same("transfers in attempts", _sum(PaymentAttempt.objects.filter(gateway="vietqr"), "received"), bank.account)


def _books(found: Found) -> None:
    """charged = paid + due + waived - refunded, per day and agency; entries, charges and submissions say the same."""
    days = Entry.objects.aggregate(first=Min("day"), last=Max("day"))
    first, last = days["first"] or timezone.localdate(), days["last"] or timezone.localdate()
    found.same("disagreements inside the books", [str(i) for i in books.imbalances(first, last)], [])
    agencies = sorted(Entry.objects.order_by().values_list("agency", flat=True).distinct())
    for agency in agencies:
        sums, standing = books.total([agency], last), books.standing([agency])
        due = sum(c.due for c in Charge.objects.filter(agency=agency))
        found.same(f"agency {agency}: charged", sums.charged, sums.paid + due + sums.waived - sums.refunded)
        found.same(f"agency {agency}: books", sums, standing)
    found.lines.append(f"days {first} to {last}, entries {Entry.objects.count():,}")


def _receipts(found: Found) -> None:
    """One receipt, one paper and one line of the log for each payment; numbers without a gap."""
    pays = Entry.objects.filter(kind=Entry.Kind.PAY)
    found.same("receipts", Receipt.objects.count(), pays.count())
    found.same("confirmations of payment", Paper.objects.filter(kind=Paper.Kind.PAYMENT).count(), pays.count())
    found.same("lines of the log", Event.objects.filter(verb="pay").count(), pays.count())
    series = Receipt.objects.order_by().values("agency", "year").annotate(last=Max("number"), n=Count("pk"))
    found.same("series with a gap", [row for row in series if row["last"] != row["n"]], [])
    twice = pays.values("attempt").annotate(n=Count("pk")).filter(n__gt=1)
    found.same("payments booked twice", list(twice), [])

"""Statements into the books: what matches, what waits for the cashier, and that nothing is booked twice."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from hypothesis import given, settings
from hypothesis import strategies as st

from payments import statements
from payments.errors import PaymentError
from payments.models import Charge, Entry, PaymentAttempt, Statement, StatementLine
from payments.statements import Summary, matching
from payments.states import Attempt, Money, Problem
from portal.lib import codes
from submissions.errors import NotAllowed
from submissions.models import Officer, Paper, Submission
from submissions.rules import citizen
from submissions.states import Role
from tests.factories import AgencyFactory, ChargeFactory, OfficerFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
STATE = StatementLine.State
HEAD = "Ngày giao dịch;Số tham chiếu;Số tiền ghi nợ;Số tiền ghi có;Mô tả"
Row = tuple[str, int, str]  # the bank's number, đồng, description


def content(rows: Sequence[Row], day: str = "23/11/2026") -> bytes:
    return "\r\n".join([HEAD, *(f"{day};{number};;{amount};{words}" for number, amount, words in rows), ""]).encode()


def take(rows: Sequence[Row] | bytes, **kwargs: Any) -> Summary:
    data = rows if isinstance(rows, bytes) else content(rows)
    return statements.take_in(statements.read(io.BytesIO(data), filename="sao-ke.csv"), **kwargs)


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    return summary.new, summary.matched, summary.unmatched, summary.repeated, summary.outgoing


def code(charge: Charge) -> str:
    return (charge.submission.reference or "").replace("-", "")


def fresh(charge: Charge) -> Charge:
    return Charge.objects.select_related("submission").get(pk=charge.pk)


def keeper() -> Officer:
    officer: Officer = OfficerFactory(agency=AgencyFactory(town=True), roles=[Role.CASHIER.value])
    return officer


# --- finding the reference -----------------------------------------------------------------------

REFERENCE = "HK7K-QM9Q"
FOUND = [
    "HK7KQM9Q", "hk7k-qm9q", "MBVCB.4525077405.HK7KQM9Q.CT tu 0351000646393 NGUYEN THE HUNG", "HK7K QM9Q", "HK7K\nQM9Q",
    "H K 7 K Q M 9 Q", "XXHK7KQM9QXX", "nop le phi ho so HK7K-QM9Q-1", "IBFT HK7KQM9Q GD 123456-231126",
    "HK7KQM9Q HK7K-QM9Q",
]  # fmt: skip
NOT_FOUND = ["", "HK7KQM9", "K7KQM9Q", "HK7KQM90", "HK7KQM9G", "tra tien dien", "HK7K0QM9Q"]


def test_the_alphabet_of_references_has_one_sign_that_another_may_be_taken_for() -> None:
    assert set("0O1ILS5Z2B8UV") & set(codes.ALPHABET) == {"8"}
    assert {len(codes.reference().replace("-", "")) for _ in range(50)} == {matching.SIGNS}


@pytest.mark.parametrize("words", FOUND)
def test_the_reference_is_found_wherever_it_stands(words: str) -> None:
    assert REFERENCE in matching.candidates(words)


def test_a_b_can_only_be_an_8() -> None:
    assert "HK8K-QM9Q" in matching.candidates("HKBKQM9Q") == matching.candidates("hk8kqm9q")


@pytest.mark.parametrize("words", NOT_FOUND)
def test_what_is_not_the_whole_reference_is_not_it(words: str) -> None:
    assert REFERENCE not in matching.candidates(words)


@settings(max_examples=50)
@given(
    st.text(codes.ALPHABET, min_size=8, max_size=8),
    st.text(max_size=30),
    st.text(max_size=30),
    st.sampled_from(" -._/\n"),
)
def test_any_reference_in_any_text_is_found(signs: str, before: str, behind: str, sign: str) -> None:
    for written in (signs, f"{signs[:4]}-{signs[4:]}", sign.join(signs), signs.lower()):
        assert codes.normal(signs) in matching.candidates(before + written + behind)


# --- booking -------------------------------------------------------------------------------------


def test_a_line_pays_what_is_due() -> None:
    charge = ChargeFactory(amount=50_000)
    summary = take([("FT1", 50_000, f"MBVCB.1.{code(charge)}.CT tu A")])
    assert counts(summary) == (1, 1, 0, 0, 0)
    line = StatementLine.objects.get()
    assert (line.state, line.charge, line.why, line.handled_by) == (STATE.MATCHED, charge, "", None)
    attempt = line.attempt
    assert attempt is not None
    assert (attempt.gateway, attempt.state, attempt.received, attempt.problem) == ("vietqr", Attempt.PAID, 50_000, "")
    assert (attempt.provider_number, attempt.said["line"], attempt.said["paid_at"]) == ("FT1", line.pk, "2026-11-23")
    charge = fresh(charge)
    assert (charge.state, charge.paid, charge.due) == (Money.PAID, 50_000, 0)
    assert (charge.submission.owed, charge.submission.paid_how) == (0, Submission.PaidHow.TRANSFER)
    paper = Paper.objects.get(submission=charge.submission, kind=Paper.Kind.PAYMENT)
    assert paper.content["paid_at"] == "ngày 23 tháng 11 năm 2026"  # the day of the bank; no hour is known
    assert (paper.content["how"], paper.content["transaction"]) == ("chuyển khoản", "FT1")


def test_the_open_attempt_of_the_pay_page_is_the_one_that_is_settled() -> None:
    from payments import billing

    charge = ChargeFactory(amount=50_000)
    attempt = billing.start(charge.pk, "vietqr", by=citizen())
    take([("FT1", 50_000, code(charge))])
    assert PaymentAttempt.objects.get() == attempt
    assert StatementLine.objects.get().attempt == attempt


def test_a_trials_money_is_marked_as_no_money(settings: Any) -> None:
    settings.VIETQR_IS_TEST = True
    charge = ChargeFactory(amount=50_000)
    take([("FT1", 50_000, code(charge))])
    assert PaymentAttempt.objects.get().is_test is True


@pytest.mark.parametrize(
    ("amount", "problem", "state"), [(49_999, Problem.SHORT, Money.DUE), (50_001, Problem.OVER, Money.REFUND)]
)
def test_too_little_and_too_much_are_booked_and_marked(amount: int, problem: str, state: str) -> None:
    charge = ChargeFactory(amount=50_000)
    take([("FT1", amount, code(charge))])
    line = StatementLine.objects.get()
    assert line.attempt is not None
    assert (line.state, line.attempt.problem, line.attempt.received) == (STATE.MATCHED, problem, amount)
    assert (fresh(charge).state, fresh(charge).paid) == (state, amount)


def test_paid_a_second_time_is_booked_as_double() -> None:
    charge = ChargeFactory(amount=50_000)
    take([("FT1", 50_000, code(charge)), ("FT2", 50_000, code(charge))])
    problems = list(PaymentAttempt.objects.order_by("pk").values_list("problem", flat=True))
    assert problems == ["", Problem.DOUBLE]
    assert (fresh(charge).state, fresh(charge).due) == (Money.REFUND, -50_000)


def test_what_cannot_be_told_waits_for_the_cashier_with_the_reason() -> None:
    first, second = ChargeFactory(), ChargeFactory()
    free = SubmissionFactory(at="RECEIVED", fees=[])
    free_code = (free.reference or "").replace("-", "")
    rows = [("A", 10_000, f"{code(first)} {code(second)}"), ("B", 10_000, free_code), ("C", 10_000, "tien nha")]
    assert counts(take(rows)) == (3, 0, 3, 0, 0)
    lines = {line.bank_reference: line for line in StatementLine.objects.all()}
    assert {line.state for line in lines.values()} == {STATE.UNMATCHED}
    assert "nhiều mã hồ sơ" in lines["A"].why
    assert free.reference in lines["B"].why
    assert lines["C"].why == "Nội dung không có mã hồ sơ nào của cổng."
    assert not Entry.objects.filter(kind=Entry.Kind.PAY).exists()


def test_a_rehearsal_and_a_draft_are_nobodys(django_assert_num_queries: Any) -> None:
    SubmissionFactory(reference="HK7K-QM9Q")
    rehearsal = SubmissionFactory(at="SUBMITTED", is_rehearsal=True)
    with django_assert_num_queries(2):
        found = matching.match(["HK7KQM9Q", rehearsal.reference])
    assert [one.why for one in found] == ["Nội dung không có mã hồ sơ nào của cổng."] * 2


def test_outgoing_lines_are_counted_not_kept() -> None:
    charge = ChargeFactory()
    data = content([]) + f"23/11/2026;FT1;10000;;Hoan {code(charge)}\r\n".encode()
    assert counts(take(data)) == (0, 0, 0, 0, 1)
    assert not StatementLine.objects.exists()


# --- again ---------------------------------------------------------------------------------------


def test_the_same_file_again_changes_nothing() -> None:
    charge = ChargeFactory(amount=50_000)
    rows = [("FT1", 50_000, code(charge)), ("FT2", 20_000, "tien nha"), ("", 5_000, "x"), ("", 5_000, "x")]
    assert counts(take(rows)) == (4, 1, 3, 0, 0)
    before = list(StatementLine.objects.values())
    assert counts(take(rows)) == (0, 0, 0, 4, 0)
    assert list(StatementLine.objects.values()) == before
    assert (Statement.objects.count(), fresh(charge).paid) == (1, 50_000)


def test_an_overlapping_file_brings_only_what_is_new() -> None:
    charge, other = ChargeFactory(amount=50_000), ChargeFactory(amount=30_000)
    old, new = ("FT1", 50_000, f"CT tu A. {code(charge)}"), ("FT2", 30_000, code(other))
    take([old])
    recoded = content([("FT1", 50_000, f"CT  tu a {code(charge).lower()}"), new]).decode().encode("utf-16")
    assert counts(take(recoded)) == (1, 1, 0, 1, 0)
    assert (Statement.objects.count(), fresh(charge).paid, fresh(other).paid) == (2, 50_000, 30_000)


def test_a_run_that_was_broken_off_is_finished_by_the_next() -> None:
    charges = [ChargeFactory(amount=10_000) for _ in range(3)]
    rows = [(f"FT{n}", 10_000, code(charge)) for n, charge in enumerate(charges)]

    class Killed(BaseException):
        pass

    def step() -> None:
        raise Killed

    with pytest.raises(Killed):
        take(rows, step=step)
    assert sorted(fresh(c).paid for c in charges) == [0, 0, 10_000]
    assert counts(take(rows)) == (2, 2, 0, 1, 0)
    assert [fresh(c).paid for c in charges] == [10_000] * 3


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_book_each_line_once() -> None:
    assert connection.vendor == "postgresql"
    charges = [ChargeFactory(amount=10_000) for _ in range(4)]
    rows = [(f"FT{n}", 10_000, code(charge)) for n, charge in enumerate(charges)] + [("FT9", 5_000, "tien nha")]
    both = [rows, [*reversed(rows), ("FT10", 7_000, "tien dien")]]
    start, summaries = threading.Barrier(2), []

    def run(own: Sequence[Row]) -> None:
        parsed = statements.read(io.BytesIO(content(own)), filename="x.csv")
        start.wait()
        try:
            summaries.append(statements.take_in(parsed))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(own,)) for own in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (sum(s.new for s in summaries), sum(s.repeated for s in summaries)) == (6, 5)
    assert [fresh(c).paid for c in charges] == [10_000] * 4
    assert Entry.objects.filter(kind=Entry.Kind.PAY).count() == 4 == PaymentAttempt.objects.count()


def test_ten_thousand_lines_in_bounded_time_and_queries(django_assert_max_num_queries: Any) -> None:
    charge = ChargeFactory(amount=10_000)
    rows = [(f"FT{n}", 1_000, f"tien dien thang {n}") for n in range(9_999)] + [("FTX", 10_000, code(charge))]
    before = time.process_time()
    with django_assert_max_num_queries(400):
        assert counts(take(rows)) == (10_000, 1, 9_999, 0, 0)
    assert time.process_time() - before < 15


# --- by hand -------------------------------------------------------------------------------------


def unmatched(amount: int = 10_000) -> StatementLine:
    take([(f"FT{StatementLine.objects.count()}", amount, "nop tien cho con")])
    return StatementLine.objects.latest("pk")


@pytest.mark.parametrize("typed", ["reference", "dossier_code"])
def test_the_cashier_names_the_submission(typed: str) -> None:
    charge, line, officer = ChargeFactory(amount=10_000), unmatched(), keeper()
    row = statements.match(line.pk, f" {getattr(charge.submission, typed).lower()} ", by=officer)
    assert (row.state, row.charge, row.handled_by) == (STATE.BY_HAND, charge, officer)
    assert row.handled_at is not None
    assert fresh(charge).state == Money.PAID
    with pytest.raises(PaymentError, match="vừa được người khác xử lý"):
        statements.match(line.pk, charge.submission.reference, by=officer)
    assert fresh(charge).paid == 10_000


def test_a_name_of_nobody_changes_nothing() -> None:
    line, officer = unmatched(), keeper()
    for typed in ("", "HK7K-QM9Q", "x" * 500):
        with pytest.raises(PaymentError):
            statements.match(line.pk, typed, by=officer)
    assert StatementLine.objects.get().state == STATE.UNMATCHED


def test_set_aside_and_brought_back() -> None:
    charge, line, officer = ChargeFactory(amount=10_000), unmatched(), keeper()
    with pytest.raises(PaymentError):
        statements.set_aside(line.pk, "  ", by=officer)
    row = statements.set_aside(line.pk, "Tiền thuê mặt bằng", by=officer)
    assert (row.state, row.why, row.handled_by) == (STATE.SET_ASIDE, "Tiền thuê mặt bằng", officer)
    with pytest.raises(PaymentError):
        statements.match(line.pk, charge.submission.reference, by=officer)
    assert statements.bring_back(line.pk, by=officer).state == STATE.UNMATCHED
    assert statements.match(line.pk, charge.submission.reference, by=officer).state == STATE.BY_HAND
    with pytest.raises(PaymentError):
        statements.bring_back(line.pk, by=officer)


@pytest.mark.parametrize(
    ("town", "roles"), [(False, ["cashier", "leader"]), (True, ["reception", "specialist", "editor"])]
)
def test_only_who_keeps_the_towns_account_handles_lines(town: bool, roles: list[str]) -> None:
    charge, line = ChargeFactory(amount=10_000), unmatched()
    officer = OfficerFactory(agency=AgencyFactory(town=town), roles=roles)
    for act, words in ((statements.match, charge.submission.reference), (statements.set_aside, "x")):
        with pytest.raises(NotAllowed):
            act(line.pk, words, by=officer)
    with pytest.raises(NotAllowed):
        statements.bring_back(line.pk, by=officer)


def test_a_wards_cashier_sees_what_came_in_for_the_own_agency() -> None:
    own, other = ChargeFactory(amount=10_000), ChargeFactory(amount=10_000)
    take([("A", 10_000, code(own)), ("B", 10_000, code(other)), ("C", 10_000, "x")])

    def seen(officer: Officer | None) -> list[str]:
        return sorted(statements.lines(officer).values_list("bank_reference", flat=True))

    assert seen(OfficerFactory(agency=own.agency, roles=["cashier"])) == ["A"]
    assert seen(OfficerFactory(agency=own.agency, roles=["reception"])) == []
    assert seen(keeper()) == ["A", "B", "C"]
    assert seen(None) == []


# --- the command ---------------------------------------------------------------------------------


def run(tmp_path: Path, data: bytes, *options: str) -> tuple[str, str, str]:
    path, out, err, end = tmp_path / "sao-ke.csv", io.StringIO(), io.StringIO(), ""
    path.write_bytes(data)
    try:
        call_command("import_statement", str(path), *options, stdout=out, stderr=err)
    except CommandError as problem:
        end = str(problem)
    return out.getvalue(), err.getvalue(), end


def test_the_command_books_and_says_what_it_did(tmp_path: Path) -> None:
    charge = ChargeFactory(amount=10_000)
    data = content([("A", 10_000, code(charge)), ("B", 5_000, "tien nha")])
    out, err, end = run(tmp_path, data, "--dry-run")
    assert "2 dòng mới, 1 khớp hồ sơ, 1 chưa khớp; 0 đã nhập trước đây, 0 dòng tiền ra" in out
    assert ("Chạy thử: chưa ghi gì." in out, err, end) == (True, "", "")
    assert not Statement.objects.exists()
    out, err, end = run(tmp_path, data, "--layout", "vietcombank")
    assert ("2 dòng mới, 1 khớp hồ sơ" in out, err, end) == (True, "", "")
    out, err, end = run(tmp_path, data)
    assert ("0 dòng mới" in out, "2 đã nhập trước đây" in out, err, end) == (True, True, "", "")
    assert "tien nha" not in out


def test_the_command_names_bad_lines_and_fails_but_keeps_the_good_ones(tmp_path: Path) -> None:
    charge = ChargeFactory(amount=10_000)
    data = content([("A", 10_000, code(charge))]) + b"31/02/2026;B;;5.000;x\r\n"
    out, err, end = run(tmp_path, data)
    assert "1 dòng mới" in out
    assert err.startswith("Dòng 3: ")
    assert end.startswith("Có 1 dòng chưa nhập được")
    assert fresh(charge).paid == 10_000


@pytest.mark.parametrize(
    ("data", "options"),
    [(b"", ()), (b"PK\x03\x04", ()), (b"\0\1\2", ()), (b"a,b\n1,2\n", ()), (b"x", ("--layout", "khong-co"))],
)
def test_the_command_refuses_what_is_no_statement(tmp_path: Path, data: bytes, options: Sequence[str]) -> None:
    out, err, end = run(tmp_path, data, *options)
    assert (out, err) == ("", "")
    assert end
    assert not Statement.objects.exists()


@pytest.mark.parametrize("path", ["/khong/co", "/", "a\0b", ""])
def test_the_command_says_when_the_file_cannot_be_opened(path: str) -> None:
    with pytest.raises(CommandError, match="Không mở được tệp"):
        call_command("import_statement", path)


@pytest.mark.django_db(transaction=True)
def test_two_cashiers_match_a_line_once() -> None:
    charges, line, officer = [ChargeFactory(amount=10_000) for _ in range(2)], unmatched(), keeper()
    start, failed = threading.Barrier(2), []

    def run(charge: Charge) -> None:
        start.wait()
        try:
            statements.match(line.pk, charge.submission.reference or "", by=officer)
        except PaymentError as problem:
            failed.append(str(problem))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(charge,)) for charge in charges]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failed == ["Dòng sao kê này vừa được người khác xử lý. Bạn xem lại danh sách."]
    assert sorted(fresh(charge).paid for charge in charges) == [0, 10_000]

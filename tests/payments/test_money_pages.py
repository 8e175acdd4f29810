"""The pages of a submission's money: who may open them, what they book, what they refuse, and nothing twice."""

from __future__ import annotations

import html
import re
from itertools import product
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest
from django.db import transaction
from django.test import Client
from hypothesis import given

from payments import billing, cashier
from payments.admin.fields import amount_of
from payments.models import Charge, PaymentAttempt, Refund
from payments.states import Attempt, Money, Problem, RefundState
from procedures.models import Agency
from submissions import rules, workflow
from submissions.models import Officer, Paper, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, AttemptFactory, ChargeFactory, OfficerFactory, SubmissionFactory, fee

pytestmark = pytest.mark.django_db
REASON = "Theo quyết định của UBND."
ACTS = (cashier.AMOUNTS, cashier.EXEMPT, cashier.WAIVE, cashier.CASH, cashier.REFUND)


def officer(agency: Agency, *roles: str) -> Officer:
    found: Officer = OfficerFactory(agency=agency, roles=list(roles))
    return found


def at_desk(charge: Charge, *roles: str) -> Client:
    client = Client()
    client.force_login(officer(charge.agency, *roles).user)
    return client


def address(charge: Charge, act: str) -> str:
    return f"/admin/payments/ho-so/{charge.submission_id}/{act}/"


def record(charge: Charge) -> str:
    return f"/admin/submissions/submission/{charge.submission_id}/change/"


def seen(page: str) -> str:
    return re.findall(r'name="seen" value="(\w+)"', page)[0]


def words(answer: Any) -> str:
    """The page as it is read, without marks."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def send(client: Client, charge: Charge, act: str, **typed: Any) -> Any:
    """Opens the page and sends its form."""
    shown = client.get(address(charge, act))
    assert shown.status_code == 200, shown
    return client.post(address(charge, act), {"seen": seen(shown.content.decode()), **typed}, follow=True)


def now(charge: Charge) -> tuple[str, int, int, int, int]:
    c = Charge.objects.get(pk=charge.pk)
    return (c.state, c.charged, c.waived, c.paid, c.refunded)


def typed_for(charge: Charge, act: str) -> dict[str, Any]:
    """What makes each page act."""
    line = charge.lines.get()
    attempt = charge.attempts.filter(state=Attempt.PAID).first()
    return {
        cashier.AMOUNTS: {f"unit-{line.pk}": "20000", f"count-{line.pk}": "1", "reason": REASON},
        cashier.EXEMPT: {"line": line.pk, "group": "poor", "paper": "Giấy chứng nhận hộ nghèo số 12"},
        cashier.WAIVE: {"what": "unpaid", "reason": REASON},
        cashier.CASH: {"amount": "10.000"},
        cashier.REFUND: {
            "attempt": attempt.pk if attempt else "", "amount": "4000", "way": "cash", "reason": REASON
        },
    }[act]  # fmt: skip


def charge_for(act: str) -> Charge:
    if act != cashier.REFUND:
        return ChargeFactory()
    return AttemptFactory(gateway="cash", paid=True).charge


# --- who may -------------------------------------------------------------------------------------

MAY = {
    cashier.AMOUNTS: {Role.RECEPTION, Role.SPECIALIST, Role.CASHIER},
    cashier.EXEMPT: {Role.RECEPTION, Role.SPECIALIST, Role.CASHIER},
    cashier.WAIVE: {Role.LEADER},
    cashier.CASH: {Role.CASHIER},
    cashier.REFUND: {Role.CASHIER},
}


def touched(charge: Charge) -> tuple[Any, ...]:
    rows = charge.entries.count(), Refund.objects.count(), charge.submission.events.count()
    return (*now(charge), *rows)


@pytest.mark.parametrize("act", ACTS)
def test_roles(act: str) -> None:
    """Every role at the own agency; the agency has a cashier, so reception takes no cash."""
    wrong, charge = {}, charge_for(act)
    officer(charge.agency, Role.CASHIER)
    before, typed = touched(charge), typed_for(charge, act)
    for role in Role.values:
        client, point = at_desk(charge, role), transaction.savepoint()
        shown = client.get(address(charge, act))
        mark = seen(shown.content.decode()) if shown.status_code == 200 else ""
        client.post(address(charge, act), {"seen": mark, **typed})
        acted = touched(charge) != before
        transaction.savepoint_rollback(point)
        if (shown.status_code == 200, acted) != (role in MAY[act], role in MAY[act]):
            wrong[role] = (shown.status_code, acted)
    assert wrong == {}


def test_strangers_find_nothing() -> None:
    """Every role elsewhere, an operator without a desk, nobody at all; and a submission that was never charged."""
    charge = AttemptFactory(gateway="cash", paid=True).charge
    elsewhere = Client()
    elsewhere.force_login(officer(AgencyFactory(), *Role.values).user)
    operator = Client()
    operator.force_login(OfficerFactory(user__is_superuser=True, is_active=False).user)
    paths = [address(charge, act) for act in ACTS]
    paths += [f"/admin/payments/ho-so/{charge.submission_id}/da-thu/{charge.attempts.get().pk}/"]
    before = touched(charge)
    for client, path in product((elsewhere, operator), paths):
        assert client.get(path).status_code == 404
        assert client.post(path, typed_for(charge, cashier.REFUND)).status_code in (404, 405)
    for path in paths:
        assert Client().get(path)["Location"].startswith("/admin/login/")
    assert touched(charge) == before
    free = ChargeFactory()
    client = at_desk(free, *Role.values)
    assert client.get(f"/admin/payments/ho-so/{free.submission_id}/khac/").status_code == 404
    assert client.get(f"/admin/payments/ho-so/{free.submission_id + 999}/mien/").status_code == 404


def test_reception_takes_cash_as_the_setting_says(settings: Any) -> None:
    charge, found = ChargeFactory(), {}
    reception, specialist = at_desk(charge, Role.RECEPTION), at_desk(charge, Role.SPECIALIST)
    for with_cashier in (False, True):
        if with_cashier:
            officer(charge.agency, Role.CASHIER)
        for setting in ("never", "absent", "always"):
            settings.CASH_BY_RECEPTION = setting
            found[setting, with_cashier] = reception.get(address(charge, cashier.CASH)).status_code == 200
            assert specialist.get(address(charge, cashier.CASH))["Location"] == record(charge)
    assert found == {
        ("never", False): False, ("absent", False): True, ("always", False): True,
        ("never", True): False, ("absent", True): False, ("always", True): True,
    }  # fmt: skip


# --- amounts -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("10000", 10_000), ("10.000", 10_000), ("10,000", 10_000), ("10,000đ", 10_000), ("10 000 đồng", 10_000),
        ("1.500.000 VNĐ", 1_500_000), ("0", 0), ("10.000 ₫", 10_000), (" 5000đ. ", 5_000),
        ("1.5", None), ("-1", None), ("1,50", None), ("10.0000", None), ("1.000,50", None), ("1.000,000", None),
        ("", None), ("mười", None), ("1e5", None), ("٣٠٠٠", None), ("9" * 31, None), ("0x10", None), ("+5", None),
    ],
)  # fmt: skip
def test_amounts_as_typed(typed: str, amount: int | None) -> None:
    assert amount_of(typed) == amount


@given(st.integers(0, 9_999_999_999), st.sampled_from(["", "đ", " đồng", " VNĐ"]), st.sampled_from(["", ".", ",", " "]))
@hypothesis.settings(max_examples=60, deadline=None)
def test_every_amount_is_read_back(amount: int, unit: str, between: str) -> None:
    assert amount_of(f"{amount:,}".replace(",", between) + unit) == amount


@given(st.text(max_size=40))
@hypothesis.settings(max_examples=60, deadline=None)
def test_nothing_that_is_typed_fails(typed: str) -> None:
    found = amount_of(typed)
    assert found is None or found >= 0


REFUSED = [
    ("1.5", "Số tiền là số đồng nguyên, ví dụ 10.000 hoặc 10000. Bạn đã ghi “1.5”."),
    ("-1", "Bạn đã ghi “-1”."),
    ("0", "Số tiền ít nhất là 1 đồng."),
    ("", "Bạn hãy ghi số tiền, ví dụ 10.000."),
    ("99999999999", "Số tiền quá lớn. Bạn hãy kiểm tra lại các chữ số."),
    ("9" * 30, "Số tiền quá lớn."),
    ("9" * 40, "Số tiền là số đồng nguyên"),
    ("10.001", "Hồ sơ còn phải nộp 10.000 đồng."),
    ("9.999", "Hồ sơ còn phải nộp 10.000 đồng."),
]


def test_cash_of_another_amount_is_refused() -> None:
    charge = ChargeFactory()
    client = at_desk(charge, Role.CASHIER)
    mark = seen(client.get(address(charge, cashier.CASH)).content.decode())
    for typed, sentence in REFUSED:
        answer = client.post(address(charge, cashier.CASH), {"seen": mark, "amount": typed})
        assert (answer.status_code, sentence in words(answer)) == (200, True), typed
    assert now(charge) == (Money.DUE, 10_000, 0, 0, 0)


def test_setting_amounts() -> None:
    """Set, counted in a preview that books nothing, then saved; a correction needs a reason, emptying is no answer."""
    charge = ChargeFactory(fees=[fee(None, condition="Đăng ký quá hạn"), fee(5_000, unit="bản sao")])
    first, second = charge.lines.all()
    client = at_desk(charge, Role.SPECIALIST)
    shown = client.get(address(charge, cashier.AMOUNTS))
    assert "Chỉ thu khi: Đăng ký quá hạn" in words(shown)
    typed = {f"unit-{first.pk}": "20.000", f"count-{first.pk}": "1", f"unit-{second.pk}": "5000"}
    counted = {**typed, f"count-{second.pk}": "3"}
    tried = send(client, charge, cashier.AMOUNTS, step="preview", **counted)
    assert "Tổng cộng: 35.000 đồng" in words(tried)
    assert now(charge)[:2] == (Money.UNSET, 0)
    missing = send(client, charge, cashier.AMOUNTS, **typed)
    assert "Vẫn còn khoản chưa có mức thu hoặc số lượng" in words(missing)
    done = send(client, charge, cashier.AMOUNTS, **counted)
    assert "Đã xác định mức thu. Còn phải nộp: 35.000 đồng." in words(done)
    assert now(charge) == (Money.DUE, 35_000, 0, 0, 0)
    assert (charge.submission.money, Submission.objects.get(pk=charge.submission_id).owed) == (Money.UNSET, 35_000)
    dropped = {**counted, f"count-{first.pk}": "0"}
    silent = send(client, charge, cashier.AMOUNTS, **dropped)
    assert "Bạn đổi mức thu đã xác định nên cần ghi lý do." in words(silent)
    emptied = send(client, charge, cashier.AMOUNTS, **{**counted, f"count-{second.pk}": ""}, reason=REASON)
    assert "Bạn ghi 0 ở số lượng nếu không thu khoản này." in words(emptied)
    assert now(charge) == (Money.DUE, 35_000, 0, 0, 0)
    send(client, charge, cashier.AMOUNTS, **dropped, reason=REASON)
    assert now(charge) == (Money.DUE, 15_000, 0, 0, 0)
    assert charge.entries.filter(reason=REASON).values_list("amount", flat=True)[0] == -20_000


def test_counts_at_their_edges() -> None:
    charge = ChargeFactory(fees=[fee(1_000, unit="trang")])
    line, client = charge.lines.get(), at_desk(charge, Role.RECEPTION)
    mark = seen(client.get(address(charge, cashier.AMOUNTS)).content.decode())
    found = {}
    for count in ("-1", "2.5", "100001", "nhiều", "0", "100000"):
        typed = {f"unit-{line.pk}": "1000", f"count-{line.pk}": count, "seen": mark, "step": "preview"}
        answer = words(client.post(address(charge, cashier.AMOUNTS), typed))
        found[count] = "Số lượng là số nguyên từ 0 đến 100.000." not in answer
    assert found == {"-1": False, "2.5": False, "100001": False, "nhiều": False, "0": True, "100000": True}
    assert now(charge)[:2] == (Money.UNSET, 0)


def test_amounts_stay_once_paid() -> None:
    charge = AttemptFactory(gateway="cash", paid=True).charge
    answer = at_desk(charge, Role.CASHIER).get(address(charge, cashier.AMOUNTS), follow=True)
    assert "Hồ sơ đã có tiền nộp nên mức thu không đổi được nữa." in words(answer)


# --- exempt, waive -------------------------------------------------------------------------------


def test_exempting_a_line() -> None:
    charge = ChargeFactory(fees=[fee(8_000), fee(2_000)])
    first = charge.lines.all()[0]
    client = at_desk(charge, Role.RECEPTION)
    bare = send(client, charge, cashier.EXEMPT, line=first.pk, group="other")
    assert "Bạn hãy ghi giấy tờ chứng minh đối tượng được miễn." in words(bare)
    assert "Bạn hãy ghi rõ đối tượng và quy định cho miễn." in words(bare)
    foreign = ChargeFactory().lines.get()
    typed = {"group": "elderly", "paper": "Căn cước: sinh năm 1950"}
    assert send(client, charge, cashier.EXEMPT, line=foreign.pk, **typed).status_code == 200
    assert now(charge) == (Money.DUE, 10_000, 0, 0, 0)
    done = send(client, charge, cashier.EXEMPT, line=first.pk, **typed)
    assert "Đã ghi miễn. Còn phải nộp: 2.000 đồng." in words(done)
    assert now(charge) == (Money.DUE, 10_000, 8_000, 0, 0)
    entry = charge.entries.get(kind="waive")
    assert (entry.reason, entry.paper, entry.line) == ("Người cao tuổi", "Căn cước: sinh năm 1950", first)


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        ({"what": "unpaid", "reason": REASON}, (Money.WAIVED, 10_000, 10_000, 0, 0)),
        ({"what": "part", "amount": "4.000", "reason": REASON}, (Money.DUE, 10_000, 4_000, 0, 0)),
        ({"what": "part", "reason": REASON}, None),
        ({"what": "part", "amount": "10.001", "reason": REASON}, None),
        ({"what": "unpaid"}, None),
        ({"what": "whole", "reason": REASON}, None),
        ({"reason": REASON}, None),
    ],
)
def test_waiving(typed: dict[str, str], after: tuple[Any, ...] | None) -> None:
    charge = ChargeFactory()
    answer = send(at_desk(charge, Role.LEADER), charge, cashier.WAIVE, **typed)
    assert now(charge) == (after or (Money.DUE, 10_000, 0, 0, 0))
    assert ("Chưa ghi nhận được:" in words(answer)) is (after is None)


def test_waiving_what_was_paid_makes_it_to_be_refunded() -> None:
    charge = AttemptFactory(gateway="cash", paid=True).charge
    answer = send(at_desk(charge, Role.LEADER), charge, cashier.WAIVE, what="whole", reason=REASON)
    assert "Đã ghi không thu. Cần hoàn lại: 10.000 đồng." in words(answer)
    assert now(charge) == (Money.REFUND, 10_000, 10_000, 10_000, 0)


# --- cash ----------------------------------------------------------------------------------------


def test_taking_cash_shows_change_and_links_the_paper() -> None:
    charge = ChargeFactory()
    client = at_desk(charge, Role.CASHIER)
    shown = client.get(address(charge, cashier.CASH)).content.decode()
    assert 'name="amount" value="10.000"' in shown
    tried = send(client, charge, cashier.CASH, amount="10.000", given="50.000", step="preview")
    assert "Tiền thối lại: 40.000 đồng" in words(tried)
    short = send(client, charge, cashier.CASH, amount="10.000", given="5.000")
    assert "Người nộp đưa ít hơn số tiền thu." in words(short)
    assert now(charge) == (Money.DUE, 10_000, 0, 0, 0)
    done = send(client, charge, cashier.CASH, amount="10.000", given="50.000")
    assert "Đã thu 10.000 đồng. Người nộp đưa 50.000 đồng, thối lại 40.000 đồng." in words(done)
    paper = Paper.objects.get(submission=charge.submission, kind=Paper.Kind.PAYMENT)
    assert f'data-paper="payment" href="/admin/submissions/submission/{charge.submission_id}/giay-to/{paper.pk}/"' in (
        done.content.decode()
    )
    assert now(charge) == (Money.PAID, 10_000, 0, 10_000, 0)


def test_before_receipt_no_cash_is_taken() -> None:
    charge = ChargeFactory(at=State.SUBMITTED)
    answer = at_desk(charge, Role.CASHIER).get(address(charge, cashier.CASH), follow=True)
    assert "Hồ sơ chưa được tiếp nhận nên chưa thu tiền. Bạn hãy thu sau khi tiếp nhận." in words(answer)


# --- once only -----------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ACTS)
def test_a_double_click_books_once(act: str) -> None:
    charge = charge_for(act)
    client = at_desk(charge, *MAY[act])
    typed = {"seen": seen(client.get(address(charge, act)).content.decode()), **typed_for(charge, act)}
    client.post(address(charge, act), typed)
    after = touched(charge)
    again = client.post(address(charge, act), typed, follow=True)
    assert touched(charge) == after
    assert "Việc này đã được ghi nhận, cổng không ghi thêm lần nữa." in words(again)


def test_what_was_typed_survives_a_change_by_somebody_else() -> None:
    charge = ChargeFactory()
    client = at_desk(charge, Role.LEADER)
    known = seen(client.get(address(charge, cashier.WAIVE)).content.decode())
    by = rules.officer_actor(officer(charge.agency, Role.SPECIALIST))
    billing.exempt(charge.pk, charge.lines.get().pk, by=by, reason="Hộ nghèo", paper="Số 12", amount=3_000)
    typed = {"what": "unpaid", "reason": "Hoàn cảnh khó khăn."}
    answer = client.post(address(charge, cashier.WAIVE), {"seen": known, **typed})
    assert "Tiền của hồ sơ vừa thay đổi sau khi bạn mở trang." in words(answer)
    assert "Hoàn cảnh khó khăn." in words(answer)
    assert now(charge) == (Money.DUE, 10_000, 3_000, 0, 0)
    client.post(address(charge, cashier.WAIVE), {"seen": seen(answer.content.decode()), **typed})
    assert now(charge) == (Money.WAIVED, 10_000, 10_000, 0, 0)


# --- refunds -------------------------------------------------------------------------------------


def paid_twice() -> Charge:
    """By VNPAY, and again by a second attempt that was open at the time."""
    charge = ChargeFactory()
    first = billing.start(charge.pk, "vnpay", by=rules.citizen())
    billing.take_transfer(charge.pk, 10_000, said={})
    billing.settle(first.pk, billing.Outcome(paid=True, amount=10_000, provider_number="14400001"))
    assert PaymentAttempt.objects.get(pk=first.pk).problem == Problem.DOUBLE
    return charge


def test_refund_by_hand_until_done() -> None:
    charge = paid_twice()
    client = at_desk(charge, Role.CASHIER)
    page = words(client.get(record(charge)))
    assert "Người nộp đã trả hai lần. Bạn hoàn lại số tiền của một lần." in page
    attempt = charge.attempts.get(gateway="vnpay")
    shown = client.get(address(charge, cashier.REFUND)).content.decode()
    assert re.search(rf'name="attempt" value="{attempt.pk}"[^>]*checked', shown)
    assert 'name="amount" value="10.000"' in shown
    typed = {"attempt": attempt.pk, "way": "transfer", "reason": REASON}
    above = send(client, charge, cashier.REFUND, amount="10.001", **typed)
    assert "Lượt nộp này chỉ còn 10.000 đồng để hoàn." in words(above)
    send(client, charge, cashier.REFUND, amount="10.000", **typed)
    refund = Refund.objects.get(attempt=attempt)
    assert (refund.state, refund.amount, refund.way) == (RefundState.ASKED, 10_000, "transfer")
    done = f"/admin/payments/ho-so/{charge.submission_id}/hoan-tien/{refund.pk}/"
    assert f'action="{done}"' in client.get(record(charge)).content.decode()
    assert "Bạn hãy ghi số giao dịch chuyển khoản" in words(client.post(done, follow=True))
    client.post(done, {"number": "FT2611"})
    again = client.post(done, {"number": "FT2611"}, follow=True)
    assert "Lần hoàn này đã được ghi nhận" in words(again)
    assert now(charge) == (Money.PAID, 10_000, 0, 20_000, 10_000)
    assert client.get(done).status_code == 405


def test_refund_is_done_by_those_who_handle_cash_alone() -> None:
    charge = AttemptFactory(gateway="cash", paid=True).charge
    by = rules.officer_actor(officer(charge.agency, Role.CASHIER))
    refund = billing.ask_refund(charge.attempts.get().pk, 10_000, "cash", by=by, reason=REASON)
    done = f"/admin/payments/ho-so/{charge.submission_id}/hoan-tien/{refund.pk}/"
    for role in (Role.RECEPTION, Role.SPECIALIST, Role.LEADER, Role.EDITOR):
        at_desk(charge, role).post(done)
    elsewhere = at_desk(ChargeFactory(), Role.CASHIER)
    assert elsewhere.post(done).status_code == 404
    other = ChargeFactory(agency=charge.agency)
    assert at_desk(charge, Role.CASHIER).post(done.replace(str(charge.submission_id), str(other.submission_id), 1))
    refund.refresh_from_db()
    assert refund.state == RefundState.ASKED
    at_desk(charge, Role.CASHIER).post(done)
    refund.refresh_from_db()
    assert refund.state == RefundState.DONE


def test_a_failed_refund_is_asked_again_from_its_link() -> None:
    charge = paid_twice()
    attempt = charge.attempts.get(gateway="vnpay")
    by = rules.officer_actor(officer(charge.agency, Role.CASHIER))
    refund = billing.ask_refund(attempt.pk, 10_000, "gateway", by=by, reason=REASON)
    client = at_desk(charge, Role.CASHIER)
    done = f"/admin/payments/ho-so/{charge.submission_id}/hoan-tien/{refund.pk}/"
    assert client.post(done).status_code == 404  # the gateway says when it is done
    billing.refund_failed(refund.pk, "Giao dịch quá cũ.", permanent=True)
    page = client.get(record(charge)).content.decode()
    link = html.unescape(re.findall(r'href="([^"]+/hoan-tien/\?[^"]+)"', page)[0])
    assert "Giao dịch quá cũ." in page
    shown = client.get(link).content.decode()
    assert re.search(r'name="way" value="gateway"[^>]*checked', shown)
    assert 'name="amount" value="10.000"' in shown


# --- the record ----------------------------------------------------------------------------------


def test_the_box_stands_where_something_was_charged() -> None:
    charge, free = ChargeFactory(), SubmissionFactory(at=State.RECEIVED)
    assert 'data-money="due"' in at_desk(charge, Role.SPECIALIST).get(record(charge)).content.decode()
    client = Client()
    client.force_login(officer(free.agency, Role.CASHIER).user)
    assert "data-money" not in client.get(f"/admin/submissions/submission/{free.pk}/change/").content.decode()


@pytest.mark.parametrize(
    ("role", "acts"),
    [
        (Role.CASHIER, "tien-mat muc-thu mien"),
        (Role.RECEPTION, "muc-thu mien"),
        (Role.SPECIALIST, "muc-thu mien"),
        (Role.LEADER, "khong-thu"),
    ],
)
def test_the_box_offers_what_the_role_may(role: str, acts: str) -> None:
    charge = ChargeFactory()
    officer(charge.agency, Role.CASHIER)
    page = at_desk(charge, role).get(record(charge)).content.decode()
    assert " ".join(re.findall(r'href="/admin/payments/ho-so/\d+/([\w-]+)/"', page)) == acts


def test_ended_without_result_nothing_is_left_to_do() -> None:
    charge = ChargeFactory(at=State.SUBMITTED)
    workflow.withdraw(charge.submission_id, by=rules.citizen())
    charge = Charge.objects.select_related("submission__agency").get(pk=charge.pk)
    assert charge.state == Money.WAIVED
    assert cashier.acts_for(officer(charge.agency, *Role.values), charge) == []

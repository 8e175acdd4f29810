"""What the citizen is told of money, and that a result waits until it is paid for."""

from __future__ import annotations

from typing import Any

import pytest

from payments import billing
from payments.billing import Outcome
from payments.models import Charge
from procedures.models import Procedure
from submissions import access, rules, timeline, transfer, workflow
from submissions.models import Attachment, Notice, Submission
from submissions.states import State
from tests.factories import AttachmentFactory, AttemptFactory, ChargeFactory, ProcedureFactory, SubmissionFactory, fee
from tests.payments.test_billing import officer
from tests.submissions.test_access import login

pytestmark = pytest.mark.django_db


def mails(charge: Charge) -> list[str]:
    rows = Notice.objects.filter(submission=charge.submission_id, audience="citizen", channel="email")
    return list(rows.order_by("pk").values_list("kind", flat=True))


def mail(charge: Charge, kind: str) -> str:
    return Notice.objects.filter(submission=charge.submission_id, kind=kind, channel="email").latest("pk").body


def page_of(charge: Charge) -> str:
    return f"http://testserver/thanh-toan/{charge.submission.reference}/"


def test_receipt_says_what_to_pay_and_where() -> None:
    charge = ChargeFactory(amount=50_000)
    assert mails(charge) == ["submitted", "received"]
    said = mail(charge, "received")
    assert "Bạn cần nộp 50.000 đồng." in said
    assert page_of(charge) in said
    assert "chưa cần làm gì" not in said
    free = SubmissionFactory(at=State.RECEIVED)
    words = Notice.objects.get(submission=free, kind="received", channel="email").body
    assert "Bây giờ bạn chưa cần làm gì." in words
    assert "nộp trực tuyến" not in words


def test_an_amount_that_is_set_later_is_told_when_it_is_to_be_paid() -> None:
    charge = ChargeFactory(amount=None)
    assert "cán bộ sẽ xác định mức thu" in mail(charge, "received")
    change = {charge.lines.get().pk: billing.LineChange(unit_amount=70_000)}
    billing.set_amounts(charge.pk, change, by=officer(charge))
    assert mails(charge) == ["submitted", "received", "charged"]
    assert "Còn phải nộp: 70.000 đồng" in mail(charge, "charged")
    early = ChargeFactory(amount=None, at=State.SUBMITTED)
    change = {early.lines.get().pk: billing.LineChange(unit_amount=70_000)}
    billing.set_amounts(early.pk, change, by=officer(early))
    assert mails(early) == ["submitted"]


def test_paying_before_receipt_is_asked_at_once() -> None:
    procedure = ProcedureFactory(pay_when=Procedure.PayWhen.BEFORE_RECEIPT)
    assert sorted(mails(ChargeFactory(procedure=procedure, at=State.SUBMITTED))) == ["charged", "submitted"]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (10_000, "Hồ sơ đã nộp đủ tiền."),
        (4000, "Bạn cần nộp thêm 6.000 đồng"),
        (12_000, "nhiều hơn số phải nộp"),
    ],
)
def test_a_payment_is_confirmed(amount: int, said: str) -> None:
    attempt = AttemptFactory()
    billing.settle(attempt.pk, Outcome(True, amount, "14422574"))
    words = mail(attempt.charge, "paid")
    assert said in words
    assert "Mã giao dịch: 14422574" in words


def test_a_waiver_is_told_to_whoever_owed() -> None:
    charge = ChargeFactory()
    billing.waive(charge.pk, by=officer(charge), reason="Hộ nghèo.")
    assert mails(charge)[-1] == "waived"
    assert "Lý do: Hộ nghèo." in mail(charge, "waived")
    paid = AttemptFactory(paid=True).charge
    billing.waive(paid.pk, by=officer(paid), reason="Nhầm.", whole=True)
    assert mails(paid)[-1] == "paid"
    ended = ChargeFactory(via="submit refuse")
    assert mails(ended) == ["submitted", "refused"]


def test_a_refund_is_told_when_asked_and_when_done() -> None:
    attempt = AttemptFactory(paid=True)
    refund = billing.ask_refund(attempt.pk, 3000, "cash", by=officer(attempt.charge), reason="Thu thừa.")
    billing.refund_done(refund.pk, by=officer(attempt.charge))
    assert mails(attempt.charge)[-2:] == ["refund_asked", "refund_done"]
    assert "mang theo căn cước" in mail(attempt.charge, "refund_asked")
    lines = [line.sentence for line in timeline.lines(attempt.charge.submission, "UBND")]
    assert lines[:3] == [
        "Đã hoàn lại 3.000 đồng (tiền mặt tại quầy).",
        "Đang hoàn lại 3.000 đồng (tiền mặt tại quầy).",
        "Đã nhận 10.000 đồng (thanh toán trực tuyến (VNPAY)).",
    ]


def test_the_timeline_says_what_is_left_and_nothing_of_nothing() -> None:
    charge = ChargeFactory()
    (line,) = charge.lines.all()
    billing.exempt(charge.pk, line.pk, by=officer(charge), reason="Hộ cận nghèo.", amount=4000)
    billing.exempt(charge.pk, line.pk, by=officer(charge), reason="Hộ nghèo.")
    dropped = ChargeFactory(amount=None)
    (unknown,) = dropped.lines.all()
    billing.set_amounts(dropped.pk, {unknown.pk: billing.LineChange(quantity=0)}, by=officer(dropped))
    said = [line.sentence for line in timeline.lines(charge.submission, "UBND")]
    assert said[:2] == ["Được miễn 6.000 đồng.", "Được miễn 4.000 đồng. Còn phải nộp: 6.000 đồng."]
    said = [line.sentence for line in timeline.lines(dropped.submission, "UBND")]
    assert said[0] == "Mức thu đã xác định. Bạn không phải nộp thêm."


def test_what_was_paid_for_a_refused_filing_is_promised_back() -> None:
    procedure = ProcedureFactory(pay_when=Procedure.PayWhen.BEFORE_RECEIPT)
    charge = AttemptFactory(procedure=procedure, at=State.SUBMITTED, paid=True).charge
    workflow.refuse(charge.submission_id, by=officer(charge), reason="Sai nơi nộp.")
    assert "sẽ được hoàn lại" in mail(charge, "refused")


# --- the result ----------------------------------------------------------------------------------


def ready(charge: Charge) -> tuple[Submission, Attachment]:
    by, pk = officer(charge), charge.submission_id
    workflow.start(pk, by=by)
    workflow.finish(pk, by=by, result_note="Số 12/2026.")
    filed = Submission.objects.get(pk=pk)
    return filed, AttachmentFactory(submission=filed, purpose="result", key="", name="giấy khai sinh.pdf")


@pytest.mark.parametrize("amount", [10_000, None])
def test_a_result_waits_for_the_money(amount: int | None) -> None:
    charge = ChargeFactory(amount=amount)
    filed, result = ready(charge)
    owner = login(filed)
    file, page = f"/ho-so/{filed.reference}/tep/{result.pk}/", f"/ho-so/{filed.reference}/"

    def seen() -> tuple[int, bool, bool]:
        words, answer = owner.get(page).content.decode(), owner.get(file)
        answer.getvalue()
        return answer.status_code, 'data-paper="result"' in words, "Số 12/2026." in words

    assert seen() == (404, False, False)
    billing.waive(charge.pk, by=officer(charge), reason="Hộ nghèo.")
    assert seen() == (200, True, True)


def test_an_officer_sees_the_result_at_once_and_what_was_handed_over_stays() -> None:
    attempt = AttemptFactory(paid=True)
    filed, _result = ready(attempt.charge)
    workflow.hand_over(filed.pk, by=officer(attempt.charge), how="counter")
    refund = billing.ask_refund(attempt.pk, 10_000, "cash", by=officer(attempt.charge), reason="Nhầm hồ sơ.")
    billing.refund_done(refund.pk, by=officer(attempt.charge))
    filed.refresh_from_db()
    assert (filed.owed, access.shows_result(filed)) == (10_000, True)


# --- from another install ------------------------------------------------------------------------


@pytest.mark.parametrize(("money", "owed"), [("due", 6000), ("unset", None), ("paid", 0), ("refund", 0)])
def test_what_is_still_owed_on_arrival_is_a_charge_of_one_line(money: str, owed: int | None, tmp_path: Any) -> None:
    there = SubmissionFactory(at=State.RECEIVED)
    Submission.objects.filter(pk=there.pk).update(money=money, owed=owed, fees=[fee()])
    path = tmp_path / "1.zip"
    with path.open("wb") as to:
        transfer.export(Submission.objects.get(pk=there.pk), to, by=rules.SYSTEM_ACTOR, with_secret=True)
    there.delete()
    with transfer.opened(path) as pack:
        here = transfer.bring_in(pack, transfer.plan(pack, ""), by=rules.SYSTEM_ACTOR).submission
    charge = billing.of(here)
    assert (here.money, here.owed) == (money, owed)
    assert (charge and (charge.state, charge.charged)) == (None if owed == 0 else (money, owed or 0))
    if charge is not None and owed:
        attempt = billing.start(charge.pk, "vnpay", by=rules.citizen())
        billing.settle(attempt.pk, Outcome(True, owed))
        assert Submission.objects.get(pk=here.pk).money == "paid"

"""The price before anything is charged: what is certain, what the officer says, postage, when and how."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from payments import shown
from payments.models import PostageRate
from procedures.models import Procedure
from procedures.spec import ProcedureSpec
from submissions.states import State
from tests import factories
from tests.factories import fee
from tests.submissions.citizen import Citizen, text
from tests.submissions.test_access import login

DAY = datetime.date(2026, 11, 23)
AFTER, BEFORE = Procedure(), Procedure(pay_when=Procedure.PayWhen.BEFORE_RECEIPT)


def price(*fees: dict[str, Any], by_post: bool = False, procedure: Procedure = AFTER) -> shown.Price:
    return shown.at_filing(fees, procedure, by_post=by_post, on=DAY)


@pytest.mark.parametrize(
    ("line", "is_open"),
    [
        (fee(10_000), False),
        (fee(10_000, unit="hồ sơ"), False),
        (fee(0, condition="Đúng hạn"), False),
        (fee(None), True),
        (fee(8_000, unit="bản"), True),
        (fee(10_000, condition="Sau 60 ngày"), True),
    ],
)
def test_what_is_certain_and_what_the_officer_says(line: dict[str, Any], is_open: bool) -> None:
    assert (price(line).lines[0].is_open, price(line).is_open) == (is_open, is_open)


def test_a_sum_is_given_when_every_line_is_certain() -> None:
    assert price(fee(10_000), fee(5_000)).total == 15_000
    assert price(fee(10_000)).total is None  # one line says it already
    assert price(fee(10_000), fee(None)).total is None


def test_free_is_free() -> None:
    assert [price(*lines).is_free for lines in ((), (fee(0),), (fee(0), fee(1)), (fee(None),))] == [
        True, True, False, False
    ]  # fmt: skip
    assert not price().is_paid_here


def test_when_it_is_paid_follows_the_procedure() -> None:
    assert price(fee()).when == "Nộp sau khi cơ quan tiếp nhận hồ sơ. Cổng báo cho bạn khi đến lúc nộp."
    assert price(fee(), procedure=BEFORE).when.startswith("Nộp ngay sau khi gửi hồ sơ")


def test_an_amount_that_nobody_compared_is_marked() -> None:
    lines = price(fee(10_000, amount_checked=False), fee(10_000, amount_checked=True), fee(None, amount_checked=False))
    assert [line.is_sample for line in lines.lines] == [True, False, False]


def test_before_the_answers_a_condition_of_the_form_is_not_the_officers() -> None:
    when = factories.document()
    spec: ProcedureSpec = factories.spec.build(when, factories.LISTS)
    found = shown.of_procedure(spec, AFTER, by_post=False, on=DAY)
    asked = {f.name: f.when is not None for f in spec.fees}
    assert any(asked.values())
    assert {line.name: line.is_open for line in found.lines if asked[line.name]} == {
        f.name: f.unit == "bản" for f in spec.fees if f.when is not None
    }
    assert [line.condition for line in found.lines] == [f.condition for f in spec.fees]


# --- postage -------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payer", "words", "is_paid_here"),
    [
        ("recipient", "Bạn trả cho bưu tá khi nhận kết quả, theo giá của bưu điện. Không nộp trên cổng.", False),
        ("town", "Bạn không phải trả: cơ quan trả cước cho bưu điện.", False),
        ("charge", "30.000 đồng (Chuyển phát nhanh), nộp cùng phí, lệ phí.", True),
    ],
)
def test_postage_by_who_pays_it(settings: Any, payer: str, words: str, is_paid_here: bool) -> None:
    settings.POSTAGE_PAYER = payer
    PostageRate.objects.create(name="Chuyển phát chậm", amount=20_000, valid_from=DAY - datetime.timedelta(days=400))
    PostageRate.objects.create(name="Chuyển phát nhanh", amount=30_000, valid_from=DAY)
    PostageRate.objects.create(name="Giá năm sau", amount=40_000, valid_from=DAY + datetime.timedelta(days=1))
    found = price(by_post=True)
    assert found.postage is not None
    assert (found.postage.sentence, found.is_paid_here, found.is_free) == (words, is_paid_here, True)
    assert price().postage is None


@pytest.mark.django_db
def test_postage_in_advance_counts_in_the_sum_and_is_marked_until_compared(settings: Any) -> None:
    settings.POSTAGE_PAYER = "charge"
    rate = PostageRate.objects.create(name="Chuyển phát nhanh", amount=30_000, valid_from=DAY)
    found = price(fee(10_000), by_post=True)
    assert (found.total, found.postage and found.postage.is_sample) == (40_000, True)
    PostageRate.objects.filter(pk=rate.pk).update(is_checked=True)
    compared = price(by_post=True).postage
    assert compared is not None
    assert not compared.is_sample


@pytest.mark.django_db
def test_without_a_rate_the_officer_says_the_postage(settings: Any) -> None:
    settings.POSTAGE_PAYER = "charge"
    found = price(fee(10_000), by_post=True).postage
    assert found is not None
    assert (found.sentence, found.amount) == ("Cán bộ sẽ báo mức cước; bạn nộp cùng phí, lệ phí.", None)


# --- pages ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_start_page_says_lines_exemption_time_and_ways() -> None:
    factories.AgencyFactory()
    words = text(Client().get(f"/nop-ho-so/{factories.ProcedureFactory().code}/"))
    for said in ("10.000 đồng/lần", "Nộp khi nào Nộp sau khi cơ quan tiếp nhận hồ sơ.", "Nộp tại quầy"):
        assert said in words
    assert "Cước bưu chính" not in words


@pytest.mark.django_db
def test_the_last_step_before_filing_says_the_same() -> None:
    citizen = Citizen()
    citizen.fill()
    words = text(citizen.get("kiem-tra"))
    for said in ("Lệ phí đăng ký khai sinh 10.000 đồng/lần", "Nộp khi nào", "Nộp bằng cách nào", "Nộp tại quầy"):
        assert said in words


@pytest.mark.django_db
def test_a_later_price_touches_no_bill() -> None:
    charge = factories.ChargeFactory(at=State.SUBMITTED)
    procedure = charge.submission.procedure
    dearer = factories.document(fees=[{**factories.document()["fees"][0], "amount": 99_000}])
    factories.publish(procedure, {**dearer, "code": procedure.code})
    answer = login(charge.submission).get(f"/thanh-toan/{charge.submission.reference}/")
    assert "<h1>Bạn sẽ nộp 10.000 đồng.</h1>" in answer.content.decode()


AMOUNTS = st.one_of(st.none(), st.integers(0, 10**9))
FEES = st.lists(st.builds(fee, AMOUNTS, unit=st.sampled_from(["", "lần", "bản"])), max_size=4)


@settings(max_examples=40, deadline=None)
@given(FEES)
def test_no_sum_is_ever_wrong(fees: list[dict[str, Any]]) -> None:
    found = price(*fees)
    if found.total is not None:
        assert found.total == sum(f["amount"] for f in fees)
        assert not found.is_open
    assert found.is_free == all(f["amount"] == 0 for f in fees)

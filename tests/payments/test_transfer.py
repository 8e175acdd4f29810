"""The way to pay by bank transfer: what the payer is shown, when it is offered."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string

from payments import billing, gateways
from payments.gateways import banks
from payments.gateways import vietqr as gateway
from payments.models import PaymentAttempt
from portal.lib import vietqr
from submissions.rules import citizen
from tests.factories import ChargeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def _account(settings: Any) -> None:
    settings.VIETQR_BANK_BIN, settings.VIETQR_ACCOUNT = "970436", "1234567890"
    settings.VIETQR_NAME, settings.VIETQR_IS_TEST = "KHO BAC HONG LINH", False


def attempt(amount: int = 50_000) -> PaymentAttempt:
    return billing.start(ChargeFactory(amount=amount).pk, "vietqr", by=citizen())


@pytest.mark.usefixtures("_account")
def test_the_code_names_account_amount_and_reference() -> None:
    tried = attempt()
    code = (tried.charge.submission.reference or "").replace("-", "")
    assert vietqr.parse(gateway.payload(tried)) == vietqr.Transfer("970436", "1234567890", 50_000, code)
    shown = gateway.transfer(tried)
    assert (shown.bank, shown.account, shown.name) == ("Vietcombank", "1234567890", "KHO BAC HONG LINH")
    assert (shown.amount, shown.purpose, shown.payload) == (50_000, code, gateway.payload(tried))
    assert shown.picture.startswith("<svg ")
    assert "<script" not in shown.picture


@pytest.mark.usefixtures("_account")
def test_everything_in_the_code_is_in_words_beside_it() -> None:
    tried = attempt()
    page = render_to_string("payments/transfer.html", {"transfer": gateway.transfer(tried)})
    code = (tried.charge.submission.reference or "").replace("-", "")
    for words in ("Vietcombank", "1234567890", "KHO BAC HONG LINH", "50.000 đồng", code):
        assert words in page
    assert ("THỬ NGHIỆM" in page, "style=" in page, "<script" in page) == (False, False, False)


@pytest.mark.usefixtures("_account")
def test_a_trial_says_that_no_money_must_be_sent(settings: Any) -> None:
    settings.VIETQR_IS_TEST = True
    page = render_to_string("payments/transfer.html", {"transfer": gateway.transfer(attempt())})
    assert "THỬ NGHIỆM – không phải tiền thật" in page
    assert gateways.GATEWAYS["vietqr"].is_test is True


@pytest.mark.usefixtures("_account")
def test_it_is_offered_when_an_account_is_set(settings: Any) -> None:
    charge = ChargeFactory(amount=50_000)
    assert "vietqr" in [one.key for one in gateways.offered(charge)]
    one = gateways.GATEWAYS["vietqr"]
    assert (one.kind, one.can_ask, one.can_refund) == ("transfer", False, False)
    assert (one.takes(1), one.takes(0), one.takes(10**13)) == (True, False, False)
    settings.VIETQR_BANK_BIN = settings.VIETQR_ACCOUNT = ""
    assert "vietqr" not in [one.key for one in gateways.offered(charge)]


def test_banks_are_named_by_their_number() -> None:
    assert (banks.name_of("970436"), banks.name_of("999999")) == ("Vietcombank", "999999")
    assert all(len(number) == 6 and number.isdigit() for number in banks.BANKS)

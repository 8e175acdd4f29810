"""The pages of the person who pays: the bill, the ways, one try in every state, and who may see them."""

from __future__ import annotations

import datetime
import gzip
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from payments import billing
from payments.billing import LineChange, Outcome
from payments.models import Charge, Entry, PaymentAttempt
from payments.states import Attempt, Money, Problem
from procedures.models import Procedure
from submissions import rules
from submissions.states import Role, State
from tests.factories import AttemptFactory, ChargeFactory, OfficerFactory, SubmissionFactory, clerk, fee
from tests.submissions.citizen import text
from tests.submissions.test_access import login

pytestmark = pytest.mark.django_db
KB = 1024


@pytest.fixture(autouse=True)
def _ways(settings: Any) -> None:
    settings.VNPAY_TMN_CODE, settings.VNPAY_HASH_SECRET = "HLTEST01", "HL-TEST-SECRET-0123456789ABCDEF"
    settings.VNPAY_URL, settings.VNPAY_IS_TEST = "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html", True
    settings.VIETQR_BANK_BIN, settings.VIETQR_ACCOUNT, settings.VIETQR_NAME = "970436", "1234567890", "KHO BAC"
    settings.SITE_URL = "https://dvc.example.vn"


def page_of(charge: Charge, tail: str = "") -> str:
    return f"/thanh-toan/{charge.submission.reference}/{tail}"


def opened(charge: Charge, tail: str = "", client: Client | None = None) -> Any:
    return (client or login(charge.submission)).get(page_of(charge, tail))


def press(charge: Charge, way: str, client: Client | None = None, **more: Any) -> Any:
    return (client or login(charge.submission)).post(page_of(charge), {"way": way, **more})


def settle(attempt: PaymentAttempt, **said: Any) -> None:
    facts = {"paid": True, "amount": attempt.amount, **said}
    billing.settle(attempt.pk, Outcome(**facts))


def officer(charge: Charge) -> rules.Actor:
    return rules.officer_actor(clerk(charge.agency))


# --- the bill ------------------------------------------------------------------------------------


def test_what_is_due_is_said_large_with_its_lines_and_every_way() -> None:
    charge = ChargeFactory(fees=[fee(10_000, name="Lệ phí hộ tịch"), fee(5_000, name="Phí cấp bản sao")])
    answer = opened(charge)
    html, words = answer.content.decode(), text(answer)
    assert answer.status_code == 200
    assert "<h1>Bạn cần nộp 15.000 đồng.</h1>" in html
    assert "Lệ phí hộ tịch 10.000 đồng Phí cấp bản sao 5.000 đồng Cộng 15.000 đồng" in words
    assert [part.split('"')[0] for part in html.split('data-way="')[1:]] == ["vnpay", "vietqr", "cash"]
    assert "THỬ NGHIỆM – không phải tiền thật." in words
    assert charge.agency.address in words


def test_ways_that_are_switched_off_are_not_offered(settings: Any) -> None:
    settings.VNPAY_TMN_CODE = settings.VIETQR_BANK_BIN = settings.VIETQR_ACCOUNT = ""
    charge = ChargeFactory()
    html = opened(charge).content.decode()
    assert [part.split('"')[0] for part in html.split('data-way="')[1:]] == ["cash"]
    assert press(charge, "vnpay").status_code == 303
    assert charge.attempts.count() == 0


def _not_set() -> Charge:
    return ChargeFactory(fees=[fee(8_000, unit="bản")])


def _not_yet() -> Charge:
    return ChargeFactory(at=State.SUBMITTED)


def _part() -> Charge:
    charge = ChargeFactory()
    settle(AttemptFactory(charge=charge), amount=4_000)
    return charge


def _paid() -> Charge:
    return AttemptFactory(paid=True).charge


def _waived() -> Charge:
    charge = ChargeFactory()
    billing.waive(charge.pk, by=officer(charge), reason="Hộ nghèo")
    return charge


def _dropped() -> Charge:
    charge = _not_set()
    billing.set_amounts(charge.pk, {charge.lines.get().pk: LineChange(quantity=0)}, by=officer(charge))
    return charge


def _ended() -> Charge:
    return ChargeFactory(via="submit receive stop")


def _refunding() -> Charge:
    charge = _paid()
    billing.waive(charge.pk, by=officer(charge), reason="Thu nhầm", whole=True)
    return charge


def _refunded() -> Charge:
    charge = _refunding()
    refund = billing.ask_refund(charge.attempts.get().pk, 10_000, "cash", by=officer(charge), reason="Thu nhầm")
    billing.refund_done(refund.pk, "", by=officer(charge))
    return charge


STANDINGS: list[tuple[Callable[[], Charge], str, bool]] = [
    (_not_set, "Chờ cán bộ xác định mức thu.", False),
    (_not_yet, "Bạn sẽ nộp 10.000 đồng.", False),
    (ChargeFactory, "Bạn cần nộp 10.000 đồng.", True),
    (_part, "Bạn còn thiếu 6.000 đồng.", True),
    (_paid, "Đã nộp đủ 10.000 đồng.", False),
    (_waived, "Bạn được miễn 10.000 đồng.", False),
    (_dropped, "Bạn không phải nộp khoản nào.", False),
    (_ended, "Bạn không phải nộp tiền nữa.", False),
    (_refunding, "Bạn sẽ được hoàn 10.000 đồng.", False),
    (_refunded, "Đã hoàn lại 10.000 đồng.", False),
]


@pytest.mark.parametrize(("make", "sentence", "pays"), STANDINGS, ids=lambda v: getattr(v, "__name__", None))
def test_every_standing_is_a_sentence_on_the_bill_and_on_the_own_page(
    make: Callable[[], Charge], sentence: str, pays: bool
) -> None:
    charge = make()
    client = login(charge.submission)
    bill = opened(charge, client=client)
    own = client.get(f"/ho-so/{charge.submission.reference}/")
    done = client.get(f"/ho-so/{charge.submission.reference}/da-gui/")
    assert (bill.status_code, own.status_code, done.status_code) == (200, 200, 200)
    assert f"<h1>{sentence}</h1>" in bill.content.decode()
    assert ("Chọn cách nộp" in text(bill)) is pays
    for page in (own, done):
        assert f"Tiền phải nộp {sentence}" in text(page)
        assert (f'href="{page_of(charge)}"' in page.content.decode()) is pays


def test_money_that_came_and_went_is_listed() -> None:
    words = text(opened(_refunded()))
    assert "Đã nộp 10.000 đồng, Thanh toán trực tuyến qua VNPAY, lúc" in words
    assert "Đã hoàn 10.000 đồng, tiền mặt tại quầy, lúc" in words


def test_what_has_to_be_set_is_said_line_by_line() -> None:
    words = text(opened(ChargeFactory(fees=[fee(None, name="Phí đo đạc"), fee(8_000, name="Bản sao", unit="bản")])))
    assert "Phí đo đạc Chờ cán bộ xác định mức thu" in words
    assert "Bản sao 8.000 đồng/bản; chờ cán bộ xác định có nộp không, bao nhiêu" in words


def test_an_exempt_line_says_so() -> None:
    charge = ChargeFactory(fees=[fee(10_000, name="Lệ phí"), fee(5_000, name="Phí bản sao")])
    billing.exempt(charge.pk, charge.lines.first().pk, by=officer(charge), reason="Hộ nghèo", paper="Giấy chứng nhận")
    words = text(opened(charge))
    assert "Bạn cần nộp 5.000 đồng." in words
    assert "Lệ phí 10.000 đồng Được miễn 10.000 đồng" in words


def test_nothing_to_pay_has_no_page_and_no_box() -> None:
    submission = SubmissionFactory(at=State.RECEIVED, fees=[fee(0)])
    client = login(submission)
    answer = client.get(f"/thanh-toan/{submission.reference}/")
    assert (answer.status_code, Charge.objects.count()) == (404, 0)
    assert "Hồ sơ này không phải nộp tiền." in text(answer)
    assert client.post(f"/thanh-toan/{submission.reference}/", {"way": "vnpay"}).status_code == 404
    assert "Tiền phải nộp" not in text(client.get(f"/ho-so/{submission.reference}/"))


def test_before_receipt_the_confirmation_leads_to_paying() -> None:
    procedure = SubmissionFactory().procedure
    procedure.pay_when = Procedure.PayWhen.BEFORE_RECEIPT
    procedure.save()
    charge = ChargeFactory(procedure=procedure, at=State.SUBMITTED)
    done = login(charge.submission).get(f"/ho-so/{charge.submission.reference}/da-gui/")
    assert f'<a class="button" href="{page_of(charge)}">Nộp tiền</a>' in done.content.decode()
    assert "Cơ quan tiếp nhận hồ sơ khi bạn đã nộp đủ." in text(done)


def test_what_to_do_names_the_payment() -> None:
    charge = ChargeFactory()
    page = text(login(charge.submission).get(f"/ho-so/{charge.submission.reference}/"))
    assert "Bạn cần làm gì? Nộp 10.000 đồng; cách nộp ở mục “Tiền phải nộp” dưới đây." in page


# --- beginning to pay ----------------------------------------------------------------------------


def test_the_button_leads_to_the_gateway_and_twice_is_one_try() -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    first, second = press(charge, "vnpay", client, due="10000"), press(charge, "vnpay", client, due="10000")
    attempt = charge.attempts.get()
    assert (first.status_code, second.status_code) == (303, 303)
    parts = urlsplit(first["Location"])
    sent = parse_qs(parts.query)
    assert (parts.hostname, sent["vnp_TxnRef"], sent["vnp_Amount"]) == (
        "sandbox.vnpayment.vn", [attempt.reference], ["1000000"]
    )  # fmt: skip
    assert sent["vnp_ReturnUrl"][0].startswith("https://dvc.example.vn/thanh-toan/vnpay/ve")
    assert (attempt.state, attempt.is_test) == (Attempt.STARTED, True)
    assert attempt.expires_at - attempt.created_at == pytest.approx(
        datetime.timedelta(minutes=15), abs=datetime.timedelta(seconds=5)
    )


def test_looking_starts_nothing() -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    for tail in ("", "?way=vnpay", "?ve=1", "chuyen-khoan/", "luot/1/"):
        client.get(page_of(charge, tail))
    assert charge.attempts.count() == 0


@pytest.mark.parametrize("make", [_not_set, _not_yet, _paid, _waived, _ended, _refunding])
def test_what_is_not_due_cannot_be_paid(make: Callable[[], Charge]) -> None:
    charge = make()
    before = charge.attempts.count()
    client = login(charge.submission)
    answer = press(charge, "vnpay", client)
    assert (answer.status_code, answer["Location"]) == (303, page_of(charge))
    assert charge.attempts.count() == before
    assert 'class="panel-error"' in client.get(page_of(charge)).content.decode()


def test_an_old_page_is_shown_the_new_amount_first() -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    billing.exempt(charge.pk, charge.lines.get().pk, by=officer(charge), reason="Hộ cận nghèo", amount=4_000)
    assert press(charge, "vnpay", client, due="10000")["Location"] == page_of(charge)
    words = text(client.get(page_of(charge)))
    assert "Số tiền phải nộp vừa thay đổi. Bạn xem lại các khoản rồi bấm nộp lần nữa." in words
    assert charge.attempts.count() == 0


@pytest.mark.parametrize("way", ["", "momo", "VNPAY", "a" * 5000, "vnpay\0x"])
def test_a_way_that_does_not_exist_is_a_sentence(way: str) -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    assert press(charge, way, client).status_code == 303
    assert "Cách nộp này hiện không dùng được." in text(client.get(page_of(charge)))
    assert charge.attempts.count() == 0


def test_the_desk_needs_no_try() -> None:
    charge = ChargeFactory()
    assert press(charge, "cash")["Location"] == page_of(charge)
    assert charge.attempts.count() == 0


def test_many_tries_are_stopped_politely(settings: Any) -> None:
    settings.THROTTLES = {**settings.THROTTLES, "payment": (2, 3600)}
    charge = ChargeFactory()
    client = login(charge.submission)
    answers = [press(charge, "vnpay", client) for _ in range(3)]
    assert [a.status_code for a in answers] == [303, 303, 429]
    assert "Hãy thử lại sau 60 phút, hoặc nộp tại quầy" in text(answers[2])
    assert answers[2]["Retry-After"] == "3600"
    assert client.get(page_of(charge)).status_code == 200


def test_a_form_without_its_token_pays_nothing() -> None:
    charge = ChargeFactory()
    client = login(charge.submission, Client(enforce_csrf_checks=True))
    assert press(charge, "vnpay", client).status_code == 403
    assert charge.attempts.count() == 0


# --- one try -------------------------------------------------------------------------------------


def _try(**said: Any) -> PaymentAttempt:
    attempt = AttemptFactory(expires_at=timezone.now() + datetime.timedelta(minutes=15), is_test=True)
    if said:
        settle(attempt, **said)
    return attempt


def _expired() -> PaymentAttempt:
    attempt = _try()
    billing.expire(timezone.now() + datetime.timedelta(minutes=16))
    return attempt


def _late() -> PaymentAttempt:
    attempt = _expired()
    settle(attempt)
    return attempt


def _double() -> PaymentAttempt:
    attempt = _try()
    billing.take_cash(attempt.charge_id, 10_000, by=officer(attempt.charge))
    settle(attempt)
    return attempt


def _closed() -> PaymentAttempt:
    attempt = _try()
    billing.take_cash(attempt.charge_id, 10_000, by=officer(attempt.charge))
    return attempt


def _for_nothing() -> PaymentAttempt:
    attempt = _try()
    billing.waive(attempt.charge_id, by=officer(attempt.charge), reason="Hộ nghèo")
    settle(attempt)
    return attempt


def _given_back() -> PaymentAttempt:
    return _refunded().attempts.get()


FAILED = {"paid": False, "amount": 0}
TRIES: list[tuple[str, Callable[[], PaymentAttempt], str, str, bool]] = [
    ("started", _try, "Chúng tôi đang chờ ngân hàng xác nhận.", "đừng nộp lần nữa", True),
    ("paid", lambda: _try(amount=10_000), "Đã nhận 10.000 đồng.", "Đã nộp đủ.", False),
    ("failed", lambda: _try(**FAILED, code="51"), "Chưa nộp được.", "Tài khoản không đủ số dư.", True),
    ("unknown", lambda: _try(**FAILED, code="99"), "Chưa nộp được.", "Ngân hàng không thực hiện được", True),
    ("cancelled", lambda: _try(**FAILED, cancelled=True), "Bạn đã hủy lượt nộp này.", "Chưa có khoản tiền nào", True),
    ("expired", _expired, "Lượt nộp đã quá giờ.", "Nếu tiền đến muộn, cổng vẫn ghi nhận", True),
    ("late", _late, "Đã nhận 10.000 đồng.", "vẫn được tính cho hồ sơ này", False),
    ("double", _double, "Bạn đã nộp hai lần.", "10.000 đồng nộp thừa sẽ được hoàn lại bạn.", False),
    ("short", lambda: _try(amount=4_000), "Đã nhận 4.000 đồng, còn thiếu 6.000 đồng.", "Bạn nộp nốt phần còn", True),
    ("over", lambda: _try(amount=12_000), "Đã nhận 12.000 đồng, thừa so với số phải nộp.", "Phần thừa", False),
    ("not-due", _for_nothing, "Đã nhận tiền nhưng hồ sơ không còn phải nộp.", "sẽ được hoàn lại bạn", False),
    ("closed", _closed, "Lượt nộp này đã đóng.", "bằng cách khác", False),
    ("refunded", _given_back, "Đã hoàn lại 10.000 đồng.", "đã trả lại bạn", False),
]


@pytest.mark.parametrize(("make", "sentence", "means", "again"), [t[1:] for t in TRIES], ids=[t[0] for t in TRIES])
def test_every_try_says_what_happened_what_it_means_and_what_to_do(
    make: Callable[[], PaymentAttempt], sentence: str, means: str, again: bool
) -> None:
    attempt = make()
    answer = opened(attempt.charge, f"luot/{attempt.number}/")
    html = answer.content.decode()
    assert answer.status_code == 200
    assert f"<h1>{sentence}</h1>" in html
    assert means in text(answer)
    assert ('name="way" value="vnpay"' in html) is again
    assert f'href="/ho-so/{attempt.charge.submission.reference}/"' in html


def test_a_silent_bank_after_the_time_is_up_is_being_asked() -> None:
    attempt = _try()
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=15, seconds=1)):
        words = text(opened(attempt.charge, f"luot/{attempt.number}/"))
    assert "Lượt nộp đã quá giờ mà ngân hàng chưa trả lời. Cổng đang hỏi lại" in words


def test_looking_again_shows_what_came_in_the_meantime() -> None:
    attempt = _try()
    client = login(attempt.charge.submission)
    tail = f"luot/{attempt.number}/"
    again = f'href="{page_of(attempt.charge, tail)}">Xem lại kết quả'
    assert again in opened(attempt.charge, tail, client).content.decode()
    settle(attempt)
    assert "<h1>Đã nhận 10.000 đồng.</h1>" in opened(attempt.charge, tail, client).content.decode()


def test_who_comes_back_from_the_gateway_sees_the_newest_try() -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    press(charge, "vnpay", client)
    press(charge, "vietqr", client)
    assert opened(charge, "?ve=1", client)["Location"] == page_of(charge, "luot/1/")


def test_a_failed_try_is_told_on_the_bill_and_the_next_has_a_new_reference() -> None:
    attempt = _try(**FAILED, code="51")
    client = login(attempt.charge.submission)
    assert "Chưa nộp được. Tài khoản không đủ số dư." in text(opened(attempt.charge, client=client))
    press(attempt.charge, "vnpay", client)
    newest = attempt.charge.attempts.order_by("-number").first()
    assert (newest.number, newest.state, newest.reference) == (2, Attempt.STARTED, attempt.reference[:-1] + "2")


def test_a_try_of_another_submission_is_not_shown() -> None:
    mine, other = _try(), _try()
    again = AttemptFactory(charge=other.charge, gateway="vietqr")
    answer = opened(mine.charge, f"luot/{again.number}/")
    assert answer["Location"] == page_of(mine.charge)


# --- bank transfer -------------------------------------------------------------------------------


def test_a_transfer_shows_code_account_amount_and_purpose() -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    answer = press(charge, "vietqr", client)
    assert (answer.status_code, answer["Location"]) == (303, page_of(charge, "chuyen-khoan/"))
    page = client.get(answer["Location"])
    html, purpose = page.content.decode(), charge.submission.reference.replace("-", "")
    assert f'data-purpose="{purpose}"' in html
    assert 'data-account="1234567890"' in html
    assert 'data-amount="10000"' in html
    assert "<svg" in html
    assert "Cổng xác nhận trong vòng một ngày làm việc" in text(page)
    assert charge.attempts.get().expires_at is None


def test_the_code_is_for_what_is_due_now_or_not_shown() -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    press(charge, "vietqr", client)
    billing.exempt(charge.pk, charge.lines.get().pk, by=officer(charge), reason="Hộ cận nghèo", amount=4_000)
    assert client.get(page_of(charge, "chuyen-khoan/"))["Location"] == page_of(charge)
    press(charge, "vietqr", client)
    assert 'data-amount="6000"' in client.get(page_of(charge, "chuyen-khoan/")).content.decode()
    billing.take_cash(charge.pk, 6_000, by=officer(charge))
    assert client.get(page_of(charge, "chuyen-khoan/"))["Location"] == page_of(charge)


def test_a_transfer_that_is_awaited_is_told_on_the_bill() -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    press(charge, "vietqr", client)
    assert "Đang chờ khoản chuyển khoản của bạn." in text(client.get(page_of(charge)))


# --- who may see it ------------------------------------------------------------------------------


TAILS = ["", "luot/1/", "chuyen-khoan/"]


@pytest.mark.parametrize("tail", TAILS)
def test_only_the_holder_sees_money(tail: str) -> None:
    charge = AttemptFactory(gateway="vietqr").charge
    strangers = [Client(), login(SubmissionFactory(at=State.RECEIVED))]
    staff = Client()
    staff.force_login(OfficerFactory(agency=charge.agency, roles=[Role.CASHIER.value]).user)
    for client in (*strangers, staff):
        answer = client.get(page_of(charge, tail))
        assert answer.status_code == 404
        assert "Cần mã bí mật để xem hồ sơ" in text(answer)
        assert "đồng" not in answer.content.decode().split("<main")[1].split("</main>")[0]
    assert Client().get(f"/thanh-toan/KHON-GCOX/{tail}").status_code == 404
    guest = Client()
    guest.post("/tra-cuu/", {"ma": charge.submission.reference, "ma-tra-cuu": charge.submission.tracking_secret})
    assert guest.get(page_of(charge, tail)).status_code == 200


def test_a_stranger_starts_nothing() -> None:
    charge = ChargeFactory()
    assert press(charge, "vnpay", Client()).status_code == 404
    assert charge.attempts.count() == 0


def test_a_code_alone_says_nothing_of_money() -> None:
    charge = ChargeFactory()
    for client in (Client(), login(charge.submission)):
        answer = client.post("/tra-cuu/", {"ma": charge.submission.reference})
        assert answer.status_code == 200
        assert "10.000" not in answer.content.decode()


# --- promises of every page ----------------------------------------------------------------------


def test_pages_are_light_and_carry_no_inline_style_or_script() -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    press(charge, "vnpay", client)
    press(charge, "vietqr", client)
    for tail in ("", "luot/1/", "chuyen-khoan/"):
        html = client.get(page_of(charge, tail)).content.decode()
        assert len(gzip.compress(html.encode())) <= 20 * KB
        assert not any(bad in html for bad in (" style=", "<style", " onclick=", "<script>", "javascript:"))


def test_the_pages_ask_few_questions_of_the_database(django_assert_max_num_queries: Any) -> None:
    charge = ChargeFactory()
    client = login(charge.submission)
    press(charge, "vnpay", client)
    client.get(page_of(charge))
    with django_assert_max_num_queries(14):
        client.get(page_of(charge))
    with django_assert_max_num_queries(14):
        client.get(page_of(charge, "luot/1/"))


def test_a_free_submission_costs_its_page_no_question_about_money() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    submission = SubmissionFactory(at=State.RECEIVED)
    client = login(submission)
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/ho-so/{submission.reference}/")
    assert [q["sql"] for q in asked if "payments_charge" in q["sql"]] == []


def test_money_and_problem_are_all_told() -> None:
    from payments.shown import bill, tries

    assert set(bill.SAID) == set(Money)
    assert set(tries.SAID) == set(Attempt)
    assert set(tries.PROBLEMS) == set(Problem)
    assert Entry.objects.count() == 0

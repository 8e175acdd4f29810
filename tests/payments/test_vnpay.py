"""VNPAY 2.1.0 without a network: what is signed, what is said, what is read. The vectors are the protocol's own."""

from __future__ import annotations

import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import settings as sparing
from hypothesis import strategies as st

from payments.gateways.base import Back, GatewayError, Result
from payments.gateways.vnpay import Vnpay, answers, codes, requests, signing
from payments.models import PaymentAttempt
from tests.payments.vectors import IPN, IPN_HASH, PAY, PAY_HASH, SECRET

MERCHANT = requests.Merchant("HLTEST01", SECRET)
GMT7 = datetime.timezone(datetime.timedelta(hours=7))
QUESTION = (
    "r-0001|2.1.0|querydr|HLTEST01|HL26000123-1|20260217093000|20260217100000|127.0.0.1|Truy van HL26000123-1",
    "1cfb133dabfb7e328e83014f4c5eb3876b0cdff4f44fff40cae4adf4e9a7ab5a"
    "92ae71a793b7a01e9b043f3dda722016c4c20bde0450566614fba957846fe140",
)
ANSWER = (
    "q-7f01|querydr|00|QueryDR Success|HLTEST01|HL26000123-1|5000000|NCB|20260217093512|14226112|01|00"
    "|Nop le phi ho so HL26000123||",
    "14a213da38dd1518cd0df4f55a98874dbf0a3a79ffbd9908812db64695a9b2c9"
    "0befe37638c12648c6ea6b98a32b8775eb222645e46e8c54bc3856eaf66491af",
)
REFUND = (
    "r-0002|2.1.0|refund|HLTEST01|02|HL26000123-1|5000000|14226112|20260217093000|canbo01|20260218080000|127.0.0.1"
    "|Hoan le phi HL26000123",
    "a424e621b20036bc5ce9c5a9966ea8a7ac7c58c8fe96163bede585934b1e9da2"
    "bff8c03b59a5c7261d5d016c9f8ea00f9b14212bf8300e0dab4390ca4b5f8318",
)
GENUINE = f"{IPN}&vnp_SecureHash={IPN_HASH}"


@pytest.fixture(autouse=True)
def _merchant(settings: Any) -> None:
    settings.VNPAY_TMN_CODE, settings.VNPAY_HASH_SECRET = MERCHANT.code, SECRET
    settings.VNPAY_URL = "https://pay.example.vn/vpcpay.html"


def attempt(**changes: Any) -> PaymentAttempt:
    made = datetime.datetime(2026, 2, 17, 2, 30, tzinfo=datetime.UTC)
    known = {"reference": "HL26000123-1", "amount": 50_000, "created_at": made, "received": 50_000}
    return PaymentAttempt(**{**known, "expires_at": made + datetime.timedelta(minutes=15), **changes})


def signed(fields: dict[str, str], secret: str = SECRET) -> str:
    text = signing.query(fields)
    return f"{text}&vnp_SecureHash={signing.sign(text, secret)}"


def notice(**changes: str) -> str:
    return signed({**dict(parse_qsl(IPN)), **{f"vnp_{k}": v for k, v in changes.items()}})


def answer(order: list[str], secret: str = SECRET, **values: str) -> dict[str, str]:
    text = signing.piped(values.get(name, "") for name in order)
    return {f"vnp_{k}": v for k, v in values.items()} | {"vnp_SecureHash": signing.sign(text, secret)}


# --- the vectors ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "digest"), [(PAY, PAY_HASH), (IPN, IPN_HASH), QUESTION, ANSWER, REFUND])
def test_every_vector_has_its_signature(text: str, digest: str) -> None:
    assert signing.sign(text, SECRET) == digest


def test_the_text_of_the_pay_vector_comes_from_its_fields() -> None:
    assert signing.query(dict(parse_qsl(PAY))) == PAY


def test_a_payment_request_is_the_vector(settings: Any) -> None:
    fields = requests.pay_fields(
        attempt(), return_url="https://dvc.example.vn/thanh-toan/vnpay/ve", address="127.0.0.1"
    )
    assert fields["vnp_OrderInfo"] == "Nop phi le phi ho so HL26000123"
    fields["vnp_OrderInfo"] = "Nop le phi ho so HL26000123"
    assert requests.pay_address(fields) == f"https://pay.example.vn/vpcpay.html?{PAY}&vnp_SecureHash={PAY_HASH}"


def test_the_question_is_the_vector() -> None:
    now = datetime.datetime(2026, 2, 17, 3, 0, tzinfo=datetime.UTC)
    fields = requests.question(attempt(), "r-0001", now)
    assert fields["vnp_OrderInfo"] == "Truy van HL26000123"
    text = "|".join([*QUESTION[0].split("|")[:-1], fields["vnp_OrderInfo"]])
    assert fields["vnp_SecureHash"] == signing.sign(text, SECRET)
    assert [fields[f"vnp_{name}"] for name in requests.ASKED] == text.split("|")


def test_the_refund_is_the_vector() -> None:
    asked = refund()
    fields = requests.refund(asked, datetime.datetime(2026, 2, 18, 1, 0, tzinfo=datetime.UTC))
    assert fields["vnp_OrderInfo"] == "Hoan phi le phi HL26000123"
    text = "|".join([*REFUND[0].split("|")[:-1], fields["vnp_OrderInfo"]])
    assert fields["vnp_SecureHash"] == signing.sign(text, SECRET)
    assert [fields[f"vnp_{name}"] for name in requests.REFUNDED] == text.split("|")


def refund(amount: int = 50_000, **changes: Any) -> Any:
    officer = SimpleNamespace(user=SimpleNamespace(get_username=lambda: "canbo01"))
    paid = attempt(provider_number="14226112", **changes)
    return SimpleNamespace(attempt=paid, amount=amount, request_id="r-0002", asked_by=officer)


def test_a_part_goes_back_as_a_part() -> None:
    fields = requests.refund(refund(20_000))
    assert (fields["vnp_TransactionType"], fields["vnp_Amount"]) == ("03", "2000000")


def test_an_unknown_transaction_number_is_zero() -> None:
    asked = refund()
    asked.attempt.provider_number = ""
    assert requests.refund(asked)["vnp_TransactionNo"] == "0"


# --- what is sent --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("Lệ phí: (5*2)~ab!'x & y=z+1/2%", "Le phi 5 2 ab x y z 1 2"),
        ("Đặng Đình Đỗ  đỏ", "Dang Dinh Do do"),
        ("  𝒜ß漢字\n", ""),
        ("a" * 300, "a" * 255),
    ],
)
def test_words_are_folded_before_they_are_signed(typed: str, sent: str) -> None:
    assert requests.plain(typed) == sent


@sparing(max_examples=60)
@given(st.text(max_size=60))
def test_folded_words_are_encoded_alike_by_every_encoder(typed: str) -> None:
    text = requests.plain(typed)
    assert signing.query({"vnp_OrderInfo": text}) == (
        f"vnp_OrderInfo={quote(text, safe='').replace('%20', '+')}" if text else ""
    )
    assert all(c.isascii() and (c.isalnum() or c == " ") for c in text)


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::1", "0000:0000:0000:0000:0000:0000:0000:0001"),
        ("", "127.0.0.1"),
        ("<script>", "127.0.0.1"),
    ],
)
def test_the_payers_address_has_a_legal_length(address: str, sent: str) -> None:
    assert requests.ip(address) == sent


def test_the_payment_page_gets_what_was_signed() -> None:
    address = Vnpay().start(attempt(), return_url="https://a.vn/ve?x=1&y=2", address="::1")
    query = urlsplit(address).query
    assert signing.is_genuine(query, SECRET)
    sent = {name: values[0] for name, values in parse_qs(query).items()}
    assert sent["vnp_ReturnUrl"] == "https://a.vn/ve?x=1&y=2"
    assert (sent["vnp_CreateDate"], sent["vnp_ExpireDate"]) == ("20260217093000", "20260217094500")
    assert "vnp_SecureHashType" not in sent


def test_afternoon_moments_use_24_hours_of_vietnam() -> None:
    assert requests.moment(datetime.datetime(2026, 12, 31, 17, 5, 9, tzinfo=datetime.UTC)) == "20270101000509"
    assert requests.moment(datetime.datetime(2026, 1, 1, 8, 0, tzinfo=datetime.UTC)) == "20260101150000"


@pytest.mark.parametrize(
    ("amount", "takes"), [(-1, False), (0, False), (1, True), (9_999_999_999, True), (10**10, False)]
)
def test_an_amount_fits_into_twelve_digits(amount: int, takes: bool) -> None:
    assert Vnpay().takes(amount) is takes


def test_it_is_off_without_a_contract(settings: Any) -> None:
    settings.VNPAY_TMN_CODE = ""
    assert not Vnpay().is_on()


# --- what comes in -------------------------------------------------------------------------------


def test_the_vector_of_a_notice_is_read() -> None:
    reading = Vnpay().read(GENUINE)
    assert (reading.result, reading.is_genuine, reading.merchant_ok) == (Result.PAID, True, True)
    assert (reading.reference, reading.amount, reading.provider_number) == ("HL26000123-1", 50_000, "14226112")
    assert reading.at == datetime.datetime(2026, 2, 17, 9, 35, 12, tzinfo=GMT7)
    assert reading.said == {
        "bank": "NCB",
        "bank_number": "VNP14226112",
        "card_type": "ATM",
        "pay_date": "20260217093512",
        "response": "00",
        "status": "00",
    }


def test_the_order_of_the_parameters_does_not_matter() -> None:
    assert Vnpay().read("&".join(reversed(GENUINE.split("&")))).is_genuine


def test_capitals_of_the_signature_and_its_type_do_not_matter() -> None:
    raw = f"{IPN}&vnp_SecureHashType=SHA512&vnp_SecureHash={IPN_HASH.upper()}"
    assert Vnpay().read(raw).is_genuine


@pytest.mark.parametrize("words", ["Le~phi*(1)!'", "Lệ phí hồ sơ", "a%2Bb c"])
def test_a_notice_is_judged_as_it_came(words: str) -> None:
    """Another encoder writes %20 for a blank and leaves other characters: signed over exactly that."""
    text = "&".join(sorted([*IPN.split("&")[:4], f"vnp_OrderInfo={quote(words, safe='*!')}", *IPN.split("&")[5:]]))
    assert Vnpay().read(f"{text}&vnp_SecureHash={signing.sign(text, SECRET)}").is_genuine


def test_a_notice_written_anew_on_its_way_is_encoded_anew() -> None:
    raw = GENUINE.replace("Nop+le+phi+ho+so", "Nop%20le%20phi%20ho%20so").replace("vnp_BankCode", "vnp%5FBankCode")
    assert Vnpay().read(raw).is_genuine


def test_empty_values_are_not_signed() -> None:
    assert Vnpay().read(f"vnp_Bill_Mobile=&{GENUINE}&vnp_Bill_Email=").is_genuine


@pytest.mark.parametrize(
    "raw",
    [
        "",
        IPN,
        f"{IPN}&vnp_SecureHash=",
        f"{IPN}&vnp_SecureHash={IPN_HASH[:-1]}0",
        f"{IPN}&vnp_SecureHash=é" + "0" * 127,
        GENUINE.replace("Amount=5000000", "Amount=500000000"),
        GENUINE.replace("ResponseCode=00", "ResponseCode=24"),
        f"{GENUINE}&vnp_Amount=1",
        f"{GENUINE}&vnp_Extra=1",
        f"{GENUINE}&" + "&".join(f"vnp_{n}=" for n in range(100)),
        f"{GENUINE}&x=" + "9" * 9000,
        "%ff%fe=%00&\0",
        "\ud800=\udfff&vnp_SecureHash=\ud800",
    ],
)
def test_nothing_else_is_genuine(raw: str) -> None:
    reading = Vnpay().read(raw)
    assert not reading.is_genuine
    assert reading.raw == raw


def test_without_a_secret_nothing_is_genuine(settings: Any) -> None:
    settings.VNPAY_HASH_SECRET = ""
    text = IPN
    assert not Vnpay().read(f"{text}&vnp_SecureHash={signing.sign(text, '')}").is_genuine


@sparing(max_examples=80)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(raw: str) -> None:
    assert not answers.read_query(raw, MERCHANT).is_genuine


def test_another_merchant_is_seen() -> None:
    reading = Vnpay().read(notice(TmnCode="OTHER001"))
    assert (reading.is_genuine, reading.merchant_ok) == (True, False)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("100", 1),
        ("5000000", 50_000),
        ("50", None),
        ("5000050", None),
        ("-5000000", None),
        ("\u0665000000", None),
        ("5e6", None),
        ("", None),
        ("9" * 12 + "00", 999_999_999_999),
        ("9" * 13 + "00", None),
    ],
)
def test_only_whole_dong_are_an_amount(text: str, amount: int | None) -> None:
    assert answers.dong(text) == amount


@pytest.mark.parametrize(
    ("response", "status", "result"),
    [
        ("00", "00", Result.PAID),
        ("00", "02", Result.FAILED),
        ("00", "01", Result.WAITING),
        ("00", "", Result.WAITING),
        ("", "00", Result.WAITING),
        ("07", "07", Result.WAITING),
        ("07", "", Result.WAITING),
        ("99", "04", Result.WAITING),
        ("51", "00", Result.WAITING),
        ("24", "02", Result.CANCELLED),
        ("24", "", Result.CANCELLED),
        ("24", "01", Result.WAITING),
        ("51", "02", Result.FAILED),
        ("11", "02", Result.FAILED),
        ("51", "", Result.FAILED),
        ("88", "", Result.WAITING),
    ],
)
def test_paid_only_when_both_say_so(response: str, status: str, result: Result) -> None:
    assert codes.result_of(response, status) is result


@pytest.mark.parametrize("date", ["", "20260230000000", "2026021709351", "abc", "99999999999999"])
def test_a_bad_date_is_no_date(date: str) -> None:
    reading = Vnpay().read(notice(PayDate=date))
    assert (reading.at, reading.is_genuine, reading.result) == (None, True, Result.PAID)


# --- answers to a question -----------------------------------------------------------------------

KNOWN = dict(zip(answers.QUERY_ANSWER, ANSWER[0].split("|"), strict=True))


def read(said: dict[str, Any]) -> Any:
    return answers.read_answer(said, "raw", "HL26000123-1", MERCHANT)


def test_the_vector_of_an_answer_is_believed() -> None:
    said = {f"vnp_{k}": v for k, v in KNOWN.items() if v} | {"vnp_SecureHash": ANSWER[1]}
    reading = read(said)
    assert (reading.result, reading.amount, reading.provider_number) == (Result.PAID, 50_000, "14226112")
    assert (reading.is_genuine, reading.merchant_ok, reading.raw) == (True, True, "raw")
    assert reading.said == {"bank": "NCB", "pay_date": "20260217093512", "status": "00"}
    assert read({**said, "vnp_PromotionCode": None, "vnp_Amount": 5_000_000}).result is Result.PAID


@pytest.mark.parametrize(
    "change",
    [
        {"vnp_SecureHash": "0" * 128},
        {"vnp_SecureHash": None},
        {"vnp_SecureHash": ["a"]},
        {"vnp_Amount": "500000000"},
        {"vnp_TransactionStatus": "02"},
        {"vnp_PromotionCode": "X"},
        {"vnp_Message": {"a": 1}},
    ],
)
def test_an_answer_with_a_wrong_signature_is_never_believed(change: dict[str, Any]) -> None:
    said = {f"vnp_{k}": v for k, v in KNOWN.items()} | {"vnp_SecureHash": ANSWER[1]}
    with pytest.raises(GatewayError) as raised:
        read({**said, **change})
    assert (raised.value.permanent, raised.value.raw) == (False, "raw")


@pytest.mark.parametrize(
    "change", [{"TxnRef": "HL26000123-2"}, {"TxnRef": ""}, {"TmnCode": "OTHER"}, {"Command": "refund"}]
)
def test_a_signed_answer_about_something_else_is_not_believed(change: dict[str, str]) -> None:
    with pytest.raises(GatewayError):
        read(answer(answers.QUERY_ANSWER, **{**KNOWN, **change}))


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"ResponseCode": "91", "TransactionStatus": ""}, Result.UNKNOWN),
        ({"ResponseCode": "91", "TransactionStatus": "", "TxnRef": ""}, Result.UNKNOWN),
        ({"ResponseCode": "94", "TransactionStatus": ""}, Result.WAITING),
        ({"TransactionStatus": "02"}, Result.FAILED),
        ({"TransactionStatus": "01"}, Result.WAITING),
        ({"TransactionStatus": "07"}, Result.WAITING),
        ({"TransactionStatus": "05"}, Result.WAITING),
        ({"TransactionStatus": ""}, Result.WAITING),
    ],
)
def test_what_an_answer_means(change: dict[str, str], result: Result) -> None:
    assert read(answer(answers.QUERY_ANSWER, **{**KNOWN, **change})).result is result


@pytest.mark.parametrize("code", ["02", "03", "97", "99", "x", ""])
def test_a_refused_question_tells_nothing(code: str) -> None:
    with pytest.raises(GatewayError) as raised:
        read(answer(answers.QUERY_ANSWER, **{**KNOWN, "ResponseCode": code}))
    assert f"(mã {code or '–'})" in str(raised.value)


# --- answers to a refund -------------------------------------------------------------------------

GIVEN_BACK = {k: KNOWN[k] for k in answers.REFUND_ANSWER} | {"Command": "refund", "TransactionType": "02"}


@pytest.mark.parametrize(
    ("code", "status", "result"),
    [
        ("00", "00", Back.DONE),
        ("00", "06", Back.DONE),
        ("00", "05", Back.SENT),
        ("00", "", Back.SENT),
        ("00", "09", Back.REFUSED),
        ("94", "", Back.SENT),
        ("91", "", Back.REFUSED),
        ("95", "", Back.REFUSED),
        ("02", "", Back.LATER),
        ("03", "", Back.LATER),
        ("97", "", Back.LATER),
        ("99", "", Back.LATER),
        ("zz", "00", Back.LATER),
    ],
)
def test_what_an_answer_to_a_refund_means(code: str, status: str, result: Back) -> None:
    said = answer(answers.REFUND_ANSWER, **{**GIVEN_BACK, "ResponseCode": code, "TransactionStatus": status})
    found = answers.read_refund(said, "raw", "HL26000123-1", MERCHANT)
    assert (found.result, found.is_genuine, found.code) == (result, True, code)
    assert bool(found.why) is (result in (Back.REFUSED, Back.LATER))


def test_a_refund_signed_by_somebody_else_is_asked_again() -> None:
    said = answer(answers.REFUND_ANSWER, "other", **{**GIVEN_BACK, "TransactionStatus": "06"})
    found = answers.read_refund(said, "raw", "HL26000123-1", MERCHANT)
    assert (found.result, found.is_genuine) == (Back.LATER, False)


@pytest.mark.parametrize(
    ("kind", "status", "result"),
    [
        ("01", "00", Back.LATER),
        ("02", "00", Back.DONE),
        ("03", "00", Back.DONE),
        ("01", "06", Back.LATER),
        ("03", "05", Back.SENT),
        ("02", "06", Back.DONE),
        ("02", "09", Back.REFUSED),
    ],
)
def test_how_a_refund_stands(kind: str, status: str, result: Back) -> None:
    said = answer(answers.QUERY_ANSWER, **{**KNOWN, "TransactionType": kind, "TransactionStatus": status})
    assert answers.read_refund_state(said, "raw", "HL26000123-1", 50_000, MERCHANT).result is result
    assert answers.read_refund_state(said, "raw", "HL26000123-1", 49_000, MERCHANT).result is Back.LATER


def test_every_reason_is_a_sentence_with_what_to_do() -> None:
    assert sorted(codes.WHY) == "07 09 10 11 12 13 24 51 65 75 79".split()
    assert all(str(words).endswith(".") for words in codes.WHY.values())
    assert Vnpay().why("??") == ""

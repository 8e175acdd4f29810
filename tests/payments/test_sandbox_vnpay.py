"""The sandbox as VNPAY: its page, its notice, its interface, against the published vectors and a second reading."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from payments.sandbox import signing
from tests.payments.vectors import IPN, IPN_HASH, PAY, PAY_HASH, SECRET
from tests.sandboxes import Heard, Sandbox, call_api, hmac_of, is_signed, listening, payment, stamp

JOINED = [
    (
        signing.QUERY,
        "r-0001|2.1.0|querydr|HLTEST01|HL26000123-1|20260217093000|20260217100000|127.0.0.1|Truy van HL26000123-1",
        "1cfb133dabfb7e328e83014f4c5eb3876b0cdff4f44fff40cae4adf4e9a7ab5a"
        "92ae71a793b7a01e9b043f3dda722016c4c20bde0450566614fba957846fe140",
    ),
    (
        signing.QUERY_ANSWER,
        "q-7f01|querydr|00|QueryDR Success|HLTEST01|HL26000123-1|5000000|NCB|20260217093512|14226112|01|00"
        "|Nop le phi ho so HL26000123||",
        "14a213da38dd1518cd0df4f55a98874dbf0a3a79ffbd9908812db64695a9b2c9"
        "0befe37638c12648c6ea6b98a32b8775eb222645e46e8c54bc3856eaf66491af",
    ),
    (
        signing.REFUND,
        "r-0002|2.1.0|refund|HLTEST01|02|HL26000123-1|5000000|14226112|20260217093000|canbo01|20260218080000"
        "|127.0.0.1|Hoan le phi HL26000123",
        "a424e621b20036bc5ce9c5a9966ea8a7ac7c58c8fe96163bede585934b1e9da2"
        "bff8c03b59a5c7261d5d016c9f8ea00f9b14212bf8300e0dab4390ca4b5f8318",
    ),
]


# --- the published vectors -----------------------------------------------------------------------


@pytest.mark.parametrize(("text", "signature"), [(PAY, PAY_HASH), (IPN, IPN_HASH)])
def test_the_published_queries_are_signed_alike(text: str, signature: str) -> None:
    fields = dict(parse_qsl(text))
    assert signing.signed(SECRET, fields) == f"{text}&vnp_SecureHash={signature}"
    assert signing.is_genuine(SECRET, f"vnp_SecureHash={signature.upper()}&{text}")
    assert not signing.is_genuine(SECRET, f"{text.replace('5000000', '5000001')}&vnp_SecureHash={signature}")
    assert not signing.is_genuine(SECRET, text)


@pytest.mark.parametrize(("names", "text", "signature"), JOINED)
def test_the_published_calls_are_signed_alike(names: tuple[str, ...], text: str, signature: str) -> None:
    fields = {f"vnp_{name}": value for name, value in zip(names, text.split("|"), strict=True)}
    assert signing.joined(names, {k: v for k, v in fields.items() if v}) == text
    assert signing.digest(SECRET, text) == signature


@pytest.fixture(scope="module")
def published() -> Iterator[Sandbox]:
    with Sandbox("", None, VNPAY_TMN_CODE="HLTEST01", VNPAY_HASH_SECRET=SECRET) as running:
        yield running


def test_the_published_request_is_taken_and_answered(published: Sandbox) -> None:
    """Its day has long gone: the page says so, and whoever decides for the payer may still pay late."""
    address = f"{published.url}/vnpay/pay?{PAY}&vnp_SecureHash={PAY_HASH}"
    status, _headers, page = published.ask("GET", address)
    assert (status, "Đã hết giờ trả tiền" in page.decode()) == (200, True)
    back = published.decide(address, "pay", at="20260217093512")
    number = dict(parse_qsl(urlsplit(back).query))["vnp_TransactionNo"]
    expected = IPN.replace("14226112", number)
    signature = hmac.new(SECRET.encode(), expected.encode(), hashlib.sha512).hexdigest()
    assert back == f"https://dvc.example.vn/thanh-toan/vnpay/ve?{expected}&vnp_SecureHash={signature}"
    (notice,) = published.notices("vnpay.ipn")
    assert notice["path"] == f"/thanh-toan/vnpay/ipn?{expected}&vnp_SecureHash={signature}"


# --- the page ------------------------------------------------------------------------------------


def test_the_page_is_a_test_and_says_what_is_paid(sandbox: Sandbox) -> None:
    status, headers, body = sandbox.ask("GET", payment(sandbox, "HL26000124-1", 1_500_000))
    page = body.decode()
    assert status == 200
    assert "THỬ NGHIỆM – không phải tiền thật" in page
    assert "1.500.000 đồng" in page
    assert "HL26000124-1" in page
    assert re.findall(r'name="choice" value="(\w+)"', page) == ["pay", "cancel", "poor", "expire", "suspect"]
    assert "script" not in page
    assert re.findall(r"(?:src|href|action)=\"(https?:[^\"]*)", page) == []
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


def press(sandbox: Sandbox, page: bytes, choice: str) -> tuple[int, str]:
    """A button of the page: status, and where the browser is sent."""
    action = re.search(r'action="([^"]+)"', page.decode())
    assert action is not None
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    status, headers, _body = sandbox.ask("POST", action[1], urlencode({"choice": choice}).encode(), form)
    return status, headers.get("Location", "")


@pytest.mark.parametrize(
    ("choice", "code", "outcome", "number"),
    [
        ("pay", "00", "00", True),
        ("cancel", "24", "02", False),
        ("poor", "51", "02", False),
        ("expire", "11", "02", False),
        ("suspect", "07", "07", True),
    ],
)
def test_a_browser_goes_back_with_what_was_chosen(
    sandbox: Sandbox, choice: str, code: str, outcome: str, number: bool
) -> None:
    address = payment(sandbox, "HL26000125-1")
    _status, _headers, page = sandbox.ask("GET", address)
    status, back = press(sandbox, page, choice)
    said = dict(parse_qsl(urlsplit(back).query))
    assert status == 303
    assert back.startswith("https://dvc.example.vn/thanh-toan/vnpay/ve?")
    assert is_signed(sandbox, back)
    assert (said["vnp_ResponseCode"], said["vnp_TransactionStatus"]) == (code, outcome)
    assert (said["vnp_TxnRef"], said["vnp_Amount"], said["vnp_TmnCode"]) == ("HL26000125-1", "5000000", "HLSAND01")
    assert (said["vnp_TransactionNo"] != "0") is number
    # Pressed again, in another tab or with another button: nothing new happens.
    assert press(sandbox, page, "pay") == (303, back)
    sandbox.wait()
    assert [urlsplit(n["path"]).query for n in sandbox.notices("vnpay.ipn")] == [urlsplit(back).query]
    _status, _headers, again = sandbox.ask("GET", address)
    assert "Đơn này đã xong" in again.decode()


def test_who_comes_too_late_does_not_pay(sandbox: Sandbox) -> None:
    address = payment(sandbox, "HL26000126-1", vnp_CreateDate=stamp(-20), vnp_ExpireDate=stamp(-5))
    _status, _headers, page = sandbox.ask("GET", address)
    assert "Đã hết giờ trả tiền" in page.decode()
    assert "vnp_ResponseCode=11" in press(sandbox, page, "pay")[1]


def test_the_way_back_keeps_the_portals_own_parameters(sandbox: Sandbox) -> None:
    address = payment(sandbox, "HL26000127-1", vnp_ReturnUrl="https://dvc.example.vn/ve?a=1")
    assert sandbox.decide(address, "pay").startswith("https://dvc.example.vn/ve?a=1&vnp_Amount=5000000&")


def refusal(sandbox: Sandbox, address: str) -> tuple[int, str]:
    status, _headers, page = sandbox.ask("GET", address)
    code = re.search(r"Mã lỗi: <b>(\w+)</b>", page.decode())
    return status, code[1] if code else ""


def test_a_strange_request_is_refused_with_its_code(sandbox: Sandbox) -> None:
    good = payment(sandbox, "HL26000128-1")
    assert refusal(sandbox, good.replace("vnp_Amount=5000000", "vnp_Amount=100")) == (400, "70")
    assert refusal(sandbox, good[:-1] + ("0" if good[-1] != "0" else "1")) == (400, "70")
    assert refusal(sandbox, good.partition("&vnp_SecureHash")[0]) == (400, "70")
    assert refusal(sandbox, payment(sandbox, "HL26000128-1", vnp_TmnCode="STRANGER")) == (400, "72")
    assert refusal(sandbox, f"{sandbox.url}/vnpay/pay") == (400, "72")
    assert refusal(sandbox, good) == (200, "")
    assert refusal(sandbox, payment(sandbox, "HL26000128-1", 60_000)) == (400, "01")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("vnp_Amount", ["", "0", "-5", "1.5", "1" * 13, "abc"]),
        ("vnp_Command", ["", "refund"]),
        ("vnp_CreateDate", ["", "20261332000000", "2026"]),
        ("vnp_CurrCode", ["", "USD"]),
        ("vnp_ExpireDate", ["", "20200101000000", "1" * 14]),
        ("vnp_IpAddr", ["", "x" * 60]),
        ("vnp_Locale", ["", "fr"]),
        ("vnp_OrderInfo", ["", "Lệ phí", "a&b", "x" * 256]),
        ("vnp_OrderType", ["", "a b"]),
        ("vnp_ReturnUrl", ["", "javascript:alert(1)", "https://" + "a" * 300]),
        ("vnp_TxnRef", ["", "a b", "x" * 101]),
        ("vnp_Version", ["", "2.0.0"]),
        ("vnp_BankCode", ["a", "x" * 21]),
    ],
)
def test_a_field_of_a_wrong_form_is_refused(sandbox: Sandbox, field: str, values: list[str]) -> None:
    found = [refusal(sandbox, payment(sandbox, "HL26000129-1", **{field: value})) for value in values]
    assert found == [(400, "03")] * len(values)


def test_a_repeated_parameter_is_refused(sandbox: Sandbox) -> None:
    text = urlsplit(payment(sandbox, "HL26000130-1")).query.partition("&vnp_SecureHash")[0]
    text = text.replace("vnp_Amount=5000000", "vnp_Amount=5000000&vnp_Amount=5000000")
    address = f"{sandbox.url}/vnpay/pay?{text}&vnp_SecureHash={hmac_of(sandbox, text)}"
    assert refusal(sandbox, address) == (400, "03")


# --- the notice ----------------------------------------------------------------------------------


def replies(*said: tuple[int, str]) -> Any:
    """Answers one after the other; the last one for ever."""
    left = list(said)
    return lambda _call: left.pop(0) if len(left) > 1 else left[0]


@pytest.mark.parametrize("last", ["00", "02"])
def test_a_notice_is_repeated_until_it_is_taken(sandbox: Sandbox, last: str) -> None:
    wrong = [(200, f'{{"RspCode": "{code}"}}') for code in ("01", "04", "97", "99")]
    with listening() as portal:
        sandbox.settings(notify=portal.url, retry_seconds=0.01)
        portal.answer = replies(*wrong, (500, ""), (200, "<html>"), (302, ""), (200, f'{{"RspCode": "{last}"}}'))
        sandbox.decide(payment(sandbox, "HL26000131-1"), "cancel")
        sandbox.wait()
        assert len(portal.heard) == 8
        assert len(set(portal.paths())) == 1
        assert [n["taken"] for n in sandbox.notices("vnpay.ipn")] == [*[False] * 7, True]


def test_after_ten_calls_it_is_given_up(sandbox: Sandbox) -> None:
    with listening() as portal:
        sandbox.settings(notify=portal.url, retry_seconds=0.01)
        portal.answer = replies((200, '{"RspCode": "97"}'))
        sandbox.decide(payment(sandbox, "HL26000132-1"))
        sandbox.wait()
        assert len(portal.heard) == 10


def test_a_portal_that_says_nothing_is_asked_again(sandbox: Sandbox) -> None:
    def slowly(call: Heard) -> tuple[int, str]:
        time.sleep(0.6 if len(portal.heard) == 1 else 0)
        return 200, '{"RspCode": "00"}'

    with listening() as portal:
        sandbox.settings(notify=portal.url, retry_seconds=0.01, timeout=0.2)
        portal.answer = slowly
        sandbox.decide(payment(sandbox, "HL26000133-1"))
        sandbox.wait()
        assert [n["answer"] for n in sandbox.notices("vnpay.ipn")] == ["TimeoutError", '{"RspCode": "00"}']


def test_nothing_is_forgotten_over_a_restart(tmp_path: Path) -> None:
    """The order, its choice, and a notice that nobody had taken yet."""
    with Sandbox("http://127.0.0.1:9", tmp_path) as first:
        first.settings(retry_seconds=0.3)
        address = payment(first, "HL26000134-1")
        back = first.decide(address)
    with (tmp_path / "sandbox.jsonl").open("a") as journal:
        journal.write('["orders", "cut of')
    with listening() as portal, Sandbox(portal.url, tmp_path) as second:
        second.wait()
        assert [urlsplit(path).query for path in portal.paths()] == [urlsplit(back).query]
        _status, _headers, page = second.ask("GET", address.replace(first.url, second.url))
        assert "Đơn này đã xong" in page.decode()


# --- querydr -------------------------------------------------------------------------------------


def query(sandbox: Sandbox, ref: str, created: str, request: str = "", **changed: str) -> dict[str, str]:
    fields = {
        "RequestId": request or f"r{time.monotonic_ns()}",
        "Version": "2.1.0",
        "Command": "querydr",
        "TmnCode": "HLSAND01",
        "TxnRef": ref,
        "TransactionDate": created,
        "CreateDate": stamp(),
        "IpAddr": "127.0.0.1",
        "OrderInfo": f"Truy van {ref}",
    }
    return call_api(sandbox, signing.QUERY, fields, **changed)


def opened(sandbox: Sandbox, ref: str, choice: str, amount: int = 50_000) -> str:
    """A payment that was decided; the day it was asked for."""
    address = payment(sandbox, ref, amount)
    sandbox.decide(address, choice)
    return dict(parse_qsl(urlsplit(address).query))["vnp_CreateDate"]


@pytest.mark.parametrize(("choice", "expected"), [("nothing", "01"), ("pay", "00"), ("poor", "02"), ("suspect", "07")])
def test_a_query_tells_what_became_of_it(sandbox: Sandbox, choice: str, expected: str) -> None:
    created = opened(sandbox, "HL26000135-1", choice)
    said = query(sandbox, "HL26000135-1", created)
    assert (said["vnp_ResponseCode"], said["vnp_TransactionStatus"]) == ("00", expected)
    assert (said["vnp_TxnRef"], said["vnp_Amount"]) == ("HL26000135-1", "5000000")
    text = "|".join(said.get(f"vnp_{name}", "") for name in signing.QUERY_ANSWER)
    assert text.endswith("||")
    assert said["vnp_SecureHash"] == hmac_of(sandbox, text)


def test_a_query_that_is_wrong_has_its_code(sandbox: Sandbox) -> None:
    created = opened(sandbox, "HL26000136-1", "pay")
    assert query(sandbox, "HL26000136-1", created, "same")["vnp_ResponseCode"] == "00"
    assert query(sandbox, "HL26000136-1", created, "same")["vnp_ResponseCode"] == "94"
    assert query(sandbox, "HL26000136-2", created)["vnp_ResponseCode"] == "91"
    assert query(sandbox, "HL26000136-1", "20260101000000")["vnp_ResponseCode"] == "91"
    assert query(sandbox, "HL26000136-1", created, SecureHash="0" * 128)["vnp_ResponseCode"] == "97"
    assert query(sandbox, "HL26000136-1", created, IpAddr="127.0.0.2")["vnp_ResponseCode"] == "97"
    assert query(sandbox, "HL26000136-1", created, TmnCode="STRANGER")["vnp_ResponseCode"] == "02"
    assert query(sandbox, "HL26000136-1", created, RequestId="x" * 33)["vnp_ResponseCode"] == "03"
    assert query(sandbox, "HL26000136-1", "2026")["vnp_ResponseCode"] == "03"


# --- refund --------------------------------------------------------------------------------------


def refund(sandbox: Sandbox, ref: str, created: str, amount: int, kind: str, **changed: str) -> dict[str, str]:
    fields = {
        "RequestId": f"r{time.monotonic_ns()}",
        "Version": "2.1.0",
        "Command": "refund",
        "TmnCode": "HLSAND01",
        "TransactionType": kind,
        "TxnRef": ref,
        "Amount": str(amount * 100),
        "TransactionNo": "0",
        "TransactionDate": created,
        "CreateBy": "canbo01",
        "CreateDate": stamp(),
        "IpAddr": "127.0.0.1",
        "OrderInfo": f"Hoan le phi {ref}",
        **changed,
    }
    return call_api(sandbox, signing.REFUND, fields)


def test_a_refund_in_full_is_taken_once(sandbox: Sandbox) -> None:
    created = opened(sandbox, "HL26000137-1", "pay")
    said = refund(sandbox, "HL26000137-1", created, 50_000, "02")
    assert (said["vnp_ResponseCode"], said["vnp_Amount"], said["vnp_TransactionType"]) == ("00", "5000000", "02")
    text = "|".join(said[f"vnp_{name}"] for name in signing.REFUND_ANSWER)
    assert said["vnp_SecureHash"] == hmac_of(sandbox, text)
    assert refund(sandbox, "HL26000137-1", created, 50_000, "02")["vnp_ResponseCode"] == "94"
    assert refund(sandbox, "HL26000137-1", created, 1_000, "03")["vnp_ResponseCode"] == "94"
    assert "đã hoàn 50.000 đồng" in sandbox.ask("GET", "/vnpay/")[2].decode()


def test_parts_never_come_to_more_than_was_paid(sandbox: Sandbox) -> None:
    created = opened(sandbox, "HL26000138-1", "pay")
    codes = [
        refund(sandbox, "HL26000138-1", created, amount, kind)["vnp_ResponseCode"]
        for amount, kind in (
            (49_999, "02"),
            (50_001, "03"),
            (20_000, "03"),
            (50_000, "02"),
            (30_001, "03"),
            (30_000, "03"),
        )
    ]
    assert codes == ["99", "99", "00", "94", "99", "00"]
    assert refund(sandbox, "HL26000138-1", created, 1, "03")["vnp_ResponseCode"] == "94"


def test_only_what_was_paid_is_refunded(sandbox: Sandbox) -> None:
    created = opened(sandbox, "HL26000139-1", "cancel")
    assert refund(sandbox, "HL26000139-1", created, 50_000, "02")["vnp_ResponseCode"] == "95"
    assert refund(sandbox, "HL26000139-2", created, 50_000, "02")["vnp_ResponseCode"] == "91"
    paid = opened(sandbox, "HL26000140-1", "pay")
    assert refund(sandbox, "HL26000140-1", paid, 50_000, "02", TransactionNo="99")["vnp_ResponseCode"] == "91"
    assert refund(sandbox, "HL26000140-1", paid, 50_000, "04")["vnp_ResponseCode"] == "03"
    assert refund(sandbox, "HL26000140-1", paid, 0, "03")["vnp_ResponseCode"] == "03"
    number = query(sandbox, "HL26000140-1", paid)["vnp_TransactionNo"]
    assert refund(sandbox, "HL26000140-1", paid, 50_000, "02", TransactionNo=number)["vnp_ResponseCode"] == "00"


# --- whatever comes ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "method", "path", "body"),
    [
        (400, "GET", "/vnpay/pay?" + "vnp_TmnCode=HLSAND01&" * 500, None),
        (400, "GET", "/vnpay/pay?vnp_TmnCode=HLSAND01&vnp_SecureHash=%ff%fe&%zz=%&=&&&", None),
        (404, "GET", "/vnpay/pay/khong-co", None),
        (404, "POST", "/vnpay/pay/khong-co", b"choice=pay"),
        (400, "POST", "/vnpay/pay/khong-co", b"\xff" * 1000),
        (405, "POST", "/vnpay/pay", b"x=1"),
        (400, "POST", "/vnpay/api", b""),
        (400, "POST", "/vnpay/api", b"[1, 2]"),
        (400, "POST", "/vnpay/api", b"[" * 100_000),
        (413, "POST", "/vnpay/api", b" " * 300_000),
        (400, "POST", "/vnpay/api", b'{"vnp_Command": ["refund"]}'),
        (404, "POST", "/vnpay/decide", b'{"ref": {"a": 1}, "choice": "pay"}'),
        (400, "POST", "/vnpay/decide", b'{"ref": "x", "choice": "steal"}'),
        (400, "POST", "/vnpay/decide", b'{"ref": "x", "choice": "pay", "at": "99999999999999"}'),
        (400, "POST", "/vnpay/decide", b'{"ref": "x", "choice": "pay", "wait": "long"}'),
        (400, "POST", "/vnpay/decide", b'{"ref": "x", "choice": "pay", "wait": NaN}'),
        (405, "PUT", "/vnpay/api", b"{}"),
        (404, "GET", "/../../etc/passwd", None),
        (200, "GET", "/log?after=x", None),
    ],
)
def test_hostile_input_is_refused_in_words(
    sandbox: Sandbox, expected: int, method: str, path: str, body: bytes | None
) -> None:
    status, _headers, said = sandbox.ask(method, path, body)
    assert (status, b"Traceback" in said) == (expected, False)


def test_what_a_merchant_writes_is_never_markup(sandbox: Sandbox) -> None:
    page = sandbox.ask("GET", "/vnpay/pay?vnp_TmnCode=<script>alert(1)</script>")[2].decode()
    assert "<script" not in page

"""Faults that the sandbox is told to have: each does what it says, once, and then things go right again."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import RemoteDisconnected
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.sandbox import ems, faults, sending, server, signing, vnpay
from payments.sandbox.answers import Asked
from tests.sandboxes import Failed, Sandbox, call_api, is_signed, listening, payment, stamp


def heard_of(sandbox: Sandbox, ref: str = "HL26000200-1", choice: str = "pay") -> list[dict[str, str]]:
    """What a portal that takes everything hears of one payment."""
    with listening() as portal:
        sandbox.settings(notify=portal.url, retry_seconds=0.02)
        sandbox.decide(payment(sandbox, ref), choice)
        sandbox.wait()
        return [{**call.query, "signed": str(is_signed(sandbox, call.path))} for call in portal.heard]


def query(sandbox: Sandbox, ref: str = "HL26000200-1", **more: str) -> dict[str, str]:
    fields = {
        "Version": "2.1.0",
        "Command": "querydr",
        "TmnCode": "HLSAND01",
        "TxnRef": ref,
        "TransactionDate": stamp(),
    }
    fields |= {"CreateDate": stamp(), "IpAddr": "127.0.0.1", "OrderInfo": "Hoi", "RequestId": f"r{time.monotonic_ns()}"}
    return call_api(sandbox, signing.QUERY, {**fields, **more})


# --- calls ---------------------------------------------------------------------------------------


def test_a_duplicate_comes_so_many_times_more(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.ipn", "duplicate", n=4)
    with listening() as portal:
        sandbox.settings(notify=portal.url)
        sandbox.decide(payment(sandbox, "HL26000200-1"))
        sandbox.wait()
        until = time.monotonic() + 5
        while len(portal.heard) < 5 and time.monotonic() < until:
            time.sleep(0.01)
        assert len(portal.heard) == 5
        assert len(set(portal.paths())) == 1


def test_a_dropped_notice_comes_with_the_next_try(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.ipn", "drop", times=2)
    assert len(heard_of(sandbox)) == 1
    assert [row["fault"]["fault"] for row in sandbox.log("vnpay.ipn") if "fault" in row] == ["drop", "drop"]


def test_a_lost_notice_never_comes(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.ipn", "lose")
    assert heard_of(sandbox) == []
    assert len(heard_of(sandbox, "HL26000201-1")) == 1


def test_a_delayed_notice_comes_later(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.ipn", "delay", seconds=0.3)
    started = time.monotonic()
    assert len(heard_of(sandbox)) == 1
    assert time.monotonic() - started > 0.3


def test_a_held_notice_comes_after_the_next_one(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.ipn", "reorder", seconds=30)
    with listening() as portal:
        sandbox.settings(notify=portal.url)
        for ref in ("HL26000200-1", "HL26000201-1"):
            sandbox.decide(payment(sandbox, ref))
        sandbox.wait()
        assert [call.query["vnp_TxnRef"] for call in portal.heard] == ["HL26000201-1", "HL26000200-1"]


def test_a_held_notice_does_not_wait_for_ever(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.ipn", "reorder", seconds=0.1)
    assert len(heard_of(sandbox)) == 1


@pytest.mark.parametrize(
    ("what", "field", "value"),
    [
        ("amount", "vnp_Amount", "5100000"),
        ("merchant", "vnp_TmnCode", "STRANGER"),
        ("reference", "vnp_TxnRef", "HL26000200-1-9999"),
    ],
)
def test_a_tampered_notice_is_well_signed_and_wrong(sandbox: Sandbox, what: str, field: str, value: str) -> None:
    sandbox.faults("vnpay.ipn", "tamper", what=what)
    wrong, right = heard_of(sandbox)
    assert {name for name in right if wrong[name] != right[name]} == {field, "vnp_SecureHash"}
    assert (wrong[field], wrong["signed"], right["signed"]) == (value, "True", "True")


@pytest.mark.parametrize(("what", "changes"), [("amount", {"vnp_Amount"}), ("signature", set())])
def test_a_forged_notice_has_no_good_signature(sandbox: Sandbox, what: str, changes: set[str]) -> None:
    sandbox.faults("vnpay.ipn", "tamper", what=what, signed=False)
    wrong, right = heard_of(sandbox)
    assert (wrong["signed"], right["signed"]) == ("False", "True")
    assert {n for n in right if wrong[n] != right[n]} - {"signed", "vnp_SecureHash"} == changes


def test_a_failed_payment_may_be_told_as_paid(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.ipn", "tamper", what="status", signed=False)
    wrong, right = heard_of(sandbox, choice="cancel")
    assert (wrong["vnp_ResponseCode"], wrong["signed"]) == ("00", "False")
    assert right["vnp_ResponseCode"] == "24"


def parcel(sandbox: Sandbox, code: str = "HL2345") -> str:
    order = {"order_code": code, "to_name": "Mai", "to_phone": "0912345678", "to_address": "Bắc Hồng"}
    said = sandbox.control("POST", "/ems/shipments?merchant_token=SANDBOX-TOKEN", **order, product_name="Hồ sơ")
    return str(said["data"]["code"])


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("status", {"StatusCode": "12000", "StatusName": "Phát thành công"}),
        ("reference", {"TrackingCode": "EA999999995VN", "OrderCode": "KHONGCO"}),
        ("amount", {"Fee": [{"Name": "Cước chính", "Amount": -1}]}),
    ],
)
def test_a_tampered_webhook_says_what_is_not_so(sandbox: Sandbox, what: str, changed: dict[str, Any]) -> None:
    code = parcel(sandbox)
    with listening() as portal:
        sandbox.settings(notify=portal.url, retry_seconds=0.02)
        sandbox.faults("ems.webhook", "tamper", what=what)
        sandbox.move(code, "moving")
        sandbox.wait()
        wrong, right = (json.loads(call.body) for call in portal.heard)
        assert len({call.headers["ems-transaction"] for call in portal.heard}) == 2
    assert {name: wrong[name] for name in right if wrong[name] != right[name]} == changed
    assert sandbox.parcel(code)["status_code"] == "4"


def test_a_webhook_may_knock_at_the_wrong_door_or_without_its_number(sandbox: Sandbox) -> None:
    code = parcel(sandbox)
    with listening() as portal:
        sandbox.settings(notify=portal.url, retry_seconds=0.02)
        for what in ("merchant", "signature"):
            sandbox.faults("ems.webhook", "tamper", what=what)
            sandbox.move(code, "moving")
            sandbox.wait()
        door, _right, numberless, _right = portal.heard
    assert door.path == "/bao-chi/ems/another-token-that-is-wrong/"
    assert "ems-transaction" not in numberless.headers


# --- the browser on its way back -----------------------------------------------------------------


def go_back(sandbox: Sandbox, ref: str) -> tuple[int, str]:
    page = sandbox.ask("GET", payment(sandbox, ref))[2].decode()
    action = page.partition('action="')[2].partition('"')[0]
    status, headers, _body = sandbox.ask("POST", action, urlencode({"choice": "pay"}).encode())
    return status, headers.get("Location", "")


def test_a_browser_may_be_closed_or_lied_to(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.return", "drop")
    assert go_back(sandbox, "HL26000200-1") == (200, "")
    sandbox.faults("vnpay.return", "tamper", what="amount", signed=False)
    status, back = go_back(sandbox, "HL26000201-1")
    assert (status, is_signed(sandbox, back)) == (303, False)
    assert dict(parse_qsl(urlsplit(back).query))["vnp_Amount"] == "5100000"
    sandbox.faults("vnpay.return", "delay", seconds=0.2)
    started = time.monotonic()
    assert is_signed(sandbox, go_back(sandbox, "HL26000202-1")[1])
    assert time.monotonic() - started > 0.2
    sandbox.wait()
    assert len(sandbox.notices("vnpay.ipn")) == 3


# --- answers -------------------------------------------------------------------------------------


def test_an_answer_may_be_nothing_a_client_can_use(sandbox: Sandbox) -> None:
    for fault in ("http500", "junk", "huge", "drop"):
        sandbox.faults("vnpay.api", fault, bytes=200_000)
    with pytest.raises(Failed, match="500 Internal Server Error"):
        query(sandbox)
    with pytest.raises(ValueError, match="decode"):
        query(sandbox)
    assert set(query(sandbox)["x"]) == {"9"}
    with pytest.raises(RemoteDisconnected):
        query(sandbox)
    assert query(sandbox)["vnp_ResponseCode"] == "91"


def test_an_answer_may_take_its_time(sandbox: Sandbox) -> None:
    for fault in ("delay", "drip", "silence"):
        sandbox.faults("vnpay.api", fault, seconds=0.2)
    for _ in range(2):
        started = time.monotonic()
        assert query(sandbox)["vnp_ResponseCode"] == "91"
        assert time.monotonic() - started > 0.2
    started = time.monotonic()
    with pytest.raises(RemoteDisconnected):
        query(sandbox)
    assert time.monotonic() - started > 0.2


def test_an_answer_may_lie(sandbox: Sandbox) -> None:
    created = stamp()
    sandbox.decide(payment(sandbox, "HL26000200-1", vnp_CreateDate=created), "cancel")
    for what, signed in (("status", True), ("amount", True), ("signature", True), ("reference", True)):
        sandbox.faults("vnpay.api", "tamper", what=what, signed=signed)
    paid, dear, unsigned, other = (query(sandbox, TransactionDate=created) for _ in range(4))
    assert (paid["vnp_TransactionStatus"], dear["vnp_Amount"]) == ("00", "5100000")
    assert other["vnp_TxnRef"] == "HL26000200-1-9999"
    texts = ["|".join(said.get(f"vnp_{n}", "") for n in signing.QUERY_ANSWER) for said in (paid, dear, unsigned, other)]
    good = [signing.digest("SANDBOX-SECRET-NOT-A-SECRET", text) for text in texts]
    assert [said["vnp_SecureHash"] == g for said, g in zip((paid, dear, unsigned, other), good, strict=True)] == [
        True,
        True,
        False,
        True,
    ]


def refund(sandbox: Sandbox, ref: str, created: str, request: str) -> dict[str, str]:
    fields = {"RequestId": request, "Version": "2.1.0", "Command": "refund", "TmnCode": "HLSAND01", "TxnRef": ref}
    fields |= {"TransactionType": "02", "Amount": "5000000", "TransactionDate": created, "CreateBy": "canbo"}
    fields |= {"CreateDate": stamp(), "IpAddr": "127.0.0.1", "OrderInfo": "Hoan", "TransactionNo": ""}
    return call_api(sandbox, signing.REFUND, fields)


def test_an_act_may_be_done_although_its_answer_is_lost(sandbox: Sandbox) -> None:
    """An answer that is cut off comes after the act; a 500 or a code comes instead of it, if not told otherwise."""
    created = stamp()
    sandbox.decide(payment(sandbox, "HL26000200-1", vnp_CreateDate=created))
    sandbox.faults("vnpay.api", "code", code="99")
    sandbox.faults("vnpay.api", "http500")
    sandbox.faults("vnpay.api", "drop")
    assert refund(sandbox, "HL26000200-1", created, "r1")["vnp_ResponseCode"] == "99"
    with pytest.raises(Failed):
        refund(sandbox, "HL26000200-1", created, "r2")
    with pytest.raises(RemoteDisconnected):
        refund(sandbox, "HL26000200-1", created, "r3")
    assert refund(sandbox, "HL26000200-1", created, "r3")["vnp_ResponseCode"] == "94"
    sandbox.faults("ems.api", "http500", acted=True)
    with pytest.raises(Failed, match="500"):
        parcel(sandbox)
    assert sandbox.parcel("HL2345")["status_code"] == "2"


def test_an_order_at_ems_may_be_lost_on_the_way(sandbox: Sandbox) -> None:
    sandbox.faults("ems.api", "drop")
    with pytest.raises(RemoteDisconnected):
        parcel(sandbox)
    known = sandbox.parcel("HL2345")["code"]
    sandbox.faults("ems.api", "tamper", what="status")
    assert sandbox.parcel(known)["state"] == "delivered"
    assert parcel(sandbox) == known


# --- asking for faults ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "fault: expected one of duplicate"),
        ({"fault": "explode", "channel": "vnpay.ipn"}, "fault: expected one of duplicate"),
        ({"fault": "duplicate", "channel": "vnpay.api"}, "channel: expected one of vnpay.ipn, ems.webhook"),
        ({"fault": "huge", "channel": "vnpay.ipn"}, "channel: expected one of vnpay.api, ems.api"),
        ({"fault": "drop", "channel": "vnpay.ipn", "times": -1}, "times: expected a number from 0 to 10000"),
        ({"fault": "drop", "channel": "vnpay.ipn", "times": "2"}, "times: expected a number"),
        ({"fault": "delay", "channel": "vnpay.ipn", "seconds": 1e9}, "seconds: expected a number from 0 to 600"),
        ({"fault": "tamper", "channel": "vnpay.ipn", "what": "soul"}, "what: expected one of amount"),
        ({"rates": {"drop": 2}}, "drop: expected a number from 0 to 1"),
        ({"rates": {"explode": 0.1}}, "rates: expected an object of duplicate"),
        ({"rates": [], "seed": 1}, "rates: expected an object"),
        ({"rates": {}, "channels": ["sea"]}, "channels: expected a list of vnpay.ipn"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(sandbox: Sandbox, asked: dict[str, Any], said: str) -> None:
    with pytest.raises(Failed, match=said):
        sandbox.control("POST", "/faults", **asked)
    assert sandbox.control("GET", "/faults") == {"waiting": {}, "chance": None}


def test_faults_can_be_seen_and_called_off(sandbox: Sandbox) -> None:
    sandbox.faults("vnpay.ipn", "drop", times=2)
    listed = sandbox.faults(seed=1, rates={"delay": 0.5})
    assert {channel: len(queue) for channel, queue in listed["waiting"].items()} == {"vnpay.ipn": 2}
    assert listed["chance"] == {"seed": "1", "rates": {"delay": 0.5}}
    sandbox.clear_faults()
    assert sandbox.control("GET", "/faults") == {"waiting": {}, "chance": None}


def test_faults_can_be_set_by_hand(sandbox: Sandbox) -> None:
    page = sandbox.ask("GET", "/faults", None, {"Accept": "text/html"})[2].decode()
    assert 'action="/faults"' in page
    assert all(f'<option value="{name}">' in page for name in (*faults.CHANNELS, *faults.WHAT, *faults.TAMPER))
    assert "Không có lỗi nào." in page
    form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
    good = {"channel": "ems.webhook", "fault": "drop", "times": "2", "seconds": ""}
    for wrong, said in (
        ({"times": "hai"}, "“hai” không phải số từ 0 đến 999. Hãy nhập lại."),
        ({"channel": "ems.api", "fault": "lose"}, "Hãy chọn: VNPAY báo kết quả; EMS báo chặng bưu gửi."),
        ({"fault": "explode"}, "Hãy chọn: một lỗi trong danh sách."),
    ):
        status, _headers, page_of_refusal = sandbox.ask("POST", "/faults", urlencode({**good, **wrong}).encode(), form)
        assert (status, said in page_of_refusal.decode()) == (400, True)
    assert sandbox.ask("POST", "/faults", urlencode(good).encode(), form)[0] == 303
    page = sandbox.ask("GET", "/faults", None, {"Accept": "text/html"})[2].decode()
    assert "<li>EMS báo chặng bưu gửi: Mất trên đường, 2 lần</li>" in page
    assert sandbox.ask("POST", "/faults", b"clear=1", form)[0] == 303
    assert sandbox.control("GET", "/faults") == {"waiting": {}, "chance": None}


def test_the_random_mode_falls_alike_for_the_same_seed() -> None:
    rates = {"drop": 0.1, "duplicate": 0.2, "http500": 0.3}

    def thrown(seed: int) -> list[str]:
        box = faults.Faults()
        box.ask({"seed": seed, "rates": rates})
        found = [box.take("vnpay.ipn", f"order {i}") for i in range(2000)]
        return [fault.kind if fault else "" for fault in found]

    first = thrown(7)
    assert thrown(7) == first
    assert thrown(8) != first
    assert {kind: round(first.count(kind) / 2000, 1) for kind in set(first)} == {"drop": 0.1, "duplicate": 0.2, "": 0.7}


def test_each_try_has_its_own_throw() -> None:
    box = faults.Faults()
    box.ask({"seed": 7, "rates": {"drop": 0.5}})
    found = [box.take("vnpay.ipn", "the same") is None for _ in range(100)]
    assert 30 < sum(found) < 70


# --- under load ----------------------------------------------------------------------------------


def test_many_payments_at_once_with_random_faults_all_arrive(sandbox: Sandbox) -> None:
    rates = {"drop": 0.1, "duplicate": 0.1, "delay": 0.1, "tamper": 0.05, "reorder": 0.1}
    sandbox.faults(seed=1, rates=rates, seconds=0.05, channels=["vnpay.ipn"])
    refs = [f"HL{26_001_000 + i}-1" for i in range(200)]
    with listening() as portal, ThreadPoolExecutor(8) as pool:
        sandbox.settings(notify=portal.url, retry_seconds=0.02)
        list(pool.map(lambda ref: sandbox.decide(payment(sandbox, ref), wait=0), refs))
        sandbox.wait()
        right = {c.query["vnp_TxnRef"] for c in portal.heard if c.query["vnp_Amount"] == "5000000"}
        assert right >= set(refs)
        assert len(portal.heard) > 200


# --- whatever comes ------------------------------------------------------------------------------

FIELDS = [
    *("vnp_Command vnp_TxnRef vnp_Amount vnp_RequestId vnp_TmnCode vnp_CreateDate vnp_TransactionDate".split()),
    *("ref choice at wait code status order_code to_name to_phone total_weight fault channel times rates seed".split()),
]
WORDS = ["pay", "querydr", "refund", "HLSAND01", "20261123080000", "r1", "drop", "vnpay.ipn", "moving", "0912345678"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=3),
    max_leaves=6,
)
ADDRESSES = [
    *("/ /vnpay/ /vnpay/pay /vnpay/pay/x /vnpay/decide /vnpay/api /ems/ /ems/move /ems/shipments".split()),
    *("/ems/shipments/detail /faults /log /nowhere".split()),
]


@pytest.fixture(scope="module")
def inside() -> server.Sandbox:
    """The same without its process."""
    return server.Sandbox(vnpay.Merchant("HLSAND01", "secret"), ems.Tokens("token", "webhook"), sending.Options())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["GET", "POST", "DELETE"]),
    st.sampled_from(ADDRESSES),
    st.dictionaries(st.sampled_from([*FIELDS, "merchant_token"]), st.text(max_size=20) | st.sampled_from(WORDS)),
    st.dictionaries(st.sampled_from(FIELDS), VALUES).map(lambda found: json.dumps(found).encode()) | st.binary(),
)
def test_nothing_that_is_asked_is_the_sandboxs_own_fault(
    inside: server.Sandbox, method: str, path: str, query: dict[str, str], body: bytes
) -> None:
    inside.faults.clear()
    asked = Asked(method, path, urlencode({"merchant_token": "token", **query}), body, {"accept": "text/html"})
    assert inside.answer(asked).status < 500

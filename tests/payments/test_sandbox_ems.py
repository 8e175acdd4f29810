"""The sandbox as EMS: orders, tracking, the webhook, parcels that move."""

from __future__ import annotations

import datetime
import json
import re
import time
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from payments.sandbox import ems
from tests.sandboxes import Failed, Sandbox, listening

ORDER = {
    "order_code": "HLABCD2345",
    "to_name": "Nguyễn Thị Hồng",
    "to_phone": "0912 345 678",
    "to_address": "Tổ dân phố 5, phường Bắc Hồng, thị xã Hồng Lĩnh, tỉnh Hà Tĩnh",
    "product_name": "Hồ sơ hành chính",
    "total_quantity": 1,
    "total_weight": 100,
    "money_collect": 0,
    "payment_config": 1,
}


def order(sandbox: Sandbox, **changed: Any) -> dict[str, Any]:
    said = sandbox.control("POST", "/ems/shipments?merchant_token=SANDBOX-TOKEN", **{**ORDER, **changed})
    assert said["code"] == "success"
    found: dict[str, Any] = said["data"]
    return found


# --- tracking numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("eight", "digit"),
    [("47312482", 9), ("00000001", 4), ("00000008", 0), ("00000015", 5), ("12345678", 5), ("00000011", 6)],
)
def test_the_check_digit_follows_the_published_numbers(eight: str, digit: int) -> None:
    assert ems.check_digit(eight) == digit


def test_numbers_are_those_of_ems() -> None:
    assert ems.tracking_number(1) == "EA000000014VN"
    assert ems.tracking_number(47_312_482) == "EA473124829VN"
    assert ems.tracking_number(100_000_001) == "EA000000014VN"


# --- orders --------------------------------------------------------------------------------------


def test_an_order_gets_a_number_and_a_price(sandbox: Sandbox) -> None:
    taken = order(sandbox)
    assert re.fullmatch(r"EA\d{9}VN", taken["code"])
    assert ems.check_digit(taken["code"][2:10]) == int(taken["code"][10])
    assert (taken["order_code"], taken["state"], taken["total_fee"]) == ("HLABCD2345", "waitForPick", 22_000)
    assert [event["StatusCode"] for event in taken["events"]] == ["1", "2"]
    assert sandbox.parcel(taken["code"]) == taken
    assert sandbox.parcel("HLABCD2345") == taken


def test_the_same_order_again_is_the_same_parcel(sandbox: Sandbox) -> None:
    first = order(sandbox)
    assert order(sandbox, to_name="Người khác") == first
    assert order(sandbox, order_code="HLABCD2346")["code"] != first["code"]


def test_heavier_costs_more(sandbox: Sandbox) -> None:
    fees = [order(sandbox, order_code=f"HL{grams}", total_weight=grams)["total_fee"] for grams in (100, 101, 500, 501)]
    assert fees == [22_000, 26_500, 31_000, 45_000]


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"order_code": ""}, "order_code"),
        ({"order_code": "x" * 51}, "order_code"),
        ({"to_name": " "}, "to_name"),
        ({"to_name": None}, "to_name"),
        ({"to_phone": "abc"}, "to_phone"),
        ({"to_phone": "12345678"}, "to_phone"),
        ({"to_address": "x" * 301}, "to_address"),
        ({"product_name": 5}, "product_name"),
        ({"total_weight": 0}, "total_weight"),
        ({"total_weight": 30_001}, "total_weight"),
        ({"total_weight": "100"}, "total_weight"),
        ({"total_quantity": True}, "total_quantity"),
        ({"money_collect": -1}, "money_collect"),
        ({"payment_config": 2}, "payment_config"),
        ({"to_province": "x" * 101}, "to_province"),
    ],
)
def test_a_wrong_field_is_named(sandbox: Sandbox, changed: dict[str, Any], named: str) -> None:
    body = json.dumps({**ORDER, **changed}).encode()
    status, _headers, said = sandbox.ask("POST", "/ems/shipments?merchant_token=SANDBOX-TOKEN", body)
    answer = json.loads(said)
    assert (status, answer["code"]) == (422, "error")
    assert answer["message"].startswith(f"{named}: expected")
    assert ";" not in answer["message"]


@pytest.mark.parametrize(
    ("expected", "method", "path", "body"),
    [
        (401, "POST", "/ems/shipments", b"{}"),
        (401, "POST", "/ems/shipments?merchant_token=wrong", b"{}"),
        (401, "POST", "/ems/shipments?merchant_token=" + quote("mã"), b"{}"),
        (422, "POST", "/ems/shipments?merchant_token=SANDBOX-TOKEN", b""),
        (400, "POST", "/ems/shipments?merchant_token=SANDBOX-TOKEN", b"\xff\xfe"),
        (400, "POST", "/ems/shipments?merchant_token=SANDBOX-TOKEN", b"[]"),
        (401, "GET", "/ems/shipments/detail?code=x", None),
        (404, "GET", "/ems/shipments/detail?merchant_token=SANDBOX-TOKEN&code=" + "x" * 5000, None),
        (404, "POST", "/ems/move", b'{"code": null}'),
        (404, "POST", "/ems/", b"code=x"),
    ],
)
def test_a_strange_call_is_refused_in_words(
    sandbox: Sandbox, expected: int, method: str, path: str, body: bytes | None
) -> None:
    status, _headers, said = sandbox.ask(method, path, body)
    assert (status, json.loads(said)["code"]) == (expected, "error")


# --- moving --------------------------------------------------------------------------------------


def test_every_status_has_a_code_of_its_own() -> None:
    """1, 2, 4 and 11000 are EMS's; the rest stands in for a list that comes with the contract."""
    codes = {name: status.code for name, status in ems.STATUSES.items()}
    assert len(set(codes.values())) == len(codes)
    assert {name: codes[name] for name in ("created", "approved", "moving", "postman")} == {
        "created": "1",
        "approved": "2",
        "moving": "4",
        "postman": "11000",
    }
    assert ems.STATUSES["postman"].name == "Đã giao cho bưu tá"


def test_a_parcel_moves_and_each_step_has_its_second(sandbox: Sandbox) -> None:
    code = order(sandbox)["code"]
    for status in ("picked", "4", "postman", "failed", "delivered"):
        said = sandbox.move(code, status)
    assert (said["state"], said["status_code"], said["status_name"]) == ("delivered", "12000", "Phát thành công")
    assert [e["StatusCode"] for e in said["events"]] == ["1", "2", "3", "4", "11000", "13000", "12000"]
    times = [datetime.datetime.fromisoformat(e["CreatedAt"]) for e in said["events"]]
    assert times == sorted(set(times))
    sandbox.move(code, "moving", at="2026-01-02 03:04:05", location="Vinh", note="Trễ xe", quiet=True)
    assert sandbox.parcel(code)["events"][-1] == {
        "StatusCode": "4",
        "StatusName": "Đang vận chuyển",
        "Location": "Vinh",
        "Note": "Trễ xe",
        "CreatedAt": "2026-01-02 03:04:05",
    }


def test_a_move_that_cannot_be_is_refused(sandbox: Sandbox) -> None:
    code = order(sandbox)["code"]
    with pytest.raises(Failed, match="status: expected one of created"):
        sandbox.move(code, "lost in space")
    with pytest.raises(Failed, match="at: expected"):
        sandbox.move(code, "moving", at="02/01/2026")
    with pytest.raises(Failed, match="404"):
        sandbox.move("EA000000000VN", "moving")
    assert len(sandbox.parcel(code)["events"]) == 2


def test_parcels_go_home_by_themselves_when_told_to(sandbox: Sandbox) -> None:
    code = order(sandbox)["code"]
    other = order(sandbox, order_code="HLABCD2346")["code"]
    sandbox.move(other, "failed")
    sandbox.settings(ems_auto=0.05)
    until = time.monotonic() + 10
    while sandbox.parcel(code)["state"] != "delivered" and time.monotonic() < until:
        time.sleep(0.02)
    sandbox.settings(ems_auto=0)
    assert [e["StatusCode"] for e in sandbox.parcel(code)["events"]] == ["1", "2", "3", "4", "11000", "12000"]
    assert sandbox.parcel(other)["status_code"] == "13000"


# --- the webhook ---------------------------------------------------------------------------------


def test_the_portal_is_told_of_each_step_once(sandbox: Sandbox) -> None:
    with listening() as portal:
        sandbox.settings(notify=portal.url)
        code = order(sandbox)["code"]
        assert portal.heard == []
        event = sandbox.move(code, "picked")["events"][-1]
        sandbox.move(code, "moving")
        sandbox.wait()
        first, second = portal.heard
    assert (first.method, first.path) == ("POST", "/bao-chi/ems/sandbox-webhook-not-a-secret/")
    assert json.loads(first.body) == {
        "TrackingCode": code,
        "OrderCode": "HLABCD2345",
        **event,
        "Fee": [{"Name": "Cước chính", "Amount": 22_000}],
    }
    assert first.headers["content-type"] == "application/json"
    assert first.headers["ems-transaction"] != second.headers["ems-transaction"]


def test_it_is_told_again_until_it_says_which_message_it_took(sandbox: Sandbox) -> None:
    said = [
        (500, ""),
        (200, "ok"),
        (200, '{"code": "success"}'),
        (200, '{"code": "success", "transaction": "another"}'),
        (200, "[]"),
    ]
    with listening() as portal:
        usual = portal.answer
        portal.answer = lambda call: said.pop(0) if said else usual(call)
        sandbox.settings(notify=portal.url, retry_seconds=0.01)
        sandbox.move(order(sandbox)["code"], "delivered")
        sandbox.wait()
        assert len(portal.heard) == 6
        assert len({call.headers["ems-transaction"] for call in portal.heard}) == 1


# --- the page ------------------------------------------------------------------------------------


def test_its_page_moves_parcels_along(sandbox: Sandbox) -> None:
    assert "Chưa có bưu gửi nào." in sandbox.ask("GET", "/ems/")[2].decode()
    code = order(sandbox, to_name="<b>Mai</b>")["code"]
    page = sandbox.ask("GET", "/ems/")[2].decode()
    assert "THỬ NGHIỆM" in page
    assert "&lt;b&gt;Mai&lt;/b&gt;" in page
    assert re.findall(r'name="status" value="(\w+)">([^<]+)', page)[:2] == [
        ("picked", "Nhận hàng"),
        ("moving", "Đang chuyển"),
    ]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"code": code, "status": "delivered"}).encode()
    status, headers, _body = sandbox.ask("POST", "/ems/", body, form)
    assert (status, headers["Location"]) == (303, "/ems/")
    assert "Phát thành công (12000)" in sandbox.ask("GET", "/ems/")[2].decode()
    assert sandbox.notices("ems.webhook")[0]["name"] == "ems:HLABCD2345:3"

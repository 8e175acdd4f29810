"""What the carrier tells of its own accord: kept once, used when it can be, never a 500."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from payments.carriers import CARRIERS
from payments.models import CarrierMessage, Delivery
from payments.states import Booking, Step
from submissions.states import State
from tests.payments.parcels import fresh, handed, on, ready

pytestmark = pytest.mark.django_db
TOKEN = "an-unguessable-part-of-the-address"
NUMBER = "EA000000014VN"


@pytest.fixture(autouse=True)
def _ems(settings: Any) -> None:
    settings.CARRIER, settings.EMS_WEBHOOK_TOKEN, settings.EMS_IS_TEST = "ems", TOKEN, True


@pytest.fixture
def parcel() -> Delivery:
    row = handed()
    Delivery.objects.filter(pk=row.pk).update(tracking_number=NUMBER, booking=Booking.BOOKED)
    return fresh(row)


def said(parcel: Delivery, code: str = "4", at: Any = None, **more: Any) -> dict[str, Any]:
    when = timezone.localtime(at or on(10))
    return {
        "TrackingCode": NUMBER,
        "OrderCode": parcel.code,
        "StatusCode": code,
        "StatusName": "Đang vận chuyển",
        "Location": "Vinh",
        "Note": "",
        "CreatedAt": f"{when:%Y-%m-%d %H:%M:%S}",
        "Fee": [{"Name": "Cước chính", "Amount": 22000}],
        **more,
    }


def send(body: Any, transaction: str | None = "t-1", token: str = TOKEN) -> Any:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {} if transaction is None else {"ems-transaction": transaction}
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/bao-chi/ems/{token}/", data, content_type="application/json", headers=headers)


def problem() -> tuple[bool, str]:
    row = CarrierMessage.objects.latest("pk")
    return row.used, row.problem


def test_a_notice_moves_the_parcel_once(parcel: Delivery) -> None:
    for _ in range(2):
        answer = send(said(parcel))
        assert (answer.status_code, answer.json()) == (200, {"code": "success", "transaction": "t-1"})
    assert fresh(parcel).step == Step.MOVING
    event = fresh(parcel).events.get()
    assert (event.at, event.code, event.place, event.source) == (on(10), "4", "Vinh", "webhook")
    row = CarrierMessage.objects.get()
    assert (row.used, row.problem, row.tracking_number) == (True, "", NUMBER)
    assert json.loads(row.raw)["OrderCode"] == parcel.code


def test_the_older_interface_is_understood_too(parcel: Delivery) -> None:
    when = timezone.localtime(on(10))
    old = {"tracking_code": NUMBER, "order_code": parcel.code, "status_code": 4, "status_name": "Đang chuyển"}
    send({**old, "note": "", "locate": "Hà Tĩnh", "datetime": f"{when:%d/%m/%Y %H:%M:%S}", "total_fee": 1})
    event = fresh(parcel).events.get()
    assert (event.at, event.code, event.name, event.place) == (on(10), "4", "Đang chuyển", "Hà Tĩnh")


def test_the_parcel_is_found_by_its_number_alone(parcel: Delivery) -> None:
    send(said(parcel, OrderCode=""))
    assert fresh(parcel).step == Step.MOVING


def test_delivered_is_only_a_reason_to_ask(parcel: Delivery) -> None:
    send(said(parcel, "12000"))
    assert (fresh(parcel).step, fresh(parcel).submission.state) == (Step.MOVING, State.RESULT_READY)


def test_in_a_real_installation_the_sandboxs_codes_mean_nothing(parcel: Delivery, settings: Any) -> None:
    settings.EMS_IS_TEST = False
    send(said(parcel, "13000", StatusName="Mã lạ của EMS"))
    event = fresh(parcel).events.get()
    assert (fresh(parcel).step, event.step, event.name) == (Step.MOVING, "", "Mã lạ của EMS")


def test_another_token_finds_nothing(parcel: Delivery) -> None:
    for token in ("wrong", TOKEN[:-1], f"{TOKEN}x", "đúng-rồi"):
        assert send(said(parcel), token=token).status_code == 404
    assert CarrierMessage.objects.count() == 0


def test_without_a_token_of_its_own_the_portal_hears_nothing(parcel: Delivery, settings: Any) -> None:
    settings.EMS_WEBHOOK_TOKEN = ""
    assert send(said(parcel)).status_code == 404
    assert Client().get(f"/bao-chi/ems/{TOKEN}/").status_code == 405


@pytest.mark.parametrize(
    ("body", "transaction"),
    [
        (b"", "t"),
        (b"\xff\xfe", "t"),
        (b"[]", "t"),
        (b'"x"', "t"),
        (b"null", "t"),
        (b"[" * 60_000, "t"),
        (b'{"a": "' + b"x" * 70_000 + b'"}', "t"),
        (b"{}", None),
        (b"{}", " "),
        (b"{}", "x" * 101),
    ],
)
def test_junk_is_answered_in_words(body: bytes, transaction: str | None) -> None:
    answer = send(body, transaction)
    assert (answer.status_code, answer.json()["code"]) == (400, "error")
    assert CarrierMessage.objects.count() == 0


UNUSABLE: list[tuple[dict[str, Any], str]] = [
    ({"OrderCode": "HLKHONGCO1", "TrackingCode": "EA999999995VN"}, "Không có bưu gửi nào"),
    ({"TrackingCode": "EA999999995VN"}, "khác mã đang dùng"),
    ({"StatusCode": ""}, "không có mã trạng thái"),
    ({"StatusCode": {"a": 1}}, "không có mã trạng thái"),
    *(
        ({"CreatedAt": at}, "Giờ trong tin báo")
        for at in ("hôm qua", "2199-01-01 00:00:00", "0001-01-01 00:00:00", "1999-01-01 00:00:00", None)
    ),
]


def test_what_cannot_be_used_is_kept_with_the_reason(parcel: Delivery) -> None:
    for number, (changes, words) in enumerate(UNUSABLE):
        assert send(said(parcel, **changes), f"t-{number}").status_code == 200
        used, why = problem()
        assert (used, words in why) == (False, True), changes
    assert fresh(parcel).step == Step.HANDED


def test_odd_signs_and_numbers_do_no_harm(parcel: Delivery) -> None:
    odd = "a\u0000b\ud800\u2028" + "x" * 900
    body = json.dumps(said(parcel, StatusName=odd, Location=7, Note=["x"])).encode() + b" "
    assert send(body).status_code == 200
    assert problem() == (True, "")
    event = fresh(parcel).events.get()
    assert (event.name[:4], len(event.name), event.place, event.note) == ("a b ", 200, "7", "")
    assert send(b'{"StatusCode": "4\x00"}', "t-2").status_code == 400
    assert send(json.dumps(said(parcel)).encode() + b"\x00", "t-3").status_code == 400


def test_a_notice_that_overtook_the_answer_brings_the_number() -> None:
    row = ready()
    Delivery.objects.filter(pk=row.pk).update(booking=Booking.WANTED)
    send(said(row, "2"))
    row = fresh(row)
    assert (row.booking, row.tracking_number, row.step) == (Booking.BOOKED, NUMBER, Step.READY)


def test_the_manual_post_sends_no_notices() -> None:
    with pytest.raises(Exception, match="không gửi tin báo"):
        CARRIERS["manual"].read_webhook({}, b"{}")

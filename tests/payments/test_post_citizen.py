"""The post on the citizen's side: steps, another address, the counter instead, originals sent in by post."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from payments import delivery, posted
from payments.models import Delivery
from payments.states import Step
from submissions import access
from submissions.models import Submission
from submissions.states import State
from tests.factories import ProcedureFactory, SubmissionFactory, document
from tests.payments.parcels import TO, by_post, fresh, handed, hear, officer, on, parcel_of, ready
from tests.submissions.desk import text

pytestmark = pytest.mark.django_db
NEW = {"name": "Lê Văn Cường", "phone": "0987 654 321", "address": "Thôn 2, xã Thuận Lộc, tỉnh Hà Tĩnh"}


def holder(*held: Submission) -> Client:
    client = Client()
    session = client.session
    session[access.FILED] = [s.reference for s in held]
    session.save()
    return client


def url(s: Submission, name: str) -> str:
    return reverse(name, args=[s.reference])


def page(s: Submission) -> str:
    return text(holder(s).get(s.get_absolute_url()))


def said(answer: Any) -> list[str]:
    return [str(m) for m in get_messages(answer.wsgi_request)]


# --- steps ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["counter", "online"])
def test_nothing_is_said_of_the_post_where_none_is(way: str) -> None:
    assert "qua bưu điện" not in page(SubmissionFactory(at=State.RESULT_READY, delivery=way))


def test_a_waiting_result_says_where_it_goes_and_who_pays() -> None:
    parcel = ready()
    found = page(parcel.submission)
    assert f"Bưu tá mang kết quả đến: {TO['delivery_address']}. Bạn trả cước cho bưu tá khi nhận." in found
    assert "Bưu tá thu cước khi giao, theo bảng giá của bưu điện." in found
    assert "chờ giao bưu điện" in found
    assert "Đổi người nhận hoặc địa chỉ" in found


@pytest.mark.parametrize(
    ("payer", "collect", "words"),
    [
        ("recipient", 26_000, "Bưu tá thu 26.000 đồng khi giao."),
        ("recipient", 0, "Bạn không phải trả cước."),
        ("charge", None, "Cước đã tính trong khoản bạn nộp cho hồ sơ; bưu tá không thu thêm."),
        ("town", None, "Bạn không phải trả cước."),
    ],
)
def test_the_postage_in_words(payer: str, collect: int | None, words: str, settings: Any) -> None:
    settings.POSTAGE_PAYER = payer
    assert posted.postage(Delivery(direction="out", collect=collect)) == words


def test_the_way_is_told_newest_first_whatever_order_it_was_heard_in() -> None:
    parcel = handed()
    delivery.set_tracking(parcel.pk, "EA000000014VN", by=officer(parcel.submission))
    hear(parcel, Step.FAILED, on(30), name="Phát không thành công", note="Không có nhà", place="Bưu cục Hồng Lĩnh")
    hear(parcel, Step.MOVING, on(20), name="Đang vận chuyển", place="Vinh")
    answer = holder(parcel.submission).get(parcel.submission.get_absolute_url())
    found, html = text(answer), answer.content.decode()
    box = found[found.index("Gửi kết quả qua bưu điện") :]
    assert box.index("Bưu tá phát không thành công. Bưu cục Hồng Lĩnh; Không có nhà") < box.index(
        "Đang vận chuyển Vinh"
    )
    assert 'data-parcel="failed"' in html
    assert 'data-tracking="EA000000014VN"' in html
    assert "Đổi người nhận hoặc địa chỉ" not in found


def test_delivered_is_not_said_before_it_is_sure() -> None:
    parcel = handed()
    hear(parcel, Step.DELIVERED, on(30), source="webhook", name="Phát thành công")
    found = page(parcel.submission)
    assert "cổng đang hỏi lại bưu điện cho chắc" in found
    assert "Bưu tá đã phát." not in found
    hear(parcel, Step.DELIVERED, on(30), name="Phát thành công")
    answer = holder(parcel.submission).get(parcel.submission.get_absolute_url())
    assert 'data-state="HANDED_OVER"' in answer.content.decode()
    assert "Bưu tá đã phát." in text(answer)


def test_the_page_asks_two_queries_for_the_post(django_assert_num_queries: Any) -> None:
    parcel = handed()
    for minute in range(5):
        hear(parcel, Step.MOVING, on(minute), name=f"Chặng {minute}")
    with django_assert_num_queries(2):
        assert len(posted.of(parcel.submission).out.journey) == 7
    bare = SubmissionFactory(at=State.RESULT_READY)
    with django_assert_num_queries(1):
        posted.of(bare)


# --- another address -----------------------------------------------------------------------------


def test_before_it_is_handed_over_the_address_can_change() -> None:
    parcel = ready()
    client = holder(parcel.submission)
    answer = client.get(url(parcel.submission, "post-address"))
    assert TO["delivery_address"] in answer.content.decode()
    answer = client.post(url(parcel.submission, "post-address"), NEW)
    assert answer["Location"] == parcel.submission.get_absolute_url()
    found = fresh(parcel)
    assert (found.name, found.phone, found.address) == (NEW["name"], "0987654321", NEW["address"])


@pytest.mark.parametrize(
    ("name", "typed", "problem"),
    [
        ("name", "", "Bạn cần ghi họ tên người nhận."),
        ("name", "Lê <b>", "Họ tên chỉ gồm chữ cái"),
        ("phone", "0987", "Số di động có 10 chữ số. Bạn đã nhập 4 chữ số."),
        ("address", "", "Bạn cần ghi địa chỉ nhận."),
        ("address", "12/3", "Địa chỉ cần có tên đường"),
        ("address", "x" * 301, "Địa chỉ dài quá 300 chữ."),
    ],
)
def test_a_bad_address_is_named_beside_its_input_and_nothing_is_lost(name: str, typed: str, problem: str) -> None:
    parcel = ready()
    answer = holder(parcel.submission).post(url(parcel.submission, "post-address"), NEW | {name: typed})
    html, found = answer.content.decode(), text(answer)
    assert answer.status_code == 200
    assert found.count(problem) == 2  # in the summary and at the input
    assert f'<a href="#id_{name}">' in html
    assert f'id="id_{name}-error"' in html
    assert all(value in found or f'value="{value}"' in html for key, value in NEW.items() if key != name)
    assert fresh(parcel).address == TO["delivery_address"]


def test_while_it_is_on_its_way_nothing_can_be_changed() -> None:
    parcel = handed()
    client = holder(parcel.submission)
    for name in ("post-address", "post-pickup"):
        answer = client.post(url(parcel.submission, name), NEW)
        assert said(answer)[-1] == "Ở bước này bạn không đổi được cách nhận trên cổng. Bạn hãy gọi nơi nhận hồ sơ."
    assert fresh(parcel).step == Step.HANDED


def test_a_returned_result_is_sent_anew() -> None:
    parcel = handed()
    hear(parcel, Step.RETURNED, on(1))
    found = page(parcel.submission)
    assert "Bạn chọn cách nhận lại ở mục “Gửi kết quả qua bưu điện” dưới đây." in found
    assert "Gửi lại cho tôi" in found
    client = holder(parcel.submission)
    for _click in range(2):
        client.post(url(parcel.submission, "post-address"), NEW)
    new = parcel_of(parcel.submission)
    assert (new.number, new.step, new.name) == (2, Step.READY, NEW["name"])
    assert "Gửi lại cho tôi" not in page(parcel.submission)


def test_a_failed_parcel_waits_for_its_return() -> None:
    parcel = handed()
    hear(parcel, Step.FAILED, on(1))
    holder(parcel.submission).post(url(parcel.submission, "post-address"), NEW)
    assert f"Bạn đã chọn gửi lại cho {NEW['name']}, {NEW['address']}." in page(parcel.submission)
    hear(parcel, Step.RETURNED, on(2))
    assert parcel_of(parcel.submission).name == NEW["name"]


# --- the counter instead -------------------------------------------------------------------------


def test_the_result_can_be_fetched_instead() -> None:
    parcel = handed()
    hear(parcel, Step.RETURNED, on(1))
    client = holder(parcel.submission)
    assert fresh(parcel).step == Step.RETURNED
    assert "Tôi đến nhận tại quầy" in text(client.get(url(parcel.submission, "post-pickup")))
    client.post(url(parcel.submission, "post-pickup"))
    found = fresh(parcel)
    assert (found.step, found.submission.delivery) == (Step.PICKUP, "counter")
    assert "Mang giấy tờ bản chính và mã hồ sơ đến" in page(found.submission)


def test_while_the_post_has_it_the_wish_is_kept_and_said() -> None:
    parcel = handed()
    hear(parcel, Step.FAILED, on(1))
    answer = holder(parcel.submission).post(url(parcel.submission, "post-pickup"), follow=True)
    assert "Bưu điện còn giữ phong bì" in text(answer)
    assert (fresh(parcel).step, fresh(parcel).wish) == (Step.FAILED, {"pickup": True})


# --- whose it is ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["post-address", "post-pickup", "post-originals", "post-label"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_only_the_holder_may(name: str, method: str) -> None:
    parcel = ready()
    answer = getattr(holder(SubmissionFactory(at=State.SUBMITTED)), method)(url(parcel.submission, name), NEW)
    assert answer.status_code == (405 if (name, method) == ("post-label", "post") else 404)
    found = fresh(parcel)
    assert (found.step, found.address) == (Step.READY, TO["delivery_address"])


# --- originals by post ---------------------------------------------------------------------------


def with_originals(at: str = State.SUBMITTED, **more: Any) -> Submission:
    papers = [d | ({"originals": 1} if d["key"] == "birth_proof" else {}) for d in document()["documents"]]
    return SubmissionFactory(at=at, procedure=ProcedureFactory(content=document(documents=papers)), **more)


def test_originals_are_announced_once_with_a_label() -> None:
    s = with_originals()
    client = holder(s)
    assert "Gửi bản chính qua bưu điện, không phải đến quầy" in page(s)
    address = url(s, "post-originals")
    assert "Lập nhãn gửi bản chính" in text(client.get(address))
    for _click in range(2):
        assert client.post(address)["Location"] == address
    parcel = s.deliveries.get()
    assert (parcel.direction, parcel.step) == ("in", Step.ANNOUNCED)
    shown = text(client.get(address))
    assert f"HL {parcel.code[2:6]} {parcel.code[6:]}" in shown
    assert parcel.address in shown
    answer = client.get(url(s, "post-label"))
    assert answer["Content-Type"] == "application/pdf"
    assert parcel.code in page(s)


def test_arrived_originals_are_told() -> None:
    s = with_originals()
    parcel = delivery.announce_originals(s, by=officer(s))
    delivery.arrive(parcel.code, by=officer(s))
    found = page(s)
    assert "Bản chính đã đến nơi nhận hồ sơ." in found
    assert said(holder(s).get(url(s, "post-label"))) == ["Hồ sơ này không chờ bản chính nào gửi đến."]


@pytest.mark.parametrize("at", [State.REFUSED, State.RESULT_READY, State.HANDED_OVER])
def test_where_nothing_is_open_no_originals_are_asked_for(at: str) -> None:
    s = with_originals(at)
    assert posted.of(s).originals == []
    answer = holder(s).post(url(s, "post-originals"))
    assert said(answer) == ["Hồ sơ này không chờ bản chính nào gửi đến."]
    assert s.deliveries.filter(direction="in").count() == 0


def test_originals_that_are_here_are_not_asked_for_again() -> None:
    s = with_originals()
    s.papers_in = [{"key": "birth_proof", "originals": 1}]
    assert posted.originals(s) == []


def test_who_came_to_the_counter_brought_them() -> None:
    s = with_originals(channel="counter")
    assert posted.originals(s) == []


def test_the_way_by_post_is_not_for_rehearsals() -> None:
    s = with_originals()
    s.is_rehearsal = True
    assert posted.originals(s) == []
    assert by_post(State.SUBMITTED).deliveries.count() == 0

"""The post at the desk: shelves, labels and lists for many, the scanner's one input, the page of a parcel."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from payments import delivery, handover
from payments.models import Delivery, HandoverList
from payments.states import Booking, Step
from procedures.models import Agency
from submissions.rules import officer_actor
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, clerk
from tests.payments.parcels import by_post, fresh, handed, hear, officer, on, ready
from tests.submissions.desk import text

pytestmark = pytest.mark.django_db
POST = "/admin/payments/buu-chinh/"
NUMBER = "EA000000014VN"


@pytest.fixture
def ward() -> Agency:
    return AgencyFactory()


@pytest.fixture
def desk(ward: Agency) -> Client:
    client = Client()
    client.force_login(clerk(ward).user)
    return client


def said(answer: Any) -> list[str]:
    """The messages that the next page will show."""
    return [str(m) for m in get_messages(answer.wsgi_request)]


def scan(desk: Client, code: str, onto: HandoverList | None = None, **more: Any) -> Any:
    address = f"{POST}bang-ke/{onto.pk}/quet/" if onto else f"{POST}quet/"
    return desk.post(address, {"ma": code, **more})


def page_of(parcel: Delivery) -> str:
    return f"{POST}{parcel.pk}/"


def announced(agency: Agency) -> Delivery:
    submission = by_post(State.SUBMITTED, agency=agency)
    return delivery.announce_originals(submission, by=officer(submission))


# --- shelves -------------------------------------------------------------------------------------


def test_every_parcel_is_on_its_shelf(desk: Client, ward: Agency) -> None:
    waiting, sent, failed = ready(agency=ward), handed(agency=ward), handed(agency=ward)
    hear(failed, Step.FAILED, on(1))
    back, incoming, unbooked = handed(agency=ward), announced(ward), ready(agency=ward)
    hear(back, Step.RETURNED, on(1))
    Delivery.objects.filter(pk=unbooked.pk).update(booking=Booking.FAILED, error="Bưu điện không nhận địa chỉ này.")
    ready()  # of another agency
    expected = {
        "cho-gui": [waiting, unbooked],
        "dang-gui": [sent],
        "khong-phat": [failed, back],
        "ban-chinh": [incoming],
        "chua-dat": [unbooked],
    }
    for key, parcels in expected.items():
        answer = desk.get(POST, {"muc": key})
        assert [d.pk for d in answer.context["page"].object_list] == [p.pk for p in parcels]
        counts = {s.section.key: s.count for s in answer.context["shelves"]}
        assert counts == {k: len(v) for k, v in expected.items()}
    assert "Bưu điện không nhận địa chỉ này." in text(desk.get(POST, {"muc": "chua-dat"}))


@pytest.mark.parametrize("muc", ["cho-gui", "dang-gui", "khong-phat", "ban-chinh", "chua-dat", "nonsense"])
def test_an_empty_shelf_says_so(muc: str, desk: Client) -> None:
    answer = desk.get(POST, {"muc": muc})
    assert answer.status_code == 200
    assert str(answer.context["section"].empty) in text(answer)


def test_a_shelf_takes_as_many_queries_for_one_as_for_many(
    desk: Client, ward: Agency, django_assert_num_queries: Any
) -> None:
    ready(agency=ward)
    desk.get(POST)
    for _more in range(3):
        with django_assert_num_queries(6):
            desk.get(POST)
        ready(agency=ward)


def test_the_desk_links_to_what_waits(desk: Client, ward: Agency) -> None:
    assert "Kết quả chờ gửi" not in text(desk.get("/admin/"))
    ready(agency=ward)
    assert "Bưu chính: Kết quả chờ gửi: 1" in text(desk.get("/admin/"))


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("roles", [[Role.SPECIALIST], [Role.LEADER, Role.CASHIER], [Role.EDITOR]])
def test_the_post_is_the_receptions(roles: list[str], ward: Agency) -> None:
    parcel, client = ready(agency=ward), Client()
    client.force_login(OfficerFactory(agency=ward, roles=roles).user)
    for address in (POST, page_of(parcel), f"{POST}bang-ke/", f"{POST}nhan/?n={parcel.pk}"):
        assert client.get(address).status_code == 403
    assert "Bưu chính" not in text(client.get("/admin/"))


def test_another_agencys_parcels_and_lists_are_not_found(desk: Client) -> None:
    parcel = ready()
    listed = handover.make(by=officer(parcel.submission), pks=[parcel.pk]).list
    assert desk.get(page_of(parcel)).status_code == 404
    assert desk.post(f"{page_of(parcel)}den-nhan/").status_code == 404
    for end in ("", "in/"):
        assert desk.get(f"{POST}bang-ke/{listed.pk}/{end}").status_code == 404
    for end in ("quet/", "giao/", f"bo/{parcel.pk}/"):
        assert desk.post(f"{POST}bang-ke/{listed.pk}/{end}", {"ma": parcel.code}).status_code == 404
    assert said(scan(desk, parcel.code)) == [
        f"Không có bưu gửi nào của cơ quan bạn mang mã {parcel.code}. Bạn quét lại, hoặc tìm theo mã hồ sơ."
    ]
    answer = desk.get(f"{POST}nhan/", {"n": parcel.pk})
    assert (answer.status_code, answer["Location"]) == (302, POST)
    desk.post(f"{POST}chon/", {"n": [parcel.pk], "do": "bang-ke"})
    assert fresh(parcel).handover == listed


# --- many at once --------------------------------------------------------------------------------


def test_labels_of_the_chosen_are_printed(desk: Client, ward: Agency) -> None:
    parcels = [ready(agency=ward) for _time in range(2)]
    answer = desk.post(f"{POST}chon/", {"n": [p.pk for p in parcels], "do": "nhan", "co": "A4"}, follow=True)
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_the_chosen_go_on_a_list(desk: Client, ward: Agency) -> None:
    a, b = ready(agency=ward), ready(agency=ward)
    answer = desk.post(f"{POST}chon/", {"n": [a.pk], "do": "bang-ke"})
    listed = HandoverList.objects.get()
    assert answer["Location"] == f"{POST}bang-ke/{listed.pk}/"
    assert said(answer) == ["Đã đưa 1 bưu gửi vào bảng kê."]
    desk.post(f"{POST}chon/", {"n": [b.pk], "do": "bang-ke", "len": listed.pk})
    assert [d.pk for d in handover.rows(listed)] == [a.pk, b.pk]
    assert f"đang mở: {listed} (2 bưu gửi)" in text(desk.get(POST))


def test_nothing_chosen_is_said(desk: Client) -> None:
    for typed in ({}, {"do": "bang-ke"}, {"do": "nhan", "n": ["x", "9" * 30, "-1"]}, {"do": "no", "n": ["1"]}):
        answer = desk.post(f"{POST}chon/", typed)
        assert said(answer)[-1] == "Bạn đánh dấu ít nhất một bưu gửi rồi bấm nút."
    assert HandoverList.objects.count() == 0


def test_the_chosen_are_booked_where_the_carrier_can(desk: Client, ward: Agency, settings: Any) -> None:
    settings.CARRIER = "ems"
    a, b = ready(agency=ward), ready(agency=ward)
    Delivery.objects.filter(pk=b.pk).update(phone="")
    answer = desk.post(f"{POST}chon/", {"n": [a.pk, b.pk], "do": "dat"})
    assert said(answer) == [
        f"{b.code} chưa đủ họ tên, điện thoại, địa chỉ người nhận. Bạn bổ sung trước.",
        "1 bưu gửi đang được đặt với bưu điện; mã bưu gửi có sau ít phút.",
    ]
    assert [fresh(p).booking for p in (a, b)] == [Booking.WANTED, ""]


# --- scanning ------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["{}", "  {} ", "{lower}", "HL {tail}"])
def test_a_scanned_label_opens_its_parcel(shape: str, desk: Client, ward: Agency) -> None:
    parcel = ready(agency=ward)
    typed = shape.format(parcel.code, lower=parcel.code.lower(), tail=parcel.code[2:])
    assert scan(desk, typed)["Location"] == page_of(parcel)


def test_a_number_of_the_post_opens_its_parcel(desk: Client, ward: Agency) -> None:
    parcel = ready(agency=ward)
    delivery.set_tracking(parcel.pk, NUMBER, by=officer(parcel.submission))
    assert scan(desk, "ea 000 000 014 vn")["Location"] == page_of(parcel)


def test_a_scan_of_announced_originals_says_that_they_came(desk: Client, ward: Agency) -> None:
    parcel = announced(ward)
    answer = scan(desk, parcel.code)
    assert fresh(parcel).step == Step.ARRIVED
    assert said(answer) == [f"Đã ghi nhận bản chính của hồ sơ {parcel.submission} đến nơi."]
    page = desk.get(answer["Location"])
    assert f"/admin/submissions/submission/{parcel.submission_id}/papers/" in page.content.decode()
    scan(desk, parcel.code)
    assert parcel.submission.events.filter(verb="arrived").count() == 1


@pytest.mark.parametrize("typed", ["", "   ", "\0", "***"])
def test_an_empty_scan_asks_for_a_code(typed: str, desk: Client) -> None:
    assert said(scan(desk, typed)) == ["Bạn quét hoặc gõ mã nhãn, mã bưu gửi rồi bấm Enter."]


def test_on_a_list_label_and_sticker_follow_each_other(desk: Client, ward: Agency) -> None:
    a, b = ready(agency=ward), ready(agency=ward)
    listed = handover.make(by=officer(a.submission)).list
    answer = scan(desk, a.code, listed)
    assert answer["Location"] == f"{POST}bang-ke/{listed.pk}/?vua={a.pk}"
    assert f"Quét tem bưu điện dán trên {a.code}" in text(desk.get(answer["Location"]))
    answer = scan(desk, "EA000000015VN", listed, vua=a.pk)
    assert fresh(a).tracking_number == "EA000000015VN"
    assert answer["Location"] == f"{POST}bang-ke/{listed.pk}/"
    assert "không khớp" in said(answer)[-1]  # the check digit is 4: a warning, no refusal
    # The next label, without a sticker before it.
    scan(desk, b.code, listed, vua=a.pk)
    assert [d.pk for d in handover.rows(listed)] == [a.pk, b.pk]
    assert fresh(b).tracking_number == ""


def test_a_sticker_that_is_none_can_be_scanned_again(desk: Client, ward: Agency) -> None:
    a = ready(agency=ward)
    listed = handover.make(by=officer(a.submission), pks=[a.pk]).list
    answer = scan(desk, "E1", listed, vua=a.pk)
    assert answer["Location"] == f"{POST}bang-ke/{listed.pk}/?vua={a.pk}"
    assert "4 đến 40" in said(answer)[0]


def test_on_a_list_a_known_number_puts_its_parcel_on(desk: Client, ward: Agency) -> None:
    a = ready(agency=ward)
    delivery.set_tracking(a.pk, NUMBER, by=officer(a.submission))
    listed = handover.make(by=officer(a.submission)).list
    scan(desk, NUMBER, listed)
    assert [d.pk for d in handover.rows(listed)] == [a.pk]
    assert "Không có bưu gửi" in said(scan(desk, "EA000000999VN", listed))[-1]


# --- lists ---------------------------------------------------------------------------------------


def test_a_list_is_printed_and_closed(desk: Client, ward: Agency) -> None:
    a, b = ready(agency=ward), ready(agency=ward)
    listed = handover.make(by=officer(a.submission), pks=[a.pk, b.pk]).list
    address = f"{POST}bang-ke/{listed.pk}/"
    desk.post(f"{address}bo/{b.pk}/")
    answer = desk.post(f"{address}giao/", {"received_by": " "})
    assert "Bạn ghi họ tên người của bưu điện" in text(answer)
    assert fresh(a).step == Step.READY
    answer = desk.post(f"{address}giao/", {"received_by": "Phạm Văn Bưu"})
    assert said(answer) == ["Đã giao bưu điện 1 bưu gửi. Bạn in bảng kê để hai bên ký."]
    assert [fresh(p).step for p in (a, b)] == [Step.HANDED, Step.READY]
    page = desk.get(address)
    assert "Người nhận của bưu điện: Phạm Văn Bưu." in text(page)
    assert b"post-scan" not in page.content
    assert desk.get(f"{address}in/")["Content-Type"] == "application/pdf"
    assert f"{listed}" in text(desk.get(f"{POST}bang-ke/"))


def test_a_list_takes_as_many_queries_for_one_as_for_many(
    desk: Client, ward: Agency, django_assert_num_queries: Any
) -> None:
    listed = handover.make(by=officer_actor(clerk(ward)), pks=[ready(agency=ward).pk]).list
    desk.get(f"{POST}bang-ke/{listed.pk}/")
    for _more in range(2):
        with django_assert_num_queries(4):
            desk.get(f"{POST}bang-ke/{listed.pk}/")
        handover.add(listed.pk, [ready(agency=ward).pk], by=officer_actor(clerk(ward)))


# --- one parcel ----------------------------------------------------------------------------------


def acts_of(desk: Client, parcel: Delivery) -> list[str]:
    return [act.key for act, _form in desk.get(page_of(parcel)).context["acts"]]


def test_what_may_be_done_follows_the_step(desk: Client, ward: Agency) -> None:
    away = ["ma-buu-gui", "da-phat", "chuyen-hoan"]
    parcel = ready(agency=ward)
    assert acts_of(desk, parcel) == ["ma-buu-gui", "gui-lai", "den-nhan"]
    delivery.hand_to_post([parcel.pk], by=officer(parcel.submission))
    assert acts_of(desk, parcel) == ["ma-buu-gui", "da-phat", "khong-phat-duoc", "chuyen-hoan"]
    hear(parcel, Step.FAILED, on(1))
    assert acts_of(desk, parcel) == [*away, "gui-lai", "den-nhan"]
    hear(parcel, Step.RETURNED, on(2))
    assert acts_of(desk, parcel) == ["gui-lai", "den-nhan"]
    assert acts_of(desk, announced(ward)) == ["da-den"]


def test_an_automatic_carrier_can_be_booked(desk: Client, ward: Agency, settings: Any) -> None:
    settings.CARRIER = "ems"
    parcel = ready(agency=ward)
    assert "dat" in acts_of(desk, parcel)
    desk.post(f"{page_of(parcel)}dat/")
    assert fresh(parcel).booking == Booking.WANTED
    assert "dat" not in acts_of(desk, parcel)


def test_a_number_is_kept_and_doubted(desk: Client, ward: Agency) -> None:
    parcel = ready(agency=ward)
    answer = desk.post(
        f"{page_of(parcel)}ma-buu-gui/", {"ma-buu-gui-number": "ea000000015vn", "ma-buu-gui-postage": "26000"}
    )
    found = fresh(parcel)
    assert (found.tracking_number, found.postage) == ("EA000000015VN", 26_000)
    assert len(said(answer)) == 2
    answer = desk.post(f"{page_of(parcel)}ma-buu-gui/", {"ma-buu-gui-number": "?", "ma-buu-gui-postage": "x"})
    assert "Cước là số đồng" in text(answer)
    assert fresh(parcel).tracking_number == "EA000000015VN"


def test_delivered_by_an_officers_word_ends_the_submission(desk: Client, ward: Agency) -> None:
    parcel = handed(agency=ward)
    for _click in range(2):
        assert desk.post(f"{page_of(parcel)}da-phat/", {"da-phat-note": "Báo qua điện thoại"}).status_code == 302
    found = fresh(parcel)
    assert (found.step, found.submission.state) == (Step.DELIVERED, State.HANDED_OVER)
    assert found.events.count() == 1


def test_a_time_to_come_is_refused_with_what_was_typed(desk: Client, ward: Agency) -> None:
    parcel = handed(agency=ward)
    answer = desk.post(f"{page_of(parcel)}da-phat/", {"da-phat-at": "2099-01-01T10:00", "da-phat-note": "sớm"})
    assert "Thời điểm không được ở tương lai." in text(answer)
    assert 'value="sớm"' in answer.content.decode()
    assert fresh(parcel).step == Step.HANDED


def test_a_parcel_that_came_back_is_sent_anew(desk: Client, ward: Agency) -> None:
    parcel = handed(agency=ward)
    desk.post(f"{page_of(parcel)}chuyen-hoan/")
    typed = {"gui-lai-name": "Lê Văn Cường", "gui-lai-phone": "12", "gui-lai-address": "Thôn 2, xã Thuận Lộc"}
    answer = desk.post(f"{page_of(parcel)}gui-lai/", typed)
    assert "Số di động có 10 chữ số" in text(answer)
    answer = desk.post(f"{page_of(parcel)}gui-lai/", typed | {"gui-lai-phone": "0987654321"})
    new = parcel.submission.deliveries.latest("number")
    assert (answer["Location"], new.step, new.name) == (page_of(new), Step.READY, "Lê Văn Cường")
    assert fresh(parcel).step == Step.CANCELLED


def test_the_counter_instead(desk: Client, ward: Agency) -> None:
    parcel = ready(agency=ward)
    desk.post(f"{page_of(parcel)}den-nhan/")
    found = fresh(parcel)
    assert (found.step, found.submission.delivery) == (Step.PICKUP, "counter")


def test_a_late_click_is_told_to_look_again(desk: Client, ward: Agency) -> None:
    parcel = ready(agency=ward)
    assert said(desk.post(f"{page_of(parcel)}da-phat/")) == [
        "Bưu gửi đã sang bước khác. Bạn xem lại diễn biến rồi chọn việc cần làm."
    ]


def test_every_input_of_the_page_has_a_label(desk: Client, ward: Agency) -> None:
    for parcel in (ready(agency=ward), handed(agency=ward)):
        page = desk.get(page_of(parcel)).content.decode()
        ids = re.findall(r'<(?:input|textarea|select)[^>]* id="([^"]+)"', page)
        assert set(ids) <= set(re.findall(r'<label[^>]* for="([^"]+)"', html.unescape(page)))
        assert len(ids) == len(set(ids))

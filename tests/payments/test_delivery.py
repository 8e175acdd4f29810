"""A parcel from receipt to its end: what the workflow, officers and citizens do with it."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.utils import timezone

from payments import delivery
from payments.delivery import follow
from payments.models import Delivery, HandoverList
from payments.states import Booking, Step
from submissions import rules, workflow
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.models import Submission
from submissions.states import Role, State
from tests.factories import STEPS, OfficerFactory, SubmissionFactory, clerk, fee
from tests.payments.parcels import TO, by_post, fresh, handed, hear, kinds, officer, on, parcel_of, ready, verbs

pytestmark = pytest.mark.django_db
NEW = {"name": "Lê Văn Cường", "phone": "0987 654 321", "address": "Thôn 2, xã Thuận Lộc, tỉnh Hà Tĩnh"}


def steps(submission: Submission, direction: str = "out") -> list[str]:
    return list(submission.deliveries.filter(direction=direction).order_by("number").values_list("step", flat=True))


# --- with the workflow ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.SUBMITTED, []),
        (State.RECEIVED, [Step.PREPARING]),
        (State.IN_PROGRESS, [Step.PREPARING]),
        (State.RESULT_READY, [Step.READY]),
        (State.DECLINED, [Step.CANCELLED]),
        (State.STOPPED, [Step.CANCELLED]),
        (State.HANDED_OVER, [Step.PICKUP]),
    ],
)
def test_the_parcel_follows_the_submission(state: str, expected: list[str]) -> None:
    assert steps(by_post(state)) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.SUBMITTED, []),
        (State.IN_PROGRESS, [Step.PREPARING]),
        (State.RESULT_READY, [Step.READY]),
        (State.HANDED_OVER, []),
    ],
)
def test_what_comes_from_another_install_starts_where_it_is(state: str, expected: list[str]) -> None:
    submission = by_post(state)
    submission.deliveries.all().delete()
    follow.imported(submission, submission.events.latest("number"), officer(submission))
    assert steps(submission) == expected


@pytest.mark.parametrize("way", ["counter", "online"])
def test_no_parcel_where_none_was_asked_for(way: str) -> None:
    assert steps(SubmissionFactory(at=State.HANDED_OVER, delivery=way)) == []


def test_the_address_is_a_copy() -> None:
    parcel = ready()
    assert (parcel.name, parcel.phone, parcel.address) == tuple(TO.values())
    assert len(parcel.code) == 10
    assert parcel.code.startswith("HL")
    assert parcel.ready_at is not None


def test_opening_again_gives_the_same_parcel() -> None:
    submission = by_post(State.RECEIVED)
    again = delivery.open_out(submission, by=officer(submission))
    assert again == parcel_of(submission)
    assert Delivery.objects.count() == 1


def test_no_result_no_parcel_to_send() -> None:
    with pytest.raises(NotPossible, match="chưa có kết quả"):
        delivery.ready(by_post(State.IN_PROGRESS))


def test_withdrawal_after_receipt_ends_the_parcel_and_a_rehearsal_never_has_one() -> None:
    submission = by_post(State.RECEIVED)
    by = officer(submission)
    STEPS["request_supplement"](submission, by)
    submission.refresh_from_db()
    STEPS["withdraw"](submission, by)
    assert steps(submission) == [Step.CANCELLED]
    trial = by_post(State.DRAFT, is_rehearsal=True, account=by.user, agency=submission.agency)
    STEPS["submit"](trial, by)
    trial.refresh_from_db()
    STEPS["receive"](trial, by)
    assert steps(trial) == []


# --- giving it to the post -----------------------------------------------------------------------


def test_handing_to_the_post_tells_the_citizen_once() -> None:
    parcel = ready()
    by = officer(parcel.submission)
    delivery.set_tracking(parcel.pk, "RR473124829VN", by=by)
    for _ in range(2):
        delivery.hand_to_post([parcel.pk], by=by)
    parcel = fresh(parcel)
    assert (parcel.step, parcel.handed_at is not None, parcel.booking) == (Step.HANDED, True, "")
    assert verbs(parcel.submission).count("posted") == 1
    assert kinds(parcel.submission)[-1] == "posted"
    body = parcel.submission.notices.get(kind="posted", channel="email").body
    assert "Mã bưu gửi: RR473124829VN" in body
    assert "trả cước cho nhân viên bưu điện" in body


def test_a_list_goes_whole_or_not_at_all() -> None:
    first, second = ready(), ready()
    second.submission.agency = first.submission.agency
    second.submission.save(update_fields=["agency"])
    by = officer(first.submission)
    row = HandoverList.objects.create(
        agency=first.agency, year=2026, number=1, carrier="manual", made_by=clerk(first.agency)
    )
    Delivery.objects.filter(pk=second.pk).update(step=Step.PREPARING)
    with pytest.raises(NotPossible, match=f"{second.code} chưa sẵn sàng"):
        delivery.hand_to_post([first.pk, second.pk], by=by, list=row)
    assert fresh(first).step == Step.READY
    Delivery.objects.filter(pk=second.pk).update(step=Step.READY)
    delivery.hand_to_post([second.pk, first.pk], by=by, list=row)
    assert set(Delivery.objects.values_list("step", "handover")) == {(Step.HANDED, row.pk)}


def test_money_that_is_due_keeps_it_here() -> None:
    parcel = ready(fees=[fee(50_000)])
    with pytest.raises(NotPossible, match="đồng chưa nộp"):
        delivery.hand_to_post([parcel.pk], by=officer(parcel.submission))
    assert fresh(parcel).step == Step.READY


def test_an_address_that_is_missing_keeps_it_here() -> None:
    parcel = ready(delivery_address="")
    with pytest.raises(Incomplete, match="chưa đủ họ tên, điện thoại, địa chỉ"):
        delivery.hand_to_post([parcel.pk], by=officer(parcel.submission))


def test_another_agency_and_other_roles_may_not() -> None:
    parcel = ready()
    stranger = rules.officer_actor(OfficerFactory())
    specialist = rules.officer_actor(OfficerFactory(agency=parcel.agency, roles=[Role.SPECIALIST.value]))
    for by in (stranger, specialist):
        for act in (
            lambda by=by: delivery.hand_to_post([parcel.pk], by=by),
            lambda by=by: delivery.set_tracking(parcel.pk, "RR473124829VN", by=by),
            lambda by=by: delivery.want_booking([parcel.pk], by=by),
            lambda by=by: delivery.pick_up(parcel.pk, by=by),
            lambda by=by: delivery.send_again(parcel.pk, **NEW, by=by),
            lambda by=by: delivery.mark(parcel.pk, Step.MOVING, by=by),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert fresh(parcel).step == Step.READY


# --- the number ----------------------------------------------------------------------------------


def test_a_doubtful_number_is_kept_and_said() -> None:
    parcel = ready()
    for typed, kept, doubt in (
        ("rr 473 124 829 vn", "RR473124829VN", ""),
        ("EJ012345678VN", "EJ012345678VN", "Số kiểm tra"),
        ("1234567890", "1234567890", "không theo mẫu"),
    ):
        found = delivery.set_tracking(parcel.pk, typed, by=officer(parcel.submission), postage=31_000)
        assert [doubt in words for words in found] == ([True] if doubt else [])
        assert (fresh(parcel).tracking_number, fresh(parcel).postage, fresh(parcel).collect) == (kept, 31_000, 31_000)


def test_what_is_no_number_is_refused() -> None:
    parcel = ready()
    by = officer(parcel.submission)
    for typed in ("", "  ", "RR", "mã số?", "x" * 41):
        with pytest.raises(Incomplete):
            delivery.set_tracking(parcel.pk, typed, by=by)
    assert fresh(parcel).tracking_number == ""


def test_the_number_of_another_parcel_is_doubted() -> None:
    first, second = ready(), ready()
    delivery.set_tracking(first.pk, "RR473124829VN", by=officer(first.submission))
    found = delivery.set_tracking(second.pk, "RR473124829VN", by=officer(second.submission))
    assert ["đang dùng cho một bưu gửi khác" in words for words in found] == [True]


def test_no_number_for_a_parcel_that_is_not_ready() -> None:
    parcel = parcel_of(by_post(State.RECEIVED))
    with pytest.raises(NotPossible):
        delivery.set_tracking(parcel.pk, "RR473124829VN", by=officer(parcel.submission))


def test_the_manual_post_is_not_booked() -> None:
    parcel = ready()
    with pytest.raises(NotPossible, match="không đặt qua mạng"):
        delivery.want_booking([parcel.pk], by=officer(parcel.submission))


def test_a_booking_that_was_given_up_is_tried_anew_or_replaced_by_hand(settings) -> None:
    settings.CARRIER = "ems"
    parcel = ready()
    by = officer(parcel.submission)
    assert delivery.want_booking([parcel.pk], by=by) == 1
    assert delivery.want_booking([parcel.pk], by=by) == 0
    Delivery.objects.filter(pk=parcel.pk).update(booking=Booking.FAILED, error="EMS không nhận", attempts=8)
    assert delivery.want_booking([parcel.pk], by=by) == 1
    assert (fresh(parcel).booking, fresh(parcel).attempts, fresh(parcel).error) == (Booking.WANTED, 1, "")
    delivery.set_tracking(parcel.pk, "RR473124829VN", by=by)
    assert (fresh(parcel).booking, fresh(parcel).tracking_number) == ("", "RR473124829VN")
    assert delivery.want_booking([parcel.pk], by=by) == 0


# --- at the desk ---------------------------------------------------------------------------------


def test_handing_over_at_the_counter_ends_a_parcel_that_is_still_here() -> None:
    parcel = ready()
    workflow.hand_over(parcel.submission_id, by=officer(parcel.submission), how="counter")
    assert (fresh(parcel).step, fresh(parcel).ended_at is not None) == (Step.PICKUP, True)


@pytest.mark.parametrize("how", ["counter", "online"])
def test_what_the_post_has_cannot_be_handed_over_here(how: str) -> None:
    parcel = handed()
    by = officer(parcel.submission)
    with pytest.raises(NotPossible, match="đang ở bưu điện"):
        workflow.hand_over(parcel.submission_id, by=by, how=how)
    assert fresh(parcel).submission.state == State.RESULT_READY
    delivery.mark(parcel.pk, Step.RETURNED, by=by)
    workflow.hand_over(parcel.submission_id, by=by, how=how)
    assert (fresh(parcel).step, fresh(parcel).submission.state) == (Step.PICKUP, State.HANDED_OVER)


@pytest.mark.parametrize("make", [ready, handed])
def test_handing_over_by_post_says_that_it_arrived(make) -> None:
    parcel = make()
    workflow.hand_over(parcel.submission_id, by=officer(parcel.submission), how="post")
    parcel = fresh(parcel)
    assert (parcel.step, parcel.submission.state, parcel.submission.handed_over_how) == (
        Step.DELIVERED,
        State.HANDED_OVER,
        "post",
    )
    assert [(e.step, e.source) for e in parcel.events.all()] == [(Step.DELIVERED, "officer")]


def test_an_officer_writes_down_each_step_of_the_manual_post() -> None:
    parcel = handed()
    by = officer(parcel.submission)
    delivery.mark(parcel.pk, Step.MOVING, by=by, at=on(55), place="Vinh")
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=3), tick=False):
        for _ in range(2):
            delivery.mark(parcel.pk, Step.FAILED, by=by, note="Người nhận đi vắng.")
    with time_machine.travel(timezone.now() + datetime.timedelta(hours=6)):
        assert fresh(parcel).step == Step.FAILED
        for _ in range(2):
            delivery.confirm_delivered(parcel.pk, by=by)
    parcel = fresh(parcel)
    assert (parcel.step, parcel.tries, parcel.submission.state) == (Step.DELIVERED, 2, State.HANDED_OVER)
    assert verbs(parcel.submission)[-4:] == ["posted", "undelivered", "delivered", "hand_over"]
    assert kinds(parcel.submission)[-3:] == ["posted", "undelivered", "handed_over"]


def test_marks_that_cannot_be() -> None:
    parcel = handed()
    by = officer(parcel.submission)
    with pytest.raises(Incomplete, match="tương lai"):
        delivery.mark(parcel.pk, Step.MOVING, by=by, at=timezone.now() + datetime.timedelta(minutes=5))
    with pytest.raises(Incomplete, match="ở bước nào"):
        delivery.mark(parcel.pk, Step.PICKUP, by=by)
    waiting = ready()
    with pytest.raises(NotPossible, match="không ở bưu điện"):
        delivery.mark(waiting.pk, Step.MOVING, by=officer(waiting.submission))


# --- when it does not arrive ---------------------------------------------------------------------


def returned(parcel: Delivery) -> Delivery:
    hear(parcel, Step.RETURNED, on(90 - 60), note="Không có người nhận.")
    return fresh(parcel)


def test_a_parcel_that_came_back_is_told_and_picked_up() -> None:
    parcel = returned(handed())
    assert (parcel.step, kinds(parcel.submission)[-1]) == (Step.RETURNED, "returned")
    body = parcel.submission.notices.get(kind="returned", channel="email").body
    assert "Bạn chọn một cách" in body
    for _ in range(2):
        delivery.pick_up(parcel.pk, by=rules.citizen())
    parcel = fresh(parcel)
    assert (parcel.step, parcel.submission.delivery, parcel.submission.state) == (
        Step.PICKUP,
        "counter",
        State.RESULT_READY,
    )
    assert verbs(parcel.submission).count("reroute") == 1


def test_a_parcel_that_came_back_is_sent_once_more_as_the_next_one() -> None:
    parcel = returned(handed())
    made = {delivery.send_again(parcel.pk, **NEW, by=rules.citizen()).pk for _ in range(2)}
    new = parcel_of(parcel.submission)
    assert made == {new.pk}
    assert steps(parcel.submission) == [Step.CANCELLED, Step.READY]
    assert (new.number, new.name, new.phone, new.address) == (2, "Lê Văn Cường", "0987654321", NEW["address"])
    assert new.code != parcel.code
    submission = fresh(new).submission
    assert (submission.delivery, submission.delivery_name) == ("post", "Lê Văn Cường")
    delivery.hand_to_post([new.pk], by=officer(submission))
    hear(new, Step.DELIVERED, on(59))
    assert fresh(new).submission.state == State.HANDED_OVER


def test_a_change_of_mind_after_choosing_to_come() -> None:
    parcel = ready()
    delivery.pick_up(parcel.pk, by=rules.citizen())
    new = delivery.send_again(parcel.pk, **NEW, by=rules.citizen())
    assert steps(parcel.submission) == [Step.PICKUP, Step.READY]
    assert (new.number, fresh(new).submission.delivery) == (2, "post")


@pytest.mark.parametrize(("state", "step"), [(State.RECEIVED, Step.PREPARING), (State.RESULT_READY, Step.READY)])
def test_a_new_address_before_it_leaves_changes_the_parcel(state: str, step: str) -> None:
    parcel = parcel_of(by_post(state))
    assert delivery.send_again(parcel.pk, **NEW, by=rules.citizen()) == parcel
    parcel = fresh(parcel)
    assert (parcel.step, parcel.address, parcel.submission.delivery_address) == (step, NEW["address"], NEW["address"])


def test_what_was_ordered_is_called_off_by_an_officer(settings) -> None:
    settings.CARRIER = "ems"
    parcel = ready()
    Delivery.objects.filter(pk=parcel.pk).update(booking=Booking.BOOKED, tracking_number="EA000000014VN")
    new = delivery.send_again(parcel.pk, **NEW, by=rules.citizen())
    assert (steps(parcel.submission), new.booking) == ([Step.CANCELLED, Step.READY], "")
    assert fresh(parcel).error == "Bưu gửi EA000000014VN đã đặt nhưng không gửi nữa. Bạn báo bưu điện hủy."


@pytest.mark.parametrize(
    ("wish", "expected", "said"),
    [
        ("pickup", [Step.PICKUP], "Bạn đã chọn đến nhận."),
        ("again", [Step.CANCELLED, Step.READY], "gửi lại đến địa chỉ đó"),
    ],
)
def test_a_wish_while_it_is_away_is_done_when_it_is_back(wish: str, expected: list[str], said: str) -> None:
    parcel = handed()
    hear(parcel, Step.FAILED, on(10), note="Người nhận đi vắng.")
    if wish == "pickup":
        delivery.pick_up(parcel.pk, by=rules.citizen())
    else:
        delivery.send_again(parcel.pk, **NEW, by=rules.citizen())
    assert (fresh(parcel).step, bool(fresh(parcel).wish)) == (Step.FAILED, True)
    parcel = returned(parcel)
    assert steps(parcel.submission) == expected
    assert said in parcel.submission.notices.get(kind="returned", channel="email").body
    assert delivery.apply(parcel.pk, [], source="query").step == expected[0]


def test_a_wish_is_moot_once_it_arrives() -> None:
    parcel = handed()
    hear(parcel, Step.FAILED, on(10))
    delivery.pick_up(parcel.pk, by=rules.citizen())
    hear(parcel, Step.DELIVERED, on(20))
    assert (fresh(parcel).step, fresh(parcel).submission.state) == (Step.DELIVERED, State.HANDED_OVER)


def test_nothing_is_changed_while_the_post_carries_it_or_after_the_end() -> None:
    parcel = handed()
    with pytest.raises(NotPossible, match="đang chuyển"):
        delivery.pick_up(parcel.pk, by=rules.citizen())
    with pytest.raises(NotPossible, match="đang chuyển"):
        delivery.send_again(parcel.pk, **NEW, by=rules.citizen())
    hear(parcel, Step.DELIVERED, on(20))
    with pytest.raises(NotPossible, match="đã kết thúc"):
        delivery.pick_up(parcel.pk, by=rules.citizen())


def test_a_bad_address_is_refused_in_words() -> None:
    parcel = ready()
    for bad in ({"name": "???"}, {"name": ""}, {"phone": "123"}, {"address": " "}, {"address": "x" * 301}):
        with pytest.raises(Incomplete) as refused:
            delivery.send_again(parcel.pk, **{**NEW, **bad}, by=rules.citizen())
        assert "Bạn" in str(refused.value)
    assert fresh(parcel).address == TO["delivery_address"]


# --- originals -----------------------------------------------------------------------------------


def test_originals_are_announced_once_and_known_again_by_their_label() -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    parcel = delivery.announce_originals(submission, by=rules.citizen())
    assert delivery.announce_originals(submission, by=rules.citizen()) == parcel
    assert (parcel.direction, parcel.step, parcel.name) == ("in", Step.ANNOUNCED, submission.agency.name)
    typed = f" {parcel.code[:4].lower()}-{parcel.code[4:]} "
    for _ in range(2):
        assert delivery.arrive(typed, by=officer(submission)).step == Step.ARRIVED
    assert verbs(submission).count("arrived") == 1
    assert kinds(submission)[-1] == "originals_arrived"
    second = delivery.announce_originals(submission, by=rules.citizen())
    assert (second.number, second.code != parcel.code) == (2, True)


def test_originals_may_arrive_after_the_end_but_not_be_announced() -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    parcel = delivery.announce_originals(submission, by=rules.citizen())
    STEPS["refuse"](submission, officer(submission))
    assert fresh(parcel).step == Step.CANCELLED
    assert delivery.arrive(parcel.code, by=officer(submission)).step == Step.ARRIVED
    with pytest.raises(NotPossible):
        delivery.announce_originals(submission, by=rules.citizen())


def test_a_label_of_another_desk_is_as_unknown_as_none() -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    parcel = delivery.announce_originals(submission, by=rules.citizen())
    stranger = rules.officer_actor(OfficerFactory())
    for code in (parcel.code, "HLAAAAAAAA"):
        with pytest.raises(NotPossible, match=f"Không có nhãn {code} ở cơ quan bạn"):
            delivery.arrive(code, by=stranger)
    assert fresh(parcel).step == Step.ANNOUNCED


def test_the_label_of_a_result_is_said_to_be_one() -> None:
    parcel = handed()
    with pytest.raises(NotPossible, match="nhãn trả kết quả"):
        delivery.arrive(parcel.code, by=officer(parcel.submission))

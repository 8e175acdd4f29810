"""Whatever order things are heard in, and however often: the parcel ends up in the same place, told of once."""

from __future__ import annotations

import datetime
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payments import delivery
from payments.delivery import Happened, Source, step_of
from payments.models import Delivery, DeliveryEvent
from payments.states import Step
from submissions.errors import NotPossible
from submissions.models import Submission
from submissions.states import State
from tests.payments.parcels import fresh, handed, hear, kinds, officer, on, ready, verbs

NOON = datetime.datetime(2026, 11, 2, 5, 0, tzinfo=datetime.UTC)
W, Q, O = Source.WEBHOOK, Source.QUERY, Source.OFFICER  # noqa: E741
# What a code means is the same whoever tells it.
CODES = ["", "ready", "handed", "moving", "failed", "returned", "delivered"]


def event(minute: int, step: str, source: str = Q) -> DeliveryEvent:
    return DeliveryEvent(at=NOON + datetime.timedelta(minutes=minute), step=step, source=source, name=step)


@pytest.mark.parametrize(
    ("events", "when_handed", "when_not"),
    [
        ([], "handed", ""),
        ([(1, "ready")], "handed", ""),
        ([(1, "")], "moving", ""),  # a code that nobody knows
        ([(1, "moving")], "moving", "moving"),
        ([(1, "handed"), (2, "")], "moving", "moving"),
        ([(2, "failed"), (1, "moving")], "failed", "failed"),
        ([(1, "failed"), (2, "moving")], "moving", "moving"),
        ([(1, "moving"), (1, "failed")], "failed", "failed"),
        ([(1, "returned"), (2, "moving")], "returned", "returned"),
        ([(1, "returned"), (2, "delivered")], "delivered", "delivered"),
        ([(1, "delivered"), (2, "failed")], "delivered", "delivered"),
        ([(2, "delivered", W), (1, "failed")], "moving", "moving"),  # said, not confirmed
        ([(1, "delivered", W), (2, "returned", W)], "returned", "returned"),
        ([(1, "delivered", O)], "delivered", "delivered"),
        ([(1, "pickup"), (2, "cancelled")], "handed", ""),
    ],
)
def test_the_step_after(events: list[tuple], when_handed: str, when_not: str) -> None:
    rows = [event(*e) for e in events]
    for order in itertools.permutations(rows):
        assert (step_of(order, handed=True), step_of(order, handed=False)) == (when_handed, when_not)


heard = st.tuples(st.integers(0, 5), st.sampled_from(CODES), st.sampled_from([W, Q, O]))


@pytest.mark.django_db
@settings(max_examples=5, deadline=None)
@given(st.lists(heard, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_any_order_and_repetition_ends_the_same(told: list[tuple], dice: random.Random) -> None:
    first, second = _parcel(), _parcel()
    for parcel, order in ((first, told), (second, [*dice.sample(told, len(told)), *dice.choices(told, k=4)])):
        for minute, code, source in order:
            at = NOON + datetime.timedelta(minutes=minute)
            delivery.apply(parcel.pk, [Happened(at, code, code or "9", code)], source=source)
    ends = [
        (fresh(p).step, fresh(p).tries, fresh(p).submission.state, fresh(p).handed_at is None) for p in (first, second)
    ]
    assert ends[0] == ends[1]
    kept = [sorted(p.events.values_list("at", "code", "step", "source")) for p in (first, second)]
    assert kept[0] == kept[1]
    for parcel in (first, second):
        assert [verbs(parcel.submission).count(v) <= 1 for v in ("posted", "delivered", "hand_over")] == [True] * 3


def _parcel() -> Delivery:
    """A parcel as it is when it becomes ready."""
    return ready()


# --- what follows, and only once -----------------------------------------------------------------


@pytest.mark.django_db
def test_a_message_alone_never_delivers() -> None:
    parcel = handed()
    Delivery.objects.filter(pk=parcel.pk).update(asked_at=on(0))
    hear(parcel, Step.DELIVERED, on(10), W)
    assert (fresh(parcel).step, fresh(parcel).asked_at) == (Step.MOVING, None)
    assert fresh(parcel).submission.state == State.RESULT_READY
    hear(parcel, Step.DELIVERED, on(10), Q)
    parcel = fresh(parcel)
    assert (parcel.step, parcel.ended_at, parcel.submission.state) == (Step.DELIVERED, on(10), State.HANDED_OVER)
    assert parcel.submission.handed_over_how == Submission.DeliveryWay.POST
    assert [e.source for e in parcel.events.all()] == [Q]
    assert verbs(parcel.submission)[-2:] == ["delivered", "hand_over"]
    assert kinds(parcel.submission)[-1] == "handed_over"


@pytest.mark.django_db
def test_every_failed_try_is_told_and_a_late_one_is_not() -> None:
    parcel = handed()
    for minute in (10, 20, 10, 20):
        hear(parcel, Step.FAILED, on(minute), note="Đi vắng.")
    assert (kinds(parcel.submission).count("undelivered"), fresh(parcel).tries) == (2, 2)
    hear(parcel, Step.MOVING, on(30))
    hear(parcel, Step.FAILED, on(15))
    assert (fresh(parcel).step, kinds(parcel.submission).count("undelivered"), fresh(parcel).tries) == (
        Step.MOVING,
        2,
        3,
    )


@pytest.mark.django_db
def test_the_postman_came_before_anybody_wrote_it_down() -> None:
    parcel = ready()
    hear(parcel, Step.READY, on(1))
    hear(parcel, "", on(2), code="77", name="Chờ điều tin")
    assert (fresh(parcel).step, fresh(parcel).handed_at) == (Step.READY, None)
    hear(parcel, Step.MOVING, on(3))
    parcel = fresh(parcel)
    assert (parcel.step, parcel.handed_at is not None, verbs(parcel.submission)[-1]) == (Step.MOVING, True, "posted")
    delivery.hand_to_post([parcel.pk], by=officer(parcel.submission))
    assert verbs(parcel.submission).count("posted") == 1


@pytest.mark.django_db
def test_a_code_that_became_known_moves_the_parcel() -> None:
    parcel = handed()
    hear(parcel, "", on(5), code="13000", name="Phát không thành công")
    assert fresh(parcel).step == Step.MOVING
    hear(parcel, Step.FAILED, on(5), code="13000", name="Phát không thành công")
    assert (fresh(parcel).step, fresh(parcel).events.count()) == (Step.FAILED, 1)


@pytest.mark.django_db
def test_money_that_became_due_keeps_the_submission_open_and_is_seen() -> None:
    parcel = handed()
    Submission.objects.filter(pk=parcel.submission_id).update(money="due", owed=50_000)
    hear(parcel, Step.DELIVERED, on(10))
    parcel = fresh(parcel)
    assert (parcel.step, parcel.submission.state) == (Step.DELIVERED, State.RESULT_READY)
    assert parcel.error.startswith("Bưu điện đã phát nhưng hồ sơ chưa kết thúc được: Hồ sơ còn 50.000 đồng")


@pytest.mark.django_db
@pytest.mark.parametrize("step", [Step.PICKUP, Step.CANCELLED])
def test_what_was_decided_here_stays(step: str) -> None:
    parcel = handed()
    Delivery.objects.filter(pk=parcel.pk).update(step=step)
    hear(parcel, Step.DELIVERED, on(10))
    parcel = fresh(parcel)
    assert (parcel.step, parcel.events.count(), parcel.submission.state) == (step, 1, State.RESULT_READY)


@pytest.mark.django_db
def test_originals_have_no_stages() -> None:
    parcel = ready()
    Delivery.objects.filter(pk=parcel.pk).update(direction="in")
    with pytest.raises(NotPossible):
        hear(parcel, Step.MOVING, on(1))


@pytest.mark.django_db
def test_long_words_are_cut() -> None:
    parcel = handed()
    for _ in range(2):
        hear(parcel, Step.MOVING, on(1), code="7" * 50, name="n" * 500, place="p" * 500, note="g" * 500)
    row = fresh(parcel).events.get()
    assert [len(v) for v in (row.code, row.name, row.place, row.note)] == [20, 200, 200, 300]

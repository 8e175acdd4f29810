"""Hand-over lists: numbered without gaps, filled, closed once for all parcels, and never printed differently later."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pikepdf
import pytest
import time_machine
from django.utils import timezone

from payments import delivery, handover
from payments.models import Delivery, HandoverList
from payments.states import Step
from procedures.models import Agency
from submissions import rules, workflow
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.rules import Actor
from submissions.states import Role
from tests.factories import AgencyFactory, OfficerFactory, clerk
from tests.payments.parcels import fresh, kinds, officer, ready, verbs

pytestmark = pytest.mark.django_db
POSTMAN = "Phạm Văn Bưu"


@pytest.fixture
def ward() -> Agency:
    return AgencyFactory()


def by(agency: Agency) -> Actor:
    return rules.officer_actor(clerk(agency))


def listed(agency: Agency, *parcels: Delivery) -> HandoverList:
    return handover.make(by=by(agency), pks=[p.pk for p in parcels]).list


def codes(found: HandoverList) -> list[str]:
    return [d.code for d in handover.rows(found)]


# --- filling it ----------------------------------------------------------------------------------


def test_chosen_parcels_go_on_a_new_list(ward: Agency) -> None:
    a, b = ready(agency=ward), ready(agency=ward)
    ready(agency=ward)
    done = handover.make(by=by(ward), pks=[a.pk, b.pk])
    assert (done.count, list(done.left_out)) == (2, [])
    assert codes(done.list) == [a.code, b.code]
    assert (done.list.number, done.list.year, done.list.closed_at) == (1, timezone.localdate().year, None)
    assert fresh(a).step == Step.READY


def test_numbers_run_by_agency_and_year() -> None:
    a, b = AgencyFactory(), AgencyFactory()
    with time_machine.travel(datetime.datetime(2026, 12, 30, 3, tzinfo=datetime.UTC), tick=False):
        numbers = [str(listed(agency, ready(agency=agency))) for agency in (a, a, b)]
    with time_machine.travel(datetime.datetime(2027, 1, 4, 3, tzinfo=datetime.UTC), tick=False):
        numbers.append(str(listed(a, ready(agency=a))))
    assert numbers == ["001/2026", "002/2026", "001/2026", "001/2027"]


def test_an_empty_open_list_is_used_before_the_next_number(ward: Agency) -> None:
    a = ready(agency=ward)
    first = listed(ward, a)
    handover.remove(first.pk, a.pk, by=by(ward))
    assert listed(ward, a) == first
    assert HandoverList.objects.count() == 1


def test_a_parcel_is_on_one_list(ward: Agency) -> None:
    a, b = ready(agency=ward), ready(agency=ward)
    first = listed(ward, a)
    done = handover.make(by=by(ward), pks=[a.pk, b.pk])
    assert codes(done.list) == [b.code]
    assert [(d.code, why) for d, why in done.left_out] == [(a.code, f"{a.code} đang ở bảng kê {first}.")]
    with pytest.raises(NotPossible, match="đang ở bảng kê"):
        handover.make(by=by(ward), pks=[a.pk])
    assert handover.add(first.pk, [a.pk], by=by(ward)).count == 1
    assert HandoverList.objects.count() == 2


def test_what_does_not_wait_for_the_post_is_named(ward: Agency) -> None:
    a, b, c = ready(agency=ward), ready(agency=ward), ready(agency=ward)
    delivery.pick_up(b.pk, by=by(ward))
    Delivery.objects.filter(pk=c.pk).update(carrier="another")
    done = handover.make(by=by(ward), pks=[a.pk, b.pk, c.pk])
    assert codes(done.list) == [a.code]
    assert [why for _d, why in done.left_out] == [
        f"{b.code} không còn chờ giao bưu điện (người dân đến nhận).",
        f"{c.code} đi bằng bưu chính khác nên cần bảng kê riêng.",
    ]


def test_another_agency_sees_and_touches_nothing(ward: Agency) -> None:
    a, other = ready(agency=ward), AgencyFactory()
    found = listed(ward, a)
    for act in (
        lambda: handover.make(by=by(other), pks=[a.pk]),
        lambda: handover.add(found.pk, [a.pk], by=by(other)),
        lambda: handover.remove(found.pk, a.pk, by=by(other)),
        lambda: handover.close(found.pk, POSTMAN, by=by(other)),
    ):
        with pytest.raises((NotAllowed, NotPossible)):
            act()
    assert list(handover.lists(clerk(other))) == []
    assert codes(found) == [a.code]


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.LEADER, Role.CASHIER, Role.EDITOR])
def test_lists_are_kept_by_the_reception(role: str, ward: Agency) -> None:
    a = ready(agency=ward)
    actor = rules.officer_actor(OfficerFactory(agency=ward, roles=[role]))
    with pytest.raises(NotAllowed):
        handover.make(by=actor, pks=[a.pk])


# --- closing it ----------------------------------------------------------------------------------


def test_closing_hands_everything_to_the_post(ward: Agency) -> None:
    parcels = [ready(agency=ward) for _time in range(2)]
    found = listed(ward, *parcels)
    done = handover.close(found.pk, f"  {POSTMAN} ", by=by(ward))
    assert (done.count, list(done.left_out)) == (2, [])
    for parcel in map(fresh, parcels):
        assert (parcel.step, parcel.handover) == (Step.HANDED, found)
        assert verbs(parcel.submission)[-1] == "posted"
        assert kinds(parcel.submission)[-1] == "posted"
    found.refresh_from_db()
    assert (found.received_by, found.closed_by) == (POSTMAN, clerk(ward))
    assert [row["code"] for row in found.content["rows"]] == [p.code for p in parcels]
    assert handover.is_intact(found)


def test_closing_twice_changes_nothing(ward: Agency) -> None:
    parcel = ready(agency=ward)
    found = listed(ward, parcel)
    handover.close(found.pk, POSTMAN, by=by(ward))
    before = HandoverList.objects.filter(pk=found.pk).values().get()
    assert handover.close(found.pk, "Người khác", by=by(ward)).count == 1
    assert HandoverList.objects.filter(pk=found.pk).values().get() == before
    assert verbs(parcel.submission).count("posted") == 1


def test_a_closed_list_is_closed(ward: Agency) -> None:
    a, b = ready(agency=ward), ready(agency=ward)
    found = listed(ward, a)
    handover.close(found.pk, POSTMAN, by=by(ward))
    for act in (
        lambda: handover.add(found.pk, [b.pk], by=by(ward)),
        lambda: handover.remove(found.pk, a.pk, by=by(ward)),
    ):
        with pytest.raises(NotPossible, match="đã giao bưu điện"):
            act()
    assert codes(found) == [a.code]


def test_what_became_impossible_is_named_and_stays_here(ward: Agency) -> None:
    """Picked up, waiting for money, without a telephone: the others go all the same."""
    going, fetched, unpaid, silent = [ready(agency=ward) for _time in range(4)]
    found = listed(ward, going, fetched, unpaid, silent)
    workflow.hand_over(fetched.submission_id, by=officer(fetched.submission), how="counter")
    type(unpaid.submission).objects.filter(pk=unpaid.submission_id).update(owed=10_000)
    Delivery.objects.filter(pk=silent.pk).update(phone="")
    owes = "Hồ sơ còn 10.000 đồng chưa nộp. Bạn hãy thu tiền, hoặc ghi miễn kèm lý do."
    done = handover.close(found.pk, POSTMAN, by=by(ward))
    assert done.count == 1
    assert {d.pk: why for d, why in done.left_out} == {
        fetched.pk: f"{fetched.code} không còn chờ giao bưu điện (người dân đến nhận).",
        unpaid.pk: f"Hồ sơ {unpaid.submission}: {owes}",
        silent.pk: f"{silent.code} chưa đủ họ tên, điện thoại, địa chỉ người nhận. Bạn bổ sung trước.",
    }
    assert codes(found) == [going.code]
    assert [fresh(p).step for p in (unpaid, silent)] == [Step.READY, Step.READY]
    assert [fresh(p).handover for p in (fetched, unpaid, silent)] == [None, None, None]


def test_a_list_of_nothing_is_not_closed(ward: Agency) -> None:
    parcel = ready(agency=ward)
    found = listed(ward, parcel)
    delivery.pick_up(parcel.pk, by=by(ward))
    with pytest.raises(NotPossible, match="không có bưu gửi nào giao được"):
        handover.close(found.pk, POSTMAN, by=by(ward))
    found.refresh_from_db()
    assert found.closed_at is None


@pytest.mark.parametrize("name", ["", "  ", "a" * 121])
def test_somebody_of_the_post_has_to_take_them(name: str, ward: Agency) -> None:
    parcel = ready(agency=ward)
    found = listed(ward, parcel)
    with pytest.raises(Incomplete, match="họ tên"):
        handover.close(found.pk, name, by=by(ward))
    assert fresh(parcel).step == Step.READY


# --- the sheet -----------------------------------------------------------------------------------


def test_the_sheet_of_a_closed_list_never_changes(ward: Agency, settings: Any) -> None:
    settings.EMS_IS_TEST = False
    parcel = ready(agency=ward)
    delivery.set_tracking(parcel.pk, "EA000000014VN", by=by(ward))
    found = listed(ward, parcel)
    handover.close(found.pk, POSTMAN, by=by(ward))
    found.refresh_from_db()
    first = handover.sheet(found)
    Delivery.objects.filter(pk=parcel.pk).update(name="Người khác", address="Nơi khác", tracking_number="EA000000028VN")
    Agency.objects.filter(pk=ward.pk).update(name="Tên mới của phường")
    found = HandoverList.objects.get(pk=found.pk)
    assert handover.sheet(found) == first
    with pikepdf.open(io.BytesIO(first)) as file:
        assert len(file.pages) == 1
    assert found.content["rows"] == [
        {
            "code": parcel.code,
            "file": parcel.submission.dossier_code,
            "name": parcel.name,
            "address": parcel.address,
            "phone": parcel.phone,
            "tracking_number": "EA000000014VN",
            "note": "",
        }
    ]
    found.content["rows"][0]["name"] = "Người khác"
    assert not handover.is_intact(found)

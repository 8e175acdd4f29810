"""Lists of money, the cash of a day, the book and its files: who reads them, whose money, the sums, the queries."""

from __future__ import annotations

import csv
import datetime
import html
import io
import re
import zipfile
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from payments import billing, books, cashier
from payments.models import (
    CarrierMessage,
    Charge,
    ChargeLine,
    Delivery,
    Entry,
    GatewayMessage,
    PaymentAttempt,
    PostageRate,
    ReceiptSeries,
)
from procedures.models import Agency
from submissions import rules, worklist
from submissions.models import Officer, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, ChargeFactory, OfficerFactory, SubmissionFactory, fee

pytestmark = pytest.mark.django_db
BASE = "/admin/payments/"
DAY = datetime.date(2026, 3, 5)
MORNING = datetime.datetime(2026, 3, 5, 2, 0, tzinfo=datetime.UTC)  # 09:00 in Việt Nam
REASON = "Theo quyết định."


def client_of(officer: Officer) -> Client:
    client = Client()
    client.force_login(officer.user)
    return client


def desk(agency: Agency, *roles: str, **more: Any) -> tuple[Officer, Client]:
    officer: Officer = OfficerFactory(agency=agency, roles=list(roles), **more)
    return officer, client_of(officer)


def words(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def operator() -> Client:
    user = OfficerFactory(user__is_superuser=True, is_active=False).user
    client = Client()
    client.force_login(user)
    return client


# --- who may -------------------------------------------------------------------------------------

READERS = {Role.RECEPTION, Role.LEADER, Role.CASHIER}
BOOK_READERS = {Role.LEADER, Role.CASHIER}
PAGES = {
    "charge/": READERS, "vuong-mac/": READERS, "tien-mat/": READERS,
    "so-thu/": BOOK_READERS, "so-thu/tai-ve/?dang=csv": BOOK_READERS,
    "gatewaymessage/": BOOK_READERS, "carriermessage/": BOOK_READERS,
}  # fmt: skip


def test_roles_of_every_list() -> None:
    agency = AgencyFactory()
    found = {page: {r for r in Role.values if desk(agency, r)[1].get(BASE + page).status_code == 200} for page in PAGES}
    assert found == PAGES
    for page in PAGES:
        assert Client().get(BASE + page).status_code == 302
        assert operator().get(BASE + page).status_code == (200 if "message" in page else 403), page


@pytest.mark.parametrize("page", ["receiptseries/", "receiptseries/add/", "postagerate/add/", "carrierstatus/add/"])
def test_the_town_keeps_its_settings(page: str) -> None:
    town, ward = AgencyFactory(town=True), AgencyFactory()
    assert operator().get(BASE + page).status_code == 200
    assert desk(town, Role.LEADER)[1].get(BASE + page).status_code == 200
    assert desk(town, Role.CASHIER)[1].get(BASE + page).status_code == 403
    assert desk(ward, Role.LEADER)[1].get(BASE + page).status_code == 403


# --- charges -------------------------------------------------------------------------------------


def test_charges_by_state_and_age_of_the_own_agency_alone() -> None:
    with time_machine.travel(MORNING - datetime.timedelta(days=8), tick=False):
        old = ChargeFactory(fees=[fee(None)])
    ward = old.agency
    with time_machine.travel(MORNING, tick=False):
        due, paid = ChargeFactory(agency=ward), ChargeFactory(agency=ward)
        other = ChargeFactory()
        officer, client = desk(ward, Role.CASHIER)
        billing.take_cash(paid.pk, 10_000, by=rules.officer_actor(officer))
        found = {
            q: rows(client, q) for q in ("", "tien=unset", "tien=due", "tien=done", "tien=all", "tuoi=0", "tuoi=7")
        }
        assert found == {
            "": [due, old], "tien=unset": [old], "tien=due": [due], "tien=done": [paid],
            "tien=all": [paid, due, old], "tuoi=0": [due], "tuoi=7": [old],
        }  # fmt: skip
        assert rows(client, "tien=refund") == []
        assert rows(client, "tien=made-up") == [due, old]
        assert rows(client, f"q={due.submission.dossier_code}") == [due]
        assert rows(client, f"q={other.submission.dossier_code}&tien=all") == []
        assert client.get(f"{BASE}charge/{due.pk}/change/")["Location"] == (
            f"/admin/submissions/submission/{due.submission_id}/change/"
        )
        assert client.get(f"{BASE}charge/{other.pk}/change/").status_code == 404


def rows(client: Client, query: str) -> list[Charge]:
    page = client.get(f"{BASE}charge/?{query}").content.decode()
    found = [int(pk) for pk in re.findall(r'class="code" href="/admin/submissions/submission/(\d+)/change/"', page)]
    by_submission = {c.submission_id: c for c in Charge.objects.filter(submission__in=found)}
    return [by_submission[pk] for pk in found]


def test_as_many_queries_for_many_charges_as_for_one(django_assert_max_num_queries: Any) -> None:
    first = ChargeFactory()
    _officer, client = desk(first.agency, Role.CASHIER)
    client.get(f"{BASE}charge/")
    many = [ChargeFactory(agency=first.agency) for _ in range(4)]
    with django_assert_max_num_queries(8):
        assert len(rows(client, "")) == len(many) + 1


# --- the cash of a day ---------------------------------------------------------------------------


def test_the_cash_of_a_day_per_officer() -> None:
    with time_machine.travel(MORNING, tick=False):
        charges = [ChargeFactory(amount=20_000)]
        ward = charges[0].agency
        charges += [ChargeFactory(amount=35_000, agency=ward), ChargeFactory(agency=ward)]
        (one, mine), (two, theirs) = desk(ward, Role.CASHIER), desk(ward, Role.CASHIER)
        first = billing.take_cash(charges[0].pk, 20_000, by=rules.officer_actor(one))
        billing.take_cash(charges[1].pk, 35_000, by=rules.officer_actor(one))
        billing.take_cash(charges[2].pk, 10_000, by=rules.officer_actor(two))
        refund = billing.ask_refund(first.pk, 5_000, "cash", by=rules.officer_actor(one), reason=REASON)
        billing.refund_done(refund.pk, by=rules.officer_actor(one))
        transfer = billing.ask_refund(first.pk, 1_000, "transfer", by=rules.officer_actor(one), reason=REASON)
        billing.refund_done(transfer.pk, "FT1", by=rules.officer_actor(one))
        page = words(mine.get(f"{BASE}tien-mat/"))
        assert "Bảng kê thu tiền mặt ngày 05/03/2026" in page
        assert "Cộng 55.000 đồng 5.000 đồng" in page
        assert "Tiền mặt còn phải nộp quỹ 50.000 đồng" in page
        assert "Bằng chữ: Năm mươi nghìn đồng." in page
        assert "Cộng 10.000 đồng 0 đồng" in words(theirs.get(f"{BASE}tien-mat/?ngay=2026-03-05"))
        leader = desk(ward, Role.LEADER)[1]
        assert "Cộng 55.000 đồng 5.000 đồng" in words(leader.get(f"{BASE}tien-mat/?can-bo={one.pk}"))
        reception = desk(ward, Role.RECEPTION)[1]
        assert "Không có khoản tiền mặt nào" in words(reception.get(f"{BASE}tien-mat/?can-bo={one.pk}"))
        assert "Không có khoản tiền mặt nào" in words(mine.get(f"{BASE}tien-mat/?ngay=2026-03-04"))
        elsewhere = desk(AgencyFactory(), Role.LEADER)[1]
        assert "55.000" not in words(elsewhere.get(f"{BASE}tien-mat/?can-bo={one.pk}"))
        sums = books.cash_sums([ward.pk], DAY)
        assert {(s.officer, s.count, s.taken, s.returned, s.kept) for s in sums} == {
            (one, 3, 55_000, 5_000, 50_000), (two, 1, 10_000, 0, 10_000)
        }  # fmt: skip


def test_one_minute_before_and_after_midnight() -> None:
    """The days are days in Việt Nam: 17:00 UTC is the next one."""
    midnight = datetime.datetime(2026, 3, 5, 17, 0, tzinfo=datetime.UTC)
    with time_machine.travel(midnight - datetime.timedelta(minutes=1), tick=False) as clock:
        charges = [ChargeFactory()]
        ward = charges[0].agency
        charges.append(ChargeFactory(agency=ward))
        officer = desk(ward, Role.CASHIER)[0]
        billing.take_cash(charges[0].pk, 10_000, by=rules.officer_actor(officer))
        clock.shift(datetime.timedelta(minutes=1))
        billing.take_cash(charges[1].pk, 10_000, by=rules.officer_actor(officer))
    taken = {day: books.cash([ward.pk], day, officer).taken for day in (DAY, DAY + datetime.timedelta(days=1))}
    assert taken == {DAY: 10_000, DAY + datetime.timedelta(days=1): 10_000}


@pytest.mark.parametrize("typed", ["2026-13-01", "hôm qua", "1e9", "0001-01-01", "2026-03-05' OR 1=1", "%00"])
def test_a_day_that_cannot_be_read(typed: str) -> None:
    _officer, client = desk(AgencyFactory(), Role.CASHIER)
    for page in ("tien-mat/?ngay=", "so-thu/?tu="):
        answer = client.get(f"{BASE}{page}{typed}")
        assert answer.status_code == 200
        assert "không đọc được. Bạn hãy chọn lại ngày" in words(answer) or typed.startswith("2026-03-05")


def test_as_many_queries_for_a_long_day(django_assert_max_num_queries: Any) -> None:
    charges = [ChargeFactory()]
    ward = charges[0].agency
    charges += [ChargeFactory(agency=ward) for _ in range(3)]
    officer, client = desk(ward, Role.CASHIER)
    for charge in charges:
        billing.take_cash(charge.pk, 10_000, by=rules.officer_actor(officer))
    with django_assert_max_num_queries(8):
        assert "Cộng 40.000 đồng" in words(client.get(f"{BASE}tien-mat/"))


# --- the book ------------------------------------------------------------------------------------


def story() -> tuple[Agency, Officer]:
    """Three days at one ward: charged, paid twice, waived, refunded; and a stranger's money."""
    with time_machine.travel(MORNING - datetime.timedelta(days=2), tick=False) as clock:
        first = ChargeFactory(amount=30_000)
        ward: Agency = first.agency
        officer = desk(ward, Role.CASHIER, Role.LEADER)[0]
        by = rules.officer_actor(officer)
        second = ChargeFactory(amount=50_000, agency=ward)
        ChargeFactory(amount=1_000)
        clock.shift(datetime.timedelta(days=1))
        open_one = billing.start(first.pk, "vnpay", by=rules.citizen())
        billing.take_cash(first.pk, 30_000, by=by)
        billing.settle(open_one.pk, billing.Outcome(paid=True, amount=30_000))
        billing.waive(second.pk, by=by, reason="=HYPERLINK(1)", amount=20_000)
        clock.shift(datetime.timedelta(days=1))
        refund = billing.ask_refund(open_one.pk, 30_000, "transfer", by=by, reason=REASON)
        billing.refund_done(refund.pk, "FT77", by=by)
    return ward, officer


def test_the_equation_holds_day_by_day() -> None:
    ward, _officer = story()
    days = [DAY - datetime.timedelta(days=n) for n in (0, 1, 2)]
    book = books.book([ward], days[2], DAY)
    found = [(line.day, line.sums, line.due_after) for line in book.lines]
    assert found == [
        (days[0], books.Sums(refunded=30_000), 30_000),
        (days[1], books.Sums(waived=20_000, paid=60_000), 0),
        (days[2], books.Sums(charged=80_000), 80_000),
    ]
    assert book.change == book.after == books.Sums(80_000, 20_000, 60_000, 30_000) == books.standing([ward.pk])
    for line in book.lines:
        assert line.sums.charged == line.sums.paid + line.sums.due + line.sums.waived - line.sums.refunded
    later = books.book([ward], DAY, DAY)
    assert (later.before.due, later.change.due, later.after.due) == (0, 30_000, 30_000)
    assert books.imbalances(days[2], DAY) == []


CHANGES: list[tuple[Any, set[str]]] = [
    (lambda: Charge.objects.filter(charged=30_000).update(paid=0), {"paid", "due", "owed"}),
    (lambda: Charge.objects.filter(charged=50_000).update(waived=19_999), {"waived", "due", "owed"}),
    (lambda: PaymentAttempt.objects.filter(gateway="cash").update(received=29_999), {"paid"}),
    (lambda: ChargeLine.objects.filter(unit_amount=50_000).update(unit_amount=50_001), {"lines"}),
    (lambda: Submission.objects.filter(owed=30_000).update(owed=0), {"owed"}),
    (lambda: Entry.objects.filter(kind="refund").delete(), {"refunded", "due"}),
    (lambda: Entry.objects.filter(kind="refund").update(amount=1), {"refunded", "due"}),
]


def test_every_disagreement_is_found() -> None:
    story()
    for change, what in CHANGES:
        point = transaction.savepoint()
        change()
        found = books.imbalances(DAY - datetime.timedelta(days=2), DAY)
        transaction.savepoint_rollback(point)
        assert {f.what for f in found} == what
    assert books.imbalances(DAY - datetime.timedelta(days=2), DAY) == []


def test_the_book_page_says_whether_it_agrees() -> None:
    ward, officer = story()
    client = client_of(officer)
    with time_machine.travel(MORNING, tick=False):
        page = words(client.get(f"{BASE}so-thu/"))
        assert "Sổ thu từ ngày 01/03/2026 đến ngày 05/03/2026" in page
        assert "Lũy kế cuối kỳ 80.000 đồng 60.000 đồng 20.000 đồng 30.000 đồng 30.000 đồng 30.000 đồng" in page
        assert "Sổ thu khớp với số tiền trên từng hồ sơ." in page
        assert "đã đổi chỗ hai ngày" in words(client.get(f"{BASE}so-thu/?tu=2026-03-05&den=2026-03-01"))
        assert "một năm mỗi lần" in words(client.get(f"{BASE}so-thu/?tu=2020-01-01&den=2026-03-05"))
        Charge.objects.filter(charged=30_000).update(paid=0)
        assert "bạn báo người quản trị kiểm tra sổ" in words(client.get(f"{BASE}so-thu/"))
        stranger = desk(AgencyFactory(), Role.LEADER)[1]
        assert "Trong kỳ không có khoản nào." in words(stranger.get(f"{BASE}so-thu/?co-quan={ward.slug}"))


def test_the_entries_as_csv_and_workbook() -> None:
    """Every entry of the own agency, amounts as numbers, no cell a formula."""
    _ward, officer = story()
    client = client_of(officer)
    query = "so-thu/tai-ve/?tu=2026-03-01&den=2026-03-05&dang="
    answer = client.get(f"{BASE}{query}csv")
    assert answer["Content-Disposition"] == 'attachment; filename="so-thu-2026-03-01-2026-03-05.csv"'
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(r[0], r[5], r[7]) for r in table[1:]] == [
        ("2026-03-03", "phải nộp", "30000"), ("2026-03-03", "phải nộp", "50000"), ("2026-03-04", "đã nộp", "30000"),
        ("2026-03-04", "đã nộp", "30000"), ("2026-03-04", "miễn", "20000"), ("2026-03-05", "đã hoàn", "30000"),
    ]  # fmt: skip
    assert [r[13] for r in table[5:]] == ["'=HYPERLINK(1)", ""]
    assert {r[8] for r in table[1:]} == {
        "", str(cashier.way_words("cash")), str(cashier.way_words("vnpay")), "chuyển khoản"
    }  # fmt: skip
    workbook = client.get(f"{BASE}{query}xlsx")
    assert workbook["Content-Type"].endswith("spreadsheetml.sheet")
    with zipfile.ZipFile(io.BytesIO(workbook.content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        strings = (
            archive.read("xl/sharedStrings.xml").decode() if "xl/sharedStrings.xml" in archive.namelist() else sheet
        )
    assert "=HYPERLINK(1)" in strings
    assert "<f>" not in sheet
    assert "<v>50000</v>" in sheet
    stranger = desk(AgencyFactory(), Role.CASHIER)[1]
    assert len(stranger.get(f"{BASE}{query}csv").content.decode().splitlines()) == 1


# --- troubles, messages --------------------------------------------------------------------------


def twice_paid() -> Charge:
    charge = ChargeFactory()
    first = billing.start(charge.pk, "vnpay", by=rules.citizen())
    billing.take_transfer(charge.pk, 10_000, said={})
    billing.settle(first.pk, billing.Outcome(paid=True, amount=10_000))
    return charge


def test_troubles_of_the_own_agency_until_they_are_settled() -> None:
    charge = twice_paid()
    officer, client = desk(charge.agency, Role.CASHIER)
    stranger = desk(AgencyFactory(), Role.CASHIER)[1]
    attempt = charge.attempts.get(gateway="vnpay")
    by = rules.officer_actor(officer)
    failed = billing.ask_refund(attempt.pk, 10_000, "gateway", by=by, reason=REASON)
    billing.refund_failed(failed.pk, "Giao dịch quá cũ.", permanent=True)
    GatewayMessage.objects.create(gateway="vnpay", kind="notice", attempt=attempt, reference="A-1", raw="x")
    page = words(client.get(f"{BASE}vuong-mac/"))
    counts = re.findall(r"\((\d+)\)", page)
    assert counts == ["1", "1", "1"]
    assert "Người nộp đã trả hai lần. Bạn hoàn lại số tiền của một lần." in page
    assert "Giao dịch quá cũ." in page
    assert re.findall(r"\((\d+)\)", words(stranger.get(f"{BASE}vuong-mac/"))) == ["0", "0", "0"]
    again = billing.ask_refund(attempt.pk, 10_000, "transfer", by=by, reason=REASON)
    billing.refund_done(again.pk, "FT1", by=by)
    assert re.findall(r"\((\d+)\)", words(client.get(f"{BASE}vuong-mac/"))) == ["0", "0", "1"]


def test_as_many_queries_for_many_troubles(django_assert_max_num_queries: Any) -> None:
    charge = twice_paid()
    _officer, client = desk(charge.agency, Role.CASHIER)
    client.get(f"{BASE}vuong-mac/")
    Charge.objects.filter(pk=twice_paid().pk).update(agency=charge.agency)
    with django_assert_max_num_queries(8):
        assert "Lượt nộp có vướng mắc (2)" in words(client.get(f"{BASE}vuong-mac/"))


def test_messages_word_by_word_for_those_they_are_about() -> None:
    charge = twice_paid()
    attempt = charge.attempts.get(gateway="vnpay")
    known = GatewayMessage.objects.create(gateway="vnpay", kind="notice", attempt=attempt, raw="vnp_A=1")
    lost = GatewayMessage.objects.create(gateway="vnpay", kind="notice", raw="vnp_B=2")
    readers = {
        "ward": desk(charge.agency, Role.CASHIER)[1],
        "town": desk(AgencyFactory(town=True), Role.LEADER)[1],
        "other": desk(AgencyFactory(), Role.LEADER)[1],
        "operator": operator(),
    }
    found = {}
    for name, client in readers.items():
        pages = [client.get(f"{BASE}gatewaymessage/{m.pk}/change/") for m in (known, lost)]
        texts = [p.content.decode() if p.status_code == 200 else "" for p in pages]
        found[name] = ["vnp_A=1" in texts[0], "vnp_B=2" in texts[1], *(bool(t) for t in texts)]
    assert found == {
        "ward": [True, False, True, False], "town": [False, True, False, True],
        "other": [False, False, False, False], "operator": [False, False, True, True],
    }  # fmt: skip
    assert readers["town"].post(f"{BASE}gatewaymessage/{lost.pk}/delete/", {"post": "yes"}).status_code == 403
    assert readers["operator"].post(f"{BASE}gatewaymessage/{lost.pk}/delete/", {"post": "yes"}).status_code == 403
    assert GatewayMessage.objects.count() == 2


def test_carriers_messages_of_the_own_parcels() -> None:
    filed = SubmissionFactory(at=State.SUBMITTED)
    Delivery.objects.create(
        submission=filed, agency=filed.agency, direction="out", code="HLABCDEFGH", step="handed", carrier="ems",
        tracking_number="EA1", name="A", address="B",
    )  # fmt: skip
    mine = CarrierMessage.objects.create(carrier="ems", transaction="1", tracking_number="EA1", raw="{}")
    lost = CarrierMessage.objects.create(carrier="ems", transaction="2", tracking_number="XX", raw="{}")
    ward, town = desk(filed.agency, Role.LEADER)[1], desk(AgencyFactory(town=True), Role.CASHIER)[1]
    statuses = [
        [client.get(f"{BASE}carriermessage/{m.pk}/change/").status_code for m in (mine, lost)]
        for client in (ward, town)
    ]
    assert statuses == [[200, 302], [302, 200]]


# --- what the town keeps -------------------------------------------------------------------------


SERIES = {
    "form_sign": "01BLP0-001", "series": "HL-26E", "collector": "UBND thị xã", "tax_code": "3000100200",
    "first_number": "1", "last_number": "500", "active_from": "2026-01-01",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, ""),
        ({"first_number": "0"}, "Số biên lai bắt đầu từ 1."),
        ({"first_number": "501"}, "Số cuối phải từ số đầu trở lên."),
        ({"last_number": "10000000"}, "Số biên lai có 7 chữ số"),
        ({"active_to": "2025-12-31"}, "Ngày cuối phải từ ngày đầu trở đi."),
    ],
)
def test_receipt_series(change: dict[str, str], sentence: str) -> None:
    town = AgencyFactory(town=True)
    _officer, client = desk(town, Role.LEADER)
    answer = client.post(f"{BASE}receiptseries/add/", {"agency": town.pk, **SERIES, **change}, follow=True)
    assert (ReceiptSeries.objects.count(), sentence in words(answer)) == (0 if sentence else 1, True)


def test_a_used_series_keeps_its_name() -> None:
    town = AgencyFactory(town=True)
    _officer, client = desk(town, Role.LEADER)
    client.post(f"{BASE}receiptseries/add/", {"agency": town.pk, **SERIES})
    row = ReceiptSeries.objects.get()
    ReceiptSeries.objects.update(last_used=7)
    change = f"{BASE}receiptseries/{row.pk}/change/"
    short = client.post(change, {**SERIES, "series": "KHÁC", "last_number": "6"})
    assert "Đã dùng đến số 7, số cuối không nhỏ hơn số này được." in words(short)
    client.post(change, {**SERIES, "series": "KHÁC", "last_number": "7"})
    row.refresh_from_db()
    assert (row.series, row.last_number) == ("HL-26E", 7)
    assert client.post(f"{BASE}receiptseries/{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(("amount", "kept"), [("0", 1), ("30000", 1), ("-1", 0), ("10000001", 0), ("1.5", 0)])
def test_postage_rates(amount: str, kept: int) -> None:
    _officer, client = desk(AgencyFactory(town=True), Role.LEADER)
    client.post(f"{BASE}postagerate/add/", {"name": "Chuyển phát", "amount": amount, "valid_from": "2026-01-01"})
    assert PostageRate.objects.count() == kept
    if kept:
        assert "dữ liệu mẫu" in words(client.get(f"{BASE}postagerate/"))


# --- the desk ------------------------------------------------------------------------------------


def test_the_cashiers_queue() -> None:
    """Received and something due or unknown; filed alone does not count unless it is paid before receipt."""
    due = ChargeFactory()
    ward = due.agency
    unset = ChargeFactory(fees=[fee(None)], agency=ward)
    ChargeFactory(at=State.SUBMITTED, agency=ward)
    early = ChargeFactory(at=State.SUBMITTED, agency=ward)
    early.submission.procedure.pay_when = "before_receipt"
    early.submission.procedure.save()
    officer, client = desk(ward, Role.CASHIER)
    paid = ChargeFactory(agency=ward)
    billing.take_cash(paid.pk, 10_000, by=rules.officer_actor(officer))
    found = worklist.in_queue(worklist.visible_to(officer), "pay", officer, worklist.clock())
    assert set(found) == {due.submission, unset.submission, early.submission}
    page = client.get("/admin/").content.decode()
    assert re.search(r'queue=pay" class="queue[^>]*>Chờ thu tiền <b>3</b>', page)
    assert f'/admin/submissions/submission/{due.submission_id}/change/?_changelist_filters=queue%3Dpay"' in page
    assert "Chờ thu tiền" not in desk(ward, Role.RECEPTION)[1].get("/admin/").content.decode()

"""The pages of bank statements at the desk: who sees what, import, matching by hand."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from payments import statements
from payments.models import Charge, Statement, StatementLine
from payments.states import Money
from submissions.models import Officer
from submissions.states import Role
from tests.factories import AgencyFactory, ChargeFactory, OfficerFactory, UserFactory

pytestmark = pytest.mark.django_db
STATE = StatementLine.State
HOME = "admin:payments_statement_changelist"
LINES = "admin:payments_statementline_changelist"
LINE = "admin:payments_statementline_change"
HEAD = "Ngày giao dịch;Số tham chiếu;Số tiền ghi nợ;Số tiền ghi có;Mô tả\r\n"


def code(charge: Charge) -> str:
    return (charge.submission.reference or "").replace("-", "")


def content(*rows: tuple[str, str, str]) -> bytes:
    return (HEAD + "".join(f"23/11/2026;{number};;{amount};{words}\r\n" for number, amount, words in rows)).encode()


def take(*rows: tuple[str, str, str]) -> None:
    statements.take_in(statements.read(io.BytesIO(content(*rows)), filename="sao-ke.csv"))


def at_desk(client: Client, officer: Officer) -> Client:
    client.force_login(officer.user)
    return client


@pytest.fixture
def keeper() -> Officer:
    officer: Officer = OfficerFactory(agency=AgencyFactory(town=True), roles=[Role.CASHIER.value])
    return officer


def upload(client: Client, data: bytes, **more: str) -> Any:
    return client.post(reverse(HOME), {"file": SimpleUploadedFile("sao-ke.csv", data), **more})


def counts(answer: Any) -> dict[str, str]:
    return dict(re.findall(r'data-(new|matched|unmatched|repeated|outgoing)="(\d+)"', answer.content.decode()))


# --- who sees what -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("town", "role", "home", "lines"),
    [
        (True, "cashier", 200, 200),
        (True, "leader", 200, 200),
        (True, "reception", 403, 403),
        (False, "cashier", 403, 302),
        (False, "leader", 403, 302),
        (False, "reception", 403, 403),
    ],
)
def test_roles_and_agencies(client: Client, town: bool, role: str, home: int, lines: int) -> None:
    at_desk(client, OfficerFactory(agency=AgencyFactory(town=town), roles=[role]))
    assert (client.get(reverse(HOME)).status_code, client.get(reverse(LINES)).status_code) == (home, lines)
    assert upload(client, content(("A", "1.000", "x"))).status_code == home
    assert Statement.objects.exists() == (home == 200)


def test_who_runs_the_portal_imports_and_sees_counts_but_no_line(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    take(("A", "1.000", "NGUYEN VAN A nop tien"))
    assert counts(upload(client, content(("B", "2.000", "TRAN THI B")))) == {
        "new": "1", "matched": "0", "unmatched": "1", "repeated": "0", "outgoing": "0",
    }  # fmt: skip
    page = client.get(reverse(HOME))
    assert page.status_code == 200
    for words in ("NGUYEN VAN A", "TRAN THI B", reverse(LINES)):
        assert words not in page.content.decode()
    line = StatementLine.objects.latest("pk")
    assert client.get(reverse(LINES)).status_code == 403
    assert client.get(reverse(LINE, args=[line.pk])).status_code == 404
    assert client.post(reverse(LINE, args=[line.pk]), {"act": "set-aside", "reason": "x"}).status_code == 404


def test_a_ward_sees_its_own_lines_and_handles_none(client: Client) -> None:
    own, other = ChargeFactory(amount=1_000), ChargeFactory(amount=1_000)
    take(("A", "1.000", f"MOT {code(own)}"), ("B", "1.000", f"HAI {code(other)}"), ("C", "1.000", "BA"))
    at_desk(client, OfficerFactory(agency=own.agency, roles=["cashier"]))
    page = client.get(reverse(LINES), follow=True).content.decode()
    assert ("MOT" in page, "HAI" in page, "BA</td>" in page) == (True, False, False)
    lines = {line.bank_reference: line for line in StatementLine.objects.all()}
    assert client.get(reverse(LINE, args=[lines["A"].pk])).status_code == 200
    for key in "BC":
        assert client.get(reverse(LINE, args=[lines[key].pk])).status_code == 404
    assert client.post(reverse(LINE, args=[lines["C"].pk]), {"act": "match", "code": "x"}).status_code == 404
    assert "<form" not in client.get(reverse(LINE, args=[lines["A"].pk])).content.decode().partition("line-head")[2]


# --- import --------------------------------------------------------------------------------------


def test_an_upload_books_and_says_what_became_of_the_lines(client: Client, keeper: Officer) -> None:
    charge = ChargeFactory(amount=50_000)
    data = content(("A", "50.000", code(charge)), ("B", "7.000", "tien nha"))
    data += b"31/02/2026;C;;5.000;x\r\n23/11/2026;D;9.000;;rut\r\n"
    answer = upload(at_desk(client, keeper), data, layout="vietcombank")
    assert counts(answer) == {"new": "2", "matched": "1", "unmatched": "1", "repeated": "0", "outgoing": "1"}
    assert "Dòng 4: " in answer.content.decode()
    assert Charge.objects.get(pk=charge.pk).state == Money.PAID
    assert Statement.objects.get().imported_by == keeper.user
    again = upload(client, data)
    assert counts(again) == {"new": "0", "matched": "0", "unmatched": "0", "repeated": "2", "outgoing": "1"}
    page = client.get(reverse(HOME)).content.decode()
    assert ("sao-ke.csv" in page, "Có 1 dòng tiền đến" in page) == (True, True)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Tệp không có gì bên trong"),
        (b"PK\x03\x04abc", "bảng tính"),
        (b"\0" * 99, "không phải văn bản CSV"),
        (b"a;b\r\n1;2\r\n", "Không thấy dòng tiêu đề"),
        (b"x" * (statements.MOST_BYTES + 1), "lớn hơn 5 MB"),
    ],
)
def test_a_file_that_is_no_statement_is_refused_on_the_page(
    client: Client, keeper: Officer, data: bytes, words: str
) -> None:
    answer = upload(at_desk(client, keeper), data)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Statement.objects.exists()


def test_nothing_chosen_and_a_layout_of_nobody(client: Client, keeper: Officer) -> None:
    at_desk(client, keeper)
    assert "Bạn hãy chọn tệp sao kê." in client.post(reverse(HOME)).content.decode()
    assert upload(client, content(("A", "1.000", "x")), layout="khong-co").status_code == 200
    assert not Statement.objects.exists()


def test_a_file_of_another_account_is_told(client: Client, keeper: Officer, settings: Any) -> None:
    settings.VIETQR_BANK_BIN, settings.VIETQR_ACCOUNT = "970436", "1234567890"
    data = "Số tài khoản: 999888777666\r\n".encode() + content(("A", "1.000", "x"))
    assert "Tệp ghi tài khoản 999888777666" in upload(at_desk(client, keeper), data).content.decode()


# --- lines ---------------------------------------------------------------------------------------


def test_the_list_opens_with_what_waits(client: Client, keeper: Officer, django_assert_num_queries: Any) -> None:
    charge = ChargeFactory(amount=1_000)
    take(("A", "1.000", f"MOT {code(charge)}"), *((f"N{n}", "1.000", f"CHO {n}") for n in range(5)))
    at_desk(client, keeper)
    page = client.get(reverse(LINES)).content.decode()
    assert ("MOT" in page, page.count("CHO ")) == (False, 5)
    whole = client.get(f"{reverse(LINES)}?tinh-trang=all").content.decode()
    assert ("MOT" in whole, whole.count("CHO ")) == (True, 5)
    found = client.get(f"{reverse(LINES)}?tinh-trang=all&q=CHO+3").content.decode()
    assert ("MOT" in found, "CHO 3" in found, "CHO 4" in found) == (False, True, False)
    file = client.get(f"{reverse(LINES)}?statement={Statement.objects.get().pk}").content.decode()
    assert ("MOT" in file, file.count("CHO ")) == (True, 5)
    with django_assert_num_queries(4):
        client.get(reverse(LINES))


def test_a_line_is_matched_by_hand_to_a_ward_too(client: Client, keeper: Officer) -> None:
    charge = ChargeFactory(amount=1_000)
    take(("A", "1.000", "nop tien"))
    line = StatementLine.objects.get()
    address = reverse(LINE, args=[line.pk])
    at_desk(client, keeper)
    answer = client.post(address, {"act": "match", "code": "HK7K-QM9Q"})
    assert (answer.status_code, "Không thấy hồ sơ nào có mã" in answer.content.decode()) == (200, True)
    assert "HK7K-QM9Q" in answer.content.decode()
    answer = client.post(address, {"act": "match", "code": charge.submission.reference}, follow=True)
    assert "Đã khớp với hồ sơ và ghi nhận tiền." in answer.content.decode()
    line.refresh_from_db()
    assert (line.state, line.charge, line.handled_by) == (STATE.BY_HAND, charge, keeper)
    # The town's cashier books the money of a ward's submission, and reads nothing of it.
    assert charge.submission.applicant_name not in answer.content.decode()
    assert reverse("admin:submissions_submission_change", args=[charge.submission_id]) not in answer.content.decode()
    late = client.post(address, {"act": "match", "code": charge.submission.reference}, follow=True)
    assert "vừa được người khác xử lý" in late.content.decode()
    assert Charge.objects.get(pk=charge.pk).paid == 1_000


def test_a_line_is_set_aside_and_brought_back(client: Client, keeper: Officer) -> None:
    take(("A", "1.000", "nop tien"))
    line = StatementLine.objects.get()
    address = reverse(LINE, args=[line.pk])
    at_desk(client, keeper)
    assert "Bạn hãy ghi lý do" in client.post(address, {"act": "set-aside", "reason": " "}).content.decode()
    client.post(address, {"act": "set-aside", "reason": "Tiền thuê"})
    line.refresh_from_db()
    assert (line.state, line.why) == (STATE.SET_ASIDE, "Tiền thuê")
    client.post(address, {"act": "bring-back"})
    line.refresh_from_db()
    assert (line.state, line.why) == (STATE.UNMATCHED, "Đưa lại để khớp: Tiền thuê")


def test_addresses_of_nothing(client: Client, keeper: Officer) -> None:
    at_desk(client, keeper)
    assert client.get(reverse(LINE, args=[999])).status_code == 404
    assert client.get(reverse(LINES) + "abc/change/").status_code == 404
    assert client.get(reverse(LINES) + "add/").status_code == 403
    assert client.get(reverse(HOME) + "add/").status_code == 403

"""create_officer, seed_demo and flag_overdue: what they make, what they refuse, and that a repeat is harmless."""

from __future__ import annotations

import datetime
import io
import re
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from payments.models import Charge, Delivery, PaymentAttempt
from portal.lib import s10
from portal.models import User
from submissions.management.demo import samples
from submissions.models import Notice, Officer, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory, UserFactory

pytestmark = pytest.mark.django_db
CATALOGUE = "procedures/catalogue/hong-linh"


def run(*args: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out, stderr=out, **options)
    return out.getvalue()


@pytest.mark.parametrize("name", ["create_officer", "seed_demo", "flag_overdue"])
def test_help_has_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        call_command(name, "--help")
    assert end.value.code == 0
    assert f"manage.py {name}" in " ".join(capsys.readouterr().out.split())


# --- create_officer ------------------------------------------------------------------------------


def test_new_officer_gets_a_password_printed_once(client: Any) -> None:
    ward = AgencyFactory(slug="phuong-moi")
    said = run(
        "create_officer",
        "motcua1",
        "--agency",
        "phuong-moi",
        "--role",
        "reception",
        "cashier",
        "--full-name",
        "Lê  Thị Tám",
    )
    password = re.search(r"Mật khẩu \(chỉ in một lần này\): (\S+)", said)
    assert password is not None
    assert f"Đã tạo cán bộ motcua1: {ward}, một cửa, thu phí." in said
    officer = Officer.objects.get(user__username="motcua1")
    assert (officer.agency, officer.roles, officer.is_active) == (ward, ["reception", "cashier"], True)
    assert (officer.user.full_name, officer.user.is_staff, officer.user.is_superuser) == ("Lê Thị Tám", True, False)
    client.post("/admin/login/", {"username": "motcua1", "password": password[1]})
    assert client.get("/admin/").status_code == 200


def test_password_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    AgencyFactory(slug="phuong-moi")
    monkeypatch.setattr("sys.stdin", io.StringIO("mat khau dai 2026!\n"))
    said = run("create_officer", "lanhdao1", "--agency", "phuong-moi", "--role", "leader", "--password-stdin")
    assert "Mật khẩu" not in said
    assert User.objects.get(username="lanhdao1").check_password("mat khau dai 2026!")


def test_existing_officer_is_moved_and_keeps_the_password() -> None:
    officer = OfficerFactory(roles=[Role.SPECIALIST], is_active=False)
    ward = AgencyFactory(slug="phuong-khac")
    said = run(
        "create_officer", officer.user.username, "--agency", "phuong-khac", "--role", "leader", "--role", "specialist"
    )
    assert said == f"Đã cập nhật cán bộ {officer.user.username}: {ward}, lãnh đạo, chuyên môn.\n"
    now = Officer.objects.get(pk=officer.pk)
    assert (now.agency, now.roles, now.is_active) == (ward, ["leader", "specialist"], True)
    assert now.user.check_password("mat-khau-thu-nghiem")


def test_a_citizens_account_may_become_an_officer() -> None:
    user, ward = UserFactory(), AgencyFactory(slug="phuong-moi")
    run("create_officer", user.username, "--agency", "phuong-moi", "--role", "reception")
    user.refresh_from_db()
    assert user.is_staff
    assert user.officer.agency == ward


@pytest.mark.parametrize(
    ("args", "stdin", "sentence"),
    [
        (
            ["--agency", "khong-co", "--role", "leader"],
            "",
            "--agency: không có cơ quan “khong-co”. Các cơ quan: phuong-moi",
        ),
        (
            ["--agency", "phuong-moi", "--role", "boss"],
            "",
            "--role: không có vai trò boss. Các vai trò: reception, specialist",
        ),
        (
            ["--agency", "phuong-moi", "--role", "leader", "--email", "x"],
            "",
            "--email: “x” không phải địa chỉ thư điện tử.",
        ),
        (
            ["--agency", "phuong-moi", "--role", "leader", "--password-stdin"],
            "\n",
            "--password-stdin: không đọc được mật khẩu.",
        ),
        (["--agency", "phuong-moi", "--role", "leader", "--password-stdin"], "12345\n", "Mật khẩu"),
    ],
)
def test_create_officer_refuses_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, args: list[str], stdin: str, sentence: str
) -> None:
    AgencyFactory(slug="phuong-moi")
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    with pytest.raises(CommandError) as error:
        run("create_officer", "motcua1", *args)
    assert str(error.value).startswith(sentence)
    assert not User.objects.filter(username="motcua1").exists()


def test_odd_username_is_refused() -> None:
    AgencyFactory(slug="phuong-moi")
    with pytest.raises(CommandError):
        run("create_officer", "một cửa!", "--agency", "phuong-moi", "--role", "leader")
    assert User.objects.count() == 0


# --- seed_demo -----------------------------------------------------------------------------------


@pytest.fixture
def trial(settings: Any) -> None:
    settings.TRIAL = True


def test_seed_needs_a_trial_or_a_yes() -> None:
    with pytest.raises(CommandError, match="--yes"):
        run("seed_demo")
    assert User.objects.count() == 0


@pytest.mark.usefixtures("trial")
def test_seed_needs_a_catalogue() -> None:
    with pytest.raises(CommandError, match="load_catalogue"):
        run("seed_demo")


def money_and_post() -> None:
    bills = Counter(Charge.objects.values_list("state", "submission__paid_how"))
    assert bills == {("due", ""): 9, ("unset", ""): 5, ("waived", ""): 1, ("paid", "gateway"): 1, ("paid", "cash"): 1,
                     ("refund", "gateway"): 1}  # fmt: skip
    tries = PaymentAttempt.objects.order_by("charge__submission__draft_key")
    assert list(tries.values_list("gateway", "state", "is_test", "received")) == [
        ("vnpay", "paid", True, 10_000),
        ("cash", "paid", False, 100_000),
        ("vnpay", "paid", True, 100_000),
    ]
    assert Charge.objects.get(state="refund").too_much == 10_000
    parcels = Delivery.objects.order_by("submission__draft_key")
    assert list(parcels.values_list("step", "carrier", "booking", "submission__state")) == [
        ("ready", "ems", "", State.RESULT_READY),
        ("delivered", "manual", "", State.HANDED_OVER),
        ("moving", "manual", "", State.RESULT_READY),
        ("failed", "manual", "", State.RESULT_READY),
    ]
    for parcel in parcels.exclude(step="ready"):
        assert s10.is_right(parcel.tracking_number)
        assert parcel.handover is not None
        assert parcel.handover.closed_at is not None
        assert list(parcel.handover.deliveries.all()) == [parcel]


@pytest.mark.usefixtures("trial")
def test_seed_fills_the_desk_and_a_second_run_changes_nothing(client: Any, settings: Any) -> None:
    settings.CARRIER = "ems"  # for which nothing made up is ordered or asked
    run("load_catalogue", CATALOGUE)
    said = run("seed_demo")
    names = {
        "motcua-bachong",
        "chuyenmon-bachong",
        "lanhdao-bachong",
        "motcua-thixa",
        "chuyenmon-thixa",
        "lanhdao-thixa",
        "quantri",
    }
    assert names <= set(User.objects.values_list("username", flat=True))
    assert "Đã tạo 25 hồ sơ mẫu, có sẵn 0, bỏ qua 0." in said
    states = Counter(Submission.objects.values_list("state", flat=True))
    assert states == {
        State.SUBMITTED: 6, State.AWAITING_SUPPLEMENT: 1, State.RECEIVED: 2, State.IN_PROGRESS: 7,
        State.AWAITING_APPROVAL: 1, State.RESULT_READY: 4, State.REFUSED: 1, State.HANDED_OVER: 2, State.WITHDRAWN: 1,
    }  # fmt: skip
    money_and_post()
    assert settings.CARRIER == "ems"
    again = run("seed_demo")
    assert "Đã tạo 0 hồ sơ mẫu, có sẵn 25, bỏ qua 0." in again
    assert "mật khẩu giữ nguyên" in again
    client.post("/admin/login/", {"username": "motcua-thixa", "password": "hong-linh-dung-thu"})
    assert "Hoàng Thị Nhung" in client.get("/admin/submissions/submission/").content.decode()


def test_seed_outside_a_trial_has_no_known_password_and_writes_to_nobody(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    run("load_catalogue", CATALOGUE)
    run("seed_demo", "--yes")
    assert not User.objects.get(username="quantri").check_password("hong-linh-dung-thu")
    assert Submission.objects.count() == 25
    assert Notice.objects.count() == 0


@pytest.mark.usefixtures("trial")
def test_seed_skips_what_another_catalogue_lacks() -> None:
    AgencyFactory()
    said = run("seed_demo")
    assert said.count("danh mục không có thủ tục hoặc cơ quan này") == len(samples.load())
    assert "Đã tạo 0 hồ sơ mẫu, có sẵn 0, bỏ qua 25." in said


def test_sample_people_have_their_own_numbers() -> None:
    people = [s["person"] for s in samples.load()]
    assert len({p["id"] for p in people}) == len({p["phone"] for p in people}) == len(people)
    assert {p["phone"][:7] for p in people} == {"0900000"}


# --- flag_overdue --------------------------------------------------------------------------------


def test_flag_overdue_once_a_day() -> None:
    monday = datetime.datetime(2026, 3, 9, 2, 0, tzinfo=datetime.UTC)
    with time_machine.travel(monday, tick=False) as now:
        submission = SubmissionFactory(at=State.IN_PROGRESS)
        assert run("flag_overdue") == "Sắp đến hạn 0, quá hạn 0, quá giờ trả lời 0 hồ sơ; 0 lời nhắc mới.\n"
        now.move_to(monday + datetime.timedelta(days=4))
        assert run("flag_overdue") == "Sắp đến hạn 1, quá hạn 0, quá giờ trả lời 0 hồ sơ; 1 lời nhắc mới.\n"
        assert run("flag_overdue") == "Sắp đến hạn 1, quá hạn 0, quá giờ trả lời 0 hồ sơ; 0 lời nhắc mới.\n"
        now.move_to(monday + datetime.timedelta(days=8))
        leader = OfficerFactory(agency=submission.agency, roles=[Role.LEADER])
        assert run("flag_overdue") == "Sắp đến hạn 0, quá hạn 1, quá giờ trả lời 0 hồ sơ; 2 lời nhắc mới.\n"
    told = Notice.objects.filter(submission=submission, kind="staff_overdue").values_list("recipient", flat=True)
    assert set(told) == {submission.assignee.user.email, leader.user.email}

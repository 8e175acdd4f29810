"""Log-in and its limit, accounts, officers, the catalogue and days off in the staff site."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client

from portal.models import SiteNotice, User
from procedures.models import Agency, CatalogueVersion, Holiday, Procedure
from submissions.models import Officer
from submissions.states import Role, State
from tests.factories import (
    AgencyFactory,
    HolidayFactory,
    OfficerFactory,
    ProcedureFactory,
    SubmissionFactory,
    UserFactory,
    clerk,
)

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"
PASSWORD = "mat-khau-thu-nghiem"


def superuser() -> User:
    user: User = UserFactory(is_staff=True, is_superuser=True)
    return user


def editor(kind: str = Agency.Kind.TOWN) -> User:
    user: User = OfficerFactory(agency=AgencyFactory(kind=kind), roles=[Role.EDITOR]).user
    return user


# --- log-in --------------------------------------------------------------------------------------


def test_log_in_is_stopped_after_ten_wrong_passwords(client: Client) -> None:
    officer = OfficerFactory()
    wrong = {"username": officer.user.username, "password": "sai"}
    codes = [client.post(LOGIN, wrong).status_code for _try in range(10)]
    assert codes == [200] * 9 + [429]
    locked = client.post(LOGIN, {**wrong, "password": PASSWORD})
    assert locked.status_code == 429
    html = locked.content.decode()
    assert "đã nhập sai mật khẩu 10 lần" in html
    assert "Bạn hãy thử lại sau 15 phút." in html
    other = OfficerFactory()
    assert client.post(LOGIN, {"username": other.user.username, "password": PASSWORD}).status_code == 302


def test_log_in_page_speaks_vietnamese(client: Client) -> None:
    html = client.get(LOGIN).content.decode()
    assert '<html lang="vi"' in html
    assert "<h1>Đăng nhập dành cho cán bộ</h1>" in html
    assert "dark_mode.css" not in html
    assert "theme.js" not in html


def test_staff_without_agency_are_told_what_to_do(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True))
    html = client.get("/admin/").content.decode()
    assert "Tài khoản của bạn chưa được gắn với cơ quan nào." in html
    assert "queues" not in html


def test_head_names_person_agency_and_roles(client: Client) -> None:
    officer = OfficerFactory(roles=[Role.RECEPTION, Role.CASHIER])
    client.force_login(officer.user)
    html = " ".join(client.get("/admin/").content.decode().split())
    assert f"<strong>{officer.user}</strong> · {officer.agency} (một cửa, thu phí)" in html


# --- accounts and officers -----------------------------------------------------------------------


@pytest.mark.parametrize("address", ["portal/user/", "submissions/officer/", "auth/group/"])
def test_accounts_are_the_operators_business(client: Client, address: str) -> None:
    client.force_login(OfficerFactory(roles=Role.values, agency=AgencyFactory(town=True)).user)
    assert client.get(f"/admin/{address}").status_code in (403, 404)
    client.force_login(superuser())
    assert client.get(f"/admin/{address}").status_code == (404 if "group" in address else 200)


def test_operator_makes_an_account_and_an_officer(client: Client) -> None:
    client.force_login(superuser())
    ward = AgencyFactory()
    secret = "mot cau that dai 2026"
    typed = {"username": "motcua9", "full_name": "Lê Thị Chín", "password1": secret, "password2": secret}
    assert client.post("/admin/portal/user/add/", typed).status_code == 302
    user = User.objects.get(username="motcua9")
    assert user.check_password(secret)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    officer = {"user": user.pk, "agency": ward.pk, "roles": ["reception", "leader"], "is_active": "on"}
    assert client.post("/admin/submissions/officer/add/", officer).status_code == 302
    assert Officer.objects.get(user=user).roles == ["reception", "leader"]


def test_officers_and_accounts_are_never_deleted(client: Client) -> None:
    client.force_login(superuser())
    officer = OfficerFactory()
    assert client.post(f"/admin/submissions/officer/{officer.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"/admin/portal/user/{officer.user.pk}/delete/", {"post": "yes"}).status_code == 403


def test_only_staff_accounts_are_offered_for_officers(client: Client) -> None:
    client.force_login(superuser())
    citizen, staff = UserFactory(full_name="Người Dân"), UserFactory(full_name="Cán Bộ", is_staff=True)
    html = client.get("/admin/submissions/officer/add/").content.decode()
    assert f'<option value="{staff.pk}">Cán Bộ</option>' in html
    assert f'value="{citizen.pk}"' not in html


def test_new_password_for_somebody(client: Client) -> None:
    client.force_login(superuser())
    user = UserFactory(is_staff=True)
    typed = {"password1": "mot cau that dai 2026", "password2": "mot cau that dai 2026"}
    assert client.post(f"/admin/portal/user/{user.pk}/password/", typed).status_code == 302
    user.refresh_from_db()
    assert user.check_password(typed["password1"])


# --- the catalogue -------------------------------------------------------------------------------


def pause(client: Client, procedure: Procedure, **typed: str) -> Any:
    return client.post(f"/admin/procedures/procedure/{procedure.pk}/tam-dung/", typed)


@pytest.mark.parametrize("who", [superuser, editor])
def test_pausing_a_procedure_needs_a_reason_and_renews_the_pages(client: Client, who: Any) -> None:
    client.force_login(who())
    procedure, before = ProcedureFactory(), CatalogueVersion.current()
    answer = pause(client, procedure, reason=" ")
    assert "Bạn hãy ghi lý do để người dân biết vì sao không nộp được." in answer.content.decode()
    assert pause(client, procedure, reason="Đang thay mẫu đơn.").status_code == 302
    procedure.refresh_from_db()
    assert (procedure.status, procedure.status_reason, procedure.takes_filings) == (
        "paused",
        "Đang thay mẫu đơn.",
        False,
    )
    assert CatalogueVersion.current() == before + 1


def test_what_the_catalogue_says_is_not_edited_here(client: Client) -> None:
    client.force_login(superuser())
    procedure = ProcedureFactory()
    assert client.post(f"/admin/procedures/procedure/{procedure.pk}/change/", {"name": "Tên khác"}).status_code == 405
    pause(client, procedure, reason="Đang thay mẫu đơn.", name="Tên khác", level="1")
    now = Procedure.objects.get(pk=procedure.pk)
    assert (now.name, now.level) == (procedure.name, 3)
    revision = f"/admin/procedures/procedurerevision/{procedure.published_id}/"
    assert client.get(f"{revision}change/").status_code == 200
    assert client.post(f"{revision}change/", {"number": "9"}).status_code == 403
    assert client.post(f"{revision}delete/", {"post": "yes"}).status_code == 403
    for model in ("agency", "sector", "procedure", "procedurerevision"):
        assert client.get(f"/admin/procedures/{model}/add/").status_code == 403


@pytest.mark.parametrize(
    ("roles", "kind"), [(["leader"], "town"), (["editor"], "ward"), (["reception", "specialist"], "town")]
)
def test_others_only_read(client: Client, roles: list[str], kind: str) -> None:
    client.force_login(OfficerFactory(agency=AgencyFactory(kind=kind), roles=roles).user)
    procedure, day = ProcedureFactory(), HolidayFactory()
    assert client.get("/admin/procedures/procedure/?q=khai+sinh").status_code == 200
    assert pause(client, procedure, reason="Tự ý.").status_code == 403
    assert client.post(f"/admin/procedures/holiday/{day.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/portal/sitenotice/add/").status_code == 403
    assert Procedure.objects.get(pk=procedure.pk).status == "open"


def test_visitors_and_citizens_do_not_read_the_staff_catalogue(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True))
    assert client.get("/admin/procedures/procedure/").status_code == 403


def test_editor_keeps_days_off(client: Client) -> None:
    client.force_login(editor(Agency.Kind.ONE_STOP_CENTRE))
    HolidayFactory(date=datetime.date(2027, 1, 1))
    before = CatalogueVersion.current()
    typed = {"date": "02/09/2027", "kind": "off", "name": "Quốc khánh", "source": "Bộ luật Lao động", "confirmed": "on"}
    assert client.post("/admin/procedures/holiday/add/", typed).status_code == 302
    day = Holiday.objects.get(date=datetime.date(2027, 9, 2))
    assert client.post(f"/admin/procedures/holiday/{day.pk}/delete/", {"post": "yes"}).status_code == 302
    assert [row.date for row in Holiday.objects.all()] == [datetime.date(2027, 1, 1)]
    assert CatalogueVersion.current() == before + 2


def test_search_of_procedures_needs_no_tone_marks(client: Client) -> None:
    client.force_login(superuser())
    ProcedureFactory()
    for term in ("khai sinh", "Khai Sinh", "KHAI SINH", "khai sính"):
        assert "Đăng ký khai sinh" in client.get("/admin/procedures/procedure/", {"q": term}).content.decode()


def test_editor_announces_a_planned_stop(client: Client) -> None:
    client.force_login(editor())
    typed = {"text": "Cổng tạm dừng để bảo trì.", "show_from": "2027-03-01T08:00", "show_until": "2027-03-02T17:00"}
    assert client.post("/admin/portal/sitenotice/add/", typed).status_code == 302
    assert SiteNotice.objects.get().show_from == datetime.datetime(2027, 3, 1, 1, 0, tzinfo=datetime.UTC)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    "model", ["procedures/procedure", "procedures/procedurerevision", "procedures/agency", "procedures/holiday"]
)
def test_catalogue_lists_keep_their_number_of_queries(
    client: Client, django_assert_max_num_queries: Any, model: str, rows: int
) -> None:
    client.force_login(superuser())
    for number in range(rows):
        ProcedureFactory(sector__key=f"linh_vuc_{number}")
        AgencyFactory(parent=AgencyFactory())
        HolidayFactory(date=datetime.date(2027, 1, 1 + number))
    with django_assert_max_num_queries(11):
        client.get(f"/admin/{model}/")


@pytest.mark.parametrize("rows", [1, 3])
def test_staff_lists_keep_their_number_of_queries(
    client: Client, django_assert_max_num_queries: Any, rows: int
) -> None:
    client.force_login(superuser())
    filed = [SubmissionFactory(at=State.RECEIVED) for _number in range(rows)]
    for address in ("submissions/officer/", "submissions/notice/", "portal/user/"):
        with django_assert_max_num_queries(10):
            client.get(f"/admin/{address}")
    client.force_login(clerk(filed[0].agency).user)
    with django_assert_max_num_queries(10):
        client.get("/admin/submissions/notice/")

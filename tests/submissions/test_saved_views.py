"""Saved views of the work list: what is kept, who sees it, and what becomes of it when things change."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from submissions import saved_views, worklist
from submissions.errors import Incomplete, NotPossible, SubmissionError
from submissions.models import Officer, SavedView, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory, publish
from tests.submissions.test_desk import LIST, page

pytestmark = pytest.mark.django_db
VIEWS = f"{LIST}bo-loc/"


def keep(officer: Officer, name: str = "Của tôi", query: str = "queue=overdue", shared: str = "") -> SavedView:
    return saved_views.keep(officer, name, saved_views.read(officer, query, worklist.clock()), shared)


def names(officer: Officer) -> list[str]:
    return [v.name for v in saved_views.links(officer)]


def test_what_is_kept_is_known_and_in_one_order() -> None:
    view = keep(OfficerFactory(), "  Khai   sinh ", "?foo=1&channel=online&queue=overdue&p=3&o=1&queue=waiting")
    assert (view.name, view.query) == ("Khai sinh", "queue=waiting&channel=online")


def test_pressed_twice_it_is_one() -> None:
    officer = OfficerFactory()
    assert keep(officer) == keep(officer)
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "query", "error", "said"),
    [
        ("", "queue=overdue", Incomplete, "Bạn hãy đặt tên cho bộ lọc."),
        ("x" * 81, "queue=overdue", Incomplete, "Tên bộ lọc dài tối đa 80 ký tự. Bạn đã nhập 81 ký tự."),
        ("Mới", "", Incomplete, "Chưa có bộ lọc nào để lưu."),
        ("Mới", "foo=1", Incomplete, "Chưa có bộ lọc nào để lưu."),
        ("Cũ", "queue=waiting", NotPossible, "Bạn đã có bộ lọc tên “Cũ”. Bạn hãy đặt tên khác."),
        ("Dài", "q=" + "%E1%BB%87" * 200, NotPossible, "Bộ lọc quá dài nên không lưu được."),
    ],
)
def test_what_cannot_be_kept_says_why(name: str, query: str, error: type[SubmissionError], said: str) -> None:
    officer = OfficerFactory()
    keep(officer, "Cũ")
    with pytest.raises(error) as problem:
        keep(officer, name, query)
    assert str(problem.value).startswith(said)
    assert SavedView.objects.count() == 1


def test_thirty_are_enough() -> None:
    officer = OfficerFactory()
    SavedView.objects.bulk_create(SavedView(officer=officer, name=str(n), query="q=a") for n in range(30))
    with pytest.raises(NotPossible, match="30"):
        keep(officer)
    assert SavedView.objects.count() == 30


def test_two_names_alike_are_two_officers_matter() -> None:
    first = keep(OfficerFactory())
    second = keep(OfficerFactory())
    assert first.name == second.name
    with pytest.raises(IntegrityError):
        SavedView.objects.create(officer=first.officer, name=first.name, query="q=a")


def test_shared_with_a_role_of_the_same_desk_only(client: Client) -> None:
    town = AgencyFactory(town=True)
    ward = AgencyFactory(parent=town)
    owner = OfficerFactory(agency=ward, roles=[Role.LEADER])
    keep(owner, "Riêng")
    keep(owner, "Chung", shared=Role.SPECIALIST)
    seen = {
        "owner": names(owner),
        "specialist": names(OfficerFactory(agency=ward, roles=[Role.SPECIALIST])),
        "reception": names(OfficerFactory(agency=ward, roles=[Role.RECEPTION])),
        "editor": names(OfficerFactory(agency=ward, roles=[Role.EDITOR])),
        "gone": names(OfficerFactory(agency=ward, roles=[Role.SPECIALIST], is_active=False)),
        "other ward": names(OfficerFactory(agency=AgencyFactory(parent=town), roles=[Role.SPECIALIST])),
        "town": names(OfficerFactory(agency=town, roles=[Role.SPECIALIST])),
    }
    assert seen == {
        "owner": ["Chung", "Riêng"], "specialist": ["Chung"], "reception": [], "editor": [], "gone": [],
        "other ward": [], "town": [],
    }  # fmt: skip
    colleague = OfficerFactory(agency=ward, roles=[Role.SPECIALIST])
    for address in ("/admin/", LIST, VIEWS):
        shown = page(client, colleague, address)
        assert f'<a href="{LIST}?queue=overdue">Chung</a>' in shown, address
        assert str(owner) in shown
    Officer.objects.filter(pk=owner.pk).update(is_active=False)
    assert names(colleague) == []


def test_only_the_owner_changes_it(client: Client) -> None:
    ward = AgencyFactory()
    owner, colleague = OfficerFactory(agency=ward), OfficerFactory(agency=ward)
    view = keep(owner, shared=Role.SPECIALIST)
    client.force_login(colleague.user)
    assert client.get(f"{VIEWS}{view.pk}/").status_code == 404
    assert client.post(f"{VIEWS}{view.pk}/", {"name": "Khác"}).status_code == 404
    client.post(f"{VIEWS}{view.pk}/xoa/")
    assert SavedView.objects.get().name == "Của tôi"
    assert f"{VIEWS}{view.pk}/" not in page(client, colleague, VIEWS)


def test_kept_renamed_shared_and_deleted_on_its_pages(client: Client) -> None:
    officer = OfficerFactory()
    assert f'href="{VIEWS}luu/?queue=overdue&channel=post">Lưu bộ lọc này' in page(
        client, officer, f"{LIST}?channel=post&queue=overdue"
    )
    save = f"{VIEWS}luu/?queue=overdue&channel=post&foo=1"
    shown = page(client, officer, save)
    assert "Quá hạn" in shown
    assert "Bộ lọc “foo” không còn dùng nên đã được bỏ qua." in shown
    wrong = client.post(save, {"name": " ", "shared_with": "king"})
    assert wrong.status_code == 200
    assert "Bạn hãy đặt tên cho bộ lọc." in html.unescape(wrong.content.decode())
    answer = client.post(save, {"name": "Bưu chính quá hạn", "shared_with": ""})
    assert answer["Location"] == f"{LIST}?queue=overdue&channel=post"
    listed = page(client, officer, answer["Location"])
    assert 'aria-current="page">Bưu chính quá hạn</a>' in listed
    assert "Lưu bộ lọc này" not in listed
    view = SavedView.objects.get()
    changed = client.post(f"{VIEWS}{view.pk}/", {"name": "Thư trễ", "shared_with": "reception"})
    assert changed["Location"] == VIEWS
    view.refresh_from_db()
    assert (view.name, view.shared_with, view.query) == ("Thư trễ", "reception", "queue=overdue&channel=post")
    assert client.get(f"{VIEWS}{view.pk}/xoa/").status_code == 405
    for _press in range(2):
        assert client.post(f"{VIEWS}{view.pk}/xoa/")["Location"] == VIEWS
    assert SavedView.objects.count() == 0
    assert "Bạn chưa lưu bộ lọc nào." in page(client, officer, VIEWS)


def test_renaming_onto_another_one_is_refused(client: Client) -> None:
    officer = OfficerFactory()
    keep(officer, "Một")
    two = keep(officer, "Hai", "queue=mine")
    client.force_login(officer.user)
    answer = client.post(f"{VIEWS}{two.pk}/", {"name": "Một", "shared_with": ""})
    assert "Bạn đã có bộ lọc tên “Một”." in html.unescape(answer.content.decode())
    two.refresh_from_db()
    assert two.name == "Hai"


def test_it_outlives_a_new_revision_and_says_when_an_officer_has_gone(client: Client) -> None:
    filed: Submission = SubmissionFactory(at=State.SUBMITTED)
    officer, colleague = OfficerFactory(agency=filed.agency), OfficerFactory(agency=filed.agency)
    by_form = keep(officer, "Bé gái", f"procedure={filed.procedure.code}&answer=child_sex:nu")
    by_person = keep(officer, "Của bạn ấy", f"assignee={colleague.pk}")
    publish(filed.procedure, {**filed.revision.content, "summary": "Khác."})
    assert str(filed.reference) in page(client, officer, f"{LIST}?{by_form.query}")
    colleague.is_active = False
    colleague.save()
    shown = page(client, officer, f"{LIST}?{by_person.query}")
    assert f"{colleague} không còn làm việc ở bộ phận này." in shown


def test_who_has_no_desk_has_no_views(client: Client) -> None:
    client.force_login(OfficerFactory(roles=[Role.EDITOR]).user)
    view = keep(OfficerFactory())
    answers = [client.get(VIEWS), client.get(f"{VIEWS}luu/"), client.get(f"{VIEWS}{view.pk}/")]
    answers.append(client.post(f"{VIEWS}{view.pk}/xoa/"))
    assert [a.status_code for a in answers] == [404, 404, 404, 404]


def test_links_are_one_query(django_assert_num_queries: Any) -> None:
    officer = OfficerFactory()
    for n in range(3):
        keep(officer, str(n))
    _ = officer.scope
    with django_assert_num_queries(1):
        assert len(saved_views.links(officer)) == 3

"""Kept pages: who gets them, when they are made anew, and that nothing personal is ever kept."""

from __future__ import annotations

import dataclasses
import datetime
import gzip
import time
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from portal import middleware, site_state
from portal.lib.keep import FIGURES_AGE, keep
from portal.models import SiteNotice
from procedures.models import Agency, CatalogueVersion, Procedure
from submissions.models import MonthFigure
from tests.factories import AgencyFactory, ProcedureFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept_pages(settings: Any) -> Iterator[None]:
    settings.PAGE_CACHE_BYTES = 1024 * 1024
    yield
    middleware.forget()


@pytest.fixture
def procedure() -> Procedure:
    AgencyFactory(town=True)
    AgencyFactory()
    return ProcedureFactory(code="1.001193")


def rename(procedure: Procedure, name: str) -> None:
    """A change behind the pages' back: only a bump makes it visible."""
    Procedure.objects.filter(pk=procedure.pk).update(short_name=name)


def test_second_visit_costs_no_query_but_the_look_at_the_state(
    client: Client, procedure: Procedure, settings: Any, django_assert_num_queries: Any
) -> None:
    settings.SITE_STATE_SECONDS = 3600
    first = client.get("/thu-tuc/")
    with django_assert_num_queries(0):
        second = client.get("/thu-tuc/")
    assert second.content == first.content
    assert dict(second.headers) == dict(first.headers)


def test_state_is_looked_up_once_within_its_seconds(
    client: Client, procedure: Procedure, settings: Any, django_assert_num_queries: Any
) -> None:
    client.get("/thu-tuc/")
    with django_assert_num_queries(2):
        client.get("/thu-tuc/")
    settings.SITE_STATE_SECONDS = 3600
    with django_assert_num_queries(0):
        client.get("/thu-tuc/")


@pytest.mark.parametrize("path", ["/", "/thu-tuc/1.001193/"])
def test_a_page_with_a_figure_is_an_hour_old_at_most(client: Client, procedure: Procedure, path: str) -> None:
    first = client.get(path).content
    where = {"agency": Agency.objects.get(kind=Agency.Kind.WARD), "procedure": procedure}
    MonthFigure.objects.create(month=timezone.localdate().replace(day=1), early=3, received_online=3, **where)
    assert client.get(path).content == first
    ((key, page),) = middleware.store._pages.items()
    assert 0 < page.until - time.monotonic() <= FIGURES_AGE
    middleware.store.put(key, dataclasses.replace(page, until=time.monotonic() - 1), 1024 * 1024)
    assert "100,00 %" in client.get(path).content.decode()


def test_bump_shows_the_change(client: Client, procedure: Procedure) -> None:
    client.get("/thu-tuc/")
    rename(procedure, "Tên mới toanh")
    assert "Tên mới toanh" not in client.get("/thu-tuc/").content.decode()
    CatalogueVersion.bump()
    assert "Tên mới toanh" in client.get("/thu-tuc/").content.decode()


def test_notice_appears_and_leaves(client: Client, procedure: Procedure) -> None:
    now = timezone.now()
    client.get("/")
    notice = SiteNotice.objects.create(
        text="Cổng dừng từ 22:00.", show_from=now, show_until=now + datetime.timedelta(hours=1)
    )
    assert "Cổng dừng từ 22:00." in client.get("/").content.decode()
    notice.delete()
    assert "Cổng dừng từ 22:00." not in client.get("/").content.decode()


def test_new_local_day_makes_pages_anew(client: Client, procedure: Procedure) -> None:
    with time_machine.travel(datetime.datetime(2026, 3, 1, 16, 59, tzinfo=datetime.UTC), tick=False):
        client.get("/thu-tuc/")
        rename(procedure, "Tên của hôm sau")
        assert "Tên của hôm sau" not in client.get("/thu-tuc/").content.decode()
    with time_machine.travel(datetime.datetime(2026, 3, 1, 17, 0, tzinfo=datetime.UTC), tick=False):
        assert "Tên của hôm sau" in client.get("/thu-tuc/").content.decode()


@pytest.mark.parametrize("path", ["/", "/thu-tuc/", "/muc-do/3/", "/thu-tuc/1.001193/", "/hoi-dap/", "/sitemap.xml"])
def test_public_pages_are_kept(client: Client, procedure: Procedure, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-cache"
    assert {"Accept-Encoding", "Cookie"} == set(response["Vary"].split(", "))
    assert client.get(path, headers={"if-none-match": response["ETag"]}).status_code == 304


def test_not_modified_has_no_body_and_same_marks(client: Client, procedure: Procedure) -> None:
    full = client.get("/")
    answer = client.get("/", headers={"if-none-match": f'"other", W/{full["ETag"]}'})
    assert (answer.status_code, answer.content) == (304, b"")
    assert (answer["ETag"], answer["Vary"], answer["Cache-Control"]) == (full["ETag"], full["Vary"], "no-cache")
    assert client.get("/", headers={"if-none-match": '"other"'}).status_code == 200


def test_gzip_and_plain_are_one_page_with_two_tags(client: Client, procedure: Procedure) -> None:
    plain = client.get("/thu-tuc/")
    packed = client.get("/thu-tuc/", headers={"accept-encoding": "gzip, br"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed["ETag"] != plain["ETag"]
    assert packed["Content-Length"] == str(len(packed.content))
    refused = client.get("/thu-tuc/", headers={"accept-encoding": "gzip;q=0, identity"})
    assert refused.content == plain.content


def test_kept_page_has_the_safety_headers(client: Client, procedure: Procedure) -> None:
    client.get("/")
    kept = client.get("/")
    assert kept["X-Frame-Options"] == "DENY"
    assert "script-src 'self'" in kept["Content-Security-Policy"]
    assert kept["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in kept


def test_head_is_answered_without_a_body(client: Client, procedure: Procedure) -> None:
    full = client.get("/")
    head = client.head("/")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", full["ETag"])


def test_visitor_with_a_session_gets_a_fresh_page(client: Client, procedure: Procedure) -> None:
    client.get("/thu-tuc/")
    rename(procedure, "Chỉ người có phiên thấy")
    client.force_login(UserFactory())
    response = client.get("/thu-tuc/")
    assert "Chỉ người có phiên thấy" in response.content.decode()
    assert "ETag" not in response


def test_waiting_message_is_shown_and_not_kept(client: Client, procedure: Procedure) -> None:
    client.get("/")
    client.cookies["messages"] = "anything"
    assert "ETag" not in client.get("/")


@pytest.mark.parametrize(
    "query", ["q=khai&utm_source=x", "muc-do=3&utm_source=x", "trang=" + "1" * 300, "muc-do=9", "trang=7"]
)
def test_made_up_addresses_are_not_kept(client: Client, procedure: Procedure, query: str) -> None:
    assert "ETag" not in client.get(f"/thu-tuc/?{query}")
    assert middleware.store.size == 0


def test_search_is_kept_until_the_catalogue_changes(client: Client, procedure: Procedure) -> None:
    before = client.get("/thu-tuc/?q=khai+sinh")
    rename(procedure, "Đăng ký khai sinh kiểu mới")
    assert client.get("/thu-tuc/?q=khai+sinh").content == before.content
    CatalogueVersion.bump()
    assert "kiểu mới" in client.get("/thu-tuc/?q=khai+sinh").content.decode()


def test_searches_stay_within_their_share_and_push_out_no_page(
    client: Client, procedure: Procedure, settings: Any
) -> None:
    settings.PAGE_CACHE_BYTES = 80_000
    kept = client.get("/thu-tuc/")
    pages = middleware.store.size
    for i in range(30):
        assert "ETag" in client.get(f"/thu-tuc/?q=khai+sinh+{i}")
    assert 0 < middleware.searches.size <= 80_000 // middleware.SEARCH_SHARE
    assert middleware.store.size == pages > 0
    rename(procedure, "Tên mới toanh")
    assert client.get("/thu-tuc/").content == kept.content


def test_visitor_with_a_session_searches_afresh(client: Client, procedure: Procedure) -> None:
    client.get("/thu-tuc/?q=khai+sinh")
    client.force_login(UserFactory())
    assert "ETag" not in client.get("/thu-tuc/?q=khai+sinh")


def test_errors_and_moves_are_not_kept(client: Client, procedure: Procedure) -> None:
    assert client.get("/thu-tuc/9.999999/").status_code == 404
    assert client.post("/thu-tuc/").status_code == 405
    assert middleware.store.size == 0


def test_hosts_and_schemes_do_not_share_pages(client: Client, procedure: Procedure) -> None:
    client.get("/thu-tuc/")
    rename(procedure, "Tên trên máy khác")
    assert "Tên trên máy khác" in client.get("/thu-tuc/", headers={"host": "localhost"}).content.decode()
    assert "Tên trên máy khác" in client.get("/thu-tuc/", secure=True).content.decode()


def test_unknown_host_is_refused_before_and_after_a_page_is_kept(client: Client, procedure: Procedure) -> None:
    client.get("/")
    assert client.get("/", headers={"host": "evil.example"}).status_code == 400


def middle(view: Any) -> Any:
    return middleware.page_cache(view)


def test_response_with_a_cookie_is_never_kept(rf: RequestFactory) -> None:
    calls = []

    def view(request: HttpRequest) -> HttpResponse:
        calls.append(1)
        response = HttpResponse("trang")
        response.set_cookie("csrftoken", "abc")
        return keep(request, response)

    for _ in range(2):
        assert middle(view)(rf.get("/x/")).cookies["csrftoken"].value == "abc"
    assert (len(calls), middleware.store.size) == (2, 0)


def test_unmarked_response_is_never_kept(rf: RequestFactory) -> None:
    response = HttpResponse("riêng tư")
    assert middle(lambda request: response)(rf.get("/x/")) is response
    assert middleware.store.size == 0


def test_store_stays_within_its_budget(rf: RequestFactory, settings: Any) -> None:
    settings.PAGE_CACHE_BYTES = 2000
    answer = middle(lambda request: keep(request, HttpResponse(request.path * 3)))
    for i in range(200):
        answer(rf.get(f"/{i}/"))
    assert 0 < middleware.store.size <= 2000


def test_least_recently_asked_page_leaves_first(rf: RequestFactory) -> None:
    mark, store = site_state.current().mark, middleware.PageStore()
    page = middleware.Kept(mark, b"x" * 40, "d", ())
    keys = [(False, "h", f"/{i}/", "") for i in range(3)]
    store.put(keys[0], page, 100)
    store.put(keys[1], page, 100)
    assert store.get(keys[0], mark) is page
    store.put(keys[2], page, 100)
    assert [store.get(k, mark) for k in keys] == [page, None, page]
    assert store.size == 80


def test_keep_does_nothing_where_pages_may_not_be_kept(rf: RequestFactory) -> None:
    request = rf.get("/", headers={"accept-encoding": "gzip"})
    request.user = AnonymousUser()
    keep(request, HttpResponse("x"))
    assert request.META["HTTP_ACCEPT_ENCODING"] == "gzip"

"""No page of the staff site shows a word of English."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from submissions.models import Submission
from submissions.states import State
from tests.factories import HolidayFactory, OfficerFactory, SubmissionFactory, UserFactory, clerk

pytestmark = pytest.mark.django_db
# English that no Vietnamese word looks like.
ENGLISH = re.compile(
    r"\b(the|and|add|added|change|changed|delete|deleted|search|select|selected|filter|show|hide|save|view|user|users|"
    r"password|group|groups|history|action|error|please|choose|today|name|permission|welcome|date|time|object|any|"
    r"with|this|that|your|is|are|was|has|toggle|skip|content|counts|empty|unknown|results?|from|number|file|close)\b",
    re.IGNORECASE,
)


class Words(HTMLParser):
    """The text of a page that people see or hear: scripts and styles left out, labels and titles in."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style")
        self.text += [value for name, value in attrs if name in ("title", "alt", "aria-label", "placeholder") and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.text.append(data)


def english(html: str) -> list[str]:
    page = Words()
    page.feed(html)
    return sorted({f"{m[0]} in {line.strip()!r}" for line in page.text if (m := ENGLISH.search(line))})


def test_english_is_seen_where_it_is() -> None:
    page = '<p title="Đóng">Lưu</p><script>var the = "save"</script><a aria-label="Close this">×</a><b>Show counts</b>'
    assert english(page) == ["Close in 'Close this'", "Show in 'Show counts'"]


def pages_of(model: type) -> list[str]:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    row = model._default_manager.order_by("-pk").first()
    found = [reverse(f"{name}_changelist"), reverse(f"{name}_changelist") + "?q=hong", reverse(f"{name}_add")]
    if row is not None:
        found += [reverse(f"{name}_{page}", args=[row.pk]) for page in ("change", "history", "delete")]
    return found


def pages() -> list[str]:
    desk = ("submissions_views", "submissions_view_save", "submissions_load")
    own = [reverse(f"admin:{name}") for name in ("index", "password_change", *desk)]
    return [*own, *(page for model in admin.site._registry for page in pages_of(model))]


@pytest.fixture
def submission() -> Submission:
    HolidayFactory()
    SubmissionFactory(at=State.AWAITING_SUPPLEMENT)
    return SubmissionFactory(at=State.IN_PROGRESS)


def check(client: Client) -> int:
    """Opens every page; returns how many were shown (others are refused, which is tested elsewhere)."""
    shown = 0
    for page in pages():
        answer = client.get(page)
        if answer.status_code == 200 and not answer.streaming:
            shown += 1
            assert english(answer.content.decode()) == [], page
    return shown


def test_an_officer_reads_vietnamese(client: Client, submission: Submission) -> None:
    client.force_login(clerk(submission.agency).user)
    assert check(client) >= 5


def test_the_operator_reads_vietnamese(client: Client, submission: Submission) -> None:
    OfficerFactory()
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert check(client) >= 15


def test_logging_in_and_out_is_vietnamese(client: Client) -> None:
    login = reverse("admin:login")
    assert english(client.get(login).content.decode()) == []
    wrong = client.post(login, {"username": "ai", "password": "sai"}).content.decode()
    assert "Chưa đúng tên đăng nhập hoặc mật khẩu." in wrong
    assert english(wrong) == []
    client.force_login(UserFactory(is_staff=True))
    assert english(client.post(reverse("admin:logout")).content.decode()) == []


def test_a_wrong_account_form_is_answered_in_vietnamese(client: Client) -> None:
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    answer = client.post(
        reverse("admin:portal_user_add"), {"username": "tên có dấu cách", "password1": "1", "password2": "2"}
    )
    assert answer.status_code == 200
    assert english(answer.content.decode()) == []

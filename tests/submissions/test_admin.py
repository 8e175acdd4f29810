"""The staff screens of submissions: the list, the record, files; what another agency gets to see of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from submissions import rules, workflow
from submissions.models import Attachment, Notice, Submission
from submissions.states import ACTS, TRANSITIONS, Role, State
from tests.factories import (
    PDF,
    AgencyFactory,
    AttachmentFactory,
    OfficerFactory,
    SubmissionFactory,
    UserFactory,
    clerk,
    fee,
)

pytestmark = pytest.mark.django_db
LIST = "/admin/submissions/submission/"
VERB_LINK = re.compile(r"/admin/submissions/submission/\d+/(\w+)/\?")


def login(client: Client, submission: Submission, *roles: str) -> Client:
    """A client of an officer of the submission's agency; with all desk roles when none are given."""
    officer = OfficerFactory(agency=submission.agency, roles=list(roles)) if roles else clerk(submission.agency)
    client.force_login(officer.user)
    return client


def record(submission: Submission) -> str:
    return f"{LIST}{submission.pk}/change/"


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# --- the list ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3, 30])
@pytest.mark.parametrize("place", ["ward", "town"])
def test_list_takes_as_many_queries_for_a_full_page_as_for_one_row(
    client: Client, django_assert_max_num_queries: Any, rows: int, place: str
) -> None:
    agency = AgencyFactory(town=place == "town")
    first = SubmissionFactory(at=State.RECEIVED, agency=agency)
    Submission.objects.bulk_create(copy_of(first, number) for number in range(1, rows))
    login(client, first)
    with django_assert_max_num_queries(12):
        html = page(client, f"{LIST}?queue=mine")
    assert html.count('class="field-person"') == rows
    with django_assert_max_num_queries(12):
        page(client, f"{LIST}?q=nguyen+van&due=soon&procedure={first.procedure.code}")


def copy_of(submission: Submission, number: int) -> Submission:
    """Another row like it, for counting queries only."""
    copy = Submission.objects.get(pk=submission.pk)
    copy.pk, copy.draft_key = None, f"copy-{number}"
    copy.reference, copy.dossier_code = f"COPY-{number:04}", f"H99-{number}"
    return copy


def test_list_shows_what_the_desk_needs(client: Client) -> None:
    submission = SubmissionFactory(at=State.RECEIVED)
    html = page(login(client, submission), LIST)
    words = text_of(html)
    for part in (
        str(submission.dossier_code),
        "Nguyễn Văn Bình",
        "042***234",
        "0912345678",
        "Đăng ký khai sinh",
        "đã tiếp nhận",
    ):
        assert part in words
    assert "042090001234" not in html
    assert 'class="tag tag-info"' in html
    assert re.search(r'<span class="late late-\w+">', html)


def test_reference_stands_for_the_code_until_receipt(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    assert f'<span class="code">{submission.reference}</span>' in page(login(client, submission), LIST)


def test_queues_are_links_with_counts(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    login(client, submission)
    for address in ("/admin/", LIST):
        html = page(client, address)
        links = dict(re.findall(r'href="[^"]*\?queue=([\w-]+)"[^>]*>[^<]*<b>(\d+)</b>', html))
        assert links == {
            "todo": "1", "waiting": "1", "approval": "0", "overdue": "0", "due-today": "0", "due-soon": "0",
            "supplemented": "0", "unread": "0", "ready": "0", "mine": "0",
        }  # fmt: skip
    assert 'aria-current="page"' in page(client, f"{LIST}?queue=waiting")


def test_empty_queue_and_empty_search_say_so(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    login(client, submission)
    assert "Không có hồ sơ nào quá hạn." in page(client, f"{LIST}?queue=overdue")
    assert "Không thấy hồ sơ nào khớp “khong co ai”." in page(client, f"{LIST}?q=khong+co+ai")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("queue=waiting", True), ("queue=mine", False), ("queue=made-up", True), ("state=SUBMITTED", True),
        ("state=DRAFT", False), ("state=HANDED_OVER", False), ("channel=online", True),
        ("channel=post", False), ("due=none", True), ("due=overdue", False), ("procedure=khong-co", False),
        ("q=binh", True), ("q=khong+phai", False),
    ],
)  # fmt: skip
def test_filters(client: Client, query: str, found: bool) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    html = page(login(client, submission), f"{LIST}?{query}")
    assert (str(submission.reference) in html) is found


def test_no_adding_deleting_or_bulk_acting(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    login(client, submission)
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{submission.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": [submission.pk], "post": "yes"})
    client.post(record(submission), {"state": "HANDED_OVER"})
    assert Submission.objects.get(pk=submission.pk).state == State.SUBMITTED


# --- another agency ------------------------------------------------------------------------------


def addresses(submission: Submission, attachment: Attachment) -> list[str]:
    base = f"{LIST}{submission.pk}/"
    verbs = {row.verb for row in (*TRANSITIONS, *ACTS)} - {"submit", "supplement", "withdraw"}
    return [
        f"{base}change/",
        f"{base}history/",
        f"{base}tep/{attachment.pk}/",
        *(f"{base}{verb}/" for verb in sorted(verbs)),
    ]


def strangers(submission: Submission) -> dict[str, Any]:
    """Users who have no business with the submission, and what a page about it answers."""
    inactive = OfficerFactory(agency=submission.agency, is_active=False)
    return {
        "other ward": OfficerFactory(agency=AgencyFactory(parent=submission.agency.parent)).user,
        "town above": OfficerFactory(agency=submission.agency.parent).user,
        "editor": OfficerFactory(agency=submission.agency, roles=[Role.EDITOR]).user,
        "left": inactive.user,
        "staff without agency": UserFactory(is_staff=True),
        "superuser": UserFactory(is_staff=True, is_superuser=True),
    }


def test_strangers_get_404_for_every_address(client: Client) -> None:
    submission = SubmissionFactory(agency__parent=AgencyFactory(town=True), at=State.SUBMITTED)
    attachment = submission.attachments.get()
    answers = {}
    for who, user in strangers(submission).items():
        client.force_login(user)
        for address in addresses(submission, attachment):
            answers[who, address] = {client.get(address).status_code, client.post(address).status_code} - {405}
    assert {key: codes for key, codes in answers.items() if codes != {404}} == {}


def test_strangers_find_nothing_in_list_search_counts_and_notices(client: Client) -> None:
    submission = SubmissionFactory(agency__parent=AgencyFactory(town=True), at=State.SUBMITTED)
    for who, user in strangers(submission).items():
        client.force_login(user)
        for address in (
            LIST,
            f"{LIST}?q=binh",
            f"{LIST}?id={submission.pk}",
            f"{LIST}?state=SUBMITTED",
            "/admin/submissions/notice/",
            "/admin/",
        ):
            # The filters offer every procedure of the public catalogue.
            html = client.get(address).content.decode().partition('<select name="procedure"')[0]
            html += client.get(address).content.decode().partition('<div class="chosen">')[2]
            assert "Nguyễn Văn Bình" not in html, who
            assert str(submission.reference) not in html, who
            assert submission.procedure.short_name not in html, who
            assert "<b>1</b>" not in html, who


def test_a_draft_has_no_staff_page(client: Client) -> None:
    draft = SubmissionFactory()
    login(client, draft)
    assert client.get(record(draft)).status_code == 404
    assert client.get(f"{LIST}{draft.pk}/receive/").status_code == 404


def test_visitors_are_sent_to_the_login(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    citizen = UserFactory()
    for address in addresses(submission, submission.attachments.get()):
        assert client.get(address)["Location"] == f"/admin/login/?next={address}"
    client.force_login(citizen)
    assert client.get(record(submission))["Location"].startswith("/admin/login/")


def test_odd_keys_are_404(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    login(client, submission)
    for key in ("0", "abc", "1'--", "999999999999999999999"):
        assert client.get(f"{LIST}{key}/change/").status_code == 404
    assert client.get(f"{LIST}{submission.pk}/made_up/").status_code in (302, 404)


# --- the record ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [s for s in State if s != State.DRAFT])
@pytest.mark.parametrize("roles", [[Role.RECEPTION], [Role.SPECIALIST], [Role.LEADER], [Role.CASHIER], []])
def test_buttons_are_what_the_table_allows(client: Client, state: State, roles: list[str]) -> None:
    submission = SubmissionFactory(at=state)
    html = page(login(client, submission, *roles), record(submission))
    officer = clerk(submission.agency) if not roles else submission.agency.officers.get(roles=roles)
    actor = rules.officer_actor(officer)
    allowed = [*rules.transitions_for(actor, submission), *rules.acts_for(actor, submission)]
    found = re.findall(r'class="verb verb-\w+" href="[^"]*/(\w+)/[?"]', html)
    assert found == [row.verb for row in allowed]
    assert ("bạn chưa cần làm gì" in html) is (not allowed)


def test_record_shows_everything_needed_to_decide(client: Client, django_assert_max_num_queries: Any) -> None:
    submission = SubmissionFactory(at=State.IN_PROGRESS, fees=[fee()])
    workflow.add_note(submission.pk, by=rules.officer_actor(clerk(submission.agency)), note="Đã đối chiếu bản chính.")
    login(client, submission)
    with django_assert_max_num_queries(22):
        html = page(client, record(submission))
    words = text_of(html)
    for part in (
        "NGUYỄN THỊ ÁNH", "03/02/2026", "Nữ", "Nguyễn Văn Đức", "042090001234", "10.000 đồng", "giấy chứng sinh.pdf",
        "Giấy chứng sinh", str(submission.dossier_code), "Đã đối chiếu bản chính.", "nội bộ",
        "Bắt đầu xử lý → đang xử lý",
    ):  # fmt: skip
        assert part in words
    assert submission.tracking_secret not in html
    assert submission.events.get(number=1).hash not in html


def test_next_submission_of_the_queue_is_one_click_away(client: Client) -> None:
    first = SubmissionFactory(at=State.SUBMITTED)
    second = SubmissionFactory(at=State.SUBMITTED, agency=first.agency)
    login(client, first)
    query = "?_changelist_filters=queue%3Dwaiting"
    assert f'href="{record(first)}{query}"' in page(client, f"{LIST}?queue=waiting")
    html = page(client, record(first) + query)
    assert f'href="{record(second)}{query}"' in html
    assert "Hồ sơ tiếp theo trong “Chờ tiếp nhận”" in html
    answer = client.post(f"{LIST}{first.pk}/receive/{query}", {"version": first.version})
    assert answer["Location"] == record(first) + query
    assert f'href="{record(second)}{query}"' in page(client, answer["Location"])


# --- supplements ---------------------------------------------------------------------------------


def asked() -> Submission:
    """Waits for the citizen: a paper and an answer were asked for."""
    submission: Submission = SubmissionFactory(at=State.SUBMITTED)
    workflow.request_supplement(
        submission.pk,
        by=rules.officer_actor(clerk(submission.agency)),
        documents=[{"key": "birth_proof", "reason": "ảnh mờ"}],
        fields=[{"key": "child_name", "reason": "sai thông tin"}],
    )
    return Submission.objects.get(pk=submission.pk)


def test_edits_and_files_of_an_unsent_supplement_are_invisible(client: Client) -> None:
    submission = asked()
    request = submission.open_request
    assert request is not None
    request.typed = {"form": {"child_name": ["TÊN CHƯA GỬI"]}}
    request.save()
    secret = AttachmentFactory(
        submission=submission, supplement=request, pending=True, name="chưa gửi.pdf", data=PDF + b"1"
    )
    html = page(login(client, submission), record(submission))
    assert "chưa gửi.pdf" not in html
    assert "TÊN CHƯA GỬI" not in html
    assert "Đang chờ người nộp." in html
    assert client.get(f"{LIST}{submission.pk}/tep/{secret.pk}/").status_code == 404


def test_old_values_and_old_files_stay_readable(client: Client) -> None:
    submission = asked()
    old = submission.attachments.get()
    AttachmentFactory(
        submission=submission, supplement=submission.open_request, pending=True, name="rõ.pdf", data=PDF + b"1"
    )
    answers = {**submission.answers, "child_name": "NGUYỄN THỊ ANH"}
    workflow.supplement(submission.pk, by=rules.citizen("Bình"), answers=answers)
    html = page(login(client, submission), record(submission))
    assert "<del>NGUYỄN THỊ ÁNH</del>" in html
    assert "<ins>NGUYỄN THỊ ANH</ins>" in html
    papers, rounds = html.split('id="papers-head"')[1], html.split('id="papers-head"')[0]
    assert "rõ.pdf" in papers
    assert "giấy chứng sinh.pdf" not in papers
    assert "giấy chứng sinh.pdf" in rounds
    answer = client.get(f"{LIST}{submission.pk}/tep/{old.pk}/")
    assert body(answer) == PDF


# --- files ---------------------------------------------------------------------------------------


def body(answer: Any) -> bytes:
    """Reads a streamed answer to its end, which closes the file."""
    return b"".join(answer.streaming_content)


def test_file_is_shown_inline_or_downloaded(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    file = submission.attachments.get()
    address = reverse("admin:submissions_submission_file", args=[submission.pk, file.pk])
    answer = login(client, submission).get(address)
    assert body(answer) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert answer["X-Content-Type-Options"] == "nosniff"
    download = client.get(address + "?tai-ve=1")
    assert download["Content-Disposition"].startswith("attachment; ")
    assert body(download) == PDF


def test_other_types_are_never_shown_inline(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    file = AttachmentFactory(submission=submission, content_type="text/html", name="x.html", data=b"<script>")
    answer = login(client, submission).get(f"{LIST}{submission.pk}/tep/{file.pk}/")
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert body(answer) == b"<script>"


def test_file_of_another_submission_of_the_same_agency_needs_its_own_address(client: Client) -> None:
    first = SubmissionFactory(at=State.SUBMITTED)
    second = SubmissionFactory(at=State.SUBMITTED, agency=first.agency)
    foreign = second.attachments.get()
    assert login(client, first).get(f"{LIST}{first.pk}/tep/{foreign.pk}/").status_code == 404


def test_lost_file_is_404(client: Client) -> None:
    submission = SubmissionFactory(at=State.SUBMITTED)
    file = submission.attachments.get()
    file.file.storage.delete(file.file.name)
    assert login(client, submission).get(f"{LIST}{submission.pk}/tep/{file.pk}/").status_code == 404


# --- notices -------------------------------------------------------------------------------------


def test_outbox_shows_no_words_and_no_full_address(client: Client) -> None:
    submission = SubmissionFactory(at=State.RECEIVED)
    notice = Notice.objects.filter(submission=submission, audience="citizen", channel="email").first()
    assert notice is not None
    html = page(login(client, submission), "/admin/submissions/notice/")
    assert str(submission.dossier_code) in html
    assert "bi***@example.vn" in html
    assert notice.recipient not in html
    assert notice.subject not in html


def test_operator_sees_the_outbox_without_submissions(client: Client) -> None:
    submission = SubmissionFactory(at=State.RECEIVED)
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    html = page(client, "/admin/submissions/notice/")
    assert "bi***@example.vn" in html
    assert str(submission.dossier_code) not in html


def test_failed_notice_is_seen_on_the_record(client: Client) -> None:
    submission = SubmissionFactory(at=State.RECEIVED)
    Notice.objects.filter(submission=submission, audience="citizen").update(failed_at=submission.received_at)
    assert "không gửi được" in page(login(client, submission), record(submission))

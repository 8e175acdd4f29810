"""The officer's desk: home page, filters and chips of the list, the next one, and what each role finds to do."""

from __future__ import annotations

import datetime
import html
import re
from typing import Any
from urllib.parse import parse_qsl

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from procedures.models import Agency
from submissions import worklist
from submissions.models import Officer, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, ProcedureFactory, SubmissionFactory, UserFactory, clerk

pytestmark = pytest.mark.django_db
LIST, HOME = "/admin/submissions/submission/", "/admin/"
MONDAY = datetime.datetime(2026, 3, 9, 2, 0, tzinfo=datetime.UTC)  # 09:00 in Việt Nam
HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def like(submission: Submission, **columns: Any) -> Submission:
    """Another row like it with other columns: for asking lists, not for working on."""
    copy: Submission = Submission.objects.get(pk=submission.pk)
    number = Submission.objects.count()
    copy.pk, copy.draft_key = None, f"copy-{number}"
    copy.reference, copy.dossier_code = f"COPY-{number:04}", f"H99-{number}"
    for name, value in columns.items():
        setattr(copy, name, value)
    copy.save(force_insert=True)
    return copy


def found(officer: Officer, query: str) -> list[Submission]:
    return list(worklist.matching(officer, query, worklist.clock()))


def page(client: Client, officer: Officer, address: str) -> str:
    client.force_login(officer.user)
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.fixture
def filed() -> Submission:
    submission: Submission = SubmissionFactory(at=State.SUBMITTED)
    return submission


# --- filters -------------------------------------------------------------------------------------


FILTERED = {
    "": "waiting working sent",
    "state=open": "waiting working",
    "state=HANDED_OVER": "sent",
    "channel=post": "sent",
    "assignee=me": "working",
    "assignee=none": "waiting",
    "due=today": "working",
    "due=week": "working",
    "due=soon": "",
    "due=none": "waiting",
    "reply=late": "waiting",
    "reply=today": "",
    "queue=waiting&reply=late": "waiting",
    "queue=mine&channel=post": "",
    "q=binh": "waiting sent",
    "q=tran+van+an&state=open": "working",
    "queue=made-up": "waiting working sent",
    "foo=1": "waiting working sent",
    "state=DRAFT": "",
    "procedure=0.0": "",
    "sector=nothing": "",
    "answer=child_sex:nu": "",
    "due=%00&assignee=%F0%9F%98%80": "",
    "assignee=99999999999999999999": "",
}


def test_every_filter_with_queue_and_search(filed: Submission) -> None:
    with time_machine.travel(MONDAY, tick=False):
        officer, today = clerk(filed.agency), timezone.localdate()
        Submission.objects.filter(pk=filed.pk).update(reply_by=MONDAY - HOUR)
        working = like(
            filed, state=State.IN_PROGRESS, assignee=officer, due_on=today, reply_by=None, search_text=" tran van an "
        )
        handed = like(
            filed, state=State.HANDED_OVER, channel="post", due_on=today - DAY, assignee=OfficerFactory(),
            reply_by=None,
        )  # fmt: skip
        names = {filed: "waiting", working: "working", handed: "sent"}
        seen = {query: sorted(names[s] for s in found(officer, query)) for query in FILTERED}
    assert seen == {query: sorted(who.split()) for query, who in FILTERED.items()}


@pytest.mark.parametrize(("at", "rows"), [("23:59", 1), ("00:01", 0)])
def test_what_must_be_answered_today_ends_at_midnight_here(filed: Submission, at: str, rows: int) -> None:
    day = datetime.date(2026, 3, 9) if at == "23:59" else datetime.date(2026, 3, 10)
    moment = datetime.datetime.combine(day, datetime.time.fromisoformat(at), timezone.get_current_timezone())
    Submission.objects.filter(pk=filed.pk).update(reply_by=moment)
    with time_machine.travel(MONDAY, tick=False):
        assert len(found(clerk(filed.agency), "reply=today")) == rows


def test_procedure_sector_and_answers_outlive_a_new_revision(filed: Submission) -> None:
    officer, code = clerk(filed.agency), filed.procedure.code
    other = like(filed, answers={**filed.answers, "child_sex": "nam", "wants_copy": False})
    elsewhere = like(filed, procedure=ProcedureFactory(), state=State.RECEIVED)
    assert found(officer, f"procedure={code}") == [other, filed]
    assert found(officer, "sector=ho_tich") == [elsewhere, other, filed]
    assert found(officer, f"procedure={code}&answer=child_sex:nam") == [other]
    assert found(officer, f"procedure={code}&answer=wants_copy:yes") == [filed]
    retired = worklist.choose(officer, parse_qsl(f"procedure={code}&answer=old_question:x"), worklist.clock())
    assert list(retired.rows()) == []
    assert retired.notes == ["Tờ khai hiện nay không còn lựa chọn này; danh sách chỉ có hồ sơ nộp theo tờ khai cũ."]
    old = like(filed, answers={"old_question": "x"})
    assert list(retired.rows()) == [old]
    assert found(officer, f"procedure={code}&answer=contains:x") == []


def test_a_value_that_is_gone_says_so_and_gives_nothing(filed: Submission) -> None:
    officer, stranger = clerk(filed.agency), OfficerFactory()
    gone = OfficerFactory(agency=filed.agency, is_active=False)
    left = like(filed, assignee=gone)
    at = worklist.clock()
    notes = {
        query: worklist.choose(officer, parse_qsl(query), at).notes
        for query in (f"assignee={stranger.pk}", "procedure=9.9", "foo=1&queue=bar", f"assignee={gone.pk}")
    }
    assert notes == {
        f"assignee={stranger.pk}": [
            "Cán bộ trong bộ lọc này không làm việc ở cơ quan bạn. Bạn hãy bỏ bộ lọc này hoặc chọn người khác."
        ],
        "procedure=9.9": [
            "Không còn thủ tục mã “9.9” ở cơ quan bạn. Bạn hãy bỏ bộ lọc này hoặc chọn thủ tục khác."
        ],
        "foo=1&queue=bar": [
            "Bộ lọc “foo” không còn dùng nên đã được bỏ qua.", "Bộ lọc “bar” không còn dùng nên đã được bỏ qua.",
        ],
        f"assignee={gone.pk}": [
            f"{gone} không còn làm việc ở bộ phận này. Bạn hãy giao những hồ sơ còn lại cho người khác."
        ],
    }  # fmt: skip
    assert found(officer, f"assignee={gone.pk}") == [left]
    assert found(officer, f"assignee={stranger.pk}") == []


def test_departments_work_on_their_towns_files(client: Client) -> None:
    town = AgencyFactory(town=True)
    department = AgencyFactory(kind=Agency.Kind.DEPARTMENT, parent=town, short_name="Phòng Tư pháp")
    filed = SubmissionFactory(at=State.SUBMITTED, agency=town, procedure__tier="town")
    boss, expert = OfficerFactory(agency=town), OfficerFactory(agency=department, roles=[Role.SPECIALIST])
    theirs = like(filed, assignee=expert)
    assert found(boss, f"unit={department.slug}") == [theirs]
    assert found(expert, f"unit={town.slug}") == []
    assert [o.pk for o in worklist.colleagues(expert)] == [o.pk for o in worklist.colleagues(boss)]
    assert '<select name="unit"' in page(client, boss, LIST)
    ward = clerk(AgencyFactory(parent=town))
    assert '<select name="unit"' not in page(client, ward, LIST)


# --- the list ------------------------------------------------------------------------------------


def test_chips_take_one_filter_away_each(client: Client, filed: Submission) -> None:
    officer, code = clerk(filed.agency), filed.procedure.code
    query = f"?queue=waiting&procedure={code}&answer=child_sex%3Anu&channel=online&q=binh"
    shown = page(client, officer, LIST + query)
    chips = [(words(text), href) for href, text in re.findall(r'<a class="chip" href="([^"]*)">(.*?)</a>', shown)]
    assert chips == [
        ("Tìm: binh × (bỏ)", f"?queue=waiting&procedure={code}&answer=child_sex%3Anu&channel=online"),
        ("Thủ tục: Đăng ký khai sinh × (bỏ)", "?queue=waiting&q=binh&channel=online"),
        ("Giới tính: Nữ × (bỏ)", f"?queue=waiting&q=binh&procedure={code}&channel=online"),
        ("Kênh nộp: trực tuyến × (bỏ)", f"?queue=waiting&q=binh&procedure={code}&answer=child_sex%3Anu"),
    ]
    assert "1 hồ sơ khớp" in shown
    assert f'<a href="{LIST}">Tất cả</a>' in shown
    assert '<input type="hidden" name="queue" value="waiting">' in shown
    assert re.search(r'<option value="child_sex:nu" selected>\s*Nữ</option>', shown)


def test_nothing_is_filtered_and_nothing_is_said_of_it(client: Client, filed: Submission) -> None:
    shown = page(client, clerk(filed.agency), LIST)
    assert 'class="chip"' not in shown
    assert "Lưu bộ lọc này" not in shown
    assert "1 hồ sơ" in words(shown)


def test_only_offered_orders_are_taken(client: Client, filed: Submission) -> None:
    Submission.objects.filter(pk=filed.pk).update(due_on=datetime.date(2020, 1, 1), submitted_at=MONDAY - 400 * DAY)
    newer = like(filed, submitted_at=MONDAY, due_on=datetime.date(2030, 1, 1))
    names = {str(newer): "new", str(Submission.objects.get(pk=filed.pk)): "old"}
    first = {}
    for query in ("", "?o=1", "?o=-1", "?o=6", "?o=2", "?o=99", "?o=x.y", "?queue=waiting&o=-6"):
        shown = page(client, clerk(filed.agency), LIST + query)
        rows = re.findall(r'<th class="field-file_code">.*?<span class="code">([^<]+)</span>', shown)
        first[query] = names[rows[0]]
    assert first == {
        "": "new", "?o=1": "old", "?o=-1": "new", "?o=6": "new", "?o=2": "new", "?o=99": "new", "?o=x.y": "new",
        "?queue=waiting&o=-6": "new",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("roles", "verbs"),
    [
        ([Role.RECEPTION], ["receive", "take", "assign", "print_receipts", "print_slips"]),
        ([Role.SPECIALIST], ["take", "print_receipts", "print_slips"]),
        ([Role.CASHIER], []),
    ],
)
def test_acts_on_many_are_those_of_the_role(
    client: Client, filed: Submission, roles: list[str], verbs: list[str]
) -> None:
    shown = page(client, OfficerFactory(agency=filed.agency, roles=roles), f"{LIST}?queue=waiting")
    assert re.findall(r'<button class="verb" name="verb" value="(\w+)" formaction="[^"]+">', shown) == verbs
    assert ('name="query" value="queue=waiting"' in shown) is bool(verbs)
    assert f'name="_selected_action" value="{filed.pk}"' in shown
    assert 'name="action"' not in shown


def test_a_row_says_what_an_officer_should_not_miss(client: Client, filed: Submission) -> None:
    Submission.objects.filter(pk=filed.pk).update(unread_since=MONDAY, is_back=True, reply_missed=True)
    shown = page(client, clerk(filed.agency), LIST)
    cell = re.search(r'<td class="field-state_tag">(.*?)</td>', shown)
    assert cell is not None
    assert words(cell[1]) == "chờ tiếp nhận tin nhắn mới vừa bổ sung trả lời trễ"


# --- the next one --------------------------------------------------------------------------------


def test_the_next_one_follows_the_place_and_not_the_top(filed: Submission) -> None:
    officer = clerk(filed.agency)
    second = like(filed, submitted_at=filed.submitted_at + HOUR)
    third = like(filed, submitted_at=filed.submitted_at + 2 * HOUR)
    waiting = worklist.choose(officer, {"queue": "waiting"}, worklist.clock())
    Submission.objects.filter(pk=second.pk).update(state=State.RECEIVED)
    assert worklist.next_in(waiting, second) == third
    assert worklist.next_in(waiting, third) == filed


def test_one_press_does_it_and_opens_the_next_of_the_filtered_list(client: Client, filed: Submission) -> None:
    like(filed, submitted_at=filed.submitted_at + HOUR, channel="post")
    third = like(filed, submitted_at=filed.submitted_at + 2 * HOUR)
    query = "?_changelist_filters=queue%3Dwaiting%26channel%3Donline"
    officer = clerk(filed.agency)
    shown = page(client, officer, f"{LIST}{filed.pk}/receive/{query}")
    assert "Tiếp nhận, mở hồ sơ tiếp theo" in shown
    answer = client.post(f"{LIST}{filed.pk}/receive/{query}", {"version": filed.version, "then": "next"})
    assert answer["Location"] == f"{LIST}{third.pk}/change/{query}"
    assert Submission.objects.get(pk=filed.pk).state == State.RECEIVED
    assert "Tiếp nhận, mở hồ sơ tiếp theo" not in page(client, officer, f"{LIST}{third.pk}/receive/{query}")


def test_a_press_that_fails_stays_where_it_was(client: Client, filed: Submission) -> None:
    like(filed)
    client.force_login(clerk(filed.agency).user)
    answer = client.post(f"{LIST}{filed.pk}/receive/", {"version": filed.version + 7, "then": "next"})
    assert answer["Location"] == f"{LIST}{filed.pk}/change/"


# --- what there is to do -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "todo"),
    [
        ([Role.RECEPTION], "waiting unread"),
        ([Role.SPECIALIST], "unread received mine"),
        ([Role.LEADER], "unread to_sign"),
        ([Role.RECEPTION, Role.LEADER], "waiting unread to_sign"),
        ([Role.CASHIER], "unread"),
    ],
)
def test_each_role_finds_its_own_work(filed: Submission, roles: list[str], todo: str) -> None:
    officer = OfficerFactory(agency=filed.agency, roles=roles)
    colleague = OfficerFactory(agency=filed.agency, roles=roles)
    reception = OfficerFactory(agency=filed.agency, roles=[Role.RECEPTION])
    day = datetime.date(2026, 3, 9)
    rows = {
        filed: "waiting",
        like(filed, assignee=colleague): "waiting for a colleague",
        like(filed, state=State.WITHDRAWN, unread_since=MONDAY): "unread",
        like(filed, state=State.RECEIVED, assignee=reception, due_on=day): "received",
        like(filed, state=State.IN_PROGRESS, assignee=officer, due_on=day): "mine",
        like(filed, state=State.IN_PROGRESS, assignee=colleague, due_on=day): "a colleague's",
        like(filed, state=State.AWAITING_APPROVAL, assignee=colleague, due_on=day): "to_sign",
        like(filed, state=State.HANDED_OVER): "done",
    }
    found_now = [rows[s] for s in found(officer, "queue=todo")]
    assert sorted(found_now) == sorted(todo.split())


def test_most_urgent_first_whether_a_result_or_an_answer_is_due(filed: Submission) -> None:
    officer, day = clerk(filed.agency), datetime.date(2026, 3, 9)
    filed.reply_by = MONDAY + DAY
    filed.save()
    late = like(filed, state=State.IN_PROGRESS, assignee=officer, due_on=day - DAY)
    today = like(filed, state=State.AWAITING_APPROVAL, due_on=day)
    later = like(filed, state=State.IN_PROGRESS, assignee=officer, due_on=day + 5 * DAY)
    assert found(officer, "queue=todo") == [late, today, filed, later]
    work = worklist.choose(officer, {"queue": "todo"}, worklist.clock())
    assert [worklist.next_in(work, s) for s in (late, today, filed, later)] == [today, filed, later, late]


# --- home ----------------------------------------------------------------------------------------


def cards(shown: str) -> dict[str, str]:
    return dict(re.findall(r'href="[^"]*\?queue=([\w-]+)" class="queue[^>]*>[^<]*<b>(\d+)</b>', shown))


@pytest.mark.parametrize(
    ("roles", "queues"),
    [
        ([Role.RECEPTION], "todo waiting overdue due-today due-soon supplemented unread ready mine"),
        ([Role.SPECIALIST], "todo approval overdue due-today due-soon supplemented unread mine"),
        ([Role.LEADER], "todo waiting approval overdue due-today due-soon unread mine"),
        ([Role.CASHIER], "waiting ready pay"),
    ],
)
def test_each_role_has_the_queues_that_matter(client: Client, filed: Submission, roles: list[str], queues: str) -> None:
    officer = OfficerFactory(agency=filed.agency, roles=roles)
    assert " ".join(cards(page(client, officer, HOME))) == queues
    assert " ".join(cards(page(client, officer, LIST))) == queues


def test_home_is_the_desk(client: Client, filed: Submission, django_assert_max_num_queries: Any) -> None:
    officer = clerk(filed.agency)
    with time_machine.travel(MONDAY, tick=False):
        Submission.objects.filter(pk=filed.pk).update(reply_by=MONDAY - 2 * HOUR)
        for n in range(9):
            like(filed, reply_by=MONDAY + HOUR, submitted_at=MONDAY - n * HOUR)
        like(filed, state=State.IN_PROGRESS, assignee=officer, due_on=datetime.date(2026, 3, 5), unread_since=MONDAY)
        client.force_login(officer.user)
        with django_assert_max_num_queries(12):
            shown = html.unescape(client.get(HOME).content.decode())
    assert cards(shown) == {
        "todo": "11", "waiting": "10", "approval": "0", "overdue": "1", "due-today": "0", "due-soon": "0",
        "supplemented": "0", "unread": "1", "ready": "0", "mine": "1",
    }  # fmt: skip
    assert re.findall(r'<a class="queue-note late-(\w+)" href="([^"]+)">([^<]+)<', shown) == [
        ("error", f"{LIST}?queue=waiting&reply=late", "1 quá giờ trả lời"),
        ("warning", f"{LIST}?queue=waiting&reply=today", "9 cần trả lời hôm nay"),
        ("quiet", f"{LIST}?queue=overdue&assignee=me", "1 của bạn"),
        ("quiet", f"{LIST}?queue=unread&assignee=me", "1 của bạn"),
    ]
    rows = re.findall(r"<li data-row>(.*?)</li>", shown, re.DOTALL)
    assert len(rows) == 8
    assert "quá hạn 4 ngày" in rows[0]
    assert "tin nhắn mới" in rows[0]
    assert "còn 1 giờ làm việc để trả lời" in rows[2]
    assert f'href="{LIST}?queue=todo">Xem cả 11 hồ sơ' in shown
    assert shown.index("todo-head") < shown.index("<summary>Quản lý</summary>")


def test_an_empty_desk_says_so_kindly(client: Client) -> None:
    officer = OfficerFactory(roles=[Role.RECEPTION])
    assert "Không còn hồ sơ nào chờ bạn." in page(client, officer, HOME)
    assert "Chưa có hồ sơ nào." in page(client, officer, LIST)


def test_who_has_no_desk_finds_what_may_be_managed(client: Client) -> None:
    editor = OfficerFactory(roles=[Role.EDITOR])
    shown = page(client, editor, HOME)
    assert '<details class="manage" open>' in shown
    assert 'class="queues"' not in shown
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert '<details class="manage" open>' in client.get(HOME).content.decode()


def test_nothing_of_another_ward_is_counted_listed_or_offered(client: Client, filed: Submission) -> None:
    Submission.objects.filter(pk=filed.pk).update(unread_since=MONDAY, reply_by=MONDAY)
    stranger = clerk(AgencyFactory(parent=filed.agency.parent))
    own = clerk(filed.agency)
    for address in (HOME, LIST, f"{LIST}?assignee={own.pk}", f"{LIST}?q=binh", f"{LIST}?queue=unread", f"{LIST}?id=1"):
        shown = page(client, stranger, address)
        # Who searches is shown no counts.
        assert set(cards(shown).values()) == (set() if "q=" in address else {"0"}), address
        for secret in (str(filed.reference), "Nguyễn Văn Bình", str(own)):
            assert secret not in shown, (address, secret)
    assert found(stranger, "") == []

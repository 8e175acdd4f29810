"""One act on many submissions: who may, what each row becomes, and what survives a process that dies."""

from __future__ import annotations

import datetime
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from submissions import batches, rules, workflow
from submissions.errors import Incomplete, NotAllowed, NotPossible
from submissions.models import Batch, BatchRow, Officer, Submission
from submissions.states import Role, State
from tests.factories import AgencyFactory, OfficerFactory, SubmissionFactory, clerk
from tests.submissions.many import many

pytestmark = pytest.mark.django_db
DONE, SKIPPED = "done", "skipped"
HELD = "Hồ sơ đang chờ trong một lượt xử lý nhiều hồ sơ. Bạn làm lại khi lượt đó xong, thường sau ít phút."


@pytest.fixture
def ward() -> Any:
    return AgencyFactory()


@pytest.fixture
def desk(ward: Any) -> Officer:
    return OfficerFactory(agency=ward, roles=[Role.RECEPTION.value])


def filed(ward: Any, count: int = 3, at: str = State.SUBMITTED) -> list[Submission]:
    return [SubmissionFactory(at=at, agency=ward) for _ in range(count)]


def outcomes(batch: Batch) -> list[tuple[str, str]]:
    return list(batch.rows.order_by("pk").values_list("outcome", "words"))


def states(*submissions: Submission) -> list[str]:
    return [Submission.objects.get(pk=s.pk).state for s in submissions]


# --- what happens --------------------------------------------------------------------------------


def test_every_row_is_received_in_order_and_says_so(ward, desk):
    rows = filed(ward)
    batch = batches.start(desk, "receive", rows)
    assert states(*rows) == [State.SUBMITTED] * 3
    assert batches.run(batch) is True
    assert outcomes(batch) == [(DONE, "")] * 3
    codes = [Submission.objects.get(pk=s.pk).dossier_code for s in rows]
    assert [c.rsplit("-", 1)[1] for c in codes] == ["0001", "0002", "0003"]
    assert {e.actor for s in rows for e in s.events.filter(verb="receive")} == {desk.user}


def test_a_row_that_cannot_be_done_says_why_and_stays_as_it_was(ward, desk):
    good, gone, changed = filed(ward)
    workflow.withdraw(gone.pk, by=rules.citizen("x"))
    Submission.objects.filter(pk=changed.pk).update(version=changed.version + 1)
    batch = batches.start(desk, "receive", [good, gone, changed])
    batches.run(batch)
    assert outcomes(batch) == [
        (DONE, ""),
        (SKIPPED, "Hồ sơ đang ở trạng thái “đã rút” nên không làm được việc này."),
        (SKIPPED, "Hồ sơ vừa được người khác cập nhật. Bạn hãy xem lại trước khi làm tiếp."),
    ]
    assert states(good, gone, changed) == [State.RECEIVED, State.WITHDRAWN, State.SUBMITTED]


def test_paper_files_without_their_papers_are_not_received(ward, desk):
    (lacking,) = filed(ward, 1)
    Submission.objects.filter(pk=lacking.pk).update(channel="counter", papers_in=[])
    lacking.attachments.all().delete()
    lacking.refresh_from_db()
    [(_s, trouble)] = batches.checked(desk, "receive", [lacking])
    batch = batches.start(desk, "receive", [lacking])
    batches.run(batch)
    assert outcomes(batch) == [(SKIPPED, trouble)]
    assert trouble.startswith("Chưa đủ giấy tờ để tiếp nhận: ")


def test_take_leaves_what_others_have(ward, desk):
    free, mine, taken = filed(ward)
    other = OfficerFactory(agency=ward, roles=[Role.SPECIALIST.value])
    workflow.take(mine.pk, by=rules.officer_actor(desk))
    workflow.take(taken.pk, by=rules.officer_actor(other))
    expected = ["", "Bạn đang phụ trách hồ sơ này rồi.", f"Hồ sơ đã có {other} phụ trách."]
    now = list(Submission.objects.filter(pk__in=[s.pk for s in (free, mine, taken)]).order_by("pk"))
    assert [why for _s, why in batches.checked(desk, "take", now)] == expected
    batch = batches.start(desk, "take", [free, mine, taken])
    batches.run(batch)
    assert outcomes(batch) == [(SKIPPED if why else DONE, why) for why in expected]
    assert mine.events.filter(verb="take").count() == 1


def test_assign_gives_all_to_one_officer_of_the_desk(ward, desk):
    rows = filed(ward, 2)
    to = OfficerFactory(agency=ward, roles=[Role.SPECIALIST.value])
    batches.run(batches.start(desk, "assign", rows, {"to": str(to.pk), "note": "Trước thứ Sáu."}))
    assert set(Submission.objects.values_list("assignee", flat=True)) == {to.pk}
    assert [s.events.get(verb="assign").note for s in rows] == [f"{to}; Trước thứ Sáu."] * 2


@pytest.mark.parametrize("to", ["", "0", "mot", "stranger"])
def test_assign_needs_a_colleague(ward, desk, to):
    stranger = OfficerFactory()
    with pytest.raises(Incomplete, match="chọn cán bộ phụ trách"):
        batches.start(desk, "assign", filed(ward, 1), {"to": str(stranger.pk) if to == "stranger" else to})
    assert Batch.objects.count() == 0


def test_two_officers_assign_the_same_rows_the_later_one_is_told(ward, desk):
    (row,) = filed(ward, 1)
    leader, to, other_to = (OfficerFactory(agency=ward) for _ in range(3))
    seen = timezone.now().isoformat()
    batches.run(batches.start(leader, "assign", [row], {"to": str(to.pk), "seen": seen}))
    second = batches.start(desk, "assign", [row], {"to": str(other_to.pk), "seen": seen})
    batches.run(second)
    assert outcomes(second) == [(SKIPPED, "Người khác vừa nhận hoặc giao hồ sơ này.")]
    assert Submission.objects.get(pk=row.pk).assignee == to


def test_five_hundred_and_twenty_rows_of_every_state(ward, desk):
    """Only eligible ones change, and each row has its words."""
    waiting, received, handed = (
        filed(ward, 1)[0],
        *(SubmissionFactory(at=s, agency=ward) for s in ("RECEIVED", "HANDED_OVER")),
    )
    other = OfficerFactory(agency=ward)
    free = many(waiting, 60)
    final = many(handed, 300)
    taken = many(received, 160, assignee_id=other.pk)
    batch = batches.start(desk, "take", [*final, *free, *taken])
    assert batches.run(batch) is True
    counted = {o: batch.rows.filter(outcome=o).count() for o in ("", DONE, SKIPPED)}
    assert counted == {"": 0, DONE: 60, SKIPPED: 460}
    assert set(batch.rows.filter(outcome=SKIPPED).values_list("words", flat=True)) == {
        "Hồ sơ đang ở trạng thái “đã trả kết quả” nên không làm được việc này.",
        f"Hồ sơ đã có {other} phụ trách.",
    }
    assert Submission.objects.filter(assignee=desk).count() == 60


# --- who may -------------------------------------------------------------------------------------


def test_rows_of_another_agency_are_never_taken(ward, desk):
    own, foreign = filed(ward, 1)[0], SubmissionFactory(at=State.SUBMITTED)
    batch = batches.start(desk, "receive", [own, foreign])
    batches.run(batch)
    assert [r.submission_id for r in batch.rows.all()] == [own.pk]
    assert states(own, foreign) == [State.RECEIVED, State.SUBMITTED]
    with pytest.raises(NotPossible):
        batches.start(desk, "receive", [foreign])
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        (Role.RECEPTION, ["receive", "take", "assign", "print_receipts", "print_slips"]),
        (Role.SPECIALIST, ["take", "print_receipts", "print_slips"]),
        (Role.LEADER, ["take", "assign", "print_receipts", "print_slips"]),
        (Role.CASHIER, []),
        (Role.EDITOR, []),
    ],
)
def test_what_each_role_may_do_with_many(ward, role, verbs):
    officer = OfficerFactory(agency=ward, roles=[role.value])
    assert [j.verb for j in batches.jobs_for(officer)] == verbs
    rows = filed(ward, 1)
    for job in batches.JOBS:
        if job.verb not in verbs:
            with pytest.raises(NotAllowed):
                batches.start(officer, job.verb, rows)
    with pytest.raises(NotPossible, match="chọn một việc trong danh sách"):
        batches.start(officer, "refuse", rows)


def test_an_officer_who_left_meanwhile_does_nothing_more(ward, desk):
    rows = filed(ward, 2)
    batch = batches.start(desk, "receive", rows)
    Officer.objects.filter(pk=desk.pk).update(is_active=False)
    batches.run(Batch.objects.get(pk=batch.pk))
    assert outcomes(batch) == [(SKIPPED, "Bạn không có quyền làm việc này với hồ sơ.")] * 2


def test_pressed_twice_it_is_one_batch_and_nobody_elses(ward, desk):
    rows = filed(ward, 2)
    first, second = (batches.start(desk, "receive", rows, key="mot-khoa") for _ in range(2))
    assert (first.pk, BatchRow.objects.count()) == (second.pk, 2)
    with pytest.raises(NotAllowed):
        batches.start(OfficerFactory(agency=ward), "receive", rows, key="mot-khoa")


def test_a_batch_has_a_size(ward, desk, settings):
    settings.BATCH_ROWS = 2
    rows = filed(ward, 3)
    with pytest.raises(NotPossible, match="nhiều nhất 2 hồ sơ"):
        batches.start(desk, "receive", rows)
    assert batches.start(desk, "receive", rows[:2]).rows.count() == 2


# --- while it waits ------------------------------------------------------------------------------


def test_by_hand_nobody_touches_a_row_that_waits(ward, desk):
    a, b = filed(ward, 2)
    batch = batches.start(desk, "receive", [a])
    by = rules.officer_actor(clerk(ward))
    assert (batches.holds(a), batches.holds(b)) == (True, False)
    for act in (
        lambda: workflow.receive(a.pk, by=by),
        lambda: workflow.refuse(a.pk, by=by, reason="Sai nơi nộp."),
        lambda: workflow.take(a.pk, by=by),
        lambda: workflow.assign(a.pk, by=by, to=desk),
    ):
        with pytest.raises(NotPossible) as refused:
            act()
        assert str(refused.value) == HELD
    workflow.add_note(a.pk, by=by, note="Gọi lại buổi chiều.")
    batches.run(batch)
    assert batches.holds(a) is False
    assert workflow.start(a.pk, by=by).state == State.IN_PROGRESS


def test_the_citizen_may_still_withdraw(ward, desk):
    (row,) = filed(ward, 1)
    batch = batches.start(desk, "receive", [row])
    workflow.withdraw(row.pk, by=rules.citizen("x"))
    batches.run(batch)
    assert outcomes(batch)[0][0] == SKIPPED
    assert states(row) == [State.WITHDRAWN]


def test_a_row_of_another_unfinished_batch_is_skipped_at_once(ward, desk):
    a, b, c = filed(ward, 3)
    batches.start(desk, "receive", [a])
    second = batches.start(clerk(ward), "take", [a, b])
    assert outcomes(second) == [(SKIPPED, "Hồ sơ đang chờ trong một lượt khác."), ("", "")]
    assert [why for _s, why in batches.checked(desk, "receive", [b, c])] == ["Hồ sơ đang chờ trong một lượt khác.", ""]


def test_printing_holds_nothing(ward, desk):
    (row,) = filed(ward, 1, State.RECEIVED)
    batches.start(desk, "print_receipts", [row])
    assert batches.holds(row) is False


def test_what_is_left_can_be_stopped(ward, desk):
    a, b = filed(ward, 2)
    batch = batches.start(desk, "receive", [a, b])
    assert batches.cancel(batch) == 2
    assert outcomes(batch) == [(SKIPPED, "Bạn đã dừng lượt trước khi đến hồ sơ này.")] * 2
    assert states(a, b) == [State.SUBMITTED] * 2
    assert batches.run(batch) is True


# --- processes that die, stall or come together --------------------------------------------------


ON_ROW = """
    CREATE FUNCTION wait_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
    CREATE TRIGGER wait_here AFTER UPDATE ON submissions_submission
    FOR EACH ROW WHEN (NEW.id = %s) EXECUTE FUNCTION wait_here()
"""
OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def in_a_process_of_its_own(call: Callable[[], Any]) -> int:
    connection.close()
    child = os.fork()
    if child:
        return child
    try:
        call()
    finally:
        os._exit(0)


@pytest.mark.django_db(transaction=True)
def test_killed_in_the_middle_it_goes_on_where_it_was():
    """SIGKILL while the second row is being written; the server then notices that its client is gone."""
    ward = AgencyFactory()
    desk = OfficerFactory(agency=ward, roles=[Role.RECEPTION.value])
    rows = filed(ward)
    batch = batches.start(desk, "receive", rows)
    sql(ON_ROW, rows[1].pk)
    try:
        worker = in_a_process_of_its_own(lambda: batches.run(batch))
        until(lambda: outcomes(batch)[0][0] == DONE)
        os.kill(worker, signal.SIGKILL)
        os.waitpid(worker, 0)
        sql(OTHERS)
    finally:
        sql("DROP FUNCTION wait_here() CASCADE")
    assert [o for o, _w in outcomes(batch)] == [DONE, "", ""]
    assert states(*rows) == [State.RECEIVED, State.SUBMITTED, State.SUBMITTED]
    # The claim of the dead is good for ten minutes.
    assert batches.run_waiting() == 0
    Batch.objects.update(claimed_at=timezone.now() - datetime.timedelta(minutes=10))
    assert batches.run_waiting() == 1
    assert [o for o, _w in outcomes(batch)] == [DONE] * 3
    assert [s.events.filter(verb="receive").count() for s in rows] == [1, 1, 1]


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_somebody_has_locked_puts_the_batch_back():
    ward = AgencyFactory()
    desk = OfficerFactory(agency=ward, roles=[Role.RECEPTION.value])
    rows = filed(ward, 2)
    batch = batches.start(desk, "receive", rows)
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        from django.db import transaction

        with transaction.atomic():
            Submission.objects.select_for_update().get(pk=rows[1].pk)
            locked.set()
            done.wait(20)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    locked.wait(20)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError):
            batches.run(batch)
        assert [o for o, _w in outcomes(batch)] == [DONE, ""]
        assert Batch.objects.get(pk=batch.pk).claimed_at is None
    finally:
        done.set()
        other.join()
        connection.close()
    assert batches.run_waiting() == 1
    assert [o for o, _w in outcomes(batch)] == [DONE] * 2


@pytest.mark.django_db(transaction=True)
def test_many_processes_on_one_batch_do_every_row_once():
    ward = AgencyFactory()
    desk = OfficerFactory(agency=ward, roles=[Role.RECEPTION.value])
    rows = filed(ward, 6)
    batch = batches.start(desk, "receive", rows)
    start, results = threading.Barrier(4), []

    def work() -> None:
        start.wait()
        results.append(batches.run(Batch.objects.get(pk=batch.pk)))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(results) == [False, False, False, True]
    assert [s.events.filter(verb="receive").count() for s in rows] == [1] * 6
    # Even a claim that is retaken too early does no row twice.
    Batch.objects.update(claimed_at=None, finished_at=None)
    assert batches.run(batch) is True
    assert [s.events.filter(verb="receive").count() for s in rows] == [1] * 6


@pytest.mark.django_db(transaction=True)
def test_two_officers_start_the_same_rows_at_once():
    ward = AgencyFactory()
    officers = [OfficerFactory(agency=ward, roles=[Role.RECEPTION.value]) for _ in range(2)]
    rows = filed(ward, 5)
    start = threading.Barrier(2)

    def press(officer: Officer, order: int) -> None:
        start.wait()
        batches.start(officer, "receive", rows[::order])
        connection.close()

    threads = [threading.Thread(target=press, args=pair) for pair in zip(officers, (1, -1), strict=True)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert batches.run_waiting() == 2
    both = [sorted(o for o, _w in outcomes(b)) for b in Batch.objects.all()]
    assert sorted(both) == [[DONE] * 5, [SKIPPED] * 5]


def test_time_runs_out_and_the_next_tick_goes_on(ward, desk):
    rows = filed(ward, 2)
    batch = batches.start(desk, "receive", rows)
    assert batches.run(batch, seconds=-1) is False
    assert outcomes(batch) == [("", "")] * 2
    assert Batch.objects.get(pk=batch.pk).claimed_at is None
    assert batches.run_waiting() == 1
    assert batches.run(batch) is False
    assert batches.run_waiting() == 0


def test_a_claim_is_good_for_ten_minutes(ward, desk):
    batch = batches.start(desk, "receive", filed(ward, 1))
    now = timezone.now()
    with time_machine.travel(now, tick=False):
        assert batches.claim(batch) == now
    for minutes, taken in ((9.9, False), (10, True)):
        with time_machine.travel(now + datetime.timedelta(minutes=minutes), tick=False):
            assert (batches.claim(batch) is not None) is taken


# --- printing ------------------------------------------------------------------------------------


def pages(path: Path) -> list[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    return [page.get_textpage().get_text_range() for page in document]


def test_receipts_of_many_come_as_one_file_in_the_order_of_the_list(ward, desk):
    (online, paper), (waiting,) = filed(ward, 2, State.RECEIVED), filed(ward, 1)
    Submission.objects.filter(pk=paper.pk).update(channel="counter")
    batch = batches.start(desk, "print_receipts", [waiting, paper, online])
    assert batches.run(batch) is True
    batch.refresh_from_db()
    assert outcomes(batch) == [
        (SKIPPED, "Hồ sơ chưa được tiếp nhận nên chưa có giấy tiếp nhận."),
        (DONE, ""),
        (DONE, ""),
    ]
    # The secret is the applicant's: of what came online the desk prints the copy that stays.
    assert [r.paper.kind for r in batch.rows.filter(outcome=DONE)] == ["receipt", "receipt-copy"]
    sheets = pages(Path(batch.file.path))
    assert [code in sheet for code, sheet in zip((paper.reference, online.reference), sheets, strict=True)] == [
        True
    ] * 2
    assert batch.size == Path(batch.file.path).stat().st_size


def test_slips_are_logged_once_and_printed(ward, desk):
    rows = filed(ward, 2, State.IN_PROGRESS)
    batch = batches.start(desk, "print_slips", rows)
    batches.run(batch)
    assert [o for o, _w in outcomes(batch)] == [DONE] * 2
    assert {r.paper.kind for r in batch.rows.all()} == {"control-slip"}


def test_a_file_that_is_lost_leaves_its_row_undone_and_the_others_printed(ward, desk):
    lost, kept = filed(ward, 2, State.RECEIVED)
    first = batches.start(desk, "print_receipts", [lost, kept])
    batches.run(first)
    Path(first.rows.order_by("pk").first().paper.file.path).unlink()
    second = batches.start(desk, "print_receipts", [lost, kept])
    assert batches.run(second) is True
    assert [o for o, _w in outcomes(second)] == [SKIPPED, DONE]
    second.refresh_from_db()
    assert len(pages(Path(second.file.path))) == 1


def test_the_file_goes_after_a_day_and_the_rows_after_a_month(ward, desk, capsys):
    batch = batches.start(desk, "print_receipts", filed(ward, 1, State.RECEIVED))
    batches.run(batch)
    batch.refresh_from_db()
    path, now = Path(batch.file.path), timezone.now()
    for days, there, rows in ((0.9, True, 1), (1.1, False, 1), (29, False, 1), (31, False, 0)):
        with time_machine.travel(now + datetime.timedelta(days=days)):
            call_command("purge_expired")
        assert (path.exists(), BatchRow.objects.count()) == (there, rows)
    assert Submission.objects.count() == 1

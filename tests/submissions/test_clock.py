"""The promised day out of the log: examples at the edges, and what holds for every log and every calendar."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib.workdays import Calendar
from portal.lib.worktime import Blocks, WorkTime
from procedures import deadlines, spec
from procedures.deadlines import Period
from procedures.models import ProcedureRevision
from procedures.spec import TimeLimit
from submissions import clock
from submissions.clock import Moment
from submissions.models import Submission
from tests.factories import ANSWERS, LISTS, document

VN = ZoneInfo("Asia/Ho_Chi_Minh")
D = datetime.date
PLAIN = Calendar()
BASE = spec.parsed(spec.digest(document(), LISTS), lambda: (document(), LISTS))


def at(text: str) -> datetime.datetime:
    return datetime.datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=VN)


def time(days: Calendar = PLAIN) -> WorkTime:
    return WorkTime(days, Blocks((deadlines.office_blocks(),)))


def off(*days: datetime.date) -> WorkTime:
    return time(Calendar(off=frozenset(days)))


def submission(limit: TimeLimit) -> Submission:
    """Not saved; its form is the birth form with another time limit."""
    revision = ProcedureRevision()
    revision.__dict__["spec"] = dataclasses.replace(BASE, time_limit=limit)
    return Submission(revision=revision, answers=ANSWERS)


def working(value: int, **more: Any) -> TimeLimit:
    return TimeLimit(value, "working_day", **more)


def received(when: str, limit: TimeLimit, **more: Any) -> Moment:
    periods = clock.written(deadlines.chosen(limit, ANSWERS))
    return Moment("receive", at(when), {"periods": periods, **more})


def asked(when: str) -> Moment:
    return Moment("request_supplement", at(when))


def answered(when: str, rule: str, limit: TimeLimit) -> Moment:
    return Moment("supplement", at(when), {"rule": rule, "periods": clock.written(deadlines.chosen(limit, ANSWERS))})


def extended(when: str, to: datetime.date, periods: list[list[Any]]) -> Moment:
    return Moment("extend", at(when), {"due_on": to.isoformat(), "periods": periods})


def due(limit: TimeLimit, *events: Moment, on: WorkTime | None = None) -> datetime.date | None:
    return clock.replay(submission(limit), events, on or time()).due_on


FIVE = working(5)


class TestExamples:
    def test_before_receipt_nothing_runs(self) -> None:
        found = clock.replay(
            submission(FIVE), [asked("05/03/2026 09:00"), answered("06/03/2026 09:00", "pause", FIVE)], time()
        )
        assert found == clock.Clock()

    def test_receipt(self) -> None:
        found = clock.replay(submission(FIVE), [received("05/03/2026 09:00", FIVE)], time())
        assert (found.due_on, found.original_due_on) == (D(2026, 3, 12), D(2026, 3, 12))
        assert (found.running, found.ended, found.counted) == (True, False, D(2026, 3, 12))

    def test_by_post_the_clock_began_when_the_hand_over_record_was_signed(self) -> None:
        since = at("03/03/2026 10:00").isoformat()
        assert due(FIVE, received("05/03/2026 09:00", FIVE, since=since)) == D(2026, 3, 10)

    def test_received_on_a_day_of_tet_it_counts_as_received_on_the_first_working_day(self) -> None:
        tet = off(*(D(2026, 2, 16) + datetime.timedelta(days=n) for n in range(5)))
        assert due(FIVE, received("17/02/2026 10:00", FIVE), on=tet) == D(2026, 3, 2)

    @pytest.mark.parametrize(
        ("moment", "last"),
        [("05/03/2026 23:59", D(2026, 3, 12)), ("06/03/2026 00:01", D(2026, 3, 13))],
    )
    def test_the_day_is_that_of_viet_nam(self, moment: str, last: datetime.date) -> None:
        assert due(FIVE, received(moment, FIVE)) == last

    @pytest.mark.parametrize(
        ("limit", "ask", "answer", "last"),
        [
            (FIVE, "09/03/2026 09:00", "16/03/2026 09:00", D(2026, 3, 19)),  # 06 and 09/03 counted, three left
            (FIVE, "09/03/2026 23:59", "16/03/2026 23:59", D(2026, 3, 19)),
            (FIVE, "09/03/2026 09:00", "09/03/2026 10:00", D(2026, 3, 12)),  # same day: nothing changes
            (FIVE, "05/03/2026 15:00", "06/03/2026 08:00", D(2026, 3, 13)),  # on the day of receipt: all five left
            (FIVE, "09/03/2026 09:00", "15/03/2026 09:00", D(2026, 3, 18)),  # answered on a Sunday
            (FIVE, "12/03/2026 09:00", "16/03/2026 09:00", D(2026, 3, 16)),  # asked on the last day: due at once
            (FIVE, "13/03/2026 09:00", "16/03/2026 09:00", D(2026, 3, 12)),  # already late: late it stays
            (TimeLimit(15, "calendar_day"), "10/03/2026 09:00", "16/03/2026 09:00", D(2026, 3, 26)),  # ten left
            (TimeLimit(16, "calendar_day"), "23/03/2026 09:00", "24/03/2026 09:00", D(2026, 3, 24)),  # end rolled over
            (TimeLimit(20, "hour"), "05/03/2026 10:30", "09/03/2026 07:30", D(2026, 3, 11)),  # 1,5 h gone, 19 h left
            (working(1, same_day=True, cutoff="15:00"), "05/03/2026 10:00", "09/03/2026 14:00", D(2026, 3, 9)),
            (working(1, same_day=True, cutoff="15:00"), "05/03/2026 10:00", "09/03/2026 15:30", D(2026, 3, 10)),
            (working(3, cutoff="15:00"), "09/03/2026 10:00", "10/03/2026 16:00", D(2026, 3, 11)),
        ],
    )
    def test_a_pause_leaves_what_was_left(self, limit: TimeLimit, ask: str, answer: str, last: datetime.date) -> None:
        events = received("05/03/2026 09:00", limit), asked(ask), answered(answer, clock.PAUSE, limit)
        assert due(limit, *events) == last

    def test_a_supplement_on_a_day_before_day_zero_takes_nothing_away(self) -> None:
        limit = working(3, cutoff="15:00")
        events = (
            received("05/03/2026 16:00", limit),
            asked("05/03/2026 16:10"),
            answered("05/03/2026 16:20", "pause", limit),
        )
        assert due(limit, *events) == due(limit, events[0]) == D(2026, 3, 11)

    @pytest.mark.parametrize(
        ("ask", "last"), [("09/03/2026 09:00", D(2026, 3, 23)), ("13/03/2026 09:00", D(2026, 3, 23))]
    )
    def test_a_restart_counts_the_whole_limit_anew(self, ask: str, last: datetime.date) -> None:
        events = received("05/03/2026 09:00", FIVE), asked(ask), answered("16/03/2026 09:00", clock.RESTART, FIVE)
        assert due(FIVE, *events) == last

    def test_a_restart_keeps_the_cutoff(self) -> None:
        limit = working(1, same_day=True, cutoff="15:00")
        events = (
            received("05/03/2026 09:00", limit),
            asked("05/03/2026 10:00"),
            answered("06/03/2026 15:01", "restart", limit),
        )
        assert due(limit, *events) == D(2026, 3, 9)

    def test_a_shorter_case_after_the_supplement_does_not_bring_the_day_nearer(self) -> None:
        events = (
            received("05/03/2026 09:00", FIVE),
            asked("05/03/2026 10:00"),
            answered("05/03/2026 11:00", "restart", working(1)),
        )
        assert due(FIVE, *events) == D(2026, 3, 12)

    def test_an_open_request_stops_the_clock_and_leaves_the_day(self) -> None:
        found = clock.replay(submission(FIVE), [received("05/03/2026 09:00", FIVE), asked("09/03/2026 09:00")], time())
        assert (found.due_on, found.running, found.ended) == (D(2026, 3, 12), False, False)
        assert found.steps[-1].left == (Period(3, "working_day"),)
        assert [d.number for d in found.steps[0].days if d.number] == [1, 2]

    def test_several_pauses(self) -> None:
        events = [
            received("05/03/2026 09:00", FIVE),
            asked("06/03/2026 09:00"),  # one counted
            answered("10/03/2026 09:00", "pause", FIVE),
            asked("12/03/2026 09:00"),  # 11 and 12/03: three counted
            answered("19/03/2026 09:00", "pause", FIVE),
        ]
        assert due(FIVE, *events) == D(2026, 3, 23)

    def test_added_periods_go_on_one_after_another(self) -> None:
        events = [
            Moment("receive", at("05/03/2026 09:00"), {"periods": [[2, "working_day"], [10, "calendar_day"]]}),
            asked("12/03/2026 09:00"),  # 09/03 the second working day; three of the ten days are gone
            answered("16/03/2026 09:00", "pause", FIVE),
        ]
        assert due(FIVE, events[0]) == D(2026, 3, 19)
        assert due(FIVE, *events) == D(2026, 3, 23)

    def test_an_extension_stands(self) -> None:
        events = received("05/03/2026 09:00", FIVE), extended("11/03/2026 09:00", D(2026, 3, 17), [[4, "working_day"]])
        found = clock.replay(submission(FIVE), events, time())
        assert (found.due_on, found.original_due_on) == (D(2026, 3, 17), D(2026, 3, 12))
        assert due(FIVE, *events, on=off(D(2026, 3, 16))) == D(2026, 3, 17)
        assert due(FIVE, *events, on=off(D(2026, 3, 17), D(2026, 3, 18))) == D(2026, 3, 19)

    @pytest.mark.parametrize(("rule", "last"), [("pause", D(2026, 3, 19)), ("restart", D(2026, 3, 23))])
    def test_a_supplement_after_an_extension(self, rule: str, last: datetime.date) -> None:
        events = [
            received("05/03/2026 09:00", FIVE),
            extended("11/03/2026 09:00", D(2026, 3, 17), [[4, "working_day"]]),
            asked("12/03/2026 09:00"),  # three of the four left
            answered("16/03/2026 09:00", rule, FIVE),
        ]
        assert due(FIVE, *events) == last

    def test_a_restart_does_not_undercut_the_extended_day(self) -> None:
        events = [
            received("05/03/2026 09:00", FIVE),
            extended("06/03/2026 09:00", D(2026, 3, 27), [[15, "working_day"]]),
            asked("09/03/2026 09:00"),
            answered("10/03/2026 09:00", "restart", FIVE),
        ]
        assert due(FIVE, *events) == D(2026, 3, 27)

    def test_after_the_end_the_day_stands_as_it_was_told(self) -> None:
        events = [received("05/03/2026 09:00", FIVE, due_on="2026-03-12"), Moment("finish", at("10/03/2026 09:00"))]
        found = clock.replay(submission(FIVE), events, off(D(2026, 3, 11)))
        assert (found.due_on, found.counted, found.running, found.ended) == (
            D(2026, 3, 12),
            D(2026, 3, 13),
            False,
            True,
        )

    @pytest.mark.parametrize("verb", ["start", "propose", "send_back", "assign", "note", "papers", "take"])
    def test_nothing_else_stops_the_clock(self, verb: str) -> None:
        events = received("05/03/2026 09:00", FIVE), Moment(verb, at("06/03/2026 09:00"))
        found = clock.replay(submission(FIVE), events, time())
        assert (found.due_on, found.running) == (D(2026, 3, 12), True)


# --- what always holds ---------------------------------------------------------------------------

MARCH = at("02/03/2026 00:00")
LIMITS = st.one_of(
    st.builds(working, st.integers(1, 12), cutoff=st.sampled_from(["", "15:00"])),
    st.builds(lambda n: TimeLimit(n, "calendar_day"), st.integers(1, 20)),
    st.builds(lambda n: TimeLimit(n, "hour"), st.integers(1, 40)),
    st.just(working(1, same_day=True, cutoff="15:00")),
)
MINUTES = st.integers(0, 10 * 24 * 60)
DAYS_OFF = st.frozensets(st.integers(0, 60).map(lambda n: D(2026, 3, 2) + datetime.timedelta(days=n)), max_size=8)


@st.composite
def journeys(
    draw: st.DrawFn, rules: tuple[str, ...] = ("pause", "restart")
) -> tuple[TimeLimit, WorkTime, list[Moment]]:
    """A limit, a calendar and a log in its order: receipt, supplements, now and then an extension, an open request."""
    limit, days = draw(LIMITS), time(Calendar(off=draw(DAYS_OFF)))
    periods = clock.written(deadlines.chosen(limit, ANSWERS))
    now = MARCH + datetime.timedelta(minutes=draw(MINUTES))
    events = [Moment("receive", now, {"periods": periods})]
    extend_at = draw(st.sampled_from([None, 0, 1]))
    for number in range(draw(st.integers(0, 3))):
        if number == extend_at:
            now += datetime.timedelta(minutes=draw(st.integers(0, 3000)))
            events += _extension(limit, days, events, now, draw(st.integers(1, 8)))
        now += datetime.timedelta(minutes=draw(MINUTES))
        events.append(Moment("request_supplement", now))
        now += datetime.timedelta(minutes=draw(MINUTES))
        events.append(Moment("supplement", now, {"rule": draw(st.sampled_from(rules)), "periods": periods}))
    return limit, days, events[: len(events) - draw(st.integers(0, 1))] if len(events) > 1 else events


def _extension(
    limit: TimeLimit, days: WorkTime, events: list[Moment], now: datetime.datetime, more: int
) -> list[Moment]:
    """Written as the workflow writes it; none when it is too late for one."""
    old, today = due(limit, *events, on=days), now.astimezone(VN).date()
    assert old is not None
    if today >= old:
        return []
    new = days.days.add(old, more)
    periods = clock.written(clock.until(limit.unit, today, new, days))
    return [Moment("extend", now, {"due_on": new.isoformat(), "periods": periods})]


@settings(max_examples=150, deadline=None)
@given(journeys(), st.integers(0, 90))
def test_one_more_day_off_never_moves_the_day_nearer(journey: Any, n: int) -> None:
    limit, days, events = journey
    more = time(Calendar(off=days.days.off | {D(2026, 3, 2) + datetime.timedelta(days=n)}))
    before, after = due(limit, *events, on=days), due(limit, *events, on=more)
    assert before is not None
    assert after is not None
    assert after >= before
    assert more.days.is_working_day(after) or limit.unit == "hour"


@settings(max_examples=100, deadline=None)
@given(journeys())
def test_no_event_ever_brings_the_day_nearer(journey: Any) -> None:
    limit, days, events = journey
    found = [due(limit, *events[: n + 1], on=days) for n in range(len(events))]
    assert found == sorted(found)


@settings(max_examples=100, deadline=None)
@given(journeys(rules=("pause",)))
def test_pauses_leave_exactly_the_limit_to_count(journey: Any) -> None:
    """Of working days as many are counted in all as the limit has, however often the clock was stopped."""
    limit, days, events = journey
    events = [e for e in events if e.verb != "extend"]
    if limit.unit != "working_day" or limit.same_day or events[-1].verb == "request_supplement":
        return
    found = clock.replay(submission(limit), events, days)
    if all(step.left for step in found.steps if step.verb == "request_supplement"):
        assert sum(d.kind == "counted" for step in found.steps for d in step.days) == limit.value


@settings(max_examples=60, deadline=None)
@given(journeys(rules=("pause",)))
def test_a_request_that_is_answered_at_once_changes_nothing(journey: Any) -> None:
    limit, days, events = journey
    now = events[-1].at
    if limit.unit == "hour" or limit.same_day or limit.cutoff or events[-1].verb == "request_supplement":
        return
    at_once = [Moment("request_supplement", now), Moment("supplement", now, {"rule": "pause", "periods": []})]
    assert due(limit, *events, *at_once, on=days) == due(limit, *events, on=days)


# --- in words ------------------------------------------------------------------------------------

TET = {D(2026, 2, 16) + datetime.timedelta(days=n): "Tết Nguyên Đán" for n in range(5)}
AT_TET = time(Calendar(off=frozenset(TET), names=TET))
SAME_DAY = working(1, same_day=True, cutoff="15:00")


@pytest.mark.parametrize(
    ("limit", "when", "said"),
    [
        (
            working(3),
            "12/02/2026 09:00",
            "Ngày nhận 12/02 không tính; từ 13/02 đến 24/02/2026 là 3 ngày làm việc; "
            "không tính thứ Bảy, Chủ nhật, 16–20/02 (Tết Nguyên Đán).",
        ),
        (
            working(3, cutoff="15:00"),
            "12/02/2026 15:30",
            "Tiếp nhận sau 15:00 nên tính từ ngày làm việc tiếp theo, 13/02; từ 23/02 đến 25/02/2026 là 3 ngày làm "
            "việc; không tính thứ Bảy, Chủ nhật, 16–20/02 (Tết Nguyên Đán).",
        ),
        (
            working(2),
            "17/02/2026 10:00",
            "Nhận vào ngày nghỉ nên tính như nhận ngày 23/02; từ 24/02 đến 25/02/2026 là 2 ngày làm việc.",
        ),
        (
            TimeLimit(10, "calendar_day"),
            "11/02/2026 09:00",
            "Ngày nhận 11/02 không tính; từ 12/02 đến 21/02/2026 là 10 ngày; ngày cuối là ngày nghỉ (thứ Bảy) nên "
            "chuyển sang ngày làm việc tiếp theo.",
        ),
        (SAME_DAY, "12/02/2026 14:30", "Trả trong ngày làm việc này."),
        (SAME_DAY, "12/02/2026 15:30", "Tiếp nhận sau 15:00 nên tính từ ngày làm việc tiếp theo, 13/02."),
    ],
)
def test_a_receipt_in_one_sentence(limit: TimeLimit, when: str, said: str) -> None:
    found = clock.replay(submission(limit), [received(when, limit)], AT_TET)
    assert clock.in_short(found.steps[0]) == said


def told(events: list[Moment], on: WorkTime = AT_TET) -> list[str]:
    """Every line of the explanation; days off in brackets."""
    found = clock.explanation(clock.replay(submission(FIVE), events, on))
    assert found is not None
    lines = []
    for part in found.parts:
        lines.append(part.words)
        lines += [f"{r.when}: {r.words}" if r.counts else f"({r.when}: {r.words})" for r in part.rows]
    return lines


STOPPED = [received("11/02/2026 09:00", FIVE), asked("13/02/2026 10:00")]
SO_FAR = [
    "Tiếp nhận lúc 09:00 thứ Tư 11/02/2026.",
    "(11/02: ngày tiếp nhận, chưa tính)",
    "12–13/02: ngày 1 đến ngày 2",
    "10:00 thứ Sáu 13/02/2026: đề nghị bổ sung, tạm dừng tính thời hạn; khi đó còn 3 ngày làm việc.",
]


def test_a_pause_goes_on_counting_where_it_stopped() -> None:
    assert told([*STOPPED, answered("24/02/2026 10:00", "pause", FIVE)]) == [
        *SO_FAR,
        "10:00 thứ Ba 24/02/2026: đã bổ sung, tính tiếp 3 ngày làm việc còn lại.",
        "(24/02: tính từ lần bổ sung này, ngày này chưa tính)",
        "25–27/02: ngày 3 đến ngày 5",
    ]


def test_a_restart_counts_from_one() -> None:
    assert told([*STOPPED, answered("24/02/2026 10:00", "restart", FIVE)]) == [
        *SO_FAR,
        "10:00 thứ Ba 24/02/2026: đã bổ sung, tính lại thời hạn từ đầu.",
        "(24/02: tính từ lần bổ sung này, ngày này chưa tính)",
        "25–27/02: ngày 1 đến ngày 3",
        "(28/02–01/03: không tính: thứ Bảy, Chủ nhật)",
        "02–03/03: ngày 4 đến ngày 5",
    ]


def test_an_extension_and_a_recount_say_what_was_told() -> None:
    extension = extended("16/03/2026 09:00", D(2026, 3, 20), [[4, "working_day"]])
    moved = {"old_due_on": "2026-03-20", "due_on": "2026-03-23"}
    events = [received("10/03/2026 09:00", FIVE), extension, Moment("recount", at("18/03/2026 09:00"), moved)]
    assert told(events, off(D(2026, 3, 20)))[-2:] == [
        "09:00 thứ Hai 16/03/2026: hẹn lại một lần, từ thứ Ba 17/03/2026 sang thứ Sáu 20/03/2026.",
        "09:00 thứ Tư 18/03/2026: lịch làm việc thay đổi, ngày hẹn đổi từ thứ Sáu 20/03/2026 sang thứ Hai 23/03/2026.",
    ]


def test_after_the_end_another_calendar_is_named() -> None:
    events = [received("05/03/2026 09:00", FIVE, due_on="2026-03-12"), Moment("finish", at("10/03/2026 09:00"))]
    found = clock.explanation(clock.replay(submission(FIVE), events, off(D(2026, 3, 11))))
    assert found is not None
    assert (found.due_on, found.first_due_on) == (D(2026, 3, 12), None)
    assert found.note == "Lịch làm việc đã đổi sau khi hồ sơ giải quyết xong; ngày hẹn giữ nguyên như đã báo."

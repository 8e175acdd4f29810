"""How the promised day came about, in words: part by part for the pages, in one sentence for the receipt."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as changed
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.worktime import WorkTime
from portal.templatetags.portal import day, moment
from procedures import wording
from procedures.deadlines import CountedDay
from procedures.models import WorkingBlock
from submissions.clock.record import of
from submissions.clock.replay import RESTART, Clock, Moment, Step, replay
from submissions.clock.spans import Periods
from submissions.models import Submission
from submissions.states import RECOUNT


@dataclass(frozen=True)
class Row:
    """A day or a stretch of days: "13/02", "14/02–22/02"; `counts` when it is one of the limit."""

    when: str
    words: str
    counts: bool = False


@dataclass(frozen=True)
class Part:
    """An event of the clock and the days that were counted from it on."""

    words: str
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """`first_due_on` is only there where it is another day; `note` says why the count is no longer followed."""

    parts: tuple[Part, ...]
    due_on: datetime.date | None
    first_due_on: datetime.date | None = None
    note: str = ""


def explain(submission: Submission) -> Explanation | None:
    """None before receipt. Three queries."""
    return explanation(of(submission)) if submission.received_at else None


def explanation(clock: Clock) -> Explanation | None:
    if clock.due_on is None:
        return None
    first = clock.original_due_on if clock.original_due_on != clock.due_on else None
    note = ""
    if clock.ended and clock.counted != clock.due_on:
        note = _("Lịch làm việc đã đổi sau khi hồ sơ giải quyết xong; ngày hẹn giữ nguyên như đã báo.")
    return Explanation(tuple(_parts(clock.steps)), clock.due_on, first, note)


def _parts(steps: Iterable[Step]) -> Iterator[Part]:
    offset = 0
    for step in steps:
        if step.verb == "extend" or step.rule == RESTART:
            offset = 0
        days = [_named(step, changed(d, number=d.number + offset) if d.number else d) for d in step.days]
        offset = max([offset, *(d.number for d in days if d.number)])
        yield Part(SAID[step.verb](step), tuple(_rows(days)))


def _named(step: Step, line: CountedDay) -> CountedDay:
    """Day zero after a supplement is that of the supplement."""
    if step.verb != "supplement" or line.kind != "zero" or not step.left:
        return line
    return changed(line, why=_("tính từ lần bổ sung này, ngày này chưa tính"))


# --- what happened -------------------------------------------------------------------------------


def _received(step: Step) -> str:
    return _("Tiếp nhận lúc %s.") % moment(step.at)


def _asked(step: Step) -> str:
    words = _("%(when)s: đề nghị bổ sung, tạm dừng tính thời hạn; khi đó %(left)s.")
    return words % {"when": _begun(moment(step.at)), "left": _left(step.left)}


def _left(left: Periods) -> str:
    return _("còn %s") % said(left) if left else _("không còn ngày nào")


def _answered(step: Step) -> str:
    when = _begun(moment(step.at))
    if step.rule == RESTART:
        return _("%s: đã bổ sung, tính lại thời hạn từ đầu.") % when
    if not step.days:
        return _("%s: đã bổ sung; hồ sơ đã quá hạn từ trước nên ngày hẹn giữ nguyên.") % when
    if not step.left:
        return _("%s: đã bổ sung, hết thời hạn nên trả ngay.") % when
    return _("%(when)s: đã bổ sung, tính tiếp %(left)s còn lại.") % {"when": when, "left": said(step.left)}


def _extended(step: Step) -> str:
    words = _("%(when)s: hẹn lại một lần, từ %(old)s sang %(new)s.")
    return words % {"when": _begun(moment(step.at)), "old": day(step.was), "new": day(step.due_on)}


def _recounted(step: Step) -> str:
    words = _("%(when)s: lịch làm việc thay đổi, ngày hẹn đổi từ %(old)s sang %(new)s.")
    return words % {"when": _begun(moment(step.at)), "old": day(step.was), "new": day(step.due_on)}


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def said(periods: Periods) -> str:
    """ "3 ngày làm việc", "2 ngày làm việc và 10 ngày"."""
    return _(" và ").join(wording.period(p.value, p.unit) for p in periods)


SAID: Mapping[str, Callable[[Step], str]] = {
    "receive": _received,
    "request_supplement": _asked,
    "supplement": _answered,
    "extend": _extended,
    RECOUNT: _recounted,
}


# --- the days ------------------------------------------------------------------------------------


def _rows(days: Iterable[CountedDay]) -> Iterator[Row]:
    """Counted days of one reason in a row become one, and so do stretches of days off that touch."""
    for (kind, why), group in itertools.groupby(days, key=_alike):
        found = list(group)
        if kind == "counted":
            words = _("%(days)s (%(why)s)") % {"days": _numbers(found), "why": why} if why else _numbers(found)
            yield Row(stretch(found[0].date, found[-1].date), words, True)
        elif kind == "skipped":
            reasons = ", ".join(dict.fromkeys(d.why for d in found))
            yield Row(stretch(found[0].date, found[-1].until or found[-1].date), _("không tính: %s") % reasons)
        else:
            yield from (Row(short(d.date), d.why, kind == "hours") for d in found)


def _alike(line: CountedDay) -> tuple[str, str]:
    return line.kind, line.why if line.kind == "counted" else ""


def _numbers(found: list[CountedDay]) -> str:
    first, last = found[0].number, found[-1].number
    if first == last:
        return _("ngày %d") % first
    return _("ngày %(first)d đến ngày %(last)d") % {"first": first, "last": last}


def short(date: datetime.date) -> str:
    """ "13/02"."""
    return f"{date:%d/%m}"


def stretch(first: datetime.date, last: datetime.date) -> str:
    """ "14–22/02", "30/04–02/05"."""
    if first == last:
        return short(first)
    return f"{first:%d}–{last:%d/%m}" if first.month == last.month else f"{first:%d/%m}–{last:%d/%m}"


# --- in one sentence -----------------------------------------------------------------------------


def sentence(submission: Submission, at: datetime.datetime, data: Mapping[str, Any], time: WorkTime) -> str:
    """For the slip of a receipt that is just being written: "Ngày nhận 12/02 không tính; …"."""
    clock = replay(submission, [Moment("receive", at, data)], time)
    return in_short(clock.steps[0])


def in_short(step: Step) -> str:
    """The count that began with this receipt."""
    parts = [_start(step), *_length(step), *_off(step), *(d.why for d in step.days if d.kind == "moved")]
    return _begun("; ".join(parts)) + "."


def _start(step: Step) -> str:
    zero = next(d for d in step.days if d.kind == "zero")
    late = [d.why for d in step.days if d.kind == "received"]
    if late:
        return _("%(why)s, %(day)s") % {"why": late[0], "day": short(zero.date)}
    if zero.date != timezone.localdate(step.at):
        return _("nhận vào ngày nghỉ nên tính như nhận ngày %s") % short(zero.date)
    if step.left and step.left[0].unit != "hour":
        return _("ngày nhận %s không tính") % short(zero.date)
    return zero.why


def _length(step: Step) -> list[str]:
    days = [d for d in step.days if d.kind in ("counted", "hours")]
    if not days:
        return []
    words = _("từ %(first)s đến %(last)s là %(count)s")
    return [words % {"first": short(days[0].date), "last": f"{days[-1].date:%d/%m/%Y}", "count": said(step.left)}]


def _off(step: Step) -> list[str]:
    """The days off in between: weekends by their name alone, the others with their dates."""
    last = max((d.date for d in step.days if d.kind in ("counted", "hours")), default=datetime.date.min)
    first = next(d.date for d in step.days if d.kind == "zero")
    skipped = [d for d in step.days if d.kind == "skipped" and first < d.date < last]
    weekends = list(dict.fromkeys(d.why for d in skipped if _is_weekend(d)))
    named = [f"{stretch(d.date, d.until or d.date)} ({d.why})" for d in skipped if not _is_weekend(d)]
    found = [*weekends, *named]
    return [_("không tính %s") % ", ".join(found)] if found else []


def _is_weekend(line: CountedDay) -> bool:
    """A stretch that has no other reason; it is short, and of one weekend."""
    return {*line.why.split(", ")} <= {str(WorkingBlock.Weekday(n).label) for n in (5, 6)}

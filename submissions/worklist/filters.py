"""What the work list can be narrowed by: each filter with its options, the rule behind it, and what to say of a value
that is gone. Values are codes and keys, so that a kept address outlives new revisions and new words.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.workdays import ONE_DAY
from procedures.models import Procedure
from procedures.spec import Choice
from procedures.spec import Field as Question
from submissions.models import Officer, Submission, SubmissionQuerySet
from submissions.states import CLOCK_STATES, OPEN_STATES, State
from submissions.worklist import people
from submissions.worklist.lateness import Clock
from submissions.worklist.queues import DESK_STATES, reply_rules

ME, NOBODY, OPEN = "me", "none", "open"
# Kinds of questions whose answers are one of a few.
ASKED_KINDS = ("choice", "checkbox")


@dataclass(frozen=True)
class Option:
    """`note` is a sentence worth saying when the option is chosen."""

    value: str
    label: str
    group: str = ""
    note: str = ""


@dataclass
class Desk:
    """One officer's view of the list at one moment; what the filters offer is looked up once."""

    officer: Officer
    at: Clock
    values: dict[str, str] = field(default_factory=dict)

    @cached_property
    def procedures(self) -> list[Procedure]:
        """The procedures of the tier whose files lie on this desk, from the catalogue: no look at the files."""
        rows = Procedure.objects.filter(tier=people.home(self.officer).tier or "", published__isnull=False)
        rows = rows.select_related("sector", "published").order_by("sector__order", "short_name")
        shown = ("code", "short_name", "sector__key", "sector__name", "published__digest")
        return list(rows.only("published", *shown))

    @cached_property
    def asked(self) -> list[Question]:
        """The questions of the chosen procedure that are answered by a choice or a tick; rows of a repeat are not."""
        chosen = next((p for p in self.procedures if p.code == self.values.get("procedure")), None)
        form = chosen.spec.form if chosen is not None else None
        return [f for f in form.fields() if f.kind in ASKED_KINDS] if form else []


GONE = gettext_lazy("Bộ lọc có giá trị “%s” không còn dùng. Bạn hãy bỏ bộ lọc này hoặc chọn lại.")
Narrow = Callable[[SubmissionQuerySet, str, Desk], SubmissionQuerySet]


@dataclass(frozen=True)
class Filter:
    key: str
    label: Any
    options: Callable[[Desk], list[Option]]
    narrow: Narrow
    gone: Any = GONE
    find: Callable[[str, Desk], Option | None] | None = None

    def option(self, value: str, desk: Desk) -> Option | None:
        """What the value stands for; None when it stands for nothing any more."""
        known = next((o for o in self.options(desk) if o.value == value), None)
        return known or (self.find(value, desk) if self.find else None)


# --- state, days, channel ------------------------------------------------------------------------


def _states(_desk: Desk) -> list[Option]:
    states = [Option(s.value, str(s.label)) for s in State if s != State.DRAFT]
    return [Option(OPEN, _("chưa có kết quả")), *states]


def _by_state(rows: SubmissionQuerySet, value: str, _desk: Desk) -> SubmissionQuerySet:
    return rows.filter(state__in=OPEN_STATES) if value == OPEN else rows.filter(state=value)


def _dues(_desk: Desk) -> list[Option]:
    return [
        Option("overdue", _("quá hạn")),
        Option("today", _("hôm nay")),
        Option("soon", _("sắp đến hạn")),
        Option("week", _("trong tuần này")),
        Option("later", _("còn hạn")),
        Option("none", _("chưa hẹn ngày")),
    ]


def _by_due(rows: SubmissionQuerySet, value: str, desk: Desk) -> SubmissionQuerySet:
    at = desk.at
    if value == "none":
        return rows.filter(state__in=DESK_STATES, due_on=None)
    sunday = at.today + datetime.timedelta(days=6 - at.today.weekday())
    rule = {
        "overdue": Q(due_on__lt=at.today),
        "today": Q(due_on=at.today),
        "soon": Q(due_on__gt=at.today, due_on__lte=at.soon),
        "week": Q(due_on__gte=at.today, due_on__lt=sunday + ONE_DAY),
        "later": Q(due_on__gt=at.soon),
    }[value]
    return rows.filter(rule, state__in=CLOCK_STATES)


def _replies(_desk: Desk) -> list[Option]:
    return [Option("late", _("đã quá giờ trả lời")), Option("today", _("cần trả lời hôm nay"))]


def _by_reply(rows: SubmissionQuerySet, value: str, desk: Desk) -> SubmissionQuerySet:
    return rows.filter(reply_rules(desk.at)[value])


def _channels(_desk: Desk) -> list[Option]:
    return [Option(value, str(label)) for value, label in Submission.Channel.choices]


# --- procedure, sector, answers ------------------------------------------------------------------


def _procedures(desk: Desk) -> list[Option]:
    return [Option(p.code, p.short_name, p.sector.name) for p in desk.procedures]


def _by_procedure(rows: SubmissionQuerySet, value: str, desk: Desk) -> SubmissionQuerySet:
    return rows.filter(procedure__in=[p.pk for p in desk.procedures if p.code == value])


def _sectors(desk: Desk) -> list[Option]:
    return list(dict.fromkeys(Option(p.sector.key, p.sector.name) for p in desk.procedures))


def _by_sector(rows: SubmissionQuerySet, value: str, desk: Desk) -> SubmissionQuerySet:
    return rows.filter(procedure__in=[p.pk for p in desk.procedures if p.sector.key == value])


def _choices(question: Question) -> list[Choice]:
    return [Choice("yes", _("có đánh dấu"))] if question.kind == "checkbox" else list(question.choices)


def _answers(desk: Desk) -> list[Option]:
    return [Option(f"{q.key}:{c.value}", c.label, q.label) for q in desk.asked for c in _choices(q)]


def _retired_answer(value: str, desk: Desk) -> Option | None:
    """A question or a choice of an earlier form: files of that time still hold it."""
    key, colon, answer = value.partition(":")
    if not (colon and key and answer and desk.values.get("procedure")):
        return None
    words = _("Tờ khai hiện nay không còn lựa chọn này; danh sách chỉ có hồ sơ nộp theo tờ khai cũ.")
    return Option(value, answer, next((q.label for q in desk.asked if q.key == key), key), words)


def _by_answer(rows: SubmissionQuerySet, value: str, desk: Desk) -> SubmissionQuerySet:
    """Only what is open: of that there is little, and answers have no index."""
    key, _colon, answer = value.partition(":")
    ticked = any(q.key == key and q.kind == "checkbox" for q in desk.asked)
    given = rows.filter(state__in=DESK_STATES).alias(given_answer=KeyTransform(key, "answers"))
    return given.filter(given_answer=True if ticked else answer)


# --- people --------------------------------------------------------------------------------------


def _assignees(desk: Desk) -> list[Option]:
    names = [Option(str(o.pk), str(o)) for o in people.colleagues(desk.officer)]
    return [Option(ME, _("tôi")), Option(NOBODY, _("chưa ai phụ trách")), *names]


def _former(value: str, desk: Desk) -> Option | None:
    officer = people.former(desk.officer, int(value)) if value.isdecimal() and len(value) < 10 else None
    if officer is None:
        return None
    words = _("%s không còn làm việc ở bộ phận này. Bạn hãy giao những hồ sơ còn lại cho người khác.")
    return Option(value, _("%s (đã nghỉ)") % officer, note=words % officer)


def _by_assignee(rows: SubmissionQuerySet, value: str, desk: Desk) -> SubmissionQuerySet:
    if value == NOBODY:
        return rows.filter(assignee=None)
    return rows.filter(assignee=desk.officer.pk if value == ME else int(value))


def _units(desk: Desk) -> list[Option]:
    """Ward or department of who has the file, where more than one works on the same files."""
    agencies = {o.agency.slug: o.agency for o in people.colleagues(desk.officer)}
    return [Option(slug, str(agency)) for slug, agency in agencies.items()] if len(agencies) > 1 else []


def _by_unit(rows: SubmissionQuerySet, value: str, _desk: Desk) -> SubmissionQuerySet:
    return rows.filter(assignee__in=Officer.objects.filter(agency__slug=value).values("pk"))


_l = gettext_lazy
FILTERS: tuple[Filter, ...] = (
    Filter("state", _l("Trạng thái"), _states, _by_state),
    Filter("due", _l("Hạn trả"), _dues, _by_due),
    Filter("reply", _l("Trả lời người nộp"), _replies, _by_reply),
    Filter("assignee", _l("Phụ trách"), _assignees, _by_assignee, _l(
        "Cán bộ trong bộ lọc này không làm việc ở cơ quan bạn. Bạn hãy bỏ bộ lọc này hoặc chọn người khác."
    ), _former),
    Filter("unit", _l("Đơn vị phụ trách"), _units, _by_unit),
    Filter("sector", _l("Lĩnh vực"), _sectors, _by_sector, _l(
        "Không còn lĩnh vực “%s” ở cơ quan bạn. Bạn hãy bỏ bộ lọc này hoặc chọn lĩnh vực khác."
    )),
    Filter("procedure", _l("Thủ tục"), _procedures, _by_procedure, _l(
        "Không còn thủ tục mã “%s” ở cơ quan bạn. Bạn hãy bỏ bộ lọc này hoặc chọn thủ tục khác."
    )),
    Filter("answer", _l("Câu trả lời trong tờ khai"), _answers, _by_answer, _l(
        "Muốn lọc theo câu trả lời, bạn hãy chọn thủ tục rồi chọn một câu trả lời trong danh sách."
    ), _retired_answer),
    Filter("channel", _l("Kênh nộp"), _channels,
           lambda rows, value, _desk: rows.filter(channel=value)),
)  # fmt: skip
BY_KEY = {f.key: f for f in FILTERS}

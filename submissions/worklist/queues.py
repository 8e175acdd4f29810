"""The officers' queues: which submissions are in each, in which order, how many, and for whom they matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import Coalesce, TruncDate
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.models import Procedure
from submissions.models import Officer, SubmissionQuerySet
from submissions.states import CLOCK_STATES, OPEN_STATES, Money, Role, State
from submissions.worklist.gate import visible_to
from submissions.worklist.lateness import Clock, ends_today
from submissions.worklist.people import colleagues

WORKED_ON = (State.SUBMITTED, State.RECEIVED, State.IN_PROGRESS)
# Everything that is on somebody's desk. The partial index of open submissions has the same states.
DESK_STATES = (*OPEN_STATES, State.RESULT_READY)

RECEPTION, SPECIALIST, LEADER, CASHIER = Role.RECEPTION, Role.SPECIALIST, Role.LEADER, Role.CASHIER
Rule = Callable[[Officer, Clock], Q]


@dataclass(frozen=True)
class Queue:
    key: str
    label: Any
    empty: Any
    rule: Rule
    roles: tuple[Role, ...]  # for whom it is shown
    order: str = "due"  # due: the promised day; waited: the oldest filing; urgent: whatever must happen first


def _state(*states: State) -> Rule:
    return lambda _officer, _at: Q(state__in=states)


def _due_today(_officer: Officer, at: Clock) -> Q:
    return Q(state__in=CLOCK_STATES, due_on=at.today)


def _due_soon(_officer: Officer, at: Clock) -> Q:
    return Q(state__in=CLOCK_STATES, due_on__gt=at.today, due_on__lte=at.soon)


def _overdue(_officer: Officer, at: Clock) -> Q:
    return Q(state__in=CLOCK_STATES, due_on__lt=at.today)


def _supplemented(_officer: Officer, _at: Clock) -> Q:
    return Q(state__in=WORKED_ON, is_back=True)


def _unread(_officer: Officer, _at: Clock) -> Q:
    return Q(unread_since__isnull=False)  # in whatever state: citizens may write for some days after the end


def _mine(officer: Officer, _at: Clock) -> Q:
    return Q(assignee=officer, state__in=DESK_STATES)


def _to_pay(_officer: Officer, _at: Clock) -> Q:
    """Received, or to be paid before receipt: something is due, or an amount has to be set."""
    payable = Q(received_at__isnull=False) | Q(procedure__pay_when=Procedure.PayWhen.BEFORE_RECEIPT)
    return Q(money__in=(Money.UNSET, Money.DUE), state__in=DESK_STATES) & payable


def _todo(officer: Officer, _at: Clock) -> Q:
    """What waits for this very person: by the roles held, and never what another officer of the same role has."""
    mine_or_free = Q(assignee=None) | Q(assignee=officer)
    rule = Q(unread_since__isnull=False) & mine_or_free
    if officer.has_role(RECEPTION):
        rule |= Q(state=State.SUBMITTED) & mine_or_free
    if officer.has_role(SPECIALIST):
        others = [o.pk for o in colleagues(officer) if o.has_role(SPECIALIST) and o.pk != officer.pk]
        rule |= Q(state=State.RECEIVED) & (Q(assignee=None) | ~Q(assignee__in=others))
        rule |= Q(state=State.IN_PROGRESS) & mine_or_free
    if officer.has_role(LEADER):
        rule |= Q(state=State.AWAITING_APPROVAL)
    return rule


_l = gettext_lazy
WORKERS = (RECEPTION, SPECIALIST, LEADER)
DESK = (*WORKERS, CASHIER)
QUEUES: tuple[Queue, ...] = (
    Queue("todo", _l("Cần bạn làm"), _l("Không còn hồ sơ nào chờ bạn."), _todo, WORKERS, "urgent"),
    Queue("waiting", _l("Chờ tiếp nhận"), _l("Chưa có hồ sơ nào chờ tiếp nhận."), _state(State.SUBMITTED),
          (RECEPTION, LEADER, CASHIER), "waited"),
    Queue("approval", _l("Chờ ký duyệt"), _l("Không có hồ sơ nào chờ ký duyệt."), _state(State.AWAITING_APPROVAL),
          (LEADER, SPECIALIST)),
    Queue("overdue", _l("Quá hạn"), _l("Không có hồ sơ nào quá hạn."), _overdue, WORKERS),
    Queue("due-today", _l("Đến hạn hôm nay"), _l("Không có hồ sơ nào đến hạn hôm nay."), _due_today, WORKERS),
    Queue("due-soon", _l("Sắp đến hạn"), _l("Không có hồ sơ nào sắp đến hạn."), _due_soon, WORKERS),
    Queue("supplemented", _l("Đã bổ sung"), _l("Chưa có hồ sơ nào vừa được bổ sung."), _supplemented,
          (RECEPTION, SPECIALIST)),
    Queue("unread", _l("Tin nhắn chưa đọc"), _l("Không có tin nhắn nào chưa đọc."), _unread, WORKERS),
    Queue("ready", _l("Chờ trả kết quả"), _l("Không có kết quả nào chờ trả."), _state(State.RESULT_READY),
          (RECEPTION, CASHIER)),
    Queue("pay", _l("Chờ thu tiền"), _l("Không có hồ sơ nào chờ thu tiền."), _to_pay, (CASHIER,)),
    Queue("mine", _l("Của tôi"), _l("Bạn chưa phụ trách hồ sơ nào."), _mine, WORKERS),
)  # fmt: skip
BY_KEY = {q.key: q for q in QUEUES}


def in_queue(queryset: SubmissionQuerySet, key: str, officer: Officer, at: Clock) -> SubmissionQuerySet:
    """The rows of one queue; an unknown key changes nothing."""
    queue = BY_KEY.get(key)
    return queryset if queue is None else queryset.filter(queue.rule(officer, at))


def _urgent_day() -> Any:
    """The day on which something must have happened: the result, else the answer to the filing."""
    asked = TruncDate(Coalesce("reply_by", "submitted_at"), tzinfo=timezone.get_current_timezone())
    return Coalesce("due_on", asked)


ORDERS: dict[str, Callable[[], list[Any]]] = {
    "due": lambda: [F("due_on").asc(nulls_last=True), "submitted_at", "pk"],
    "waited": lambda: ["submitted_at", "pk"],
    "urgent": lambda: [_urgent_day().asc(), "submitted_at", "pk"],
    "newest": lambda: ["-submitted_at", "-pk"],
}


def order_of(key: str) -> list[Any]:
    """Most urgent first in a queue, newest first in the whole list."""
    queue = BY_KEY.get(key)
    return ORDERS[queue.order if queue else "newest"]()


def home_queue(officer: Officer) -> str:
    """The queue that an officer works through who came from nowhere in particular."""
    if officer.has_role(*WORKERS):
        return "todo"
    return "pay" if officer.has_role(CASHIER) else ""


def queues_for(officer: Officer) -> list[Queue]:
    return [q for q in QUEUES if officer.has_role(*q.roles)]


@dataclass(frozen=True)
class Tally:
    """How many are in a queue, and how many of them this officer has where that is worth saying."""

    count: int
    own: int = 0


# Of these the officer's own share says nothing.
WITHOUT_OWN = ("todo", "mine", "waiting")


def tallies(
    officer: Officer, at: Clock, queues: Iterable[Queue] = QUEUES, *, with_notes: bool = True
) -> dict[str, Tally]:
    """The queues, and with "waiting" also "reply-late" and "reply-today" of those that wait for an answer.

    One query over what is open or has unread messages; both are indexed. Without notes the officer's own share and
    the answers are left out, which is half of the work.
    """
    rules = {q.key: q.rule(officer, at) for q in queues}
    own = [key for key in rules if with_notes and key not in WITHOUT_OWN]
    if with_notes and "waiting" in rules:
        rules |= {f"reply-{key}": rule for key, rule in reply_rules(at).items()}
    keys = list(rules)
    asked = {f"n{keys.index(key)}": Count("pk", filter=rule) for key, rule in rules.items()}
    asked |= {f"own{keys.index(key)}": Count("pk", filter=rules[key] & Q(assignee=officer)) for key in own}
    open_ones = visible_to(officer).filter(Q(state__in=DESK_STATES) | Q(unread_since__isnull=False)).order_by()
    found = open_ones.aggregate(**asked)
    return {key: Tally(found[f"n{i}"], found.get(f"own{i}", 0)) for i, key in enumerate(keys)}


def counts(officer: Officer, at: Clock) -> dict[str, int]:
    """How many are in every queue. One query over the open submissions of the agency."""
    found = tallies(officer, at)
    return {q.key: found[q.key].count for q in QUEUES}


def reply_rules(at: Clock) -> dict[str, Q]:
    """Filings whose answer is overdue, or due before this day ends."""
    waiting = Q(state=State.SUBMITTED)
    return {
        "late": waiting & Q(reply_by__lt=at.now),
        "today": waiting & Q(reply_by__gte=at.now, reply_by__lt=ends_today(at)),
    }


@dataclass(frozen=True)
class QueueLink:
    """`notes` are smaller links below: (words, address, tone)."""

    key: str
    label: Any
    count: int | None
    address: str
    current: bool
    notes: tuple[tuple[str, str, str], ...] = ()


def links(
    officer: Officer, at: Clock, current: str = "", *, with_counts: bool = True, with_notes: bool = True
) -> list[QueueLink]:
    """The queues that matter to this officer as links with their counts, the whole list last."""
    address = reverse("admin:submissions_submission_changelist")
    queues = queues_for(officer)
    found = tallies(officer, at, queues, with_notes=with_notes) if with_counts else {}
    shown = [
        QueueLink(
            q.key,
            q.label,
            found[q.key].count if with_counts else None,
            f"{address}?queue={q.key}",
            q.key == current,
            _notes(q, found, address) if with_counts and with_notes else (),
        )
        for q in queues
    ]
    return [*shown, QueueLink("", _("Tất cả"), None, address, current not in BY_KEY)]


def _notes(queue: Queue, found: dict[str, Tally], address: str) -> tuple[tuple[str, str, str], ...]:
    base = f"{address}?queue={queue.key}"
    notes = []
    if queue.key == "waiting":
        late, today = found["reply-late"].count, found["reply-today"].count
        notes += [(_("%d quá giờ trả lời") % late, f"{base}&reply=late", "error")] if late else []
        notes += [(_("%d cần trả lời hôm nay") % today, f"{base}&reply=today", "warning")] if today else []
    own = found[queue.key].own
    if own:
        notes.append((_("%d của bạn") % own, f"{base}&assignee=me", "quiet"))
    return tuple(notes)

"""The morning mail: to leaders what their agency has to look after today, to officers their own part.

Codes and numbers only, never a person. A day on which nothing waits sends none (docs/decisions/022-batches.md).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.lib.workdays import Calendar
from submissions import notices, photos, signatures, worklist
from submissions.models import Attachment, Feedback, Notice, Officer, Paper, SubmissionQuerySet
from submissions.states import CLOCK_STATES, OPEN_STATES, Role
from submissions.worklist import Clock

MOST = 20  # codes that a section names
STUCK = datetime.timedelta(hours=1)
# What has failed stands in the mails of one week; whoever has not mended it by then knows.
RECENT = datetime.timedelta(days=7)
BAD_SIGNATURES = ("invalid", "modified", signatures.UNKNOWN)

# Title, the list's own address part, and whether an officer's own mail has it.
QUEUES = (
    (_("Quá hạn"), "queue=overdue", True),
    (_("Đến hạn hôm nay"), "queue=due-today", True),
    (_("Quá giờ trả lời người nộp trực tuyến"), "queue=waiting&reply=late", False),
    (_("Người dân vừa bổ sung"), "queue=supplemented", True),
    (_("Có tin nhắn chưa đọc"), "queue=unread", True),
)


@dataclass(frozen=True)
class Section:
    """One heading of the mail: how many, the first codes, and where they are listed."""

    title: Any
    count: int
    codes: list[str]
    page: str = ""

    @property
    def more(self) -> int:
        return self.count - len(self.codes)


def send(today: datetime.date | None = None) -> int:
    """Writes the mails of a working day into the outbox, once however often it runs; returns how many are new."""
    today = today or timezone.localdate()
    officers = Officer.objects.filter(is_active=True, user__is_active=True).select_related("user", "agency__parent")
    clocks: dict[int, Clock] = {}
    known: dict[frozenset[int], list[Section]] = {}
    sent = 0
    for officer in officers.defer("agency__content", "agency__parent__content").order_by("pk"):
        home = worklist.home(officer)
        at = clocks.get(home.pk) or clocks.setdefault(home.pk, worklist.clock(today, agency=home))
        if officer.user.email and at.days.is_working_day(today):
            sent += _send(officer, at, known)
    return sent


def _send(officer: Officer, at: Clock, known: dict[frozenset[int], list[Section]]) -> int:
    """A leader's mail tells of the whole agency; leaders of one agency read the same."""
    leads, scope = officer.has_role(Role.LEADER), frozenset(officer.scope)
    if leads:
        sections = known.get(scope) or known.setdefault(scope, list(of_agency(officer, at)))
        once = "-".join(str(pk) for pk in sorted(scope))
    else:
        sections, once = list(own(officer, at)), f"o{officer.pk}"
    if not sections:
        return 0
    return notices.tell_officers(
        "staff_digest",
        [officer],
        once=f"digest-{at.today:%Y%m%d}-{once}",
        sections=sections,
        head=", ".join(f"{s.count} {str(s.title).lower()}" for s in sections[:2]),
        day=at.today,
        office=officer.agency.name if leads else "",
        desk_page=settings.SITE_URL + reverse("admin:index"),
    )


# --- what stands in it ---------------------------------------------------------------------------


def own(officer: Officer, at: Clock) -> Iterator[Section]:
    for title, query, is_own in QUEUES:
        if is_own:
            yield from _listed(title, f"{query}&assignee=me", officer, at)


def of_agency(officer: Officer, at: Clock) -> Iterator[Section]:
    for title, query, _own in QUEUES:
        yield from _listed(title, query, officer, at)
    last = _last_chance(worklist.visible_to(officer), at.today, at.days)
    yield from _section(_("Hôm nay là hạn chót để xin lỗi và hẹn lại"), last, _list("queue=due-soon"))
    yield from _section(_("Giấy tờ, ảnh hoặc chữ ký số chưa xử lý được"), _broken(officer, at.now))
    outbox = settings.SITE_URL + reverse("admin:submissions_notice_changelist") + "?sent=failed"
    yield from _section(_("Thông báo không gửi được hoặc chờ gửi quá một giờ"), _unsent(officer, at.now), outbox)
    late = Feedback.objects.filter(agency__in=officer.scope).late(at.today).order_by("due_on", "pk")
    inbox = settings.SITE_URL + reverse("admin:submissions_feedback_changelist") + "?queue=late"
    yield from _counted(_("Phản ánh, kiến nghị quá hạn trả lời"), late, late.values_list("reference", flat=True), inbox)


def _list(query: str) -> str:
    return f"{settings.SITE_URL}{reverse('admin:submissions_submission_changelist')}?{query}"


def _listed(title: Any, query: str, officer: Officer, at: Clock) -> Iterator[Section]:
    """The very rows that the link opens."""
    yield from _section(title, worklist.matching(officer, query, at), _list(query))


def _section(title: Any, rows: SubmissionQuerySet, page: str = "") -> Iterator[Section]:
    codes = Coalesce(F("dossier_code"), F("reference"), output_field=CharField())
    yield from _counted(title, rows, rows.values_list(codes, flat=True), page)


def _counted(title: Any, rows: QuerySet[Any], codes: Iterable[Any], page: str) -> Iterator[Section]:
    """Nothing of an empty section. One query, two when there are many."""
    first = [str(code) for code in codes[: MOST + 1]]  # type: ignore[index] # a queryset
    if first:
        count = rows.count() if len(first) > MOST else len(first)
        yield Section(title, count, first[:MOST], page)


def _last_chance(rows: SubmissionQuerySet, today: datetime.date, days: Calendar) -> SubmissionQuerySet:
    """After today no working day is left before the promised one (NĐ 61/2018 art. 19.9)."""
    running = rows.filter(state__in=CLOCK_STATES, extended_at=None)
    return running.filter(due_on__gt=today, due_on__lte=days.add(today, 1)).order_by("due_on", "pk")


def _broken(officer: Officer, now: datetime.datetime) -> SubmissionQuerySet:
    since = now - RECENT
    of_row = {"submission": OuterRef("pk")}
    files = Attachment.objects.current().filter(**of_row)
    papers = Paper.objects.waiting().filter(**of_row, issued_at__gte=since).exclude(error="")
    unreadable = files.filter(doubts=[photos.UNREADABLE])
    unsigned = files.filter(purpose=Attachment.Purpose.RESULT, uploaded_at__gte=since)
    unsigned = unsigned.filter(signature__state__in=BAD_SIGNATURES)
    rows = worklist.visible_to(officer)
    opened = Q(state__in=OPEN_STATES) & Exists(unreadable)
    return rows.filter(opened | Exists(papers) | Exists(unsigned)).order_by("pk")


def _unsent(officer: Officer, now: datetime.datetime) -> SubmissionQuerySet:
    waiting = Notice.objects.filter(sent_at=None, failed_at=None, created_at__lte=now - STUCK)
    failed = Notice.objects.filter(sent_at=None, failed_at__gte=now - RECENT)
    # Each half has its index; SQLite takes no order inside a union.
    known = waiting.order_by().values("submission").union(failed.order_by().values("submission"))
    return worklist.visible_to(officer).filter(pk__in=known).order_by("pk")

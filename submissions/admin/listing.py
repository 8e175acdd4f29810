"""The work list as a page: narrowed by what the address says, with its filters, chips and buttons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl

from django.http import HttpRequest
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from submissions import batches, saved_views, worklist
from submissions.admin import access, paging
from submissions.models import Officer, Submission, SubmissionQuerySet
from submissions.states import State

OPTION_LENGTH = 70
FILTERS = "_changelist_filters"


def chosen(request: HttpRequest, officer: Officer) -> worklist.Chosen:
    """What the address of the list says, read once."""
    known: worklist.Chosen | None = getattr(request, "_chosen", None)
    if known is None:
        known = worklist.choose(officer, request.GET.dict(), access.page_clock(request))
        request._chosen = known  # type: ignore[attr-defined]
    return known


def left_behind(request: HttpRequest, officer: Officer) -> worklist.Chosen:
    """The list that an officer works through on the pages of a record: left behind, else what is to do."""
    known: worklist.Chosen | None = getattr(request, "_left_behind", None)
    if known is None:
        filters = request.GET.get(FILTERS, "") or f"queue={worklist.home_queue(officer)}"
        known = worklist.choose(officer, parse_qsl(filters), access.page_clock(request))
        request._left_behind = known  # type: ignore[attr-defined]
    return known


class WorkList(paging.KeyList):
    """Filters by worklist.FILTERS in place of Django's, and puts the words for lateness on every row."""

    filled = frozenset({"submitted_at"})

    def is_short(self, request: HttpRequest) -> bool:
        return request.GET.get("queue", "") in worklist.BY_KEY or super().is_short(request)

    def count(self, request: HttpRequest) -> int:
        """A queue that is not narrowed was counted for its link."""
        officer, counted = access.desk_officer(request), getattr(request, "_counted", {})
        known = chosen(request, officer).values if officer is not None else {}
        number = counted.get(known.get("queue")) if len(known) == 1 else None
        return super().count(request) if number is None else int(number)

    def get_filters(self, request: HttpRequest) -> Any:
        """None of Django's: parameters that the work list does not know are dropped with a sentence."""
        officer = access.desk_officer(request)
        narrowed = bool(officer is not None and chosen(request, officer).values)
        return [], False, {}, False, narrowed

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        officer = access.desk_officer(request)
        if officer is not None:
            rows = cast(SubmissionQuerySet, self.root_queryset)
            self.root_queryset = chosen(request, officer).narrow(rows)
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request: HttpRequest, queryset: Any) -> Any:
        """An address may ask only for what the headers offer."""
        offered = {str(n) for n, name in enumerate(self.list_display) if name in (self.sortable_by or ())}
        if str(self.params.get("o", "")).removeprefix("-") not in offered:
            self.params.pop("o", None)
        return super().get_ordering(request, queryset)

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        at = access.page_clock(request)
        for row in self.result_list:
            row.lateness = worklist.lateness(row, at)


def tags(submission: Submission) -> list[tuple[str, Any]]:
    """The state, and what else an officer should not miss, each with its tone."""
    found: list[tuple[str, Any]] = [(submission.wording.tone, State(submission.state).label)]
    found += [("info", _("tin nhắn mới"))] if submission.unread_since else []
    found += [("info", _("vừa bổ sung"))] if submission.is_back and not submission.is_final else []
    found += [("warning", _("trả lời trễ"))] if submission.reply_missed and not submission.is_final else []
    # Only where it stops the next step.
    is_owed = submission.state == State.RESULT_READY and submission.owed != 0
    found += [("warning", _("chưa nộp tiền"))] if is_owed else []
    return found


# --- what stands around the table ----------------------------------------------------------------


@dataclass(frozen=True)
class Drawn:
    """A filter as a select: groups of (label, options), an option being (value, words, is chosen)."""

    key: str
    label: Any
    groups: list[tuple[str, list[tuple[str, str, bool]]]]


def _drawn(f: worklist.Filter, picked: worklist.Chosen) -> Drawn:
    value, options = picked.values.get(f.key, ""), f.options(picked.desk)
    now = picked.options.get(f.key)
    if now is not None and now not in options:
        options = [*options, now]
    groups: dict[str, list[tuple[str, str, bool]]] = {}
    for o in options:
        groups.setdefault(_short(o.group), []).append((o.value, _short(o.label), o.value == value))
    return Drawn(f.key, f.label, list(groups.items()))


def _short(words: str) -> str:
    return words if len(words) <= OPTION_LENGTH else Truncator(words).chars(OPTION_LENGTH)


def context(request: HttpRequest, officer: Officer) -> dict[str, Any]:
    """Everything around the rows: queues, filters, chips, saved views, acts on many, in as many queries as filters."""
    picked = chosen(request, officer)
    queue = worklist.BY_KEY.get(picked.queue)
    views = saved_views.links(officer, picked.query)
    # Whoever searches looks for one file and not for work: no queue is counted for that.
    searched = bool(request.GET.get("q"))
    at = access.page_clock(request)
    queues = worklist.links(officer, at, picked.queue, with_counts=not searched, with_notes=False)
    request._counted = {link.key: link.count for link in queues}  # type: ignore[attr-defined]
    drawn = [d for d in (_drawn(f, picked) for f in worklist.FILTERS) if d.groups]
    return {
        "title": queue.label if queue else _("Tất cả hồ sơ"),
        "empty_words": _empty(picked, queue),
        "queues": queues,
        "picked": picked,
        "filters": drawn,
        "views": views,
        "may_save": bool(picked.values) and not any(v.current for v in views),
        "jobs": batches.jobs_for(officer),
    }


def _empty(picked: worklist.Chosen, queue: worklist.Queue | None) -> Any:
    if picked.chips:
        return _("Không có hồ sơ nào khớp các bộ lọc đang chọn. Bạn bỏ bớt một bộ lọc, hoặc chọn “Tất cả”.")
    return queue.empty if queue else _("Chưa có hồ sơ nào.")

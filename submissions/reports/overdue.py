"""Which submissions were open and overdue at the end of a day: those that the bucket "open_overdue" counts, by code."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import Any

from django.db.models import Q
from django.utils import timezone

from procedures import deadlines
from submissions.models import Event, Submission, SupplementRequest
from submissions.states import Stage
from submissions.statistics import Unit
from submissions.statistics.counting import midnight
from submissions.statistics.definitions import Bucket, Facts, bucket

ONE_DAY = datetime.timedelta(days=1)
COLUMNS = ("pk", "dossier_code", "received_at", "due_on", "procedure__code", "procedure__short_name")
Asked = dict[int, list[tuple[datetime.datetime, datetime.datetime | None]]]


def overdue_at(unit: Unit, end: datetime.date) -> list[dict[str, Any]]:
    """Longest overdue first. Six queries, whatever the number of lines."""
    over = midnight(end + ONE_DAY)
    rows = _candidates(unit, end, over)
    moved, asked = _moved(rows, over), _asked(rows, over)
    days = deadlines.calendar(agency=unit.agency)
    found = []
    for pk, code, received, due_now, number, name in rows:
        due = moved.get(pk, due_now)
        if bucket(_facts(received, due, asked.get(pk, []), over), end) == Bucket.OPEN_OVERDUE:
            late = max(days.between(due, end), 0) if due else 0
            found.append({"code": code or "", "procedure": number, "name": name, "due_on": str(due), "days": late})
    return sorted(found, key=lambda line: (line["due_on"], line["code"]))


def _candidates(unit: Unit, end: datetime.date, over: datetime.datetime) -> list[tuple[Any, ...]]:
    """Received, not ended by then, and late by today's promise, moved since, or waiting for a supplement then."""
    open_then = Submission.objects.filed().filter(Q(ended_on=None) | Q(ended_on__gt=end), received_at__lt=over)
    rows = open_then.filter(agency__in=unit.keys).order_by()
    moved = Event.objects.filter(submission__in=rows, at__gte=over, data__has_key="due_on").values("submission")
    asked = SupplementRequest.objects.filter(Q(answered_at=None) | Q(answered_at__gte=over), requested_at__lt=over)
    late = Q(due_on__lt=end) | Q(pk__in=moved) | Q(pk__in=asked.filter(stage=Stage.EXAMINATION).values("submission"))
    return list(rows.filter(late).values_list(*COLUMNS))


def _moved(rows: list[tuple[Any, ...]], over: datetime.datetime) -> dict[int, datetime.date]:
    """The day promised by then, by the last line of the log that set one."""
    events = Event.objects.filter(submission__in=[row[0] for row in rows], at__lt=over, data__has_key="due_on")
    lines = events.order_by("submission_id", "number").values_list("submission_id", "data__due_on")
    return {pk: datetime.date.fromisoformat(due) for pk, due in lines}


def _asked(rows: list[tuple[Any, ...]], over: datetime.datetime) -> Asked:
    """Requests made while they were examined, by then, in their order."""
    requests = SupplementRequest.objects.filter(submission__in=[row[0] for row in rows], stage=Stage.EXAMINATION)
    found: Asked = defaultdict(list)
    columns = requests.filter(requested_at__lt=over).order_by("submission_id", "round")
    for pk, at, answered in columns.values_list("submission_id", "requested_at", "answered_at"):
        found[pk].append((at, answered))
    return found


def _facts(
    received: datetime.datetime,
    due: datetime.date | None,
    asked: list[tuple[datetime.datetime, datetime.datetime | None]],
    over: datetime.datetime,
) -> Facts:
    day = timezone.localdate
    waits = bool(asked) and (asked[-1][1] is None or asked[-1][1] >= over)
    return Facts(day(received), due, None, day(asked[-1][0]) if waits else None, len(asked))

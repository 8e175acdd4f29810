"""A small year lived through the real workflow: dates and figures agree with a second computation from the log."""

from __future__ import annotations

import datetime

import pytest
from django.db.models import F

from submissions.models import DossierCounter, Event, MonthFigure, Submission
from tests.bench.year import checks, report

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def test_a_year_replays_and_adds_up_and_a_wrong_row_would_show() -> None:
    found = report.make(120, "hong-linh")
    assert found.mismatches == []
    with report.at_the_end():
        moved = Submission.objects.filter(ended_on__isnull=False, is_rehearsal=False).order_by("pk")[0]
        Submission.objects.filter(pk=moved.pk).update(due_on=F("due_on") + DAY)
        lines = list(checks.dates(found.told, found.almanac))
        stored = f"{moved.original_due_on:%d/%m/%Y}/{moved.due_on + DAY:%d/%m/%Y}"
        assert len(lines) == 2
        assert all(line.startswith(f"{moved}: stored {stored}") for line in lines)

        figure = MonthFigure.objects.filter(received_online__gt=0).order_by("pk")[0]
        MonthFigure.objects.filter(pk=figure.pk).update(received_online=F("received_online") + 1)
        (line,) = checks.months(found.told)
        assert f"received_online {figure.received_online + 1} ≠ {figure.received_online}" in line

        DossierCounter.objects.filter(pk=DossierCounter.objects.order_by("pk")[0].pk).update(last=F("last") + 1)
        assert len(list(checks.codes())) == 1
        Event.objects.filter(submission=moved, number=2).update(note="khác")
        assert len(list(checks.logs(found.told))) == 1

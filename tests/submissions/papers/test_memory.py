"""Drawing many papers: fast once warm, and neither the worker nor its drawing process grows with their number."""

from __future__ import annotations

import copy
import os
import statistics
from pathlib import Path

import pytest

from portal.lib import pdf
from submissions.models import Paper
from submissions.papers import drawing
from submissions.states import State
from tests import factories
from tests.submissions.papers import cases

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
COUNT, WARM_UP = 60, 20
# What a process may grow over the papers after the first ones, and take at all, in MB.
GROWTH, CHILD_MB = 5, 200
SECONDS = 0.3


def _megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


def _worked(pid: int) -> float:
    """Seconds of processor time that the process has had."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _receipts(count: int) -> list[Paper]:
    base = cases.paper(factories.SubmissionFactory(at=State.RECEIVED), "receipt")
    rows = []
    for number in range(2, count + 2):
        content = copy.deepcopy(base.content)
        content["applicant"]["name"] += f" Ưỡng Đặng {number}"
        rows.append(Paper(submission=base.submission, kind="receipt", number=number, paper_set="2025",
                          content=content, sha256="", issued_at=base.issued_at))  # fmt: skip
    Paper.objects.all().delete()
    return Paper.objects.bulk_create(rows)


def test_many_receipts_in_a_row_take_no_more_memory_than_a_few() -> None:
    _receipts(COUNT)
    renderer = pdf.warm()
    renderer.close()
    assert drawing.draw_waiting(limit=WARM_UP) == WARM_UP
    assert renderer.process is not None
    own, child = _megabytes(os.getpid()), _megabytes(renderer.process.pid)
    assert drawing.draw_waiting(limit=COUNT, seconds=600) == COUNT - WARM_UP
    assert _megabytes(os.getpid()) - own < GROWTH
    assert _megabytes(renderer.process.pid) - child < GROWTH
    assert _megabytes(renderer.process.pid) < CHILD_MB
    renderer.close()


def test_a_receipt_is_drawn_in_a_moment_once_warm() -> None:
    rows = _receipts(12)
    renderer = pdf.Renderer()
    took = []
    renderer.draw(drawing.page(rows[0]))
    assert renderer.process is not None
    for row in rows[1:]:
        page = drawing.page(row)
        begun = _worked(renderer.process.pid)
        renderer.draw(page)
        took.append(_worked(renderer.process.pid) - begun)
    renderer.close()
    # Its own work: other tests run beside this one.
    assert statistics.median(took[1:]) < SECONDS

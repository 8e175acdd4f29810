"""Papers and their events: one transaction, one hash, one issue; nothing changes them afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions import papers, workflow
from submissions.errors import NotAllowed, NotPossible
from submissions.models import Paper, Submission
from submissions.papers import drawing
from submissions.states import TRANSITIONS, State
from tests import factories
from tests.submissions.papers import cases

pytestmark = pytest.mark.django_db

ISSUED = {
    "submit": ["filing-receipt"],
    "receive": ["receipt", "receipt-copy", "control-slip"],
    "refuse": ["refusal"],
    "request_supplement": ["supplement"],
    "extend": ["extension"],
    "decline": ["refusal"],
    "stop": ["stop"],
}


def test_the_table_names_the_papers_of_every_verb() -> None:
    named = {t.verb: list(t.papers) for t in TRANSITIONS if t.papers and t.verb != "withdraw"}
    assert named == ISSUED
    # The confirmation of a payment is issued with the payment.
    assert {k for t in TRANSITIONS for k in t.papers} == {k.value for k in Paper.Kind} - {Paper.Kind.PAYMENT}


@pytest.mark.parametrize("verb", ISSUED)
def test_the_event_carries_the_hash_of_what_was_issued(verb: str) -> None:
    made = {
        "submit": lambda: cases.submission(),
        "receive": lambda: cases.submission(State.RECEIVED),
        "refuse": lambda: cases.submission(State.REFUSED),
        "request_supplement": cases.MADE["supplement"],
        "decline": lambda: cases.submission(State.DECLINED),
        "stop": lambda: cases.submission(State.STOPPED),
        "extend": cases.MADE["extension"],
    }[verb]
    with cases.thursday():
        s = made()
    event = s.events.get(verb=verb)
    rows = list(event.papers.order_by("pk"))
    assert [p.kind for p in rows] == ISSUED[verb]
    assert event.data["papers"] == [{"kind": p.kind, "number": 1, "sha256": p.sha256} for p in rows]
    assert all(papers.is_intact(p) for p in rows)
    assert {p.issued_at for p in rows} == {event.at}
    assert workflow.event_hash(event) == event.hash


def test_a_changed_row_is_noticed() -> None:
    paper = cases.issued("receipt")
    paper.content["due_on"] = "2026-02-11"
    assert not papers.is_intact(paper)


def test_a_repeated_verb_issues_no_second_paper() -> None:
    s = cases.submission()
    for _time in range(2):
        workflow.receive(s.pk, by=cases.officer(s), version=s.version)
    assert s.papers.filter(kind="receipt").count() == 1
    assert s.events.filter(verb="receive").count() == 1


def test_a_verb_that_fails_leaves_no_paper() -> None:
    s = cases.submission(State.RECEIVED)
    with pytest.raises(NotPossible):
        workflow.hand_over(s.pk, by=cases.officer(s), how="counter")
    assert [p.kind for p in s.papers.all()] == ["filing-receipt", "receipt", "receipt-copy", "control-slip"]


def test_later_changes_change_no_paper() -> None:
    s = cases.submission(State.RECEIVED)
    paper = cases.paper(s, "receipt")
    before, content = cases.drawn(paper), dict(paper.content)
    s.agency.name = s.agency.one_stop_name = "Ủy ban nhân dân phường Khác"
    s.agency.save()
    s.procedure.name = "Tên khác"
    s.procedure.save()
    Submission.objects.filter(pk=s.pk).update(answers={}, applicant_name="Người khác", due_on="2027-01-01")
    drawing.draw_waiting()
    again = Paper.objects.get(pk=paper.pk)
    assert again.content == content
    with again.file.open("rb") as file:
        assert file.read() == before
    assert again.file_sha256 == paper.file_sha256


def test_an_undrawn_paper_says_what_was_issued_not_what_is_now() -> None:
    s = cases.submission(State.RECEIVED)
    s.agency.name = "Ủy ban nhân dân phường Khác"
    s.agency.save()
    Submission.objects.filter(pk=s.pk).update(applicant_name="Người khác")
    words = cases.text_of(cases.drawn(cases.paper(s, "receipt-copy")))
    assert "PHƯỜNG BẮC HỒNG" in words
    assert "NGƯỜI KHÁC" not in words


def test_an_old_paper_keeps_its_set(settings: Any) -> None:
    settings.PAPER_SET = "2018"
    s = cases.submission(State.RECEIVED)
    settings.PAPER_SET = "2025"
    workflow.stop(s.pk, by=cases.officer(s), reason="Dừng.")
    assert {p.kind: (p.paper_set, p.content["form"]) for p in s.papers.all()} == {
        "filing-receipt": ("2018", ""),
        "receipt": ("2018", "01"),
        "receipt-copy": ("2018", "01"),
        "control-slip": ("2018", "05"),
        "stop": ("2025", "05"),
    }


def test_nothing_is_drawn_in_the_request_of_the_verb() -> None:
    s = cases.submission(State.RECEIVED)
    assert [p.kind for p in s.papers.all() if p.file or p.drawn_at] == []


def test_a_second_supplement_is_a_second_issue() -> None:
    s = factories.SubmissionFactory(via="submit request_supplement")
    factories.AttachmentFactory(
        submission=s, supplement=s.open_request, pending=True, data=factories.PDF + b"%", name="mới.pdf"
    )
    workflow.supplement(s.pk, by=_citizen(s), answers=s.answers)
    workflow.request_supplement(s.pk, by=cases.officer(s), documents=[{"key": "birth_proof", "reason": "Vẫn mờ."}])
    assert [(p.number, p.content["round"]) for p in s.papers.filter(kind="supplement").order_by("number")] == [
        (1, 1), (2, 2)
    ]  # fmt: skip


def _citizen(s: Submission) -> Any:
    from submissions import rules

    return rules.citizen(s.applicant_name)


# --- the control slip on demand ------------------------------------------------------------------


def test_a_new_slip_only_when_the_dossier_has_gone_on() -> None:
    s = cases.submission(State.RECEIVED)
    by = cases.officer(s)
    first = cases.paper(s, "control-slip")
    assert workflow.print_slip(s.pk, by=by) == first
    workflow.add_note(s.pk, by=by, note="Gọi lại.")
    assert workflow.print_slip(s.pk, by=by) == first
    workflow.start(s.pk, by=by)
    second = workflow.print_slip(s.pk, by=by)
    assert (second.number, len(second.content["rows"])) == (2, 2)
    assert workflow.print_slip(s.pk, by=by) == second
    event = s.events.get(verb="control_slip")
    assert event.data["papers"] == [{"kind": "control-slip", "number": 2, "sha256": second.sha256}]
    assert not event.is_public
    assert second.event == event


def test_no_slip_before_receipt_and_none_for_others() -> None:
    s = cases.submission()
    with pytest.raises(NotPossible):
        workflow.print_slip(s.pk, by=cases.officer(s))
    received = cases.submission(State.RECEIVED, agency=cases.ward(identifier="H27.32.02"))
    for stranger in (_citizen(received), cases.officer(s)):
        with pytest.raises(NotAllowed):
            workflow.print_slip(received.pk, by=stranger)


def test_papers_cost_filing_few_queries() -> None:
    """The number of the kind, the files, the desk and its names, the row itself."""
    draft = factories.SubmissionFactory()
    with CaptureQueriesContext(connection) as asked:
        factories._submit(draft, None)  # type: ignore[arg-type]
    assert len([q for q in asked if "submissions_paper" in q["sql"]]) == 2

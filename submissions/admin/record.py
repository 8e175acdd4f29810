"""What stands on the record: the decisions on the right, what was filed on the left, the rounds and the log."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.templatetags.portal import day
from procedures import display
from procedures.spec import Answers, Document, Field
from submissions import clock, forms, rules, shown, worklist
from submissions.admin import access, listing, talk
from submissions.admin import papers as issued_papers
from submissions.models import Attachment, Event, Notice, Officer, Submission, SupplementRequest
from submissions.notices import LABELS
from submissions.states import EXPORTERS, VERB_LABELS, Act, State, Transition

MAIN = ("receive", "start", "approve", "finish", "hand_over")
FINAL_WORD = ("refuse", "decline", "stop")


# --- the right side ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Button:
    label: Any
    explain: Any
    address: str
    tone: str  # main | plain | final


def _tone(verb: str) -> str:
    return "main" if verb in MAIN else "final" if verb in FINAL_WORD else "plain"


def buttons(officer: Officer, submission: Submission, query: str) -> list[Button]:
    """What the table allows this officer now."""
    actor = rules.officer_actor(officer)
    rows: list[Transition | Act] = [*rules.transitions_for(actor, submission), *rules.acts_for(actor, submission)]
    found = []
    for row in rows:
        address = reverse("admin:submissions_submission_verb", kwargs={"pk": submission.pk, "verb": row.verb})
        found.append(Button(row.button, row.explain, address + query, _tone(row.verb)))
    return found


# --- the left side -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """A paper of the dossier; `on_paper` says what was handed in of it: "1 bản chính"."""

    name: str
    needed: bool
    files: list[Attachment]
    on_paper: str = ""

    @property
    def is_lacking(self) -> bool:
        return self.needed and not self.files and not self.on_paper


def _files(submission: Submission) -> list[Attachment]:
    """Everything that officers may see: an unsent supplement is not here. Replaced files come along."""
    return list(submission.attachments.filter(pending=False))


def papers(submission: Submission, files: list[Attachment]) -> list[Paper]:
    """The papers of the dossier with their files; those that must be there and are not are shown too."""
    current = [f for f in files if f.removed_at is None]
    scans = [f for f in current if f.purpose == Attachment.Purpose.DOCUMENT]
    documents, handed_in = submission.revision.spec.documents, {p["key"]: p for p in submission.papers_in}
    rows = [
        Paper(
            d.name,
            _is_needed(submission, d),
            [f for f in scans if f.key == d.key],
            shown.counted(handed_in.get(d.key, {})),
        )
        for d in documents
    ]
    known = {d.key for d in documents}
    rows.append(Paper(_("Giấy tờ khác"), False, [f for f in scans if f.key not in known]))
    right = [f for f in current if f.purpose == Attachment.Purpose.AUTHORITY]
    rows.append(Paper(forms.authority_paper().name, False, right))
    return [r for r in rows if r.files or r.needed or r.on_paper]


def _is_needed(submission: Submission, document: Document) -> bool:
    if rules.came_on_paper(submission):
        return rules.is_needed_on_paper(document, submission.answers)
    return document.is_needed(submission.answers)


@dataclass(frozen=True)
class RoundItem:
    name: str
    reason: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True)
class Round:
    request: SupplementRequest
    items: list[RoundItem]
    replaced: list[Attachment]


def rounds(submission: Submission, files: list[Attachment]) -> list[Round]:
    """Every supplement request with what was asked and, once answered, old beside new."""
    requests = list(submission.supplement_requests.select_related("requested_by__user").order_by("round"))
    found = []
    for number, request in enumerate(requests, start=1):
        # What stood after a round is what stood before the next answered one, or what stands now.
        after = next((r.old_answers for r in requests[number:] if r.old_answers), submission.answers)
        replaced = [f for f in files if f.removed_at is not None and f.removed_at == request.answered_at]
        found.append(Round(request, _round_items(submission, request, after), replaced))
    return found[::-1]


def _round_items(submission: Submission, request: SupplementRequest, after: dict[str, Any]) -> list[RoundItem]:
    spec = submission.revision.spec
    items = []
    for asked in request.documents:
        document = spec.document(asked["key"])
        items.append(RoundItem(document.name if document else asked["key"], asked["reason"]))
    for asked in request.fields:
        field = spec.form.field(asked["key"]) if spec.form else None
        if field is None:
            continue
        old, new = ("", "")
        if request.old_answers:
            old, new = _words(field, request.old_answers), _words(field, after)
        items.append(RoundItem(field.label, asked["reason"], old, new))
    return items


def _words(field: Field, answers: Answers) -> str:
    """One answer in a line; the rows of a repeat one after another."""
    value = answers.get(field.key)
    if field.kind == "repeat":
        rows = [", ".join(filter(None, (display.show(g, row.get(g.key)) for g in field.fields))) for row in value or []]
        return "; ".join(rows) or _("để trống")
    return display.show(field, value) or _("để trống")


@dataclass(frozen=True)
class LogLine:
    label: Any
    event: Event
    moved: str
    due: str


def log(submission: Submission) -> list[LogLine]:
    """Newest first; internal lines are marked."""
    found = []
    for event in submission.events.order_by("-number"):
        moved = State(event.to_state).label if event.to_state and event.to_state != event.from_state else ""
        label = VERB_LABELS.get(event.verb, event.verb)
        due = str(event.data.get("due_on") or "")
        found.append(LogLine(label, event, str(moved), day(datetime.date.fromisoformat(due)) if due else ""))
    return found


def _names(files: list[Attachment]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in files:
        found.setdefault(file.key, []).append(file.name)
    return found


@dataclass(frozen=True)
class Told:
    label: Any
    notice: Notice


def told(submission: Submission) -> list[Told]:
    """What was sent to the applicant, so that a failed message is seen."""
    sent = submission.notices.filter(audience=Notice.Audience.CITIZEN).defer("body")
    return [Told(LABELS.get(n.kind, n.kind), n) for n in sent]


def context(request: HttpRequest, officer: Officer, submission: Submission) -> dict[str, Any]:
    """Everything that change_form.html shows."""
    at = access.page_clock(request)
    behind = listing.left_behind(request, officer)
    filters = request.GET.get(listing.FILTERS) or behind.query
    query = f"?{urlencode({listing.FILTERS: filters})}" if filters else ""
    files = _files(submission)
    uploads = [f for f in files if f.removed_at is None and f.purpose == Attachment.Purpose.FIELD]
    spec = submission.revision.spec
    return {
        "title": str(submission),
        "submission": submission,
        "clock": clock.explain(submission),
        "lateness": worklist.lateness(submission, at),
        "buttons": buttons(officer, submission, query),
        "sections": display.rows(spec.form, submission.answers, _names(uploads)) if spec.form else [],
        "field_files": uploads,
        "papers": papers(submission, files),
        **issued_papers.box(submission),
        "on_paper": rules.came_on_paper(submission),
        "results": [f for f in files if f.removed_at is None and f.purpose == Attachment.Purpose.RESULT],
        "files": files,
        "rounds": rounds(submission, files),
        "log": log(submission),
        "may_take_pack": officer.has_role(*EXPORTERS) and not submission.is_rehearsal,
        "told": told(submission),
        **talk.box(request, submission),
        "next": worklist.next_in(behind, submission),
        "queue": worklist.BY_KEY.get(behind.queue),
        "query": query,
        "list_query": f"?{filters}" if filters else "",
    }

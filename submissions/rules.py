"""Who may do what. Views, admin and templates ask here; the workflow asks again under the lock."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from procedures.models import Agency, Tier
from procedures.spec import Answers, Document
from submissions.models import Attachment, BatchRow, Officer, Submission
from submissions.states import ACTS, CITIZEN, CLOCK_STATES, SYSTEM, TRANSITIONS, Act, Role, State, Transition, row_for


@dataclass(frozen=True)
class Actor:
    """Who acts: the citizen who holds the submission, an officer, or the portal itself."""

    kind: str  # "citizen" | "officer" | "system"
    officer: Officer | None = None
    user: Any = None
    name: str = ""

    @property
    def label(self) -> str:
        """How the log names the actor."""
        if self.officer is not None:
            return f"{self.officer} ({self.officer.agency})"
        return self.name or (_("Người nộp") if self.kind == CITIZEN else _("Cổng dịch vụ công"))


def citizen(name: str = "", user: Any = None) -> Actor:
    """The holder of the submission; callers have checked that (session grant, secret, or account)."""
    return Actor(CITIZEN, user=user if getattr(user, "is_authenticated", False) else None, name=name)


def officer_actor(officer: Officer) -> Actor:
    return Actor("officer", officer=officer, user=officer.user)


SYSTEM_ACTOR = Actor(SYSTEM)


def officer_of(user: Any) -> Officer | None:
    """The active officer behind a user, or None. Remembered on the user object."""
    if not getattr(user, "is_authenticated", False):
        return None
    if not hasattr(user, "_officer"):
        user._officer = Officer.objects.select_related("agency", "user").filter(user=user, is_active=True).first()
    found: Officer | None = user._officer
    return found


def covers(officer: Officer, submission: Submission) -> bool:
    """Does the submission belong to the officer's own agency? Of drafts only the ones he or she is entering."""
    if submission.state == State.DRAFT and submission.entered_by_id != officer.pk:
        return False
    if submission.is_rehearsal and submission.account_id != officer.user_id:
        return False
    return submission.agency_id in officer.scope


def may_rehearse(user: Any, rehearsal: Submission) -> bool:
    """A rehearsal is for whoever began it, and for the operator."""
    known = getattr(user, "is_authenticated", False)
    return bool(known and user.is_active and (user.is_superuser or rehearsal.account_id == user.pk))


def desk_tier(officer: Officer | None) -> Tier | None:
    """The tier whose procedures this officer takes in at the counter; None for who does not sit at a desk.

    A one-stop centre takes in for its town. Departments do not: papers go through the desk (NĐ 61/2018 art. 5).
    """
    if officer is None or not officer.has_role(Role.RECEPTION) or not officer.agency.is_active():
        return None
    if officer.agency.kind == Agency.Kind.ONE_STOP_CENTRE:
        return Tier.TOWN if officer.agency.parent_id else None
    return Tier(officer.agency.tier) if officer.agency.tier else None


def came_on_paper(submission: Submission) -> bool:
    """Was it handed in at the counter or sent by post?"""
    return submission.channel != Submission.Channel.ONLINE


COUNTS = ("originals", "certified", "copies")


def is_needed_on_paper(document: Document, answers: Answers) -> bool:
    """Must it be handed in? The declaration too: on paper somebody has signed it."""
    holds = document.when is not None and document.when.holds(answers)
    return document.how == "submit" and (document.required or holds)


def lacking_papers(submission: Submission, scanned: Collection[str] | None = None) -> list[Document]:
    """Of a file that came on paper: the required papers with neither a ticked original or copy nor a scan.

    `scanned` are the keys of the papers that have files; looked up when they are not given.
    """
    if scanned is None:
        scanned = scanned_keys([submission])[submission.pk]
    there = {p["key"] for p in submission.papers_in if any(p.get(kind) for kind in COUNTS)} | set(scanned)
    documents = submission.revision.spec.documents
    return [d for d in documents if d.key not in there and is_needed_on_paper(d, submission.answers)]


def lacking_words(submission: Submission, scanned: Collection[str] | None = None) -> str:
    """What is still needed for receipt of a file that came on paper, in a sentence; empty when nothing is."""
    lacking = lacking_papers(submission, scanned) if came_on_paper(submission) else []
    if not lacking:
        return ""
    names = "; ".join(d.name for d in lacking)
    return _("Chưa đủ giấy tờ để tiếp nhận: %s. Bạn ghi nhận giấy tờ đã có, hoặc yêu cầu bổ sung.") % names


def scanned_keys(submissions: Collection[Submission]) -> dict[int, set[str]]:
    """The papers that have files, for several submissions in one query."""
    found: dict[int, set[str]] = {s.pk: set() for s in submissions}
    sent = Attachment.objects.current().filter(purpose=Attachment.Purpose.DOCUMENT, pending=False)
    for pk, key in sent.filter(submission__in=found).order_by().values_list("submission_id", "key"):
        found[pk].add(key)
    return found


def has_a_role(actor: Actor, roles: tuple[str, ...]) -> bool:
    if actor.officer is not None:
        return actor.officer.has_role(*roles)
    return actor.kind in roles


def may(actor: Actor, row: Transition | Act, submission: Submission) -> bool:
    """May this actor use this row of the table on this submission? The state is not looked at."""
    if actor.officer is not None and not covers(actor.officer, submission):
        return False
    if isinstance(row, Act) and submission.state == State.DRAFT:
        return False
    return has_a_role(actor, row.roles)


def _stage(submission: Submission) -> str:
    request = submission.open_request
    return request.stage if request else ""


def is_ready(row: Transition, submission: Submission) -> bool:
    """Conditions beyond the state: an expired request to refuse for it, one extension only."""
    if "expired" in row.needs:
        request = submission.open_request
        return request is not None and request.is_expired
    if row.verb == "extend":
        return submission.extended_at is None and submission.due_on is not None
    return True


def row_now(verb: str, submission: Submission) -> Transition | None:
    """The row of the table for this verb in the submission's present state, or None."""
    row = row_for(verb, submission.state, _stage(submission))
    return row if row is not None and is_ready(row, submission) else None


def why_not(verb: str, submission: Submission) -> str:
    """Why row_now() has no row, in a sentence for the officer."""
    if verb == "extend" and submission.extended_at is not None and submission.state in CLOCK_STATES:
        return _("Hồ sơ đã được hẹn lại một lần nên không hẹn lại nữa. Bạn hãy trả kết quả sớm nhất có thể.")
    return _("Hồ sơ đang ở trạng thái “%s” nên không làm được việc này.") % submission.get_state_display()


def is_held(submission: Submission) -> bool:
    """Does it wait in a batch that is not finished? Officers then leave it alone (submissions/batches)."""
    waiting = BatchRow.objects.filter(submission=submission, holds=True, outcome=BatchRow.Outcome.WAITING)
    return waiting.exists()


def transitions_for(actor: Actor, submission: Submission) -> list[Transition]:
    """The buttons: every row that this actor could use now, in the order of the table."""
    verbs = dict.fromkeys(t.verb for t in TRANSITIONS)
    rows = (row_now(verb, submission) for verb in verbs)
    return [row for row in rows if row is not None and may(actor, row, submission)]


def acts_for(actor: Actor, submission: Submission) -> list[Act]:
    """Assign, take, note: what this officer may do beside the transitions."""
    rows = [a for a in ACTS if may(actor, a, submission)]
    if submission.is_final:
        rows = [a for a in rows if a.verb == "note"]
    if submission.assignee_id is not None:
        rows = [a for a in rows if a.verb != "take"]
    return rows


def is_due_soon(submission: Submission, limit: Any) -> bool:
    """Open, with the clock running, due on or before `limit` (a date) and not yet overdue."""
    today = timezone.localdate()
    return submission.due_on is not None and not submission.is_final and today <= submission.due_on <= limit

"""The getters of the citizen's side: whoever may not have an object does not get it.

A browser holds drafts and submissions by grants in its session: it made them, or it gave the secret, or the account
that is logged in owns them. A number alone opens nothing. Sessions are server-side, grants cannot be forged.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core import signing
from django.db.models import CharField, Q

from portal.lib import codes
from portal.lib.prepared import Given, Prepared
from procedures import editing
from procedures.models import ProcedureRevision
from submissions import papers, rules
from submissions.models import Attachment, Feedback, Paper, Submission, SubmissionQuerySet
from submissions.states import State

DRAFTS, FILED, FEEDBACK = "held_drafts", "held_submissions", "held_feedback"
# A family or a helper at a community centre may file for many; older grants give way, the secret opens them again.
MOST_GRANTS = 200
RESUME_SALT = "submissions.resume"
DAY = 24 * 3600
# Compared with when there is no such submission, so that the answer takes as long.
NO_SECRET = codes.secret()
# A list shows none of these columns.
BULKY = ("typed", "answers", "fees", "search_text", "procedure__search_text", "agency__content")
# What a step of a filing reads, of many columns that are empty until the filing.
DRAFT_COLUMNS = (
    *"draft_key reference state version typed saved_at procedure revision agency account is_rehearsal".split(),
    *(f"procedure__{n}" for n in "code short_name level status status_reason published".split()),
    "revision__digest",
    *(f"agency__{n}" for n in "name active_from active_to successor".split()),
)
DRAFT = Prepared(
    lambda: (
        Submission.objects.filter(
            draft_key=Given("key", CharField), procedure__code=Given("code", CharField), entered_by=None
        )
        .select_related("procedure", "revision", "agency")
        .only(*DRAFT_COLUMNS)
        .order_by()
    )
)
SUBMISSION = Prepared(
    lambda: (
        Submission.objects.sent()
        .filter(reference=Given("reference", CharField))
        .with_context("assignee__user")
        .order_by()
    )
)

RESULT_STATES = (State.RESULT_READY, State.HANDED_OVER)


class NotHeld(Exception):
    """This visitor does not hold it, or it does not exist; the two are not told apart."""


@dataclass(frozen=True)
class Visitor:
    """Who asks: the session of the browser and the user behind it."""

    session: MutableMapping[str, Any]
    user: Any = None

    @property
    def account(self) -> Any:
        """The citizen's account, or None for guests and for staff (who have their own desk)."""
        return self.user if self.is_known and rules.officer_of(self.user) is None else None

    @property
    def is_known(self) -> bool:
        """Logged in, as a citizen or as staff."""
        return bool(getattr(self.user, "is_authenticated", False))

    def holds(self, kind: str) -> list[str]:
        return list(self.session.get(kind, ()))


# --- grants --------------------------------------------------------------------------------------


def _grant(visitor: Visitor, kind: str, key: str) -> None:
    held = visitor.holds(kind)
    if not held or held[-1] != key:
        visitor.session[kind] = [*(k for k in held if k != key), key][-MOST_GRANTS:]


def grant_draft(visitor: Visitor, draft: Submission) -> None:
    _grant(visitor, DRAFTS, draft.draft_key)


def grant_submission(visitor: Visitor, submission: Submission) -> None:
    _grant(visitor, FILED, submission.reference or "")


def grant_feedback(visitor: Visitor, feedback: Feedback) -> None:
    _grant(visitor, FEEDBACK, feedback.reference)


def forget(visitor: Visitor) -> None:
    """Takes every grant back from this browser (a shared computer); nothing is deleted."""
    for kind in (DRAFTS, FILED, FEEDBACK):
        visitor.session.pop(kind, None)


def _mine(visitor: Visitor, kind: str) -> Q:
    column = "draft_key__in" if kind == DRAFTS else "reference__in"
    mine = Q(**{column: visitor.holds(kind)})
    return mine | Q(account=visitor.account) if visitor.account is not None else mine


# --- drafts --------------------------------------------------------------------------------------


def drafts(visitor: Visitor) -> SubmissionQuerySet:
    """The drafts that this visitor may go on with."""
    if not visitor.holds(DRAFTS) and visitor.account is None:
        return Submission.objects.none()
    rows = Submission.objects.drafts().filter(_mine(visitor, DRAFTS), entered_by=None)
    return rows.select_related("procedure", "agency").defer(*BULKY).order_by("-saved_at")


def draft(visitor: Visitor, code: str, key: str) -> Submission:
    """A draft that the visitor holds, or the submission it has become. Raises NotHeld."""
    is_held = key in visitor.holds(DRAFTS)
    found = DRAFT.first(code=code, key=key) if is_held or visitor.is_known else None
    if found is None or not _holds(visitor, found, is_held):
        raise NotHeld
    return found


def resume_token(draft: Submission) -> str:
    """What a resume link carries: signed, good for DRAFT_DAYS, dead once the draft is filed."""
    return signing.dumps(draft.draft_key, salt=RESUME_SALT)


def draft_by_token(visitor: Visitor, code: str, key: str, token: str) -> Submission:
    """The draft of a resume link. Raises NotHeld when it is wrong, old, used up, or belongs to another account."""
    try:
        named = signing.loads(token, salt=RESUME_SALT, max_age=settings.DRAFT_DAYS * DAY)
    except signing.BadSignature:
        raise NotHeld from None
    rows = Submission.objects.drafts().filter(procedure__code=code, draft_key=key, entered_by=None)
    found = rows.first() if named == key else None
    if found is None or (found.account_id is not None and found.account != visitor.account):
        raise NotHeld
    return found


# --- filed submissions ---------------------------------------------------------------------------


def submissions(visitor: Visitor) -> SubmissionQuerySet:
    """The filed submissions that this visitor may see."""
    rows = Submission.objects.filed().filter(_mine(visitor, FILED))
    return rows.select_related("procedure", "agency").defer(*BULKY).order_by("-submitted_at", "-pk")


def submission(visitor: Visitor, reference: str) -> Submission:
    """A filed submission that the visitor holds. Raises NotHeld."""
    wanted = codes.normal(reference)
    is_held = wanted in visitor.holds(FILED)
    found = SUBMISSION.first(reference=wanted) if is_held or visitor.is_known else None
    if found is None or not _holds(visitor, found, is_held):
        raise NotHeld
    return found


def attachment(visitor: Visitor, reference: str, pk: int) -> Attachment:
    """A file of a submission, for its holder or for an officer of its agency. Raises NotHeld.

    Officers do not see what was uploaded for a supplement that is not sent; a result is the citizen's once ready and
    paid for.
    """
    rows = Attachment.objects.filter(submission__reference=codes.normal(reference)).exclude(
        submission__state=State.DRAFT
    )
    found = rows.select_related("submission__agency").filter(pk=pk).first()
    if found is None:
        raise NotHeld
    officer = rules.officer_of(visitor.user)
    if officer is not None and rules.covers(officer, found.submission) and not found.pending:
        return found
    is_held = found.submission.reference in visitor.holds(FILED)
    if not _holds(visitor, found.submission, is_held) or _is_early_result(found):
        raise NotHeld
    return found


def paper(visitor: Visitor, reference: str, pk: int) -> Paper:
    """An official paper that the holder of the submission may read. Raises NotHeld."""
    found = papers.public_papers(submission(visitor, reference)).filter(pk=pk).first()
    if found is None:
        raise NotHeld
    return found


def _owns(visitor: Visitor, found: Submission) -> bool:
    account = visitor.account
    return account is not None and found.account_id == account.pk


def _holds(visitor: Visitor, found: Submission, is_held: bool) -> bool:
    """`is_held`: this browser has a grant for it. A rehearsal needs none, and none is enough for it."""
    return may_open_rehearsal(visitor.user, found) if found.is_rehearsal else is_held or _owns(visitor, found)


def may_open_rehearsal(user: Any, found: Submission) -> bool:
    """By whoever began it and by the operator, unless its form, which is still being edited, has problems now."""
    if not found.is_rehearsal or not rules.may_rehearse(user, found):
        return False
    return found.revision.state != ProcedureRevision.State.DRAFT or not editing.problems(found.revision)


def _is_early_result(found: Attachment) -> bool:
    return found.purpose == Attachment.Purpose.RESULT and not shows_result(found.submission)


def shows_result(submission: Submission) -> bool:
    """The result is its holder's once ready and paid for; what was handed over stays."""
    return submission.state in RESULT_STATES and not awaits_money(submission)


def awaits_money(submission: Submission) -> bool:
    """Is there a result that is kept back until it is paid for?"""
    return submission.state == State.RESULT_READY and submission.owed != 0


# --- look-up -------------------------------------------------------------------------------------


def _as_dossier_code(typed: str) -> tuple[str, str]:
    """A dossier code as typed: capitals, any dash; blanks stand for dashes or for nothing."""
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", typed.replace("\0", "").strip().upper())
    return re.sub(r"\s+", "", plain), re.sub(r"[\s-]+", "-", plain)


def by_code(typed: str) -> Submission | None:
    """A filed submission by tracking reference or dossier code, however it was typed."""
    wanted = Q(reference=codes.normal(typed)[:12]) | Q(dossier_code__in=_as_dossier_code(typed[:80]))
    return Submission.objects.filed().select_related("agency", "procedure").defer(*BULKY).filter(wanted).first()


def by_secret(typed_code: str, typed_secret: str) -> Submission | None:
    """The submission whose code and secret were given; takes as long when there is none."""
    found = by_code(typed_code)
    known = found.tracking_secret if found is not None and found.tracking_secret else NO_SECRET
    right = hmac.compare_digest(known.encode(), codes.normal(typed_secret).encode())
    return found if right and found is not None and found.tracking_secret else None


# --- feedback ------------------------------------------------------------------------------------


def feedback(visitor: Visitor, reference: str) -> Feedback:
    """Feedback that this browser has sent or has given the secret of. Raises NotHeld."""
    wanted = codes.normal(reference)
    is_held = wanted in visitor.holds(FEEDBACK)
    found = Feedback.objects.select_related("agency").filter(reference=wanted).first() if is_held else None
    if found is None:
        raise NotHeld
    return found


def feedback_by_secret(typed_code: str, typed_secret: str) -> Feedback | None:
    """The feedback whose code and secret were given; takes as long when there is none."""
    found = Feedback.objects.filter(reference=codes.normal(typed_code)[:12]).first()
    known = found.secret if found is not None else NO_SECRET
    right = hmac.compare_digest(known.encode(), codes.normal(typed_secret).encode())
    return found if right else None

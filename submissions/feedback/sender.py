"""The sender's side: sending feedback, answering a question about it, and how it stands in plain words."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib import codes, text
from portal.templatetags.portal import day
from procedures.models import Agency
from procedures.spec import Answers
from submissions import access
from submissions.errors import NotPossible
from submissions.feedback import limits, told
from submissions.feedback.acts import line, locked, moment, required
from submissions.feedback.table import FORWARD, MORE, QUOTED, SENT, STANDING, TAKE, TOLD
from submissions.models import Feedback, Submission

State = Feedback.State
TRIES = 5


def send(answers: Answers, agency: Agency, form_key: str) -> Feedback:
    """Keeps the checked answers of questions.section(); the same form sent twice is one piece of feedback.

    Raises NotPossible when no free reference was found, which a clash of random codes makes all but impossible.
    """
    known = Feedback.objects.filter(form_key=form_key).first()
    if known is not None:
        return known
    for _try in range(TRIES):
        try:
            with transaction.atomic():
                return _sent(answers, agency, form_key)
        except IntegrityError:
            known = Feedback.objects.filter(form_key=form_key).first()
            if known is not None:
                return known
    raise NotPossible(_("Chưa cấp được mã. Bạn hãy bấm gửi lại."))


def _sent(answers: Answers, agency: Agency, form_key: str) -> Feedback:
    feedback = Feedback(
        form_key=form_key,
        reference=codes.reference(),
        secret=codes.secret(),
        agency=agency,
        text=text.message(answers["text"]),
        submission=_about(answers.get("about") or "", agency),
        **{name: answers.get(name) or "" for name in ("kind", "about", "name", "phone", "email")},
    )
    at = moment(feedback)
    feedback.at = at.now
    limits.begin(feedback, at.today, at.days)
    feedback.history = [line(feedback, SENT, at.now, None, "")]
    feedback.save(force_insert=True)
    told.of(feedback, SENT)
    return feedback


def _about(code: str, agency: Agency) -> Submission | None:
    """The submission of that code, when it is the agency's: nobody learns from this whether it exists."""
    found = access.by_code(code) if code else None
    return found if found is not None and found.agency_id in agency.scope() else None


def say_more(pk: int, typed: str) -> Feedback:
    """The answer to the open question; the days of waiting are added. Whoever holds it has been checked.

    Raises Incomplete, or NotPossible when nothing is asked.
    """
    words = required(typed, _("Bạn chưa viết gì. Hãy viết điều cơ quan hỏi rồi bấm gửi."))
    with transaction.atomic():
        feedback = locked(pk)
        if feedback.state != State.ASKED or feedback.asked_at is None:
            if feedback.more == words:
                return feedback
            raise NotPossible(_("Hiện cơ quan không hỏi thêm điều gì. Nếu có việc mới, bạn hãy gửi phản ánh khác."))
        at, asked = moment(feedback), timezone.localdate(feedback.asked_at)
        limits.waited(feedback, asked, at.today, at.days)
        feedback.more, feedback.asked_at = words, None
        feedback.state = State.TAKEN if _was_taken(feedback) else State.NEW
        feedback.history = [*feedback.history, line(feedback, MORE, at.now, None, words)]
        feedback.save()
        told.of(feedback, MORE)
    return feedback


def _was_taken(feedback: Feedback) -> bool:
    """Accepted by the agency that has it now: a forward begins anew."""
    verbs = [entry["verb"] for entry in feedback.history]
    return next(verb for verb in reversed(verbs) if verb in (TAKE, FORWARD, SENT)) == TAKE


@dataclass(frozen=True)
class Standing:
    sentence: str
    tone: str


def standing(feedback: Feedback) -> Standing:
    """How it stands now, in one sentence."""
    words, tone = STANDING[feedback.state]
    facts = {"office": feedback.agency.name, "decide": day(feedback.decide_by), "due": day(feedback.due_on)}
    return Standing(str(words).format(**facts), tone)


@dataclass(frozen=True)
class Line:
    """One entry of what happened, for the sender; names no officer."""

    at: datetime.datetime
    sentence: str
    note: str


def lines(feedback: Feedback) -> list[Line]:
    """Newest first."""
    return [_line(entry) for entry in reversed(feedback.history) if entry["verb"] in TOLD]


def _line(entry: Mapping[str, Any]) -> Line:
    sentence = str(TOLD[entry["verb"]]).format(office=entry["office"])
    at = datetime.datetime.fromisoformat(entry["at"])
    return Line(at, sentence, entry["note"] if entry["verb"] in QUOTED else "")

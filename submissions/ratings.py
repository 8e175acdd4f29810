"""How content people were: three grades and a few questions, once a submission, after the result was handed over."""

from __future__ import annotations

import datetime
import functools
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.lib import text
from procedures.spec import Answers, Choice, Field, Section
from submissions.errors import NotAllowed, NotPossible
from submissions.models import Rating, Submission
from submissions.rules import Actor
from submissions.states import CITIZEN, RATE, State
from submissions.workflow.core import last_event, locked, log

GRADE, WORDS = "grade", "words"
LONGEST = 2000


def _grades() -> tuple[Choice, ...]:
    return tuple(Choice(str(grade.value), str(grade.label)) for grade in Rating.Grade)


def section() -> Section:
    """The questions: TT 32/2017/TT-BTTTT art. 8 asks the first three further ones, TT 01/2018/TT-VPCP the rest."""
    return _section(get_language())


@functools.lru_cache(maxsize=4)
def _section(_language: str | None) -> Section:
    grades = _grades()
    times = (Choice("0", _("Không phải đi lại")), Choice("1", _("1 lần")), Choice("more", _("Nhiều hơn 1 lần")))
    paid = (Choice("no", _("Không")), Choice("yes", _("Có")))
    return Section(
        "danh-gia",
        _("Bạn đánh giá thế nào?"),
        (
            Field(GRADE, _("Bạn có hài lòng với việc giải quyết hồ sơ này không?"), "choice", required=True,
                  choices=grades),
            Field("convenience", _("Sự thuận tiện khi nộp hồ sơ và nhận kết quả"), "choice", choices=grades),
            Field("punctuality", _("Việc trả kết quả đúng hẹn"), "choice", choices=grades),
            Field("attitude", _("Thái độ phục vụ của cán bộ"), "choice", choices=grades),
            Field("contacts", _("Ngoài lần nộp và lần nhận, bạn phải đi lại hoặc liên hệ thêm mấy lần?"), "choice",
                  choices=times),
            Field("extra_paid", _("Bạn có phải trả thêm khoản nào ngoài phí, lệ phí đã báo không?"), "choice",
                  choices=paid),
            Field(WORDS, _("Ý kiến của bạn"), "multiline", max_length=LONGEST,
                  help=_("Không bắt buộc. Cơ quan đọc để làm tốt hơn; ý kiến không được công khai.")),
        ),
    )  # fmt: skip


def last_day(submission: Submission) -> datetime.date | None:
    """Until when it may be rated; None before the hand-over."""
    if submission.state != State.HANDED_OVER or submission.handed_over_at is None:
        return None
    return timezone.localdate(submission.handed_over_at) + datetime.timedelta(days=settings.RATING_DAYS)


def may_rate(submission: Submission) -> bool:
    last = last_day(submission)
    return last is not None and timezone.localdate() <= last


def of(submission: Submission) -> Rating | None:
    return Rating.objects.filter(submission=submission).first()


def by_token(token: str) -> Submission | None:
    """The submission that the link of a mail names, while the link is good."""
    pk = Rating.named_by(token)
    if pk is None:
        return None
    rows = Submission.objects.filter(pk=pk, state=State.HANDED_OVER).select_related("agency")
    return rows.only("state", "handed_over_at", "agency__name").first()


def rate(pk: int, answers: Answers, *, by: Actor) -> Rating:
    """Keeps the checked answers of section(); whoever presses again gets the first rating back.

    Raises NotPossible before the hand-over and RATING_DAYS after it.
    """
    if by.kind != CITIZEN:
        raise NotAllowed
    with transaction.atomic():
        submission = locked(pk)
        known = of(submission)
        if known is not None:
            return known
        if not may_rate(submission):
            raise NotPossible(_("Hồ sơ này hiện không đánh giá được: chưa trả kết quả, hoặc đã quá hạn đánh giá."))
        rating = Rating.objects.create(submission=submission, at=timezone.now(), **_columns(answers))
        _log(submission, rating, by)
    return rating


def _columns(answers: Answers) -> dict[str, Any]:
    more = {k: v for k, v in answers.items() if k not in (GRADE, WORDS)}
    return {"grade": int(answers[GRADE]), "words": text.message(answers.get(WORDS) or ""), "answers": more}


def _log(submission: Submission, rating: Rating, by: Actor) -> None:
    """The grade alone: what people wrote is read on the record and stays out of the chain."""
    last, data = last_event(submission), {"grade": rating.grade}
    log(submission, RATE, by, rating.at, before=submission.state, last=last, public=False, data=data)


def lines(rating: Rating) -> list[tuple[str, str]]:
    """Question and answer of everything that was answered, for the record and the list of leaders."""
    given: Mapping[str, Any] = {GRADE: str(rating.grade), **rating.answers, WORDS: rating.words}
    found = []
    for field in section().fields:
        value = given.get(field.key)
        if value:
            found.append((field.label, next((c.label for c in field.choices if c.value == value), str(value))))
    return found

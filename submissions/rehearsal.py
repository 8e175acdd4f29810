"""Trying an unpublished form: a filing on a draft revision that counts nowhere and is wiped every night.

It goes through the ordinary pages. What keeps it apart: Submission.objects.filed() leaves it out, its reference
begins with THU, it tells nobody, takes no dossier number, and opens only for who began it and for the operator.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from procedures import editing
from procedures.models import Agency, ProcedureRevision
from submissions import files
from submissions.errors import NotPossible
from submissions.models import Officer, Submission

FILING_LEVEL = 3


def offices(revision: ProcedureRevision) -> QuerySet[Agency]:
    """The units that would take a filing on this form."""
    return Agency.objects.active().of_tier(revision.content["tier"]).defer("content")


def start(revision: ProcedureRevision, agency: Agency, officer: Officer | None, user: Any = None) -> Submission:
    """A draft on the draft revision, for the officer, or for an operator (`user`) who is none.

    Raises NotPossible when the form is published already, has problems, or is not for filing online.
    """
    if revision.state != ProcedureRevision.State.DRAFT:
        raise NotPossible(_("Bản này đã công bố. Chỉ nộp thử trên bản soạn."))
    found = editing.problems(revision)
    if found:
        raise NotPossible(_("Bản soạn còn %(count)d chỗ cần sửa nên chưa thử được. Chỗ đầu tiên: %(first)s") % {
            "count": len(found), "first": found[0]
        })  # fmt: skip
    if revision.content["level"] < FILING_LEVEL:
        raise NotPossible(_("Mức độ 1 và 2 không nộp trực tuyến. Hãy xem trước trang và biểu mẫu của bản soạn."))
    if not offices(revision).filter(pk=agency.pk).exists():
        raise NotPossible(_("%s không nhận thủ tục này. Hãy chọn nơi khác.") % agency.name)
    account = officer.user if officer is not None else user
    return Submission.objects.create(
        procedure=revision.procedure, revision=revision, agency=agency, account=account, is_rehearsal=True
    )


def of(user: Any, revision: ProcedureRevision) -> QuerySet[Submission]:
    """The rehearsals on this revision that the user may open, newest first."""
    rows = Submission.objects.rehearsals().filter(revision=revision).with_context("account").order_by("-pk")
    return rows if user.is_superuser else rows.filter(account=user)


def wipe(revision: ProcedureRevision | None = None, *, step: Callable[[], None] = lambda: None) -> int:
    """Deletes every rehearsal, or those on one revision, with their files; returns how many. `step`: after each."""
    rows = Submission.objects.rehearsals()
    keys = list((rows.filter(revision=revision) if revision else rows).values_list("pk", flat=True))
    for pk in keys:
        with transaction.atomic():
            _wipe_one(pk)
        step()
    return len(keys)


def _wipe_one(pk: int) -> None:
    rehearsal = Submission.objects.rehearsals().select_for_update(of=("self",)).filter(pk=pk).first()
    if rehearsal is None:
        return
    held = [a.file for a in rehearsal.attachments.all()] + [p.file for p in rehearsal.papers.all()]
    rehearsal.letters.all().delete()
    rehearsal.delete()
    for file in (f for f in held if f):
        transaction.on_commit(lambda file=file: files.delete_stored(file.storage, str(file.name)))  # type: ignore[misc]
